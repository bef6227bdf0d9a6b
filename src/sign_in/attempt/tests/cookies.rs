//! Okta's cookies and the app's: which are kept, and that neither side gets the other's.

use super::{
    APP, NOT_SIGNED_IN, PASSWORD_WANTED, REFUSED, SIGNED_IN, SignInSetup, TOKEN, authn, authn_says,
    authorize, callback, code, known, refusal, request, signed_in, with,
};
use crate::sign_in::fixture::{AUTHORIZE, START, redirect};

#[test]
fn only_the_device_token_is_learnt_from_authn() {
    for (before, lines, after) in [
        (
            "",
            &["DT=DI2; Path=/; Max-Age=63072000", "sid=x", "JSESSIONID=y"][..],
            "DI2",
        ),
        ("DI1", &[], "DI1"),
        ("DI1", &["DT=DI2"], "DI2"),
        ("DI1", &["DT=\"\"; Max-Age=0"], ""),
        ("DI1", &["DT=bad value", "dt=other"], "DI1"),
        ("", &["sid=x; Path=/", "idx=eyJ", "sid=\"\"; Max-Age=0"], ""),
    ] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_password(before);
        sign_in.gives_password();
        sign_in.app(request());
        let lines: Vec<_> = lines.iter().map(|line| ("set-cookie", *line)).collect();
        let line = sign_in.okta(with(authn_says(200, TOKEN), &lines));
        let (cookies, fact) = match after {
            "" => (String::new(), None),
            token => (format!("DT={token}"), Some(format!("DeviceToken {token}"))),
        };
        assert_eq!(line, authorize("20111tok", &cookies), "{lines:?}");
        let facts = &sign_in.0.facts;
        let learnt = facts.iter().find(|fact| fact.starts_with("DeviceToken"));
        assert_eq!(learnt, fact.as_ref(), "{lines:?}");
        assert!(!facts.iter().any(|fact| fact.starts_with("Session")));
    }
}

#[test]
fn a_device_token_is_learnt_from_a_refusal_too() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_password("");
    sign_in.gives_password();
    sign_in.app(request());
    let reply = with(authn_says(401, REFUSED), &[("set-cookie", "DT=DI9")]);
    assert!(sign_in.okta(reply).starts_with("stop 5: "));
    assert_eq!(
        sign_in.facts(),
        ["PasswordSent", "DeviceToken DI9", "PasswordRefused"]
    );
}

#[test]
fn oktas_cookies_are_set_rotated_and_cleared_as_its_answers_say() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_rung_1(&[("sid", "old"), ("x", "1")], "DI1");
    let lines = [
        "sid=new;Version=1;Path=/;HttpOnly",
        "x=\"\"; Expires=Thu, 01-Jan-1970 00:00:10 GMT",
        "bad=a b",
        "JSESSIONID=1",
        "JSESSIONID=2",
        "proximity_0a=p; Max-Age=31536000",
    ]
    .map(|line| ("set-cookie", line));
    assert_eq!(sign_in.okta(with(code(), &lines)), callback());
    let learnt = [
        "Session [sid=new; JSESSIONID=2; proximity_0a=p]",
        "DeviceToken DI1",
    ];
    assert_eq!(sign_in.facts(), learnt);
    // The ALB's cookies never enter Okta's jar.
    assert_eq!(sign_in.app(signed_in()), SIGNED_IN);
    assert_eq!(sign_in.facts(), learnt);
}

#[test]
fn the_apps_cookies_never_reach_oktas_jar() {
    let setup = SignInSetup::new();
    let (mut sign_in, line) = setup.begin(known(&[("sid", "102x")], ""));
    assert_eq!(line, APP);
    let own = [("set-cookie", "sid=stolen")];
    let line = sign_in.app(with(redirect(START, "/a"), &own));
    assert_eq!(line, "app https://wiki.corp.example/a [sid=stolen]");
    assert_eq!(sign_in.app(request()), authorize("", "sid=102x"));
    sign_in.okta(code());
    assert_eq!(sign_in.facts(), [""; 0]);
}

#[test]
fn the_session_of_a_password_is_kept_and_without_one_the_old_one_stays() {
    for (set, session) in [
        (&[("set-cookie", "sid=new")][..], Some("Session [sid=new]")),
        (&[], None),
        (&[("set-cookie", "DT=DI2")], None),
    ] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_authorize();
        assert_eq!(sign_in.okta(with(code(), set)), callback());
        let facts = sign_in.facts();
        let kept = facts.iter().find(|fact| fact.starts_with("Session"));
        assert_eq!(kept.copied(), session, "{set:?}");
    }
}

#[test]
fn the_session_of_a_password_is_kept_though_the_app_is_refused() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_authorize();
    let set = [("set-cookie", "sid=new"), ("set-cookie", "DT=DI2")];
    let line = sign_in.okta(with(refusal("?error=access_denied"), &set));
    assert!(line.starts_with("stop 5: "), "{line}");
    let facts = sign_in.facts();
    assert_eq!(
        facts[facts.len() - 2..],
        ["Session [sid=new]", "DeviceToken DI2"]
    );
}

#[test]
fn a_client_that_okta_refuses_ends_rung_3_and_its_cookies_are_kept() {
    let setup = SignInSetup::with_client();
    let mut sign_in = setup.at_password("DI1");
    sign_in.gives_password();
    sign_in.app(request());
    sign_in.okta(authn_says(200, TOKEN));
    let back = redirect(AUTHORIZE, "http://localhost:8080/cb?error=access_denied");
    let line = sign_in.okta(with(back, &[("set-cookie", "DT=DI2")]));
    assert!(line.starts_with("stop 5: "), "{line}");
    assert!(!line.contains("20111tok"), "{line}");
    assert_eq!(sign_in.facts().last(), Some(&"DeviceToken DI2"));
}

#[test]
fn a_device_token_that_rung_1_has_learnt_goes_with_the_password() {
    let world = SignInSetup::new();
    let mut sign_in = world.at_rung_1(&[("sid", "102x")], "DI1");
    let set = [("set-cookie", "DT=DI2")];
    sign_in.okta(with(refusal(NOT_SIGNED_IN), &set));
    let line = sign_in.claimed(known(&[("sid", "102x")], "DI1"));
    assert_eq!(line, PASSWORD_WANTED);
    assert_eq!(sign_in.facts(), ["Session []", "DeviceToken DI2"]);
    assert_eq!(sign_in.gives_password(), authn("DT=DI2"));
}

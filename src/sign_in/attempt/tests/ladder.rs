//! The rungs, each from its first request to the session.

use super::{
    APP, CLAIM, NOT_SIGNED_IN, PASSWORD_WANTED, POLICY, SIGNED_IN, SignInSetup, TOKEN, WAITS,
    authn, authn_says, authorize, callback, code, known, refusal, request, signed_in, with,
};
use crate::sign_in::fixture::{AUTHORIZE, NONCE, START, answer, edge_of_use, redirect};

#[test]
fn rung_1_asks_the_app_then_okta_with_its_session_then_the_callback() {
    let setup = SignInSetup::new();
    let (mut sign_in, line) = setup.begin(known(&[("sid", "102x")], "DI1"));
    assert_eq!(line, APP);
    assert_eq!(sign_in.app(request()), authorize("", "DT=DI1; sid=102x"));
    assert_eq!(sign_in.okta(code()), callback());
    assert_eq!(sign_in.app(signed_in()), SIGNED_IN);
    assert_eq!(sign_in.facts(), [""; 0], "nothing has changed");
}

#[test]
fn rung_2_records_the_password_and_sends_it_beside_the_first_page() {
    let setup = SignInSetup::new();
    let (mut sign_in, line) = setup.begin(known(&[], "DI1"));
    assert_eq!(line, CLAIM);
    assert_eq!(sign_in.claimed(known(&[], "DI1")), PASSWORD_WANTED);
    assert_eq!(sign_in.facts(), [""; 0]);
    let both = format!("{} + {APP}", authn("DT=DI1"));
    assert_eq!(sign_in.gives_password(), both);
    assert_eq!(sign_in.facts(), ["PasswordSent"]);
    assert_eq!(sign_in.app(request()), WAITS);
    let token = authorize("20111tok", "DT=DI1");
    assert_eq!(sign_in.okta(authn_says(200, TOKEN)), token);
    assert_eq!(
        sign_in.facts(),
        ["PasswordSent", "DeviceToken DI1", "PasswordAccepted"]
    );
    sign_in.finishes();
}

#[test]
fn the_app_may_answer_after_okta() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_password("DI1");
    sign_in.gives_password();
    assert_eq!(sign_in.okta(authn_says(200, TOKEN)), WAITS);
    assert!(sign_in.facts().contains(&"PasswordAccepted"));
    assert_eq!(sign_in.app(request()), authorize("20111tok", "DT=DI1"));
    sign_in.finishes();
}

#[test]
fn the_request_of_rung_1_is_reused_and_the_app_is_not_asked_again() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_rung_1(&[("sid", "102x")], "DI1");
    assert_eq!(sign_in.okta(refusal(NOT_SIGNED_IN)), CLAIM);
    let line = sign_in.claimed(known(&[("sid", "102x")], "DI1"));
    assert_eq!(line, PASSWORD_WANTED);
    assert_eq!(sign_in.gives_password(), authn("DT=DI1"));
    let token = authorize("20111tok", "DT=DI1");
    assert_eq!(sign_in.okta(authn_says(200, TOKEN)), token);
    sign_in.finishes();
}

#[test]
fn a_request_of_14_minutes_ago_is_asked_for_again() {
    let (last, over) = edge_of_use();
    let token = authorize("20111tok", "DT=DI1");
    for (at, next) in [(last, token.as_str()), (over, APP)] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_rung_1(&[("sid", "102x")], "DI1");
        sign_in.okta(refusal(NOT_SIGNED_IN));
        sign_in.claimed(known(&[("sid", "102x")], "DI1"));
        sign_in.gives_password();
        let mut reply = authn_says(200, TOKEN);
        reply.at = at;
        assert_eq!(sign_in.okta(reply), next);
        if next == APP {
            let anew = AUTHORIZE.replace("0oa1", "0oa2");
            let headers = [("location", anew.as_str()), NONCE];
            let line = sign_in.app(answer(START, 302, &headers, ""));
            assert_eq!(line, token.replace("0oa1", "0oa2"));
        }
        sign_in.finishes();
    }
}

#[test]
fn rung_3_sends_the_token_to_the_client_and_the_session_to_the_alb_url() {
    for is_app_first in [true, false] {
        let setup = SignInSetup::with_client();
        let mut sign_in = setup.at_password("DI1");
        sign_in.gives_password();
        if is_app_first {
            assert_eq!(sign_in.app(request()), WAITS);
        }
        let line = sign_in.okta(authn_says(200, TOKEN));
        let login = "okta https://corp.okta.com/oauth2/v1/authorize?client_id=0oaCLI&";
        assert!(line.starts_with(login), "{line}");
        assert!(
            line.ends_with("&prompt=none&sessionToken=20111tok [DT=DI1]"),
            "{line}"
        );
        let sets = [("set-cookie", "sid=102new"), ("set-cookie", "t=default")];
        let reply = with(
            redirect(AUTHORIZE, "http://localhost:8080/cb?code=own"),
            &sets,
        );
        let session = authorize("", "DT=DI1; sid=102new; t=default");
        if is_app_first {
            assert_eq!(sign_in.okta(reply), session);
        } else {
            assert_eq!(sign_in.okta(reply), WAITS);
            assert_eq!(sign_in.app(request()), session);
        }
        assert!(sign_in.facts().contains(&"Session [sid=102new; t=default]"));
        sign_in.finishes();
    }
}

#[test]
fn the_silent_rung_needs_no_client_of_its_own() {
    let setup = SignInSetup::with_client();
    let (mut sign_in, line) = setup.begin(known(&[("sid", "102x")], ""));
    assert_eq!(line, APP);
    assert_eq!(sign_in.app(request()), authorize("", "sid=102x"));
    sign_in.finishes();
}

#[test]
fn up_to_five_pages_of_the_app_are_followed_with_their_cookies() {
    let setup = SignInSetup::new();
    let (mut sign_in, line) = setup.begin(known(&[("sid", "102x")], ""));
    assert_eq!(line, APP);
    let mut cookies = Vec::new();
    for page in 1..=5 {
        let (location, cookie) = (format!("/page/{page}"), format!("h{page}=1"));
        let set = [("set-cookie", cookie.as_str())];
        let line = sign_in.app(with(redirect(START, &location), &set));
        cookies.push(cookie);
        let cookies = cookies.join("; ");
        let next = format!("app https://wiki.corp.example/page/{page} [{cookies}]");
        assert_eq!(line, next);
    }
    assert_eq!(sign_in.app(request()), authorize("", "sid=102x"));
    let own = "h1=1; h2=1; h3=1; h4=1; h5=1; AWSALBAuthNonce=";
    let line = sign_in.okta(code());
    assert!(line.starts_with("app ") && line.contains(own), "{line}");
}

#[test]
fn pages_of_the_app_keep_the_session_token_for_okta() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_password("");
    sign_in.gives_password();
    assert_eq!(sign_in.okta(authn_says(200, TOKEN)), WAITS);
    let line = sign_in.app(redirect(START, "/login"));
    assert_eq!(line, "app https://wiki.corp.example/login []");
    assert_eq!(sign_in.app(request()), authorize("20111tok", ""));
}

#[test]
fn a_session_too_weak_for_this_app_is_kept_for_the_others() {
    for (words, session) in [
        (NOT_SIGNED_IN, "Session []"),
        (POLICY, "Session [sid=102x]"),
    ] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_rung_1(&[("sid", "102x")], "");
        assert_eq!(sign_in.okta(refusal(words)), CLAIM);
        sign_in.claimed(known(&[("sid", "102x")], ""));
        assert_eq!(sign_in.facts(), [session]);
        assert_eq!(sign_in.gives_password(), authn(""));
    }
}

//! The app and Okta at the same time: whose answer counts, and which one waits for the other.

use super::{
    APP, REFUSED, ScriptedSignIn, SignInSetup, TOKEN, WAITS, authn, authn_says, authorize, known,
    request,
};
use crate::sign_in::fixture::{START, answer, edge_of_use, redirect};
use crate::sign_in::flow::{Event, Flow, Peer};
use crate::sign_in::okta::fixture::{okta_totp, push, required, waiting};

/// A sign-in whose password and first page are both under way.
fn both(setup: &SignInSetup) -> ScriptedSignIn<'_> {
    let mut sign_in = setup.at_password("DI1");
    let both = format!("{} + {APP}", authn("DT=DI1"));
    assert_eq!(sign_in.gives_password(), both);
    sign_in
}

/// The failures of an app, and their words.
const FAILURES: [(u16, &str); 3] = [
    (0, "stop 6: the line is dead"),
    (
        200,
        "stop 2: no ALB asks for a sign-in at https://wiki.corp.example/: it answers 200 | \
         set start in [app.wiki] to a path that asks for a sign-in in a browser",
    ),
    (503, "stop 6: https://wiki.corp.example/ answers 503"),
];

fn app_fails(sign_in: &mut ScriptedSignIn<'_>, status: u16) -> String {
    match status {
        0 => sign_in.breaks(Peer::App),
        status => sign_in.app(answer(START, status, &[], "")),
    }
}

#[test]
fn an_accepted_password_is_recorded_even_if_the_app_fails_meanwhile() {
    for (status, end) in FAILURES {
        let setup = SignInSetup::new();
        let mut sign_in = both(&setup);
        assert_eq!(app_fails(&mut sign_in, status), WAITS);
        assert_eq!(sign_in.okta(authn_says(200, TOKEN)), end);
        assert_eq!(
            sign_in.facts(),
            ["PasswordSent", "DeviceToken DI1", "PasswordAccepted"]
        );
    }
}

#[test]
fn a_refusal_of_the_password_ends_the_attempt_whatever_the_app_says() {
    type Act = fn(&mut ScriptedSignIn<'_>) -> String;
    let acts: [(Act, &str); 5] = [
        (|_| String::new(), "nothing yet"),
        (|sign_in| sign_in.app(request()), "its request"),
        (|sign_in| sign_in.app(answer(START, 200, &[], "")), "no ALB"),
        (
            |sign_in| sign_in.app(answer(START, 503, &[], "")),
            "trouble",
        ),
        (|sign_in| sign_in.breaks(Peer::App), "nothing at all"),
    ];
    for (act, what) in acts {
        let setup = SignInSetup::new();
        let mut sign_in = both(&setup);
        act(&mut sign_in);
        let line = sign_in.okta(authn_says(401, REFUSED));
        let said = "stop 5: Okta refused the password of ada@corp.example: ";
        assert!(line.starts_with(said), "{what}: {line}");
        assert!(!line.contains("hunter2"), "{what}: {line}");
        assert_eq!(sign_in.facts().last(), Some(&"PasswordRefused"), "{what}");
    }
}

#[test]
fn an_answer_that_cannot_be_read_leaves_the_app_s_failure_behind() {
    let setup = SignInSetup::new();
    let mut sign_in = both(&setup);
    assert_eq!(sign_in.breaks(Peer::App), WAITS);
    let line = sign_in.okta(authn_says(502, "<html>"));
    assert!(
        line.starts_with("stop 6: corp.okta.com answers 502"),
        "{line}"
    );
    assert_eq!(sign_in.0.verdicts(), ["PasswordSent"]);
}

#[test]
fn a_page_of_the_app_is_followed_while_the_password_is_under_way() {
    let setup = SignInSetup::new();
    let mut sign_in = both(&setup);
    let line = sign_in.app(redirect(START, "/login"));
    assert_eq!(line, "app https://wiki.corp.example/login []");
    assert_eq!(sign_in.okta(authn_says(200, TOKEN)), WAITS);
    assert_eq!(sign_in.app(request()), authorize("20111tok", "DT=DI1"));
}

#[test]
fn a_question_to_a_person_waits_until_the_app_has_answered() {
    let body = required(&[okta_totp()]).to_string();
    let setup = SignInSetup::new();
    let mut sign_in = both(&setup);
    assert_eq!(sign_in.okta(authn_says(200, &body)), WAITS);
    assert!(sign_in.facts().contains(&"PasswordAccepted"));
    let line = sign_in.app(redirect(START, "/login"));
    assert_eq!(line, "app https://wiki.corp.example/login []");
    assert_eq!(sign_in.app(request()), "ask: a code from Okta Verify");
    assert!(
        sign_in
            .types("123456")
            .starts_with("okta https://corp.okta.com/")
    );
    assert_eq!(sign_in.facts().last(), Some(&"CodeSent"));
    let line = sign_in.okta(authn_says(200, TOKEN));
    assert_eq!(line, authorize("20111tok", "DT=DI1"));
    sign_in.finishes();
}

#[test]
fn a_failing_app_asks_no_person_and_leaves_the_transaction_to_cancel() {
    let body = required(&[okta_totp()]).to_string();
    for (status, end) in FAILURES {
        let setup = SignInSetup::new();
        let mut sign_in = both(&setup);
        assert_eq!(sign_in.okta(authn_says(200, &body)), WAITS);
        assert_eq!(app_fails(&mut sign_in, status), end);
        assert!(sign_in.0.flow.cancel().is_some());
        // The same where the app fails first.
        let mut sign_in = both(&setup);
        assert_eq!(app_fails(&mut sign_in, status), WAITS);
        assert_eq!(sign_in.okta(authn_says(200, &body)), end);
        assert_eq!(sign_in.facts().last(), Some(&"PasswordAccepted"));
        assert!(sign_in.0.flow.cancel().is_some());
    }
}

#[test]
fn a_push_is_sent_beside_the_apps_request_and_waited_for_after_it() {
    let setup = SignInSetup::new();
    let mut sign_in = both(&setup);
    let body = required(&[push()]).to_string();
    let line = sign_in.okta(authn_says(200, &body));
    assert!(
        line.starts_with("okta https://corp.okta.com/api/v1/authn/factors/"),
        "{line}"
    );
    let body = waiting(&serde_json::Value::Null).to_string();
    assert_eq!(sign_in.okta(authn_says(200, &body)), WAITS);
    assert_eq!(sign_in.app(request()), "wait for approval on Ada's phone");
}

#[test]
fn a_request_too_old_during_a_push_is_renewed_beside_the_next_poll() {
    let setup = SignInSetup::new();
    let mut sign_in = both(&setup);
    sign_in.app(request());
    let push = required(&[push()]).to_string();
    sign_in.okta(authn_says(200, &push));
    let waiting = waiting(&serde_json::Value::Null).to_string();
    let mut late = authn_says(200, &waiting);
    late.at = edge_of_use().1;
    assert_eq!(sign_in.okta(late), "wait for approval on Ada's phone");
    let line = sign_in.meets(Event::Elapsed);
    assert!(
        line.starts_with("okta ") && line.ends_with(&format!(" + {APP}")),
        "{line}"
    );
    assert_eq!(sign_in.okta(authn_says(200, TOKEN)), WAITS);
    assert_eq!(sign_in.app(request()), authorize("20111tok", "DT=DI1"));
    sign_in.finishes();
}

#[test]
fn rung_1_waits_for_the_app_and_ends_with_it() {
    for (status, end) in FAILURES {
        let setup = SignInSetup::new();
        let (mut sign_in, line) = setup.begin(known(&[("sid", "102x")], ""));
        assert_eq!(line, APP);
        assert_eq!(app_fails(&mut sign_in, status), end);
        assert_eq!(sign_in.facts(), [""; 0]);
    }
}

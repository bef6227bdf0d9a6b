//! The ends without a session.

use super::{
    CLAIM, NOT_SIGNED_IN, REFUSED, SignInSetup, TOKEN, WAITS, authn_says, authorize, code, known,
    refusal,
};
use crate::sign_in::fixture::{AUTHORIZE, CALLBACK, START, answer, redirect};
use crate::sign_in::flow::FailureScope;

#[test]
fn a_sixth_page_of_the_apps_own_is_a_circle() {
    let setup = SignInSetup::new();
    let (mut sign_in, _) = setup.begin(known(&[("sid", "102x")], ""));
    for _ in 0..5 {
        assert!(sign_in.app(redirect(START, "/")).starts_with("app "));
    }
    assert_eq!(
        sign_in.app(redirect(START, "/")),
        "stop 2: https://wiki.corp.example/ sends through more than 5 pages of its own before any sign-in | set start in \
         [app.wiki] to a path that asks for a sign-in in a browser"
    );
}

#[test]
fn an_authn_failure_has_the_same_scope_before_and_after_the_app() {
    for (status, body, scope) in [
        (401, REFUSED, FailureScope::Password),
        (401, r#"{"errorCode":"E0000004"}"#, FailureScope::Password),
        (200, r#"{"status":"LOCKED_OUT"}"#, FailureScope::Account),
        (200, r#"{"status":"RECOVERY"}"#, FailureScope::Account),
        (403, r#"{"errorCode":"E0000085"}"#, FailureScope::Account),
        (502, "<html>", FailureScope::App),
    ] {
        let setup = SignInSetup::new();
        let mut left = setup.at_rung_1(&[("sid", "102x")], "");
        left.okta(refusal(NOT_SIGNED_IN));
        left.claimed(known(&[("sid", "102x")], ""));
        let beside = setup.at_password("");
        for mut sign_in in [left, beside] {
            sign_in.gives_password();
            let line = sign_in.okta(authn_says(status, body));
            assert!(line.starts_with("stop "), "{body}: {line}");
            assert_eq!(sign_in.0.scope, Some(scope), "{body}");
        }
    }
}

#[test]
fn an_unprotected_app_stops_a_sign_in_after_the_password() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_password("");
    sign_in.gives_password();
    assert_eq!(sign_in.okta(authn_says(200, TOKEN)), WAITS);
    let line = sign_in.app(answer(START, 200, &[], ""));
    assert!(
        line.starts_with("stop 2: no ALB asks for a sign-in"),
        "{line}"
    );
    assert_eq!(sign_in.0.scope, Some(FailureScope::App));
    assert!(sign_in.facts().contains(&"PasswordAccepted"));
}

#[test]
fn rung_1_is_declined_in_oktas_words_and_leaves_the_request() {
    for (reply, words) in [
        (refusal(NOT_SIGNED_IN), "not logged in. (login_required)"),
        (
            redirect(AUTHORIZE, "/login/login.htm"),
            "it sends to its page https://corp.okta.com/login/login.htm",
        ),
        (
            answer(AUTHORIZE, 200, &[], "<html>"),
            "it shows a sign-in page",
        ),
        (
            answer(AUTHORIZE, 400, &[], "<p>Bad Request"),
            "Okta refused the request of the ALB's client (400): Bad Request",
        ),
        (
            answer(AUTHORIZE, 403, &[], ""),
            "corp.okta.com answers the request of the ALB's client with 403",
        ),
        (
            answer(AUTHORIZE, 401, &[], r#"{"errorCode":"E0000011"}"#),
            "Okta refused the sign-in (401): no reason given (E0000011)",
        ),
    ] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_rung_1(&[("sid", "102x")], "");
        assert_eq!(sign_in.okta(reply), CLAIM);
        let said = format!("Okta does not take the cached session: {words}");
        assert_eq!(sign_in.0.traced.last(), Some(&said));
        sign_in.claimed(known(&[("sid", "102x")], ""));
        sign_in.gives_password();
        let line = sign_in.okta(authn_says(200, TOKEN));
        assert_eq!(
            line,
            authorize("20111tok", ""),
            "with the request of before"
        );
        sign_in.finishes();
    }
}

#[test]
fn rung_1_stops_where_a_password_would_not_help() {
    for (reply, exit) in [
        (refusal("?error=access_denied"), 5),
        (refusal("?error=invalid_request"), 5),
        (refusal("?error=server_error"), 6),
        (refusal("?error=brand_new"), 6),
        (redirect(AUTHORIZE, "https://evil.example/"), 6),
        (refusal("?code=c0de&state=other"), 6),
        (answer(AUTHORIZE, 500, &[], ""), 6),
        (answer(AUTHORIZE, 200, &[], ""), 6),
    ] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_rung_1(&[("sid", "102x")], "");
        let line = sign_in.okta(reply);
        assert!(line.starts_with(&format!("stop {exit}: ")), "{line}");
        assert!(
            line.ends_with("to end it: credential logout corp"),
            "{line}"
        );
        assert_eq!(sign_in.0.scope, Some(FailureScope::App), "{line}");
        assert_eq!(sign_in.facts(), [""; 0], "the session is kept");
    }
}

#[test]
fn rung_1_stops_where_the_session_is_not_to_blame() {
    for (reply, exit) in [
        (refusal("?error=consent_required"), 3),
        (answer(AUTHORIZE, 429, &[], ""), 6),
    ] {
        let setup = SignInSetup::new();
        let line = setup.at_rung_1(&[("sid", "102x")], "").okta(reply);
        assert!(line.starts_with(&format!("stop {exit}: ")), "{line}");
        assert!(!line.contains("logout"), "{line}");
    }
}

#[test]
fn rung_1_goes_on_where_the_session_is_not_enough() {
    for error in [
        "interaction_required",
        "account_selection_required",
        "unmet_authentication_requirements",
    ] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_rung_1(&[("sid", "102x")], "");
        assert_eq!(sign_in.okta(refusal(&format!("?error={error}"))), CLAIM);
        sign_in.claimed(known(&[("sid", "102x")], ""));
        assert_eq!(sign_in.facts(), ["Session []"], "{error}");
    }
}

#[test]
fn a_login_goes_on_to_the_password_whatever_the_words() {
    for error in [
        "access_denied",
        "invalid_request",
        "consent_required",
        "server_error",
        "new",
    ] {
        let mut setup = SignInSetup::new();
        setup.insist = true;
        let mut sign_in = setup.at_rung_1(&[("sid", "102x")], "");
        assert_eq!(sign_in.okta(refusal(&format!("?error={error}"))), CLAIM);
        sign_in.claimed(known(&[("sid", "102x")], ""));
        assert_eq!(sign_in.facts(), ["Session [sid=102x]"], "for other apps");
        sign_in.gives_password();
        let line = sign_in.okta(authn_says(200, TOKEN));
        assert_eq!(line, authorize("20111tok", ""), "without the session");
        sign_in.finishes();
    }
    for reply in [
        answer(AUTHORIZE, 500, &[], ""),
        redirect(AUTHORIZE, "https://evil.example/"),
    ] {
        let mut setup = SignInSetup::new();
        setup.insist = true;
        let line = setup.at_rung_1(&[("sid", "102x")], "").okta(reply);
        assert!(line.starts_with("stop 6: "), "{line}");
    }
}

#[test]
fn a_login_required_after_the_password_is_refused_with_its_policy() {
    for reply in [
        refusal("?error=login_required&error_description=re-authentication+or+MFA."),
        redirect(AUTHORIZE, "/login/login.htm"),
        answer(AUTHORIZE, 200, &[], "<html>"),
    ] {
        let line = SignInSetup::new().at_authorize().okta(reply);
        let said = "stop 5: Okta took the password but still wants more for wiki: ";
        assert!(line.starts_with(said), "{line}");
    }
}

#[test]
fn an_error_page_after_a_password_is_an_error() {
    let setup = SignInSetup::new();
    let line = setup
        .at_authorize()
        .okta(answer(AUTHORIZE, 400, &[], "<p>Bad Request"));
    let said = "stop 5: Okta refused the request of the ALB's client (400): Bad Request";
    assert!(line.starts_with(said), "{line}");
}

#[test]
fn a_callback_that_the_alb_refuses_ends_the_attempt() {
    for (status, exit) in [(401, 5), (403, 5), (500, 6), (561, 6), (200, 6)] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_authorize();
        sign_in.okta(code());
        let line = sign_in.app(answer(CALLBACK, status, &[("server", "awselb/2.0")], ""));
        assert!(
            line.starts_with(&format!("stop {exit}: ")),
            "{status}: {line}"
        );
    }
}

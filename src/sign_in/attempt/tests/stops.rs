use super::{both, demand, done, sent, stopped};
use crate::error::Kind;
use crate::sign_in::attempt::{Attempt, Awaits};
use crate::sign_in::fixture::{
    AUTHN, AUTHORIZE, CALLBACK, START, answer, app, client, cookies, demand_of, is_fit, jar, org,
    redirect, secret, words,
};
use crate::sign_in::okta::Answer;
use crate::sign_in::{Blame, Outcome};

const BACK: &str = "https://wiki.corp.example/oauth2/idpresponse";

/// An attempt that waits for Okta's answer to the ALB's request.
fn at_authorize(password: bool) -> Awaits {
    Awaits::Authorize {
        demand: Box::new(demand_of(AUTHORIZE)),
        password,
    }
}

#[test]
fn a_sixth_page_of_the_apps_own_is_a_circle() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[]));
    let (_, mut awaits) = sent(Ok(attempt.silently()));
    for _ in 0..5 {
        (_, awaits) = sent(attempt.replied(awaits, &redirect(START, "/")));
    }
    let error = stopped(attempt.replied(awaits, &redirect(START, "/")));
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(
        error.message,
        "https://wiki.corp.example/ redirects in a circle"
    );
}

#[test]
fn a_refusal_of_the_password_ends_the_attempt_whatever_the_app_says() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[]));
    let _ = both(attempt.by_password(&secret("hunter2"), false, None));
    let body = r#"{"errorCode":"E0000004","errorSummary":"Authentication failed for hunter2"}"#;
    let stop = attempt
        .authenticated(&answer(AUTHN, 401, &[], body))
        .err()
        .expect("a refusal");
    assert_eq!(
        (stop.blame, stop.error.kind.exit_code()),
        (Blame::Password, 5)
    );
    assert!(
        !words(&stop.error).contains("hunter2"),
        "{}",
        words(&stop.error)
    );
}

#[test]
fn a_refusal_after_a_left_demand_has_the_same_blame() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[]));
    for (status, body, blame) in [
        (401, r#"{"errorCode":"E0000004"}"#, Blame::Password),
        (200, r#"{"status":"LOCKED_OUT"}"#, Blame::Account),
        (200, r#"{"status":"RECOVERY"}"#, Blame::Account),
        (403, r#"{"errorCode":"E0000085"}"#, Blame::Account),
        (502, "<html>", Blame::App),
    ] {
        let (_, awaits) = sent(Ok(attempt.by_password(
            &secret("hunter2"),
            false,
            Some(demand_of(AUTHORIZE)),
        )));
        let Err(stop) = attempt.replied(awaits, &answer(AUTHN, status, &[], body)) else {
            panic!("{body} stops");
        };
        assert_eq!(stop.blame, blame, "{body}");
    }
}

#[test]
fn an_app_that_is_not_protected_stops_a_sign_in_whose_password_was_taken() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[]));
    let error =
        stopped(attempt.opened_with(Answer::Token(secret("t")), &answer(START, 200, &[], "")));
    assert_eq!(error.kind.exit_code(), 2);
}

#[test]
fn rung_1_is_declined_in_oktas_words_and_leaves_the_demand() {
    for reply in [
        redirect(
            AUTHORIZE,
            &format!("{BACK}?error=login_required&error_description=not+logged+in."),
        ),
        redirect(AUTHORIZE, "/login/login.htm"),
        answer(AUTHORIZE, 200, &[], "<html>"),
        answer(AUTHORIZE, 400, &[], "<p>Bad Request"),
        answer(AUTHORIZE, 403, &[], ""),
        answer(AUTHORIZE, 401, &[], r#"{"errorCode":"E0000011"}"#),
    ] {
        let app = app();
        let mut attempt = Attempt::new(&app, org(&app), None, jar(&[("sid", "102x")]));
        match done(attempt.replied(at_authorize(false), &reply)) {
            Outcome::Declined(demand, words) => {
                assert_eq!(demand.authorize.as_str(), AUTHORIZE);
                assert_eq!(cookies(&demand.jar), "AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c");
                assert!(!words.is_empty());
            }
            _ => panic!("nobody signed in"),
        }
    }
}

#[test]
fn rung_1_stops_where_a_password_would_not_help() {
    for (reply, code) in [
        (
            redirect(AUTHORIZE, &format!("{BACK}?error=access_denied")),
            5,
        ),
        (
            redirect(AUTHORIZE, &format!("{BACK}?error=consent_required")),
            3,
        ),
        (
            redirect(AUTHORIZE, &format!("{BACK}?error=server_error")),
            6,
        ),
        (redirect(AUTHORIZE, &format!("{BACK}?error=brand_new")), 6),
        (redirect(AUTHORIZE, "https://evil.example/"), 6),
        (
            redirect(AUTHORIZE, &format!("{BACK}?code=c0de&state=other")),
            6,
        ),
        (answer(AUTHORIZE, 429, &[], ""), 6),
        (answer(AUTHORIZE, 500, &[], ""), 6),
    ] {
        let app = app();
        let mut attempt = Attempt::new(&app, org(&app), None, jar(&[("sid", "102x")]));
        let error = stopped(attempt.replied(at_authorize(false), &reply));
        assert_eq!(error.kind.exit_code(), code, "{}", error.message);
        assert!(is_fit(&error));
    }
}

#[test]
fn after_a_password_a_wish_for_a_sign_in_is_a_policy_that_cannot_be_met() {
    for reply in [
        redirect(
            AUTHORIZE,
            &format!("{BACK}?error=login_required&error_description=re-authentication+or+MFA."),
        ),
        redirect(AUTHORIZE, "/login/login.htm"),
        answer(AUTHORIZE, 200, &[], "<html>"),
    ] {
        let app = app();
        let mut attempt = Attempt::new(&app, org(&app), None, jar(&[]));
        let error = stopped(attempt.replied(at_authorize(true), &reply));
        assert_eq!(error.kind.exit_code(), 5);
        assert!(
            error
                .message
                .starts_with("Okta took the password but still wants more for wiki: "),
            "{}",
            error.message
        );
    }
}

#[test]
fn an_error_page_after_a_password_is_an_error() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[]));
    let error = stopped(attempt.replied(
        at_authorize(true),
        &answer(AUTHORIZE, 400, &[], "<p>Bad Request"),
    ));
    assert_eq!(error.kind.exit_code(), 5);
}

#[test]
fn a_client_that_okta_refuses_ends_rung_3_and_its_cookies_are_kept() {
    let (app, client) = (app(), client("http://localhost:8080/cb"));
    let mut attempt = Attempt::new(&app, org(&app), Some(&client), jar(&[("DT", "DI1")]));
    let (request, awaits) = sent(attempt.opened_with(Answer::Token(secret("20111tok")), &demand()));
    let headers = [
        ("location", "http://localhost:8080/cb?error=access_denied"),
        ("set-cookie", "DT=DI2"),
    ];
    let error = stopped(attempt.replied(awaits, &answer(request.url.as_str(), 302, &headers, "")));
    assert_eq!(error.kind, Kind::Refused);
    assert_eq!(cookies(&attempt.jar), "DT=DI2");
    assert!(!words(&error).contains("20111tok"));
}

#[test]
fn a_callback_that_the_alb_refuses_ends_the_attempt() {
    for (status, code) in [(401, 5), (403, 5), (500, 6), (561, 6), (200, 6)] {
        let app = app();
        let mut attempt = Attempt::new(&app, org(&app), None, jar(&[]));
        let reply = answer(CALLBACK, status, &[("server", "awselb/2.0")], "");
        assert_eq!(
            stopped(attempt.replied(Awaits::Callback, &reply))
                .kind
                .exit_code(),
            code,
            "{status}"
        );
    }
}

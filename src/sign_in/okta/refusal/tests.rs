use super::{CODES, Refusal, unreadable};
use crate::error::{Kind, foreign};
use crate::sign_in::fixture::{AUTHN, answer, app, is_fit, org, words};

fn parse(body: &str) -> Option<Refusal> {
    Refusal::parse(&answer(AUTHN, 400, &[], body))
}

#[test]
fn a_refusal_has_a_code() {
    assert_eq!(
        parse(r#"{"errorCode":"E0000004"}"#)
            .expect("a refusal")
            .code,
        "E0000004"
    );
    for none in [
        "",
        "{}",
        "[]",
        r#"{"errorSummary":"x"}"#,
        r#"{"errorCode":" \n"}"#,
        "<html>",
    ] {
        assert!(parse(none).is_none(), "{none}");
    }
}

#[test]
fn its_words_are_fit_to_be_shown_and_bounded() {
    let long = "wörd ".repeat(10_000);
    let body = format!(
        r#"{{"errorCode":"E\u001b[31m","errorSummary":"{long}","errorId":"\u202ex\r\ny",
            "errorCauses":[{{"errorSummary":"a\tb"}},{{"errorSummary":"{long}"}}]}}"#
    );
    let refusal = parse(&body).expect("a refusal");
    let error = refusal.error(org(&app()), &answer(AUTHN, 401, &[], ""));
    assert!(is_fit(&error), "{}", words(&error));
    assert!(error.message.contains(" (E [31m); a b; wörd wörd"));
    assert_eq!(error.causes, ["Okta's error id is x y"]);
}

#[test]
fn a_refusal_without_words_says_so() {
    let refusal = parse(r#"{"errorCode":"E0000004"}"#).expect("a refusal");
    assert_eq!(refusal.words(), "no reason given (E0000004)");
}

#[test]
fn an_unknown_code_is_judged_by_the_status() {
    let refusal = parse(r#"{"errorCode":"invalid_client","errorSummary":"S"}"#).expect("a refusal");
    for (status, kind, text) in [
        (
            400,
            Kind::Refused,
            "Okta refused the sign-in (400): S (invalid_client)",
        ),
        (
            401,
            Kind::Refused,
            "Okta refused the sign-in (401): S (invalid_client)",
        ),
        (
            499,
            Kind::Refused,
            "Okta refused the sign-in (499): S (invalid_client)",
        ),
        (
            429,
            Kind::Network,
            "corp.okta.com answers 429: S (invalid_client)",
        ),
        (
            500,
            Kind::Network,
            "corp.okta.com answers 500: S (invalid_client)",
        ),
        (
            200,
            Kind::Network,
            "corp.okta.com answers 200: S (invalid_client)",
        ),
    ] {
        let error = refusal.error(org(&app()), &answer(AUTHN, status, &[], ""));
        assert_eq!((error.kind, error.message.as_str()), (kind, text));
    }
}

#[test]
fn the_hint_of_a_code_is_an_action() {
    for (code, _, hint) in CODES {
        assert!(code.len() == 8 && code.starts_with("E0000"), "{code}");
        let verb = hint
            .split(' ')
            .next()
            .unwrap_or_default()
            .trim_end_matches(':');
        assert!(
            ["change", "choose", "reset", "ask", "have", "try"].contains(&verb),
            "{hint}"
        );
        assert!(!hint.ends_with('.') && foreign(hint) == hint, "{hint}");
    }
}

#[test]
fn an_unreadable_answer_names_the_host_the_status_and_the_likely_maker() {
    const OTHER: &str =
        "look for what answers in Okta's place: a proxy, or a network's sign-in page";
    const KEPT_OUT: &str =
        "ask the admins whether a network zone, a firewall or a proxy keeps this place out";
    const TROUBLE: &str = "try again in a minute: the server has trouble of its own";
    const PROXY: &str = "look at HTTPS_PROXY: the proxy wants a sign-in of its own";
    for (status, hint) in [
        (200, OTHER),
        (302, OTHER),
        (400, OTHER),
        (401, KEPT_OUT),
        (403, KEPT_OUT),
        (407, PROXY),
        (429, TROUBLE),
        (500, TROUBLE),
        (502, TROUBLE),
    ] {
        let reply = answer("https://corp.okta.com:8443/x", status, &[], "<html>");
        let error = unreadable(&reply);
        assert_eq!(
            words(&error),
            format!("corp.okta.com:8443 answers {status} without Okta's JSON | {hint}")
        );
        assert_eq!(error.kind, Kind::Network);
    }
}

#[test]
fn the_request_id_of_a_servers_trouble_is_shown_for_the_admins() {
    let id = ("x-okta-request-id", "Zq1-\u{1b}7");
    let of = |status: u16, body: &str| {
        let reply = answer(AUTHN, status, &[id], body);
        match Refusal::parse(&reply) {
            Some(refusal) => refusal.error(org(&app()), &reply),
            None => unreadable(&reply),
        }
    };
    let shown = "Okta's request id is Zq1- 7".to_owned();
    let trouble = r#"{"errorCode":"E0000009","errorSummary":"S","errorId":"oae1"}"#;
    for (status, body, is_shown) in [
        (500, trouble, true),
        (502, "<html>", true),
        (403, trouble, false),
        (200, "<html>", false),
    ] {
        let error = of(status, body);
        assert_eq!(error.causes.contains(&shown), is_shown, "{status} {body}");
        assert!(is_fit(&error));
    }
}

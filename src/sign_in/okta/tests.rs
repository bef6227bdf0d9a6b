use super::{end_session, judge_end_session};
use crate::error::Kind;
use crate::http::Verb;
use crate::sign_in::fixture::{answer, app, jar, org};

const SESSION: &str = "https://corp.okta.com/api/v1/sessions/me";

#[test]
fn a_session_is_ended_with_all_of_its_cookies() {
    let app = app();
    let request = end_session(org(&app), &jar(&[("sid", "102x"), ("DT", "DI1")]));
    assert_eq!(
        (request.verb, request.url.as_str()),
        (Verb::Delete, SESSION)
    );
    assert_eq!(
        request.cookie.expect("cookies").expose(),
        "sid=102x; DT=DI1"
    );
    assert!(request.body.is_none());
}

#[test]
fn a_session_that_is_not_there_any_more_is_as_good_as_ended() {
    let gone =
        r#"{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: me (Session)"}"#;
    for status in [200, 204, 401, 404] {
        assert_eq!(
            judge_end_session(&answer(SESSION, status, &[], gone)),
            Ok(()),
            "{status}"
        );
    }
    for status in [302, 403, 429, 500, 503] {
        let error = judge_end_session(&answer(SESSION, status, &[], gone)).expect_err("it lives");
        assert_eq!(error.kind, Kind::Network);
        assert_eq!(error.message, format!("corp.okta.com answers {status}"));
    }
}

#[test]
fn a_rate_limit_ends_by_the_servers_clock_a_concurrency_limit_at_once() {
    let date = ("date", "Mon, 23 Nov 2026 20:00:00 GMT");
    let reset = ("x-rate-limit-reset", "1795464007");
    for (status, headers, expected) in [
        (
            429,
            vec![date, ("x-rate-limit-limit", "60"), reset],
            Some(8),
        ),
        (429, vec![date, ("x-rate-limit-limit", "0"), reset], Some(1)),
        (429, vec![date, ("x-rate-limit-reset", "5")], Some(1)),
        (429, vec![date], None),
        (429, vec![date, ("x-rate-limit-reset", "soon")], None),
        (200, vec![date, reset], None),
    ] {
        let ends = answer(
            "https://corp.okta.com/oauth2/v1/authorize",
            status,
            &headers,
            "",
        )
        .limit_ends();
        assert_eq!(
            ends.map(|wait| wait.as_secs()),
            expected,
            "{status} {headers:?}"
        );
    }
}

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

//! The Okta session that serves all apps of an org: whether it still lives (Okta's Sessions API).
//!
//! Facts: `GET /api/v1/sessions/me` with Okta's cookies gives `status` (`ACTIVE`, `MFA_REQUIRED`, `MFA_ENROLL`) and
//! `expiresAt`, or 404 after the session's end. Its ids and links, some of which are credentials, are not read.

use serde::Deserialize;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::refusal::unreadable;
use crate::app::Org;
use crate::clock::Moment;
use crate::cookie::Jar;
use crate::error::{Error, Result, foreign};
use crate::http::{Request, Response};

/// The status of an Okta session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OktaSessionStatus {
    /// It is active, for so long if it is not used; `None` if Okta does not say.
    Active(Option<Duration>),
    /// It is not active: Okta wants something first, in its own word.
    Incomplete(String),
    /// It has ended.
    Ended,
}

/// The document, as far as it matters here.
#[derive(Deserialize)]
struct SessionDocument {
    status: String,
    #[serde(rename = "expiresAt")]
    expires_at: Option<String>,
}

/// Builds the request that asks `org` about the session of `jar`.
pub(crate) fn session(org: &Org, jar: &Jar) -> Request {
    Request::get(org.site.at("/api/v1/sessions/me"), jar.header())
}

/// Judges the answer to [`session`]. Some engines say 401 where others say 404.
pub(crate) fn judge_session(response: &Response) -> Result<OktaSessionStatus> {
    match response.status {
        200 => {}
        401 | 404 => return Ok(OktaSessionStatus::Ended),
        status => {
            return Err(Error::network(format!(
                "{} answers {status} when it is asked about the Okta session",
                response.host()
            )));
        }
    }
    let session: SessionDocument =
        serde_json::from_slice(&response.body).map_err(|_| unreadable(response))?;
    let end = session.expires_at.as_deref();
    let end = end.and_then(|end| Moment::parse(end, &Rfc3339).ok());
    Ok(match session.status.as_str() {
        "ACTIVE" => OktaSessionStatus::Active(end.map(|end| end - response.date())),
        other => OktaSessionStatus::Incomplete(foreign(other)),
    })
}

#[cfg(test)]
mod tests {
    use super::{OktaSessionStatus, judge_session, session};
    use crate::error::Result;
    use crate::sign_in::fixture::{answer, app, jar, org};
    use time::Duration;

    const DATE: (&str, &str) = ("date", "Mon, 23 Nov 2026 19:00:00 GMT");

    fn judge(status: u16, body: &str) -> Result<OktaSessionStatus> {
        let url = "https://corp.okta.com/api/v1/sessions/me";
        judge_session(&answer(url, status, &[DATE], body))
    }

    #[test]
    fn a_session_is_asked_about_with_its_own_cookies_at_its_own_org() {
        let app = app();
        let request = session(org(&app), &jar(&[("sid", "102x")]));
        assert_eq!(
            request.url.as_str(),
            "https://corp.okta.com/api/v1/sessions/me"
        );
        let cookie = request.cookie.expect("a cookie");
        assert_eq!(cookie.expose(), "sid=102x");
    }

    #[test]
    fn an_end_is_judged_by_the_clock_of_the_org() {
        let body = r#"{"id":"102x","login":"ada","status":"ACTIVE","expiresAt":"2026-11-23T20:30:00.000Z"}"#;
        let left = Some(Duration::minutes(90));
        assert_eq!(judge(200, body), Ok(OktaSessionStatus::Active(left)));
        for unsaid in [
            r#"{"status":"ACTIVE"}"#,
            r#"{"status":"ACTIVE","expiresAt":"soon"}"#,
        ] {
            assert_eq!(judge(200, unsaid), Ok(OktaSessionStatus::Active(None)));
        }
    }

    #[test]
    fn every_other_answer_has_its_meaning() {
        assert_eq!(
            judge(404, r#"{"errorCode":"E0000007"}"#),
            Ok(OktaSessionStatus::Ended)
        );
        assert_eq!(judge(401, ""), Ok(OktaSessionStatus::Ended));
        assert_eq!(
            judge(200, r#"{"status":"MFA_\u001bREQUIRED"}"#),
            Ok(OktaSessionStatus::Incomplete("MFA_ REQUIRED".into()))
        );
        for (status, body) in [
            (429, ""),
            (503, "<html>"),
            (302, ""),
            (200, "<html>"),
            (200, "{}"),
        ] {
            let error = judge(status, body).expect_err(body);
            assert_eq!(error.kind.exit_code(), 6, "{status}");
        }
    }
}

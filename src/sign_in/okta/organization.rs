//! The public document of an org: whether it is an Okta org, and on which engine it runs.
//!
//! Facts: `/.well-known/okta-organization` is public, has `id` and `pipeline` (`v1` or `idx`), and is served at custom
//! domains too. Okta's own domains also answer for a name without an org, with the id of no org.

use serde::Deserialize;

use crate::app::Engine;
use crate::error::{Error, Result, foreign, shown};
use crate::http::{Request, Response};
use crate::site::Site;

/// The id that Okta gives for an org that does not exist.
const NOBODY: &str = "00oplaODtXoEq1eQo0g3";

/// The document, as far as it matters here.
#[derive(Deserialize)]
struct Organization {
    id: String,
    pipeline: String,
}

/// Builds the request for the document of the org at `org`.
pub(crate) fn organization(org: &Site) -> Request {
    Request::get(org.at("/.well-known/okta-organization"), None)
}

/// Judges the answer to [`organization`].
pub(crate) fn judge_organization(org: &Site, response: &Response) -> Result<Engine> {
    let (page, status) = (shown(&response.url), response.status);
    let stranger = |cause: String| {
        let host = org.authority();
        Error::usage(format!("{host} does not answer as an Okta org does"))
            .caused_by(cause)
            .hint("this program signs in at Okta alone")
    };
    match status {
        200 => {}
        429 | 500.. => return Err(Error::network(format!("{page} answers {status}"))),
        _ => return Err(stranger(format!("{page} answers {status}"))),
    }
    let document: Organization = serde_json::from_slice(&response.body)
        .map_err(|_| stranger(format!("{page} has no id and pipeline")))?;
    match (document.id.as_str(), document.pipeline.as_str()) {
        (NOBODY, _) => Err(stranger(format!("{page} has the id of no org"))),
        (_, "v1") => Ok(Engine::Classic),
        (_, "idx") => Ok(Engine::Identity),
        (_, other) => Err(stranger(format!(
            "{page} has the unknown pipeline \"{}\"",
            foreign(other)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::{judge_organization, organization};
    use crate::app::Engine;
    use crate::http::fixture::{answer, is_fit, words};
    use crate::site::Site;

    #[test]
    fn an_org_says_what_it_is() {
        let org = Site::parse("https://login.corp.example").expect("a site");
        let page = organization(&org).url;
        let judge =
            |status, body| judge_organization(&org, &answer(page.as_str(), status, &[], body));
        assert_eq!(
            judge(200, r#"{"id":"00o1","pipeline":"v1","x":[]}"#),
            Ok(Engine::Classic)
        );
        assert_eq!(
            judge(200, r#"{"id":"00o1","pipeline":"idx"}"#),
            Ok(Engine::Identity)
        );
        for (status, body) in [
            (404, ""),
            (302, ""),
            (200, "<html>"),
            (200, "{}"),
            (200, r#"{"id":"00o1"}"#),
            (200, r#"{"id":"00o1","pipeline":7}"#),
            (200, r#"{"id":"00o1","pipeline":"v9\u001b"}"#),
            (200, r#"{"id":"00oplaODtXoEq1eQo0g3","pipeline":"idx"}"#),
        ] {
            let error = judge(status, body).expect_err(body);
            assert!(is_fit(&error) && error.kind.exit_code() == 2, "{error:?}");
            let words = words(&error);
            assert!(
                words.starts_with("login.corp.example does not answer as an Okta org"),
                "{words}"
            );
        }
        for status in [429, 500, 503] {
            let error = judge(status, "").expect_err("trouble");
            assert_eq!(error.kind.exit_code(), 6);
        }
    }
}

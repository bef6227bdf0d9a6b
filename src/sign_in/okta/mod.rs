//! Okta's side of a sign-in: the authn API, the authorize endpoint, the end of a session.
//!
//! Facts (Okta's Authentication API and OpenID Connect references, session-cookie guide, error codes; recorded
//! answers of its own SDKs): authn takes the password as JSON and gives a `sessionToken` that any authorize URL of
//! the org takes once, whether that then succeeds or not. With a live session cookie in the request the token is
//! ignored, so it travels alone. `prompt=none` turns every page into a redirect with an error. Okta answers an error
//! that concerns the client itself with 400, everything else with a redirect back, `error` and `error_description`.

mod authorize;
mod challenge;
mod classic;
mod client_login;
mod idx;
mod ladder;
mod link;
mod login_required;
mod organization;
mod parties;
mod refusal;
mod session;

use crate::app::Org;
use crate::cookie::Jar;
use crate::error::{Error, Result};
use crate::http::{Request, Response};

#[cfg(test)]
pub(super) use classic::fixture;

pub(crate) use authorize::{AuthorizeOutcome, authorize, judge_authorize};
pub(crate) use challenge::passcode_answers_kind;
pub(crate) use idx::{FirstStep, Preview};
pub(crate) use ladder::Ladder;
pub(crate) use organization::{judge_organization, organization};
pub(crate) use parties::Parties;
pub(crate) use session::{OktaSessionStatus, judge_session, session};

/// Builds the request that ends the Okta session of `jar` (Sessions API).
pub(crate) fn end_session(org: &Org, jar: &Jar) -> Request {
    Request::delete(org.site.at("/api/v1/sessions/me"), jar.header())
}

/// Judges the answer to [`end_session`]: 204, or 404 (by some engines 401) where there was no such session any more.
pub(crate) fn judge_end_session(response: &Response) -> Result<()> {
    match response.status {
        200 | 204 | 401 | 404 => Ok(()),
        status => Err(Error::network(format!(
            "{} answers {status}",
            response.host()
        ))),
    }
}

#[cfg(test)]
mod tests;

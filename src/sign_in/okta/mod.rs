//! Okta's side of a sign-in: the authn API, the authorize endpoint, the end of a session.
//!
//! Facts (Okta's Authentication API and OpenID Connect references, session-cookie guide, error codes; recorded
//! answers of its own SDKs): authn takes the password as JSON and gives a `sessionToken` that any authorize URL of
//! the org takes once, whether that then succeeds or not. With a live session cookie in the request the token is
//! ignored, so it travels alone. `prompt=none` turns every page into a redirect with an error. Okta answers an error
//! that concerns the client itself with 400, everything else with a redirect back, `error` and `error_description`.

mod authn;
mod authorize;
mod choose;
mod factor;
#[cfg(test)]
mod fixture;
mod introduce;
mod organization;
mod refusal;
mod session;
mod state;
mod status;
mod transaction;
mod turn;
mod unmet;

use std::time::Duration;

use crate::app::Org;
use crate::cookie::Jar;
use crate::error::{Error, Result};
use crate::http::{Request, Response};

pub(crate) use authn::{Answer, authn, judge_authn};
pub(crate) use authorize::{
    Verdict, authorize, is_about_cookies, is_about_policy, judge_authorize,
};
pub(crate) use choose::passcode_answers_kind;
pub(crate) use introduce::{introduce, judge_introduction};
pub(crate) use organization::{Engine, judge_organization, organization};
pub(crate) use session::{Standing, judge_session, session};
pub(crate) use state::State;
pub(crate) use transaction::Transaction;
pub(crate) use turn::{Active, Given, Menu, Renewal, Turn, Waiting};
pub(crate) use unmet::unmet;

/// How long from now a rate limit ends that `response` met: `X-Rate-Limit-Reset` (seconds of Unix time) less the
/// server's own `Date`, and a second. A limit of concurrent requests (`X-Rate-Limit-Limit: 0`) has no end to wait for,
/// and is over in a moment (Okta's rate-limit reference).
pub(crate) fn limit_ends(response: &Response) -> Option<Duration> {
    let number = |name| response.header(name)?.trim().parse::<i64>().ok();
    if response.status != 429 {
        return None;
    }
    let seconds = match number("x-rate-limit-limit") {
        Some(0) => 0,
        _ => number("x-rate-limit-reset")?
            .saturating_sub(response.date().unix_timestamp())
            .max(0),
    };
    Some(Duration::from_secs(
        seconds.unsigned_abs().saturating_add(1),
    ))
}

/// The request that ends the Okta session of `jar` (Sessions API).
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

//! What the answers of an app and of an org say, to somebody who knows neither of them yet. Pure.
//!
//! Facts: `crate::alb` for the ALB; for the org its document `/.well-known/okta-organization`, which is public, has `id`
//! and `pipeline` (`v1` or `idx`), and is served at custom domains too. Okta's own domains answer for names that nobody
//! has, with the id of no org.

use serde::Deserialize;
use url::Url;

use crate::alb::{Authorize, is_balancer};
use crate::error::{Error, Result, foreign, shown};
use crate::http::Response;
use crate::settings::rules;
use crate::site::Site;

/// Where an org says what it is.
pub(super) const ORGANIZATION: &str = "/.well-known/okta-organization";
/// The id that Okta gives for an org that does not exist.
const NOBODY: &str = "00oplaODtXoEq1eQo0g3";

/// What one page of an app shows to somebody without a session.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// Its ALB asks for a sign-in, in Okta's way.
    Demand(Demand),
    /// It sends to another page of its own.
    Elsewhere(Url),
}

/// An ALB's demand to sign in at Okta.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Demand {
    /// The origin of the authorize URL.
    pub(super) org: Site,
    pub(super) client_id: String,
    pub(super) callback: Url,
}

/// Okta's two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Classic,
    Identity,
}

impl Engine {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Classic => "Okta Classic",
            Self::Identity => "Okta Identity Engine",
        }
    }
}

/// Judges the answer of a page of the app at `site`.
pub(super) fn judge_page(site: &Site, response: &Response) -> Result<Page> {
    let Some(location) = response.location() else {
        return Err(unprotected(site, response));
    };
    if site.same_origin(&location) {
        return Ok(Page::Elsewhere(location));
    }
    let page = shown(&response.url);
    let Some(Authorize {
        client_id,
        callback,
        is_okta,
        ..
    }) = Authorize::read(site, &location)
    else {
        return Err(Error::usage(format!(
            "{page} sends to {}, but not as an ALB does that asks for a sign-in",
            shown(&location)
        ))
        .hint("if the app is there, give that URL to credential add")
        .hint("if people sign in there, it is in a way that this program does not know"));
    };
    if !is_okta {
        return Err(Error::usage(format!(
            "the ALB of {} signs people in at {}, in a way that is not Okta's",
            site.authority(),
            shown(&location)
        ))
        .hint("this program signs in at Okta alone"));
    }
    let origin = location.origin().ascii_serialization();
    let org = rules::org_site(&origin).map_err(|error| {
        error.while_doing(&format!("the ALB signs people in at {}", shown(&location)))
    })?;
    Ok(Page::Demand(Demand {
        org,
        client_id,
        callback,
    }))
}

/// The page answered, and did not send to a sign-in.
fn unprotected(site: &Site, response: &Response) -> Error {
    let (page, status) = (shown(&response.url), response.status);
    let made_by = match response.header("server") {
        Some(server) => format!(" (server {})", foreign(server)),
        None => String::new(),
    };
    let start = format!("credential add {} --start /PATH", site.url());
    let balancer = is_balancer(response);
    match status {
        300..=399 => Error::network(format!(
            "{page} answers {status}{made_by} and sends nowhere that can be understood"
        )),
        400 | 429 | 500.. => Error::network(format!("{page} answers {status}{made_by}")),
        401 if balancer => Error::usage(format!(
            "the ALB denies {page} (401) instead of asking for a sign-in"
        ))
        .hint(format!(
            "name a path of the app that asks for a sign-in in a browser: {start}"
        )),
        403 if balancer => Error::refused(format!("the ALB's firewall denies {page} (403)")),
        _ => Error::usage(format!(
            "no ALB asks for a sign-in at {page}: it answers {status}{made_by}"
        ))
        .hint(format!(
            "if only a part of the app is protected, name a path that asks for a sign-in in a browser: {start}"
        )),
    }
}

/// The document of an org, as far as it matters here.
#[derive(Deserialize)]
struct Organization {
    id: String,
    pipeline: String,
}

/// Judges the answer of `org` to the question what it is.
pub(super) fn judge_org(org: &Site, response: &Response) -> Result<Engine> {
    let (page, status) = (shown(&response.url), response.status);
    let stranger = |cause: String| {
        Error::usage(format!(
            "the ALB signs people in at {}, which does not answer as an Okta org does",
            org.authority()
        ))
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
mod tests;

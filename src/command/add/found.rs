//! What the answers of an app say, to somebody who knows neither it nor its org yet. Pure. Facts: `crate::alb`.

use url::Url;

use crate::alb::{Authorize, is_balancer};
use crate::error::{Error, Result, foreign, shown};
use crate::http::Response;
use crate::settings::validate;
use crate::site::Site;

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
    let org = validate::org_site(&origin).map_err(|error| {
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

#[cfg(test)]
mod tests;

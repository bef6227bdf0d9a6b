//! A form as it comes in: read, and refused unless it is one of this site's own, fresh, by POST and from a browser.

use crate::audit::Event;
use crate::demand::Violation;
use crate::org::Exchange;
use crate::pages::visit::Visit;
use crate::pages::{Site, page};
use crate::query::Query;
use crate::wire::{Request, Response};

/// The fields of a submission that is good.
pub(crate) struct Submission {
    pub(crate) visit: Visit,
    fields: Query,
}

impl Submission {
    pub(crate) fn field(&self, name: &str) -> String {
        self.fields.get(name).unwrap_or_default()
    }
}

/// Reads a submission; whatever is wrong with it is written down.
pub(crate) fn read(exchange: &mut Exchange<'_>, site: &Site) -> Result<Submission, Response> {
    let request = exchange.request;
    if request.header("sec-fetch-site").is_none() {
        let host = site.host.clone();
        exchange.violated(Violation::FormByProgram { host });
    }
    if request.method != "POST" {
        return Err(refuse(exchange, site, 405, "not by POST"));
    }
    let kind = request.header("content-type").unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(refuse(exchange, site, 400, "not a form"));
    }
    if !is_own(request, site) {
        return Err(refuse(exchange, site, 403, "from another origin"));
    }
    let fields = Query::new(&String::from_utf8_lossy(&request.body));
    let field = |name: &str| fields.get(name).unwrap_or_default();
    if !field("watched").is_empty() {
        let host = site.host.clone();
        exchange.violated(Violation::PageWatched { host });
    }
    let (id, csrf) = (field("visit"), field("csrf"));
    let now = exchange.now;
    match exchange.state.visits.take(&site.host, &id, &csrf, now) {
        Ok(visit) => Ok(Submission { visit, fields }),
        Err(reason) => Err(refuse(exchange, site, 403, reason)),
    }
}

/// A page without a referrer has an origin of `null` too, so a browser's word for where a request comes from counts.
fn is_own(request: &Request, site: &Site) -> bool {
    let origin = request.header("origin");
    let from = request.header("sec-fetch-site");
    origin.is_none_or(|origin| origin == "null" || origin == site.origin)
        && from.is_none_or(|from| from == "same-origin")
}

fn refuse(exchange: &Exchange<'_>, site: &Site, status: u16, reason: &'static str) -> Response {
    exchange.record(Event::FormRefused {
        host: site.host.clone(),
        reason,
    });
    let mut response = page(
        "Sign In",
        "<p>Your session has expired. Please start again.</p>",
        "",
    );
    response.status = status;
    response.reason = crate::wire::reason(status);
    response
}

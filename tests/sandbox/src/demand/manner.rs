//! How a request is made, whatever it asks.

use crate::audit::Host;
use crate::demand::Violation;
use crate::wire::Request;

/// The media types of the Identity Engine.
const ION: [&str; 2] = ["application/json", "application/ion+json"];

pub(crate) fn check(host: &Host, request: &Request) -> Vec<Violation> {
    let mut found = Vec::new();
    if request
        .header("user-agent")
        .is_none_or(|value| value.trim().is_empty())
    {
        found.push(Violation::NoUserAgent { host: host.clone() });
    }
    if *host == Host::Elsewhere {
        found.push(Violation::WentElsewhere);
    }
    if matches!(host, Host::Plain(_)) && carries_something(request) {
        found.push(Violation::SentInTheClear { host: host.clone() });
    }
    if let Host::App(app) | Host::Plain(app) = host
        && is_browser(request)
    {
        found.push(Violation::BrowserAtApp {
            app: app.clone(),
            path: request.path.clone(),
        });
    }
    if *host == Host::Org && request.method == "POST" && request.path.starts_with("/api/") {
        if !accepts_json(request) {
            found.push(Violation::WrongAccept);
        }
        if !request.body.is_empty() && !is_json(request) {
            found.push(Violation::WrongContentType);
        }
    }
    if *host == Host::Org && request.method == "POST" && request.path.starts_with("/idp/") {
        if !accepts_ion(request) {
            found.push(Violation::WrongAccept);
        }
        if !is_ion(request) {
            found.push(Violation::WrongContentType);
        }
    }
    found
}

/// A browser has made the request: it says so itself, in headers that no page can set. (Node.js' own `fetch` sends
/// `Sec-Fetch-Mode`, and neither of these.)
pub(crate) fn is_browser(request: &Request) -> bool {
    let mut names = request
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase());
    names.any(|name| name == "sec-fetch-site" || name.starts_with("sec-ch-ua"))
}

/// `Accept` names JSON, or the Identity Engine's own kind of it.
pub(crate) fn accepts_ion(request: &Request) -> bool {
    let mut kinds = request.all("accept").flat_map(|line| line.split(','));
    kinds.any(|kind| ION.contains(&media_type(kind).as_str()))
}

/// `Content-Type` is JSON, or the Identity Engine's own kind of it.
pub(crate) fn is_ion(request: &Request) -> bool {
    let kind = request.header("content-type");
    kind.is_some_and(|kind| ION.contains(&media_type(kind).as_str()))
}

/// `Accept` names JSON. `*/*` does not: Okta documents the header as required with this value.
pub(crate) fn accepts_json(request: &Request) -> bool {
    request
        .all("accept")
        .flat_map(|line| line.split(','))
        .any(|kind| media_type(kind) == "application/json")
}

/// `Content-Type` is JSON.
pub(crate) fn is_json(request: &Request) -> bool {
    request
        .header("content-type")
        .is_some_and(|kind| media_type(kind) == "application/json")
}

fn media_type(value: &str) -> String {
    let kind = value.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

fn carries_something(request: &Request) -> bool {
    request.header("cookie").is_some()
        || request.header("authorization").is_some()
        || !request.body.is_empty()
}

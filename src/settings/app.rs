//! The table of an app: `[app.grafana]`.

use std::rc::Rc;

use super::reader::Section;
use super::suggest::{list, quoted, suggest};
use super::validate;
use crate::app::{App, Content, DEFAULT_COOKIE, DEFAULT_RENEW_AHEAD, OktaClient, Org, SignIn};
use crate::error::{Error, Result};
use crate::site::Site;

/// The known keys.
pub(super) const KEYS: [&str; 10] = [
    "url",
    "org",
    "method",
    "idp",
    "start",
    "cookie",
    "session",
    "renew_ahead",
    "client_id",
    "redirect_uri",
];

/// The methods: how a session is obtained, if it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Okta,
    Browser,
    None,
}

impl Method {
    /// Every method, with its name in the configuration and the keys that it does not use.
    const ALL: [(Self, &'static str, &'static [&'static str]); 3] = [
        (Self::Okta, "okta", &["idp"]),
        (
            Self::Browser,
            "browser",
            &["org", "client_id", "redirect_uri"],
        ),
        (
            Self::None,
            "none",
            &["org", "client_id", "redirect_uri", "renew_ahead", "idp"],
        ),
    ];
}

/// Reads one app, whose org is one of `orgs`.
pub(super) fn app(section: &Section<'_>, orgs: &[Rc<Org>]) -> Result<App> {
    let (site, own_start) = section.demand("url", validate::app_url)?;
    let start = section.read("start", |text| validate::start(text, &site))?;
    let cookie = section.read("cookie", validate::cookie)?;
    let renew_ahead = section.number("renew_ahead", validate::renew_ahead)?;
    Ok(App {
        name: section.name().to_owned(),
        content: content(section, &site, orgs)?,
        cookie: cookie.unwrap_or_else(|| DEFAULT_COOKIE.to_owned()),
        session: section.read("session", validate::session)?,
        renew_ahead: renew_ahead.unwrap_or(DEFAULT_RENEW_AHEAD),
        start: start.unwrap_or(own_start),
        site,
    })
}

fn content(section: &Section<'_>, site: &Site, orgs: &[Rc<Org>]) -> Result<Content> {
    let method = section.read("method", method)?.unwrap_or(Method::Okta);
    check_keys(section, method)?;
    Ok(match method {
        Method::Okta => Content::Session(SignIn::Okta {
            org: org(section, orgs)?,
            client: client(section, site)?,
        }),
        Method::Browser => Content::Session(SignIn::Browser {
            provider: section.read("idp", validate::provider_site)?,
        }),
        Method::None => Content::Credentials,
    })
}

/// Refuses the first key that `method` does not use.
fn check_keys(section: &Section<'_>, method: Method) -> Result<()> {
    let mut rows = Method::ALL.iter();
    let Some((_, name, unused)) = rows.find(|row| row.0 == method) else {
        return Ok(());
    };
    match unused.iter().find_map(|key| section.field(key)) {
        Some(field) => {
            let problem = format!("method \"{name}\" does not use it");
            Err(field.error(Error::usage(problem)))
        }
        None => Ok(()),
    }
}

/// Returns the method of this name.
fn method(name: &str) -> Result<Method> {
    if let Some((method, ..)) = Method::ALL.iter().find(|row| row.1 == name) {
        return Ok(*method);
    }
    let error = Error::usage(format!("no method is called {}", quoted(name)));
    if name == "paste" {
        let hint = "set method = \"browser\": it also takes the address pasted (credential login APP --paste)";
        return Err(error.hint(hint));
    }
    let names = Method::ALL.iter().map(|row| row.1);
    Err(suggest(error, name, "methods", names))
}

/// The org that the app names, or the only one.
fn org(section: &Section<'_>, orgs: &[Rc<Org>]) -> Result<Rc<Org>> {
    let names = orgs.iter().map(|org| org.name.as_str());
    let own = section.read("org", |name| {
        let org = orgs.iter().find(|org| org.name == name);
        org.cloned().ok_or_else(|| {
            let error = Error::usage(format!("no org is called {}", quoted(name)));
            suggest(error, name, "orgs", names.clone())
        })
    })?;
    match (own, orgs) {
        (Some(org), _) => Ok(org),
        (None, [org]) => Ok(Rc::clone(org)),
        (None, []) => Err(section
            .error("has no org to sign in at")
            .hint("add [org.NAME] with url and username")),
        (None, _) => Err((section.error("has to name one of several orgs"))
            .hint(format!("set org to one of them: {}", list(names)))),
    }
}

fn client(section: &Section<'_>, site: &Site) -> Result<Option<OktaClient>> {
    let redirect_uri = section.read("redirect_uri", validate::redirect_uri)?;
    match (section.read("client_id", validate::filled)?, redirect_uri) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(section
            .error("has a redirect_uri and no client_id")
            .hint("add client_id = \"…\", or take redirect_uri out")),
        (Some(id), redirect_uri) => Ok(Some(OktaClient {
            id,
            redirect_uri: redirect_uri.unwrap_or_else(|| validate::own_redirect_uri(site)),
        })),
    }
}

//! Compares the request with the apps and orgs that are already configured. Pure.

use std::rc::Rc;

use super::request::AddRequest;
use crate::app::{App, Content, Org, SignIn};
use crate::duration::parse_duration;
use crate::error::{Error, Result, Table};
use crate::settings::Settings;
use crate::site::Site;

/// Returns the configured app at the request's URL. Two apps with different cookies may share a URL; then `--cookie`
/// decides.
pub(super) fn app<'a>(settings: &'a Settings, wanted: &AddRequest) -> Option<&'a App> {
    settings.apps.iter().find(|app| {
        let is_meant = |cookie: &String| app.cookie == *cookie;
        app.site == wanted.site && wanted.cookie.as_ref().is_none_or(is_meant)
    })
}

/// Lists the options of the request that differ from `app`.
pub(super) fn differences(app: &App, wanted: &AddRequest) -> Vec<&'static str> {
    let org = app.org();
    let session = wanted.session.as_deref().map(parse_duration);
    [
        ("method", has_other_method(app, wanted)),
        ("name", differs(wanted.name.as_ref(), Some(&app.name))),
        (
            "org",
            differs(wanted.org.as_ref(), org.map(|org| &org.name)),
        ),
        (
            "username",
            differs(wanted.username.as_ref(), org.map(|org| &org.account)),
        ),
        (
            "password",
            differs(wanted.password.as_ref(), org.map(|org| &org.password)),
        ),
        ("start", differs(wanted.start.as_ref(), Some(&app.start))),
        (
            "session",
            session.is_some_and(|session| session.ok() != app.session),
        ),
    ]
    .into_iter()
    .filter_map(|(what, differs)| differs.then_some(what))
    .collect()
}

/// Reports whether the app has no sign-in, or signs in with a password where a browser is wanted.
fn has_other_method(app: &App, wanted: &AddRequest) -> bool {
    match app.content {
        Content::Session(SignIn::Okta { .. }) => wanted.in_browser,
        Content::Session(SignIn::Browser { .. }) => false,
        Content::Credentials => true,
    }
}

/// Reports whether an option was given, and differs from the configuration.
fn differs<T: PartialEq>(said: Option<&T>, there: Option<&T>) -> bool {
    said.is_some() && said != there
}

/// Returns the configured org at `site`, where the app will sign in; `None` if the org has to be added.
pub(super) fn org(
    settings: &Settings,
    site: &Site,
    wanted: &AddRequest,
) -> Result<Option<Rc<Org>>> {
    let org = match &wanted.org {
        Some(name) => settings.org(name),
        None => at(settings, site, wanted)?,
    };
    let Some(org) = org else { return Ok(None) };
    if org.site != *site {
        return Err(Error::usage(format!(
            "org {} is {}, but the ALB signs people in at {}",
            org.name,
            org.site.url(),
            site.url()
        ))
        .hint("leave --org out, or name a new one"));
    }
    let has_other = [
        (
            "username",
            differs(wanted.username.as_ref(), Some(&org.account)),
        ),
        (
            "password",
            differs(wanted.password.as_ref(), Some(&org.password)),
        ),
    ];
    if let Some((what, _)) = has_other.iter().find(|(_, differs)| *differs) {
        return Err(Error::usage(format!(
            "org {} is already configured, with another {what}",
            org.name
        ))
        .hint(format!(
            "change {}, or add a second one with --org NAME",
            Table::Org(org.name.clone())
        )));
    }
    Ok(Some(Rc::clone(org)))
}

/// Returns the only org at `site`, or, of several, the one with the account of `--username`.
fn at<'a>(settings: &'a Settings, site: &Site, wanted: &AddRequest) -> Result<Option<&'a Rc<Org>>> {
    let here: Vec<_> = settings
        .orgs
        .iter()
        .filter(|org| org.site == *site)
        .collect();
    let is_meant = |org: &&&Rc<Org>| Some(&org.account) == wanted.username.as_ref();
    match here.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several => match several.iter().find(is_meant) {
            Some(org) => Ok(Some(org)),
            None => {
                let names: Vec<_> = several.iter().map(|org| org.name.as_str()).collect();
                let error = Error::usage(format!("several orgs are {}", site.url()));
                Err(error.hint(format!("name one of them with --org: {}", names.join(", "))))
            }
        },
    }
}

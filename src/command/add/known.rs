//! What of an app and its org is configured already. Pure.

use std::rc::Rc;

use super::wish::Wish;
use crate::app::{App, Org};
use crate::error::{Error, Result};
use crate::settings::{Settings, parse_duration};
use crate::site::Site;

/// The app that is at the wish's URL already. Two apps may share one if they have different cookies, so a cookie that
/// was named decides.
pub(super) fn app<'a>(settings: &'a Settings, wish: &Wish) -> Option<&'a App> {
    settings.apps.iter().find(|app| {
        let is_meant = |cookie: &String| app.cookie == *cookie;
        app.site == wish.site && wish.cookie.as_ref().is_none_or(is_meant)
    })
}

/// What the wish says otherwise than `app` has it.
pub(super) fn differences(app: &App, wish: &Wish) -> Vec<&'static str> {
    let org = app.org();
    let session = wish.session.as_deref().map(parse_duration);
    [
        ("method", org.is_none()),
        ("name", differs(wish.name.as_ref(), Some(&app.name))),
        ("org", differs(wish.org.as_ref(), org.map(|org| &org.name))),
        (
            "username",
            differs(wish.username.as_ref(), org.map(|org| &org.account)),
        ),
        (
            "password",
            differs(wish.password.as_ref(), org.map(|org| &org.password)),
        ),
        ("start", differs(wish.start.as_ref(), Some(&app.start))),
        (
            "session",
            session.is_some_and(|session| session.ok() != app.session),
        ),
    ]
    .into_iter()
    .filter_map(|(what, differs)| differs.then_some(what))
    .collect()
}

/// Whether something was said, and it is not what is there.
fn differs<T: PartialEq>(said: Option<&T>, there: Option<&T>) -> bool {
    said.is_some() && said != there
}

/// The org at `site` that the app will sign in at; `None` where it has to be added.
pub(super) fn org(settings: &Settings, site: &Site, wish: &Wish) -> Result<Option<Rc<Org>>> {
    let org = match &wish.org {
        Some(name) => settings.org(name),
        None => at(settings, site, wish)?,
    };
    let Some(org) = org else { return Ok(None) };
    if org.site != *site {
        return Err(Error::usage(format!(
            "org {} is {}, and the ALB signs people in at {}",
            org.name,
            org.site.url(),
            site.url()
        ))
        .hint("leave --org out, or name a new one"));
    }
    let has_other = [
        (
            "username",
            differs(wish.username.as_ref(), Some(&org.account)),
        ),
        (
            "password",
            differs(wish.password.as_ref(), Some(&org.password)),
        ),
    ];
    if let Some((what, _)) = has_other.iter().find(|(_, differs)| *differs) {
        return Err(Error::usage(format!(
            "org {} is configured already, with another {what}",
            org.name
        ))
        .hint(format!(
            "change [org.{}], or add a second one with --org NAME",
            org.name
        )));
    }
    Ok(Some(Rc::clone(org)))
}

/// The one org at `site`; of several the one of the account that was named.
fn at<'a>(settings: &'a Settings, site: &Site, wish: &Wish) -> Result<Option<&'a Rc<Org>>> {
    let here: Vec<_> = settings
        .orgs
        .iter()
        .filter(|org| org.site == *site)
        .collect();
    let is_meant = |org: &&&Rc<Org>| Some(&org.account) == wish.username.as_ref();
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

//! What a request has done: which of a session, what is kept, a cookie file or a list it is about.

use std::path::Path;

use crate::app::{App, Method};
use crate::cli::CookieFile;
use crate::clock;
use crate::credential::{Credential, Pattern};
use crate::dialect::{Ask, Listed, Outcome, Verb};
use crate::error::{Error, Kind, Result};
use crate::get::{self, Why, Wish, stored};
use crate::jar;
use crate::output;
use crate::secret::Secret;
use crate::session::Freshness;
use crate::store::{Entry, Key};
use crate::world::World;

/// What the caller of a helper wants beside its request.
#[derive(Debug, Default)]
pub(super) struct Terms {
    pub(super) wish: Wish,
    pub(super) file: CookieFile,
    /// How long what is stored is kept.
    pub(super) life: Option<time::Duration>,
    pub(super) verbosity: u8,
}

/// Does what was asked.
pub(super) fn act<'a>(world: &'a World, ask: &Ask, terms: &Terms) -> Result<Outcome<'a>> {
    if ask.verb == Verb::List {
        return listed(world);
    }
    let app = world.find(&ask.target)?;
    match (&app.method, &ask.pattern) {
        (Method::None, Some(pattern)) => kept(world, app, ask, pattern, terms.life),
        (_, pattern) => of_session(world, app, ask, pattern.as_ref(), terms),
    }
}

/// What comes of a request to an app that nobody signs in to, by a caller that has credentials.
fn kept<'a>(
    world: &World,
    app: &App,
    ask: &Ask,
    pattern: &Pattern,
    life: Option<time::Duration>,
) -> Result<Outcome<'a>> {
    match (ask.verb, &ask.offer) {
        (Verb::Erase, _) => stored::erase(world, app, pattern)?,
        (Verb::Store, Some(offer)) => stored::keep(world, app, offer.clone(), life)?,
        _ => return stored::find(world, app, pattern).map(Outcome::Kept),
    }
    Ok(Outcome::Done)
}

/// What comes of a request to an app that has a session.
fn of_session<'a>(
    world: &World,
    app: &'a App,
    ask: &Ask,
    pattern: Option<&Pattern>,
    terms: &Terms,
) -> Result<Outcome<'a>> {
    let account = pattern.and_then(|pattern| pattern.username.as_deref());
    if account.is_some_and(|account| account != app.account()) {
        return Err(Error::new(
            Kind::NoSuchApp,
            format!("{} has another account than the one asked for", app.name),
        ));
    }
    match (ask.verb, &ask.offer) {
        (Verb::Store, offer) => pasted(world, app, offer.as_ref()),
        (Verb::Erase, _) => {
            let secret = pattern.and_then(|pattern| pattern.secret.as_ref());
            erased(world, app, secret)
        }
        _ => match &terms.file.cookie_file {
            None => get::get(world, app, &terms.wish).map(Outcome::Session),
            Some(path) => in_file(world, app, path, terms),
        },
    }
}

/// A session cookie that a person has pasted. A password that is none is the application's own, which git tells to all of
/// its helpers, and what has an end is what this program has answered before.
fn pasted<'a>(world: &World, app: &App, offer: Option<&Credential>) -> Result<Outcome<'a>> {
    if let Some(offer) = offer
        && let Some(password) = &offer.password
        && offer.expires_at.is_none()
    {
        stored::paste(world, app, password.expose(), None)?;
    }
    Ok(Outcome::Done)
}

fn erased<'a>(world: &World, app: &App, secret: Option<&Secret>) -> Result<Outcome<'a>> {
    match app.method {
        Method::None => {
            let pattern = Pattern {
                secret: secret.cloned(),
                ..Pattern::default()
            };
            stored::erase(world, app, &pattern)?;
        }
        Method::Okta { .. } => get::erase(world, app, secret, Why::Refused)?,
    }
    Ok(Outcome::Done)
}

/// The session in the file that the caller reads. It cannot tell when the ALB refuses it (git takes the redirect for an
/// answer), so the ALB is asked before.
fn in_file<'a>(world: &World, app: &'a App, path: &Path, terms: &Terms) -> Result<Outcome<'a>> {
    let wish = Wish {
        verify: Some(terms.wish.verify.unwrap_or_default()),
        ..terms.wish
    };
    let answer = get::get(world, app, &wish)?;
    let text = output::netscape(&answer);
    jar::write(path, &text.stdout)?;
    Ok(Outcome::InFile {
        app,
        warning: text.stderr,
        next: terms.file.next,
    })
}

/// Every app, with what of it could be had at once.
fn listed(world: &World) -> Result<Outcome<'_>> {
    let now = clock::now();
    let row = |app: &'_ App| -> Result<(bool, Vec<Credential>)> {
        if let Method::None = app.method {
            return Ok((false, stored::all(world, app, now)?));
        }
        let entry: Entry = world.cache.read(&Key::of_app(app))?;
        let freshness = entry.judge(app, now, time::Duration::ZERO);
        Ok((freshness == Some(Freshness::Fresh), Vec::new()))
    };
    let apps = world.settings.apps.iter();
    let rows: Result<Vec<_>> = apps
        .map(|app| row(app).map(|(fresh, kept)| Listed { app, fresh, kept }))
        .collect();
    rows.map(Outcome::Listed)
}

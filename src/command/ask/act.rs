//! What a request has done: which of a session, what is kept, a cookie file or a list it is about.

use std::path::Path;

use crate::app::{App, Method, Target};
use crate::cli::CookieFile;
use crate::clock;
use crate::cookie_file;
use crate::credential::{Credential, Pattern};
use crate::dialect::{Ask, Listed, Outcome, Verb};
use crate::error::{Error, Kind, Result};
use crate::get::{self, Why, Wish, stored};
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
    // A name that git has for the application itself says nothing about who signs in.
    let is_theirs = ask.verb == Verb::Get && terms.file.cookie_file.is_some();
    let account = pattern.and_then(|pattern| pattern.username.as_deref());
    let account = account.filter(|_| !is_theirs && ask.verb != Verb::Store);
    if account.is_some_and(|account| account != app.account()) {
        return Err(Error::new(
            Kind::NoSuchApp,
            format!("{} has another account than the one asked for", app.name),
        ));
    }
    match (ask.verb, &ask.offer) {
        (Verb::Store, offer) => pasted(world, app, offer.as_ref(), terms.life),
        (Verb::Erase, _) => {
            let secret = pattern.and_then(|pattern| pattern.secret.as_ref());
            erased(world, app, secret)
        }
        _ => match &terms.file.cookie_file {
            None => {
                let answer = get::get(world, app, &terms.wish)?;
                if let Target::Name(_) = ask.target {
                    get::bookmark(world, app);
                }
                Ok(Outcome::Session(answer))
            }
            Some(path) => in_file(world, app, pattern, path, terms),
        },
    }
}

/// A session cookie that a person has pasted. A password that is none is the application's own, which git tells to all of
/// its helpers, and what has an end is what this program has answered before. Neither does what git tells late take the
/// place of a session that is good.
fn pasted<'a>(
    world: &World,
    app: &App,
    offer: Option<&Credential>,
    life: Option<time::Duration>,
) -> Result<Outcome<'a>> {
    let is_own = |offer: &&Credential| {
        let account = offer.username.as_deref();
        offer.expires_at.is_none() && account.is_none_or(|account| account == app.account())
    };
    let cookie = offer
        .filter(is_own)
        .and_then(|offer| offer.password.as_ref());
    let is_late = offer.is_some_and(|offer| offer.server.is_none()) && is_fresh(world, app)?;
    match cookie {
        Some(cookie) if !is_late && stored::paste(world, app, cookie.expose(), life)? => {
            Ok(Outcome::Done)
        }
        _ => Ok(Outcome::PassedOver),
    }
}

/// Whether a session of `app` could be answered at once.
fn is_fresh(world: &World, app: &App) -> Result<bool> {
    let entry: Entry = world.cache.find(&Key::of_app(app))?;
    let freshness = entry.judge(app, clock::now(), time::Duration::ZERO);
    Ok(freshness == Some(Freshness::Fresh))
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
///
/// A git that knows no `authtype` knows no `http.proactiveAuth` either (both since 2.46), and asks only when it was denied
/// (401). With an ended session it would be redirected instead, so that its cookies end soon: the next git comes without.
fn in_file<'a>(
    world: &World,
    app: &'a App,
    pattern: Option<&Pattern>,
    path: &Path,
    terms: &Terms,
) -> Result<Outcome<'a>> {
    const SOON: time::Duration = time::Duration::minutes(2);
    let wish = Wish {
        verify: Some(terms.wish.verify.unwrap_or_default()),
        trusting: true,
        ..terms.wish
    };
    let mut answer = get::get(world, app, &wish)?;
    if pattern.is_some_and(|pattern| !pattern.takes_authorization) {
        answer.end = answer.end.min(clock::now().saturating_add(SOON));
    }
    let text = output::netscape(&answer);
    cookie_file::write(path, &text.stdout)?;
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
        Ok((is_fresh(world, app)?, Vec::new()))
    };
    let apps = world.settings.apps.iter();
    let rows: Result<Vec<_>> = apps
        .map(|app| row(app).map(|(fresh, kept)| Listed { app, fresh, kept }))
        .collect();
    rows.map(Outcome::Listed)
}

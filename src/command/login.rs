//! `credential login`: a sign-in now, by a person's own wish.
//!
//! That wish is what a remembered refusal waits for, so it is forgotten first. Configured secrets are used; what is
//! not configured is asked for.

use crate::app::{App, Target};
use crate::cli::Login;
use crate::clock;
use crate::error::{Error, Result};
use crate::get::{self, Wish};
use crate::reply::Reply;
use crate::store::{Account, Entry, Key};
use crate::terminal::Questions;
use crate::world::World;

/// Signs in to the app, or to the first app of the org.
pub(crate) fn run(arguments: &Login, verbosity: u8) -> Result<Reply> {
    let world = World::open(verbosity, Questions::Allowed)?;
    let app = find(&world, arguments.target.as_deref())?;
    forgive(&world, app)?;
    let answer = get::get(
        &world,
        app,
        &Wish {
            anew: true,
            ..Wish::default()
        },
    )?;
    if world.terminal.is_attended() {
        let left = crate::settings::show_duration(answer.end - clock::now());
        world.terminal.notice(&format!(
            "signed in to {} as {} for {left}",
            app.name,
            app.account()
        ));
    }
    Ok(Reply::silent())
}

fn find<'a>(world: &'a World, target: Option<&str>) -> Result<&'a App> {
    let Some(name) = target else {
        return world.find(&Target::Unnamed);
    };
    match (world.find(&Target::parse(name)?), world.settings.org(name)) {
        (Err(_), Some(org)) => {
            let first = world.settings.apps_of(org).next();
            first.ok_or_else(|| {
                Error::usage(format!("org {name} has no app that could carry a sign-in"))
            })
        }
        (found, _) => found,
    }
}

/// Forgets what keeps a sign-in from being tried again.
fn forgive(world: &World, app: &App) -> Result<()> {
    let key = Key::of_app(app);
    if world.read::<Entry>(&key)?.failure.is_some() {
        let claim = world.claim(&key, "forget a failure", World::patience(false))?;
        let entry: Entry = world.read(&key)?;
        world.save(
            claim.as_ref(),
            &key,
            &Entry {
                failure: None,
                ..entry
            },
        );
    }
    let Some(org) = app.org() else { return Ok(()) };
    let key = Key::of_account(org);
    if world.read::<Account>(&key)?.refusal.is_some() {
        let claim = world.claim(&key, "forget a refusal", World::patience(false))?;
        let account: Account = world.read(&key)?;
        world.save(
            claim.as_ref(),
            &key,
            &Account {
                refusal: None,
                ..account
            },
        );
    }
    Ok(())
}

//! `credential login`: a sign-in now, by a person's own wish.
//!
//! That wish is what a remembered refusal waits for: it is tried all the same, and forgotten when it succeeds.
//! Configured secrets are used; what is not configured is asked for.

use crate::app::{App, Target};
use crate::cli::Login;
use crate::clock;
use crate::dialect::Manner;
use crate::error::{Error, Result};
use crate::get::{self, Wish};
use crate::reply::Reply;
use crate::world::World;

/// Signs in to the app, or to the first app of the org.
pub(crate) fn run(arguments: &Login, verbosity: u8) -> Result<Reply> {
    let world = World::open(verbosity, Manner::PATIENT)?;
    let app = find(&world, arguments.target.as_deref())?;
    let answer = get::get(
        &world,
        app,
        &Wish {
            anew: true,
            insist: true,
            ..Wish::default()
        },
    )?;
    if world.terminal.is_attended() {
        let left = crate::duration::show_duration(answer.end - clock::now());
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

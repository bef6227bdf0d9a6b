//! `credential go`: the sessions that Go asks for, and another look at one that it was refused with.

use std::ptr;

use super::ask::first_line;
use crate::answer::Answer;
use crate::app::{App, Target};
use crate::cli::Go;
use crate::dialect::go::{self, Request};
use crate::error::{Error, Kind, Result};
use crate::get::{self, Wish};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::world::World;

/// Answers Go.
pub(crate) fn run(arguments: &Go, verbosity: u8) -> Result<Reply> {
    let line = first_line()?;
    let world = World::open(verbosity, go::MANNER)?;
    match Request::read(&arguments.targets, &line) {
        Request::Ready([]) => at_hand(&world),
        Request::Ready(targets) => Ok(ready(&world, targets)),
        Request::Answered { url, is_refusal } => answered(&world, url, is_refusal),
    }
}

/// A block for every app with a session that could be answered at once.
fn at_hand(world: &World) -> Result<Reply> {
    let wish = Wish {
        no_sign_in: true,
        ..Wish::default()
    };
    let mut blocks = Vec::new();
    for app in world
        .settings
        .apps
        .iter()
        .filter(|app| go::takes(&app.site))
    {
        match get::get(world, app, &wish) {
            Ok(answer) => blocks.push(with_cookie(&answer)),
            Err(error) if error.kind == Kind::Person => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Reply::answer(joined(&blocks)))
}

/// A block for each app that is meant, signed in to if need be. One that fails does not take the others' from them. Their
/// ALBs are asked first: one that has ended a session redirects to Okta, and Go takes the page that it finds there for an
/// answer.
fn ready(world: &World, targets: &[String]) -> Reply {
    let wish = Wish {
        verify: Some(time::Duration::ZERO),
        trusting: true,
        ..Wish::default()
    };
    let (mut blocks, mut errors) = (Vec::new(), Vec::new());
    let mut done: Vec<&App> = Vec::new();
    for target in targets {
        match meant(world, target) {
            Ok(Some(app)) if !done.iter().any(|other| ptr::eq(*other, app)) => {
                done.push(app);
                match get::get(world, app, &wish) {
                    Ok(answer) => blocks.push(with_cookie(&answer)),
                    Err(error) => errors.push(error),
                }
            }
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
    let code = match errors.first() {
        Some(error) if blocks.is_empty() => error.kind.exit_code(),
        _ => 0,
    };
    Reply {
        stdout: joined(&blocks),
        stderr: errors.iter().map(Error::to_text).collect(),
        code,
    }
}

/// The block of the app at `url`, whose ALB is asked whether it still takes the session if the answer was a refusal; one
/// without a cookie if there is no session to be had.
fn answered(world: &World, url: &str, is_refusal: bool) -> Result<Reply> {
    let Some(app) = meant(world, url)? else {
        return Ok(Reply::silent());
    };
    let wish = Wish {
        verify: is_refusal.then_some(time::Duration::ZERO),
        no_sign_in: !is_refusal,
        ..Wish::default()
    };
    Ok(match get::get(world, app, &wish) {
        Ok(answer) => Reply::answer(with_cookie(&answer)),
        Err(error) => Reply {
            stdout: go::block(&app.site, None),
            code: 0,
            ..Reply::failure(&error)
        },
    })
}

/// The app that is meant, if it is one for Go. Go asks about every URL, so one that is no app's is nobody's mistake; a
/// name that is no app's is.
fn meant<'a>(world: &'a World, text: &str) -> Result<Option<&'a App>> {
    let target = Target::parse(text)?;
    match world.find(&target) {
        Ok(app) => Ok(Some(app).filter(|app| go::takes(&app.site))),
        Err(error) if error.kind == Kind::NoSuchApp && matches!(target, Target::Url(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn with_cookie(answer: &Answer) -> Secret {
    go::block(&answer.app.site, Some(&answer.session.cookie()))
}

fn joined(blocks: &[Secret]) -> Secret {
    Secret::concat(&blocks.iter().map(Secret::expose).collect::<Vec<_>>())
}

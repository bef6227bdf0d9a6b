//! `credential go`: answers the sessions that Go asks for, and checks the session of a URL that Go was refused.

use std::ptr;

use super::helper::go_response;
use crate::app::{App, Target};
use crate::cli::Go;
use crate::context::Context;
use crate::dialect::go::{self, GoRequest};
use crate::error::{Error, Kind, Result};
use crate::get::{self, GetOptions, fast_path_to_all};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::served_session::ServedSession;

/// `credential go`.
pub(crate) fn run(arguments: &Go, verbosity: u8) -> Result<Reply> {
    if arguments.targets.is_empty() && verbosity == 0 {
        let cached = fast_path_to_all(|answers| {
            reply(&answers.iter().map(with_cookie).collect::<Vec<_>>(), &[])
        });
        if let Some(reply) = cached {
            return Ok(reply);
        }
    }
    // Without a target there is no URL that a response could be about.
    let line = match arguments.targets.is_empty() {
        true => Vec::new(),
        false => go_response()?,
    };
    let context = Context::open(verbosity, go::POLICY)?;
    match GoRequest::read(&arguments.targets, &line) {
        GoRequest::Initial([]) => all_cached(&context),
        GoRequest::Initial(targets) => Ok(of_targets(&context, targets)),
        GoRequest::AfterResponse { url, is_refusal } => after_response(&context, url, is_refusal),
    }
}

/// Answers a block for every app whose cached session is fresh. If one app fails, the others are answered anyway.
fn all_cached(context: &Context) -> Result<Reply> {
    context.cache.check()?;
    let options = GetOptions {
        no_sign_in: true,
        ..GetOptions::default()
    };
    let (mut blocks, mut errors) = (Vec::new(), Vec::new());
    for app in context
        .settings
        .apps
        .iter()
        .filter(|app| go::accepts(&app.site))
    {
        match get::get(context, app, &options) {
            Ok(answer) => blocks.push(with_cookie(&answer)),
            Err(error) if error.kind == Kind::Person => {}
            Err(error) => errors.push(error),
        }
    }
    get::keep_lookup_of_all(context);
    Ok(reply(&blocks, &errors))
}

/// Answers a block for each target, and signs in if there is no session. If one app fails, the others are answered
/// anyway. The ALBs are asked first, because an ALB redirects an ended session to Okta, and Go takes Okta's page as the
/// answer.
fn of_targets(context: &Context, targets: &[String]) -> Reply {
    let options = GetOptions {
        verify: Some(time::Duration::ZERO),
        trusting: true,
        ..GetOptions::default()
    };
    let (mut blocks, mut errors) = (Vec::new(), Vec::new());
    let mut done: Vec<&App> = Vec::new();
    for target in targets {
        match find(context, target) {
            Ok(Some(app)) if !done.iter().any(|other| ptr::eq(*other, app)) => {
                done.push(app);
                match get::get(context, app, &options) {
                    Ok(answer) => blocks.push(with_cookie(&answer)),
                    Err(error) => errors.push(error),
                }
            }
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
    reply(&blocks, &errors)
}

/// Replies with the blocks of those apps that have one. It fails only if none has.
fn reply(blocks: &[Secret], errors: &[Error]) -> Reply {
    let code = match errors.first() {
        Some(error) if blocks.is_empty() => error.kind.exit_code(),
        _ => 0,
    };
    Reply {
        stdout: joined(blocks),
        stderr: errors.iter().map(Error::to_text).collect(),
        code,
    }
}

/// Answers the block of the app at `url`. After a refusal, the ALB is asked whether it still accepts the session. If
/// there is no session, the block has no cookie.
fn after_response(context: &Context, url: &str, is_refusal: bool) -> Result<Reply> {
    let Some(app) = find(context, url)? else {
        return Ok(Reply::silent());
    };
    let options = GetOptions {
        verify: is_refusal.then_some(time::Duration::ZERO),
        no_sign_in: !is_refusal,
        ..GetOptions::default()
    };
    Ok(match get::get(context, app, &options) {
        Ok(answer) => Reply::answer(with_cookie(&answer)),
        Err(error) => Reply {
            stdout: go::block(&app.site.url(), None),
            code: 0,
            ..Reply::failure(&error)
        },
    })
}

/// Finds the app of a target, if Go accepts its site. Go asks about every URL, so a URL without an app is not an error.
/// A name without an app is.
fn find<'a>(context: &'a Context, text: &str) -> Result<Option<&'a App>> {
    let target = Target::parse(text)?;
    match context.find(&target) {
        Ok(app) => Ok(Some(app).filter(|app| go::accepts(&app.site))),
        Err(error) if error.kind == Kind::NoSuchApp && matches!(target, Target::Url(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn with_cookie(answer: &ServedSession) -> Secret {
    go::block(&answer.app.url, Some(&answer.session.cookie()))
}

fn joined(blocks: &[Secret]) -> Secret {
    Secret::concat(&blocks.iter().map(Secret::expose).collect::<Vec<_>>())
}

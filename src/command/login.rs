//! `credential login`: signs in now, because a person wants it.
//!
//! A recorded refusal does not stop it, and is forgotten when the sign-in succeeds. Configured secrets are used; the
//! person is asked for the others.

use crate::app::{App, Target};
use crate::caller_policy::{CallerPolicy, ChosenWay};
use crate::cli::Login;
use crate::clock;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::get::{self, GetOptions};
use crate::reply::Reply;

/// Signs in to the app, or to the first app of the org: of the only org or identity provider, where nothing is named.
pub(crate) fn run(arguments: &Login, verbosity: u8) -> Result<Reply> {
    let context = Context::open(verbosity, CallerPolicy::PATIENT)?;
    let app = find(&context, arguments.target.as_deref())?;
    sign_in(&context, app, arguments.way())?;
    Ok(Reply::silent())
}

/// Signs in to `app` by `way`, and says at a terminal for how long.
pub(super) fn sign_in(context: &Context, app: &App, way: ChosenWay) -> Result<()> {
    let options = GetOptions {
        anew: true,
        insist: true,
        way,
        ..GetOptions::default()
    };
    let answer = get::get(context, app, &options)?;
    if context.terminal.is_attended() {
        let left = crate::duration::show_duration(answer.end - clock::now());
        let whom = app.org().map(|org| format!(" as {}", org.account));
        let (name, whom) = (&app.name, whom.unwrap_or_default());
        let line = format!("signed in to {name}{whom} for {left}");
        context.terminal.notice(&line);
    }
    Ok(())
}

fn find<'a>(context: &'a Context, target: Option<&str>) -> Result<&'a App> {
    let Some(name) = target else {
        return match context.settings.first_of_only_provider(&context.variables) {
            Some(first) => Ok(first),
            None => context.find(&Target::Unnamed),
        };
    };
    match (
        context.find(&Target::parse(name)?),
        context.settings.org(name),
    ) {
        (Err(_), Some(org)) => {
            let first = context.settings.apps_of(org).next();
            first.ok_or_else(|| {
                Error::usage(format!("org {name} has no app that could carry a sign-in"))
            })
        }
        (found, _) => found.map_err(|error| context.settings.with_orgs(error, name)),
    }
}

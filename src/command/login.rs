//! `credential login`: signs in now, because a person wants it.
//!
//! A recorded refusal does not stop it, and is forgotten when the sign-in succeeds. Configured secrets are used; the
//! person is asked for the others.

use super::profiles;
use crate::app::{App, Target};
use crate::caller_policy::{CallerPolicy, ChosenWay};
use crate::cli::Login;
use crate::clock;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::get::{self, GetOptions};
use crate::reply::Reply;

/// Signs in to the app, or to the first app of the org or identity provider: of the only one, where nothing is named.
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
        let org = app.org().filter(|_| answer.session.has_known_account());
        let whom = org.map(|org| format!(" as {}", org.account));
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
    let found = context.find(&Target::parse(name)?);
    found.or_else(|error| match context.settings.org(name) {
        Some(org) => {
            let first = context.settings.apps_of(org).next();
            first.ok_or_else(|| no_app(&format!("org {name}")))
        }
        None => at_provider(context, name, error),
    })
}

/// Returns the first app of the identity provider called `name`; `error` if there is no such provider.
fn at_provider<'a>(context: &'a Context, name: &str, error: Error) -> Result<&'a App> {
    let (settings, variables) = (&context.settings, &context.variables);
    let provider = profiles::named(name);
    let used = profiles::apps_signed_in(context, &provider)?;
    let mut apps = settings.apps.iter().filter(|app| app.signs_in());
    let first = apps.find(|app| match app.provider() {
        Some(own) => own.authority() == provider,
        None => used.contains(&app.site.url()),
    });
    first.ok_or_else(|| match profiles::find(settings, variables, name) {
        Some(provider) => no_app(&provider),
        None => profiles::with_providers(settings.with_orgs(error, name), settings, variables),
    })
}

fn no_app(what: &str) -> Error {
    Error::usage(format!("{what} has no app that could carry a sign-in"))
}

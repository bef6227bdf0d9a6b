//! `credential logout`: forgets cookies; for an org, it also ends the Okta session, and for an identity provider it removes
//! the browser's profile, which has the provider's session.
//!
//! The ALB has no logout: a cookie that was copied elsewhere works until its session ends. An Okta session can be
//! ended; it would otherwise make new cookies silently.

use std::time::Duration;

use super::{exec, profiles};
use crate::app::{App, Content, Org, SignIn, Target};
use crate::caller_policy::{CallerPolicy, Questions};
use crate::cli::Logout;
use crate::clock;
use crate::context::Context;
use crate::cookie::Jar;
use crate::credential::Pattern;
use crate::error::{Error, Result};
use crate::get::{self, EraseReason};
use crate::method::okta;
use crate::paths;
use crate::reply::Reply;
use crate::store::{Account, BrowserNeeds, Key, cookie_file};
use crate::terminal::{Terminal, confirm};

/// The longest wait for a claim: a sign-in that is under way may end first.
const LIMIT: Duration = Duration::from_secs(150);

/// Forgets one app, one org or identity provider with all its apps, or everything.
pub(crate) fn run(arguments: &Logout, verbosity: u8) -> Result<Reply> {
    let context = Context::open(verbosity, CallerPolicy::MUTE)?;
    context.cache.insist();
    match arguments.target.as_deref() {
        target if arguments.here => here(&context, target)?,
        None => {
            everything(&context, arguments.device)?;
            let what = "the sessions of all apps are forgotten, and those at Okta and in browsers are ended";
            confirm(what);
        }
        Some(name) => match (
            context.find(&Target::parse(name)?),
            context.settings.org(name),
        ) {
            (Ok(_), _) if arguments.device => {
                return Err(no_device(name, "an app"));
            }
            (Ok(app), _) => {
                app_alone(&context, app)?;
                let done = match app.content {
                    Content::Session(_) => format!("the session of {} is forgotten", app.name),
                    Content::Credentials => format!("what was kept for {} is forgotten", app.name),
                };
                confirm(&done);
                tell_what_stays(&context, app, verbosity);
            }
            (Err(_), Some(org)) => {
                org_and_apps(&context, org, arguments.device)?;
                let device = if arguments.device {
                    ", its device token is forgotten"
                } else {
                    ""
                };
                confirm(&format!(
                    "the sessions of the apps of org {name} are forgotten, its session at Okta is ended{device}"
                ));
            }
            (Err(error), None) => other(&context, arguments, name, error)?,
        },
    }
    // A killed `exec` may have left files.
    exec::private_dirs(&context).sweep();
    Ok(Reply::silent())
}

/// Removes this machine's copies of what a fleet of machines shares: of one app, of one org, or all. The others keep theirs.
fn here(context: &Context, target: Option<&str>) -> Result<()> {
    let all = || context.settings.apps.iter().collect::<Vec<_>>();
    let apps = match target {
        None => all(),
        Some(name) => match (
            context.find(&Target::parse(name)?),
            context.settings.org(name),
        ) {
            (Ok(app), _) => vec![app],
            (Err(_), Some(org)) => context.settings.apps_of(org).collect(),
            (Err(error), None) => return Err(context.settings.with_orgs(error, name)),
        },
    };
    let is_shared = |app: &&App| context.cache.fleet(&Key::of_app(app)).is_some();
    let shared: Vec<_> = apps.into_iter().filter(is_shared).collect();
    if shared.is_empty() {
        return Err(Error::usage("no other machine shares these sessions")
            .hint("leave --here out: without a shared store each session is of this machine"));
    }
    shared
        .into_iter()
        .map(|app| get::forget_here(context, app))
        .fold(Ok(()), Result::and)
}

/// Forgets the identity provider called `name`; `error` if there is none.
fn other(context: &Context, arguments: &Logout, name: &str, error: Error) -> Result<()> {
    let (settings, variables) = (&context.settings, &context.variables);
    match profiles::find(settings, variables, name) {
        Some(_) if arguments.device => Err(no_device(name, "an identity provider")),
        Some(provider) => {
            provider_and_apps(context, &provider)?;
            confirm(&format!(
                "the browser's session at {provider} is ended here, and the sessions of its apps are forgotten"
            ));
            Ok(())
        }
        None => Err(profiles::with_providers(
            settings.with_orgs(error, name),
            settings,
            variables,
        )),
    }
}

fn no_device(name: &str, what: &str) -> Error {
    Error::usage(format!(
        "{name} is {what}, and a device token belongs to an org"
    ))
    .hint("credential logout ORG --device")
}

/// Says at a terminal that the identity provider's session stays after a `logout` of `app`, if there is one: it would sign
/// in again silently.
fn tell_what_stays(context: &Context, app: &App, verbosity: u8) {
    let Content::Session(SignIn::Browser { provider }) = &app.content else {
        return;
    };
    let known = profiles::providers(&context.variables);
    let (at, name) = match (provider.as_ref().map(crate::site::Site::authority), &*known) {
        (Some(provider), known) if !known.contains(&provider) => return,
        (Some(provider), _) => (provider.clone(), provider),
        (None, []) => return,
        (None, _) => ("its identity provider".to_owned(), "PROVIDER".to_owned()),
    };
    let silenced_by = context.variables.silenced_by;
    let terminal = Terminal::new(verbosity, Questions::Allowed, silenced_by);
    if terminal.is_attended() {
        terminal.notice(&format!(
            "the browser's session at {at} stays; to end it here: credential logout {name}"
        ));
    }
}

/// Forgets every configured org and app, and every record that no configuration names any more. If one cannot be forgotten,
/// the others are anyway.
fn everything(context: &Context, device: bool) -> Result<()> {
    let mut ended = Ok(());
    for org in &context.settings.orgs {
        ended = ended.and(org_and_apps(context, org, device));
    }
    for app in &context.settings.apps {
        ended = ended.and(app_alone(context, app));
    }
    for provider in profiles::providers(&context.variables) {
        ended = ended.and(profiles::remove(context, &provider, LIMIT));
    }
    ended = ended.and(profiles::remove_rest(&context.variables));
    let accounts = context
        .settings
        .orgs
        .iter()
        .map(|org| Key::of_account(org).name());
    ended = ended.and(context.cache.clear(&accounts.collect::<Vec<_>>(), LIMIT));
    let directory = paths::cache_directory(&context.variables);
    ended.and(directory.map_or(Ok(()), |directory| cookie_file::remove_all(&directory)))
}

/// Forgets one app. A sign-in that is under way may bring a new session.
fn app_alone(context: &Context, app: &App) -> Result<()> {
    match app.content {
        Content::Session(_) => get::erase(context, app, None, EraseReason::Unwanted),
        Content::Credentials => get::kept_credentials::erase(context, app, &Pattern::default()),
    }
}

/// Ends the Okta session first, under the claim on its account, so that no sign-in can use it meanwhile. Then forgets
/// the apps, and ends the Okta session that a sign-in under way may have made. If Okta cannot be reached, everything is
/// forgotten here all the same.
fn org_and_apps(context: &Context, org: &Org, device: bool) -> Result<()> {
    let mut ended = sign_out(context, org, device);
    for app in context.settings.apps_of(org) {
        ended = ended.and(get::forget(context, app));
    }
    let account: Account = match context.cache.find(&Key::of_account(org)) {
        Ok(account) => account,
        Err(error) => return ended.and(Err(error)),
    };
    if !account.session.is_empty() {
        ended = ended.and(sign_out(context, org, device));
    }
    ended.and(profiles::remove(context, &org.site.authority(), LIMIT))
}

/// Removes the browser's profile for `provider`, and forgets the apps that sign in there in a browser: those whose
/// configuration says so, and those whose session came by the profile.
fn provider_and_apps(context: &Context, provider: &str) -> Result<()> {
    let used = profiles::apps_signed_in(context, provider)?;
    let mut ended = profiles::remove(context, provider, LIMIT);
    let is_there = |app: &&App| {
        let is_named = (app.provider()).is_some_and(|own| own.authority() == provider);
        app.org().is_none() && (is_named || used.contains(&app.site.url()))
    };
    for app in context.settings.apps.iter().filter(is_there) {
        ended = ended.and(get::forget(context, app));
    }
    ended
}

fn sign_out(context: &Context, org: &Org, device: bool) -> Result<()> {
    let key = Key::of_account(org);
    let purpose = format!("sign out of org {}", org.name);
    let known = context.cache.demand::<Account>(&key);
    let known = known.map_err(|error| error.while_doing(&format!("cannot {purpose}")))?;
    if known == Account::default() {
        return Ok(());
    }
    let mut held = context.cache.hold::<Account>(&key, &purpose, LIMIT)?;
    let before = held.record.clone();
    held.record.take_session(Jar::default(), clock::now());
    // The next sign-in finds out anew whether a password is enough.
    held.record.browser_needs = BrowserNeeds::default();
    if device {
        held.record.device = None;
    }
    held.write()
        .map_err(|error| error.while_doing(&format!("cannot {purpose}")))?;
    if let Some(why) = held.away() {
        return Err(Error::network(why).while_doing(&format!("cannot {purpose}")));
    }
    if before.session.is_empty() {
        return Ok(());
    }
    okta::end_session(context, org, &before).map_err(|error| {
        error.while_doing(&format!(
            "the cookies of org {} are forgotten, but its Okta session could not be ended",
            org.name
        ))
    })
}

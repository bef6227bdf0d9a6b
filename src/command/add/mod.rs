//! `credential add`: finds out the ALB and the identity provider of an app, and adds the app, and an org of Okta, to the
//! configuration.
//!
//! Only public pages are requested, without a cookie and without a password. The ALB names the provider. An attacker who
//! can answer in place of the ALB could name another one, and the password will be sent there, or a browser opened. So the
//! user confirms the provider's host before anything is written.

mod adding;
mod ending;
mod findings;
mod found;
mod known;
mod look;
mod name;
mod request;
mod talk;

use self::adding::Adding;
use self::look::{Found, Way, look};
use self::request::AddRequest;
use crate::app::App;
use crate::caller_policy::Questions;
use crate::cli::Add;
use crate::clock;
use crate::environment::Variables;
use crate::error::{Error, Result, Table};
use crate::http::{Client, Tracer};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::settings::{ConfigFile, Settings, validate};
use crate::terminal::{Terminal, say};

/// `credential add`.
pub(crate) fn run(arguments: &Add, verbosity: u8) -> Result<Reply> {
    let variables = Variables::of_process()?;
    let file = ConfigFile::open(&variables)?;
    let wanted = AddRequest::read(arguments)?;
    let terminal = Terminal::new(verbosity, Questions::Allowed, variables.silenced_by);
    if let Some(app) = known::app(&file.settings, &wanted) {
        return already(terminal, &file, app, &wanted);
    }
    if let Some(name) = &wanted.name {
        free(&file.settings, name)?;
    }
    let tracer = (verbosity > 0).then_some(Tracer {
        say,
        is_detailed: verbosity > 1,
    });
    let client = Client::new(tracer, variables.certificates.clone());
    let start = wanted.start.clone();
    let start = start.unwrap_or_else(|| wanted.url.clone());
    let progress = terminal.progress(
        format!("looking at {}", wanted.site.authority()),
        clock::ticks(),
    );
    let found = look(&client, &wanted.site, start, wanted.in_browser);
    drop(progress);
    let found = found?;
    let org = match found.way {
        Way::Password { .. } => known::org(&file.settings, &found.request.provider, &wanted)?,
        Way::Browser => {
            only_okta(&wanted, &found)?;
            None
        }
    };
    let adding = Adding {
        arguments,
        terminal,
        is_attended: terminal.is_attended(),
        settings: &file.settings,
        variables: &variables,
        wanted,
        found,
        org,
    };
    adding.check_attended()?;
    talk::tell(terminal, &adding.findings(&file))?;
    let addition = adding.addition()?;
    if arguments.dry_run {
        return Ok(Reply::answer(Secret::new(addition.text()?)));
    }
    file.replace(&file.with(&addition)?)?;
    terminal.notice(&format!("wrote {} to {}", addition.labels(), file.name()));
    let name = &addition.app.name;
    let verb = first_verb(adding.is_in_browser());
    match adding.may_ask() {
        true => ending::offer(terminal, verbosity, name, verb)?,
        false => next(terminal, name, verb),
    }
    Ok(Reply::silent())
}

/// Refuses the options that only an Okta org has a use for.
fn only_okta(wanted: &AddRequest, found: &Found) -> Result<()> {
    let Some(option) = wanted.for_okta() else {
        return Ok(());
    };
    let host = found.request.provider.authority();
    let error = Error::usage(format!(
        "{option} is for an Okta org, and the ALB signs people in at {host}"
    ));
    Err(error.hint("leave it out: people sign in there in a browser"))
}

/// Replies about an app that is already configured. It is an error if the options contradict the configuration.
fn already(terminal: Terminal, file: &ConfigFile, app: &App, wanted: &AddRequest) -> Result<Reply> {
    let differences = known::differences(app, wanted);
    if differences.is_empty() {
        let (url, file) = (wanted.site.url(), file.name());
        terminal.notice(&format!(
            "{url} is already configured as {} in {file}: nothing was written",
            app.name
        ));
        next(
            terminal,
            &app.name,
            first_verb(app.method_name() == "browser"),
        );
        return Ok(Reply::silent());
    }
    let error = Error::usage(format!(
        "{} is already configured as {}, with another {}",
        wanted.site.url(),
        app.name,
        differences.join(" and another ")
    ));
    let table = Table::App(app.name.clone());
    Err(error.hint(format!("change {table} in {}", file.name())))
}

/// Returns the command that a new app is first used with.
fn first_verb(in_browser: bool) -> &'static str {
    match in_browser {
        true => "login",
        false => "get",
    }
}

fn next(terminal: Terminal, app: &str, verb: &str) {
    terminal.notice(&format!("next: credential {verb} {app}"));
}

/// Returns `name` if no app has it.
fn free(settings: &Settings, name: &str) -> Result<String> {
    let name = validate::name(name)?;
    match settings.apps.iter().any(|app| app.name == name) {
        true => Err(
            Error::usage(format!("another app is already called {name}"))
                .hint("give this one another name with --name"),
        ),
        false => Ok(name),
    }
}

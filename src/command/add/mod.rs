//! `credential add`: finds out the ALB and the org of an app, and adds both to the configuration.
//!
//! Only public pages are requested, without a cookie and without a password. The ALB names the org. An attacker who can
//! answer in place of the ALB could name another org, and the password will be sent there. So the user confirms the
//! org's host before anything is written.

mod adding;
mod found;
mod known;
mod look;
mod name;
mod request;
mod talk;

use self::adding::Adding;
use self::look::look;
use self::request::AddRequest;
use crate::app::App;
use crate::caller_policy::Questions;
use crate::cli::Add;
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
    let client = Client::new(tracer, variables.certificates);
    let start = wanted.start.clone();
    let start = start.unwrap_or_else(|| wanted.url.clone());
    let found = look(&client, &wanted.site, start)?;
    let org = known::org(&file.settings, &found.request.org, &wanted)?;
    let adding = Adding {
        arguments,
        terminal,
        is_attended: terminal.is_attended(),
        settings: &file.settings,
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
    next(terminal, &addition.app.name);
    Ok(Reply::silent())
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
        next(terminal, &app.name);
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

fn next(terminal: Terminal, app: &str) {
    terminal.notice(&format!("next: credential get {app}"));
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

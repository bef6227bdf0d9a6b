//! The commands: one file each, and the one `match` that knows them all.

mod add;
mod completions;
mod config;
mod doctor;
mod exec;
mod go;
mod helper;
mod login;
mod logout;
mod profiles;
mod renew;
mod setup;
mod shell;
mod status;
#[cfg(unix)]
pub(crate) mod wrap;

use std::ffi::OsString;
use std::path::Path;

use clap::Parser as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::app::Target;
use crate::cli::plain::{self, PlainCommand};
use crate::cli::{Cli, Command, Go};
use crate::context::Configuration;
use crate::dialect::{self, Dialect};
#[cfg(not(unix))]
use crate::error::Error;
use crate::error::{foreign, is_control, typed};
use crate::output;
use crate::reply::Reply;
use crate::secret::Secret;

/// Runs the command that the process was called with.
pub(crate) fn run(arguments: &[OsString]) -> Reply {
    if let Some(dialect) = multi_call(arguments) {
        return helper::called_as(dialect, &arguments[1..]);
    }
    match plain::parse(arguments) {
        Some(PlainCommand::Get(get)) => return helper::get(get, 0),
        Some(PlainCommand::Go) => {
            let reply = go::run(&Go::default(), 0);
            return reply.unwrap_or_else(|error| Reply::failure(&error));
        }
        #[cfg(unix)]
        Some(PlainCommand::Wrap(tool, arguments)) => return wrap::run(tool, arguments, 0),
        None => {}
    }
    if let Some(reply) = completions::answer(arguments) {
        return reply;
    }
    match Cli::try_parse_from(arguments) {
        Ok(cli) => dispatch(cli),
        Err(mut error) => {
            if let Some(tip) = tip(&error, arguments) {
                error.insert(
                    ContextKind::Suggested,
                    ContextValue::StyledStrs(vec![tip.into()]),
                );
            }
            clap_reply(error)
        }
    }
}

/// Returns the command that was probably meant: `credential grafana`, `credential get grafana --json`.
fn tip(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let target = word(ContextKind::InvalidSubcommand)?;
            let is_app = || {
                let parsed = Target::parse(target).ok()?;
                Configuration::load().ok()?.find(&parsed).ok().map(|_| ())
            };
            (target.contains("://") || is_app().is_some()).then(|| {
                format!(
                    "to print its cookie, use 'credential get {}'",
                    typed(target)
                )
            })
        }
        ErrorKind::UnknownArgument if arguments.iter().any(|argument| argument == "get") => {
            let name = word(ContextKind::InvalidArg)?.strip_prefix("--")?;
            let format = output::ALL.iter().find(|format| format.name == name)?;
            Some(format!(
                "to choose the output format, use '--as {}'",
                format.name
            ))
        }
        _ => None,
    }
}

/// Returns the dialect if this program was called by a helper's name, such as `git-credential-alb`.
fn multi_call(arguments: &[OsString]) -> Option<&'static dyn Dialect> {
    let name = Path::new(arguments.first()?).file_stem()?.to_str()?;
    dialect::named(name.strip_suffix("-credential-alb")?)
}

fn dispatch(Cli { verbose, command }: Cli) -> Reply {
    let reply = match command {
        Command::Get(get) => return helper::get(get, verbose),
        Command::Store(store) => return helper::store(&store, verbose),
        Command::Erase(erase) => return helper::erase(&erase, verbose),
        Command::List(_) => return helper::list(verbose),
        #[cfg(unix)]
        Command::Wrap(of) => return wrap::run(&of.tool, &of.arguments, verbose),
        #[cfg(not(unix))]
        Command::Wrap(_) => Err(Error::usage(
            "HTTP clients can be wrapped on Unix systems only",
        )),
        Command::Renew(renew) => renew::run(&renew, verbose),
        Command::Add(add) => add::run(&add, verbose),
        Command::Doctor(doctor) => doctor::run(&doctor, verbose),
        Command::Login(login) => login::run(&login, verbose),
        Command::Logout(logout) => logout::run(&logout, verbose),
        Command::Status(status) => status::run(&status, verbose),
        Command::Config(config) => config::run(&config, verbose),
        Command::Setup(setup) => setup::run(&setup, verbose),
        Command::Exec(exec) => exec::run(&exec, verbose),
        Command::Go(go) => go::run(&go, verbose),
        Command::Shell(of) => Ok(shell::integration(of.shell)),
        Command::Completions(of) => completions::registration(of.shell),
        Command::Man(of) => shell::manual(of.command.as_deref()),
    };
    reply.unwrap_or_else(|error| Reply::failure(&error))
}

/// Replies with clap's text. Help and version go to stdout, errors to stderr. An error repeats arguments, which a caller may
/// have from anywhere.
fn clap_reply(mut error: clap::Error) -> Reply {
    if !error.use_stderr() {
        return Reply::answer(Secret::new(error.render().to_string()));
    }
    let repeated: Vec<_> = (error.context())
        .filter_map(|(kind, value)| Some((kind, cleaned(value)?)))
        .collect();
    for (kind, value) in repeated {
        error.insert(kind, value);
    }
    let lines = error.render().to_string();
    let is_harmless = |c: &char| *c == '\n' || !is_control(*c);
    Reply {
        stdout: Secret::default(),
        stderr: lines.chars().filter(is_harmless).collect(),
        code: 2,
    }
}

/// Words that may repeat an argument, in lines that command no terminal; `None` for other values.
fn cleaned(value: &ContextValue) -> Option<ContextValue> {
    Some(match value {
        ContextValue::String(words) => ContextValue::String(foreign(words)),
        ContextValue::Strings(all) => {
            ContextValue::Strings(all.iter().map(|words| foreign(words)).collect())
        }
        ContextValue::StyledStrs(tips) => {
            let tips = tips.iter().map(|tip| foreign(&tip.to_string()).into());
            ContextValue::StyledStrs(tips.collect())
        }
        _ => return None,
    })
}

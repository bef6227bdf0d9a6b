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
mod manual;
mod mistake;
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
use crate::cli::{self, Cli, Command, Go};
use crate::context::Configuration;
use crate::dialect::{self, Dialect};
#[cfg(not(unix))]
use crate::error::Error;
use crate::error::{Hint, shown, typed};
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
        // clap's parser says that there is none.
        #[cfg(not(unix))]
        Some(PlainCommand::Wrap(..)) => {}
        None => {}
    }
    if let Some(reply) = completions::answer(arguments) {
        return reply;
    }
    match Cli::try_parse_from(arguments) {
        Ok(cli) => dispatch(cli),
        Err(error) => not_parsed(&error, arguments),
    }
}

/// Replies to a call that asks for help or the version, or that is a mistake.
fn not_parsed(error: &clap::Error, arguments: &[OsString]) -> Reply {
    match error.kind() {
        ErrorKind::DisplayVersion => text(error),
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let asked = cli::help::described().try_get_matches_from(arguments);
            text(asked.as_ref().err().unwrap_or(error))
        }
        _ => Reply::failure(&mistake::error(error, arguments, meant(error))),
    }
}

/// Returns the call that was probably meant, where an app or a URL stands in the command's place.
fn meant(error: &clap::Error) -> Option<Hint> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let target = Target::parse(word).ok()?;
    let is_app =
        Configuration::load().is_ok_and(|configuration| configuration.find(&target).is_ok());
    let call = match (&target, is_app) {
        (Target::Url(url), true) => format!("credential get {}", typed(&shown(url))),
        (Target::Url(url), false) => format!("credential add {}", typed(&shown(url))),
        (Target::Name(name), true) => format!("credential get {}", typed(name)),
        _ => return None,
    };
    Some(call.into())
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
        Command::Man(of) => manual::run(of.command.as_deref()),
    };
    reply.unwrap_or_else(|error| Reply::failure(&error))
}

/// Replies with the parser's own text: on stdout, or on stderr if it was not asked for.
fn text(found: &clap::Error) -> Reply {
    let text = found.render().to_string();
    match found.use_stderr() {
        false => Reply::answer(Secret::new(text)),
        true => Reply {
            stdout: Secret::default(),
            stderr: text,
            code: 2,
        },
    }
}

//! Completions: prints the registration that a shell loads, and answers the shell's requests while the user types.
//!
//! The registered function calls this program again with [`VARIABLE`] set and the typed words after `--`. An argument
//! completes by the name of its value: `APP` completes to the names of apps, `ORG` to those of orgs. A broken
//! configuration completes to nothing; an error would disturb the user's typing.

use std::ffi::{OsStr, OsString};

use clap::{Arg, CommandFactory as _};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{Bash, EnvCompleter, Fish, Zsh};

use crate::cli::{Cli, ShellName};
use crate::environment::{self, Variables};
use crate::error::{Error, Kind, Result};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::settings::Settings;

/// The variable that asks for completions. Its value is the shell's name.
const VARIABLE: &str = "_CREDENTIAL_COMPLETE";

/// `credential completions`: the lines that a shell has to load.
pub(crate) fn registration(shell: ShellName) -> Result<Reply> {
    let completer = match shell {
        ShellName::Bash => &Bash as &dyn EnvCompleter,
        ShellName::Zsh => &Zsh,
        ShellName::Fish => &Fish,
    };
    let mut text = Vec::new();
    let name = "credential";
    completer
        .write_registration(VARIABLE, name, name, name, &mut text)
        .map_err(|error| {
            Error::new(Kind::Other, "cannot write the completions").caused_by(error)
        })?;
    Ok(text_reply(&text))
}

/// Answers a shell's request for completions. `None` if this call is not one.
pub(super) fn answer(arguments: &[OsString]) -> Option<Reply> {
    let [_, dashes, words @ ..] = arguments else {
        return None;
    };
    if dashes != "--" {
        return None;
    }
    let shell = environment::foreign(VARIABLE)?;
    let known: [&dyn EnvCompleter; 3] = [&Bash, &Zsh, &Fish];
    let completer = known.into_iter().find(|completer| completer.is(&shell))?;
    let mut text = Vec::new();
    let mut command = visible_commands();
    match completer.write_complete(&mut command, words.to_vec(), None, &mut text) {
        Ok(()) => Some(text_reply(&text)),
        // There are no completions.
        Err(_) => Some(Reply {
            code: Kind::Other.exit_code(),
            ..Reply::silent()
        }),
    }
}

fn text_reply(text: &[u8]) -> Reply {
    Reply::answer(Secret::new(String::from_utf8_lossy(text).into_owned()))
}

/// Builds the command line without hidden commands, with candidates for the values of its arguments.
fn visible_commands() -> clap::Command {
    let all = Cli::command();
    let commands = all
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let commands: Vec<_> = commands
        .map(|command| command.clone().mut_args(with_candidates))
        .collect();
    clap::Command::new("credential")
        .version(env!("CARGO_PKG_VERSION"))
        .args(all.get_arguments().cloned())
        .subcommands(commands)
}

/// Adds the candidates for an argument's value.
fn with_candidates(argument: Arg) -> Arg {
    let names = argument.get_value_names().unwrap_or_default();
    let accepts = |kind: &str| {
        names
            .iter()
            .any(|name| name.split('|').any(|part| part == kind))
    };
    match (accepts("APP"), accepts("ORG")) {
        (true, true) => argument.add(ArgValueCandidates::new(|| {
            apps().into_iter().chain(orgs()).collect::<Vec<_>>()
        })),
        (true, false) => argument.add(ArgValueCandidates::new(apps)),
        (false, true) => argument.add(ArgValueCandidates::new(orgs)),
        (false, false) => argument,
    }
}

fn settings() -> Settings {
    let settings = Variables::of_process().and_then(|variables| Settings::load(&variables));
    settings.unwrap_or_default()
}

fn apps() -> Vec<CompletionCandidate> {
    let candidate = |app: &crate::app::App| {
        CompletionCandidate::new(OsStr::new(&app.name)).help(Some(app.site.url().into()))
    };
    settings().apps.iter().map(candidate).collect()
}

fn orgs() -> Vec<CompletionCandidate> {
    let candidate = |org: &std::rc::Rc<crate::app::Org>| {
        CompletionCandidate::new(OsStr::new(&org.name)).help(Some(org.site.url().into()))
    };
    settings().orgs.iter().map(candidate).collect()
}

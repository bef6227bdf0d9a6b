//! Completions: the few lines that a shell loads, and the answers to its questions while a person types.
//!
//! The lines call the program again, with [`VARIABLE`] set and the words behind `--`. What an argument takes stands in
//! its value's name: `APP` has the names of the apps, `ORG` those of the orgs. A broken configuration has none, and is
//! nothing to speak of while somebody types.

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

/// Set, with the shell's name, where a completion is asked for.
const VARIABLE: &str = "_CREDENTIAL_COMPLETE";

/// What a shell has to load.
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
    Ok(answer(&text))
}

/// The answer to a shell's question, if that is what the process was called for.
pub(super) fn asked(arguments: &[OsString]) -> Option<Reply> {
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
    let mut command = visible();
    match completer.write_complete(&mut command, words.to_vec(), None, &mut text) {
        Ok(()) => Some(answer(&text)),
        // There is nothing to complete here.
        Err(_) => Some(Reply {
            code: Kind::Other.exit_code(),
            ..Reply::silent()
        }),
    }
}

fn answer(text: &[u8]) -> Reply {
    Reply::answer(Secret::new(String::from_utf8_lossy(text).into_owned()))
}

/// The command line without what is not for people to type, with the names that its arguments take.
fn visible() -> clap::Command {
    let all = Cli::command();
    let commands = all
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let commands: Vec<_> = commands
        .map(|command| command.clone().mut_args(named))
        .collect();
    clap::Command::new("credential")
        .version(env!("CARGO_PKG_VERSION"))
        .args(all.get_arguments().cloned())
        .subcommands(commands)
}

/// `argument`, with the names that it takes.
fn named(argument: Arg) -> Arg {
    let names = argument.get_value_names().unwrap_or_default();
    let takes = |what: &str| {
        names
            .iter()
            .any(|name| name.split('|').any(|part| part == what))
    };
    match (takes("APP"), takes("ORG")) {
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

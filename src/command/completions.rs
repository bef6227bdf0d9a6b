//! Completions: prints the registration that a shell loads, and answers the shell's requests while the user types.
//!
//! The registered function calls this program again with [`VARIABLE`] set and the typed words after `--`. An argument
//! completes by the name of its value: `APP` completes to the names of apps, `ORG` to those of orgs, `PROVIDER` to the hosts
//! of identity providers. The command of `exec` completes to programs, and its arguments as that command's own completion
//! says, or to paths. A broken configuration completes to nothing; an error would disturb the user's typing.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use clap::{Arg, CommandFactory as _};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
};
use clap_complete::env::{Bash, EnvCompleter, Fish, Zsh};

use super::profiles;
use crate::cli::{Cli, ShellName};
use crate::environment::{self, Variables};
use crate::error::{Error, Kind, Result};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::settings::Settings;

/// The variable that asks for completions. Its value is the shell's name.
const VARIABLE: &str = "_CREDENTIAL_COMPLETE";

/// The variable in which bash and zsh say the index of the current word.
const INDEX: &str = "_CLAP_COMPLETE_INDEX";

/// Loads zsh's completion system if nothing has loaded it yet: without it there is no `compdef`.
const COMPINIT: &str = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }\n";

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
    text.extend_from_slice(delegation(shell).as_bytes());
    if let ShellName::Zsh = shell {
        // The first line has to stay the first: it is for a file that zsh loads by itself.
        let line = text.iter().position(|&byte| byte == b'\n');
        let rest = text.split_off(line.map_or(0, |line| line + 1));
        text = [&text, COMPINIT.as_bytes(), &rest].concat();
    }
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
    let index = environment::foreign(INDEX).and_then(|index| index.parse().ok());
    let typed = Typed::new(words, index);
    // fish asks the command itself, and joins both answers.
    if shell == "fish" && matches!(typed.of_exec(), Some([_, ..])) {
        return Some(Reply::silent());
    }
    let mut command = visible_commands(&typed);
    match completer.write_complete(&mut command, words.to_vec(), None, &mut text) {
        Ok(()) if typed.is_option() => Some(text_reply(&text)),
        Ok(()) => Some(text_reply(&without_options(&text))),
        // There are no completions.
        Err(_) => Some(Reply {
            code: Kind::Other.exit_code(),
            ..Reply::silent()
        }),
    }
}

/// Returns the lines that have the command of `exec` complete its own arguments, as its own completion would.
fn delegation(shell: ShellName) -> &'static str {
    match shell {
        ShellName::Bash => include_str!("../../shell/exec.bash"),
        ShellName::Zsh => include_str!("../../shell/exec.zsh"),
        ShellName::Fish => include_str!("../../shell/exec.fish"),
    }
}

fn text_reply(text: &[u8]) -> Reply {
    Reply::answer(Secret::new(String::from_utf8_lossy(text).into_owned()))
}

/// The words that the user has typed.
struct Typed<'a> {
    /// The words before the current one.
    before: &'a [OsString],
    current: &'a OsStr,
}

impl<'a> Typed<'a> {
    /// Splits `words` at the current one, which is the last one if the shell does not say its `index`.
    fn new(words: &'a [OsString], index: Option<usize>) -> Self {
        let index = index.unwrap_or(words.len().saturating_sub(1));
        Self {
            before: words.get(..index).unwrap_or(words),
            current: words.get(index).map_or(OsStr::new(""), OsString::as_os_str),
        }
    }

    fn is_option(&self) -> bool {
        self.current.as_encoded_bytes().starts_with(b"-")
    }

    /// Returns the words of the command that `exec` is to run, before the current one; `None` before its `--`.
    fn of_exec(&self) -> Option<&'a [OsString]> {
        let dashes = self.before.iter().position(|word| word == "--")?;
        let mut words = self.before[..dashes].iter().skip(1);
        let verb = words.find(|word| !word.as_encoded_bytes().starts_with(b"-"))?;
        (verb == "exec").then(|| &self.before[dashes + 1..])
    }
}

/// Removes the options from the candidates: they are offered to a user who has typed a `-`.
fn without_options(text: &[u8]) -> Vec<u8> {
    // bash separates its candidates by another character.
    let lines = text.split_inclusive(|byte| matches!(byte, b'\n' | b'\x0b'));
    lines
        .filter(|line| !line.starts_with(b"-"))
        .flatten()
        .copied()
        .collect()
}

/// Builds the command line without hidden commands, with candidates for the values of its arguments.
fn visible_commands(typed: &Typed) -> clap::Command {
    let completer = match typed.of_exec() {
        Some([]) => Some(ArgValueCompleter::new(programs)),
        Some(_) => Some(ArgValueCompleter::new(PathCompleter::any())),
        None => None,
    };
    let all = Cli::command();
    let commands = all
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let commands: Vec<_> = commands
        .map(|command| {
            command.clone().mut_args(|argument| match &completer {
                // After `--` each positional argument stands for the command: the app may be left out.
                Some(completer) if argument.is_positional() => argument.add(completer.clone()),
                _ => with_candidates(argument),
            })
        })
        .collect();
    clap::Command::new("credential")
        .version(env!("CARGO_PKG_VERSION"))
        .args(all.get_arguments().cloned())
        .subcommands(commands)
}

/// Lists the candidates of one kind.
type Candidates = fn() -> Vec<CompletionCandidate>;

/// The kinds of values, with the candidates for each.
const KINDS: [(&str, Candidates); 3] = [("APP", apps), ("ORG", orgs), ("PROVIDER", providers)];

/// Adds the candidates for an argument's value.
fn with_candidates(argument: Arg) -> Arg {
    let names = argument.get_value_names().unwrap_or_default();
    let accepts = |kind: &str| {
        names
            .iter()
            .any(|name| name.split('|').any(|part| part == kind))
    };
    let kinds: Vec<Candidates> = KINDS
        .into_iter()
        .filter(|(kind, _)| accepts(kind))
        .map(|(_, candidates)| candidates)
        .collect();
    match kinds.is_empty() {
        true => argument,
        false => argument.add(ArgValueCandidates::new(move || {
            kinds.iter().flat_map(|all| all()).collect::<Vec<_>>()
        })),
    }
}

/// Returns the programs in `PATH` whose names begin with `current`, or paths if it is one.
fn programs(current: &OsStr) -> Vec<CompletionCandidate> {
    let beginning = current.as_encoded_bytes();
    if beginning.contains(&b'/') {
        return PathCompleter::any().complete(current);
    }
    let directories = environment::search_path();
    let files = directories
        .iter()
        .filter_map(|directory| directory.read_dir().ok());
    let names = files
        .flatten()
        .filter_map(|file| Some(file.ok()?.file_name()));
    let names: BTreeSet<_> = names
        .filter(|name| name.as_encoded_bytes().starts_with(beginning))
        .collect();
    names.into_iter().map(CompletionCandidate::new).collect()
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

fn providers() -> Vec<CompletionCandidate> {
    let Ok(variables) = Variables::of_process() else {
        return Vec::new();
    };
    let known = profiles::known_providers(&settings(), &variables);
    known.into_iter().map(CompletionCandidate::new).collect()
}

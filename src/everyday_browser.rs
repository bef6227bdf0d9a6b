//! Opens an address in the browser that its user has open every day, if that can be done from here.
//!
//! That browser is started and left alone: it has no terminal, no stream and no secret of ours, and nobody waits for it. It
//! may fail, so the caller prints the address too.
//!
//! The address stands in the arguments of the program that opens it, where other users of the machine can read it: neither
//! `xdg-open` nor `$BROWSER` takes it in another way. An authorize URL may: it has the state, which is worth nothing without
//! the nonce, and never a code.

use std::process::{Command, Stdio};
use std::time::Duration;

use url::Url;

use crate::clock;
use crate::environment;

/// A program that fails later than this had opened the address: its user has closed the browser.
const QUICK: Duration = Duration::from_secs(5);

/// Starts the browser at `address` in the background, without the variables called `withheld`. Returns whether there is one to
/// be started.
pub(crate) fn open(address: &Url, withheld: &[&str]) -> bool {
    let mut commands = commands(address.as_str(), &Surroundings::of_process());
    for command in &mut commands {
        for name in withheld {
            command.env_remove(name);
        }
    }
    let has_any = !commands.is_empty();
    // The thread waits for the program, so that no dead child is left. It ends with this process, the browser does not.
    let thread = std::thread::Builder::new();
    has_any && thread.spawn(move || run_first(commands)).is_ok()
}

/// The surroundings that say which browser can be opened.
#[derive(Debug, Default)]
struct Surroundings {
    /// `$BROWSER`, if it is set.
    browser: Option<String>,
    /// The user is at another machine.
    is_remote: bool,
    has_display: bool,
}

impl Surroundings {
    fn of_process() -> Self {
        Self {
            browser: environment::foreign("BROWSER").filter(|value| !value.is_empty()),
            is_remote: environment::ssh_variable(environment::is_set).is_some(),
            has_display: environment::has_display(environment::is_set),
        }
    }
}

/// Returns the commands to be tried, in order. `$BROWSER` is the user's word, and then no other is tried: with
/// `BROWSER=true` none opens. Over SSH a window would open at the wrong machine.
fn commands(address: &str, surroundings: &Surroundings) -> Vec<Command> {
    let commands = match &surroundings.browser {
        Some(browser) => configured(browser, address),
        None if surroundings.is_remote => Vec::new(),
        None => usual(address, surroundings.has_display),
    };
    commands.into_iter().map(detached).collect()
}

/// Returns the commands of this system. Without a display `xdg-open` looks for a browser in the terminal; Windows below WSL
/// has a display of its own.
fn usual(address: &str, has_display: bool) -> Vec<Command> {
    let mut commands = open::commands(address);
    commands.retain(|command| has_display || command.get_program() == "powershell.exe");
    commands
}

/// Reads `$BROWSER` as Python's `webbrowser` and `xdg-open` do: commands separated as in a search path, each with `%s`
/// for the address, or without, for the address at its end.
fn configured(browser: &str, address: &str) -> Vec<Command> {
    let parts = browser.split(if cfg!(windows) { ';' } else { ':' });
    parts.filter_map(|part| one(part, address)).collect()
}

fn one(part: &str, address: &str) -> Option<Command> {
    let words = match shlex::split(part) {
        // A backslash is no escape there.
        Some(words) if !cfg!(windows) => words,
        _ => vec![part.trim().to_owned()],
    };
    let (program, arguments) = words.split_first().filter(|(first, _)| !first.is_empty())?;
    #[expect(
        clippy::disallowed_methods,
        reason = "`detached` withholds the secrets"
    )]
    let mut command = Command::new(program.replace("%s", address));
    // Python's word for a program that stays; all of them may.
    let arguments = arguments.iter().filter(|word| *word != "&");
    command.args(arguments.map(|word| word.replace("%s", address)));
    if !part.contains("%s") {
        command.arg(address);
    }
    Some(command)
}

/// Takes our streams, secrets and terminal away from `command`. Without a terminal, a browser that would draw on it ends.
fn detached(command: Command) -> Command {
    let mut command = in_own_session(command);
    environment::withhold_secrets(&mut command);
    environment::search_absolutely(&mut command);
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Has `command` run in a process session of its own, by `setsid` of util-linux or BusyBox, or at least out of reach of the
/// terminal's keys.
#[cfg(unix)]
fn in_own_session(mut command: Command) -> Command {
    let Some(setsid) = environment::find_program("setsid") else {
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        return command;
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "`detached` withholds the secrets"
    )]
    let mut within = Command::new(setsid);
    within.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => within.env(name, value),
            None => within.env_remove(name),
        };
    }
    within
}

#[cfg(not(unix))]
fn in_own_session(command: Command) -> Command {
    command
}

/// Runs the commands in turn, until one does not fail at once.
fn run_first(commands: Vec<Command>) {
    for mut command in commands {
        let start = clock::ticks();
        let Ok(mut child) = command.spawn() else {
            continue;
        };
        // A status that cannot be had, because the caller ignores dead children, counts as a success.
        let is_open = child.wait().map_or(true, |status| status.success());
        if is_open || start.elapsed() > QUICK {
            return;
        }
    }
}

#[cfg(test)]
mod tests;

//! Fetching a secret from where the configuration says it is: a command, a variable, a file, the keyring, a person.
//!
//! One final line end of what a command, a file or the keyring says is dropped, because tools and editors add one. A
//! command runs without a shell, with nothing on its stdin, and talks to the person over its own stderr. What it prints
//! never reaches an error.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::app::Source;
use crate::clock;
use crate::error::{Error, Kind, Result};
use crate::keyring::{self, Item, Wait};
use crate::secret::Secret;
use crate::settings::variables;
use crate::terminal::{Terminal, say};

/// The most that a secret may have.
const LONGEST: u64 = 64 * 1024;
/// How often it is looked whether the secret is still wanted.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a command may take: as long as an unattended sign-in as a whole.
const PATIENCE: Duration = Duration::from_secs(60);

/// Fetches the secret that the configuration calls `what` (as in "the password of org corp"), within `limit`.
pub(crate) fn fetch(
    source: &Source,
    what: &str,
    terminal: Terminal,
    limit: Duration,
) -> Result<Secret> {
    fetch_unless(&|| false, source, what, terminal, limit)
}

/// The same, unless `stop` says meanwhile that nobody wants it any more.
pub(crate) fn fetch_unless(
    stop: &dyn Fn() -> bool,
    source: &Source,
    what: &str,
    terminal: Terminal,
    limit: Duration,
) -> Result<Secret> {
    let secret = match source {
        Source::Command(words) => run(stop, words, what, limit.min(PATIENCE))?,
        Source::Env(name) => variables::secret(name)?
            .ok_or_else(|| Error::usage(format!("{what} is not set in the variable {name}")))?,
        Source::File(path) => read(path, what)?,
        Source::Keyring(item) => {
            let wait = patience(terminal, limit, stop);
            in_keyring(item, what, &wait)?.ok_or_else(|| not_in_keyring(item, what))?
        }
        Source::Prompt => terminal.ask_secret(&format!("{what}: "), limit)?,
    };
    if secret.expose().is_empty() {
        return Err(Error::usage(format!("{what} is empty")));
    }
    Ok(secret)
}

fn read(path: &Path, what: &str) -> Result<Secret> {
    let failed = |error: std::io::Error| {
        Error::usage(format!("cannot read {what}"))
            .caused_by(format!("{}: {error}", path.display()))
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    text(&read_all(file).map_err(failed)?, what)
}

/// How the keyring is waited for, for `limit` at most.
pub(crate) fn patience(terminal: Terminal, limit: Duration, stop: &dyn Fn() -> bool) -> Wait<'_> {
    Wait {
        limit: limit.min(keyring::patience(terminal.is_attended())),
        stop,
        announce: say,
    }
}

/// The secret that the keyring has as `item`, if it has one there.
pub(crate) fn in_keyring(item: &Item, what: &str, wait: &Wait) -> Result<Option<Secret>> {
    let found = keyring::read(item, wait)
        .map_err(|error| error.while_doing(&format!("cannot read {what}")))?;
    let found = found.map(|found| text(found.expose().as_bytes(), what));
    Ok(found
        .transpose()?
        .filter(|found| !found.expose().is_empty()))
}

/// The keyring has no such secret: what it is to be called there, and how to put it there.
pub(crate) fn not_in_keyring(item: &Item, what: &str) -> Error {
    Error::usage(format!("{what} is not in the keyring"))
        .caused_by(format!("there is no {}", item.words()))
        .hint(format!("put it there: {}", item.storing()))
}

fn run(stop: &dyn Fn() -> bool, words: &[String], what: &str, limit: Duration) -> Result<Secret> {
    let (program, arguments) = words.split_first().expect("the settings demand a program");
    let failed = |cause: String| {
        Error::usage(format!("the command for {what} failed"))
            .caused_by(format!("{program}: {cause}"))
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "a command of the user's may use what the user has set"
    )]
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let output = child.stdout.take().expect("stdout is a pipe");
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(read_all(output)));
    let start = clock::ticks();
    let output = loop {
        let left = limit.saturating_sub(start.elapsed());
        match receiver.recv_timeout(GLANCE.min(left)) {
            Err(mpsc::RecvTimeoutError::Timeout) if left > GLANCE && !stop() => {}
            output => break output,
        }
    };
    let status = wait(&mut child, limit.saturating_sub(start.elapsed()));
    let (Ok(output), Some(status)) = (output, status) else {
        return Err(failed(format!(
            "it did not end within {} s",
            limit.as_secs()
        )));
    };
    // Of a command that says too much the pipe is closed, and it dies of that: the first reason is the one to tell.
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    text(&output, what)
}

/// Waits for a child that has closed its output, which should end at once; one that does not is killed.
fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = clock::ticks();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if start.elapsed() < limit => std::thread::sleep(Duration::from_millis(1)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

fn read_all(from: impl std::io::Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    from.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(std::io::Error::other("more than 64 KiB is no secret"));
    }
    Ok(bytes)
}

/// The bytes as text, without one final line end.
fn text(bytes: &[u8], what: &str) -> Result<Secret> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Error::new(Kind::Usage, format!("{what} is not UTF-8 text")))?;
    let text = text
        .strip_suffix('\n')
        .map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(Secret::concat(&[text]))
}

#[cfg(test)]
mod tests;

//! Fetching a secret from its source: a command, a variable, a file, the keyring, a person.
//!
//! One final line end of a command's output, a file or an item of the keyring is dropped, because tools and editors add one.
//! A command runs without a shell, never from the current directory, and with an empty stdin, and talks to the person on its own stderr. Its output never
//! reaches an error.

mod command;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::app::{Org, Source};
use crate::bounded_file::{self, Bounds};
use crate::environment;
use crate::error::{Error, Kind, Result, Untrusted, foreign};
use crate::keyring::{self, Item, Wait};
use crate::secret::Secret;
use crate::terminal::{Terminal, say};

/// The longest secret, in KiB.
const LONGEST_KIB: u64 = 64;
/// The time for a command, or a file that is not a regular one: the time of a whole unattended sign-in.
const PATIENCE: Duration = Duration::from_secs(60);

/// How to fetch a secret: for whose sign-in, and for how long.
pub(crate) struct Fetch<'a> {
    pub(crate) org: &'a Org,
    pub(crate) terminal: Terminal,
    pub(crate) limit: Duration,
    /// Asked meanwhile: whether the secret is no longer wanted.
    pub(crate) stop: &'a dyn Fn() -> bool,
}

impl Fetch<'_> {
    /// Fetches the secret that the configuration calls `what` (as in "the password of org corp"): one line, as it is sent.
    pub(crate) fn secret(&self, source: &Source, what: &str) -> Result<Secret> {
        let secret = self.text(source, what)?;
        check_line(&secret, source, what)?;
        Ok(secret)
    }

    /// Fetches a secret whose blanks and line ends mean nothing, such as a seed.
    pub(crate) fn text(&self, source: &Source, what: &str) -> Result<Secret> {
        let secret = match source {
            Source::Command(words) => self.run(words, what)?,
            Source::Env(name) => environment::secret(name)?
                .ok_or_else(|| Error::usage(format!("{what} is not set in the variable {name}")))?,
            Source::File(path) => self.read(path, what)?,
            Source::Keyring(item) => {
                let wait = patience(self.terminal, self.limit, self.stop);
                in_keyring(item, what, &wait)?.ok_or_else(|| not_in_keyring(item, what))?
            }
            Source::Prompt => self.terminal.ask_secret(&format!("{what}: "), self.limit)?,
        };
        if secret.expose().is_empty() {
            return Err(Error::usage(format!("{what} is empty")));
        }
        Ok(secret)
    }

    fn read(&self, path: &Path, what: &str) -> Result<Secret> {
        let bounds = Bounds {
            kib: LONGEST_KIB,
            what: "secret",
            limit: self.limit.min(PATIENCE),
            stop: self.stop,
        };
        let bytes = bounded_file::read(path, &bounds).map_err(|error| {
            Error::usage(format!("cannot read {what}"))
                .caused_by(format!("{}: {error}", Untrusted::path(path)))
        })?;
        text(&bytes, what)
    }

    fn run(&self, words: &[String], what: &str) -> Result<Secret> {
        let (program, arguments) = words.split_first().expect("the settings demand a program");
        #[expect(
            clippy::disallowed_methods,
            reason = "the configuration names the command, for a person who has this environment"
        )]
        let mut command = Command::new(program);
        command.args(arguments);
        environment::search_absolutely(&mut command);
        environment::mark_signing_in(&mut command, &account(self.org));
        let output = command::output(command, self.limit.min(PATIENCE), self);
        let output = output.map_err(|cause| {
            Error::usage(format!("the command for {what} failed"))
                .caused_by(format!("{}: {cause}", Untrusted::new(program)))
        })?;
        text(&output, what)
    }
}

/// Refuses a secret that could only be wrong: nobody has such a password, but editors and tools write such files.
pub(crate) fn check_line(secret: &Secret, source: &Source, what: &str) -> Result<()> {
    let text = secret.expose();
    let (fault, mend) = match text.find(['\0', '\r', '\n']).map(|at| text.as_bytes()[at]) {
        _ if text.starts_with('\u{feff}') => (
            "begins with a byte order mark",
            "save it as UTF-8 without one",
        ),
        Some(b'\0') => ("has a NUL byte in it", "save it as UTF-8, which has none"),
        Some(b'\r') => (
            "has a carriage return in it",
            "keep the secret alone there, in one line",
        ),
        Some(_) => (
            "has a line end in it",
            "keep the secret alone there, in one line",
        ),
        None => return Ok(()),
    };
    let place = source_words(source);
    Err(Error::usage(format!("{what} {fault}, and is not sent so"))
        .caused_by(format!("it comes from {place}"))
        .hint(format!("{mend}: {place}")))
}

/// Returns where a secret comes from, without the arguments of a command.
pub(crate) fn source_words(source: &Source) -> String {
    match source {
        Source::Command(words) => format!(
            "the command {}",
            foreign(words.first().map_or("", String::as_str))
        ),
        Source::Env(name) => format!("the variable {}", foreign(name)),
        Source::File(path) => format!("the file {}", Untrusted::path(path)),
        Source::Keyring(item) => format!("the {}", item.words()),
        Source::Prompt => "the person at the terminal".to_owned(),
    }
}

/// Refuses to sign in at `org` inside the command for one of its secrets: each of the two would wait for the other.
pub(crate) fn refuse_nested(org: &Org) -> Result<()> {
    if !environment::is_signing_in(&account(org)) {
        return Ok(());
    }
    Err(Error::usage(format!(
        "this runs inside a password or passcode command of org {}, whose sign-in waits for that command",
        org.name
    ))
    .hint("let that command get the secret without an app of the same org"))
}

/// The account at `org`, for the variable that a command gets. Okta ignores the case of user names.
fn account(org: &Org) -> String {
    format!("{} {}", org.site.url(), org.account.trim().to_lowercase())
}

/// How to wait for the keyring, for `limit` at most.
pub(crate) fn patience(terminal: Terminal, limit: Duration, stop: &dyn Fn() -> bool) -> Wait<'_> {
    Wait {
        limit: limit.min(keyring::patience(terminal.is_attended())),
        stop,
        announce: say,
    }
}

/// The secret in the `item` of the keyring, if there is one.
pub(crate) fn in_keyring(item: &Item, what: &str, wait: &Wait) -> Result<Option<Secret>> {
    let found = keyring::read(item, wait)
        .map_err(|error| error.while_doing(&format!("cannot read {what}")))?;
    let found = found.map(|found| text(found.expose().as_bytes(), what));
    Ok(found
        .transpose()?
        .filter(|found| !found.expose().is_empty()))
}

/// The error that the keyring has no such item, with the command that stores it.
pub(crate) fn not_in_keyring(item: &Item, what: &str) -> Error {
    Error::usage(format!("{what} is not in the keyring"))
        .caused_by(format!("there is no {}", item.words()))
        .hint(format!("put it there: {}", item.storing()))
}

/// The bytes as UTF-8, without one final line end.
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

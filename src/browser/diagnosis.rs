//! Explains a failed browser to a person: by its exit status, its silence, and its own words.

use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use super::failure::{Failure, Reason};
use super::find::{Installed, Packaging};
use super::log::{Log, Sign};
use crate::error::{Error, Hint, Table, Untrusted, foreign};

/// Chromium's exit status if another process has the profile (`chrome/common/chrome_result_codes.h`,
/// `RESULT_CODE_PROFILE_IN_USE`).
const PROFILE_IN_USE: i32 = 21;

/// The failure of a browser that gets no pipe, if this is one.
pub(super) fn no_pipe(installed: &Installed) -> Option<Failure> {
    let why = match installed.packaging {
        Packaging::Plain | Packaging::Snap => return None,
        Packaging::Flatpak => "a flatpak is started without our pipe",
        Packaging::Foreign => "a program of Windows is started without our pipe",
    };
    let error = Error::person(format!("{} cannot be used from here", installed.shown()));
    let error = error.caused_by(why).hint(another_browser());
    Some(Failure::at_start(Reason::NoPipe, error))
}

pub(super) fn not_started(installed: &Installed, error: &std::io::Error) -> Failure {
    let words = Error::network(format!("cannot start {}", installed.shown()));
    Failure::at_start(Reason::NotStarted, words.caused_by(error))
}

pub(super) fn interrupted(installed: &Installed) -> Failure {
    let error = Error::person(format!("{} is not wanted any more", installed.shown()));
    Failure::at_start(Reason::Interrupted, error)
}

/// A browser that did not answer within `limit`.
pub(super) fn silent(installed: &Installed, profile: &Path, log: &Log, limit: Duration) -> Failure {
    by_sign(installed, profile, log).unwrap_or_else(|| {
        let seconds = limit.as_secs();
        let error = Error::network(format!(
            "{} did not answer within {seconds} s",
            installed.shown()
        ));
        with_cause(Reason::Silent, error, log)
    })
}

/// A browser that has ended, or closed its pipe without an end.
pub(super) fn ended(
    installed: &Installed,
    profile: &Path,
    log: &Log,
    status: Option<ExitStatus>,
) -> Failure {
    if let Some(failure) = by_sign(installed, profile, log) {
        return failure;
    }
    if status.and_then(|status| status.code()) == Some(PROFILE_IN_USE) {
        return in_use(profile, log);
    }
    let name = installed.shown();
    let error = match status {
        Some(status) => Error::network(format!("{name} ended by itself ({status})")),
        None => Error::network(format!("{name} closed its pipe")),
    };
    with_cause(Reason::Ended, error, log)
}

/// A browser that refuses a command.
pub(super) fn refused(installed: &Installed, method: &str, words: &str) -> Failure {
    let name = installed.shown();
    let error = Error::network(format!("{name} refuses {method}"));
    Failure {
        is_at_start: false,
        ..Failure::at_start(
            Reason::Refused,
            error.caused_by(foreign(words)).hint(another_browser()),
        )
    }
}

fn with_cause(reason: Reason, error: Error, log: &Log) -> Failure {
    let error = match log.cause() {
        Some(line) => error.caused_by(foreign(line)),
        None => error,
    };
    Failure::at_start(reason, error)
}

fn in_use(profile: &Path, log: &Log) -> Failure {
    with_cause(Reason::ProfileInUse, used(profile), log)
}

/// The profile is used by this process, which we did not start.
pub(super) fn in_use_by(profile: &Path, process: i32) -> Failure {
    let error = used(profile).caused_by(format!("its process is {process}"));
    Failure::at_start(Reason::ProfileInUse, error)
}

fn used(profile: &Path) -> Error {
    let path = Untrusted::path(profile);
    Error::network(format!("another browser uses the profile {path}")).hint("close that browser")
}

/// The failure that the browser's own words tell of.
fn by_sign(installed: &Installed, profile: &Path, log: &Log) -> Option<Failure> {
    let name = installed.shown();
    let (reason, error) = match log.sign()? {
        Sign::ProfileInUse => return Some(in_use(profile, log)),
        Sign::DebuggingForbidden => (
            Reason::DebuggingForbidden,
            Error::network(format!(
                "a policy of this machine (RemoteDebuggingAllowed) forbids that {name} is driven"
            ))
            .hint(another_browser()),
        ),
        Sign::HeadlessForbidden => (
            Reason::HeadlessForbidden,
            Error::person(format!(
                "a policy of this machine (HeadlessMode) forbids {name} without a window"
            ))
            .hint(
                Hint::settings("set", Table::Browser, &["headless = false"])
                    .then(", and sign in with a window"),
            ),
        ),
        Sign::ProfileUnwritable => {
            let path = Untrusted::path(profile);
            (
                Reason::Ended,
                Error::network(format!("{name} cannot write its profile {path}")),
            )
        }
        Sign::RootNeedsNoSandbox => (
            Reason::Ended,
            Error::network(format!("{name} does not start as root with its sandbox"))
                .hint(no_sandbox()),
        ),
        Sign::NoSandbox => (
            Reason::Ended,
            Error::network(format!("{name} cannot set up its sandbox here")).hint(no_sandbox()),
        ),
        Sign::NoDisplay => (
            Reason::NoDisplay,
            Error::person(format!("{name} finds no display")),
        ),
    };
    Some(with_cause(reason, error, log))
}

/// Returns the hint where only another browser helps.
fn another_browser() -> Hint {
    Hint::settings("name another browser as", Table::Browser, &["command"])
}

/// Returns the hint where a browser's sandbox does not work. It names its cost: this program never adds the argument itself.
fn no_sandbox() -> Hint {
    Hint::settings("set", Table::Browser, &["arguments = [\"--no-sandbox\"]"])
        .after("run it as another user, or ")
        .then(": then only the container stands between a page and this account")
}

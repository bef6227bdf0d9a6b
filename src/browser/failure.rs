//! How a browser fails.

use crate::error::Error;

/// Why a browser cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The person's arguments for it undo ours.
    Arguments,
    /// It cannot be given a pipe: the way it is packaged, or this system.
    NoPipe,
    /// The system cannot start it.
    NotStarted,
    /// It answers nothing in time.
    Silent,
    /// It ended by itself, or closed its pipe.
    Ended,
    /// Another browser has the profile.
    ProfileInUse,
    /// A policy forbids remote debugging.
    DebuggingForbidden,
    /// A policy forbids a browser without a window; one with a window may work.
    HeadlessForbidden,
    /// It finds no display.
    NoDisplay,
    /// It refuses a command of ours.
    Refused,
    /// Nobody wants it any more.
    Interrupted,
}

/// A browser that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    /// Whether it failed before its first answer.
    pub(crate) is_at_start: bool,
    pub(crate) error: Error,
}

impl Failure {
    pub(super) fn at_start(reason: Reason, error: Error) -> Self {
        Self {
            reason,
            is_at_start: true,
            error,
        }
    }
}

#[cfg(unix)]
pub(super) use told::{ended, in_use_by, interrupted, no_pipe, not_started, refused, silent};

/// The words for each.
#[cfg(unix)]
mod told {
    use std::path::Path;
    use std::process::ExitStatus;
    use std::time::Duration;

    use super::super::find::{Installed, Packaging};
    use super::super::log::{Log, Sign};
    use super::{Failure, Reason};
    use crate::error::{Error, Untrusted, foreign};

    /// Chromium's exit status if another process has the profile (`chrome/common/chrome_result_codes.h`,
    /// `RESULT_CODE_PROFILE_IN_USE`).
    const PROFILE_IN_USE: i32 = 21;
    /// What another browser can be had by.
    const OTHER: &str = "name another browser as command in [browser]";

    /// The failure of a browser that gets no pipe, if this is one.
    pub(in super::super) fn no_pipe(installed: &Installed) -> Option<Failure> {
        let why = match installed.packaging {
            Packaging::Plain | Packaging::Snap => return None,
            Packaging::Flatpak => "a flatpak is started without our pipe",
            Packaging::Foreign => "a program of Windows is started without our pipe",
        };
        let error = Error::person(format!("{} cannot be used from here", installed.shown()));
        let error = error.caused_by(why).hint(OTHER);
        Some(Failure::at_start(Reason::NoPipe, error))
    }

    pub(in super::super) fn not_started(installed: &Installed, error: &std::io::Error) -> Failure {
        let words = Error::network(format!("cannot start {}", installed.shown()));
        Failure::at_start(Reason::NotStarted, words.caused_by(error))
    }

    pub(in super::super) fn interrupted(installed: &Installed) -> Failure {
        let error = Error::person(format!("{} is not wanted any more", installed.shown()));
        Failure::at_start(Reason::Interrupted, error)
    }

    /// A browser that did not answer within `limit`.
    pub(in super::super) fn silent(
        installed: &Installed,
        profile: &Path,
        log: &Log,
        limit: Duration,
    ) -> Failure {
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
    pub(in super::super) fn ended(
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
    pub(in super::super) fn refused(installed: &Installed, method: &str, words: &str) -> Failure {
        let name = installed.shown();
        let error = Error::network(format!("{name} refuses {method}"));
        Failure {
            is_at_start: false,
            ..Failure::at_start(Reason::Refused, error.caused_by(foreign(words)).hint(OTHER))
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
    pub(in super::super) fn in_use_by(profile: &Path, process: i32) -> Failure {
        let error = used(profile).caused_by(format!("its process is {process}"));
        Failure::at_start(Reason::ProfileInUse, error)
    }

    fn used(profile: &Path) -> Error {
        let path = Untrusted::path(profile);
        Error::network(format!("another browser uses the profile {path}"))
            .hint("close that browser")
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
                .hint(OTHER),
            ),
            Sign::HeadlessForbidden => (
                Reason::HeadlessForbidden,
                Error::person(format!(
                    "a policy of this machine (HeadlessMode) forbids {name} without a window"
                ))
                .hint("set headless = false in [browser], and sign in with a window"),
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
                    .hint(NO_SANDBOX),
            ),
            Sign::NoSandbox => (
                Reason::Ended,
                Error::network(format!("{name} cannot set up its sandbox here")).hint(NO_SANDBOX),
            ),
            Sign::NoDisplay => (
                Reason::NoDisplay,
                Error::person(format!("{name} finds no display")),
            ),
        };
        Some(with_cause(reason, error, log))
    }

    /// What it costs is part of the advice: nobody else adds the argument.
    const NO_SANDBOX: &str = "run it as another user, or set arguments = [\"--no-sandbox\"] in [browser]: \
         then only the container stands between a page and this account";
}

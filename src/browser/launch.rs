//! How a browser is to be started.

use std::path::Path;
use std::time::Duration;

use super::find::Installed;
use super::profile::Profile;

/// How a browser is to be started.
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "no browser is driven there, see elsewhere.rs")
)]
pub(crate) struct Launch<'a> {
    pub(crate) installed: &'a Installed,
    /// The person's own arguments, after ours.
    pub(crate) arguments: &'a [String],
    /// Prepared, under the caller's claim.
    pub(crate) profile: &'a Profile,
    /// The file for what the browser prints. It is replaced.
    pub(crate) log: &'a Path,
    pub(crate) is_headless: bool,
    /// The names of variables with secrets of ours, besides those that this program names itself.
    pub(crate) withheld: &'a [&'a str],
    pub(crate) limits: Limits,
    /// Asked while the browser starts: whether nobody wants it any more.
    pub(crate) stop: &'a dyn Fn() -> bool,
}

/// How long each step of a browser may take.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "no browser is driven there, see elsewhere.rs")
)]
pub(crate) struct Limits {
    /// From the start to the first answer. On a busy machine a healthy one took up to 1.4 s.
    pub(crate) start: Duration,
    /// Until a new window has the address.
    pub(crate) open: Duration,
    /// After `Browser.close`: it writes its cookies then.
    pub(crate) close: Duration,
    /// After the pipe is closed, and again after SIGINT.
    pub(crate) end: Duration,
}

impl Limits {
    /// Returns the usual limits, with no more than `limit` for the start.
    pub(crate) fn starting_within(limit: Duration) -> Self {
        let usual = Self::default();
        Self {
            start: usual.start.min(limit),
            ..usual
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            start: Duration::from_secs(15),
            open: Duration::from_secs(15),
            close: Duration::from_secs(5),
            end: Duration::from_secs(3),
        }
    }
}

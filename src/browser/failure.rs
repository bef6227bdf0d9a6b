//! How a browser fails.

use crate::error::Error;

/// Why a browser cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "no browser is driven there, see elsewhere.rs")
)]
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
    /// It failed before its first answer.
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

//! The only reader of system time. Everything else is given a [`Moment`] or an [`Instant`].
#![expect(clippy::disallowed_methods, reason = "the owner of the clocks")]

use std::time::Instant;

use time::OffsetDateTime;

/// A point in time, UTC, by a clock that people set: for what is remembered.
pub(crate) type Moment = OffsetDateTime;

/// The current time of this machine.
pub(crate) fn now() -> Moment {
    OffsetDateTime::now_utc()
}

/// The current time of a clock that only goes forward: for what is waited for.
pub(crate) fn ticks() -> Instant {
    Instant::now()
}

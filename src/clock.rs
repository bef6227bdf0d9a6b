//! The only reader of system time. Everything else is given a [`Moment`] or an [`Instant`].
#![expect(clippy::disallowed_methods, reason = "the owner of the clocks")]

use std::time::Instant;

use time::OffsetDateTime;

/// A point in time (UTC) of the wall clock, for what is stored.
pub(crate) type Moment = OffsetDateTime;

/// Now, by the wall clock.
pub(crate) fn now() -> Moment {
    OffsetDateTime::now_utc()
}

/// Now, by a clock that only goes forward, for limits and waits.
pub(crate) fn ticks() -> Instant {
    Instant::now()
}

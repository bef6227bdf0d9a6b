//! The only reader of system time. Everything else is given a [`Moment`].

use time::OffsetDateTime;

/// A point in time, UTC.
pub(crate) type Moment = OffsetDateTime;

/// The current time of this machine.
pub(crate) fn now() -> Moment {
    OffsetDateTime::now_utc()
}

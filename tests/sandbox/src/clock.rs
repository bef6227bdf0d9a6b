//! The sandbox's time: the machine's time plus what a test has added.
//!
//! Every date, lifetime and counter of the simulated servers is read here, so that a session of twelve hours expires in
//! a test that lasts a second.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use time::OffsetDateTime;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A clock that can be moved.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: Mutex<time::Duration>,
}

impl Clock {
    pub(crate) fn now(&self) -> OffsetDateTime {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        OffsetDateTime::now_utc() + ahead
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    pub(crate) fn set_back(&self, by: Duration) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) -= by;
    }
}

/// The form of `Date` and `Expires`: `Tue, 24 Nov 2026 08:05:00 GMT`.
pub(crate) fn http_date(at: OffsetDateTime) -> String {
    let day = DAYS[usize::from(at.weekday().number_days_from_monday())];
    let month = MONTHS[usize::from(u8::from(at.month()) - 1)];
    format!(
        "{day}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT",
        at.day(),
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// The form of Okta's JSON members: `2026-11-24T08:05:00.000Z`.
pub(crate) fn json_date(at: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

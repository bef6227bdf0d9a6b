//! A failed sign-in, remembered: shared with whoever was waiting for it, and for a while with unattended callers.

use serde::{Deserialize, Serialize};
use time::Duration;

use crate::clock::Moment;
use crate::error::{Error, Kind};

/// The first pause of the storm brake; it doubles with every failure that follows.
const FIRST_PAUSE: Duration = Duration::minutes(1);
/// The longest pause of the storm brake.
const LONGEST_PAUSE: Duration = Duration::minutes(15);

/// A sign-in that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) at: Moment,
    /// Until when unattended callers get this same failure without an attempt of their own.
    pub(crate) until: Moment,
    /// How many failures of this kind came in a row.
    times: u32,
}

impl Failure {
    /// A failure at `now` after `previous`. With `brake`, it stops unattended callers for a minute, doubling with
    /// every one in a row up to a quarter of an hour.
    pub(crate) fn after(previous: Option<&Self>, error: Error, now: Moment, brake: bool) -> Self {
        let times = previous.map_or(0, |previous| previous.times) + u32::from(brake);
        let pause = FIRST_PAUSE * 2_i32.pow(times.saturating_sub(1).min(4));
        let until = if brake {
            now + pause.min(LONGEST_PAUSE)
        } else {
            now
        };
        Self {
            error,
            at: now,
            until,
            times,
        }
    }

    /// Whether a caller that began at `asked_at` and is at `now` gets this failure: it came while that caller was
    /// waiting, or the brake is on and nobody is there to mend what is wrong. A failure from the future says nothing.
    pub(crate) fn answers(&self, asked_at: Moment, now: Moment, attended: bool) -> bool {
        self.at <= now
            && (self.at >= asked_at
                || (!attended && now < self.until && self.until - now <= LONGEST_PAUSE))
    }
}

/// A failure as it stands in a record.
#[derive(Serialize, Deserialize)]
pub(super) struct FailureText {
    kind: String,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
    #[serde(with = "time::serde::rfc3339")]
    at: Moment,
    #[serde(with = "time::serde::rfc3339")]
    until: Moment,
    times: u32,
}

impl FailureText {
    pub(super) fn new(failure: &Failure) -> Self {
        let Failure {
            error:
                Error {
                    kind,
                    message,
                    causes,
                    hints,
                },
            at,
            until,
            times,
        } = failure.clone();
        Self {
            kind: kind.word().into(),
            message,
            causes,
            hints,
            at,
            until,
            times,
        }
    }

    pub(super) fn parse(self) -> Failure {
        let Self {
            kind,
            message,
            causes,
            hints,
            at,
            until,
            times,
        } = self;
        let kind = Kind::of_word(&kind).unwrap_or(Kind::Other);
        Failure {
            error: Error {
                kind,
                message,
                causes,
                hints,
            },
            at,
            until,
            times,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use crate::error::Error;
    use time::{Duration, macros::datetime};

    const NOW: crate::clock::Moment = datetime!(2026-11-23 20:00:00 UTC);

    #[test]
    fn the_brake_doubles_from_a_minute_to_a_quarter_of_an_hour() {
        let mut previous: Option<Failure> = None;
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let failure = Failure::after(previous.as_ref(), Error::refused("no"), NOW, true);
            pauses.push((failure.until - failure.at).whole_minutes());
            previous = Some(failure);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 15, 15, 15]);
    }

    #[test]
    fn a_failure_answers_those_who_waited_and_braked_strangers() {
        let failure = Failure::after(None, Error::refused("no"), NOW, true);
        let second = Duration::SECOND;
        assert!(
            failure.answers(NOW - second, NOW + second, true),
            "waited, attended"
        );
        assert!(
            failure.answers(NOW + second, NOW + second, false),
            "came later, nobody there"
        );
        assert!(
            !failure.answers(NOW + second, NOW + second, true),
            "came later, somebody there"
        );
        assert!(
            !failure.answers(NOW + second * 61, NOW + second * 61, false),
            "the brake is off"
        );
        assert!(
            !failure.answers(NOW - second * 9, NOW - second, false),
            "from the future"
        );
    }

    #[test]
    fn without_the_brake_only_those_who_waited_share_it() {
        let failure = Failure::after(None, Error::network("no"), NOW, false);
        assert!(failure.answers(NOW, NOW, false));
        assert!(!failure.answers(NOW + Duration::SECOND, NOW + Duration::SECOND, false));
    }
}

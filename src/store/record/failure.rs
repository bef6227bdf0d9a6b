//! The memory of failed sign-ins: the failure itself, for those who were waiting for it, and how long unattended
//! callers who come later have to wait.

use serde::{Deserialize, Serialize};
use time::Duration;

use super::error_text;
use crate::clock::Moment;
use crate::duration::show_duration;
use crate::error::{Error, Hint, Kind};

/// The first pause; it doubles with every failure that follows.
const FIRST_PAUSE: Duration = Duration::minutes(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::minutes(15);
/// After so many doublings the pause is the longest.
const DOUBLINGS: u32 = 4;

/// The last sign-in that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    #[serde(with = "error_text")]
    pub(crate) error: Error,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: Moment,
    /// Whether somebody was there to answer questions.
    pub(crate) attended: bool,
}

impl Failure {
    /// Returns whether a caller that began at `asked_at` and is at `now` gets this failure, because it came while that
    /// caller was waiting. That nobody was there to be asked is no answer for a caller where somebody is. A failure
    /// from the future says nothing: the clock was set back.
    pub(crate) fn is_shared_with(&self, asked_at: Moment, now: Moment, attended: bool) -> bool {
        let told_alike = !attended || self.attended || self.error.kind != Kind::Person;
        told_alike && asked_at <= self.at && self.at <= now
    }
}

/// Until it ends, unattended callers get its reason at once, without an attempt of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backoff {
    #[serde(with = "error_text")]
    pub(crate) error: Error,
    #[serde(with = "time::serde::rfc3339")]
    until: Moment,
    /// How many failures came in a row.
    times: u32,
}

impl Backoff {
    /// The pause after a failure at `now` that only a person can mend: a minute, doubling with every one in a row up
    /// to a quarter of an hour.
    pub(crate) fn after(previous: Option<&Self>, error: Error, now: Moment) -> Self {
        let times = previous
            .map_or(0, |previous| previous.times)
            .saturating_add(1);
        let pause = FIRST_PAUSE * 2_i32.pow((times - 1).min(DOUBLINGS));
        Self {
            error,
            until: now.saturating_add(pause.min(LONGEST_PAUSE)),
            times,
        }
    }

    /// The pause until the end of a limit of this `length` that somebody else has set, a quarter of an hour at most.
    pub(crate) fn lasting(length: std::time::Duration, error: Error, now: Moment) -> Self {
        let length = Duration::try_from(length).unwrap_or(LONGEST_PAUSE);
        Self {
            error,
            until: now.saturating_add(length.min(LONGEST_PAUSE)),
            times: 0,
        }
    }

    /// The reason for callers without a person at `now`, who sign in to the org or app called `name` otherwise.
    pub(crate) fn told(&self, name: &str, now: Moment) -> Error {
        let left = self.left(now).map(show_duration).unwrap_or_default();
        let error = self.error.clone().caused_by(format!(
            "that was remembered: without a person it is tried again in {left} at the earliest"
        ));
        let login = Hint::login(name);
        match error.hints.iter().any(|hint| hint.ends_with(&*login)) {
            true => error,
            false => error.hint(login.after("to try it now: ")),
        }
    }

    /// Tells its end by a clock that is `ahead` of this one.
    pub(super) fn shift(&mut self, ahead: Duration) {
        self.until = self.until.saturating_add(ahead);
    }

    /// Returns the one of two that ends later.
    pub(super) fn later(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) if other.until > one.until => Some(other),
            (Some(one), _) => Some(one),
            (None, other) => other,
        }
    }

    /// Returns whether it holds at `now`. One from the future does not: the clock was set back.
    pub(crate) fn holds(&self, now: Moment) -> bool {
        self.left(now).is_some()
    }

    /// Returns how long it still holds at `now`, if it does.
    pub(crate) fn left(&self, now: Moment) -> Option<Duration> {
        let left = self.until - now;
        (left.is_positive() && left <= LONGEST_PAUSE).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, Failure};
    use crate::error::Error;
    use time::{Duration, macros::datetime};

    const NOW: crate::clock::Moment = datetime!(2026-11-23 20:00:00 UTC);
    const SECOND: Duration = Duration::SECOND;

    #[test]
    fn a_limits_pause_is_as_long_as_the_limit_and_at_most_a_quarter_hour() {
        for (seconds, length) in [(60, 60), (3_600, 900), (u64::MAX, 900)] {
            let limit = std::time::Duration::from_secs(seconds);
            let backoff = Backoff::lasting(limit, Error::network("no"), NOW);
            assert_eq!(backoff.left(NOW), Some(SECOND * length), "{seconds}");
        }
    }

    #[test]
    fn the_pause_doubles_from_a_minute_to_a_quarter_of_an_hour() {
        let mut previous: Option<Backoff> = None;
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let backoff = Backoff::after(previous.as_ref(), Error::refused("no"), NOW);
            pauses.push((backoff.until - NOW).whole_minutes());
            previous = Some(backoff);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 15, 15, 15]);
    }

    #[test]
    fn it_holds_until_its_end_and_not_after_the_clock_was_set_back() {
        let backoff = Backoff::after(None, Error::refused("no"), NOW);
        assert!(backoff.holds(NOW + SECOND * 59));
        assert!(!backoff.holds(NOW + SECOND * 60));
        assert!(!backoff.holds(NOW - Duration::hours(1)));
    }

    #[test]
    fn a_remembered_failure_says_so_and_until_when_and_how_to_go_on() {
        let denied = Error::refused("denied").hint("ask the admins");
        let told = Backoff::after(None, denied, NOW).told("grafana", NOW + SECOND * 20);
        assert_eq!(
            told.causes,
            ["that was remembered: without a person it is tried again in 40s at the earliest"]
        );
        assert_eq!(
            told.hints,
            ["ask the admins", "to try it now: credential login grafana"]
        );
        let login = Error::person("asks").hint("or, at a terminal: credential login grafana");
        let told = Backoff::after(None, login, NOW).told("grafana", NOW);
        assert_eq!(told.hints.len(), 1);
    }

    #[test]
    fn a_failure_is_shared_with_those_who_waited_for_it() {
        let failure = Failure {
            error: Error::refused("no"),
            at: NOW,
            attended: false,
        };
        assert!(failure.is_shared_with(NOW - SECOND, NOW + SECOND, true));
        assert!(
            !failure.is_shared_with(NOW + SECOND, NOW + SECOND, false),
            "came later"
        );
        assert!(
            !failure.is_shared_with(NOW - SECOND * 9, NOW - SECOND, false),
            "from the future"
        );
    }

    #[test]
    fn that_nobody_was_there_is_no_answer_for_somebody() {
        let failure = Failure {
            error: Error::person("no"),
            at: NOW,
            attended: false,
        };
        assert!(failure.is_shared_with(NOW, NOW, false));
        assert!(!failure.is_shared_with(NOW, NOW, true));
        assert!(
            Failure {
                attended: true,
                ..failure
            }
            .is_shared_with(NOW, NOW, true)
        );
    }
}

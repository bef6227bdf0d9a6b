//! Passwords without a verdict, and the pauses that they bring.

use serde::{Deserialize, Serialize};
use time::Duration;

use super::Pause;
use crate::clock::Moment;

/// The passwords in a row that were sent without a verdict that is understood: the process was killed, the connection was
/// cut, or the answer could not be read. Okta may have counted each of them as wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unanswered {
    times: u32,
    #[serde(with = "time::serde::rfc3339::option")]
    last: Option<Moment>,
}

impl Unanswered {
    /// The hours between two passwords, after so many in a row: a machine that nobody looks after comes back when Okta does.
    const PAUSES: [(u32, f64); 4] = [(3, 0.25), (4, 1.0), (5, 4.0), (6, 24.0)];
    /// After so many in a row only a person sends another one: Okta locks an account at ten wrong ones, unless its admins
    /// chose less.
    const MOST: u32 = 9;

    /// One more, at `now`.
    pub(crate) fn add(&mut self, now: Moment) {
        self.times = self.times.saturating_add(1);
        self.last = Some(now);
    }

    /// Returns how many there are in a row.
    pub(super) fn times(&self) -> u32 {
        self.times
    }

    /// Returns the one of two that has more, the later of two alike.
    pub(super) fn worse(self, other: Self) -> Self {
        match (other.times, other.last) > (self.times, self.last) {
            true => other,
            false => self,
        }
    }

    /// Tells its time by a clock that is `ahead` of this one.
    pub(super) fn shift(&mut self, ahead: Duration) {
        self.last = self.last.map(|last| last.saturating_add(ahead));
    }

    /// A verdict is understood.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns what holds the next password back at `now`, where no person is there.
    pub(crate) fn pause(&self, now: Moment) -> Option<Pause> {
        let times = self.times;
        if times >= Self::MOST {
            return Some(Pause { times, left: None });
        }
        let mut pauses = Self::PAUSES.iter().rev();
        let (_, hours) = pauses.find(|pause| times >= pause.0)?;
        let last = self.last?;
        let until = last.saturating_add(Duration::HOUR * *hours);
        // One from the future does not count: the clock was set back.
        (last <= now && now < until).then(|| Pause {
            times,
            left: Some(until - now),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Unanswered};
    use time::macros::datetime;

    #[test]
    fn after_three_unanswered_passwords_there_is_a_pause_that_grows_and_ends() {
        let now = datetime!(2026-11-23 20:00 UTC);
        let after = |times: u32, minutes: i64| {
            let mut unanswered = Unanswered::default();
            for _ in 0..times {
                unanswered.add(now);
            }
            let pause = unanswered.pause(now + Duration::minutes(minutes));
            pause.map(|pause| (pause.times, pause.left.map(Duration::whole_minutes)))
        };
        assert_eq!(after(2, 0), None);
        for (times, minutes) in [(3, 15), (4, 60), (5, 240), (6, 1440), (8, 1440)] {
            assert_eq!(after(times, 0), Some((times, Some(minutes))));
            assert_eq!(after(times, minutes - 1), Some((times, Some(1))));
            assert_eq!(after(times, minutes), None);
            assert_eq!(after(times, -1), None, "the clock was set back");
        }
        for minutes in [0, 100_000, -1] {
            assert_eq!(after(9, minutes), Some((9, None)), "only a person");
        }
    }
}

//! The codes of a second factor that must not be sent again: none twice, and none of a source that only gives wrong ones.

use serde::{Deserialize, Serialize};
use time::Duration;

use super::refused_passwords::{hash, season};
use super::{ErrorText, Pause};
use crate::clock::Moment;
use crate::error::Error;
use crate::secret::Secret;

/// After so many wrong codes in a row their source is not asked any more. One may be wrong by chance: somebody used it
/// elsewhere in the same half minute. Five in a row lock the account.
const MOST_WRONG: u32 = 2;

/// After so many codes in a row that are not known to be right, whoever gave them, the next one without a person has to
/// wait; after one more, only a person gives another one. Okta locks the account at five.
const PAUSE_AFTER: u32 = 3;
const PAUSE: Duration = Duration::minutes(15);

/// The memory of codes, each as a salted hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UsedCodes {
    salt: String,
    /// The last one that was sent.
    last: Option<String>,
    /// The last time step whose computed code was sent.
    step: Option<u64>,
    /// The source whose code was wrong, how many times in a row, and what Okta said.
    wrong: Option<(String, u32, Error)>,
    /// The codes in a row that are not known to be right, those of a person too.
    wrong_in_a_row: u32,
    /// When the last code was sent.
    sent_at: Option<Moment>,
}

impl UsedCodes {
    /// Remembers that a code is sent: the `code` itself, if it is good once, and the time step of a computed one. Until a
    /// verdict it counts as wrong: the answer may never come.
    pub(crate) fn sent(&mut self, code: Option<&Secret>, step: Option<u64>, now: Moment) {
        self.wrong_in_a_row = self.wrong_in_a_row.saturating_add(1);
        self.sent_at = Some(now);
        if let Some(code) = code {
            season(&mut self.salt);
            self.last = Some(hash(&self.salt, code));
        }
        self.step = step.or(self.step);
    }

    /// The last code never left, or was not refused.
    pub(crate) fn take_back(&mut self) {
        self.wrong_in_a_row = self.wrong_in_a_row.saturating_sub(1);
    }

    /// Returns the codes in a row that are not known to be right.
    pub(crate) fn in_a_row(&self) -> u32 {
        self.wrong_in_a_row
    }

    /// Returns whether another code may be sent without a pause.
    pub(crate) fn is_below_pause(&self) -> bool {
        self.wrong_in_a_row < PAUSE_AFTER
    }

    /// Returns what holds the next code back at `now`, where no person is there to give it.
    pub(crate) fn pause(&self, now: Moment) -> Option<Pause> {
        let times = self.wrong_in_a_row;
        if times > PAUSE_AFTER {
            return Some(Pause { times, left: None });
        }
        let until = self.sent_at?.saturating_add(PAUSE);
        // One from the future does not count: the clock was set back.
        let holds = times == PAUSE_AFTER && (until - PAUSE..until).contains(&now);
        holds.then(|| Pause {
            times,
            left: Some(until - now),
        })
    }

    /// Returns whether `code` is the last one that was sent.
    pub(crate) fn is_last(&self, code: &Secret) -> bool {
        let last = self.last.as_ref();
        last.is_some_and(|last| *last == hash(&self.salt, code))
    }

    /// The last time step whose computed code was sent.
    pub(crate) fn step(&self) -> Option<u64> {
        self.step
    }

    /// Remembers that a code of `source` was refused with `error`.
    pub(crate) fn refuse(&mut self, source: &Secret, error: Error) {
        season(&mut self.salt);
        let source = hash(&self.salt, source);
        let before = self.wrong.take().filter(|wrong| wrong.0 == source);
        let times = before.map_or(0, |wrong| wrong.1).saturating_add(1);
        self.wrong = Some((source, times, error));
    }

    /// Returns what Okta said of the codes of `source`, if it has refused too many of them.
    pub(crate) fn refusal_of(&self, source: &Secret) -> Option<Error> {
        let (wrong, times, error) = self.wrong.as_ref()?;
        (*times >= MOST_WRONG && *wrong == hash(&self.salt, source)).then(|| error.clone())
    }

    /// Returns what both know: the later time step and code, and the longer row of codes that are not known to be right.
    pub(super) fn joined(self, other: Self) -> Self {
        let (last, before) = match other.sent_at > self.sent_at {
            true => (other, self),
            false => (self, other),
        };
        Self {
            step: last.step.max(before.step),
            wrong_in_a_row: last.wrong_in_a_row.max(before.wrong_in_a_row),
            wrong: match last.salt == before.salt {
                true => last.wrong.or(before.wrong),
                false => last.wrong,
            },
            salt: last.salt,
            last: last.last,
            sent_at: last.sent_at,
        }
    }

    /// Returns it with the time step that `other` knows, if that is later.
    pub(super) fn not_before(mut self, other: &Self) -> Self {
        self.step = self.step.max(other.step);
        if self.last.is_none() && self.wrong.is_none() {
            (self.last, self.salt) = (other.last.clone(), other.salt.clone());
        }
        self
    }

    /// Tells its time by a clock that is `ahead` of this one. Time steps are of Okta's clock.
    pub(super) fn shift(&mut self, ahead: Duration) {
        self.sent_at = self.sent_at.map(|at| at.saturating_add(ahead));
    }

    /// Forgets that codes were wrong: one was right, or a person wants it tried again.
    pub(crate) fn accept(&mut self) {
        self.wrong = None;
        self.wrong_in_a_row = 0;
    }
}

/// The codes as they stand in a record.
#[derive(Serialize, Deserialize)]
pub(super) struct UsedCodesText {
    salt: String,
    last: Option<String>,
    step: Option<u64>,
    wrong: Option<WrongText>,
    wrong_in_a_row: u32,
    #[serde(default, with = "time::serde::rfc3339::option")]
    sent_at: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
struct WrongText {
    source: String,
    times: u32,
    error: ErrorText,
}

impl UsedCodesText {
    pub(super) fn new(codes: &UsedCodes) -> Self {
        let UsedCodes {
            salt,
            last,
            step,
            wrong,
            wrong_in_a_row,
            sent_at,
        } = codes.clone();
        let wrong = wrong.map(|(source, times, error)| WrongText {
            source,
            times,
            error: ErrorText::new(&error),
        });
        Self {
            salt,
            last,
            step,
            wrong,
            wrong_in_a_row,
            sent_at,
        }
    }

    pub(super) fn parse(self) -> UsedCodes {
        let wrong = self.wrong;
        UsedCodes {
            salt: self.salt,
            last: self.last,
            step: self.step,
            wrong: wrong.map(|wrong| (wrong.source, wrong.times, wrong.error.parse())),
            wrong_in_a_row: self.wrong_in_a_row,
            sent_at: self.sent_at,
        }
    }
}

#[cfg(test)]
mod tests;

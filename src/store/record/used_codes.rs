//! The codes of a second factor that must not be sent again: none twice, and none of a source that only gives wrong ones.

use serde::{Deserialize, Serialize};

use super::ErrorText;
use super::refused_passwords::{hash, season};
use crate::error::Error;
use crate::secret::Secret;

/// After so many wrong codes in a row their source is not asked any more. One may be wrong by chance: somebody used it
/// elsewhere in the same half minute. Five in a row lock the account.
const MOST_WRONG: u32 = 2;

/// After so many wrong codes in a row, whoever gave them, only a person gives another one. Okta locks the account at five.
pub(crate) const MOST_IN_A_ROW: u32 = 4;

/// What is remembered of codes, each as a salted hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UsedCodes {
    salt: String,
    /// The last one that was sent.
    last: Option<String>,
    /// The last time step whose computed code was sent.
    step: Option<u64>,
    /// The source whose code was wrong, how many times in a row, and what Okta said.
    wrong: Option<(String, u32, Error)>,
    /// How many codes were wrong in a row, those of a person too.
    pub(crate) wrong_in_a_row: u32,
}

impl UsedCodes {
    /// Remembers that `code` is sent, the one of `step` where it was computed. Until Okta's answer is known it counts as
    /// wrong: the answer may never come.
    pub(crate) fn sent(&mut self, code: &Secret, step: Option<u64>) {
        self.wrong_in_a_row = self.wrong_in_a_row.saturating_add(1);
        season(&mut self.salt);
        self.last = Some(hash(&self.salt, code));
        self.step = step.or(self.step);
    }

    /// Whether `code` is the last one that was sent.
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

    /// Why no further code of `source` may be sent without a person: Okta has refused too many of them, or of all.
    pub(crate) fn refusal_of(&self, source: &Secret) -> Option<Error> {
        if self.wrong_in_a_row >= MOST_IN_A_ROW {
            return Some(Error::refused(format!(
                "the last {} codes were wrong, and one more may lock the account",
                self.wrong_in_a_row
            )));
        }
        let (wrong, times, error) = self.wrong.as_ref()?;
        (*times >= MOST_WRONG && *wrong == hash(&self.salt, source)).then(|| error.clone())
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UsedCodes;
    use crate::error::Error;
    use crate::secret::Secret;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    #[test]
    fn the_last_code_is_known_and_not_held() {
        let mut codes = UsedCodes::default();
        assert!(!codes.is_last(&secret("123456")));
        codes.sent(&secret("123456"), Some(9));
        codes.sent(&secret("654321"), None);
        assert_eq!(codes.wrong_in_a_row, 2, "until the answers are known");
        assert!(codes.is_last(&secret("654321")));
        assert!(!codes.is_last(&secret("123456")));
        assert_eq!(codes.step(), Some(9));
        assert!(!format!("{codes:?}").contains("654321"));
    }

    #[test]
    fn a_source_is_given_up_after_two_wrong_codes_in_a_row() {
        let mut codes = UsedCodes::default();
        let (seed, other) = (secret("seed"), secret("other"));
        codes.refuse(&seed, Error::refused("no"));
        assert_eq!(codes.refusal_of(&seed), None);
        codes.refuse(&seed, Error::refused("no"));
        assert_eq!(codes.refusal_of(&seed), Some(Error::refused("no")));
        assert_eq!(codes.refusal_of(&other), None);
        codes.wrong_in_a_row = 4;
        assert!(
            codes.refusal_of(&other).is_some(),
            "one more may lock the account"
        );
        codes.accept();
        assert_eq!(codes.refusal_of(&seed), None);
    }
}

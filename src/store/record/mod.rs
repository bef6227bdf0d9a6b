//! The records: what is known of an app, of an account, and of the credentials that callers had kept.
//!
//! Each is JSON that a person can read. The parts of several kinds are here: an error and a cookie as they stand in a record.

mod account;
mod browser_needs;
mod browser_profile;
mod credentials;
mod entry;
mod failure;
mod known_engine;
mod lesson;
mod refused_passwords;
mod unanswered;
mod used_codes;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use time::Duration;

use crate::cookie;
use crate::error::{Error, Kind, foreign};
use crate::secret::Secret;

pub(crate) use account::{AcceptedPassword, Account};
pub(crate) use browser_needs::BrowserNeeds;
pub(crate) use browser_profile::BrowserProfile;
pub(crate) use credentials::Credentials;
pub(crate) use entry::Entry;
pub(super) use entry::in_utc;
pub(crate) use failure::{Backoff, Failure};
pub(crate) use known_engine::KnownEngine;
pub(crate) use lesson::Lesson;
pub(crate) use unanswered::Unanswered;

/// The reason why an unattended sign-in sends no further secret of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    /// The secrets in a row without a verdict.
    pub(crate) times: u32,
    /// The time until the next one; without it, only a person sends one.
    pub(crate) left: Option<Duration>,
}

/// An error as it stands in a record.
#[derive(Serialize, Deserialize)]
struct ErrorText {
    kind: String,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl ErrorText {
    fn new(error: &Error) -> Self {
        let Error {
            kind,
            message,
            causes,
            hints,
            browser_need: _,
        } = error.clone();
        Self {
            kind: kind.word().into(),
            message,
            causes,
            hints: hints.iter().map(|hint| (**hint).to_owned()).collect(),
        }
    }

    /// The error; its words come from a file, and are as foreign as any.
    fn parse(self) -> Error {
        Error {
            kind: Kind::of_word(&self.kind).unwrap_or(Kind::Other),
            message: foreign(&self.message),
            causes: self.causes.iter().map(|cause| foreign(cause)).collect(),
            hints: self.hints.iter().map(|hint| foreign(hint).into()).collect(),
            browser_need: None,
        }
    }
}

/// An error as a member of a record: `#[serde(with = "error_text")]`.
mod error_text {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::ErrorText;
    use crate::error::Error;

    pub(super) fn serialize<S: Serializer>(error: &Error, to: S) -> Result<S::Ok, S::Error> {
        ErrorText::new(error).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Error, D::Error> {
        ErrorText::deserialize(from).map(ErrorText::parse)
    }
}

/// A cookie as it stands in a record. Borrowed, so that a secret has no second copy while it is written.
#[derive(Serialize, Deserialize)]
struct CookieText<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

impl<'a> CookieText<'a> {
    fn new(name: &'a str, value: &'a Secret) -> Self {
        Self {
            name: name.into(),
            value: value.expose().into(),
        }
    }

    /// Takes the cookie out, if it obeys the grammar: a record is hostile until parsed, like everything else.
    fn checked(self) -> Option<(String, Secret)> {
        let (name, value) = (self.name.into_owned(), Secret::new(self.value.into_owned()));
        (cookie::is_name(&name) && cookie::is_value(value.expose())).then_some((name, value))
    }
}

#[cfg(test)]
mod tests {
    mod random;
}

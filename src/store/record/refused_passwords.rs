//! The passwords that Okta refused, and how secrets are remembered that must not be kept.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::ErrorText;
use crate::error::Error;
use crate::secret::{Secret, hex, random_hex};

/// Rounds of PBKDF2: some ten milliseconds for us, once or twice a sign-in, and as much for each guess of a thief.
const ROUNDS: NonZeroU32 = NonZeroU32::new(50_000).expect("not zero");
/// How many refused passwords are remembered: callers may have different ones configured.
const REFUSALS: usize = 8;

/// The passwords that Okta refused, as keyed hashes with a salt each, the latest last, and what Okta said of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RefusedPasswords(Vec<Known>);

/// One refused password.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    salt: String,
    hash: String,
    error: Error,
    /// How many times it was sent all the same, the first included.
    times: u32,
}

impl Known {
    fn is(&self, password: &Secret) -> bool {
        self.hash == hash(&self.salt, password)
    }
}

impl RefusedPasswords {
    /// Returns whether none is remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Remembers that `password` was refused with `error`.
    pub(crate) fn add(&mut self, password: &Secret, error: Error) {
        let before = self.0.iter().position(|known| known.is(password));
        let before = before.map_or(0, |index| self.0.remove(index).times);
        let salt = random_hex();
        self.0.push(Known {
            hash: hash(&salt, password),
            salt,
            error,
            times: before.saturating_add(1),
        });
        if self.0.len() > REFUSALS {
            self.0.remove(0);
        }
    }

    /// Returns what Okta said when it refused `password`, if it did.
    pub(crate) fn of(&self, password: &Secret) -> Option<&Error> {
        self.with_times(password).map(|(error, _)| error)
    }

    /// The same, with the number of times that it was sent.
    pub(crate) fn with_times(&self, password: &Secret) -> Option<(&Error, u32)> {
        let known = self.0.iter().find(|known| known.is(password))?;
        Some((&known.error, known.times))
    }

    /// Forgets that `password` was refused: it has just been accepted. Others stay refused.
    pub(crate) fn forget(&mut self, password: &Secret) {
        self.0.retain(|known| !known.is(password));
    }

    /// Returns what both know. The salts tell two entries of one refusal from two refusals.
    pub(super) fn joined(mut self, other: Self) -> Self {
        for known in other.0 {
            let own = |own: &&mut Known| (&own.salt, &own.hash) == (&known.salt, &known.hash);
            match self.0.iter_mut().find(own) {
                Some(own) => own.times = own.times.max(known.times),
                None => self.0.push(known),
            }
        }
        let surplus = self.0.len().saturating_sub(REFUSALS);
        self.0.drain(..surplus);
        self
    }

    /// Returns whether it knows each password that `other` knows. The oldest are forgotten when there are too many.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let has = |known: &Known| {
            self.0
                .iter()
                .any(|own| own.error == known.error && own.times >= known.times)
        };
        self.0.len() >= other.0.len()
            && other
                .0
                .iter()
                .all(|known| self.0.len() >= REFUSALS || has(known))
    }

    /// Returns the number of passwords that are remembered.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// Makes the salt, where there is none yet.
pub(super) fn season(salt: &mut String) {
    if salt.is_empty() {
        *salt = random_hex();
    }
}

/// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) of `password`, in hexadecimal digits. HMAC is keyed by the password itself.
pub(super) fn hash(salt: &str, password: &Secret) -> String {
    let mut digest = [0; 32];
    let algorithm = ring::pbkdf2::PBKDF2_HMAC_SHA256;
    ring::pbkdf2::derive(
        algorithm,
        ROUNDS,
        salt.as_bytes(),
        password.expose().as_bytes(),
        &mut digest,
    );
    hex(&digest)
}

/// A refused password as it stands in a record.
#[derive(Serialize, Deserialize)]
pub(super) struct RefusedText {
    salt: String,
    hash: String,
    error: ErrorText,
    times: u32,
}

/// The refused passwords as the first version of the format has them: with one salt for all.
#[derive(Deserialize)]
pub(super) struct FormerText {
    salt: String,
    refused: Vec<FormerRefusedText>,
}

#[derive(Deserialize)]
struct FormerRefusedText {
    hash: String,
    error: ErrorText,
    times: u32,
}

impl RefusedPasswords {
    pub(super) fn to_texts(&self) -> Vec<RefusedText> {
        let text = |known: &Known| RefusedText {
            salt: known.salt.clone(),
            hash: known.hash.clone(),
            error: ErrorText::new(&known.error),
            times: known.times,
        };
        self.0.iter().map(text).collect()
    }

    pub(super) fn parse(texts: Vec<RefusedText>) -> Self {
        let known = texts.into_iter().map(|text| Known {
            salt: text.salt,
            hash: text.hash,
            error: text.error.parse(),
            times: text.times,
        });
        Self(known.collect())
    }

    pub(super) fn parse_former(former: FormerText) -> Self {
        let FormerText { salt, refused } = former;
        let known = refused.into_iter().map(|text| Known {
            salt: salt.clone(),
            hash: text.hash,
            error: text.error.parse(),
            times: text.times,
        });
        Self(known.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::RefusedPasswords;
    use crate::error::Error;
    use crate::secret::Secret;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    fn refusals(passwords: &[&str]) -> RefusedPasswords {
        let mut refusals = RefusedPasswords::default();
        for password in passwords {
            refusals.add(
                &secret(password),
                Error::refused(format!("no to {}", password.len())),
            );
        }
        refusals
    }

    #[test]
    fn refusals_know_their_passwords_and_no_other_and_do_not_hold_them() {
        let refusals = refusals(&["hunter2", "longer hunter"]);
        assert_eq!(
            refusals.of(&secret("hunter2")),
            Some(&Error::refused("no to 7"))
        );
        assert_eq!(
            refusals.of(&secret("longer hunter")),
            Some(&Error::refused("no to 13"))
        );
        assert_eq!(refusals.of(&secret("hunter3")), None);
        assert!(!format!("{refusals:?}").contains("hunter"));
    }

    #[test]
    fn only_the_latest_refusals_are_kept() {
        let passwords: Vec<String> = (0..10).map(|number| format!("hunter{number}")).collect();
        let refusals = refusals(&passwords.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(refusals.count(), 8);
        assert_eq!(refusals.of(&secret("hunter0")), None);
        assert!(refusals.of(&secret("hunter9")).is_some());
    }
}

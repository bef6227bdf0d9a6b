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

/// The passwords that Okta refused, as salted and keyed hashes, each with what Okta said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RefusedPasswords {
    salt: String,
    /// The latest last.
    known: Vec<Known>,
}

/// One refused password.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    hash: String,
    error: Error,
    /// How many times it was sent all the same, the first included.
    times: u32,
}

impl RefusedPasswords {
    /// Remembers that `password` was refused with `error`.
    pub(crate) fn add(&mut self, password: &Secret, error: Error) {
        season(&mut self.salt);
        let hash = hash(&self.salt, password);
        let before = self.known.iter().position(|known| known.hash == hash);
        let before = before.map_or(0, |index| self.known.remove(index).times);
        self.known.push(Known {
            hash,
            error,
            times: before.saturating_add(1),
        });
        if self.known.len() > REFUSALS {
            self.known.remove(0);
        }
    }

    /// What Okta said when it refused `password`, if it did.
    pub(crate) fn of(&self, password: &Secret) -> Option<&Error> {
        self.with_times(password).map(|(error, _)| error)
    }

    /// The same, with how many times it was sent.
    pub(crate) fn with_times(&self, password: &Secret) -> Option<(&Error, u32)> {
        if self.known.is_empty() {
            return None;
        }
        let hash = hash(&self.salt, password);
        let known = self.known.iter().find(|known| known.hash == hash)?;
        Some((&known.error, known.times))
    }

    /// Forgets that `password` was refused: it has just been accepted. Others stay refused.
    pub(crate) fn forget(&mut self, password: &Secret) {
        if !self.known.is_empty() {
            let hash = hash(&self.salt, password);
            self.known.retain(|known| known.hash != hash);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// How many passwords are remembered.
    pub(crate) fn count(&self) -> usize {
        self.known.len()
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

/// The refused passwords as they stand in a record.
#[derive(Serialize, Deserialize)]
pub(super) struct RefusedPasswordsText {
    salt: String,
    refused: Vec<RefusedText>,
}

#[derive(Serialize, Deserialize)]
struct RefusedText {
    hash: String,
    error: ErrorText,
    times: u32,
}

impl RefusedPasswordsText {
    pub(super) fn new(refusals: &RefusedPasswords) -> Self {
        let RefusedPasswords { salt, known } = refusals;
        let refused = known.iter().map(|known| RefusedText {
            hash: known.hash.clone(),
            error: ErrorText::new(&known.error),
            times: known.times,
        });
        Self {
            salt: salt.clone(),
            refused: refused.collect(),
        }
    }

    pub(super) fn parse(self) -> RefusedPasswords {
        let known = self.refused.into_iter().map(|refused| Known {
            hash: refused.hash,
            error: refused.error.parse(),
            times: refused.times,
        });
        RefusedPasswords {
            salt: self.salt,
            known: known.collect(),
        }
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
        assert_eq!(refusals.known.len(), 8);
        assert_eq!(refusals.of(&secret("hunter0")), None);
        assert!(refusals.of(&secret("hunter9")).is_some());
    }
}

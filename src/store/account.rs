//! The record of one account at its org: the Okta session that serves all apps of the org, the device token, and
//! the password that Okta refused.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::{CookieText, Key, Record, to_json};
use crate::cookie::Jar;
use crate::error::Error;
use crate::secret::{Secret, hex, random_hex};

/// Rounds of PBKDF2: some ten milliseconds for us, once a sign-in at most, and as much for each guess of a thief.
const ROUNDS: NonZeroU32 = NonZeroU32::new(50_000).expect("not zero");

/// What is known of one account.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Okta's cookies of the last sign-in, without the device token.
    pub(crate) session: Jar,
    /// Okta's own random `DT` cookie: the device's identity towards sign-on policies and lock-out counters.
    pub(crate) device: Option<Secret>,
    /// The last password that Okta refused.
    pub(crate) refusal: Option<Refusal>,
}

/// A refused password, as a salted and keyed hash, and what Okta said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    salt: String,
    hash: String,
    pub(crate) error: Error,
}

impl Refusal {
    /// Remembers that `password` was refused with `error`.
    pub(crate) fn of(password: &Secret, error: Error) -> Self {
        let salt = random_hex();
        Self {
            hash: hash(&salt, password),
            salt,
            error,
        }
    }

    /// Whether `password` is the one that was refused.
    pub(crate) fn is_of(&self, password: &Secret) -> bool {
        self.hash == hash(&self.salt, password)
    }
}

/// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) of `password`, in hexadecimal digits. HMAC is keyed by the password itself.
fn hash(salt: &str, password: &Secret) -> String {
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

impl Record for Account {
    fn parse(text: &str, key: &Key) -> Option<Self> {
        let text: AccountText = serde_json::from_str(text).ok()?;
        if text.key != key.fields {
            return None;
        }
        let mut session = Jar::default();
        for cookie in text.session {
            let (name, value) = cookie.checked()?;
            session.put(&name, value);
        }
        let device = match text.device {
            Some(device) => Some(device.checked()?.1),
            None => None,
        };
        Some(Self {
            session,
            device,
            refusal: text.refusal.map(RefusalText::parse),
        })
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        let Self {
            session,
            device,
            refusal,
        } = self;
        if session.is_empty() && device.is_none() && refusal.is_none() {
            return None;
        }
        Some(to_json(&AccountText {
            key: key.fields.clone(),
            session: session
                .iter()
                .map(|(name, value)| CookieText::new(name, value))
                .collect(),
            device: device.as_ref().map(|device| CookieText::new("DT", device)),
            refusal: refusal.as_ref().map(RefusalText::new),
        }))
    }
}

#[derive(Serialize, Deserialize)]
struct AccountText<'a> {
    key: BTreeMap<String, String>,
    #[serde(borrow)]
    session: Vec<CookieText<'a>>,
    #[serde(borrow)]
    device: Option<CookieText<'a>>,
    refusal: Option<RefusalText>,
}

#[derive(Serialize, Deserialize)]
struct RefusalText {
    salt: String,
    hash: String,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl RefusalText {
    fn new(refusal: &Refusal) -> Self {
        let Refusal {
            salt,
            hash,
            error:
                Error {
                    kind: _,
                    message,
                    causes,
                    hints,
                },
        } = refusal.clone();
        Self {
            salt,
            hash,
            message,
            causes,
            hints,
        }
    }

    fn parse(self) -> Refusal {
        let Self {
            salt,
            hash,
            message,
            causes,
            hints,
        } = self;
        let error = Error {
            causes,
            hints,
            ..Error::refused(message)
        };
        Refusal { salt, hash, error }
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Refusal};
    use crate::cookie::Jar;
    use crate::error::Error;
    use crate::secret::Secret;
    use crate::store::{Key, Record};

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    #[test]
    fn a_refusal_knows_its_password_and_no_other_and_does_not_hold_it() {
        let refusal = Refusal::of(&secret("hunter2"), Error::refused("no"));
        assert!(refusal.is_of(&secret("hunter2")));
        assert!(!refusal.is_of(&secret("hunter3")));
        assert!(!format!("{refusal:?}").contains("hunter2"));
        assert_ne!(
            refusal.hash,
            Refusal::of(&secret("hunter2"), Error::refused("no")).hash,
            "salted"
        );
    }

    #[test]
    fn an_account_survives_its_text() {
        let key = Key::new("corp.okta.com", [("org", "https://corp.okta.com".into())]);
        let mut session = Jar::default();
        session.put("sid", secret("102abc"));
        let refusal = Some(Refusal::of(
            &secret("hunter2"),
            Error::refused("no").hint("do"),
        ));
        let account = Account {
            session,
            device: Some(secret("DIabc")),
            refusal,
        };
        let text = account.to_text(&key).expect("a text");
        assert_eq!(Account::parse(text.expose(), &key), Some(account));
    }
}

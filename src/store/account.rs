//! The record of one account at its org: the Okta session that serves all apps of the org, the device token, the
//! passwords that Okta refused, and the storm brake of the account.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::failure::BrakeText;
use super::{Brake, CookieText, ErrorText, Key, Record, to_json};
use crate::cookie::{DEVICE, Jar};
use crate::error::Error;
use crate::secret::{Secret, hex, random_hex};

/// Rounds of PBKDF2: some ten milliseconds for us, once a sign-in at most, and as much for each guess of a thief.
const ROUNDS: NonZeroU32 = NonZeroU32::new(50_000).expect("not zero");
/// How many refused passwords are remembered: callers may have different ones configured.
const REFUSALS: usize = 8;

/// What is known of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Okta's cookies of the last sign-in, without the device token.
    pub(crate) session: Jar,
    /// Okta's own random `DT` cookie: the device's identity towards sign-on policies and lock-out counters.
    pub(crate) device: Option<Secret>,
    pub(crate) refusals: Refusals,
    /// Holds back unattended sign-ins of this account, whatever the app.
    pub(crate) brake: Option<Brake>,
}

impl Account {
    /// Okta's cookies as a silent attempt starts with them: the session and the device token.
    pub(crate) fn jar(&self) -> Jar {
        let mut jar = self.device_jar();
        jar.extend(&self.session);
        jar
    }

    /// Forgets all that holds back a sign-in: a person wanted one, and it succeeded.
    pub(crate) fn forgive(&mut self) {
        let Self {
            refusals,
            brake,
            session: _,
            device: _,
        } = self;
        (*refusals, *brake) = Default::default();
    }

    /// The device token alone, as a password starts with it: beside a session Okta would ignore the session token.
    pub(crate) fn device_jar(&self) -> Jar {
        let mut jar = Jar::default();
        if let Some(device) = &self.device {
            jar.put(DEVICE, device.clone());
        }
        jar
    }

    /// Takes over what a password attempt left in its jar. If Okta gave it no session, the old one stays: one app's
    /// policy may have declined it, while the others can go on with it.
    pub(crate) fn learn_of_password(&mut self, mut jar: Jar) {
        let device = jar.take(DEVICE);
        self.device = device.or_else(|| self.device.take());
        if !jar.is_empty() {
            self.session = jar;
        }
    }

    /// Takes over what a silent attempt left in its jar. A device token stays until Okta gives another one.
    pub(crate) fn learn(&mut self, mut jar: Jar) {
        self.device = jar.take(DEVICE).or_else(|| self.device.take());
        self.session = jar;
    }
}

/// The passwords that Okta refused, as salted and keyed hashes, each with what Okta said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refusals {
    salt: String,
    /// Hash and error, the latest last.
    known: Vec<(String, Error)>,
}

impl Refusals {
    /// Remembers that `password` was refused with `error`.
    pub(crate) fn add(&mut self, password: &Secret, error: Error) {
        if self.salt.is_empty() {
            self.salt = random_hex();
        }
        let hash = hash(&self.salt, password);
        self.known.retain(|known| known.0 != hash);
        self.known.push((hash, error));
        if self.known.len() > REFUSALS {
            self.known.remove(0);
        }
    }

    /// What Okta said when it refused `password`, if it did.
    pub(crate) fn of(&self, password: &Secret) -> Option<&Error> {
        if self.known.is_empty() {
            return None;
        }
        let hash = hash(&self.salt, password);
        self.known
            .iter()
            .find(|known| known.0 == hash)
            .map(|known| &known.1)
    }

    /// Forgets that `password` was refused: it has just been accepted. Others stay refused.
    pub(crate) fn forget(&mut self, password: &Secret) {
        if !self.known.is_empty() {
            let hash = hash(&self.salt, password);
            self.known.retain(|known| known.0 != hash);
        }
    }

    fn is_empty(&self) -> bool {
        self.known.is_empty()
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
        let known = text
            .refused
            .into_iter()
            .map(|refused| (refused.hash, refused.error.parse()));
        let refusals = Refusals {
            salt: text.salt,
            known: known.collect(),
        };
        Some(Self {
            session,
            device,
            refusals,
            brake: text.brake.map(BrakeText::parse),
        })
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        let Self {
            session,
            device,
            refusals,
            brake,
        } = self;
        if session.is_empty() && device.is_none() && refusals.is_empty() && brake.is_none() {
            return None;
        }
        let Refusals { salt, known } = refusals;
        let refused = known.iter().map(|(hash, error)| RefusedText {
            hash: hash.clone(),
            error: ErrorText::new(error),
        });
        Some(to_json(&AccountText {
            key: key.fields.clone(),
            session: session
                .iter()
                .map(|(name, value)| CookieText::new(name, value))
                .collect(),
            device: device
                .as_ref()
                .map(|device| CookieText::new(DEVICE, device)),
            salt: salt.clone(),
            refused: refused.collect(),
            brake: brake.as_ref().map(BrakeText::new),
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
    salt: String,
    refused: Vec<RefusedText>,
    brake: Option<BrakeText>,
}

#[derive(Serialize, Deserialize)]
struct RefusedText {
    hash: String,
    error: ErrorText,
}

#[cfg(test)]
mod tests {
    use super::{Account, Refusals};
    use crate::cookie::Jar;
    use crate::error::Error;
    use crate::secret::Secret;
    use crate::store::{Brake, Key, Record};
    use time::macros::datetime;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    fn refusals(passwords: &[&str]) -> Refusals {
        let mut refusals = Refusals::default();
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

    #[test]
    fn an_account_survives_its_text() {
        let key = Key::new("corp.okta.com", [("org", "https://corp.okta.com".into())]);
        let mut session = Jar::default();
        session.put("sid", secret("102abc"));
        let brake = Some(Brake::after(
            None,
            Error::refused("locked"),
            datetime!(2026-11-23 20:00 UTC),
        ));
        let account = Account {
            session,
            device: Some(secret("DIabc")),
            refusals: refusals(&["x"]),
            brake,
        };
        let text = account.to_text(&key).expect("a text");
        assert_eq!(Account::parse(text.expose(), &key), Some(account));
    }
}

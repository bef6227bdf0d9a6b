//! The record of one account at its org: the Okta session that serves all apps of the org, the device token, the
//! passwords and codes that must not be sent again, and the storm backoff of the account.

mod accepted;
mod former;
mod joined;
#[cfg(test)]
mod tests;
mod text;

use time::Duration;

use super::Backoff;
use super::browser_needs::BrowserNeeds;
use super::known_engine::KnownEngine;
use super::refused_passwords::RefusedPasswords;
use super::unanswered::Unanswered;
use super::used_codes::UsedCodes;
use crate::clock::Moment;
use crate::cookie::{DEVICE, Jar};
use crate::error::Error;
use crate::secret::Secret;
use crate::store::json::to_json;
use crate::store::records::{FleetText, Sharing};
use crate::store::{Key, Record};
pub(crate) use accepted::AcceptedPassword;
use former::FormerText;
use joined::Epochs;
use text::AccountText;

/// The record of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Okta's cookies of the last sign-in, without the device token.
    pub(crate) session: Jar,
    /// When that session began, as far as its cookies tell.
    pub(crate) session_since: Option<Moment>,
    /// Okta's own random `DT` cookie: the device's identity towards sign-on policies and lock-out counters.
    pub(crate) device: Option<Secret>,
    pub(crate) refusals: RefusedPasswords,
    pub(crate) codes: UsedCodes,
    /// Holds back unattended sign-ins of this account, whatever the app.
    pub(crate) backoff: Option<Backoff>,
    pub(crate) unanswered: Unanswered,
    /// The different passwords in a row that Okta refused.
    pub(crate) refused_in_a_row: Unanswered,
    /// The org's engine, where it was found out.
    pub(crate) engine: Option<KnownEngine>,
    /// Set where Okta sends a push by itself. A background renewal would cause one.
    pub(crate) sends_push_unasked: bool,
    pub(crate) browser_needs: BrowserNeeds,
    /// The password that Okta has lately taken from this machine. It stays here.
    pub(crate) accepted: Option<AcceptedPassword>,
    /// How often what holds a sign-in back was cleared.
    pub(crate) epochs: Epochs,
}

impl Account {
    /// Okta's cookies as a silent attempt starts with them: the session and the device token.
    pub(crate) fn jar(&self) -> Jar {
        let mut jar = Jar::default();
        if let Some(device) = &self.device {
            jar.put(DEVICE, device.clone());
        }
        jar.extend(&self.session);
        jar
    }

    /// Takes over Okta's cookies at `now`. The session is the one before if its own cookie is: `sid`, or `idx` on the Identity
    /// Engine, which may set another value for the same session.
    pub(crate) fn take_session(&mut self, session: Jar, now: Moment) {
        let is_same = |(name, value): (&str, &Secret)| {
            let mut before = self.session.iter();
            ["sid", "idx"].contains(&name) && before.any(|cookie| cookie == (name, value))
        };
        self.session_since = match session.iter().any(is_same) {
            true => self.session_since,
            false => (!session.is_empty()).then_some(now),
        };
        self.session = session;
    }

    /// Has the old `password`, which was changed at a sign-in, never sent again from where it is configured.
    pub(crate) fn refuse_old(&mut self, password: &Secret) {
        let error = Error::refused("this password was changed at a sign-in, and is the old one");
        self.refusals.add(password, error);
    }

    /// Forgets all that holds back a sign-in: a person wanted one, and it succeeded.
    pub(crate) fn forgive(&mut self) {
        let Self {
            refusals,
            codes,
            backoff,
            unanswered,
            refused_in_a_row,
            sends_push_unasked,
            session: _,
            session_since: _,
            device: _,
            engine: _,
            browser_needs: _,
            accepted: _,
            epochs: _,
        } = self;
        (*refusals, *backoff, *unanswered, *refused_in_a_row) = Default::default();
        *sends_push_unasked = false;
        codes.accept();
    }
}

impl Account {
    /// Reads the record of whatever account, with its key; `None` if `text` is another kind of record.
    pub(crate) fn parse_any(text: &str) -> Option<(Key, Self)> {
        let AccountText { key, .. } = serde_json::from_str(text).ok()?;
        let key = Key::of_fields(key);
        let account = Self::parse(text, &key)?;
        key.is_of_an_account().then_some((key, account))
    }
}

impl Record for Account {
    const HAS_FORMER: bool = true;

    fn parse(text: &str, key: &Key) -> Option<Self> {
        let text: AccountText = serde_json::from_str(text).ok()?;
        (text.key == key.fields).then(|| text.read())?
    }

    /// All that guards the account. Its session is left to the older program.
    fn parse_former(text: &str, key: &Key) -> Option<Self> {
        FormerText::read(text, key)
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        let engine_alone = Self {
            engine: self.engine.clone(),
            ..Self::default()
        };
        // The org says its engine again.
        (*self != engine_alone).then(|| to_json(&AccountText::new(self, key)))
    }

    fn memory(&self) -> Self {
        Self {
            session: Jar::default(),
            session_since: None,
            device: None,
            engine: None,
            ..self.clone()
        }
    }

    fn with(self, memory: Self) -> Self {
        Self {
            session: self.session,
            session_since: self.session_since,
            device: self.device,
            refusals: newer(memory.refusals, self.refusals),
            codes: newer(memory.codes, self.codes),
            backoff: memory.backoff.or(self.backoff),
            unanswered: newer(memory.unanswered, self.unanswered),
            refused_in_a_row: newer(memory.refused_in_a_row, self.refused_in_a_row),
            engine: self.engine,
            sends_push_unasked: memory.sends_push_unasked || self.sends_push_unasked,
            browser_needs: memory.browser_needs.or(self.browser_needs),
            accepted: self.accepted,
            epochs: self.epochs,
        }
    }

    const SHARING: Sharing = Sharing::Remembered;

    fn machines_text(&self, key: &Key) -> Option<Secret> {
        self.memory().to_text(key)
    }

    fn fleets_text(&self, key: &Key, with_okta: bool) -> FleetText {
        let mut shared = Self {
            accepted: None,
            ..self.clone()
        };
        if !with_okta {
            shared.session = Jar::default();
        }
        FleetText::of(shared.to_text(key))
    }

    fn joined(self, fleet: Self) -> Self {
        joined::join(self, fleet)
    }

    fn following(mut self, base: &Self) -> Self {
        self.epochs = Epochs::after(base, &self);
        self
    }

    fn by_clock(mut self, ahead: Duration) -> Self {
        if let Some(backoff) = &mut self.backoff {
            backoff.shift(ahead);
        }
        self.unanswered.shift(ahead);
        self.refused_in_a_row.shift(ahead);
        self.codes.shift(ahead);
        self
    }
}

/// Returns what was remembered last, if anything was.
fn newer<T: Default + PartialEq>(newer: T, older: T) -> T {
    match newer == T::default() {
        true => older,
        false => newer,
    }
}

//! The record of one account at its org: the Okta session that serves all apps of the org, the device token, the
//! passwords and codes that must not be sent again, and the storm brake of the account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::Duration;

use super::refused_passwords::{self, RefusedPasswords, RefusedText};
use super::used_codes::{UsedCodes, UsedCodesText};
use super::{Backoff, CookieText};
use crate::clock::Moment;
use crate::cookie::{DEVICE, Jar};
use crate::secret::Secret;
use crate::store::json::to_json;
use crate::store::{Key, Record};

/// What is known of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Okta's cookies of the last sign-in, without the device token.
    pub(crate) session: Jar,
    /// Okta's own random `DT` cookie: the device's identity towards sign-on policies and lock-out counters.
    pub(crate) device: Option<Secret>,
    pub(crate) refusals: RefusedPasswords,
    pub(crate) codes: UsedCodes,
    /// Holds back unattended sign-ins of this account, whatever the app.
    pub(crate) brake: Option<Backoff>,
    pub(crate) unanswered: Unanswered,
    /// The org's engine, in the configuration's word, where it was found out.
    pub(crate) engine: Option<String>,
}

/// The passwords in a row that were sent without a verdict that is understood: the process was killed, the connection was
/// cut, or the answer could not be read. Okta may have counted each of them as wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unanswered {
    times: u32,
    #[serde(with = "time::serde::rfc3339::option")]
    last: Option<Moment>,
}

/// The reason why an unattended sign-in sends no further secret of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    /// The secrets in a row without a verdict.
    pub(crate) times: u32,
    /// The time until the next one; without it, only a person sends one.
    pub(crate) left: Option<Duration>,
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

    /// The last one never left.
    pub(crate) fn take_back(&mut self) {
        self.times = self.times.saturating_sub(1);
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

    /// Forgets all that holds back a sign-in: a person wanted one, and it succeeded.
    pub(crate) fn forgive(&mut self) {
        let Self {
            refusals,
            codes,
            brake,
            unanswered,
            session: _,
            device: _,
            engine: _,
        } = self;
        (*refusals, *brake, *unanswered) = Default::default();
        codes.accept();
    }
}

impl Record for Account {
    const HAS_FORMER: bool = true;

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
            refusals: RefusedPasswords::parse(text.refused_passwords),
            codes: text.codes.map(UsedCodesText::parse).unwrap_or_default(),
            brake: text.brake,
            unanswered: text.unanswered.unwrap_or_default(),
            engine: text.engine,
        })
    }

    /// All that guards the account. Its session is left to the older program.
    fn parse_former(text: &str, key: &Key) -> Option<Self> {
        let text: FormerText = serde_json::from_str(text).ok()?;
        if text.key != key.fields {
            return None;
        }
        let device = text.device.and_then(CookieText::checked);
        let refusals = text.refusals.map(RefusedPasswords::parse_former);
        Some(Self {
            session: Jar::default(),
            device: device.map(|(_, token)| token),
            refusals: refusals.unwrap_or_default(),
            codes: text.codes.map(UsedCodesText::parse).unwrap_or_default(),
            brake: text.brake,
            unanswered: text.unanswered.unwrap_or_default(),
            engine: None,
        })
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        let Self {
            session,
            device,
            refusals,
            codes,
            brake,
            unanswered,
            engine,
        } = self;
        if *self == Self::default() {
            return None;
        }
        Some(to_json(&AccountText {
            key: key.fields.clone(),
            session: session
                .iter()
                .map(|(name, value)| CookieText::new(name, value))
                .collect(),
            device: device
                .as_ref()
                .map(|device| CookieText::new(DEVICE, device)),
            refused_passwords: refusals.to_texts(),
            codes: (*codes != UsedCodes::default()).then(|| UsedCodesText::new(codes)),
            unanswered: (*unanswered != Unanswered::default()).then(|| unanswered.clone()),
            brake: brake.clone(),
            engine: engine.clone(),
        }))
    }

    fn memory(&self) -> Self {
        Self {
            session: Jar::default(),
            device: None,
            engine: None,
            ..self.clone()
        }
    }

    fn with(self, memory: Self) -> Self {
        Self {
            session: self.session,
            device: self.device,
            refusals: newer(memory.refusals, self.refusals),
            codes: newer(memory.codes, self.codes),
            brake: memory.brake.or(self.brake),
            unanswered: newer(memory.unanswered, self.unanswered),
            engine: self.engine,
        }
    }
}

/// What was remembered last, if anything was.
fn newer<T: Default + PartialEq>(newer: T, older: T) -> T {
    match newer == T::default() {
        true => older,
        false => newer,
    }
}

#[derive(Serialize, Deserialize)]
struct AccountText<'a> {
    key: BTreeMap<String, String>,
    #[serde(borrow)]
    session: Vec<CookieText<'a>>,
    #[serde(borrow)]
    device: Option<CookieText<'a>>,
    #[serde(default)]
    refused_passwords: Vec<RefusedText>,
    codes: Option<UsedCodesText>,
    brake: Option<Backoff>,
    unanswered: Option<Unanswered>,
    engine: Option<String>,
}

/// The record as the first version of the format has it.
#[derive(Deserialize)]
struct FormerText<'a> {
    key: BTreeMap<String, String>,
    #[serde(borrow)]
    device: Option<CookieText<'a>>,
    refusals: Option<refused_passwords::FormerText>,
    codes: Option<UsedCodesText>,
    brake: Option<Backoff>,
    unanswered: Option<Unanswered>,
}

#[cfg(test)]
mod tests {
    use super::{Account, Unanswered};
    use crate::cookie::Jar;
    use crate::error::Error;
    use crate::secret::Secret;
    use crate::store::record::refused_passwords::RefusedPasswords;
    use crate::store::record::used_codes::UsedCodes;
    use crate::store::{Backoff, Key, Record};
    use time::Duration;
    use time::macros::datetime;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    #[test]
    fn an_account_survives_its_text() {
        let key = Key::new("corp.okta.com", [("org", "https://corp.okta.com".into())]);
        let mut session = Jar::default();
        session.put("sid", secret("102abc"));
        let brake = Some(Backoff::after(
            None,
            Error::refused("locked"),
            datetime!(2026-11-23 20:00 UTC),
        ));
        let mut refusals = RefusedPasswords::default();
        refusals.add(&secret("x"), Error::refused("no"));
        let mut codes = UsedCodes::default();
        codes.sent(
            Some(&secret("123456")),
            Some(7),
            datetime!(2026-11-23 20:00 UTC),
        );
        codes.refuse(&secret("seed"), Error::refused("no"));
        let mut unanswered = Unanswered::default();
        unanswered.add(datetime!(2026-11-23 20:00 UTC));
        let account = Account {
            session,
            device: Some(secret("DIabc")),
            refusals,
            brake,
            codes,
            unanswered,
            engine: Some("classic".into()),
        };
        let text = account.to_text(&key).expect("a text");
        assert_eq!(Account::parse(text.expose(), &key), Some(account));
    }

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

//! A person's account: the password, the factors, the devices.

use std::collections::HashSet;
use time::OffsetDateTime;

use crate::factor::Factor;
use crate::org::factor::Held;
use crate::org::lock::{Lock, Verdict};
use crate::random;
use crate::setup::{Lockout, User, UserState};

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) id: String,
    pub(crate) held: Held,
    /// The factors of a user who has to have some and was given none.
    usual: Vec<Factor>,
    pub(crate) lock: Lock,
    devices: HashSet<String>,
}

impl Account {
    pub(crate) fn new(user: &User) -> Self {
        Self {
            user: user.clone(),
            id: random::word("00u", 17),
            held: Held::default(),
            usual: usual_factors(),
            lock: Lock::default(),
            devices: HashSet::new(),
        }
    }

    pub(crate) fn is_locked(&self) -> bool {
        self.lock.is_closed()
    }

    pub(crate) fn lock(&mut self, now: OffsetDateTime) {
        self.lock.close(now);
    }

    /// The lock opens by itself when its time has come; true where that has just happened.
    pub(crate) fn unlock_if_due(&mut self, lockout: &Lockout, now: OffsetDateTime) -> bool {
        let due = self.lock.open_if_due(lockout, now);
        if due {
            self.held.wrong = 0;
        }
        due
    }

    pub(crate) fn unlock(&mut self) {
        self.lock = Lock::default();
        self.held.wrong = 0;
    }

    /// The user has signed in from this device.
    pub(crate) fn know_device(&mut self, device: String) {
        self.devices.insert(device);
    }

    /// Compares a password that comes from a device, or from none that says its name.
    pub(crate) fn try_password(
        &mut self,
        password: &str,
        device: Option<&str>,
        lockout: &Lockout,
        now: OffsetDateTime,
    ) -> Verdict {
        let right = password == self.user.password;
        let known = device.is_some_and(|device| self.devices.contains(device));
        self.lock.judge(right, known, lockout, now)
    }

    pub(crate) fn factors(&self) -> &[Factor] {
        match lacks_factors(&self.user) {
            true => &self.usual,
            false => &self.user.factors,
        }
    }

    /// The size that `claims_bytes` asks for is reached with group names, which is what fills real tokens.
    pub(crate) fn claims(&self) -> serde_json::Value {
        let mut claims = serde_json::json!({
            "sub": self.id,
            "name": "Ada Example",
            "email": self.user.login,
            "preferred_username": self.user.login,
            "email_verified": true,
            "groups": [],
        });
        let bare = claims.to_string().len();
        let filling = self.user.claims_bytes.saturating_sub(bare + 2);
        if filling > 0 {
            claims["groups"] = serde_json::json!(["g".repeat(filling)]);
        }
        claims
    }

    /// The `_embedded.user` of a transaction.
    pub(crate) fn embedded(&self) -> serde_json::Value {
        serde_json::json!({
            "id": self.id,
            "passwordChanged": "2026-01-02T03:04:05.000Z",
            "profile": {
                "login": self.user.login,
                "firstName": "Ada",
                "lastName": "Example",
                "locale": "en_US",
                "timeZone": "America/Los_Angeles",
            },
        })
    }
}

/// The factors of a user; what is secret about them is the same for every account.
pub(crate) fn factors_of(user: &User) -> Vec<Factor> {
    match lacks_factors(user) {
        true => usual_factors(),
        false => user.factors.clone(),
    }
}

/// The user has to have factors, and was given none.
fn lacks_factors(user: &User) -> bool {
    user.factors.is_empty() && user.state == UserState::MfaRequired
}

/// One Okta Verify enrolment, which is two entries, a phone and a question.
fn usual_factors() -> Vec<Factor> {
    let mut factors = Factor::okta_verify("Ada's phone", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
    factors.push(Factor::sms("+1 XXX-XXX-1337"));
    factors.push(Factor::question(
        "What is the food you least liked as a child?",
        "mashed potatoes",
    ));
    factors
}

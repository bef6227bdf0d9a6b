//! A person's account: the password, the counter of wrong ones, and the lock.

use time::OffsetDateTime;

use crate::factor::Factor;
use crate::org::factor::Held;
use crate::random;
use crate::setup::{Lockout, User, UserState};

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) id: String,
    pub(crate) held: Held,
    /// The factors of a user who has to have some and was given none.
    usual: Vec<Factor>,
    wrong: u32,
    locked_at: Option<OffsetDateTime>,
}

/// What comes of comparing a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    Wrong,
    /// This wrong password was one too many.
    NowLocked,
    /// The account was locked before, so the password was not looked at: the right one fails too.
    Locked,
}

impl Account {
    pub(crate) fn new(user: &User) -> Self {
        Self {
            user: user.clone(),
            id: random::word("00u", 17),
            held: Held::default(),
            usual: usual_factors(),
            wrong: 0,
            locked_at: None,
        }
    }

    /// Opens the lock if its time has come. True where that has just happened.
    pub(crate) fn unlock_if_due(&mut self, lockout: &Lockout, now: OffsetDateTime) -> bool {
        let due = match (self.locked_at, lockout.unlock_after) {
            (Some(since), Some(after)) => now >= since + after,
            _ => false,
        };
        if due {
            self.unlock();
        }
        due
    }

    pub(crate) fn unlock(&mut self) {
        self.locked_at = None;
        self.wrong = 0;
        self.held.wrong = 0;
    }

    pub(crate) fn is_locked(&self) -> bool {
        self.locked_at.is_some()
    }

    pub(crate) fn lock(&mut self, now: OffsetDateTime) {
        self.locked_at = Some(now);
    }

    pub(crate) fn factors(&self) -> &[Factor] {
        let usual = self.user.factors.is_empty() && self.user.state == UserState::MfaRequired;
        if usual {
            &self.usual
        } else {
            &self.user.factors
        }
    }

    pub(crate) fn try_password(
        &mut self,
        password: &str,
        lockout: &Lockout,
        now: OffsetDateTime,
    ) -> Verdict {
        if self.locked_at.is_some() {
            return Verdict::Locked;
        }
        if password == self.user.password {
            self.wrong = 0;
            return Verdict::Right;
        }
        self.wrong += 1;
        if lockout.attempts > 0 && self.wrong >= lockout.attempts {
            self.locked_at = Some(now);
            return Verdict::NowLocked;
        }
        Verdict::Wrong
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

//! The codes that come to a person, and those that their tokens show.

use std::time::Duration;

use crate::demand::Kind;
use crate::factor::{Factor, FactorKind, Proof, SecurityKey};
use crate::org::Held;
use crate::otp;
use crate::phone::Phone;
use crate::random;

impl Phone {
    /// The code that was sent last, good or not.
    #[must_use]
    pub fn last_code(&self, kind: FactorKind) -> Option<String> {
        self.with(|account| Some(account.held.last_message(kind)?.code.clone()))
    }

    /// Blocks until a code comes that no call of this function has returned before.
    #[must_use]
    pub fn wait_for_code(&self, kind: FactorKind, limit: Duration) -> Option<String> {
        self.wait(limit, |account| {
            let message = account.held.last_message(kind).filter(|one| !one.read)?;
            message.read = true;
            Some(message.code.clone())
        })
    }

    /// Follows the link of the last mail, on the machine that signs in; false where there is none.
    #[must_use]
    pub fn follow_link(&self) -> bool {
        self.follow(true)
    }

    /// Follows the link of the last mail in another browser, where the sign-in then goes on; false where there is none.
    #[must_use]
    pub fn follow_link_elsewhere(&self) -> bool {
        self.follow(false)
    }

    fn follow(&self, here: bool) -> bool {
        self.with(|account| {
            let mail = account.held.last_message(FactorKind::Email);
            mail.is_some_and(|mail| {
                mail.followed = Some(here);
                true
            })
        })
    }

    /// The temporary access code that an administrator has given.
    ///
    /// # Panics
    ///
    /// Where the user has none.
    #[must_use]
    pub fn temporary_code(&self) -> String {
        let Proof::Codes(codes) = self.factor(FactorKind::Tac).proof else {
            unreachable!("a temporary access code is one");
        };
        self.told(codes.first().cloned().expect("there is one"))
    }

    /// The time-based code of now, by the sandbox's clock; Okta's before Google's.
    ///
    /// # Panics
    ///
    /// Where the user has no such factor.
    #[must_use]
    pub fn totp(&self) -> String {
        self.totp_after(0)
    }

    /// The time-based code of so many steps, of 30 seconds, from now.
    ///
    /// # Panics
    ///
    /// Where the user has no such factor.
    #[must_use]
    pub fn totp_after(&self, steps: i64) -> String {
        self.code_of(self.factor(FactorKind::Totp), steps)
    }

    /// The time-based code that the device of this enrolment shows now.
    ///
    /// # Panics
    ///
    /// Where the user has no such factor.
    #[must_use]
    pub fn totp_of(&self, id: &str) -> String {
        let all = self.with(|account| account.factors().to_vec());
        let factor = all.into_iter().find(|factor| factor.id == id);
        self.code_of(factor.expect("the user has it"), 0)
    }

    fn code_of(&self, factor: Factor, steps: i64) -> String {
        let step = otp::step(self.world.clock.now()) + steps;
        let Proof::Seed(seed) = factor.proof else {
            unreachable!("a time-based code has a seed");
        };
        self.told(otp::totp(&otp::base32(&seed).unwrap_or_default(), step))
    }

    /// The next code of a counter-based token.
    ///
    /// # Panics
    ///
    /// Where the user has no such factor, or its codes are used up.
    #[must_use]
    pub fn hotp(&self) -> String {
        let factor = self.factor(FactorKind::Hotp);
        let Proof::Codes(codes) = factor.proof else {
            unreachable!("a counter-based token has codes");
        };
        let at = self.with(|account| {
            let (shown, _) = account.held.counters.entry(factor.id).or_default();
            *shown += 1;
            *shown - 1
        });
        self.told(codes.get(at).cloned().expect("the token has a code left"))
    }

    /// A fresh one-time password of the user's YubiKey, of 44 characters.
    ///
    /// # Panics
    ///
    /// Where the user has no such factor.
    #[must_use]
    pub fn yubikey_touch(&self) -> String {
        self.display(FactorKind::Yubikey, otp::yubikey())
    }

    /// The code that the RSA token shows now, and not again.
    ///
    /// # Panics
    ///
    /// Where the user has no such factor.
    #[must_use]
    pub fn rsa(&self) -> String {
        self.display(FactorKind::Rsa, random::digits(8))
    }

    /// The code that the Symantec token shows now, and not again.
    ///
    /// # Panics
    ///
    /// Where the user has no such factor.
    #[must_use]
    pub fn symantec(&self) -> String {
        self.display(FactorKind::Symantec, random::digits(6))
    }

    /// The key of the first factor of this kind.
    ///
    /// # Panics
    ///
    /// Where the user has no such factor.
    #[must_use]
    pub fn security_key(&self, kind: FactorKind) -> SecurityKey {
        match self.factor(kind).proof {
            Proof::Key(key) => key,
            _ => panic!("a factor {kind} has no key"),
        }
    }

    fn display(&self, kind: FactorKind, code: String) -> String {
        let id = self.factor(kind).id;
        let shown = code.clone();
        self.with(|account| {
            let Held { displayed, .. } = &mut account.held;
            displayed.entry(id).or_default().push(shown);
        });
        self.told(code)
    }

    fn factor(&self, kind: FactorKind) -> Factor {
        let mut factors = self.with(|account| account.factors().to_vec());
        factors.retain(|factor| factor.kind == kind);
        factors.sort_by_key(|factor| factor.provider != "OKTA");
        let mut factors = factors.into_iter();
        let first = factors.next();
        first.unwrap_or_else(|| panic!("{} has no factor {kind}", self.login))
    }

    /// A code that somebody knows is a secret from then on.
    fn told(&self, code: String) -> String {
        self.world.demands.issued().secret(Kind::PassCode, &code);
        code
    }
}

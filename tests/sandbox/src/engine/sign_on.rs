//! Demands of policies: on every session, and on the sessions of each app.

use std::time::Duration;

use crate::factor::FactorKind;

/// The sign-on policy of one app.
#[derive(Clone, Debug, Default)]
pub struct SignOn {
    /// Everything that has to be proved, in this order. Proofs for the session count.
    pub needs: Vec<Need>,
    /// The age at which a proof has to be given anew; `None` is never, and nought is every time.
    pub again_after: Option<Duration>,
}

/// One thing that has to be proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// The password.
    Password,
    /// Any authenticator.
    AnyOne,
    /// Two authenticators that are not the same one.
    AnyTwo,
    /// Something that the person has: anything but a password and an answer.
    Possession,
    /// Something that cannot be phished: a security key, or FastPass.
    PhishingResistant,
    /// A device that an administrator manages, which no program can show.
    ManagedDevice,
    /// One of these, and nothing else.
    OneOf(Vec<FactorKind>),
}

impl SignOn {
    /// A policy that asks for these, one after the other.
    #[must_use]
    pub fn asking(needs: impl IntoIterator<Item = Need>) -> Self {
        Self {
            needs: needs.into_iter().collect(),
            again_after: None,
        }
    }

    /// The same policy with a time after which everything has to be proved anew.
    #[must_use]
    pub fn again_after(mut self, age: Duration) -> Self {
        self.again_after = Some(age);
        self
    }
}

impl Need {
    /// One of the authenticators of this kind.
    #[must_use]
    pub fn only(kind: FactorKind) -> Self {
        Self::OneOf(vec![kind])
    }
}

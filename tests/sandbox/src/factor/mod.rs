//! Second factors, as a test enrols them for a user.

use serde_json::{Value, json};

mod enrol;
mod kind;
mod security_key;

pub use kind::FactorKind;
pub use security_key::{Assertion, SecurityKey};

use crate::random;

/// A demand of an on-premises RSA server after a right code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RsaPrompt {
    /// The code that the token shows next.
    NextToken,
    /// A new PIN of four to eight digits.
    NewPin,
    /// Any answer to this text.
    Text(String),
}

/// One enrolled factor, as it stands in the list of an `MFA_REQUIRED` answer.
#[derive(Clone, Debug)]
pub struct Factor {
    /// What it is.
    pub kind: FactorKind,
    /// Its provider: `OKTA`, `GOOGLE`, `FIDO`, …
    pub provider: String,
    /// `vendorName`, which a custom provider chooses.
    pub vendor: String,
    /// Random, and the same for the sandbox's life.
    pub id: String,
    /// Its profile, which tells it from others of its kind: a phone's name, a masked number. Okta leaves members out at will.
    pub profile: Value,
    /// Set up; a factor that is not is only offered for enrolment.
    pub enrolled: bool,
    /// `factorType`.
    pub(crate) word: String,
    pub(crate) proof: Proof,
}

/// The secret that the org compares an answer with.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// Something that happens elsewhere, or a code that the org makes itself.
    Elsewhere,
    /// The seed of a time-based code, in base32.
    Seed(String),
    /// The codes of a counter-based token, in order.
    Codes(Vec<String>),
    Answer(String),
    Key(SecurityKey),
    /// An RSA server's questions after a right code.
    Dialogue(Vec<RsaPrompt>),
}

impl Factor {
    pub(super) fn new(kind: FactorKind, prefix: &str, provider: &str, profile: Value) -> Self {
        Self {
            kind,
            provider: provider.to_owned(),
            vendor: provider.to_owned(),
            id: random::word(prefix, 20 - prefix.len()),
            profile,
            enrolled: true,
            word: kind.word().to_owned(),
            proof: Proof::Elsewhere,
        }
    }

    pub(super) fn proved_by(mut self, proof: Proof) -> Self {
        self.proof = proof;
        self
    }

    /// Has an RSA server ask for this after the first right code.
    #[must_use]
    pub fn with_dialogue(self, prompts: impl IntoIterator<Item = RsaPrompt>) -> Self {
        self.proved_by(Proof::Dialogue(prompts.into_iter().collect()))
    }

    /// The same factor with this name in its profile.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.profile["name"] = json!(name);
        self
    }

    /// The same factor with another id.
    #[must_use]
    pub fn with_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// The same factor with another profile.
    #[must_use]
    pub fn with_profile(mut self, profile: Value) -> Self {
        self.profile = profile;
        self
    }

    /// The same factor with an empty profile, as Okta shows Okta Verify since 2026 before the user is verified.
    #[must_use]
    pub fn without_profile(self) -> Self {
        self.with_profile(json!({}))
    }

    /// The same security key, of which a PIN or a finger is asked, not only a touch.
    #[must_use]
    pub fn with_user_verification(mut self) -> Self {
        if let Proof::Key(key) = &mut self.proof {
            key.wants_person = true;
        }
        self
    }

    /// The same factor, offered for enrolment and not set up.
    #[must_use]
    pub fn not_enrolled(mut self) -> Self {
        self.enrolled = false;
        self
    }
}

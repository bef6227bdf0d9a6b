//! The kinds of second factor, and their words.

use std::fmt;

/// The kind of a factor. The same kind can come from several providers: a time-based code from Okta or from Google.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the field's")]
pub enum FactorKind {
    Push,
    Totp,
    Hotp,
    Sms,
    Call,
    Email,
    Question,
    Password,
    Yubikey,
    Rsa,
    Symantec,
    Webauthn,
    U2f,
    Duo,
    ClaimsProvider,
    Saml,
    Oidc,
    /// A temporary access code, which an administrator has given.
    Tac,
    /// Okta Verify on the same machine, without a person.
    Fastpass,
    /// A type that nobody has heard of.
    Unknown,
}

impl FactorKind {
    /// The `factorType` of this kind.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Totp => "token:software:totp",
            Self::Hotp => "token:hotp",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Email => "email",
            Self::Question => "question",
            Self::Password => "password",
            Self::Yubikey => "token:hardware",
            Self::Rsa | Self::Symantec => "token",
            Self::Webauthn => "webauthn",
            Self::U2f => "u2f",
            Self::Duo => "web",
            Self::ClaimsProvider => "claims_provider",
            Self::Saml => "assertion:saml2",
            Self::Oidc => "assertion:oidc",
            Self::Tac => "tac",
            Self::Fastpass => "signed_nonce",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for FactorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

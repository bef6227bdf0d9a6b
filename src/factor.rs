//! The second factors by Okta's names for them, and how each is answered. Pure values.
//!
//! Facts (Okta, Authentication API, "Factor object"): a factor is known by its `factorType`, here its kind, and by its
//! `provider`, here in lower case.

/// How a factor is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// By approving on another device; the program polls Okta meanwhile.
    Push,
    /// By a code that is computed from the time (RFC 6238).
    Totp,
    /// By a code that a device shows or types.
    Code,
    /// By a code that Okta sends first.
    Message,
    /// By the answer to a question.
    Question,
    /// By the password, once more.
    Password,
    /// Only with this, which the program does not have.
    Unsupported(&'static str),
}

/// The kind of a code that is computed from the time.
pub(crate) const TOTP: &str = "token:software:totp";

const SECURITY_KEY: Challenge = Challenge::Unsupported("a security key in a browser");
const OTHER_PROVIDER: Challenge = Challenge::Unsupported("another provider's page in a browser");

/// Each kind, and how it is answered. The program cannot answer the last rows: WebAuthn and U2F need a key that speaks
/// USB or NFC, the others a page of another site.
const KINDS: [(&str, Challenge); 17] = [
    ("push", Challenge::Push),
    (TOTP, Challenge::Totp),
    ("token:hotp", Challenge::Code),
    ("token", Challenge::Code),
    ("token:hardware", Challenge::Code),
    ("sms", Challenge::Message),
    ("call", Challenge::Message),
    ("email", Challenge::Message),
    ("question", Challenge::Question),
    ("password", Challenge::Password),
    ("webauthn", SECURITY_KEY),
    ("u2f", SECURITY_KEY),
    ("web", Challenge::Unsupported("Duo's page in a browser")),
    ("claims_provider", OTHER_PROVIDER),
    ("assertion:saml2", OTHER_PROVIDER),
    ("assertion:oidc", OTHER_PROVIDER),
    (
        "signed_nonce",
        Challenge::Unsupported("Okta FastPass in a browser"),
    ),
];

/// Each provider, and the kind that its factors usually have, if there is one.
const PROVIDERS: [(&str, Option<&str>); 11] = [
    ("okta", None),
    ("google", Some(TOTP)),
    ("yubico", Some("token:hardware")),
    ("rsa", Some("token")),
    ("symantec", Some("token")),
    ("duo", Some("web")),
    ("fido", Some("webauthn")),
    ("custom", None),
    ("del_oath", Some("token")),
    ("generic_saml", None),
    ("generic_oidc", None),
];

/// Returns every kind.
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> + Clone {
    KINDS.iter().map(|row| row.0)
}

/// Returns every provider.
pub(crate) fn providers() -> impl Iterator<Item = &'static str> + Clone {
    PROVIDERS.iter().map(|row| row.0)
}

/// Returns the kind that the factors of `provider` usually have.
pub(crate) fn usual_kind(provider: &str) -> Option<&'static str> {
    PROVIDERS.iter().find(|row| row.0 == provider)?.1
}

impl Challenge {
    /// Returns how a factor of this kind is answered.
    pub(crate) fn of(kind: &str) -> Self {
        let row = KINDS.iter().find(|row| row.0 == kind);
        row.map_or(
            Self::Unsupported("what this program does not know"),
            |row| row.1,
        )
    }
}

//! The second factors by Okta's names for them, and how each is answered. Pure values.
//!
//! Facts (Okta, Authentication API, "Factor object"): a factor is known by its `factorType`, here its kind, and by its
//! `provider`, here in lower case. The Identity Engine (its sign-in widget; recorded answers) knows an authenticator by its
//! `key`, and what it does by a method.

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
const KINDS: [(&str, Challenge); 18] = [
    ("push", Challenge::Push),
    (TOTP, Challenge::Totp),
    ("token:hotp", Challenge::Code),
    ("token", Challenge::Code),
    ("token:hardware", Challenge::Code),
    ("tac", Challenge::Code),
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

/// Each authenticator of the Identity Engine by its key and method, and the provider and kind of the factor that it is.
/// The first row of a key is for an answer that names no method.
const AUTHENTICATORS: [(&str, &str, &str, &str); 22] = [
    ("okta_password", "password", "okta", "password"),
    ("okta_verify", "push", "okta", "push"),
    ("okta_verify", "totp", "okta", TOTP),
    ("okta_verify", "signed_nonce", "okta", "signed_nonce"),
    ("google_otp", "otp", "google", TOTP),
    ("phone_number", "sms", "okta", "sms"),
    ("phone_number", "voice", "okta", "call"),
    ("okta_email", "email", "okta", "email"),
    ("security_question", "security_question", "okta", "question"),
    ("yubikey_token", "otp", "yubico", "token:hardware"),
    ("symantec_vip", "otp", "symantec", "token"),
    ("rsa_token", "otp", "rsa", "token"),
    ("onprem_mfa", "otp", "del_oath", "token"),
    ("custom_otp", "otp", "custom", "token:hotp"),
    ("tac", "otp", "okta", "tac"),
    ("custom_app", "push", "custom", "push"),
    ("custom_app", "signed_nonce", "custom", "signed_nonce"),
    ("webauthn", "webauthn", "fido", "webauthn"),
    ("duo", "duo", "duo", "web"),
    ("external_idp", "idp", "generic_oidc", "claims_provider"),
    ("smart_card_idp", "idp", "generic_saml", "claims_provider"),
    ("nfc_pin", "nfc_pin", "custom", "nfc_pin"),
];

/// Returns the provider and the kind of an authenticator's method; `None` if the key is not known. A split Okta Verify has
/// its method in its key: `okta_verify_push`.
pub(crate) fn of_authenticator(key: &str, method: &str) -> Option<(&'static str, &'static str)> {
    let (key, method) = match (key.strip_prefix("okta_verify_"), method) {
        (Some("fastpass"), "") => ("okta_verify", "signed_nonce"),
        (Some(split), "") => ("okta_verify", split),
        (Some(_), method) => ("okta_verify", method),
        (None, method) => (key, method),
    };
    let mut of_key = AUTHENTICATORS.iter().filter(|row| row.0 == key);
    let exact = of_key.clone().find(|row| row.1 == method);
    exact.or_else(|| of_key.next()).map(|row| (row.2, row.3))
}

/// Each type of an authenticator with a method of it, for an answer that has no key. Okta has several apps and tokens whose
/// codes nothing else tells apart: such a code is one that a person reads off.
const TYPES: [(&str, &str, &str); 14] = [
    ("password", "", "okta_password"),
    ("phone", "", "phone_number"),
    ("email", "", "okta_email"),
    ("security_question", "", "security_question"),
    ("app", "push", "okta_verify"),
    ("app", "totp", "okta_verify"),
    ("app", "signed_nonce", "okta_verify"),
    ("app", "duo", "duo"),
    ("app", "otp", "custom_otp"),
    ("security_key", "webauthn", "webauthn"),
    ("security_key", "otp", "custom_otp"),
    ("federated", "", "external_idp"),
    ("tac", "", "tac"),
    ("webauthn", "", "webauthn"),
];

/// Returns the key of an authenticator that has only a `type`, and these methods; an empty one if it cannot be told.
pub(crate) fn key_of_type(kind: &str, methods: &[&str]) -> &'static str {
    let mut of_type = TYPES.iter().filter(|row| row.0 == kind);
    let row = of_type.find(|row| row.1.is_empty() || methods.contains(&row.1));
    row.map_or("", |row| row.2)
}

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

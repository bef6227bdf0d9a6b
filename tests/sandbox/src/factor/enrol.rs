//! One constructor for each kind of factor that Okta knows.

use serde_json::json;

use crate::factor::{Factor, FactorKind, Proof, SecurityKey};
use crate::otp;

impl Factor {
    /// The push half of an Okta Verify enrolment.
    #[must_use]
    pub fn push(name: &str) -> Self {
        let profile = json!({
            "deviceType": "SmartPhone_IPhone",
            "keys": [{ "kty": "PKIX", "use": "sig", "kid": "default", "x5c": ["MIIBIjANBgkqhkiG9w0BAQEF"] }],
            "name": name,
            "platform": "IOS",
            "version": "26.1",
        });
        Self::new(FactorKind::Push, "opf", "OKTA", profile)
    }

    /// The code half of an Okta Verify enrolment.
    ///
    /// # Panics
    ///
    /// Where the seed is not base32.
    #[must_use]
    pub fn totp(seed_base32: &str) -> Self {
        Self::time_based("ost", "OKTA", seed_base32)
    }

    /// Both halves of an Okta Verify enrolment, which is how Okta lists every one.
    #[must_use]
    pub fn okta_verify(name: &str, seed_base32: &str) -> Vec<Self> {
        vec![Self::push(name), Self::totp(seed_base32)]
    }

    /// Google Authenticator.
    ///
    /// # Panics
    ///
    /// Where the seed is not base32.
    #[must_use]
    pub fn google_totp(seed_base32: &str) -> Self {
        Self::time_based("uft", "GOOGLE", seed_base32)
    }

    fn time_based(prefix: &str, provider: &str, seed: &str) -> Self {
        assert!(otp::base32(seed).is_some(), "the seed is not base32");
        let factor = Self::new(FactorKind::Totp, prefix, provider, json!({}));
        factor.proved_by(Proof::Seed(seed.to_owned()))
    }

    /// A text message to a number that is shown masked.
    #[must_use]
    pub fn sms(number: &str) -> Self {
        let profile = json!({ "phoneNumber": number });
        Self::new(FactorKind::Sms, "sms", "OKTA", profile)
    }

    /// A voice call.
    #[must_use]
    pub fn call(number: &str) -> Self {
        let profile = json!({ "phoneNumber": number });
        Self::new(FactorKind::Call, "clf", "OKTA", profile)
    }

    /// A code by e-mail.
    #[must_use]
    pub fn email(address: &str) -> Self {
        Self::new(
            FactorKind::Email,
            "emf",
            "OKTA",
            json!({ "email": address }),
        )
    }

    /// A security question; the answer is compared without regard to case.
    #[must_use]
    pub fn question(text: &str, answer: &str) -> Self {
        let profile = json!({ "question": "disliked_food", "questionText": text });
        Self::new(FactorKind::Question, "ufs", "OKTA", profile)
            .proved_by(Proof::Answer(answer.to_owned()))
    }

    /// A counter-based token of a custom vendor, which shows these codes one after the other.
    #[must_use]
    pub fn hotp(vendor: &str, codes: &[&str]) -> Self {
        let codes = codes.iter().map(|&code| code.to_owned()).collect();
        let mut factor = Self::new(FactorKind::Hotp, "uft", "CUSTOM", json!({}));
        vendor.clone_into(&mut factor.vendor);
        factor.proved_by(Proof::Codes(codes))
    }

    /// A YubiKey that types a one-time password.
    #[must_use]
    pub fn yubikey() -> Self {
        let profile = json!({ "credentialId": "000004102994" });
        Self::new(FactorKind::Yubikey, "ykf", "YUBICO", profile)
    }

    /// An RSA SecurID token.
    #[must_use]
    pub fn rsa(name: &str) -> Self {
        let profile = json!({ "credentialId": name });
        Self::new(FactorKind::Rsa, "rsa", "RSA", profile).proved_by(Proof::Dialogue(Vec::new()))
    }

    /// A Symantec VIP token.
    #[must_use]
    pub fn symantec(name: &str) -> Self {
        let profile = json!({ "credentialId": name });
        Self::new(FactorKind::Symantec, "ufv", "SYMANTEC", profile)
    }

    /// The password once more.
    #[must_use]
    pub fn password() -> Self {
        Self::new(FactorKind::Password, "pwf", "OKTA", json!({}))
    }

    /// A security key or a platform's authenticator.
    #[must_use]
    pub fn webauthn(name: &str) -> Self {
        let key = SecurityKey::new();
        let profile =
            json!({ "credentialId": key.credential_id, "appId": null, "authenticatorName": name });
        Self::new(FactorKind::Webauthn, "fwf", "FIDO", profile).proved_by(Proof::Key(key))
    }

    /// A security key of the older protocol.
    #[must_use]
    pub fn u2f() -> Self {
        let key = SecurityKey::new();
        let profile = json!({ "credentialId": key.credential_id, "appId": "https://localhost", "version": "U2F_V2" });
        Self::new(FactorKind::U2f, "fuf", "FIDO", profile).proved_by(Proof::Key(key))
    }

    /// Duo, which wants its own frame in a browser.
    #[must_use]
    pub fn duo() -> Self {
        let profile = json!({ "credentialId": "ada@corp.example" });
        Self::new(FactorKind::Duo, "dsf", "DUO", profile)
    }

    /// Another identity provider as a factor.
    #[must_use]
    pub fn claims_provider(name: &str) -> Self {
        Self::redirecting(FactorKind::ClaimsProvider, "CUSTOM", name)
    }

    /// Another identity provider as a factor, by SAML.
    #[must_use]
    pub fn saml(name: &str) -> Self {
        Self::redirecting(FactorKind::Saml, "GENERIC_SAML", name)
    }

    /// Another identity provider as a factor, by OIDC.
    #[must_use]
    pub fn oidc(name: &str) -> Self {
        Self::redirecting(FactorKind::Oidc, "GENERIC_OIDC", name)
    }

    fn redirecting(kind: FactorKind, provider: &str, name: &str) -> Self {
        let mut factor = Self::new(kind, "cpf", provider, json!({ "name": name }));
        name.clone_into(&mut factor.vendor);
        factor
    }

    /// A temporary access code, which an administrator has given and which is good once.
    #[must_use]
    pub fn tac(code: &str) -> Self {
        let factor = Self::new(FactorKind::Tac, "tac", "OKTA", json!({}));
        factor.proved_by(Proof::Codes(vec![code.to_owned()]))
    }

    /// Okta Verify on the machine that signs in.
    #[must_use]
    pub fn fastpass(name: &str) -> Self {
        Self::new(FactorKind::Fastpass, "ofp", "OKTA", json!({ "name": name }))
    }

    /// A push to a program of the company's own.
    #[must_use]
    pub fn custom_app(name: &str) -> Self {
        Self::new(FactorKind::Push, "oca", "CUSTOM", json!({ "name": name }))
    }

    /// A token of an on-premises server.
    #[must_use]
    pub fn on_prem(name: &str) -> Self {
        let mut factor = Self::rsa(name);
        "DEL_OATH".clone_into(&mut factor.provider);
        factor
    }

    /// A factor of a type that nobody has heard of.
    #[must_use]
    pub fn unknown(type_word: &str) -> Self {
        let mut factor = Self::new(FactorKind::Unknown, "xxf", "OKTA", json!({}));
        type_word.clone_into(&mut factor.word);
        factor
    }
}

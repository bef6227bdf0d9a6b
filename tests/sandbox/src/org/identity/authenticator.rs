//! Authenticators as the Identity Engine shows them: what an account has as factors, grouped and under other names.

use serde_json::{Value, json};

use crate::digest::sha256;
use crate::factor::{Factor, FactorKind};
use crate::org::Exchange;

/// One authenticator that a person has set up.
#[derive(Clone, Debug)]
pub(crate) struct Authenticator {
    pub(crate) key: &'static str,
    /// `type`.
    pub(crate) word: &'static str,
    pub(crate) display: String,
    pub(crate) id: String,
    pub(crate) enrolment: String,
    pub(crate) methods: Vec<Method>,
    pub(crate) profile: Value,
}

/// One way of proving it.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) word: &'static str,
    pub(crate) factor: Factor,
}

impl Method {
    pub(crate) fn kind(&self) -> FactorKind {
        self.factor.kind
    }
}

impl Authenticator {
    pub(crate) fn is_password(&self) -> bool {
        self.key == "okta_password"
    }

    pub(crate) fn method(&self, word: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.word == word)
    }

    /// The only way of proving it, where there is just one.
    pub(crate) fn only(&self) -> Option<&Method> {
        match self.methods.as_slice() {
            [method] => Some(method),
            _ => None,
        }
    }

    /// The same authenticator with such methods alone; `None` where none is left.
    pub(crate) fn such(mut self, such: impl Fn(&Method) -> bool) -> Option<Self> {
        self.methods.retain(such);
        (!self.methods.is_empty()).then_some(self)
    }

    pub(crate) fn shown(&self) -> Value {
        let method = |method: &Method| json!({ "type": method.word });
        json!({
            "key": self.key,
            "type": self.word,
            "id": self.enrolment,
            "authenticatorId": self.id,
            "displayName": self.display,
            "profile": self.profile,
            "methods": self.methods.iter().map(method).collect::<Value>(),
        })
    }
}

/// Everything that a person can prove themselves with, the password first.
pub(crate) fn all(exchange: &Exchange<'_>, login: &str) -> Vec<Authenticator> {
    let account = exchange.account(login);
    let password = Factor::password().with_id(&account.id.replacen("00u", "lae", 1));
    let mut found = Vec::new();
    add(exchange, &mut found, &password);
    for factor in account.factors().iter().filter(|factor| factor.enrolled) {
        add(exchange, &mut found, factor);
    }
    found
}

/// Returns the authenticators that a person without an account would have.
pub(crate) fn password_alone(exchange: &Exchange<'_>) -> Vec<Authenticator> {
    let mut found = Vec::new();
    add(
        exchange,
        &mut found,
        &Factor::password().with_id("laeNOBODY"),
    );
    found
}

fn add(exchange: &Exchange<'_>, found: &mut Vec<Authenticator>, factor: &Factor) {
    let (key, word, display, method) = words(factor);
    let key = match (key, method) {
        ("okta_verify", method) if exchange.identity().splits_okta_verify => split(method),
        (key, _) => key,
    };
    let method = Method {
        word: method,
        factor: factor.clone(),
    };
    // Each device with Okta Verify is an enrolment of its own, with one way of each kind.
    let same = |known: &&mut Authenticator| {
        let phone = key == "phone_number" && known.profile == factor.profile;
        let device = key == "okta_verify" && known.method(method.word).is_none();
        known.key == key && (device || phone)
    };
    if let Some(known) = found.iter_mut().find(same) {
        if known.profile["deviceName"].is_null() && key == "okta_verify" {
            known.profile = profile(factor);
        }
        if known.method(method.word).is_none() {
            known.methods.push(method);
        }
        return;
    }
    let id = sha256(format!("{}{key}", exchange.world.org.url).as_bytes());
    found.push(Authenticator {
        key,
        word,
        display: display.to_owned(),
        id: format!("aut{}", &id[..17]),
        enrolment: factor.id.clone(),
        methods: vec![method],
        profile: profile(factor),
    });
}

/// Okta Verify's ways under keys of their own.
fn split(method: &str) -> &'static str {
    match method {
        "push" => "okta_verify_push",
        "totp" => "okta_verify_totp",
        _ => "okta_verify_fastpass",
    }
}

/// Key, type, display name and method of a factor.
fn words(factor: &Factor) -> (&'static str, &'static str, &'static str, &'static str) {
    match (factor.kind, factor.provider.as_str()) {
        (FactorKind::Push, "CUSTOM") => ("custom_app", "app", "Corp Authenticator", "push"),
        (FactorKind::Push, _) => ("okta_verify", "app", "Okta Verify", "push"),
        (FactorKind::Fastpass, _) => ("okta_verify", "app", "Okta Verify", "signed_nonce"),
        (FactorKind::Totp, "GOOGLE") => ("google_otp", "app", "Google Authenticator", "otp"),
        (FactorKind::Totp, _) => ("okta_verify", "app", "Okta Verify", "totp"),
        (FactorKind::Hotp, _) => ("custom_otp", "security_key", "Corp Token", "otp"),
        (FactorKind::Sms, _) => ("phone_number", "phone", "Phone", "sms"),
        (FactorKind::Call, _) => ("phone_number", "phone", "Phone", "voice"),
        (FactorKind::Email, _) => ("okta_email", "email", "Email", "email"),
        (FactorKind::Question, _) => (
            "security_question",
            "security_question",
            "Security Question",
            "security_question",
        ),
        (FactorKind::Password, _) => ("okta_password", "password", "Password", "password"),
        (FactorKind::Yubikey, _) => ("yubikey_token", "security_key", "YubiKey", "otp"),
        (FactorKind::Rsa, "DEL_OATH") => {
            ("onprem_mfa", "security_key", "Atko Custom On-prem", "otp")
        }
        (FactorKind::Rsa, _) => ("rsa_token", "security_key", "RSA SecurID", "otp"),
        (FactorKind::Symantec, _) => ("symantec_vip", "app", "Symantec VIP", "otp"),
        (FactorKind::Tac, _) => ("tac", "tac", "Temporary Access Code", "tac"),
        (FactorKind::Webauthn | FactorKind::U2f, _) => (
            "webauthn",
            "security_key",
            "Security Key or Biometric",
            "webauthn",
        ),
        (FactorKind::Duo, _) => ("duo", "app", "Duo Security", "duo"),
        (FactorKind::ClaimsProvider | FactorKind::Saml | FactorKind::Oidc, _) => {
            ("external_idp", "federated", "IDP Authenticator", "idp")
        }
        (FactorKind::Unknown, _) => ("frobnicator", "frobnication", "Frobnicator", "frobnicate"),
    }
}

/// Returns the profile of a factor as it is shown: masked, and without the other members of `/api/v1/authn`.
fn profile(factor: &Factor) -> Value {
    let member = |name: &str| factor.profile.get(name).cloned();
    match factor.kind {
        FactorKind::Push | FactorKind::Fastpass => json!({ "deviceName": member("name") }),
        FactorKind::Question => json!({
            "questionKey": member("question"),
            "question": member("questionText"),
        }),
        FactorKind::Webauthn | FactorKind::U2f => json!({}),
        _ => factor.profile.clone(),
    }
}

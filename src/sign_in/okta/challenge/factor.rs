//! A factor as Okta offers it: its names, and the address that takes its answer.
//!
//! Facts (Authentication API, "Factor object"; recorded answers): a factor is known by `factorType` and `provider`; the
//! order of the list changes with use; one Okta Verify enrolment is two entries, `push` and `token:software:totp`;
//! every member of `profile` may be missing.

use serde_json::Value;
use url::Url;

use crate::app::{Org, Pin};
use crate::error::foreign;
use crate::factor::{self, Challenge};
use crate::sign_in::flow::CodeRequest;
use crate::sign_in::okta::link::own_url;

/// One factor of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Factor {
    id: String,
    /// `factorType`, fit to be shown.
    pub(in crate::sign_in::okta) kind: String,
    /// In lower case, fit to be shown.
    provider: String,
    vendor: String,
    /// The mark among others of its kind: a device's name, a masked number or address.
    device: String,
    /// The text of a security question.
    question: String,
    pub(in crate::sign_in::okta) challenge: Challenge,
    /// The address that takes its answer. `None` if Okta names none, or one outside the org.
    pub(in crate::sign_in::okta) verify: Option<Url>,
    /// The number to choose on the phone, once its screen is open. It may be zero.
    pub(in crate::sign_in::okta) number: Option<String>,
}

impl Factor {
    /// Reads a factor, whatever it lacks; `None` if it has no kind.
    pub(in crate::sign_in::okta) fn parse(org: &Org, value: &Value) -> Option<Self> {
        let text = |value: &Value| foreign(value.as_str().unwrap_or_default());
        let profile = &value["profile"];
        let first = |names: &[&str]| {
            let texts = names.iter().map(|name| text(&profile[name]));
            texts
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or_default()
        };
        let kind = text(&value["factorType"]);
        if kind.is_empty() {
            return None;
        }
        Some(Self {
            id: text(&value["id"]),
            provider: text(&value["provider"]).to_lowercase(),
            vendor: text(&value["vendorName"]),
            device: first(&[
                "phoneNumber",
                "email",
                "name",
                "deviceName",
                "authenticatorName",
            ]),
            question: first(&["questionText", "question"]),
            challenge: Challenge::of(&kind),
            verify: own_url(&org.site, &value["_links"]["verify"]["href"]),
            number: number(&value["_embedded"]["challenge"]["correctAnswer"]),
            kind,
        })
    }

    /// Reads an authenticator of the Identity Engine, or this account's enrolment of one, with the `method` that it is used
    /// by. Without a key it is known by its `label`.
    pub(in crate::sign_in::okta) fn of_authenticator(
        authenticator: &Value,
        method: &str,
        label: &str,
    ) -> Self {
        let text = |value: &Value| foreign(value.as_str().unwrap_or_default());
        let (key, profile) = (
            foreign(key_of(authenticator, method)),
            &authenticator["profile"],
        );
        let known = factor::of_authenticator(&key, method);
        let (provider, kind) = known.map_or_else(
            || {
                let names =
                    [&key, &foreign(method), &foreign(label)].map(|name| name.to_lowercase());
                let first = names.into_iter().find(|name| !name.is_empty());
                (String::new(), first.unwrap_or_else(|| "unknown".into()))
            },
            |(provider, kind)| (provider.to_owned(), kind.to_owned()),
        );
        let context = &authenticator["contextualData"];
        let devices = [
            &profile["phoneNumber"],
            &profile["email"],
            &profile["deviceName"],
            &authenticator["nickname"],
            &authenticator["profile"]["name"],
        ];
        let questions = [
            &profile["question"],
            &context["enrolledQuestion"]["question"],
        ];
        let first = |values: &[&Value]| {
            let texts = values.iter().map(|value| text(value));
            texts
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or_default()
        };
        Self {
            id: text(&authenticator["id"]),
            provider,
            vendor: text(&authenticator["displayName"]),
            device: first(&devices),
            question: first(&questions),
            challenge: Challenge::of(&kind),
            verify: None,
            number: number(&context["correctAnswer"]),
            kind,
        }
    }

    /// Returns whether this program can answer it.
    pub(in crate::sign_in::okta) fn is_answerable(&self) -> bool {
        !matches!(self.challenge, Challenge::Unsupported(_))
    }

    /// Returns whether it is a code that Okta Verify shows.
    pub(in crate::sign_in::okta) fn is_okta_code(&self) -> bool {
        self.challenge == Challenge::Totp && self.provider == "okta"
    }

    /// Returns whether neither a person nor Okta could tell it from `other` by its words or its answer.
    pub(in crate::sign_in::okta) fn is_same_as(&self, other: &Self) -> bool {
        self.verify.is_some() && self.verify == other.verify && self.words() == other.words()
    }

    /// Returns whether a PIN is part of its code, as with RSA's and other on-premises tokens; Okta's own page hides the
    /// input of these two.
    fn has_pin(&self) -> bool {
        self.kind == "token" && matches!(self.provider.as_str(), "rsa" | "del_oath")
    }

    /// Returns whether `other` is another factor than this one.
    pub(in crate::sign_in::okta) fn is_other(&self, other: &Self) -> bool {
        let have_ids = !self.id.is_empty() && !other.id.is_empty();
        self.kind != other.kind || (have_ids && self.id != other.id)
    }

    /// Returns whether a configuration's `pin` names it.
    pub(in crate::sign_in::okta) fn fits(&self, pin: &Pin) -> bool {
        let is_device = |device: &String| {
            *device == self.id || device.to_lowercase() == self.device.to_lowercase()
        };
        pin.kind.is_none_or(|kind| kind == self.kind)
            && pin.provider.is_none_or(|pin| pin == self.provider)
            && pin.device.as_ref().is_none_or(is_device)
    }

    /// Returns the words that a person knows it by: "a push to Ada's phone".
    pub(crate) fn words(&self) -> String {
        let of = |what: &str, before: &str| match self.device.as_str() {
            "" => what.to_owned(),
            device => format!("{what} {before} {device}"),
        };
        match (self.kind.as_str(), self.provider.as_str()) {
            ("push", _) => of("a push", "to"),
            ("token:software:totp", "google") => "a code from Google Authenticator".into(),
            ("token:software:totp", _) => of("a code from Okta Verify", "on"),
            ("token:hardware", "yubico") => "a touch of the YubiKey".into(),
            ("token", "rsa") => "a code of the RSA SecurID token".into(),
            ("token", "symantec") => "a code from Symantec VIP".into(),
            ("token" | "token:hotp" | "token:hardware", _) => match self.vendor.as_str() {
                "" => "a code of the token".into(),
                vendor => format!("a code of the token of {vendor}"),
            },
            ("tac", _) => "a temporary access code".into(),
            ("sms", _) => of("a text message", "to"),
            ("call", _) => of("a call", "to"),
            ("email", _) => of("a mail", "to"),
            ("question", _) => "the security question".into(),
            ("password", _) => "the password once more".into(),
            _ => of(&self.name(), "on"),
        }
    }

    /// Returns whether its answer is a code that is good once.
    pub(in crate::sign_in::okta) fn is_one_time(&self) -> bool {
        matches!(
            self.challenge,
            Challenge::Totp | Challenge::Code | Challenge::Message
        )
    }

    /// Returns its name in the configuration and at Okta: `okta:push`.
    pub(in crate::sign_in::okta) fn name(&self) -> String {
        match self.provider.as_str() {
            "" => self.kind.clone(),
            provider => format!("{provider}:{}", self.kind),
        }
    }

    /// Returns the pin that names it and no other.
    pub(in crate::sign_in::okta) fn pin(&self) -> String {
        match (self.device.as_str(), self.id.as_str()) {
            ("", "") => self.name(),
            ("", id) => format!("{}@{id}", self.name()),
            (device, _) => format!("{}@{device}", self.name()),
        }
    }

    /// Returns the question that the driver asks for its answer; `words` are Okta's own for it, if it has some.
    pub(in crate::sign_in::okta) fn code_request(
        &self,
        words: Option<&str>,
        is_configured: bool,
        has_others: bool,
        server_ahead: time::Duration,
    ) -> CodeRequest {
        // A token's dialogue also asks for a PIN, which is good for ever.
        let is_one_time = self.is_one_time() && words.is_none();
        CodeRequest {
            sender: "Okta",
            prompt: words.map_or_else(|| self.prompt(), str::to_owned),
            factor: self.words(),
            is_configured,
            is_one_time,
            is_plain_code: is_one_time && !self.has_pin(),
            can_resend: matches!(self.challenge, Challenge::Message | Challenge::Push),
            has_others,
            look_after: None,
            server_ahead,
        }
    }

    /// Returns the same factor with the number and the question that `shown` has.
    pub(in crate::sign_in::okta) fn shown_as(self, shown: &Self) -> Self {
        Self {
            number: shown.number.clone(),
            question: shown.question.clone(),
            ..self
        }
    }

    /// Returns whether nothing tells it from another factor of its kind.
    pub(in crate::sign_in::okta) fn has_no_device(&self) -> bool {
        self.device.is_empty()
    }

    /// Returns the device that a push goes to.
    pub(in crate::sign_in::okta) fn device(&self) -> &str {
        match self.device.as_str() {
            "" => "the phone",
            device => device,
        }
    }

    /// Returns the question that asks for its answer.
    pub(in crate::sign_in::okta) fn prompt(&self) -> String {
        match (self.challenge, self.question.as_str()) {
            (Challenge::Question, "") => "the answer to the security question".into(),
            (Challenge::Question, question) => question.to_owned(),
            (Challenge::Message, _) => format!("the code out of {}", self.words()),
            _ => self.words(),
        }
    }
}

/// Returns the names of these factors in one line, as the configuration writes them.
pub(in crate::sign_in::okta) fn names(factors: &[Factor]) -> String {
    const MOST: usize = 12;
    let mut names: Vec<String> = factors
        .iter()
        .take(MOST)
        .map(|factor| match factor.device.as_str() {
            "" => factor.name(),
            device => format!("{}@{device}", factor.name()),
        })
        .collect();
    if factors.len() > MOST {
        names.push(format!("and {} more", factors.len() - MOST));
    }
    match names.is_empty() {
        true => "none".into(),
        false => names.join(", "),
    }
}

/// Returns the number of a challenge. It is an integer in all recordings; a text is taken as well.
fn number(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(foreign(text)).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// Returns the key of an authenticator; where it has none, the key that its type and its methods stand for.
pub(in crate::sign_in::okta) fn key_of<'a>(authenticator: &'a Value, method: &'a str) -> &'a str {
    let own = authenticator["methods"].as_array().into_iter().flatten();
    let methods = own.filter_map(|own| own["type"].as_str());
    let methods: Vec<&str> = std::iter::once(method).chain(methods).collect();
    match (
        authenticator["key"].as_str(),
        authenticator["type"].as_str(),
    ) {
        (Some(key), _) if !key.is_empty() => key,
        (_, Some(kind)) => factor::key_of_type(kind, &methods),
        (_, None) => "",
    }
}

#[cfg(test)]
mod tests;

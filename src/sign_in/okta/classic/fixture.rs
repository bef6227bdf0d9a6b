//! Shared by the tests of a transaction: an org, Okta's answers in the shape of its recordings, and a [`Scenario`].

use std::rc::Rc;

use serde_json::{Value, json};

use super::state::TransactionState;
use crate::app::{Content, Org, Passcode, Pin, SignIn, Source};
use crate::sign_in::fixture::{self, AUTHN, answer};
use crate::sign_in::okta::challenge::Factor;

pub(in crate::sign_in::okta) use scenario::{Scenario, ScenarioOrg};

/// The beginning of all addresses of the API.
pub(in crate::sign_in::okta) const API: &str = "https://corp.okta.com/api/v1/authn";

/// Returns the org `corp`, after `change`.
pub(in crate::sign_in::okta) fn org(change: impl FnOnce(&mut Org)) -> Org {
    let Content::Session(SignIn::Okta { org, .. }) = fixture::app().content else {
        panic!("the app of an org");
    };
    let mut org = Rc::into_inner(org).expect("nobody else has it");
    change(&mut org);
    org
}

/// A pin of the configuration: `kind`, `provider` and `device`, where they are not empty.
pub(in crate::sign_in::okta) fn pin(
    kind: &'static str,
    provider: &'static str,
    device: &str,
) -> Pin {
    let there = |text: &'static str| (!text.is_empty()).then_some(text);
    Pin {
        provider: there(provider),
        kind: there(kind),
        device: (!device.is_empty()).then(|| device.to_owned()),
    }
}

/// A configured seed.
pub(in crate::sign_in::okta) fn totp() -> Passcode {
    Passcode::Totp(Source::Env("SEED".into()))
}

/// A configured command that says codes.
pub(in crate::sign_in::okta) fn command() -> Passcode {
    Passcode::Code(Source::Command(vec!["code".into()]))
}

/// A factor on offer.
pub(in crate::sign_in::okta) fn factor(
    id: &str,
    kind: &str,
    provider: &str,
    profile: &Value,
) -> Value {
    json!({
        "id": id, "factorType": kind, "provider": provider, "vendorName": provider, "profile": profile,
        "_links": { "verify": {
            "href": format!("{API}/factors/{id}/verify"), "hints": { "allow": ["POST"] },
        } },
    })
}

pub(in crate::sign_in) fn push() -> Value {
    let profile = json!({
        "credentialId": "ada@corp.example", "deviceType": "SmartPhone_IPhone", "name": "Ada's phone",
        "platform": "IOS", "version": "17.1",
    });
    factor("opf1", "push", "OKTA", &profile)
}

/// The other half of the Okta Verify enrolment that [`push`] belongs to.
pub(in crate::sign_in) fn okta_totp() -> Value {
    let profile = json!({ "credentialId": "ada@corp.example" });
    factor("ost1", "token:software:totp", "OKTA", &profile)
}

pub(in crate::sign_in::okta) fn sms() -> Value {
    let profile = json!({ "phoneNumber": "+1 XXX-XXX-1337" });
    factor("sms1", "sms", "OKTA", &profile)
}

pub(in crate::sign_in::okta) fn rsa() -> Value {
    let profile = json!({ "credentialId": "ada" });
    factor("rsa1", "token", "RSA", &profile)
}

/// A factor as the machine knows it.
pub(in crate::sign_in::okta) fn known(org: &Org, factor: &Value) -> Factor {
    Factor::parse(org, factor).expect("a factor")
}

fn post(path: &str) -> Value {
    json!({ "href": format!("{API}{path}"), "hints": { "allow": ["POST"] } })
}

/// A transaction in this status, with no more than all have.
pub(in crate::sign_in::okta) fn transaction(status: &str) -> Value {
    json!({
        "stateToken": "00st4te", "expiresAt": "2026-11-23T20:05:00.000Z", "status": status,
        "_embedded": { "user": { "id": "00u1", "profile": { "login": "ada@corp.example" } } },
        "_links": { "cancel": post("/cancel") },
    })
}

/// The list of factors to choose from.
pub(in crate::sign_in) fn required(factors: &[Value]) -> Value {
    let mut body = transaction("MFA_REQUIRED");
    body["_embedded"]["factors"] = factors.into();
    body["_embedded"]["policy"] = json!({
        "allowRememberDevice": true, "rememberDeviceLifetimeInMinutes": 15, "rememberDeviceByDefault": false,
        "factorsPolicyInfo": { "opf1": { "autoPushEnabled": false } },
    });
    body
}

/// A factor that is being answered: its result, if there is one, and the name of the next link.
pub(in crate::sign_in::okta) fn challenge(factor: &Value, result: &str, next: &str) -> Value {
    let mut body = transaction("MFA_CHALLENGE");
    if !result.is_empty() {
        body["factorResult"] = result.into();
    }
    let place = format!("/factors/{}/verify", factor["id"].as_str().unwrap_or("x"));
    let name = factor["factorType"].clone();
    body["_embedded"]["factor"] = factor.clone();
    body["_links"]["next"] = post(&place);
    body["_links"]["next"]["name"] = next.into();
    body["_links"]["prev"] = post("/previous");
    body["_links"]["resend"] = json!([post(&format!("{place}/resend"))]);
    body["_links"]["resend"][0]["name"] = name;
    body
}

/// A push that waits, with the number that its answer has by now.
pub(in crate::sign_in) fn waiting(number: &Value) -> Value {
    let mut body = challenge(&push(), "WAITING", "poll");
    if !number.is_null() {
        body["_embedded"]["factor"]["_embedded"]["challenge"] = json!({ "correctAnswer": number });
    }
    body
}

/// The password has to be changed; `next` says how.
pub(in crate::sign_in::okta) fn renewal(status: &str, next: &str, path: &str) -> Value {
    let mut body = transaction(status);
    body["_embedded"]["policy"] = json!({ "complexity": { "minLength": 8 } });
    body["_links"]["next"] = post(path);
    body["_links"]["next"]["name"] = next.into();
    body
}

/// The end that is wanted.
pub(in crate::sign_in::okta) fn success() -> Value {
    json!({
        "expiresAt": "2026-11-23T20:05:00.000Z", "status": "SUCCESS", "sessionToken": "20111t0ken",
        "_embedded": { "user": { "id": "00u1", "profile": {} } },
    })
}

/// A transaction's state, as authn's answer has it.
pub(in crate::sign_in::okta) fn state(org: &Org, body: &Value) -> TransactionState {
    TransactionState::parse(org, &answer(AUTHN, 200, &[], body.to_string()))
        .expect("it has a status")
}

/// Okta's error body.
pub(in crate::sign_in::okta) fn refusal(code: &str) -> Value {
    json!({
        "errorCode": code, "errorSummary": "So it is", "errorLink": code, "errorId": "oaeX1", "errorCauses": [],
    })
}

mod scenario;

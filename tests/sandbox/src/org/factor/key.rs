//! Security keys: what they are asked to sign, and whether they did. W3C Web Authentication, section 7.2, and FIDO U2F Raw
//! Message Formats.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::factor::{Factor, FactorKind, Proof, SecurityKey};
use crate::org::Exchange;
use crate::org::error::caused;
use crate::org::factor::Attempt;
use crate::org::factor::outcome::{Judged, finish};
use crate::org::transaction::{self, Challenge, Stage};
use crate::random;
use crate::wire::Response;

/// The person has touched the key.
const PRESENT: u8 = 0x01;
/// The key knows the person, by PIN or finger.
const VERIFIED: u8 = 0x04;

/// The answer of a key.
struct Assertion {
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

/// Without an assertion, a new challenge; with one, its check. A challenge is good for one answer.
pub(crate) fn verify(exchange: &mut Exchange<'_>, attempt: &Attempt, body: &Value) -> Response {
    let member = |name: &str| body.get(name).filter(|value| !value.is_null());
    let signed = member("signatureData").is_some() || member("clientData").is_some();
    if !signed {
        let challenge = Challenge {
            nonce: Some(URL_SAFE_NO_PAD.encode(random::bytes(32))),
            result: Some("CHALLENGE".to_owned()),
            ..attempt.started()
        };
        return transaction::enter(exchange, &attempt.token, Stage::Challenge(challenge));
    }
    let Some(assertion) = read(body) else {
        let causes = ["clientData, authenticatorData, signatureData: The field must be base64"];
        return caused(
            400,
            "E0000001",
            "Api validation failed: factorVerifyRequest",
            &causes,
        );
    };
    let nonce = attempt
        .challenge
        .as_ref()
        .and_then(|known| known.nonce.clone());
    transaction::forget_nonce(exchange, &attempt.token);
    let right = nonce.is_some_and(|nonce| is_right(exchange, attempt, &assertion, &nonce));
    finish(exchange, attempt, Judged::of(right))
}

/// Both alphabets are in use: standard base64 by Okta's widget, the one for URLs by others.
fn read(body: &Value) -> Option<Assertion> {
    let bytes = |name: &str| {
        let text = body.get(name)?.as_str()?.trim_end_matches('=');
        let url_safe = URL_SAFE_NO_PAD.decode(text);
        url_safe.or_else(|_| STANDARD_NO_PAD.decode(text)).ok()
    };
    Some(Assertion {
        client_data: bytes("clientData")?,
        authenticator_data: bytes("authenticatorData").unwrap_or_default(),
        signature: bytes("signatureData")?,
    })
}

fn is_right(
    exchange: &mut Exchange<'_>,
    attempt: &Attempt,
    assertion: &Assertion,
    nonce: &str,
) -> bool {
    let kind = attempt.factor.kind;
    let word = match kind {
        FactorKind::U2f => ("typ", "navigator.id.getAssertion"),
        _ => ("type", "webauthn.get"),
    };
    let said: Value = serde_json::from_slice(&assertion.client_data).unwrap_or_default();
    let origin = exchange.world.org.url.clone();
    if said[word.0] != word.1 || said["challenge"] != nonce || said["origin"] != origin.as_str() {
        return false;
    }
    let keys: Vec<Factor> = keys(exchange, &attempt.user, kind);
    let counter = keys.iter().find_map(|factor| {
        let key = key(factor)?;
        let counter = match kind {
            FactorKind::U2f => u2f_counter(key, assertion, factor)?,
            _ => webauthn_counter(key, assertion)?,
        };
        Some((factor.id.clone(), counter))
    });
    counter.is_some_and(|(id, counter)| advances(exchange, &attempt.user, id, counter))
}

/// A user's keys of a kind.
pub(crate) fn keys(exchange: &Exchange<'_>, user: &str, kind: FactorKind) -> Vec<Factor> {
    let factors = exchange.account(user).factors().iter();
    let such = |factor: &&Factor| factor.kind == kind && factor.enrolled;
    factors.filter(such).cloned().collect()
}

fn key(factor: &Factor) -> Option<&SecurityKey> {
    match &factor.proof {
        Proof::Key(key) => Some(key),
        _ => None,
    }
}

/// The counter of an assertion that this key has signed for this host.
fn webauthn_counter(key: &SecurityKey, assertion: &Assertion) -> Option<u32> {
    let data = &assertion.authenticator_data;
    let host = digest(&SHA256, b"localhost");
    let flags = *data.get(32)?;
    let wanted = if key.wants_person {
        PRESENT | VERIFIED
    } else {
        PRESENT
    };
    if data.get(..32)? != host.as_ref() || flags & wanted != wanted {
        return None;
    }
    let signed = [
        data.as_slice(),
        digest(&SHA256, &assertion.client_data).as_ref(),
    ]
    .concat();
    key.has_signed(&signed, &assertion.signature)
        .then(|| be_u32(data.get(33..37)))?
}

/// The older protocol puts presence and counter before the signature.
fn u2f_counter(key: &SecurityKey, assertion: &Assertion, factor: &Factor) -> Option<u32> {
    let app = factor.profile["appId"].as_str().unwrap_or_default();
    let (head, signature) = assertion.signature.split_at_checked(5)?;
    let signed = [
        digest(&SHA256, app.as_bytes()).as_ref(),
        head,
        digest(&SHA256, &assertion.client_data).as_ref(),
    ]
    .concat();
    let present = head[0] & PRESENT == PRESENT;
    (present && key.has_signed(&signed, signature)).then(|| be_u32(head.get(1..5)))?
}

fn be_u32(bytes: Option<&[u8]>) -> Option<u32> {
    Some(u32::from_be_bytes(bytes?.try_into().ok()?))
}

/// A counter that does not advance is that of a copied key; one that is always zero is of a key without one.
fn advances(exchange: &mut Exchange<'_>, user: &str, id: String, counter: u32) -> bool {
    let held = &mut exchange.account_mut(user).held;
    let last = held.key_counters.entry(id).or_insert(0);
    let advances = counter > *last || (counter == 0 && *last == 0);
    *last = counter.max(*last);
    advances
}

/// Shows the client what it has to hand to the key.
pub(crate) fn show(
    exchange: &Exchange<'_>,
    user: &str,
    factor: &Factor,
    nonce: &str,
    body: &mut Value,
) {
    if factor.kind == FactorKind::U2f {
        let challenge = json!({ "nonce": nonce, "timeoutSeconds": 20 });
        body["_embedded"]["factor"]["_embedded"] = json!({ "challenge": challenge });
        return;
    }
    let keys = keys(exchange, user, factor.kind);
    let person = keys.iter().filter_map(key).any(|key| key.wants_person);
    let challenge = json!({
        "challenge": nonce,
        "userVerification": if person { "required" } else { "preferred" },
        "extensions": { "appid": exchange.world.org.url },
    });
    match factor.id == BY_TYPE {
        true => body["_embedded"]["challenge"] = challenge,
        false => body["_embedded"]["factor"]["_embedded"] = json!({ "challenge": challenge }),
    }
}

/// The id under which all of a user's keys are challenged together.
pub(crate) const BY_TYPE: &str = "webauthn";

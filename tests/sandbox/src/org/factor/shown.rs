//! Factors as the answers show them.

use serde_json::{Value, json};

use crate::factor::{Factor, FactorKind};
use crate::org::Exchange;
use crate::org::factor::{browser, key};
use crate::org::transaction::{Challenge, link};

/// The list of `MFA_REQUIRED`, each with the link that verifies it.
pub(crate) fn list(exchange: &Exchange<'_>, login: &str) -> Value {
    let account = exchange.account(login);
    let enrolled = account.factors().iter().filter(|factor| factor.enrolled);
    let mut factors: Vec<&Factor> = enrolled.collect();
    if exchange.world.setup.mfa.factor_order_changes {
        factors.sort_by_key(|factor| account.held.rank(&factor.id));
    }
    let entry = |factor: &&Factor| {
        let mut entry = one(exchange, factor, login);
        entry["_links"] = json!({ "verify": verify(exchange, "verify", &factor.id) });
        entry
    };
    factors.iter().map(entry).collect()
}

/// Where a user has several security keys, one link challenges all of them.
pub(crate) fn types(exchange: &Exchange<'_>, login: &str) -> Option<Value> {
    let several = key::keys(exchange, login, FactorKind::Webauthn).len() > 1;
    let next = verify(exchange, "webauthn", key::BY_TYPE);
    several.then(|| json!([{ "factorType": "webauthn", "_links": { "next": next } }]))
}

/// A factor without its links.
fn one(exchange: &Exchange<'_>, factor: &Factor, login: &str) -> Value {
    let mut entry = json!({
        "id": factor.id,
        "factorType": factor.word,
        "provider": factor.provider,
    });
    if exchange.world.setup.variants.sparse {
        return entry;
    }
    let mut profile = factor.profile.clone();
    let named = factor.kind == FactorKind::Push && profile.get("name").is_some();
    if named && profile.get("credentialId").is_none() {
        profile["credentialId"] = json!(login);
    }
    entry["vendorName"] = json!(factor.vendor);
    entry["profile"] = profile;
    entry
}

fn verify(exchange: &Exchange<'_>, name: &str, id: &str) -> Value {
    link(exchange, name, &format!("/factors/{id}/verify"))
}

/// The factor of a challenge; all security keys together go by the name of their type.
fn chosen(exchange: &Exchange<'_>, login: &str, id: &str) -> Option<Factor> {
    let mut factors = exchange.account(login).factors().iter();
    if id == key::BY_TYPE {
        let mut keys = key::keys(exchange, login, FactorKind::Webauthn).into_iter();
        return Some(keys.next()?.with_id(id));
    }
    factors.find(|factor| factor.id == id).cloned()
}

/// Puts a challenge into the answer that `body` is: the factor, what came of it so far, and where to go from here.
pub(crate) fn challenge(
    exchange: &Exchange<'_>,
    login: &str,
    challenge: &Challenge,
    body: &mut Value,
) {
    let Some(factor) = chosen(exchange, login, &challenge.factor) else {
        return;
    };
    match factor.id == key::BY_TYPE {
        true => body["_embedded"]["factors"] = all_keys(exchange, login),
        false => body["_embedded"]["factor"] = one(exchange, &factor, login),
    }
    if exchange.world.setup.variants.sparse {
        body["_embedded"]["factor"]["_embedded"] = json!({ "verification": null });
    }
    let token = body["stateToken"].as_str().unwrap_or_default().to_owned();
    links(exchange, &factor, challenge, body);
    results(exchange, challenge, body);
    if let Some(nonce) = &challenge.nonce {
        key::show(exchange, login, &factor, nonce, body);
    }
    browser::show(exchange, &factor, &token, body);
    number(exchange, login, challenge, body);
}

fn all_keys(exchange: &Exchange<'_>, login: &str) -> Value {
    let keys = key::keys(exchange, login, FactorKind::Webauthn);
    keys.iter().map(|key| one(exchange, key, login)).collect()
}

fn links(exchange: &Exchange<'_>, factor: &Factor, challenge: &Challenge, body: &mut Value) {
    let next = if challenge.is_waited_for() {
        "poll"
    } else {
        "verify"
    };
    body["_links"]["next"] = verify(exchange, next, &factor.id);
    body["_links"]["prev"] = link(exchange, "prev", "/previous");
    if let Some(name) = resend(factor.kind) {
        let path = format!("/factors/{}/verify/resend", factor.id);
        body["_links"]["resend"] = json!([link(exchange, name, &path)]);
    }
}

fn resend(kind: FactorKind) -> Option<&'static str> {
    let sends = matches!(
        kind,
        FactorKind::Push | FactorKind::Sms | FactorKind::Call | FactorKind::Email
    );
    sends.then(|| kind.word())
}

fn results(exchange: &Exchange<'_>, challenge: &Challenge, body: &mut Value) {
    let word = &exchange.world.setup.variants.waiting_word;
    let waiting = challenge.push.map(|_| word);
    if let Some(result) = challenge.result.as_ref().or(waiting) {
        body["factorResult"] = json!(result);
    }
    if let Some(message) = &challenge.message {
        body["factorResultMessage"] = json!(message);
    }
}

/// The number that the person has to find on the phone, for as long as the phone shows it.
fn number(exchange: &Exchange<'_>, login: &str, challenge: &Challenge, body: &mut Value) {
    let pushes = &exchange.account(login).held.pushes;
    let push = pushes.iter().find(|push| Some(push.id) == challenge.push);
    let Some(push) = push else {
        return;
    };
    if let Some(number) = push.number {
        let answer = json!({ "challenge": { "correctAnswer": number } });
        body["_embedded"]["factor"]["_embedded"] = answer;
    }
    let bare = exchange.world.setup.variants.polls_without_embedded;
    if let Some(members) = body
        .as_object_mut()
        .filter(|_| bare && push.polls > 0 && push.polls % 2 == 0)
    {
        members.remove("_embedded");
    }
}

//! Factors as the answers show them.

use serde_json::{Value, json};

use crate::factor::{Factor, FactorKind};
use crate::org::Exchange;
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
        let mut entry = one(factor, login);
        entry["_links"] = json!({ "verify": verify(exchange, "verify", &factor.id) });
        entry
    };
    factors.iter().map(entry).collect()
}

/// A factor without its links.
fn one(factor: &Factor, login: &str) -> Value {
    let mut profile = factor.profile.clone();
    let verify = matches!(factor.kind, FactorKind::Push) && factor.profile.get("name").is_some();
    if verify && profile.get("credentialId").is_none() {
        profile["credentialId"] = json!(login);
    }
    json!({
        "id": factor.id,
        "factorType": factor.word,
        "provider": factor.provider,
        "vendorName": factor.vendor,
        "profile": profile,
    })
}

fn verify(exchange: &Exchange<'_>, name: &str, id: &str) -> Value {
    link(exchange, name, &format!("/factors/{id}/verify"))
}

/// Puts a challenge into the answer that `body` is: the factor, what came of it so far, and where to go from here.
pub(crate) fn challenge(
    exchange: &Exchange<'_>,
    login: &str,
    challenge: &Challenge,
    body: &mut Value,
) {
    let account = exchange.account(login);
    let mut factors = account.factors().iter();
    let Some(factor) = factors.find(|factor| factor.id == challenge.factor) else {
        return;
    };
    body["_embedded"]["factor"] = one(factor, login);
    body["_links"]["prev"] = link(exchange, "prev", "/previous");
    let next = if challenge.push.is_some() {
        "poll"
    } else {
        "verify"
    };
    body["_links"]["next"] = verify(exchange, next, &factor.id);
    if let Some(name) = resend(factor.kind) {
        let path = format!("/factors/{}/verify/resend", factor.id);
        body["_links"]["resend"] = json!([link(exchange, name, &path)]);
    }
    let waiting = challenge.push.map(|_| "WAITING");
    if let Some(result) = challenge.result.or(waiting) {
        body["factorResult"] = json!(result);
    }
    if let Some(message) = challenge.message {
        body["factorResultMessage"] = json!(message);
    }
    number(exchange, login, challenge, body);
}

fn resend(kind: FactorKind) -> Option<&'static str> {
    let sends = matches!(
        kind,
        FactorKind::Push | FactorKind::Sms | FactorKind::Call | FactorKind::Email
    );
    sends.then(|| kind.word())
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
    if bare && push.polls > 0 && push.polls % 2 == 0 {
        body.as_object_mut()
            .map(|members| members.remove("_embedded"));
    }
}

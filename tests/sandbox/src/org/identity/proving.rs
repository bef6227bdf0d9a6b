//! The steps that prove one authenticator: `challenge-authenticator` and `challenge-poll`.

use serde_json::{Value, json};

use crate::engine::Number;
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::identity::form::Field;
use crate::org::identity::offer::{Does, Offer, Place};
use crate::org::identity::shown::{Shown, beside};
use crate::org::identity::transaction::{Challenge, Transaction};

/// The step of a challenge, with the actions of its authenticator.
pub(crate) fn show(
    exchange: &Exchange<'_>,
    transaction: &Transaction,
    challenge: &Challenge,
) -> Shown {
    let step = match challenge.method.as_str() {
        "push" => push(exchange, transaction),
        "idp" => Offer::visit("redirect-idp", &exchange.link("/sso/idps/0oaidp0FACTOR")),
        "frobnicate" => Offer::person("frobnicate-device", "frobnicate"),
        method => answer(challenge, method),
    };
    let mut shown = beside(exchange, challenge, step);
    shown
        .offers
        .extend(actions(exchange, transaction, challenge));
    context(exchange, transaction, challenge, &mut shown);
    shown
}

/// Returns the actions on an authenticator beside proving it.
fn actions(
    exchange: &Exchange<'_>,
    transaction: &Transaction,
    challenge: &Challenge,
) -> Vec<Offer> {
    let resend = || Offer::new("resend", "challenge/resend", Does::Resend);
    let actions = match challenge.method.as_str() {
        "password" => vec![Offer::person("recover", "recover")],
        "sms" | "voice" | "push" => vec![resend()],
        "email" => {
            let poll = Offer::new("poll", "challenge/poll", Does::Poll);
            let send = match challenge.sent {
                true => resend(),
                false => Offer::new("send", "challenge/send", Does::Send),
            };
            vec![poll.every(exchange.refresh(transaction)), send]
        }
        _ => Vec::new(),
    };
    let current = |offer: Offer| offer.at(Place::Current);
    actions.into_iter().map(current).collect()
}

/// `autoChallenge` is in the form of some answers.
fn push(exchange: &Exchange<'_>, transaction: &Transaction) -> Offer {
    let refresh = exchange.refresh(transaction);
    // both are on record
    let tail = match transaction.token.bytes().map(usize::from).sum::<usize>() % 2 {
        0 => "authenticators/poll",
        _ => "challenge/poll",
    };
    Offer::new("challenge-poll", tail, Does::Poll)
        .with([Field::boolean("autoChallenge")])
        .every(refresh)
}

fn answer(challenge: &Challenge, method: &str) -> Offer {
    let fields = match method {
        "password" => vec![
            Field::new("passcode")
                .labelled("Password")
                .secret()
                .required(),
        ],
        "totp" => vec![Field::new("totp").labelled("Enter code").required()],
        "security_question" => {
            let key = challenge.authenticator.profile["questionKey"].clone();
            vec![
                Field::fixed("questionKey", key).required().hidden(),
                Field::new("answer").labelled("Answer").secret().required(),
            ]
        }
        "webauthn" => ["clientData", "authenticatorData", "signatureData"]
            .map(|name| Field::new(name).hidden().required())
            .to_vec(),
        "duo" => vec![Field::new("signatureData").hidden().required()],
        _ => vec![Field::new("passcode").labelled("Enter code").required()],
    };
    let form = Field::form("credentials", fields).required();
    Offer::new("challenge-authenticator", "challenge/answer", Does::Answer).with([form])
}

/// Adds the content that the authenticator shows: a number, a question, a challenge.
fn context(
    exchange: &Exchange<'_>,
    transaction: &Transaction,
    challenge: &Challenge,
    shown: &mut Shown,
) {
    let Some(current) = &mut shown.current else {
        return;
    };
    match challenge.method.as_str() {
        "push" => {
            let number = correct_answer(exchange, transaction, challenge);
            if let Some(number) = number {
                current["contextualData"] = json!({ "correctAnswer": number });
            }
        }
        "security_question" => {
            let profile = current["profile"].clone();
            current["contextualData"] = json!({ "enrolledQuestion": profile });
        }
        "webauthn" => {
            let data = json!({ "challenge": "G7bIvwrJJ33WCEp6GGSH", "userVerification": "preferred", "extensions": {} });
            current["contextualData"] = json!({ "challengeData": data });
        }
        "duo" => {
            let data = json!({ "host": "api-sandbox.duosecurity.com", "signedToken": "TX|c2FuZGJveA==|1f2e:APP|c2FuZGJveA==|3d4c" });
            current["contextualData"] = data;
        }
        "email" => current["contextualData"] = json!({ "useEmailMagicLink": true }),
        _ => {}
    }
}

/// The number is a text here; the older interface has an integer.
fn correct_answer(
    exchange: &Exchange<'_>,
    transaction: &Transaction,
    challenge: &Challenge,
) -> Option<Value> {
    let late = exchange.identity().number == Number::Later;
    if late && transaction.pace.polls < 2 {
        return None;
    }
    let push = challenge.push?;
    let held = &exchange.account(transaction.user.as_deref()?).held;
    let push = held.pushes.iter().find(|known| known.id == push)?;
    Some(json!(push.number?.to_string()))
}

impl Exchange<'_> {
    /// The pace of polls, which may change on the way.
    pub(crate) fn refresh(&self, transaction: &Transaction) -> u32 {
        let identity = self.identity();
        let later = identity
            .later_refresh
            .filter(|_| transaction.pace.polls > 2);
        later.unwrap_or(identity.refresh)
    }
}

/// The name of the secret that a method takes in `credentials`.
pub(crate) fn member(kind: FactorKind, provider: &str) -> &'static str {
    match kind {
        FactorKind::Totp if provider != "GOOGLE" => "totp",
        FactorKind::Question => "answer",
        _ => "passcode",
    }
}

//! Messages to a person: pushes, and codes by message, call and e-mail. A second one is a person's wish.

use crate::demand::Violation;
use crate::engine::Number;
use crate::factor::Factor;
use crate::org::Exchange;
use crate::org::factor::{launch, too_recent, transmit, withdraw};
use crate::org::identity::answer::{Told, show};
use crate::org::identity::note::{self, Note};
use crate::org::identity::read::Step;
use crate::org::identity::transaction::{Challenge, Stage};
use crate::wire::Response;

/// `resend` and `send`.
pub(crate) fn again(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    let Some(challenge) = exchange.transaction(&step.token).stage.challenge().cloned() else {
        return show(exchange, &step.token, &Told::default());
    };
    let mut challenge = challenge;
    let mut told = Told::default();
    if challenge.method == "push" {
        push(exchange, &step.token, &mut challenge);
    } else if let Err(note) = message(exchange, &step.token, &mut challenge) {
        told = Told::note(429, note);
    }
    exchange.stand(&step.token, Stage::Challenge(challenge));
    show(exchange, &step.token, &told)
}

/// Sends a push, and takes the one before back.
pub(crate) fn push(exchange: &mut Exchange<'_>, token: &str, challenge: &mut Challenge) {
    let Some((user, factor)) = target(exchange, token, challenge) else {
        return;
    };
    ask_leave(exchange, token, "push");
    withdraw(exchange, &user, challenge.push);
    let number = exchange.identity().number != Number::Never;
    let push = launch(exchange, &user, &factor.id, number);
    challenge.push = Some(push);
    challenge.sent = true;
    exchange.transaction_mut(token).trail.pushes += 1;
}

/// Sends a code, unless the last one went out just now.
pub(crate) fn message(
    exchange: &mut Exchange<'_>,
    token: &str,
    challenge: &mut Challenge,
) -> Result<(), Note> {
    let Some((user, factor)) = target(exchange, token, challenge) else {
        return Ok(());
    };
    let what = match challenge.method.as_str() {
        "voice" => "call",
        "email" => "e-mail",
        _ => "SMS",
    };
    ask_leave(exchange, token, what);
    if too_recent(exchange, &user, &factor) {
        return Err(note::sent_too_soon(what == "call"));
    }
    transmit(exchange, &user, &factor);
    challenge.sent = true;
    exchange.transaction_mut(token).trail.messages += 1;
    Ok(())
}

fn target(exchange: &Exchange<'_>, token: &str, challenge: &Challenge) -> Option<(String, Factor)> {
    let user = exchange.transaction(token).user.clone()?;
    let method = challenge.authenticator.method(&challenge.method)?;
    Some((user, method.factor.clone()))
}

/// The second of a kind in one sign-in needs a person who has asked for it.
fn ask_leave(exchange: &mut Exchange<'_>, token: &str, what: &'static str) {
    let transaction = exchange.transaction_mut(token);
    let before = transaction.sent.contains(&what);
    transaction.sent.push(what);
    let user = transaction.name().to_lowercase();
    if !before {
        return;
    }
    match exchange
        .state
        .identity
        .wishes
        .get_mut(&user)
        .filter(|wishes| **wishes > 0)
    {
        Some(wishes) => *wishes -= 1,
        None => exchange.violated(Violation::SentUnasked { what }),
    }
}

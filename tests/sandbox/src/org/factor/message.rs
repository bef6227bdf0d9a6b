//! Codes that the org sends: by text message, by call, by e-mail.

use std::time::Duration;

use crate::audit::Event;
use crate::demand::Kind;
use crate::factor::{Factor, FactorKind};
use crate::org::Exchange;
use crate::org::error::okta_error;
use crate::org::factor::Attempt;
use crate::org::factor::held::Message;
use crate::org::factor::outcome::Judged;
use crate::org::transaction::{self, Challenge, Stage};
use crate::random;
use crate::wire::Response;

/// How long a code is good. For e-mail it is the default of a setting.
const LIFE: Duration = Duration::from_secs(5 * 60);

/// Sends a new code, which voids the one before, unless the last was sent just now.
pub(crate) fn send(exchange: &mut Exchange<'_>, attempt: &Attempt) -> Response {
    if let Some(refusal) = too_soon(exchange, attempt) {
        return refusal;
    }
    transmit(exchange, &attempt.user, &attempt.factor);
    let challenge = Challenge {
        result: (attempt.factor.kind == FactorKind::Email).then(|| "CHALLENGE".to_owned()),
        ..attempt.started()
    };
    transaction::enter(exchange, &attempt.token, Stage::Challenge(challenge))
}

/// Sends a code to the person.
pub(crate) fn transmit(exchange: &mut Exchange<'_>, user: &str, factor: &Factor) {
    let code = random::digits(6);
    exchange.issued(Kind::PassCode, &code);
    let message = Message {
        factor: factor.id.clone(),
        kind: factor.kind,
        code,
        sent: exchange.now,
        void: false,
        read: false,
        followed: None,
    };
    let messages = &mut exchange.account_mut(user).held.messages;
    let same = messages.iter_mut();
    same.filter(|known| known.factor == message.factor)
        .for_each(|known| known.void = true);
    messages.push(message);
    exchange.record(Event::CodeSent {
        user: user.to_owned(),
        kind: factor.kind,
    });
    exchange.world.org.arrived.notify_all();
}

/// Returns whether a code went out to a factor in the last half minute.
pub(crate) fn too_recent(exchange: &Exchange<'_>, user: &str, factor: &Factor) -> bool {
    let messages = &exchange.account(user).held.messages;
    let mut messages = messages.iter().rev();
    let last = messages.find(|known| known.factor == factor.id);
    last.is_some_and(|last| exchange.now < last.sent + Duration::from_secs(30))
}

/// Returns whether the link of the last mail was followed here, or elsewhere; a link leads on once.
pub(crate) fn take_click(exchange: &mut Exchange<'_>, user: &str, factor: &str) -> Option<bool> {
    let now = exchange.now;
    let messages = &mut exchange.account_mut(user).held.messages;
    let mut messages = messages.iter_mut().rev();
    let good =
        messages.find(|known| known.factor == factor && !known.void && now < known.sent + LIFE)?;
    let followed = good.followed?;
    good.void = true;
    Some(followed)
}

/// Each way of sending has its pause and an error of its own.
fn too_soon(exchange: &Exchange<'_>, attempt: &Attempt) -> Option<Response> {
    let (pause, code, text) = match attempt.factor.kind {
        FactorKind::Sms => (
            30,
            "E0000109",
            "An SMS message was recently sent. Please wait 30 seconds before trying again.",
        ),
        FactorKind::Call => (
            30,
            "E0000133",
            "A phone call was recently made. Please wait 30 seconds before trying again.",
        ),
        _ => (
            5,
            "E0000118",
            "An email was recently sent. Please wait 5 seconds before trying again.",
        ),
    };
    let messages = &exchange.account(&attempt.user).held.messages;
    let mut messages = messages.iter().rev();
    let last = messages.find(|known| known.factor == attempt.factor.id)?;
    let soon = exchange.now < last.sent + Duration::from_secs(pause);
    soon.then(|| okta_error(429, code, text))
}

pub(crate) fn judge(exchange: &mut Exchange<'_>, attempt: &Attempt, text: &str) -> Judged {
    let now = exchange.now;
    let messages = &mut exchange.account_mut(&attempt.user).held.messages;
    let mut messages = messages.iter_mut().rev();
    let good = messages
        .find(|known| known.factor == attempt.factor.id && !known.void && now < known.sent + LIFE);
    match good {
        Some(message) if message.code == text => {
            message.void = true;
            Judged::Right
        }
        _ => Judged::Wrong,
    }
}

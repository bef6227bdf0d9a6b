//! Codes that a device shows, answers that a person knows.

use crate::factor::{FactorKind, Proof, RsaPrompt};
use crate::org::Exchange;
use crate::org::error::okta_error;
use crate::org::factor::Attempt;
use crate::org::factor::outcome::Judged;
use crate::org::transaction::{self, Challenge, Stage};
use crate::otp;
use crate::wire::Response;

/// One step early or late is taken.
const TOLERANCE: i64 = 1;
/// Up to so many steps early or late a code is recognized as one of a wrong clock.
const HORIZON: i64 = 10;
/// How many codes of a counter-based token may have been skipped.
const LOOK_AHEAD: usize = 10;

/// Compares a code or an answer, and remembers that it was used.
pub(crate) fn judge(exchange: &mut Exchange<'_>, attempt: &Attempt, text: &str) -> Judged {
    match (&attempt.factor.proof, attempt.factor.kind) {
        (Proof::Seed(seed), _) => time_based(exchange, attempt, seed, text),
        (Proof::Codes(codes), _) => counted(exchange, attempt, codes, text),
        (Proof::Answer(answer), _) => {
            Judged::of(text.trim().to_lowercase() == answer.to_lowercase())
        }
        (Proof::Dialogue(prompts), _) => dialogue(exchange, attempt, prompts, text),
        (_, FactorKind::Password) => {
            Judged::of(text == exchange.account(&attempt.user).user.password)
        }
        (_, FactorKind::Yubikey | FactorKind::Symantec) => {
            Judged::of(take_displayed(exchange, attempt, text))
        }
        _ => Judged::Wrong,
    }
}

/// The nearest step of this code decides. A step that was used, or one before it, is used up.
fn time_based(exchange: &mut Exchange<'_>, attempt: &Attempt, seed: &str, text: &str) -> Judged {
    let seed = otp::base32(seed).unwrap_or_default();
    let now = otp::step(exchange.now);
    let mut near: Vec<i64> = (now - HORIZON..=now + HORIZON).collect();
    near.sort_by_key(|step| (step - now).abs());
    let Some(step) = near
        .into_iter()
        .find(|step| otp::totp(&seed, *step) == text)
    else {
        return Judged::Wrong;
    };
    if (step - now).abs() > TOLERANCE {
        return Judged::OutsideWindow;
    }
    let steps = &mut exchange.account_mut(&attempt.user).held.steps;
    let last = steps.entry(attempt.factor.id.clone()).or_insert(i64::MIN);
    if step <= *last {
        return Judged::Replayed;
    }
    *last = step;
    Judged::Right
}

fn counted(exchange: &mut Exchange<'_>, attempt: &Attempt, codes: &[String], text: &str) -> Judged {
    let counters = &mut exchange.account_mut(&attempt.user).held.counters;
    let (_, taken) = counters.entry(attempt.factor.id.clone()).or_default();
    let ahead = codes.iter().enumerate().skip(*taken).take(LOOK_AHEAD);
    let found = ahead.clone().find(|(_, code)| *code == text);
    match found {
        Some((at, _)) => {
            *taken = at + 1;
            Judged::Right
        }
        None => Judged::Wrong,
    }
}

/// A code that a token has shown is good once, and voids those that it showed before.
fn take_displayed(exchange: &mut Exchange<'_>, attempt: &Attempt, text: &str) -> bool {
    let displayed = &mut exchange.account_mut(&attempt.user).held.displayed;
    let Some(shown) = displayed.get_mut(&attempt.factor.id) else {
        return false;
    };
    let Some(at) = shown.iter().position(|code| code == text) else {
        return false;
    };
    shown.drain(..=at);
    true
}

/// An RSA server takes a code first and then asks its questions, one by one.
fn dialogue(
    exchange: &mut Exchange<'_>,
    attempt: &Attempt,
    prompts: &[RsaPrompt],
    text: &str,
) -> Judged {
    let done = attempt.challenge.as_ref().map_or(0, |known| known.asked);
    let pin = |text: &str| {
        (4..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let right = match done.checked_sub(1).and_then(|at| prompts.get(at)) {
        None | Some(RsaPrompt::NextToken) => take_displayed(exchange, attempt, text),
        Some(RsaPrompt::NewPin) => pin(text),
        Some(RsaPrompt::Text(_)) => !text.is_empty(),
    };
    match (right, prompts.get(done)) {
        (false, _) => Judged::Wrong,
        (true, None) => Judged::Right,
        (true, Some(prompt)) => Judged::Asks(words(prompt)),
    }
}

fn words(prompt: &RsaPrompt) -> String {
    match prompt {
        RsaPrompt::NextToken => {
            "Wait for the token code to change, then enter the new token code.".to_owned()
        }
        RsaPrompt::NewPin => {
            "Enter your new PIN, containing 4 to 8 digits,\n\tor\npress Cancel to stop.".to_owned()
        }
        RsaPrompt::Text(text) => text.clone(),
    }
}

/// The question comes as an error, 409, and the answer goes where the code went.
pub(crate) fn asks(exchange: &mut Exchange<'_>, attempt: &Attempt, prompt: &str) -> Response {
    let asked = attempt.challenge.as_ref().map_or(0, |known| known.asked) + 1;
    let challenge = Challenge {
        asked,
        ..attempt.started()
    };
    transaction::enter(exchange, &attempt.token, Stage::Challenge(challenge));
    okta_error(409, "E0000113", prompt)
}

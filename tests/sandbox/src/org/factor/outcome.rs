//! The outcome of an answer to a challenge: the end of it, or one more on the counter that locks accounts.

use crate::audit::Event;
use crate::org::Exchange;
use crate::org::error::{caused, okta_error};
use crate::org::factor::{Attempt, code, remember};
use crate::org::transaction;
use crate::wire::Response;

/// The outcome of comparing a code.
pub(crate) enum Judged {
    Right,
    Wrong,
    Replayed,
    OutsideWindow,
    /// An RSA server has another question.
    Asks(String),
}

impl Judged {
    pub(super) fn of(right: bool) -> Self {
        if right { Self::Right } else { Self::Wrong }
    }
}

/// Writes down what came of a code, and answers.
pub(super) fn finish(exchange: &mut Exchange<'_>, attempt: &Attempt, judged: Judged) -> Response {
    exchange.record(Event::CodeTried {
        user: attempt.user.clone(),
        kind: attempt.factor.kind,
        accepted: matches!(judged, Judged::Right | Judged::Asks(_)),
    });
    let own_code = exchange.world.setup.variants.replay_has_own_code;
    match judged {
        Judged::Right => passed(exchange, attempt),
        Judged::Asks(prompt) => code::asks(exchange, attempt, &prompt),
        Judged::OutsideWindow => failed(exchange, attempt, outside_window()),
        Judged::Replayed if own_code => replayed(),
        Judged::Replayed | Judged::Wrong => failed(exchange, attempt, wrong(exchange)),
    }
}

fn outside_window() -> Response {
    const TEXT: &str =
        "Each code can only be used within its time window. Your clock may be wrong.";
    okta_error(403, "E0000083", TEXT)
}

fn replayed() -> Response {
    const TEXT: &str = "Each code can only be used once. Please wait for a new code and try again.";
    okta_error(403, "E0000082", TEXT)
}

fn wrong(exchange: &Exchange<'_>) -> Response {
    const TEXT: &str = "Invalid Passcode/Answer";
    let causes: &[&str] = match exchange.world.setup.variants.wrong_code_has_cause {
        true => &["Your code doesn't match our records. Please try again."],
        false => &[],
    };
    caused(403, "E0000068", TEXT, causes)
}

/// A wrong code counts, whichever factor it is for; so many in a row lock the account.
fn failed(exchange: &mut Exchange<'_>, attempt: &Attempt, refusal: Response) -> Response {
    let most = exchange.world.setup.mfa.attempts;
    let now = exchange.now;
    let account = exchange.account_mut(&attempt.user);
    account.held.wrong += 1;
    if most == 0 || account.held.wrong < most {
        return refusal;
    }
    account.lock(now);
    transaction::end(exchange, &attempt.token);
    exchange.record(Event::LockedOut {
        user: attempt.user.clone(),
    });
    user_locked()
}

pub(super) fn user_locked() -> Response {
    okta_error(403, "E0000069", "User Locked")
}

pub(super) fn passed(exchange: &mut Exchange<'_>, attempt: &Attempt) -> Response {
    let held = &mut exchange.account_mut(&attempt.user).held;
    held.wrong = 0;
    held.used(&attempt.factor.id);
    if attempt.remember {
        remember::remember(exchange, &attempt.user);
    }
    transaction::verified(exchange, &attempt.token, attempt.factor.kind)
}

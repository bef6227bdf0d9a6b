//! Operations on a transaction beside proving a factor: a client reads, polls, skips or cancels it.

use serde_json::{Value, json};

use crate::audit::Event;
use crate::org::error::{invalid_token, json_response, not_allowed};
use crate::org::transaction::{self, Stage};
use crate::org::{Exchange, factor};
use crate::setup::UserState;
use crate::wire::Response;

/// `POST /api/v1/authn` with a state token alone: the current state.
pub(crate) fn resume(exchange: &mut Exchange<'_>, token: &str) -> Response {
    match transaction::of(exchange, &json!({ "stateToken": token })) {
        Some((token, _)) => transaction::shown(exchange, &token),
        None => invalid_token(),
    }
}

pub(crate) fn cancel(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let Some((token, transaction)) = transaction::of(exchange, body) else {
        return invalid_token();
    };
    if let Stage::Challenge(challenge) = &transaction.stage {
        factor::withdraw(exchange, &transaction.user, challenge.push);
    }
    transaction::end(exchange, &token);
    exchange.record(Event::TransactionCancelled {
        user: transaction.user,
    });
    json_response(200, &json!({ "relayState": "" }))
}

/// `/poll`: the client asks whether something outside has happened. In the end comes what would have come at once.
pub(crate) fn poll(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let Some((token, transaction)) = transaction::of(exchange, body) else {
        return invalid_token();
    };
    if !matches!(transaction.stage, Stage::State(UserState::Polling { .. })) {
        return not_allowed();
    }
    let (user, wishes) = (transaction.user, transaction.wishes);
    exchange.record(Event::Polled { user: user.clone() });
    if transaction.polls > 0 {
        if let Some(transaction) = exchange.state.transactions.get_mut(&token) {
            transaction.polls -= 1;
        }
        return transaction::shown(exchange, &token);
    }
    match transaction::first_stage(exchange, &user, UserState::Active, wishes) {
        Some(stage) => transaction::enter(exchange, &token, stage),
        None => transaction::finish(exchange, &token),
    }
}

/// `/factors`: the client begins to set up a factor. It gets as far as the code that a phone would have to scan.
pub(crate) fn enrol(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let Some((token, transaction)) = transaction::of(exchange, body) else {
        return invalid_token();
    };
    match transaction.stage {
        Stage::State(UserState::MfaEnroll | UserState::MfaEnrollOptional) => {
            transaction::enter(exchange, &token, Stage::State(UserState::MfaEnrollActivate))
        }
        _ => not_allowed(),
    }
}

/// Only the warning about an ageing password can be skipped, and an offer of factors.
pub(crate) fn skip(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let Some((token, transaction)) = transaction::of(exchange, body) else {
        return invalid_token();
    };
    if !matches!(
        transaction.stage,
        Stage::State(UserState::PasswordWarn(_) | UserState::MfaEnrollOptional)
    ) {
        return not_allowed();
    }
    transaction::finish(exchange, &token)
}

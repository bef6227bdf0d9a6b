//! Authentication transactions: their state tokens, their stages, and the operations on them.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use time::OffsetDateTime;

use crate::audit::Event;
use crate::clock::json_date;
use crate::demand::Kind;
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::error::{invalid_token, json_response, not_allowed};
use crate::org::factor;
use crate::org::status;
use crate::org::token::LIFE as TOKEN_LIFE;
use crate::random;
use crate::setup::UserState;
use crate::wire::Response;

/// A state token lives five minutes from its last use.
const LIFE: Duration = Duration::from_secs(5 * 60);

#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    pub(crate) user: String,
    pub(crate) stage: Stage,
    pub(crate) expires: OffsetDateTime,
    /// The client wants to be warned of a password that will expire.
    warn: bool,
    /// The factor that was proved.
    verified: Option<FactorKind>,
    /// When a push was last asked about, in real time.
    pub(crate) polled: Option<Instant>,
}

impl Transaction {
    /// The factor that is chosen, if one is.
    pub(crate) fn challenge(&self) -> Option<&Challenge> {
        match &self.stage {
            Stage::Challenge(challenge) => Some(challenge),
            Stage::Factors | Stage::State(_) => None,
        }
    }
}

/// Where a transaction stands.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// A factor has to be chosen.
    Factors,
    /// A factor is chosen and has to be proved.
    Challenge(Challenge),
    /// The user's own state decides what can be done.
    State(UserState),
}

/// A chosen factor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Challenge {
    pub(crate) factor: String,
    /// The push that is waited for.
    pub(crate) push: Option<u64>,
    pub(crate) result: Option<&'static str>,
    pub(crate) message: Option<&'static str>,
    /// How many questions of an RSA server were put.
    pub(crate) asked: usize,
}

/// The end that every client hopes for.
pub(crate) fn success(exchange: &mut Exchange<'_>, login: &str) -> Response {
    let token = exchange.issue_session_token(login);
    let body = json!({
        "expiresAt": json_date(exchange.later(TOKEN_LIFE)),
        "status": "SUCCESS",
        "sessionToken": token,
        "_embedded": { "user": status::user(exchange, login) },
    });
    json_response(200, &body)
}

/// What follows a right password.
pub(crate) fn start(
    exchange: &mut Exchange<'_>,
    login: &str,
    mode: UserState,
    warn: bool,
) -> Response {
    let stage = match factor::asked(exchange, login, &mode) {
        true => Stage::Factors,
        false => match beyond_factors(mode, warn) {
            None => return success(exchange, login),
            Some(mode) => Stage::State(mode),
        },
    };
    let token = random::word("00", 40);
    let transaction = Transaction {
        user: login.to_owned(),
        stage: stage.clone(),
        expires: exchange.later(LIFE),
        warn,
        verified: None,
        polled: None,
    };
    exchange.issued(Kind::StateToken, &token);
    let status = status::word(&stage).to_owned();
    let user = login.to_owned();
    exchange.record(Event::TransactionStarted { user, status });
    exchange
        .state
        .transactions
        .insert(token.clone(), transaction);
    shown(exchange, &token)
}

/// What is left once the factors are dealt with; `None` is success.
fn beyond_factors(state: UserState, warn: bool) -> Option<UserState> {
    match state {
        UserState::Active | UserState::MfaRequired => None,
        UserState::PasswordWarn(_) if !warn => None,
        state => Some(state),
    }
}

/// A factor was proved: on to what the user's own state asks for, or to the end.
pub(crate) fn verified(exchange: &mut Exchange<'_>, token: &str, kind: FactorKind) -> Response {
    let Some(transaction) = exchange.state.transactions.get_mut(token) else {
        return invalid_token();
    };
    transaction.verified = Some(kind);
    let (user, warn) = (transaction.user.clone(), transaction.warn);
    let state = exchange.account(&user).user.state.clone();
    match beyond_factors(state, warn) {
        Some(state) => enter(exchange, token, Stage::State(state)),
        None => {
            end(exchange, token);
            success(exchange, &user)
        }
    }
}

/// Moves a transaction to another stage, and shows it.
pub(crate) fn enter(exchange: &mut Exchange<'_>, token: &str, stage: Stage) -> Response {
    if let Some(transaction) = exchange.state.transactions.get_mut(token) {
        transaction.stage = stage;
    }
    shown(exchange, token)
}

/// Ends a transaction: its token is worth nothing from now on.
pub(crate) fn end(exchange: &mut Exchange<'_>, token: &str) {
    exchange.state.transactions.remove(token);
    exchange.state.over.insert(token.to_owned());
}

/// `POST /api/v1/authn` with a state token alone: the current state.
pub(crate) fn resume(exchange: &mut Exchange<'_>, token: &str) -> Response {
    match of(exchange, &json!({ "stateToken": token })) {
        Some((token, _)) => shown(exchange, &token),
        None => invalid_token(),
    }
}

pub(crate) fn cancel(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let Some((token, transaction)) = of(exchange, body) else {
        return invalid_token();
    };
    if let Stage::Challenge(challenge) = &transaction.stage {
        factor::withdraw(exchange, &transaction.user, challenge.push);
    }
    end(exchange, &token);
    exchange.record(Event::TransactionCancelled {
        user: transaction.user,
    });
    json_response(200, &json!({ "relayState": "" }))
}

/// Only the warning about an ageing password can be skipped.
pub(crate) fn skip(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let Some((token, transaction)) = of(exchange, body) else {
        return invalid_token();
    };
    if !matches!(transaction.stage, Stage::State(UserState::PasswordWarn(_))) {
        return not_allowed();
    }
    end(exchange, &token);
    success(exchange, &transaction.user)
}

/// The transaction that a body's state token names, its life renewed.
pub(crate) fn of(exchange: &mut Exchange<'_>, body: &Value) -> Option<(String, Transaction)> {
    let token = body.get("stateToken")?.as_str()?.to_owned();
    let (now, expires) = (exchange.now, exchange.later(LIFE));
    let transaction = exchange.state.transactions.get_mut(&token)?;
    if now >= transaction.expires {
        return None;
    }
    transaction.expires = expires;
    Some((token, transaction.clone()))
}

/// The current state, as an answer.
pub(crate) fn shown(exchange: &Exchange<'_>, token: &str) -> Response {
    match exchange.state.transactions.get(token) {
        Some(transaction) => status::show(exchange, token, transaction),
        None => invalid_token(),
    }
}

/// A link of an answer. Clients have to follow it as it is: a path segment or a query that no client can guess may be
/// part of it.
pub(crate) fn link(exchange: &Exchange<'_>, name: &str, path: &str) -> Value {
    let segment = exchange.state.segment.as_ref();
    let segment = segment.map_or_else(String::new, |segment| format!("/{segment}"));
    let mark = exchange.state.mark.as_ref();
    let mark = mark.map_or_else(String::new, |mark| format!("?{mark}"));
    json!({
        "name": name,
        "href": exchange.link(&format!("/api/v1/authn{segment}{path}{mark}")),
        "hints": { "allow": ["POST"] },
    })
}

//! Authentication transactions: their state tokens, their stages, and the operations on them.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use time::OffsetDateTime;

use crate::audit::Event;
use crate::clock::json_date;
use crate::demand::Kind;
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::error::{invalid_token, json_response};
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
    pub(crate) wishes: Wishes,
    /// How many polls are still told to wait.
    pub(crate) polls: u32,
    /// The factor that was proved.
    verified: Option<FactorKind>,
    /// When a push was last asked about, in real time.
    pub(crate) polled: Option<Instant>,
}

impl Challenge {
    /// Something that happens elsewhere is waited for, and polls ask about it.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.push.is_some() || self.frame
    }
}

/// Wishes of a client beside the sign-in itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wishes {
    /// To be warned of a password that will expire.
    pub(crate) warn: bool,
    /// To be offered factors that it may set up.
    pub(crate) enrol: bool,
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
    pub(crate) result: Option<String>,
    pub(crate) message: Option<String>,
    /// A frame in a browser is waited for.
    pub(crate) frame: bool,
    /// The challenge that a security key has to sign.
    pub(crate) nonce: Option<String>,
    /// How many questions of an RSA server were put.
    pub(crate) asked: usize,
}

/// The end that every client hopes for.
fn success(exchange: &mut Exchange<'_>, login: &str, factor: Option<FactorKind>) -> Response {
    let token = exchange.issue_session_token(login, factor);
    let body = json!({
        "expiresAt": json_date(exchange.later(TOKEN_LIFE)),
        "status": "SUCCESS",
        "sessionToken": token,
        "_embedded": { "user": status::user(exchange, login) },
    });
    json_response(200, &body)
}

/// Returns what follows a right password.
pub(crate) fn start(
    exchange: &mut Exchange<'_>,
    login: &str,
    user_state: UserState,
    wishes: Wishes,
) -> Response {
    let polls = match user_state {
        UserState::Polling { polls, .. } => polls,
        _ => 0,
    };
    let Some(stage) = first_stage(exchange, login, user_state, wishes) else {
        return success(exchange, login, None);
    };
    let token = random::word("00", 40);
    let transaction = Transaction {
        user: login.to_owned(),
        stage: stage.clone(),
        expires: exchange.later(LIFE),
        wishes,
        polls,
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

/// Where a right password leads; `None` is success.
pub(crate) fn first_stage(
    exchange: &Exchange<'_>,
    login: &str,
    user_state: UserState,
    wishes: Wishes,
) -> Option<Stage> {
    if factor::asked(exchange, login, &user_state) {
        return Some(factor::first_stage(exchange, login));
    }
    if factor::none_is_set_up(exchange, login, &user_state) {
        return Some(Stage::State(UserState::MfaEnroll));
    }
    beyond_factors(user_state, wishes).map(Stage::State)
}

/// Returns what is left once the factors are dealt with; `None` is success.
fn beyond_factors(state: UserState, wishes: Wishes) -> Option<UserState> {
    match state {
        UserState::Active | UserState::MfaRequired => None,
        UserState::PasswordWarn(_) if !wishes.warn => None,
        UserState::MfaEnrollOptional if !wishes.enrol => None,
        state => Some(state),
    }
}

/// A factor was proved: on to what the user's own state asks for, or to the end.
pub(crate) fn verified(exchange: &mut Exchange<'_>, token: &str, kind: FactorKind) -> Response {
    let Some(transaction) = exchange.state.transactions.get_mut(token) else {
        return invalid_token();
    };
    transaction.verified = Some(kind);
    let (user, wishes) = (transaction.user.clone(), transaction.wishes);
    let state = match exchange.account(&user).user.state.clone() {
        // what was polled for came before the factors
        UserState::Polling { .. } => UserState::Active,
        state => state,
    };
    match beyond_factors(state, wishes) {
        Some(state) => enter(exchange, token, Stage::State(state)),
        None => finish(exchange, token),
    }
}

/// Moves a transaction to another stage, and shows it.
pub(crate) fn enter(exchange: &mut Exchange<'_>, token: &str, stage: Stage) -> Response {
    if let Some(transaction) = exchange.state.transactions.get_mut(token) {
        transaction.stage = stage;
    }
    shown(exchange, token)
}

/// Ends a transaction in success.
pub(crate) fn finish(exchange: &mut Exchange<'_>, token: &str) -> Response {
    let Some(transaction) = exchange.state.transactions.get(token).cloned() else {
        return invalid_token();
    };
    end(exchange, token);
    success(exchange, &transaction.user, transaction.verified)
}

/// Forgets the nonce that a security key has to sign: it is good for one answer.
pub(crate) fn forget_nonce(exchange: &mut Exchange<'_>, token: &str) {
    let known = exchange.state.transactions.get_mut(token);
    if let Some(Stage::Challenge(challenge)) = known.map(|known| &mut known.stage) {
        challenge.nonce = None;
    }
}

/// Ends a transaction: its token is worth nothing from now on.
pub(crate) fn end(exchange: &mut Exchange<'_>, token: &str) {
    exchange.state.transactions.remove(token);
    exchange.state.over.insert(token.to_owned());
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
    let href = exchange.link(&format!("/api/v1/authn{segment}{path}{mark}"));
    link_to(exchange, name, &href, "POST")
}

/// A link to anywhere.
pub(crate) fn link_to(exchange: &Exchange<'_>, name: &str, href: &str, method: &str) -> Value {
    let mut link = json!({ "name": name, "href": href });
    if !exchange.world.setup.variants.sparse {
        link["hints"] = json!({ "allow": [method] });
    }
    link
}

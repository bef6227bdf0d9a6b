//! The kind and the secrets of a request to `/api/v1/authn`, whatever will become of it: written down before any fault
//! can keep it from the org.

use serde_json::Value;
use std::time::{Duration, Instant};

use crate::audit::Event;
use crate::demand::{Kind, Violation};
use crate::fault::Step;
use crate::org::State;
use crate::org::transaction::{Stage, Transaction};
use crate::query::Query;
use crate::setup::UserState;
use crate::wire::Request;
use crate::world::World;

/// Slower than this is polite enough. A little less than a second, because a client's second is not the server's.
const PACE: Duration = Duration::from_millis(950);

/// Notes what a request does, and tells which step it belongs to.
pub(crate) fn notice(world: &World, request: &Request) -> Step {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let mut state = world.org.state();
    note_passwords(world, &state, &body);
    let token = member(&body, "stateToken").unwrap_or_default();
    let Some(factor) = factor_of(&request.path) else {
        let step = plain_step(&request.path);
        let transaction = state.transactions.get_mut(token);
        if let Some(transaction) = transaction.filter(|_| step == Step::Poll) {
            note_pace(world, transaction);
        }
        return step;
    };
    note_code(world, &mut state, factor, &body);
    if state.over.contains(token) {
        world.record(Event::Violated(Violation::TransactionOver));
    }
    if request.path.ends_with("/resend") {
        return Step::Resend;
    }
    match state.transactions.get_mut(token) {
        Some(transaction) if is_poll(transaction, factor) => {
            note_pace(world, transaction);
            Step::Poll
        }
        _ => Step::Verify,
    }
}

fn member<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name)?.as_str()
}

/// The id of the factor that a path names.
fn factor_of(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once("/factors/")?;
    rest.split('/').next()
}

fn plain_step(path: &str) -> Step {
    let is = |tail: &str| path.ends_with(tail);
    match () {
        () if is("/cancel") => Step::Cancel,
        () if is("/change_password") || is("/reset_password") => Step::ChangePassword,
        () if is("/poll") => Step::Poll,
        () => Step::Authn,
    }
}

/// The password, the code or the answer that a request carries.
pub(crate) fn secret_in(request: &Request) -> Option<String> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    if let Some(secret) = super::identity::secret_of(&body) {
        return Some(secret);
    }
    let names = ["password", "passCode", "answer", "newPassword"];
    let mut found = names.iter().filter_map(|name| member(&body, name));
    found.next().map(str::to_owned)
}

/// An answer did not reach the client as it was given: a transaction that has ended with it may be asked about again.
pub(crate) fn spoiled(world: &World, request: &Request) {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let query = Query::new(request.query.as_deref().unwrap_or_default());
    let in_link = query.get("stateToken");
    let token = member(&body, "stateToken").map(str::to_owned).or(in_link);
    if let Some(token) = token {
        world.org.state().over.remove(&token);
    }
}

fn note_passwords(world: &World, state: &State, body: &Value) {
    let sent = member(body, "password").or_else(|| member(body, "oldPassword"));
    if sent.is_some() {
        let user = member(body, "username").map(str::to_owned);
        let user = user.or_else(|| user_of(state, body)).unwrap_or_default();
        world.record(Event::PasswordSent { user });
    }
    if let Some(password) = member(body, "newPassword") {
        world.demands.issued().passwords.push(password.to_owned());
    }
}

fn user_of(state: &State, body: &Value) -> Option<String> {
    let transaction = state.transactions.get(member(body, "stateToken")?)?;
    Some(transaction.user.clone())
}

/// A code is good once, so whoever sends it again has not kept count of what was sent. An RSA server may well ask for a
/// PIN twice.
fn note_code(world: &World, state: &mut State, factor: &str, body: &Value) {
    let user = user_of(state, body).unwrap_or_default();
    let (code, answer) = (member(body, "passCode"), member(body, "answer"));
    if code.or(answer).or(member(body, "password")).is_some() {
        world.record(Event::CodePosted { user });
    }
    if let Some(answer) = answer {
        world.demands.issued().secret(Kind::Answer, answer);
    }
    let Some(code) = code else {
        return;
    };
    world.demands.issued().secret(Kind::PassCode, code);
    let posted = (factor.to_owned(), code.to_owned());
    if !state.posted.insert(posted) && !in_dialogue(state, body) {
        let factor = factor.to_owned();
        world.record(Event::Violated(Violation::CodeRepeated { factor }));
    }
}

fn in_dialogue(state: &State, body: &Value) -> bool {
    let token = member(body, "stateToken").unwrap_or_default();
    let known = state.transactions.get(token);
    let challenge = known.and_then(Transaction::challenge);
    challenge.is_some_and(|challenge| challenge.asked > 0)
}

fn is_poll(transaction: &Transaction, factor: &str) -> bool {
    let challenge = transaction.challenge();
    challenge.is_some_and(|known| known.is_waited_for() && known.factor == factor)
}

fn note_pace(world: &World, transaction: &mut Transaction) {
    let now = Instant::now();
    let last = transaction.polled.replace(now);
    // where the org names a pace of its own, that is the one
    let pace = match &transaction.stage {
        Stage::State(UserState::Polling { refresh, .. }) => {
            Duration::from_millis(u64::from(*refresh) * 95 / 100)
        }
        _ => PACE,
    };
    if last.is_some_and(|last| now - last < pace) {
        world.record(Event::Violated(Violation::PolledTooFast));
    }
}

//! The secrets that a step carries, whatever will become of it: written down before any fault can keep it from the org.

use serde_json::Value;
use std::time::Instant;

use crate::audit::{Event, Host};
use crate::demand::{Kind, Violation};
use crate::fault::Step;
use crate::org::State;
use crate::org::error::json_response;
use crate::org::identity::note::{Note, bad_request};
use crate::org::identity::offer::Does;
use crate::org::identity::transaction::{Transaction, token_of};
use crate::wire::{Request, Response};
use crate::world::World;

/// Notes what a step does, and tells which kind of step it is.
pub(crate) fn notice(world: &World, request: &Request) -> Step {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let mut state = world.org.state();
    let given = ["stateHandle", "stateToken"]
        .iter()
        .find_map(|name| body.get(*name)?.as_str());
    let token = token_of(given.unwrap_or_default()).to_owned();
    let known = state.identity.transactions.get_mut(&token);
    let path = known
        .as_deref()
        .and_then(|known| known.path(&request.path))
        .cloned();
    let does = path.as_ref().map(|path| path.does);
    if let Some(known) = known {
        let own = path.map(|path| path.name);
        let name = own.unwrap_or_else(|| tail(&request.path).to_owned());
        known.trail.steps.push(name);
        if does == Some(Does::Poll) {
            note_pace(world, known);
        }
    }
    note_secrets(world, &mut state, &token, does, &body);
    kind_of(does, &request.path)
}

fn tail(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn kind_of(does: Option<Does>, path: &str) -> Step {
    match does {
        Some(Does::Identify) => Step::Identify,
        Some(Does::Select | Does::Data) => Step::Choose,
        Some(Does::Answer) => Step::Answer,
        Some(Does::Poll) => Step::Poll,
        Some(Does::Resend | Does::Send) => Step::Resend,
        Some(Does::Cancel | Does::CancelPolling | Does::CancelExtension) => Step::Cancel,
        Some(Does::KeepMeSignedIn | Does::Skip | Does::Person | Does::Visit) => Step::Skip,
        None => kind_by(tail(path)),
    }
}

/// The kind of step that a path would be, of which no answer knows.
fn kind_by(tail: &str) -> Step {
    match tail {
        "introspect" => Step::Introspect,
        "identify" => Step::Identify,
        "challenge" => Step::Choose,
        "poll" => Step::Poll,
        "resend" | "send" => Step::Resend,
        "cancel" => Step::Cancel,
        "skip" => Step::Skip,
        _ => Step::Answer,
    }
}

/// The secret of a body, wherever in it it stands.
pub(crate) fn secret_of(body: &Value) -> Option<String> {
    let credentials = body.get("credentials")?;
    let names = ["passcode", "totp", "answer"];
    let found = names
        .iter()
        .find_map(|name| credentials.get(*name)?.as_str());
    found.map(str::to_owned)
}

/// The owner of the secret in a body, and the thing that was asked for.
struct Carried {
    user: String,
    secret: String,
    /// The authenticator that was asked for last; `None` for a password.
    factor: Option<String>,
    /// An RSA server asks its questions.
    in_dialogue: bool,
    is_answer: bool,
}

/// A password at `identify` or where one is asked for, else a code.
fn note_secrets(world: &World, state: &mut State, token: &str, does: Option<Does>, body: &Value) {
    let Some(secret) = secret_of(body) else {
        return;
    };
    let typed = body.get("identifier").and_then(Value::as_str);
    let known = state.identity.transactions.get_mut(token);
    let named = known.as_ref().map(|known| known.name());
    let proving = known.as_ref().and_then(|known| known.proving.clone());
    let asked = proving.filter(|_| typed.is_none() && does != Some(Does::Identify));
    let carried = Carried {
        user: typed.map(str::to_owned).or(named).unwrap_or_default(),
        secret,
        in_dialogue: asked.as_ref().is_some_and(|one| one.asked > 0),
        factor: asked
            .filter(|one| !one.authenticator.is_password())
            .map(|one| one.authenticator.enrolment),
        is_answer: body.pointer("/credentials/answer").is_some(),
    };
    if known.as_ref().is_some_and(|known| known.stage.is_stop()) {
        world.record(Event::Violated(Violation::SecretAfterStop));
    }
    match &carried.factor {
        None => note_password(world, known, carried),
        Some(factor) => {
            if let Some(known) = known {
                known.trail.codes += 1;
            }
            let factor = factor.clone();
            note_code(world, state, carried, factor);
        }
    }
}

/// A password is sent once in one sign-in.
fn note_password(world: &World, known: Option<&mut Transaction>, carried: Carried) {
    let Carried { user, secret, .. } = carried;
    world.record(Event::PasswordSent { user: user.clone() });
    let Some(known) = known else {
        return;
    };
    known.trail.passwords += 1;
    if known.passwords.contains(&secret) {
        world.record(Event::Violated(Violation::PasswordRepeated { user }));
    }
    known.passwords.push(secret);
}

/// A code is good once, and is no password.
fn note_code(world: &World, state: &mut State, carried: Carried, factor: String) {
    let Carried { user, secret, .. } = carried;
    world.record(Event::CodePosted { user });
    let mut issued = world.demands.issued();
    let is_password = issued.passwords.contains(&secret);
    issued.secret(
        match carried.is_answer {
            true => Kind::Answer,
            false => Kind::PassCode,
        },
        &secret,
    );
    drop(issued);
    if carried.is_answer {
        return;
    }
    if is_password {
        let host = Host::Org;
        world.record(Event::Violated(Violation::PasswordAstray { host }));
    }
    if !state.posted.insert((factor.clone(), secret)) && !carried.in_dialogue {
        world.record(Event::Violated(Violation::CodeRepeated { factor }));
    }
}

fn note_pace(world: &World, known: &mut Transaction) {
    let now = Instant::now();
    known.trail.polled(now);
    if known.pace.is_hasty(now) {
        known.pace.hasty += 1;
        world.record(Event::Violated(Violation::PolledTooFast));
    }
}

/// The transaction of a poll, where a request is one: two at once are one too many.
pub(crate) fn is_poll(world: &World, request: &Request) -> Option<String> {
    if !request.path.starts_with("/idp/idx/") {
        return None;
    }
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    let token = token_of(body.get("stateHandle")?.as_str()?).to_owned();
    let state = world.org.state();
    let known = state.identity.transactions.get(&token)?;
    let path = known.path(&request.path)?;
    (path.does == Does::Poll).then_some(token)
}

/// The second of two polls at the same time.
pub(crate) fn polled_twice(world: &World) -> Response {
    world.record(Event::Violated(Violation::PolledTwice));
    let note = bad_request("another poll is under way");
    let body = serde_json::json!({ "version": "1.0.0", "messages": Note::list(&[note]) });
    json_response(400, &body)
}

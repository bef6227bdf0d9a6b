//! The frame of every answer: the newest handle, the steps with their links, and who signs in to what.

use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::clock::json_date;
use crate::org::Exchange;
use crate::org::identity::form::one_in;
use crate::org::identity::note::{self, Note};
use crate::org::identity::offer::Place;
use crate::org::identity::shown::{Shown, shown};
use crate::org::identity::steps::Steps;
use crate::org::identity::transaction::Transaction;
use crate::wire::Response;

pub(crate) const ION: &str = "application/ion+json; okta-version=1.0.0";

/// Additions of a step to the answer of its stage.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) status: Option<u16>,
    pub(crate) notes: Vec<Note>,
    /// A message about the field that was filled in.
    pub(crate) blame: Option<Note>,
}

impl Told {
    pub(crate) fn note(status: u16, note: Note) -> Self {
        Self {
            status: Some(status),
            notes: vec![note],
            blame: None,
        }
    }

    pub(crate) fn blame(status: u16, note: Note) -> Self {
        Self {
            status: Some(status),
            notes: Vec::new(),
            blame: Some(note),
        }
    }
}

/// Answers with what the transaction shows now, under a new handle and for another life.
pub(crate) fn show(exchange: &mut Exchange<'_>, token: &str, told: &Told) -> Response {
    let expires = exchange.later(exchange.identity().life);
    let mut all = shown(exchange, exchange.transaction(token));
    if let Some(note) = &told.blame {
        all.blame(note);
    }
    all.notes.extend(told.notes.iter().cloned());
    if all.succeeds {
        exchange.succeed(token);
    }
    let transaction = exchange.transaction_mut(token);
    transaction.expires = expires;
    let handle = transaction.next_handle();
    let mut chance = exchange.chance();
    let body = frame(exchange, token, &handle, &all, &mut chance);
    answered(exchange, told.status.unwrap_or(all.status), &body)
}

/// Answers with messages alone, and with a new handle where there is a transaction to go on with.
pub(crate) fn bare(
    exchange: &mut Exchange<'_>,
    token: Option<&str>,
    status: u16,
    note: Note,
) -> Response {
    let mut body = json!({
        "version": "1.0.0",
        "intent": "LOGIN",
        "messages": Note::list(&[note]),
    });
    if let Some(token) = token {
        let handle = exchange.transaction_mut(token).next_handle();
        body["stateHandle"] = json!(handle);
    }
    answered(exchange, status, &body)
}

/// Answers that there is no such transaction any more.
pub(crate) fn expired(exchange: &mut Exchange<'_>) -> Response {
    bare(exchange, None, 401, note::expired())
}

fn answered(exchange: &mut Exchange<'_>, status: u16, body: &Value) -> Response {
    let ion = exchange
        .request
        .all("accept")
        .any(|line| line.contains("ion+json"));
    let kind = if ion {
        ION
    } else {
        "application/json;charset=UTF-8"
    };
    let mut response = Response::new(status).with_body(kind, body.to_string());
    let apple = body.pointer("/remediation/value/0/name");
    if apple.and_then(Value::as_str) == Some("device-apple-sso-extension") {
        response.add("WWW-Authenticate", "Oktadevicejwt realm=\"Okta Device\"");
    }
    response
}

fn frame(
    exchange: &mut Exchange<'_>,
    token: &str,
    handle: &str,
    all: &Shown,
    chance: &mut Option<Chance>,
) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    put("version", json!("1.0.0"));
    put("stateHandle", json!(handle));
    let expires = exchange.transaction(token).expires;
    put("expiresAt", json!(json_date(expires)));
    let lower = one_in(chance, 3);
    put("intent", json!(if lower { "login" } else { "LOGIN" }));
    if !all.notes.is_empty() {
        put("messages", Note::list(&all.notes));
    }
    if !all.enrolments.is_empty() {
        put("authenticators", list(&all.enrolments));
        put("authenticatorEnrollments", list(&all.enrolments));
    }
    for (name, value) in &all.members {
        put(name, value.clone());
    }
    if one_in(chance, 3) {
        put("frobnication", object(&json!({})));
    }
    people(exchange, token, chance, &mut body);
    let mut steps = Steps {
        exchange,
        token,
        handle,
        chance,
    };
    place(&mut steps, all, &mut body);
    if all.succeeds {
        ending(exchange, token, &mut body);
    }
    Value::Object(body)
}

fn object(value: &Value) -> Value {
    json!({ "type": "object", "value": value })
}

fn list(value: &[Value]) -> Value {
    json!({ "type": "array", "value": value })
}

/// Puts each step where it stands.
fn place(steps: &mut Steps<'_, '_>, all: &Shown, body: &mut Map<String, Value>) {
    let remediation = steps.at(all, Place::Remediation).into_iter();
    let remediation: Vec<Value> = remediation.map(|(_, step)| step).collect();
    if !remediation.is_empty() {
        body.insert("remediation".to_owned(), list(&remediation));
    }
    body.extend(steps.at(all, Place::Top));
    if let Some(mut current) = all.current.clone() {
        for (name, step) in steps.at(all, Place::Current) {
            current[action(&name)] = step;
        }
        let name = match one_in(steps.chance, 2) {
            true => "currentAuthenticator",
            false => "currentAuthenticatorEnrollment",
        };
        body.insert(name.to_owned(), object(&current));
    }
    for (name, step) in steps.at(all, Place::DeviceChallenge) {
        if let Some(challenge) = body.get_mut("authenticatorChallenge") {
            challenge["value"][action(&name)] = step;
        }
    }
}

/// An action stands under a shorter name than its own.
fn action(name: &str) -> &str {
    if name == "cancel-polling" {
        "cancel"
    } else {
        name
    }
}

/// The user and the app, as far as recordings tell them.
fn people(
    exchange: &Exchange<'_>,
    token: &str,
    chance: &mut Option<Chance>,
    body: &mut Map<String, Value>,
) {
    let transaction = exchange.transaction(token);
    let client = &transaction.asked.client;
    // a third of the recordings names the client; the others have the name of the dashboard and another id
    let app = match one_in(chance, 3) {
        true => json!({ "name": "okta_enduser", "label": "okta_enduser", "id": "DEFAULT_APP" }),
        false => json!({ "name": "oidc_client", "label": client.app, "id": client.id }),
    };
    body.insert("app".to_owned(), object(&app));
    if !one_in(chance, 3) {
        let authentication = authentication(exchange, transaction);
        body.insert("authentication".to_owned(), object(&authentication));
    }
    if let Some(identifier) = &transaction.identifier {
        let user = transaction.user.as_deref();
        let id = user.map(|user| exchange.account(user).id.clone());
        let user = json!({ "id": id, "identifier": identifier });
        body.insert("user".to_owned(), object(&user));
    }
}

/// The authorize request that all this is for.
fn authentication(exchange: &Exchange<'_>, transaction: &Transaction) -> Value {
    let query = &transaction.asked.query;
    json!({
        "request": {
            "scope": query.get("scope"),
            "response_type": "code",
            "redirect_uri": transaction.asked.redirect_uri,
            "state": query.get("state"),
            "response_mode": "query",
        },
        "protocol": {},
        "issuer": { "uri": exchange.world.org.url },
    })
}

/// The success link carries what stands before the handle's seam.
fn ending(exchange: &Exchange<'_>, token: &str, body: &mut Map<String, Value>) {
    let href = exchange.link(&format!("/login/token/redirect?stateToken={token}"));
    let link = json!({ "name": "success-redirect", "href": href, "method": "GET" });
    if !exchange.identity().success_is_remediation {
        body.insert("success".to_owned(), link);
        return;
    }
    let mut steps = vec![link];
    let others = body.get("remediation");
    let others = others.and_then(|known| known["value"].as_array());
    steps.extend(others.into_iter().flatten().cloned());
    body.insert("remediation".to_owned(), list(&steps));
}

impl Exchange<'_> {
    /// The chance of one answer: the same setup gives the same row of answers.
    fn chance(&mut self) -> Option<Chance> {
        let seed = self.identity().variety?;
        self.state.identity.answers += 1;
        let answers = self.state.identity.answers;
        Some(Chance::seeded(
            seed.wrapping_mul(1_000_003).wrapping_add(answers),
        ))
    }
}

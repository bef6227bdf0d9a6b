//! The frame of every answer: the newest handle, the steps with their links, and who signs in to what.

use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::clock::json_date;
use crate::org::Exchange;
use crate::org::identity::form::{Field, one_in, written};
use crate::org::identity::note::{self, Note};
use crate::org::identity::offer::{Does, Offer, Place};
use crate::org::identity::shown::{Shown, shown};
use crate::org::identity::transaction::Transaction;
use crate::wire::Response;

pub(crate) const ION: &str = "application/ion+json; okta-version=1.0.0";
const JSON: &str = "application/json; okta-version=1.0.0";
/// A recorded form has a regular expression in this place.
const ABSURD: &str = "application/(ion\\+)?json.*";

/// What a step adds to the answer of its stage.
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

/// Answers with messages alone. The handle stays good for what comes next.
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
    let transaction = exchange.transaction(token);
    body.insert("version".to_owned(), json!("1.0.0"));
    body.insert("stateHandle".to_owned(), json!(handle));
    body.insert(
        "expiresAt".to_owned(),
        json!(json_date(transaction.expires)),
    );
    let intent = if one_in(chance, 3) { "login" } else { "LOGIN" };
    body.insert("intent".to_owned(), json!(intent));
    people(exchange, transaction, chance, &mut body);
    if !all.notes.is_empty() {
        body.insert("messages".to_owned(), Note::list(&all.notes));
    }
    if !all.enrolments.is_empty() {
        let list = json!({ "type": "array", "value": all.enrolments });
        body.insert("authenticators".to_owned(), list.clone());
        body.insert("authenticatorEnrollments".to_owned(), list);
    }
    for (name, value) in &all.members {
        body.insert((*name).to_owned(), value.clone());
    }
    let current = all.current.clone();
    let mut steps = Steps {
        handle,
        chance,
        exchange,
        token,
    };
    let remediation: Vec<Value> = steps
        .at(all, Place::Remediation)
        .into_iter()
        .map(|(_, step)| step)
        .collect();
    if !remediation.is_empty() {
        let list = json!({ "type": "array", "value": remediation });
        body.insert("remediation".to_owned(), list);
    }
    for (name, step) in steps.at(all, Place::Top) {
        body.insert(name, step);
    }
    if let Some(mut current) = current {
        for (name, step) in steps.at(all, Place::Current) {
            current[action(&name)] = step;
        }
        let name = match one_in(steps.chance, 2) {
            true => "currentAuthenticator",
            false => "currentAuthenticatorEnrollment",
        };
        body.insert(
            name.to_owned(),
            json!({ "type": "object", "value": current }),
        );
    }
    for (name, step) in steps.at(all, Place::DeviceChallenge) {
        if let Some(challenge) = body.get_mut("authenticatorChallenge") {
            challenge["value"][action(&name)] = step;
        }
    }
    if all.succeeds {
        ending(exchange, token, &mut body);
    }
    if one_in(chance, 3) {
        body.insert(
            "frobnication".to_owned(),
            json!({ "type": "object", "value": {} }),
        );
    }
    Value::Object(body)
}

/// An action stands under a shorter name than its own.
fn action(name: &str) -> &str {
    if name == "cancel-polling" {
        "cancel"
    } else {
        name
    }
}

fn people(
    exchange: &Exchange<'_>,
    transaction: &Transaction,
    chance: &mut Option<Chance>,
    body: &mut Map<String, Value>,
) {
    let client = &transaction.asked.client;
    // a third of the recordings names the client; the others have the name of the dashboard and another id
    let app = match one_in(chance, 3) {
        true => json!({ "name": "okta_enduser", "label": "okta_enduser", "id": "DEFAULT_APP" }),
        false => json!({ "name": "oidc_client", "label": client.app, "id": client.id }),
    };
    body.insert("app".to_owned(), json!({ "type": "object", "value": app }));
    if !one_in(chance, 3) {
        let query = &transaction.asked.query;
        let value = json!({
            "request": {
                "scope": query.get("scope"),
                "response_type": "code",
                "redirect_uri": transaction.asked.redirect_uri,
                "state": query.get("state"),
                "response_mode": "query",
            },
            "protocol": {},
            "issuer": { "uri": exchange.world.org.url },
        });
        body.insert(
            "authentication".to_owned(),
            json!({ "type": "object", "value": value }),
        );
    }
    if let Some(identifier) = &transaction.identifier {
        let id = transaction
            .user
            .as_ref()
            .map(|user| exchange.account(user).id.clone());
        let user = json!({ "id": id, "identifier": identifier });
        body.insert(
            "user".to_owned(),
            json!({ "type": "object", "value": user }),
        );
    }
}

/// The steps of one answer, each under its own path.
struct Steps<'a, 'b> {
    handle: &'a str,
    chance: &'a mut Option<Chance>,
    exchange: &'a mut Exchange<'b>,
    token: &'a str,
}

impl Steps<'_, '_> {
    fn at(&mut self, all: &Shown, place: Place) -> Vec<(String, Value)> {
        let offers = all.offers.iter().filter(|offer| offer.place == place);
        offers
            .map(|offer| (offer.name.clone(), self.step(offer)))
            .collect()
    }

    fn step(&mut self, offer: &Offer) -> Value {
        if let Some(href) = &offer.href {
            let mut link = json!({ "name": offer.name, "href": href, "method": "GET" });
            if offer.name.ends_with("-idp") {
                link["idp"] = json!({ "id": "0oaanother0IDP", "name": "Another IdP" });
                link["type"] = json!("SAML2");
            }
            return link;
        }
        let transaction = self.exchange.transaction_mut(self.token);
        let path = transaction.path_of(&offer.name, offer.tail, offer.does);
        if let (Does::Poll, Some(refresh)) = (offer.does, offer.refresh) {
            transaction.pace.refresh = refresh;
        }
        let href = self.exchange.link(&path);
        let mut fields = offer.fields.clone();
        fields.push(Field::fixed("stateHandle", self.handle).required().hidden());
        let accepts = if one_in(self.chance, 6) { ABSURD } else { JSON };
        let mut step = json!({
            "rel": ["create-form"],
            "name": offer.name,
            "href": href,
            "method": "POST",
            "produces": ION,
            "value": written(&fields, self.chance),
            "accepts": accepts,
        });
        if let Some(refresh) = offer.refresh {
            step["refresh"] = json!(refresh);
        }
        if !offer.relates_to.is_empty() {
            step["relatesTo"] = match one_in(self.chance, 3) {
                true => json!("$.nothingOfThatName"),
                false => json!(offer.relates_to),
            };
        }
        step
    }
}

/// The success link carries what stands before the handle's seam.
fn ending(exchange: &Exchange<'_>, token: &str, body: &mut Map<String, Value>) {
    let href = exchange.link(&format!("/login/token/redirect?stateToken={token}"));
    let link = json!({ "name": "success-redirect", "href": href, "method": "GET" });
    if !exchange.identity().success_is_remediation {
        body.insert("success".to_owned(), link);
        return;
    }
    let mut list = vec![link];
    if let Some(more) = body
        .get("remediation")
        .and_then(|known| known["value"].as_array())
    {
        list.extend(more.iter().cloned());
    }
    let list = json!({ "type": "array", "value": list });
    body.insert("remediation".to_owned(), list);
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

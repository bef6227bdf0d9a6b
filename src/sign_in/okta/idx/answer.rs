//! An answer of the Identity Engine: what can be done next, what is being asked, and what Okta says about it.
//!
//! Facts (Okta's sign-in widget and SDKs; recorded answers): every member may be missing. The first remediation is the
//! current step, the others are alternatives. What is asked stands in `currentAuthenticator` or in
//! `currentAuthenticatorEnrollment`. Messages stand at the top, at fields, or at both; some have no key. Every answer
//! changes the handle.

use serde_json::Value;

use super::form::{Form, list};
use super::steps::StepKind;
use crate::error::foreign;
use crate::http::Response;
use crate::secret::Secret;
use crate::sign_in::okta::refusal::Refusal;
use crate::site::Site;

/// One answer, as it was parsed.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) handle: Option<Secret>,
    /// The steps that Okta offers, the current one first.
    pub(super) remediations: Vec<Form>,
    pub(super) messages: Vec<Message>,
    /// The link that ends the transaction with success.
    pub(super) success: Option<Form>,
    /// Set where Okta has denied the sign-in.
    pub(super) is_denied: bool,
    value: Value,
}

/// One of Okta's messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// The key, which is the same in every language; empty if Okta gives none.
    pub(super) key: String,
    /// The words, fit to be shown.
    pub(super) text: String,
    pub(super) class: Class,
    /// The addresses that it links to, fit to be shown.
    pub(super) links: Vec<String>,
}

/// The severity of a message, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Info,
    Warning,
    Error,
}

impl Answer {
    /// Reads an answer; `None` if it is none of the Identity Engine's.
    pub(super) fn parse(org: &Site, response: &Response) -> Option<Self> {
        const MEMBERS: [&str; 8] = [
            "stateHandle",
            "remediation",
            "messages",
            "success",
            "failure",
            "successWithInteractionCode",
            "currentAuthenticator",
            "errorCode",
        ];
        let value: Value = serde_json::from_slice(&response.body).ok()?;
        MEMBERS.iter().find(|member| value.get(member).is_some())?;
        let handle = value["stateHandle"].as_str();
        let remediations = list(&value["remediation"]["value"]).iter();
        let success = Some(&value["success"]).filter(|success| success["href"].is_string());
        let mut answer = Self {
            handle: handle.map(|handle| Secret::new(handle.to_owned())),
            remediations: remediations
                .filter_map(|one| Form::parse(org, one))
                .collect(),
            messages: Vec::new(),
            success: success.and_then(|success| Form::parse(org, &with_name(success))),
            is_denied: value.get("failure").is_some_and(Value::is_object),
            value,
        };
        answer.messages = messages(&answer.value);
        if let (true, Some(refusal)) = (answer.messages.is_empty(), Refusal::parse(response)) {
            answer.messages.push(Message {
                text: refusal.words(),
                key: refusal.code,
                class: Class::Error,
                links: Vec::new(),
            });
        }
        Some(answer)
    }

    /// Returns the current step: the first that is no offer beside it.
    pub(super) fn current_step(&self) -> Option<&Form> {
        let mut steps = self.remediations.iter();
        steps.find(|form| StepKind::of(&form.name) != StepKind::Offer)
    }

    /// Returns whether it says anything at all. A proxy may answer in JSON, too.
    pub(super) fn says_something(&self) -> bool {
        self.goes_on()
            || self.is_denied
            || !self.remediations.is_empty()
            || !self.messages.is_empty()
    }

    /// Returns whether the transaction goes on with it: it ends with success, or names the next step and its handle. Only
    /// such an answer says that a secret was taken.
    pub(super) fn goes_on(&self) -> bool {
        self.success.is_some() || self.handle.is_some() && !self.remediations.is_empty()
    }

    /// Returns the remediation called `name`, if Okta offers it.
    pub(super) fn remediation(&self, name: &str) -> Option<&Form> {
        self.remediations.iter().find(|form| form.name == name)
    }

    /// Returns what is being asked: an authenticator, or this account's enrolment of one.
    pub(super) fn current(&self) -> &Value {
        let members = [
            "currentAuthenticatorEnrollment",
            "currentAuthenticator",
            "enrollmentAuthenticator",
        ];
        let values = members.map(|member| &self.value[member]["value"]);
        values
            .into_iter()
            .find(|value| value.is_object())
            .unwrap_or(&Value::Null)
    }

    /// Returns the action called `name` of what is being asked: `resend`, `send`, `poll`.
    pub(super) fn action(&self, org: &Site, name: &str) -> Option<Form> {
        let action = &self.current()[name];
        action
            .is_object()
            .then(|| Form::parse(org, &with_name(action)))?
    }

    /// Returns the form that cancels the transaction.
    pub(super) fn cancel(&self, org: &Site) -> Option<Form> {
        Form::parse(org, &self.value["cancel"])
    }

    /// Returns the form that leaves a probe for Okta's app on this machine, wherever it stands.
    pub(super) fn probe_cancel(&self, org: &Site) -> Option<Form> {
        let found = find(&self.value, &|value| {
            value["name"] == "cancel-polling" && value["href"].is_string()
        })?;
        Form::parse(org, found)
    }

    /// Returns the authenticator or enrolment that `path` names: `$.authenticatorEnrollments.value[4]`. It may name nothing.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        let (member, rest) = path.strip_prefix("$.")?.split_once(".value[")?;
        let index: usize = rest.strip_suffix(']')?.parse().ok()?;
        self.value[member]["value"].get(index)
    }

    /// Returns the authenticator or enrolment that has this id.
    pub(super) fn with_id(&self, id: &str) -> Option<&Value> {
        let members = ["authenticatorEnrollments", "authenticators"];
        let all = members
            .iter()
            .flat_map(|member| list(&self.value[member]["value"]));
        let mut all =
            all.filter(|one| !id.is_empty() && (one["id"] == id || one["authenticatorId"] == id));
        all.next()
    }

    /// Returns this text of the answer as Okta gave it: `["app", "label"]`.
    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        let (first, rest) = path.split_first()?;
        let value = &self.value[first]["value"];
        let value = rest.iter().fold(value, |value, member| &value[member]);
        value.as_str().filter(|text| !text.is_empty())
    }

    /// Returns the names of the steps, for messages.
    pub(super) fn names(&self) -> String {
        let mut names: Vec<&str> = self
            .remediations
            .iter()
            .map(|form| form.name.as_str())
            .collect();
        names.dedup();
        match names.is_empty() {
            true => "none".into(),
            false => names.join(", "),
        }
    }
}

/// Returns `action` with a name: some actions have none.
fn with_name(action: &Value) -> Value {
    let mut action = action.clone();
    if action["name"].as_str().is_none_or(str::is_empty) {
        action["name"] = "action".into();
    }
    action
}

/// Returns all messages of an answer: those at the top, and those at the fields of its steps.
fn messages(value: &Value) -> Vec<Message> {
    let mut found: Vec<Message> = list(&value["messages"]["value"])
        .iter()
        .filter_map(message)
        .collect();
    for step in list(&value["remediation"]["value"]) {
        messages_of_fields(&step["value"], &mut found);
    }
    found
}

fn messages_of_fields(value: &Value, found: &mut Vec<Message>) {
    match value {
        Value::Array(values) => values
            .iter()
            .for_each(|value| messages_of_fields(value, found)),
        Value::Object(members) => {
            for (name, value) in members {
                match name.as_str() {
                    "messages" => found.extend(list(&value["value"]).iter().filter_map(message)),
                    // An option may name messages of its own, about a choice that was not made.
                    "options" => {}
                    _ => messages_of_fields(value, found),
                }
            }
        }
        _ => {}
    }
}

fn message(value: &Value) -> Option<Message> {
    let text = |value: &Value| foreign(value.as_str().unwrap_or_default());
    let links = list(&value["links"]).iter();
    let message = Message {
        key: text(&value["i18n"]["key"]),
        text: text(&value["message"]),
        class: match value["class"].as_str() {
            Some("INFO" | "SUCCESS") => Class::Info,
            Some("WARNING") => Class::Warning,
            _ => Class::Error,
        },
        links: links
            .map(|link| text(&link["url"]))
            .filter(|link| !link.is_empty())
            .collect(),
    };
    (!message.key.is_empty() || !message.text.is_empty()).then_some(message)
}

/// Returns the first object in `value` that `is_it`.
fn find<'a>(value: &'a Value, is_it: &dyn Fn(&Value) -> bool) -> Option<&'a Value> {
    if value.is_object() && is_it(value) {
        return Some(value);
    }
    match value {
        Value::Array(values) => values.iter().find_map(|value| find(value, is_it)),
        Value::Object(members) => members.values().find_map(|value| find(value, is_it)),
        _ => None,
    }
}

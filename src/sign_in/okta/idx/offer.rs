//! The authenticators that Okta offers, as factors, each with the form that begins it.
//!
//! Facts (Okta's sign-in widget; recorded answers): an option names its authenticator by a path into the same answer,
//! which may lead nowhere, and by an id. Its fixed members all go into the body: a phone without its `enrollmentId` is
//! answered 200 and gets no message. The method may be fixed, open with options, or not there at all; then the
//! authenticator's own methods come, and the next step asks which.

use serde_json::Value;

use super::answer::Answer;
use super::form::{self, Form, list};
use crate::factor::Challenge;
use crate::sign_in::okta::challenge::Factor;

/// The names of the steps that offer authenticators, and their field.
const CHOICES: [&str; 2] = [
    "authenticator-verification-data",
    "select-authenticator-authenticate",
];
pub(super) const FIELD: &str = "authenticator";

/// A factor that can be begun.
#[derive(Clone)]
pub(super) struct Offer {
    pub(super) factor: Factor,
    pub(super) form: Form,
    /// The value of the form's field: the chosen option with all its fixed members.
    pub(super) object: Value,
}

impl Offer {
    /// Returns whether it is the password.
    pub(super) fn is_password(&self) -> bool {
        self.factor.challenge == Challenge::Password
    }
}

/// Returns what `answer` offers: the methods of the authenticator that is asked for, and the other authenticators.
pub(super) fn offers(answer: &Answer) -> Vec<Offer> {
    let forms = CHOICES.iter().filter_map(|name| answer.remediation(name));
    let forms = forms.filter(|form| form.can_be_sent());
    forms.flat_map(|form| of_form(answer, form)).collect()
}

fn of_form(answer: &Answer, form: &Form) -> Vec<Offer> {
    let Some(field) = form.field(&[FIELD]) else {
        return Vec::new();
    };
    match list(&field["options"]) {
        // The method of the authenticator that is asked for.
        [] => of_option(form, field, answer.current()),
        options => {
            let of_one = |option| of_option(form, option, related(answer, option));
            options.iter().flat_map(of_one).collect()
        }
    }
}

/// Returns the factors of one option: one for each method that it leaves open.
fn of_option(form: &Form, option: &Value, authenticator: &Value) -> Vec<Offer> {
    let label = option["label"].as_str().unwrap_or_default();
    let method = form::named(form::option_fields(option), "methodType");
    let offer = |method: &str, open: &str| Offer {
        factor: Factor::of_authenticator(authenticator, method, label),
        form: form.clone(),
        object: form::option_object(option, open),
    };
    let open: Vec<&str> = method
        .map(|method| list(&method["options"]))
        .unwrap_or_default()
        .iter()
        .filter_map(|option| option["value"].as_str())
        .collect();
    match method.and_then(|method| method["value"].as_str()) {
        Some(fixed) if open.len() < 2 => vec![offer(fixed, "")],
        _ if !open.is_empty() => open.iter().map(|method| offer(method, method)).collect(),
        _ => {
            let own = list(&authenticator["methods"]).iter();
            let own: Vec<&str> = own.filter_map(|method| method["type"].as_str()).collect();
            match own.as_slice() {
                [] => vec![offer("", "")],
                methods => methods.iter().map(|method| offer(method, "")).collect(),
            }
        }
    }
}

/// Returns the authenticator, or this account's enrolment of it, that an option is about.
fn related<'a>(answer: &'a Answer, option: &Value) -> &'a Value {
    let paths = match &option["relatesTo"] {
        Value::Array(paths) => paths.as_slice(),
        path => std::slice::from_ref(path),
    };
    let mut named = paths.iter().filter_map(|path| answer.at(path.as_str()?));
    // Several phones have one authenticator, and an enrolment each.
    let id = |name: &str| {
        let field = form::named(form::option_fields(option), name);
        field
            .and_then(|field| field["value"].as_str())
            .unwrap_or_default()
    };
    named
        .next()
        .or_else(|| answer.with_id(id("enrollmentId")))
        .or_else(|| answer.with_id(id("id")))
        .unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests;

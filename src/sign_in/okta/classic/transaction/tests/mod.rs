mod answers;
mod codes;
mod errors;
mod facts;
mod kinds;
mod links;
mod menu;
mod password;
mod polls;
mod push;
mod random;
mod results;
mod statuses;

use serde_json::Value;

use crate::sign_in::okta::classic::fixture::ScenarioOrg;

/// An org that is configured to do nothing by itself.
fn plain() -> ScenarioOrg {
    ScenarioOrg::new(|_| {})
}

/// Judges authn's answer, with or without a person.
fn first(person: bool, body: &Value) -> String {
    plain().begin(person, body).1
}

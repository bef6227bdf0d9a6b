//! Codes, answers, seeds and state tokens in places that they are not for.

use sandbox::{Factor, Sandbox, UserState, Violation};
use serde_json::json;

use crate::browser::Ask;
use crate::factors::{ADA, SEED, Walk, with};

const ANSWER: &str = "Mashed \"potatoes\"";

fn what(violation: &Violation) -> &'static str {
    match violation {
        Violation::SecretInUrl { what, .. }
        | Violation::SecretInHeader { what, .. }
        | Violation::SecretAstray { what, .. } => what,
        _ => "another violation",
    }
}

#[test]
fn each_is_noticed() {
    type Send = fn(&Sandbox, code: &str, state: &str);
    let cases: [(Send, &str); 7] = [
        (
            |sandbox, code, _| {
                let url = format!("{}/?code={code}", sandbox.org_url());
                Ask::get(&url).send(sandbox);
            },
            "passcode",
        ),
        (
            |sandbox, code, _| {
                let ask = Ask::get(&sandbox.org_url());
                ask.with("X-Code", code).send(sandbox);
            },
            "passcode",
        ),
        (
            |sandbox, code, _| {
                let body = json!({ "username": ADA, "password": "x", "passCode": code });
                let url = format!("{}/api/v1/authn", sandbox.org_url());
                Ask::post(&url, &body).send(sandbox);
            },
            "passcode",
        ),
        (
            |sandbox, _, _| {
                let url = sandbox.app_url("grafana");
                Ask::post(&url, &json!({ "seed": SEED })).send(sandbox);
            },
            "seed of a time-based code",
        ),
        (
            |sandbox, _, _| {
                let url = sandbox.app_url("grafana");
                Ask::post(&url, &json!({ "answer": ANSWER })).send(sandbox);
            },
            "answer to a question",
        ),
        (
            |sandbox, _, state| {
                let url = sandbox.app_url("grafana");
                Ask::post(&url, &json!({ "stateToken": state })).send(sandbox);
            },
            "state token",
        ),
        (
            |sandbox, _, state| {
                let url = format!("{}/?stateToken={state}", sandbox.org_url());
                Ask::get(&url).send(sandbox);
            },
            "state token",
        ),
    ];
    for (number, (send, expected)) in cases.into_iter().enumerate() {
        let factors = [Factor::totp(SEED), Factor::question("What?", ANSWER)];
        let sandbox = Sandbox::start(with(factors));
        let walk = Walk::begin(&sandbox);
        let state = walk.body["stateToken"].as_str().expect("a token");
        send(&sandbox, &sandbox.phone(ADA).totp(), state);
        let found: Vec<&str> = sandbox.violations().iter().map(what).collect();
        assert_eq!(found, [expected], "{number}");
    }
}

#[test]
fn a_code_that_a_client_makes_itself_is_known_too() {
    let sandbox = Sandbox::start(with([Factor::totp(SEED)]));
    let other = Sandbox::start(with([Factor::totp(SEED)]));
    let code = other.phone(ADA).totp();
    let url = format!("{}/?code={code}", sandbox.org_url());
    Ask::get(&url).send(&sandbox);
    let found: Vec<&str> = sandbox.violations().iter().map(what).collect();
    assert_eq!(found, ["passcode"]);
}

#[test]
fn the_usual_factors_are_secret_as_well() {
    let mut setup = with([]);
    setup.users[0].state = UserState::MfaRequired;
    let sandbox = Sandbox::start(setup);
    let url = format!("{}/?answer=mashed%20potatoes", sandbox.org_url());
    Ask::get(&url).send(&sandbox);
    let found: Vec<&str> = sandbox.violations().iter().map(what).collect();
    assert_eq!(found, ["answer to a question"]);
}

#[test]
fn what_a_person_types_by_mistake_is_no_word_to_look_for() {
    let sandbox = Sandbox::start(with([Factor::totp(SEED)]));
    let mut walk = Walk::begin(&sandbox);
    let href = walk.factor("token:software:totp");
    walk.post(&href, json!({ "passCode": "none" }));
    let url = format!("{}/?prompt=none", sandbox.org_url());
    Ask::get(&url).send(&sandbox);
    assert_eq!(sandbox.violations(), []);
}

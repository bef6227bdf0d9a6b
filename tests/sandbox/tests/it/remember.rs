//! Devices on which a user is not asked again.

use sandbox::{Event, Factor, MfaWhen, PASSWORD, Sandbox, Setup};
use serde_json::{Value, json};
use std::time::Duration;

use crate::browser::{Answer, Ask};
use crate::factors::{ADA, SEED, with};

fn per_device() -> Setup {
    let mut setup = with([Factor::totp(SEED)]);
    setup.mfa.when = MfaWhen::PerDevice;
    setup
}

fn password(sandbox: &Sandbox, device: Option<&str>) -> Value {
    let url = format!("{}/api/v1/authn", sandbox.org_url());
    let body =
        json!({ "username": ADA, "password": PASSWORD, "context": { "deviceToken": "known" } });
    send(sandbox, &url, &body, device).json()
}

fn send(sandbox: &Sandbox, url: &str, body: &Value, device: Option<&str>) -> Answer {
    let ask = Ask::post(url, body);
    match device {
        Some(device) => ask.cookie("DT", device).send(sandbox),
        None => ask.send(sandbox),
    }
}

/// Signs in with a code that asks to be remembered.
fn verify(sandbox: &Sandbox, device: Option<&str>) {
    let body = password(sandbox, device);
    let link = &body["_embedded"]["factors"][0]["_links"]["verify"]["href"];
    let href = format!("{}?rememberDevice=true", link.as_str().expect("a link"));
    let code = sandbox.phone(ADA).totp();
    let members = json!({ "stateToken": body["stateToken"], "passCode": code });
    let done = send(sandbox, &href, &members, device).json();
    assert_eq!(done["status"], "SUCCESS");
}

#[test]
fn a_remembered_device_is_not_asked_and_another_is() {
    let sandbox = Sandbox::start(per_device());
    verify(&sandbox, Some("known"));
    assert_eq!(password(&sandbox, Some("known"))["status"], "SUCCESS");
    assert_eq!(password(&sandbox, Some("other"))["status"], "MFA_REQUIRED");
    assert_eq!(password(&sandbox, None)["status"], "MFA_REQUIRED");
    let skipped = |event: &Event| matches!(event, Event::MfaSkipped { .. });
    let remembered = |event: &Event| matches!(event, Event::DeviceRemembered { .. });
    assert_eq!((sandbox.count(skipped), sandbox.count(remembered)), (1, 1));
    sandbox.advance(Duration::from_secs(15 * 60));
    assert_eq!(password(&sandbox, Some("known"))["status"], "MFA_REQUIRED");
}

#[test]
fn no_device_is_remembered_without_a_cookie_or_against_the_policy() {
    let sandbox = Sandbox::start(per_device());
    verify(&sandbox, None);
    assert_eq!(password(&sandbox, Some("known"))["status"], "MFA_REQUIRED");
    let mut setup = per_device();
    setup.mfa.remember = false;
    let sandbox = Sandbox::start(setup);
    verify(&sandbox, Some("known"));
    assert_eq!(password(&sandbox, Some("known"))["status"], "MFA_REQUIRED");
}

#[test]
fn a_device_is_remembered_for_ever_where_the_policy_says_nothing() {
    let mut setup = per_device();
    setup.mfa.remember_minutes = 0;
    let sandbox = Sandbox::start(setup);
    verify(&sandbox, Some("known"));
    sandbox.advance(Duration::from_secs(400 * 24 * 60 * 60));
    assert_eq!(password(&sandbox, Some("known"))["status"], "SUCCESS");
}

#[test]
fn a_policy_that_always_asks_asks_a_remembered_device_too() {
    let mut setup = per_device();
    setup.mfa.when = MfaWhen::Always;
    setup.mfa.policy_missing = true;
    let sandbox = Sandbox::start(setup);
    verify(&sandbox, Some("known"));
    let body = password(&sandbox, Some("known"));
    assert_eq!(body["status"], "MFA_REQUIRED");
    assert_eq!(body["_embedded"]["policy"], Value::Null);
}

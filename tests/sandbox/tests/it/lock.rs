//! Locks that wrong passwords close for devices that nobody has seen before.

use sandbox::{Event, PASSWORD, Pipeline, Sandbox, Setup};
use serde_json::{Value, json};
use std::time::Duration;

use crate::browser::{Answer, Ask};
use crate::factors::{ADA, code, with};

fn apart() -> Setup {
    let mut setup = with([]);
    setup.lockout.attempts = 3;
    setup.lockout.unknown_devices_apart = true;
    setup.lockout.unlock_after = Some(Duration::from_secs(600));
    setup
}

fn send(sandbox: &Sandbox, password: &str, device: Option<&str>) -> Answer {
    let url = format!("{}/api/v1/authn", sandbox.org_url());
    let ask = Ask::post(&url, &json!({ "username": ADA, "password": password }));
    match device {
        Some(device) => ask.cookie("DT", device).send(sandbox),
        None => ask.send(sandbox),
    }
}

fn status(sandbox: &Sandbox, password: &str, device: Option<&str>) -> Value {
    send(sandbox, password, device).json()["status"].clone()
}

#[test]
fn unknown_devices_are_locked_out_and_a_known_one_is_not() {
    let sandbox = Sandbox::start(apart());
    // the device that the first answer names is known from then on
    let device = send(&sandbox, PASSWORD, None).cookie("DT");
    assert_eq!(status(&sandbox, PASSWORD, Some("the second")), "SUCCESS");
    for _ in 0..3 {
        let refused = send(&sandbox, "wrong", Some("a stranger"));
        assert_eq!(code(&refused), "E0000004");
    }
    for device in [None, Some("a stranger"), Some("another")] {
        assert_eq!(status(&sandbox, PASSWORD, device), Value::Null);
    }
    for device in [device.as_str(), "the second"] {
        assert_eq!(status(&sandbox, PASSWORD, Some(device)), "SUCCESS");
    }
    let apart = |event: &Event| matches!(event, Event::UnknownDevicesLockedOut { .. });
    let whole = |event: &Event| matches!(event, Event::LockedOut { .. });
    assert_eq!((sandbox.count(apart), sandbox.count(whole)), (1, 0));
    sandbox.advance(Duration::from_secs(600));
    assert_eq!(status(&sandbox, PASSWORD, Some("another")), "SUCCESS");
}

#[test]
fn a_known_device_can_still_lock_the_account_for_all() {
    let sandbox = Sandbox::start(apart());
    assert_eq!(status(&sandbox, PASSWORD, Some("known")), "SUCCESS");
    for _ in 0..3 {
        send(&sandbox, "wrong", Some("known"));
    }
    assert_eq!(status(&sandbox, PASSWORD, Some("known")), Value::Null);
    assert_eq!(status(&sandbox, PASSWORD, None), Value::Null);
}

#[test]
fn without_the_feature_all_devices_are_counted_together() {
    let mut setup = apart();
    setup.lockout.unknown_devices_apart = false;
    let sandbox = Sandbox::start(setup);
    assert_eq!(status(&sandbox, PASSWORD, Some("known")), "SUCCESS");
    for _ in 0..3 {
        send(&sandbox, "wrong", Some("a stranger"));
    }
    assert_eq!(status(&sandbox, PASSWORD, Some("known")), Value::Null);
}

#[test]
fn the_identity_engine_may_have_other_words() {
    let mut setup = with([]);
    setup.pipeline = Pipeline::Identity;
    setup.variants.engine_words = true;
    let sandbox = Sandbox::start(setup);
    let refused = send(&sandbox, "wrong", None);
    assert_eq!(
        (refused.status, code(&refused)),
        (401, "E0000207".to_owned())
    );
}

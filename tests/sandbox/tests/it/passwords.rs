//! Passwords that have expired, will expire, or were reset, and the new ones.

use sandbox::{Event, Host, PASSWORD, Sandbox, Setup, UserState, Violation};
use serde_json::{Value, json};

use crate::browser::{Ask, authn};
use crate::factors::{ADA, Walk, code, with};

const NEW: &str = "Brand-new staple 9";

fn state(state: UserState) -> Setup {
    let mut setup = with([]);
    setup.users[0].state = state;
    setup
}

fn status(sandbox: &Sandbox, password: &str) -> Value {
    authn(sandbox, password).json()["status"].clone()
}

#[test]
fn an_expired_password_is_changed_with_the_old_one() {
    let sandbox = Sandbox::start(state(UserState::PasswordExpired));
    let mut walk = Walk::begin(&sandbox);
    assert_eq!(walk.body["_links"]["next"]["name"], "changePassword");
    let rules = &walk.body["_embedded"]["policy"]["complexity"];
    assert_eq!(rules["minLength"], 8);
    let wrong = walk.next(json!({ "oldPassword": "wrong", "newPassword": NEW }));
    assert_eq!((wrong.status, code(&wrong)), (403, "E0000014".to_owned()));
    let done = walk.next(json!({ "oldPassword": PASSWORD, "newPassword": NEW }));
    assert_eq!(done.json()["status"], "SUCCESS");
    assert!(done.json()["sessionToken"].is_string());
    assert_eq!(status(&sandbox, NEW), "SUCCESS");
    assert_eq!(status(&sandbox, PASSWORD), Value::Null);
    let changed = |event: &Event| matches!(event, Event::PasswordChanged { .. });
    assert_eq!(sandbox.count(changed), 1);
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_weak_password_is_refused_in_either_way() {
    for (causes, expected, count) in [(true, "E0000014", 1), (false, "E0000080", 0)] {
        let mut setup = state(UserState::PasswordExpired);
        setup.variants.refused_password_has_causes = causes;
        let sandbox = Sandbox::start(setup);
        let mut walk = Walk::begin(&sandbox);
        for weak in [
            "Short-1",
            "all lower case 1",
            "No digit here",
            "Is Ada 12345",
            PASSWORD,
        ] {
            let refused = walk.next(json!({ "oldPassword": PASSWORD, "newPassword": weak }));
            assert_eq!(code(&refused), expected, "{weak}");
            let causes = refused.json()["errorCauses"].as_array().map(Vec::len);
            assert_eq!(causes, Some(count));
        }
        walk.next(json!({ "oldPassword": PASSWORD, "newPassword": NEW }));
        assert_eq!(walk.status(), "SUCCESS");
    }
}

#[test]
fn a_reset_password_is_replaced_without_the_old_one() {
    let sandbox = Sandbox::start(state(UserState::PasswordReset));
    let mut walk = Walk::begin(&sandbox);
    assert_eq!(walk.body["_links"]["next"]["name"], "resetPassword");
    walk.next(json!({ "newPassword": NEW }));
    assert_eq!(walk.status(), "SUCCESS");
    assert_eq!(status(&sandbox, NEW), "SUCCESS");
}

#[test]
fn each_operation_has_its_state() {
    let url = |sandbox: &Sandbox, path: &str| format!("{}/api/v1/authn{path}", sandbox.org_url());
    let change = "/credentials/change_password";
    let reset = "/credentials/reset_password";
    let members = json!({ "oldPassword": PASSWORD, "newPassword": NEW });
    for (user, path) in [
        (UserState::PasswordExpired, reset),
        (UserState::PasswordReset, change),
        (UserState::MfaRequired, change),
        (UserState::MfaEnroll, reset),
    ] {
        let sandbox = Sandbox::start(state(user));
        let mut walk = Walk::begin(&sandbox);
        let answer = walk.post(&url(&sandbox, path), members.clone());
        assert_eq!(code(&answer), "E0000079");
    }
}

#[test]
fn a_password_of_another_system_is_changed_there() {
    let mut setup = state(UserState::PasswordExpired);
    setup.variants.password_kept_elsewhere = true;
    let sandbox = Sandbox::start(setup);
    let next = Walk::begin(&sandbox).body["_links"]["next"].clone();
    assert_eq!(next["hints"]["allow"], json!(["GET"]));
    let href = next["href"].as_str().unwrap_or_default();
    assert!(href.starts_with("https://password.corp.example/"));
}

#[test]
fn a_warning_says_how_many_days_are_left_and_can_be_heeded() {
    let sandbox = Sandbox::start(state(UserState::PasswordWarn(0)));
    let body = json!({
        "username": ADA,
        "password": PASSWORD,
        "options": { "warnBeforePasswordExpired": true },
    });
    let url = format!("{}/api/v1/authn", sandbox.org_url());
    let body = Ask::post(&url, &body).send(&sandbox).json();
    let days = body.pointer("/_embedded/policy/expiration/passwordExpireDays");
    assert_eq!(days, Some(&json!(0)));
    let mut walk = Walk {
        sandbox: &sandbox,
        body,
    };
    walk.next(json!({ "oldPassword": PASSWORD, "newPassword": NEW }));
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn a_new_password_that_goes_elsewhere_is_noticed() {
    let sandbox = Sandbox::start(state(UserState::PasswordReset));
    let mut walk = Walk::begin(&sandbox);
    walk.next(json!({ "newPassword": NEW }));
    let app = sandbox.app_url("grafana");
    Ask::post(&app, &json!({ "password": NEW })).send(&sandbox);
    let host = Host::App("grafana".to_owned());
    assert_eq!(sandbox.violations(), [Violation::PasswordAstray { host }]);
}

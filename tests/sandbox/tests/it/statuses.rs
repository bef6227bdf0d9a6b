//! Every status has its shape, and every shape may come with members missing.

use sandbox::{Factor, Sandbox, Setup, UserState, Violation};
use serde_json::{Value, json};
use std::time::Duration;

use crate::browser::Ask;
use crate::factors::{ADA, SEED, Walk, code, with};

fn state(state: UserState) -> Setup {
    let mut setup = with([]);
    setup.users[0].state = state;
    setup
}

#[test]
fn every_status_names_its_next_step() {
    for (user, word, next) in [
        (UserState::MfaEnrollActivate, "MFA_ENROLL_ACTIVATE", "poll"),
        (UserState::Recovery, "RECOVERY", "answer"),
        (
            UserState::Unauthenticated,
            "UNAUTHENTICATED",
            "authenticate",
        ),
        (UserState::ConsentRequired, "CONSENT_REQUIRED", "consent"),
        (
            UserState::AdminConsentRequired,
            "ADMIN_CONSENT_REQUIRED",
            "admin-consent",
        ),
        (
            UserState::ProfileRequired,
            "PROFILE_REQUIRED",
            "enrollProfile",
        ),
        (
            UserState::DeviceActivate,
            "DEVICE_ACTIVATE",
            "deviceActivate",
        ),
    ] {
        let sandbox = Sandbox::start(state(user));
        let body = Walk::begin(&sandbox).body;
        assert_eq!(body["status"], word);
        assert_eq!(body["_links"]["next"]["name"], next, "{word}");
        assert!(body["stateToken"].is_string());
        assert_eq!(body["sessionToken"], Value::Null);
    }
    let sandbox = Sandbox::start(state(UserState::RecoveryChallenge));
    let body = Walk::begin(&sandbox).body;
    assert_eq!(body["status"], "RECOVERY_CHALLENGE");
    assert_eq!(
        (&body["stateToken"], &body["_links"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn polls_end_in_what_would_have_come_at_once() {
    let polling = UserState::Polling {
        refresh: 10,
        polls: 2,
    };
    for (factors, last) in [
        (vec![], "SUCCESS"),
        (vec![Factor::totp(SEED)], "MFA_REQUIRED"),
    ] {
        let mut setup = with(factors);
        setup.users[0].state = polling.clone();
        let sandbox = Sandbox::start(setup);
        let mut walk = Walk::begin(&sandbox);
        assert_eq!(walk.status(), "POLL");
        let refresh = walk.body.pointer("/_embedded/transaction/profile/refresh");
        assert_eq!(refresh, Some(&json!(10)));
        for word in ["POLL", "POLL", last] {
            walk.next(json!({}));
            assert_eq!(walk.status(), word);
        }
        if last == "MFA_REQUIRED" {
            let (href, code) = (
                walk.factor("token:software:totp"),
                sandbox.phone(ADA).totp(),
            );
            walk.post(&href, json!({ "passCode": code }));
            assert_eq!(walk.status(), "SUCCESS");
        }
    }
}

#[test]
fn polls_keep_to_the_pace_that_the_org_names() {
    let polling = UserState::Polling {
        refresh: 60_000,
        polls: 5,
    };
    let sandbox = Sandbox::start(state(polling));
    let mut walk = Walk::begin(&sandbox);
    walk.next(json!({}));
    assert_eq!(sandbox.violations(), []);
    walk.next(json!({}));
    assert_eq!(sandbox.violations(), [Violation::PolledTooFast]);
}

#[test]
fn factors_that_are_not_set_up_are_only_offered() {
    let offered = Factor::sms("+1").not_enrolled();
    let sandbox = Sandbox::start(with([offered.clone()]));
    let mut walk = Walk::begin(&sandbox);
    assert_eq!(walk.status(), "MFA_ENROLL");
    let first = walk.body["_embedded"]["factors"][0].clone();
    assert_eq!(
        (&first["status"], &first["enrollment"]),
        (&json!("NOT_SETUP"), &json!("REQUIRED"))
    );
    assert_eq!(walk.body["_links"]["skip"], Value::Null);
    let enroll = first["_links"]["enroll"]["href"].as_str().expect("a link");
    walk.post(enroll, json!({ "factorType": "sms", "provider": "OKTA" }));
    assert_eq!(walk.status(), "MFA_ENROLL_ACTIVATE");
    let sandbox = Sandbox::start(with([offered, Factor::totp(SEED)]));
    let list = Walk::begin(&sandbox).body["_embedded"]["factors"].clone();
    assert_eq!(list.as_array().map(Vec::len), Some(1));
}

#[test]
fn what_may_be_set_up_is_offered_where_asked_for_and_can_be_skipped() {
    let sandbox = Sandbox::start(state(UserState::MfaEnrollOptional));
    assert_eq!(Walk::begin(&sandbox).status(), "SUCCESS");
    let url = format!("{}/api/v1/authn", sandbox.org_url());
    let options = json!({ "multiOptionalFactorEnroll": true });
    let body = json!({ "username": ADA, "password": sandbox::PASSWORD, "options": options });
    let body = Ask::post(&url, &body).send(&sandbox).json();
    let mut walk = Walk {
        sandbox: &sandbox,
        body,
    };
    assert_eq!(walk.status(), "MFA_ENROLL");
    walk.post(&walk.href("skip"), json!({}));
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn a_sequence_of_factors_has_words_of_its_own() {
    let mut setup = with([Factor::totp(SEED)]);
    setup.variants.factor_words = true;
    let sandbox = Sandbox::start(setup.clone());
    let mut walk = Walk::begin(&sandbox);
    assert_eq!(walk.status(), "FACTOR_REQUIRED");
    walk.choose("token:software:totp");
    assert_eq!(walk.status(), "FACTOR_CHALLENGE");
    setup.variants.factor_words = false;
    setup.variants.challenge_at_once = true;
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::begin(&sandbox);
    assert_eq!(walk.status(), "MFA_CHALLENGE");
    let code = sandbox.phone(ADA).totp();
    walk.next(json!({ "passCode": code }));
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn the_list_may_be_called_factor() {
    let mut setup = with([Factor::totp(SEED)]);
    setup.variants.factor_for_factors = true;
    let sandbox = Sandbox::start(setup);
    let embedded = Walk::begin(&sandbox).body["_embedded"].clone();
    assert_eq!(embedded["factors"], Value::Null);
    assert_eq!(embedded["factor"][0]["factorType"], "token:software:totp");
}

#[test]
fn whatever_may_be_missing_can_be_missing() {
    let mut setup = with([Factor::push("Ada's phone")]);
    setup.variants.sparse = true;
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::begin(&sandbox);
    let factor = &walk.body["_embedded"]["factors"][0];
    for name in ["profile", "vendorName"] {
        assert_eq!(factor[name], Value::Null);
    }
    assert_eq!(factor["_links"]["verify"]["hints"], Value::Null);
    assert_eq!(walk.body["_embedded"]["policy"], Value::Null);
    walk.choose("push");
    let embedded = &walk.body["_embedded"]["factor"]["_embedded"];
    assert_eq!(*embedded, json!({ "verification": null }));
    assert!(sandbox.phone(ADA).approve());
    walk.poll();
    walk.poll();
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn a_push_can_have_any_result() {
    let mut setup = with([Factor::push("phone")]);
    setup.variants.waiting_word = "PONDERING".to_owned();
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::begin(&sandbox);
    walk.choose("push");
    assert_eq!(walk.poll(), "PONDERING");
    assert!(
        sandbox
            .phone(ADA)
            .say("FAILED", Some("The moon is in the way."))
    );
    assert_eq!(walk.poll(), "FAILED");
    assert_eq!(walk.body["factorResultMessage"], "The moon is in the way.");
    assert_eq!(walk.body["_links"]["next"]["name"], "verify");
}

#[test]
fn another_identity_provider_needs_a_browser() {
    let factors = [
        Factor::claims_provider("Kolide"),
        Factor::saml("Corp SAML"),
        Factor::oidc("Corp OIDC"),
    ];
    let sandbox = Sandbox::start(with(factors));
    for kind in ["claims_provider", "assertion:saml2", "assertion:oidc"] {
        let mut walk = Walk::begin(&sandbox);
        walk.choose(kind);
        assert_eq!(walk.status(), "MFA_CHALLENGE");
        let next = &walk.body["_links"]["next"];
        assert_eq!(
            (&next["name"], &next["hints"]["allow"][0]),
            (&json!("redirect"), &json!("GET"))
        );
    }
}

#[test]
fn duo_waits_for_its_frame() {
    let sandbox = Sandbox::start(with([Factor::duo()]));
    let mut walk = Walk::begin(&sandbox);
    walk.choose("web");
    let frame = walk
        .body
        .pointer("/_embedded/factor/_embedded/verification");
    let signature = frame.and_then(|frame| frame["signature"].as_str());
    assert!(signature.is_some_and(|text| text.starts_with("TX|") && text.contains(":APP|")));
    assert_eq!(walk.body["_links"]["next"]["name"], "poll");
    assert_eq!(walk.poll(), "WAITING");
}

#[test]
fn a_factor_that_nobody_has_heard_of_takes_no_code() {
    let sandbox = Sandbox::start(with([Factor::unknown("telepathy")]));
    let mut walk = Walk::begin(&sandbox);
    walk.choose("telepathy");
    let answer = walk.next(json!({ "passCode": "42" }));
    assert_eq!(code(&answer), "E0000068");
}

#[test]
fn a_state_token_lives_five_minutes_from_its_last_use() {
    let sandbox = Sandbox::start(with([Factor::totp(SEED)]));
    let mut walk = Walk::begin(&sandbox);
    walk.choose("token:software:totp");
    sandbox.advance(Duration::from_secs(299));
    assert_eq!(walk.post(&walk.href("prev"), json!({})).status, 200);
    sandbox.advance(Duration::from_secs(300));
    let late = walk.post(&walk.href("cancel"), json!({}));
    assert_eq!(code(&late), "E0000011");
    assert_eq!(sandbox.violations(), []);
}

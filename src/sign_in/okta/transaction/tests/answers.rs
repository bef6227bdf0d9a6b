//! Answers in the shapes that Okta's own clients are tested with, where they differ from the plain ones.

use serde_json::{Value, json};

use crate::app::Org;
use crate::error::Kind;
use crate::sign_in::fixture::{AUTHN, PASSWORD, answer, app, jar, org, secret, words};
use crate::sign_in::okta::turn::{Awaits, Given, Turn};
use crate::sign_in::okta::{State, Transaction};

const API: &str = "https://corp.okta.com/api/v1/authn";

/// What `test` makes of a transaction that begins with `body`, for a person.
fn with<T>(body: &Value, test: impl FnOnce(Transaction<'_>) -> T) -> T {
    let app = app();
    let org: &Org = org(&app);
    let state = State::parse(org, &answer(AUTHN, 200, &[], body.to_string())).expect("a state");
    let password = secret(PASSWORD);
    test(Transaction::begin(org, &password, true, jar(&[]), 0, state))
}

fn required(factors: &Value) -> Value {
    json!({ "status": "MFA_REQUIRED", "stateToken": "00st4te", "_embedded": { "factors": factors } })
}

fn factor(id: &str, kind: &str, provider: &str) -> Value {
    let verify = json!({ "href": format!("{API}/factors/{id}/verify") });
    json!({ "id": id, "factorType": kind, "provider": provider, "_links": { "verify": verify } })
}

#[test]
fn a_pin_is_not_seen_and_may_be_typed_twice() {
    for (kind, provider, is_code) in [
        ("token", "RSA", false),
        ("token", "DEL_OATH", false),
        ("token", "SYMANTEC", true),
        ("token:hotp", "CUSTOM", true),
        ("token:hardware", "YUBICO", true),
        ("token:software:totp", "OKTA", true),
    ] {
        let body = required(&json!([factor("t1", kind, provider)]));
        with(&body, |mut machine| {
            let Ok(Turn::Ask(active)) = machine.judge(None) else {
                panic!("{kind} is not asked for");
            };
            assert_eq!(active.is_code(), is_code, "{provider}");
            let Ok(Turn::Send(_, awaits)) = machine.answered(active, Given::Typed(secret("1234")))
            else {
                panic!("{kind} is not sent");
            };
            let asks_back = r#"{"errorCode":"E0000113","errorSummary":"A new PIN, please"}"#;
            let Ok(Turn::Ask(active)) =
                machine.replied(awaits, &answer(AUTHN, 409, &[], asks_back))
            else {
                panic!("{kind} does not ask back");
            };
            assert!(!active.is_code(), "{provider}");
        });
    }
}

/// Where a code of any Okta Verify app is answered.
const ANY: &str = "https://corp.okta.com/api/v1/authn/factors/token:software:totp/verify";

/// A list of `factors` that says where a code of any of them is answered.
fn grouped(factors: &Value) -> Value {
    let mut body = required(factors);
    body["_embedded"]["factorTypes"] = json!([
        { "factorType": "webauthn", "_links": { "next": { "href": format!("{API}/factors/webauthn/verify") } } },
        { "factorType": "token:software:totp", "_links": { "next": { "name": "verify", "href": ANY } } },
    ]);
    body
}

#[test]
fn the_codes_of_several_okta_verify_apps_are_one_choice_and_have_one_place() {
    let totp = |id, provider| factor(id, "token:software:totp", provider);
    let body = grouped(&json!([
        factor("p1", "push", "OKTA"),
        totp("t1", "OKTA"),
        totp("t2", "OKTA"),
        totp("g1", "GOOGLE"),
    ]));
    for (entry, place) in [(1, ANY.to_owned()), (2, format!("{API}/factors/g1/verify"))] {
        with(&body, |mut machine| {
            let Ok(Turn::Choose(menu)) = machine.judge(None) else {
                panic!("there is no choice");
            };
            let labels: Vec<&str> = menu.labels().collect();
            assert_eq!(
                labels,
                [
                    "a push",
                    "a code from Okta Verify",
                    "a code from Google Authenticator"
                ]
            );
            let Ok(Turn::Ask(active)) = machine.chosen(menu, Some(entry)) else {
                panic!("no code is asked for");
            };
            assert_eq!(active.target.as_str(), place);
        });
    }
    with(
        &grouped(&json!([totp("t1", "OKTA"), totp("t2", "OKTA")])),
        |mut machine| {
            assert!(matches!(machine.judge(None), Ok(Turn::Ask(_))));
            assert!(!machine.has_others());
        },
    );
    // Without such a place each has its own, and the person has to know.
    with(
        &required(&json!([totp("t1", "OKTA"), totp("t2", "OKTA")])),
        |mut machine| {
            assert!(
                matches!(machine.judge(None), Ok(Turn::Choose(menu)) if menu.labels().count() == 2)
            );
        },
    );
}

#[test]
fn a_challenge_that_lists_factors_and_no_next_step_is_one_to_choose_from() {
    let mut body = required(&json!([factor("m1", "email", "OKTA")]));
    body["status"] = "FACTOR_CHALLENGE".into();
    with(&body, |mut machine| {
        let Ok(Turn::Send(request, awaits)) = machine.judge(None) else {
            panic!("no mail is sent");
        };
        assert_eq!(request.url.path(), "/api/v1/authn/factors/m1/verify");
        // The same answer again is the mail's own.
        let Ok(Turn::Ask(active)) =
            machine.replied(awaits, &answer(AUTHN, 200, &[], body.to_string()))
        else {
            panic!("its code is not asked for");
        };
        assert_eq!(active.target.path(), "/api/v1/authn/factors/m1/verify");
    });
}

#[test]
fn a_challenge_that_says_nowhere_to_answer_is_not_said_to_want_a_browser() {
    let mut body = required(&json!({ "factorType": "sms", "provider": "OKTA" }));
    body["status"] = "MFA_CHALLENGE".into();
    with(&body, |mut machine| {
        let Err(stop) = machine.judge(None) else {
            panic!("it goes on");
        };
        assert_eq!(
            words(&stop.error),
            "Okta does not say where okta:sms is answered"
        );
        assert_eq!(stop.error.kind, Kind::Network);
    });
}

#[test]
fn the_wait_for_a_directory_may_be_told_as_a_factors() {
    let body = json!({
        "status": "POLL",
        "stateToken": "00st4te",
        "_embedded": { "factor": { "factorType": "okta-poll", "profile": { "refresh": 4500 } } },
        "_links": { "next": { "name": "poll", "href": format!("{API}/poll") } },
    });
    with(&body, |mut machine| {
        let Ok(Turn::Wait(waiting)) = machine.judge(None) else {
            panic!("it does not wait");
        };
        assert_eq!(waiting.pause.as_millis(), 4500);
    });
}

#[test]
fn a_password_that_is_changed_elsewhere_is_not_said_to_be_changed_at_a_terminal() {
    for (page, hints) in [("https://hr.example/", 1), (API, 2)] {
        let body = json!({
            "status": "PASSWORD_EXPIRED",
            "_links": { "next": { "name": "changePassword", "href": page } },
        });
        with(&body, |mut machine| {
            machine.person = false;
            let Err(stop) = machine.judge(None) else {
                panic!("it goes on");
            };
            assert_eq!(stop.error.hints.len(), hints, "{}", words(&stop.error));
        });
    }
}

#[test]
fn a_configured_code_that_is_wrong_is_to_be_looked_for_in_the_configuration() {
    let wrong = answer(AUTHN, 403, &[], r#"{"errorCode":"E0000068"}"#);
    for (configured, hint) in [
        (true, "check passcode in [org.corp]"),
        (false, "credential login corp"),
    ] {
        with(
            &required(&json!([factor("t1", "token:software:totp", "OKTA")])),
            |mut machine| {
                let Ok(Turn::Ask(mut active)) = machine.judge(None) else {
                    panic!("no code is asked for");
                };
                (active.configured, machine.person) = (configured, false);
                let Err(stop) = machine.replied(Awaits::Answer(active), &wrong) else {
                    panic!("it goes on");
                };
                assert_eq!(stop.error.hints[0], hint);
            },
        );
    }
}

#[test]
fn only_what_wants_a_browser_is_said_to() {
    let listed = required(&json!([
        factor("t1", "token:software:totp", "OKTA"),
        factor("p1", "push", "OKTA")
    ]));
    let mut other =
        required(&json!({ "id": "c1", "factorType": "claims_provider", "provider": "CUSTOM" }));
    other["status"] = "MFA_CHALLENGE".into();
    with(&listed, |mut machine| {
        let Ok(Turn::Choose(menu)) = machine.judge(None) else {
            panic!("there is no choice");
        };
        let Ok(Turn::Send(_, awaits)) = machine.chosen(menu, Some(1)) else {
            panic!("no push is sent");
        };
        let Err(stop) = machine.replied(awaits, &answer(AUTHN, 200, &[], other.to_string())) else {
            panic!("it goes on");
        };
        let words = words(&stop.error);
        assert!(
            words.contains("without a browser: custom:claims_provider (MFA"),
            "{words}"
        );
    });
}

#[test]
fn the_settings_that_need_nobody_are_those_of_the_factors_on_offer() {
    for (kind, hint) in [
        ("sms", None),
        (
            "push",
            Some("or configure what needs nobody in [org.corp]: push_unattended = true"),
        ),
        (
            "token:software:totp",
            Some("or configure what needs nobody in [org.corp]: passcode = { totp = … }"),
        ),
    ] {
        with(
            &required(&json!([factor("f1", kind, "OKTA")])),
            |mut machine| {
                machine.person = false;
                let Err(stop) = machine.judge(None) else {
                    panic!("it goes on");
                };
                assert_eq!(stop.error.hints.get(1).map(|hint| &**hint), hint);
            },
        );
    }
}

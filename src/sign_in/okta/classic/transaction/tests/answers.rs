//! Answers in the shapes that Okta's own clients are tested with, where they differ from the plain ones.

use serde_json::{Value, json};

use super::{first, plain};
use crate::sign_in::okta::classic::fixture::{API, ScenarioOrg, totp};

const MENU: &str = "choose: Okta asks ada@corp.example for a second factor";

fn required(factors: &Value) -> Value {
    json!({ "status": "MFA_REQUIRED", "stateToken": "00st4te", "_embedded": { "factors": factors } })
}

fn factor(id: &str, kind: &str, provider: &str) -> Value {
    let verify = json!({ "href": format!("{API}/factors/{id}/verify") });
    json!({ "id": id, "factorType": kind, "provider": provider, "_links": { "verify": verify } })
}

#[test]
fn a_pin_is_not_seen_and_may_be_typed_twice() {
    for (kind, provider, is_plain_code) in [
        ("token", "RSA", false),
        ("token", "DEL_OATH", false),
        ("token", "SYMANTEC", true),
        ("token:hotp", "CUSTOM", true),
        ("token:hardware", "YUBICO", true),
        ("token:software:totp", "OKTA", true),
    ] {
        let body = required(&json!([factor("t1", kind, provider)]));
        let setup = plain();
        let (mut scenario, _) = setup.begin(true, &body);
        assert_eq!(
            scenario.question().is_plain_code,
            is_plain_code,
            "{provider}"
        );
        assert!(scenario.question().is_one_time, "{provider}");
        scenario.types("1234");
        let asks_back = r#"{"errorCode":"E0000113","errorSummary":"A new PIN, please"}"#;
        let line = scenario.gets_answer(409, &[], asks_back);
        assert_eq!(line, "ask: A new PIN, please", "{provider}");
        let request = scenario.question();
        assert!(!request.is_plain_code && !request.is_one_time, "{provider}");
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
fn codes_of_several_okta_verify_apps_are_one_choice_at_one_address() {
    let totp = |id, provider| factor(id, "token:software:totp", provider);
    let body = grouped(&json!([
        factor("p1", "push", "OKTA"),
        totp("t1", "OKTA"),
        totp("t2", "OKTA"),
        totp("g1", "GOOGLE"),
    ]));
    for (entry, place) in [
        (1, "Post /factors/token:software:totp/verify ["),
        (2, "Post /factors/g1/verify ["),
    ] {
        let setup = plain();
        let (mut scenario, line) = setup.begin(true, &body);
        let labels = "a push, a code from Okta Verify, a code from Google Authenticator";
        assert_eq!(line, format!("{MENU}: {labels}"));
        assert!(scenario.picks(Some(entry)).starts_with("ask: a code from "));
        assert!(scenario.types("123456").starts_with(place), "{place}");
    }
    let setup = plain();
    let two = json!([totp("t1", "OKTA"), totp("t2", "OKTA")]);
    let (scenario, line) = setup.begin(true, &grouped(&two));
    assert_eq!(line, "ask: a code from Okta Verify");
    assert!(!scenario.question().has_others);
    // Without such a place each has its own, and the person has to know.
    assert_eq!(
        first(true, &required(&two)),
        format!("{MENU}: a code from Okta Verify, a code from Okta Verify")
    );
}

#[test]
fn a_challenge_without_a_next_link_is_a_list_to_choose_from() {
    let mut body = required(&json!([factor("m1", "email", "OKTA")]));
    body["status"] = "FACTOR_CHALLENGE".into();
    let setup = plain();
    let (mut scenario, line) = setup.begin(true, &body);
    assert!(line.starts_with("Post /factors/m1/verify ["), "{line}");
    // The same answer again is the mail's own.
    assert_eq!(scenario.gets(&body), "ask: the code out of a mail");
    assert!(scenario.types("1").starts_with("Post /factors/m1/verify ["));
}

#[test]
fn a_challenge_without_an_address_is_not_said_to_need_a_browser() {
    let mut body = required(&json!({ "factorType": "sms", "provider": "OKTA" }));
    body["status"] = "MFA_CHALLENGE".into();
    assert_eq!(
        first(true, &body),
        "stop 6: Okta does not say where okta:sms is answered"
    );
}

#[test]
fn the_wait_for_a_directory_may_be_told_as_a_factors() {
    let body = json!({
        "status": "POLL",
        "stateToken": "00st4te",
        "_embedded": { "factor": { "factorType": "okta-poll", "profile": { "refresh": 4500 } } },
        "_links": { "next": { "name": "poll", "href": format!("{API}/poll") } },
    });
    let line = first(true, &body);
    assert!(
        line.starts_with("wait 4500 ms for the directory, "),
        "{line}"
    );
}

#[test]
fn the_terminal_hint_is_missing_if_another_page_changes_passwords() {
    const BROWSER: &str = "sign in as ada@corp.example at https://corp.okta.com in a browser";
    for (page, rest) in [
        (
            "https://hr.example/",
            format!("it sends to https://hr.example/ | {BROWSER}"),
        ),
        (
            API,
            format!("{BROWSER} | or change it at a terminal: credential login corp"),
        ),
    ] {
        let body = json!({
            "status": "PASSWORD_EXPIRED",
            "_links": { "next": { "name": "changePassword", "href": page } },
        });
        assert_eq!(
            first(false, &body),
            format!("stop 3: Okta says that the password has expired (PASSWORD_EXPIRED) | {rest}")
        );
    }
}

#[test]
fn a_wrong_configured_code_hints_at_the_configuration() {
    let body = required(&json!([factor("t1", "token:software:totp", "OKTA")]));
    let wrong = r#"{"errorCode":"E0000068"}"#;
    let said = "stop 5: Okta refused a code from Okta Verify: no reason given (E0000068) | \
                five wrong answers in a row lock the account";
    let setup = ScenarioOrg::new(|org| org.passcode = Some(totp()));
    let (mut scenario, _) = setup.begin(false, &body);
    scenario.types("111111");
    assert_eq!(
        scenario.gets_answer(403, &[], wrong),
        format!("{said} | check passcode in [org.corp] | credential login corp")
    );
    let setup = plain();
    let (mut scenario, _) = setup.begin_after(3, true, &body);
    scenario.types("111111");
    assert_eq!(
        scenario.gets_answer(403, &[], wrong),
        format!("{said} | credential login corp")
    );
}

#[test]
fn only_a_factor_for_a_browser_is_said_to_need_one() {
    let listed = required(&json!([
        factor("t1", "token:software:totp", "OKTA"),
        factor("p1", "push", "OKTA")
    ]));
    let mut other =
        required(&json!({ "id": "c1", "factorType": "claims_provider", "provider": "CUSTOM" }));
    other["status"] = "MFA_CHALLENGE".into();
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &listed);
    assert!(
        scenario
            .picks(Some(1))
            .starts_with("Post /factors/p1/verify [")
    );
    let line = scenario.gets(&other);
    let alone = "without a browser: custom:claims_provider (MFA";
    assert!(line.starts_with("stop ") && line.contains(alone), "{line}");
}

#[test]
fn the_hinted_settings_are_those_of_the_factors_on_offer() {
    const SETTINGS: &str = "credential login corp | or, to need nobody: set ";
    for (kind, end) in [
        ("sms", "credential login corp".to_owned()),
        (
            "push",
            format!("{SETTINGS}push_unattended = true in [org.corp]"),
        ),
        (
            "token:software:totp",
            format!("{SETTINGS}passcode = {{ totp = … }} in [org.corp]"),
        ),
    ] {
        let line = first(false, &required(&json!([factor("f1", kind, "OKTA")])));
        assert!(line.starts_with("stop ") && line.ends_with(&end), "{line}");
    }
}

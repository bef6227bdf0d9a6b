use serde_json::{Value, json};

use super::{first, plain};
use crate::sign_in::okta::classic::fixture::{
    API, ScenarioOrg, challenge, okta_totp, push, renewal, required, success, totp, transaction,
};

const BROWSER: &str = "sign in as ada@corp.example at https://corp.okta.com in a browser";

/// Judges `body` in a transaction to which a code was sent.
fn then(body: &Value) -> String {
    let setup = plain();
    let (mut scenario, ask) = setup.begin(true, &required(&[okta_totp()]));
    assert_eq!(ask, "ask: a code from Okta Verify");
    scenario.types("123456");
    scenario.gets(body)
}

fn with_skip(status: &str, member: &str, value: Value) -> Value {
    let mut body = transaction(status);
    body["_links"]["skip"] =
        json!({ "href": format!("{API}/skip"), "hints": { "allow": ["POST"] } });
    body["_embedded"][member] = value;
    body
}

#[test]
fn success_is_the_session_token_and_the_end_of_the_transaction() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
    assert!(scenario.cancel().is_some());
    scenario.types("123456");
    assert_eq!(scenario.gets(&success()), "token 20111t0ken");
    assert!(scenario.cancel().is_none());
}

#[test]
fn success_without_a_session_token_goes_on_in_a_browser() {
    let mut body = transaction("SUCCESS");
    body["type"] = "SESSION_STEP_UP".into();
    body["_links"]["next"] = json!({
        "name": "original", "hints": { "allow": ["GET"] },
        "href": "https://corp.okta.com/login/step-up/redirect?stateToken=00st4te",
    });
    assert_eq!(
        then(&body),
        format!(
            "stop 3: Okta wants to go on in a browser after the password (SUCCESS) | it sends to \
             https://corp.okta.com/login/step-up/redirect | {BROWSER}"
        )
    );
}

/// The words of factor sequencing with those that they stand for.
const ALIASES: [(&str, &str); 4] = [
    ("FACTOR_REQUIRED", "MFA_REQUIRED"),
    ("FACTOR_CHALLENGE", "MFA_CHALLENGE"),
    ("FACTOR_ENROLL", "MFA_ENROLL"),
    ("FACTOR_ENROLL_ACTIVATE", "MFA_ENROLL_ACTIVATE"),
];

#[test]
fn factor_sequencing_has_other_words_for_the_same() {
    for (word, same) in ALIASES {
        let mut body = challenge(&push(), "WAITING", "poll");
        body["_embedded"]["factors"] = json!([push(), okta_totp()]);
        for person in [true, false] {
            body["status"] = same.into();
            let expected = first(person, &body).replace(same, word);
            body["status"] = word.into();
            assert_eq!(first(person, &body), expected, "{word}");
        }
    }
}

#[test]
fn mfa_required_goes_on_with_a_factor() {
    assert_eq!(
        first(true, &required(&[push()])),
        r#"Post /factors/opf1/verify [DT=DI1] {"stateToken":"00st4te"}"#
    );
    let mut documented = required(&[]);
    documented["_embedded"]["factor"] = json!([push()]);
    documented["_embedded"]["factors"] = Value::Null;
    assert_eq!(
        first(true, &documented),
        first(true, &required(&[push()])),
        "a sample of the documentation calls the list factor"
    );
}

#[test]
fn mfa_challenge_goes_on_at_its_next_link_from_the_start_too() {
    assert_eq!(
        first(true, &challenge(&push(), "WAITING", "poll")),
        "wait 2000 ms for approval on Ada's phone, then Post /factors/opf1/verify [DT=DI1] \
         {\"stateToken\":\"00st4te\"}"
    );
    assert_eq!(
        first(true, &challenge(&okta_totp(), "", "verify")),
        "ask: a code from Okta Verify"
    );
    let seeded = ScenarioOrg::new(|org| org.passcode = Some(totp()));
    let body = challenge(&okta_totp(), "", "verify");
    assert_eq!(
        seeded.begin(false, &body).1,
        "take: a code from Okta Verify"
    );
}

#[test]
fn mfa_enroll_is_skipped_if_it_is_an_offer_and_else_stops() {
    let factors = json!([
        { "factorType": "push", "provider": "OKTA", "status": "NOT_SETUP", "enrollment": "OPTIONAL" },
        { "factorType": "sms", "provider": "OKTA", "status": "NOT_SETUP", "enrollment": "REQUIRED" },
    ]);
    let mut body = with_skip("MFA_ENROLL", "factors", factors);
    assert_eq!(
        then(&body),
        r#"Post /skip [DT=DI1] {"stateToken":"00st4te"}"#
    );
    body["_links"]["skip"] = Value::Null;
    let needed = format!(
        "stop 3: Okta wants a second factor to be enrolled (MFA_ENROLL) | it accepts: okta:push, okta:sms | {BROWSER}"
    );
    assert_eq!(
        [then(&body), first(false, &body)],
        [needed.clone(), needed.clone()]
    );
    body["status"] = "MFA_ENROLL_ACTIVATE".into();
    assert_eq!(
        then(&body),
        needed.replace("MFA_ENROLL", "MFA_ENROLL_ACTIVATE")
    );
}

#[test]
fn password_warn_is_told_and_skipped() {
    for (days, words) in [
        (json!(0), "today"),
        (json!(1), "tomorrow"),
        (json!(9), "in 9 days"),
        (json!("x"), "soon"),
        (Value::Null, "soon"),
    ] {
        let mut body = with_skip(
            "PASSWORD_WARN",
            "policy",
            json!({ "expiration": { "passwordExpireDays": days } }),
        );
        let skip = format!(
            r#"Okta says that the password expires {words} / Post /skip [DT=DI1] {{"stateToken":"00st4te"}}"#
        );
        assert_eq!(
            [first(true, &body), first(false, &body)],
            [skip.clone(), skip]
        );
        // An own page of the org's for it, which the browser is sent to.
        body["_links"]["skip"] = Value::Null;
        body["_links"]["next"] = json!({
            "name": "changePassword", "title": "Portal", "href": "https://portal.corp.example/pw?u=ada",
            "hints": { "allow": ["GET"] },
        });
        assert_eq!(
            then(&body),
            format!(
                "stop 3: Okta says that the password expires {words} (PASSWORD_WARN) | it sends to \
                 https://portal.corp.example/pw | {BROWSER}"
            )
        );
    }
}

#[test]
fn each_offer_is_declined_once() {
    let setup = plain();
    let warn = with_skip("PASSWORD_WARN", "policy", Value::Null);
    let enroll = with_skip("MFA_ENROLL", "factors", json!([]));
    let (mut scenario, _) = setup.begin(true, &warn);
    assert!(scenario.gets(&enroll).starts_with("Post /skip"));
    assert!(scenario.gets(&warn).starts_with("stop 3: "));
}

#[test]
fn a_password_to_be_changed_wants_a_person() {
    for (status, next, words, way) in [
        (
            "PASSWORD_EXPIRED",
            "changePassword",
            "says that the password has expired",
            "change it",
        ),
        (
            "PASSWORD_RESET",
            "resetPassword",
            "wants the password to be reset",
            "set a new one",
        ),
    ] {
        let body = renewal(status, next, "/credentials/x");
        assert_eq!(first(true, &body), format!("renew at {API}/credentials/x"));
        assert_eq!(
            first(false, &body),
            format!(
                "stop 3: Okta {words} ({status}) | {BROWSER} | or {way} at a terminal: credential login corp"
            )
        );
    }
}

#[test]
fn poll_waits_as_long_as_okta_says_within_reason() {
    let mut body = transaction("POLL");
    body["_links"]["next"] = json!({ "name": "poll", "href": format!("{API}/poll") });
    for (refresh, pause) in [
        (json!(2000), 2000),
        (json!(0), 1000),
        (json!(3_600_000), 10_000),
        (json!("x"), 1000),
        (Value::Null, 1000),
    ] {
        body["_embedded"]["transaction"] = json!({ "profile": { "refresh": refresh } });
        let wish = format!(
            "wait {pause} ms for the directory, then Post /poll [DT=DI1] {{\"stateToken\":\"00st4te\"}}"
        );
        assert_eq!([first(false, &body), then(&body)], [wish.clone(), wish]);
    }
    body["_links"]["next"] = Value::Null;
    assert!(first(true, &body).starts_with("stop 3: Okta waits for a directory and does not say"));
}

/// The statuses without a way on in the midst of a transaction: the exit code, and Okta's word in a sentence.
const ENDS: [(&str, u8, &str); 11] = [
    (
        "LOCKED_OUT",
        5,
        "Okta says that ada@corp.example is locked out (LOCKED_OUT)",
    ),
    (
        "RECOVERY",
        3,
        "Okta is in the midst of a recovery of the account (RECOVERY)",
    ),
    (
        "RECOVERY_CHALLENGE",
        3,
        "Okta is in the midst of a recovery of the account (RECOVERY_CHALLENGE)",
    ),
    (
        "UNAUTHENTICATED",
        3,
        "Okta wants another way to sign in than the password (UNAUTHENTICATED)",
    ),
    (
        "CONSENT_REQUIRED",
        3,
        "Okta wants a consent (CONSENT_REQUIRED)",
    ),
    (
        "ADMIN_CONSENT_REQUIRED",
        3,
        "Okta wants a consent (ADMIN_CONSENT_REQUIRED)",
    ),
    (
        "PROFILE_REQUIRED",
        3,
        "Okta wants the account's profile to be completed (PROFILE_REQUIRED)",
    ),
    (
        "DEVICE_ACTIVATE",
        3,
        "Okta wants a device to be activated (DEVICE_ACTIVATE)",
    ),
    (
        "BRAND_NEW",
        6,
        "corp.okta.com answers the sign-in with an unknown status: BRAND_NEW",
    ),
    (
        "mfa_required",
        6,
        "corp.okta.com answers the sign-in with an unknown status: mfa_required",
    ),
    (
        "\u{1b}[2JMFA",
        6,
        "corp.okta.com answers the sign-in with an unknown status: [2JMFA",
    ),
];

#[test]
fn a_status_without_a_way_on_stops_in_the_midst_too() {
    for (status, code, words) in ENDS {
        let line = then(&transaction(status));
        assert!(
            line.starts_with(&format!("stop {code}: {words}")),
            "{status}: {line}"
        );
    }
}

#[test]
fn a_lock_out_as_it_is_recorded_says_how_to_unlock() {
    let mut body = transaction("LOCKED_OUT");
    body["stateToken"] = Value::Null;
    body["_embedded"] = json!({});
    body["_links"]["next"] = json!({ "name": "unlock", "href": format!("{API}/recovery/unlock") });
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
    scenario.types("123456");
    assert_eq!(
        scenario.gets(&body),
        "stop 5: Okta says that ada@corp.example is locked out (LOCKED_OUT) | \
         unlock the account at https://corp.okta.com or ask its admins"
    );
    assert!(scenario.cancel().is_none(), "there is no token left");
}

use super::plain;
use crate::sign_in::flow::FailureScope;
use crate::sign_in::okta::classic::fixture::{
    ScenarioOrg, challenge, command, okta_totp, pin, push, required, sms,
};

const LOGIN: &str = "credential login corp";
const PHONE: &str = "a push to Ada's phone";

/// Judges a push that ends with this result.
fn pushed(person: bool, result: &str, message: &str) -> String {
    let setup = ScenarioOrg::new(|org| org.push_unattended = true);
    let (mut scenario, _) = setup.begin(person, &required(&[push()]));
    scenario.gets(&challenge(&push(), "WAITING", "poll"));
    let mut body = challenge(&push(), result, "verify");
    body["factorResultMessage"] = message.into();
    let line = scenario.gets(&body);
    let by_account = line.starts_with("stop 3") || line.starts_with("stop 5");
    assert!(
        !by_account || scenario.script.scope == Some(FailureScope::Account),
        "{line}"
    );
    line
}

/// The ends of a push: Okta's message, the exit code, the words for a person.
const ENDS: [(&str, &str, &str); 9] = [
    (
        "REJECTED",
        "",
        "stop 5: a push to Ada's phone was rejected (REJECTED) | a wrong number counts as a rejection; of a push that \
         came unasked, tell the admins",
    ),
    (
        "REJECTED",
        "OKTA_VERIFY_UPGRADE_REQUIRED",
        "stop 3: the Okta Verify app is too old for a number challenge (OKTA_VERIFY_UPGRADE_REQUIRED) | update Okta \
         Verify on the phone",
    ),
    (
        "CANCELLED",
        "",
        "stop 5: a push to Ada's phone has failed: CANCELLED",
    ),
    (
        "FAILED",
        "Duo says no",
        "stop 5: a push to Ada's phone has failed: Duo says no (FAILED)",
    ),
    (
        "ERROR",
        "",
        "stop 6: Okta could not use a push to Ada's phone: ERROR",
    ),
    (
        "ERROR",
        "x\u{1b}[2Jy",
        "stop 6: Okta could not use a push to Ada's phone: x [2Jy (ERROR)",
    ),
    (
        "BRAND_NEW",
        "",
        "stop 6: corp.okta.com answers a push to Ada's phone with an unknown result: BRAND_NEW",
    ),
    (
        "waiting",
        "",
        "stop 6: corp.okta.com answers a push to Ada's phone with an unknown result: waiting",
    ),
    (
        "BRAND_NEW",
        "and why",
        "stop 6: corp.okta.com answers a push to Ada's phone with an unknown result: and why (BRAND_NEW)",
    ),
];

#[test]
fn a_final_result_stops_in_oktas_words_and_sends_no_other_push() {
    for (result, message, line) in ENDS {
        for person in [true, false] {
            assert_eq!(pushed(person, result, message), line, "{result}");
        }
    }
}

#[test]
fn waiting_goes_on_waiting_and_so_does_success_before_its_status() {
    for result in ["WAITING", "SUCCESS", "CHALLENGE"] {
        assert!(
            pushed(true, result, "").starts_with("wait 2000 ms for approval"),
            "{result}"
        );
    }
}

#[test]
fn timeout_asks_a_person_and_stops_without_one() {
    assert_eq!(
        pushed(true, "TIMEOUT", ""),
        format!("choose: nobody answered {PHONE} in time: send it again")
    );
    assert_eq!(
        pushed(false, "TIMEOUT", ""),
        format!("stop 3: nobody answered {PHONE} in time (TIMEOUT) | {LOGIN}")
    );
}

#[test]
fn challenge_says_that_a_mail_was_sent() {
    let mail = crate::sign_in::okta::classic::fixture::factor(
        "ema1",
        "email",
        "OKTA",
        &serde_json::json!({ "email": "a...a@corp.example" }),
    );
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(std::slice::from_ref(&mail)));
    assert_eq!(
        scenario.gets(&challenge(&mail, "CHALLENGE", "verify")),
        "ask: the code out of a mail to a...a@corp.example"
    );
}

/// The words for a code that is not taken.
const CODES: [&str; 2] = ["TIME_WINDOW_EXCEEDED", "PASSCODE_REPLAYED"];

#[test]
fn a_late_or_used_code_is_asked_for_again_up_to_three_times() {
    for result in CODES {
        let setup = plain();
        let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
        let not_taken = challenge(&okta_totp(), result, "verify");
        for code in ["111111", "222222"] {
            scenario.types(code);
            assert_eq!(
                scenario.gets(&not_taken),
                format!(
                    "Okta refused a code from Okta Verify: {result} / ask: a code from Okta Verify"
                )
            );
        }
        scenario.types("333333");
        let line = scenario.gets(&not_taken);
        assert!(
            line.starts_with(&format!(
                "stop 5: Okta refused a code from Okta Verify: {result}"
            )),
            "{line}"
        );
        assert_eq!(scenario.script.scope, Some(FailureScope::Account));
    }
}

#[test]
fn a_configured_code_of_another_time_is_not_followed_by_a_second_one() {
    for result in CODES {
        let setup = ScenarioOrg::new(|org| {
            org.factors = vec![pin("sms", "", "")];
            org.passcode = Some(command());
        });
        for (person, next) in [(true, " / ask: "), (false, "stop 5: ")] {
            let (mut scenario, _) = setup.begin(person, &required(&[sms()]));
            let line = scenario.gets(&challenge(&sms(), "", "verify"));
            assert!(line.starts_with("take: "), "{line}");
            scenario.types("123456");
            let line = scenario.gets(&challenge(&sms(), result, "verify"));
            assert!(line.contains(next) && line.contains(result), "{line}");
        }
    }
}

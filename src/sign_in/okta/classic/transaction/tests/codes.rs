use serde_json::json;

use super::plain;
use crate::sign_in::flow::FailureScope;
use crate::sign_in::okta::classic::fixture::{
    API, ScenarioOrg, challenge, command, okta_totp, pin, refusal, required, rsa, sms, success,
    totp, transaction,
};

/// Okta's codes for a wrong answer, and the advice beside each.
const WRONG: [(&str, &str); 3] = [
    ("E0000068", ""),
    ("E0000082", "; wait for the next code"),
    ("E0000083", "; check the clock of the device that shows it"),
];

#[test]
fn a_wrong_code_is_asked_for_again_and_the_third_is_the_last() {
    for (code, advice) in WRONG {
        let setup = plain();
        let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
        let said = format!("Okta refused a code from Okta Verify: So it is ({code}){advice}");
        for typed in ["111111", "222222"] {
            assert!(scenario.types(typed).ends_with(&format!("{typed}\"}}")));
            assert_eq!(
                scenario.is_refused(403, code),
                format!("{said} / ask: a code from Okta Verify")
            );
        }
        scenario.types("333333");
        assert_eq!(
            scenario.is_refused(403, code),
            format!(
                "stop 5: {said} | five wrong answers in a row lock the account | Okta's error id is oaeX1 | \
                 credential login corp"
            )
        );
        assert_eq!(scenario.script.scope, Some(FailureScope::Account));
        assert!(scenario.cancel().is_some());
    }
}

#[test]
fn a_configured_code_that_is_wrong_is_never_followed_by_another() {
    for (code, advice) in WRONG {
        let setup = ScenarioOrg::new(|org| org.passcode = Some(totp()));
        let (mut scenario, line) = setup.begin(false, &required(&[okta_totp()]));
        assert_eq!(line, "take: a code from Okta Verify");
        scenario.types("111111");
        let line = scenario.is_refused(403, code);
        assert!(
            line.starts_with(&format!(
                "stop 5: Okta refused a code from Okta Verify: So it is ({code}){advice} | "
            )),
            "{line}"
        );
        assert!(line.contains("oaeX1"), "{line}");
        assert_eq!(scenario.script.scope, Some(FailureScope::Account));
    }
}

#[test]
fn a_wrong_configured_code_is_recorded_and_the_person_is_asked() {
    let setup = ScenarioOrg::new(|org| org.passcode = Some(totp()));
    let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
    scenario.types("111111");
    let line = scenario.is_refused(403, "E0000068");
    assert!(line.ends_with(" / ask: a code from Okta Verify"), "{line}");
    assert_eq!(scenario.script.codes_in_a_row, 1);
    let told_once = ["CodeSent", "CodeRefused of the configuration"];
    assert_eq!(scenario.verdicts(), told_once);
    // The next one is the person's, and says nothing about the source.
    scenario.types("222222");
    scenario.is_refused(403, "E0000068");
    assert_eq!(scenario.verdicts()[2..], ["CodeSent", "CodeRefused"]);
    assert_eq!(scenario.script.codes_in_a_row, 2);
}

#[test]
fn codes_of_earlier_sign_ins_count_and_the_fourth_is_the_last() {
    for (before, tries) in [(0, 3), (1, 3), (2, 2), (3, 1), (9, 1)] {
        let setup = plain();
        let (mut scenario, _) = setup.begin_after(before, true, &required(&[okta_totp()]));
        for _ in 1..tries {
            scenario.types("111111");
            let line = scenario.is_refused(403, "E0000068");
            assert!(
                line.ends_with(" / ask: a code from Okta Verify"),
                "{before}: {line}"
            );
        }
        scenario.types("111111");
        let line = scenario.is_refused(403, "E0000068");
        assert!(line.starts_with("stop 5: "), "{before}: {line}");
        assert_eq!(scenario.script.codes_in_a_row, before + tries);
    }
}

#[test]
fn no_second_configured_code_follows_if_okta_asks_again() {
    let again = challenge(&okta_totp(), "", "verify");
    let setup = ScenarioOrg::new(|org| org.passcode = Some(totp()));
    let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
    scenario.types("111111");
    assert_eq!(scenario.gets(&again), "ask: a code from Okta Verify");
    let (mut scenario, _) = setup.begin(false, &required(&[okta_totp()]));
    scenario.types("111111");
    let line = scenario.gets(&again);
    assert!(
        line.starts_with("stop 3: ") && line.contains("needs a person"),
        "{line}"
    );
}

#[test]
fn a_wrong_code_without_causes_or_words_is_one_too() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
    scenario.types("111111");
    let line = scenario.gets_answer(403, &[], r#"{"errorCode":"E0000068"}"#);
    assert!(
        line.ends_with("(E0000068) / ask: a code from Okta Verify"),
        "{line}"
    );
    scenario.types("222222");
    let mut body = refusal("E0000068");
    body["errorCauses"] = json!([{ "errorSummary": "Your passcode doesn't match our records." }]);
    let line = scenario.gets_answer(403, &[], body.to_string());
    assert!(
        line.contains("(E0000068); Your passcode doesn't match our records. / ask"),
        "{line}"
    );
}

#[test]
fn five_wrong_ones_lock_the_account_and_nothing_more_is_asked() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[okta_totp()]));
    scenario.types("111111");
    assert_eq!(
        scenario.is_refused(403, "E0000069"),
        "stop 5: Okta refused the sign-in (403): So it is (E0000069) | Okta's error id is oaeX1 | \
         have the account unlocked: too many codes were wrong"
    );
}

#[test]
fn a_wrong_answer_to_a_question_counts_like_a_wrong_code() {
    let question = crate::sign_in::okta::classic::fixture::factor(
        "ufs1",
        "question",
        "OKTA",
        &json!({ "questionText": "Which pet?" }),
    );
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[question]));
    scenario.types("cat");
    assert_eq!(
        scenario.is_refused(403, "E0000068"),
        "Okta refused the security question: So it is (E0000068) / ask: Which pet?"
    );
}

/// A body with an RSA server's own words.
fn asks(words: &str) -> String {
    let mut body = refusal("E0000113");
    body["errorSummary"] = words.into();
    body.to_string()
}

#[test]
fn an_rsa_token_may_ask_back_and_is_answered_at_the_same_place() {
    let setup = plain();
    let (mut scenario, line) = setup.begin(true, &required(&[rsa()]));
    assert_eq!(line, "ask: a code of the RSA SecurID token");
    scenario.types("111111");
    for (question, answer) in [
        ("Enter your new PIN of 4 to 8 digits", "4711"),
        ("Wait for the tokencode to change, then enter it", "222222"),
    ] {
        let line = scenario.gets_answer(409, &[], asks(question));
        assert_eq!(line, format!("ask: {question}"));
        assert!(!scenario.question().is_configured);
        assert_eq!(
            scenario.types(answer),
            format!(
                r#"Post /factors/rsa1/verify [DT=DI1] {{"stateToken":"00st4te","passCode":"{answer}"}}"#
            )
        );
    }
    assert_eq!(scenario.gets(&success()), "token 20111t0ken");
}

#[test]
fn an_rsa_dialogue_ends_after_five_questions() {
    let setup = plain();
    let (mut scenario, _) = setup.begin(true, &required(&[rsa()]));
    for _ in 0..5 {
        scenario.types("111111");
        let line = scenario.gets_answer(409, &[], asks("Next"));
        assert_eq!(line, "ask: Next");
    }
    scenario.types("111111");
    let line = scenario.gets_answer(409, &[], asks("Next"));
    assert!(
        line.starts_with("stop 5: Okta refused the sign-in (409): Next (E0000113)"),
        "{line}"
    );
}

#[test]
fn an_rsa_dialogue_wants_a_person_though_the_first_code_was_configured() {
    let setup = ScenarioOrg::new(|org| {
        org.factors = vec![pin("", "rsa", "")];
        org.passcode = Some(command());
    });
    let (mut scenario, line) = setup.begin(false, &required(&[rsa()]));
    assert_eq!(line, "take: a code of the RSA SecurID token");
    scenario.types("111111");
    assert_eq!(
        scenario.gets_answer(409, &[], asks("New PIN")),
        "stop 3: a code of the RSA SecurID token wants a dialogue: New PIN (E0000113) | Okta's error id is oaeX1 | \
         credential login corp"
    );
    let (mut scenario, _) = setup.begin(true, &required(&[rsa()]));
    scenario.types("111111");
    let line = scenario.gets_answer(409, &[], asks("New PIN"));
    assert_eq!(line, "ask: New PIN");
}

/// Okta's codes for a message sent moments ago.
const TOO_SOON: [(&str, &str, &str); 3] = [
    ("E0000109", "sms", "a text message to +1 XXX-XXX-1337"),
    ("E0000133", "call", "a call to +1 XXX-XXX-1337"),
    ("E0000118", "email", "a mail to +1 XXX-XXX-1337"),
];

#[test]
fn a_message_refused_as_too_soon_leaves_the_last_code_good() {
    for (code, kind, words) in TOO_SOON {
        let mut one = sms();
        one["factorType"] = kind.into();
        let setup = plain();
        let (mut scenario, _) = setup.begin(true, &required(&[one]));
        assert_eq!(
            scenario.is_refused(429, code),
            format!(
                "Okta has sent one a moment ago and sends no other yet: So it is ({code}) / ask: the code out of {words}"
            )
        );
        assert!(
            scenario
                .types("123456")
                .ends_with(r#""passCode":"123456"}"#)
        );
    }
}

#[test]
fn too_soon_without_a_person_stops_unless_the_code_is_configured() {
    for (code, kind, _) in TOO_SOON {
        let mut one = sms();
        one["factorType"] = kind.into();
        let setup = ScenarioOrg::new(|org| {
            org.factors = vec![
                pin("sms", "", ""),
                pin("call", "", ""),
                pin("email", "", ""),
            ];
            org.passcode = Some(command());
        });
        let (mut scenario, line) = setup.begin(false, &required(std::slice::from_ref(&one)));
        assert!(line.starts_with("Post "), "{line}");
        let line = scenario.is_refused(429, code);
        assert!(line.contains(" / take: the code out of "), "{line}");
        // In the midst of a challenge it is not even sent for.
        let line = plain().begin(false, &challenge(&one, "", "verify")).1;
        assert!(line.starts_with("stop 3: "), "{line}");
    }
}

#[test]
fn the_configuration_answers_at_most_eight_unlisted_factors() {
    let setup = ScenarioOrg::new(|org| {
        org.passcode = Some(command());
        org.factors = vec![pin("sms", "", "")];
    });
    let mut directory = transaction("POLL");
    directory["_links"]["next"] = json!({ "name": "poll", "href": format!("{API}/poll") });
    let asks = challenge(&sms(), "", "verify");
    let (mut scenario, mut line) = setup.begin(false, &asks);
    for _ in 0..8 {
        assert!(line.starts_with("take: "), "{line}");
        scenario.types("111111");
        scenario.gets(&directory);
        line = scenario.gets(&asks);
    }
    assert_eq!(
        line,
        "stop 6: corp.okta.com asks for one factor after another"
    );
}

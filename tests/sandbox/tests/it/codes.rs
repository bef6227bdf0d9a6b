//! Codes that a device shows and answers that a person knows.

use sandbox::{Event, Factor, RsaPrompt, Sandbox, Violation};
use serde_json::json;
use std::time::Duration;

use crate::browser::Answer;
use crate::factors::{ADA, SEED, Walk, code, with};

/// Sends one code in a transaction of its own.
fn try_code(sandbox: &Sandbox, kind: &str, member: &str, text: &str) -> Answer {
    let mut walk = Walk::begin(sandbox);
    let href = walk.factor(kind);
    walk.post(&href, json!({ member: text }))
}

fn totp(sandbox: &Sandbox, text: &str) -> String {
    code(&try_code(sandbox, "token:software:totp", "passCode", text))
}

#[test]
fn a_code_of_one_step_early_or_late_is_taken_and_a_later_one_is_outside() {
    let sandbox = Sandbox::start(with([Factor::totp(SEED)]));
    let phone = sandbox.phone(ADA);
    // to the beginning of a step, which then does not end in the middle of this
    let into = sandbox.now().unix_timestamp().rem_euclid(30).unsigned_abs();
    sandbox.advance(Duration::from_secs(31 - into));
    assert_eq!(totp(&sandbox, &phone.totp_after(-4)), "E0000083");
    assert_eq!(totp(&sandbox, &phone.totp_after(4)), "E0000083");
    assert_eq!(totp(&sandbox, &phone.totp_after(40)), "E0000068");
    assert_eq!(totp(&sandbox, &phone.totp_after(-1)), "");
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(totp(&sandbox, &phone.totp_after(1)), "");
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_code_is_taken_once() {
    for (own_code, expected) in [(true, "E0000082"), (false, "E0000068")] {
        let mut setup = with([Factor::totp(SEED)]);
        setup.variants.replay_has_own_code = own_code;
        let sandbox = Sandbox::start(setup);
        let now = sandbox.phone(ADA).totp();
        assert_eq!(totp(&sandbox, &now), "");
        assert_eq!(totp(&sandbox, &now), expected);
        let repeated = |one: &Violation| matches!(one, Violation::CodeRepeated { .. });
        assert_eq!(
            sandbox
                .violations()
                .iter()
                .filter(|one| repeated(one))
                .count(),
            1
        );
    }
}

#[test]
fn a_code_is_a_string_or_nothing() {
    let sandbox = Sandbox::start(with([Factor::totp(SEED)]));
    let mut walk = Walk::begin(&sandbox);
    let href = walk.factor("token:software:totp");
    let number: u32 = sandbox.phone(ADA).totp().parse().expect("digits");
    let refused = walk.post(&href, json!({ "passCode": number }));
    assert_eq!(
        (refused.status, code(&refused)),
        (400, "E0000001".to_owned())
    );
    walk.post(&href, json!({}));
    assert_eq!(walk.status(), "MFA_CHALLENGE");
    assert_eq!(walk.body["_links"]["next"]["name"], "verify");
    let code = sandbox.phone(ADA).totp();
    walk.next(json!({ "passCode": code }));
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn five_wrong_codes_lock_the_account_for_the_right_password_too() {
    for (shown, expected) in [(false, "E0000004"), (true, "LOCKED_OUT")] {
        let mut setup = with([Factor::totp(SEED)]);
        setup.lockout.shown = shown;
        let sandbox = Sandbox::start(setup);
        for number in 0..4 {
            assert_eq!(totp(&sandbox, &format!("wrong{number}")), "E0000068");
        }
        let mut walk = Walk::begin(&sandbox);
        let href = walk.factor("token:software:totp");
        let fifth = walk.post(&href, json!({ "passCode": "wrong4" }));
        assert_eq!((fifth.status, code(&fifth)), (403, "E0000069".to_owned()));
        let locked = Walk::begin(&sandbox).body;
        let word = locked["status"].as_str().or(locked["errorCode"].as_str());
        assert_eq!(word, Some(expected));
        sandbox.unlock(ADA);
        assert_eq!(Walk::begin(&sandbox).status(), "MFA_REQUIRED");
        assert_eq!(sandbox.code_tries(), 5);
    }
}

#[test]
fn a_right_code_starts_the_count_anew() {
    let sandbox = Sandbox::start(with([Factor::question("Who?", "Nobody")]));
    for _ in 0..2 {
        for number in 0..4 {
            let answer = try_code(&sandbox, "question", "answer", &format!("wrong {number}"));
            assert_eq!(code(&answer), "E0000068");
        }
        let answer = try_code(&sandbox, "question", "answer", "nobody");
        assert_eq!(answer.json()["status"], "SUCCESS");
    }
    let accepted = |event: &Event| matches!(event, Event::CodeTried { accepted: true, .. });
    assert_eq!(sandbox.count(accepted), 2);
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn the_error_of_a_wrong_code_may_have_no_cause() {
    for (cause, count) in [(true, 1), (false, 0)] {
        let mut setup = with([Factor::totp(SEED)]);
        setup.variants.wrong_code_has_cause = cause;
        let sandbox = Sandbox::start(setup);
        let answer = try_code(&sandbox, "token:software:totp", "passCode", "000000");
        let causes = &answer.json()["errorCauses"];
        assert_eq!(causes.as_array().map(Vec::len), Some(count));
    }
}

#[test]
fn tokens_show_codes_that_are_good_once() {
    let factors = [
        Factor::yubikey(),
        Factor::hotp("Acme", &["111111", "022222", "333333"]),
        Factor::symantec("VSMT1"),
    ];
    let sandbox = Sandbox::start(with(factors));
    let phone = sandbox.phone(ADA);
    let skipped = phone.hotp();
    let codes = [
        ("token:hardware", phone.yubikey_touch()),
        ("token:hotp", phone.hotp()),
        ("token", phone.symantec()),
    ];
    for (kind, text) in codes {
        let right = try_code(&sandbox, kind, "passCode", &text);
        assert_eq!(right.json()["status"], "SUCCESS", "{kind}");
        let again = try_code(&sandbox, kind, "passCode", &text);
        assert_eq!(code(&again), "E0000068", "{kind}");
    }
    assert_eq!(phone.yubikey_touch().len(), 44);
    let old = try_code(&sandbox, "token:hotp", "passCode", &skipped);
    assert_eq!(code(&old), "E0000068");
}

#[test]
fn an_rsa_server_puts_its_questions_one_by_one() {
    let prompts = [
        RsaPrompt::NextToken,
        RsaPrompt::NewPin,
        RsaPrompt::Text("Re-enter".to_owned()),
    ];
    let sandbox = Sandbox::start(with([Factor::rsa("ada").with_dialogue(prompts)]));
    let phone = sandbox.phone(ADA);
    let mut walk = Walk::begin(&sandbox);
    walk.choose("token");
    let mut say = |text: String| {
        let answer = walk.next(json!({ "passCode": text }));
        let summary = answer.json()["errorSummary"].as_str().map(str::to_owned);
        (code(&answer), summary.unwrap_or_default())
    };
    let (first, prompt) = say(phone.rsa());
    assert_eq!(first, "E0000113");
    assert!(
        prompt.contains("next") || prompt.contains("new token"),
        "{prompt}"
    );
    assert_eq!(say("12345678".to_owned()).0, "E0000068");
    assert!(say(phone.rsa()).1.contains("new PIN"));
    assert_eq!(say("abc".to_owned()).0, "E0000068");
    assert_eq!(say("4711".to_owned()).1, "Re-enter");
    assert_eq!(say("4711".to_owned()).0, "");
    assert_eq!(walk.status(), "SUCCESS");
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn the_password_can_be_a_factor() {
    let sandbox = Sandbox::start(with([Factor::password()]));
    let answer = try_code(&sandbox, "password", "password", sandbox::PASSWORD);
    assert_eq!(answer.json()["status"], "SUCCESS");
    assert_eq!(sandbox.password_tries(), 2);
    assert_eq!(sandbox.violations(), []);
}

//! Codes that the org sends: by text message, by call, by e-mail.

use sandbox::{Event, Factor, FactorKind, Sandbox};
use serde_json::json;
use std::time::Duration;

use crate::factors::{ADA, Walk, code, with};

const NOW: Duration = Duration::ZERO;

fn each() -> [(FactorKind, Factor, &'static str, u64); 3] {
    [
        (FactorKind::Sms, Factor::sms("+1"), "E0000109", 30),
        (FactorKind::Call, Factor::call("+1"), "E0000133", 30),
        (
            FactorKind::Email,
            Factor::email("a...a@corp.example"),
            "E0000118",
            5,
        ),
    ]
}

#[test]
fn a_code_is_sent_when_chosen_and_good_once() {
    for (kind, factor, _, _) in each() {
        let sandbox = Sandbox::start(with([factor]));
        let phone = sandbox.phone(ADA);
        let mut walk = Walk::begin(&sandbox);
        assert_eq!(phone.last_code(kind), None);
        walk.choose(kind.word());
        let result = if kind == FactorKind::Email {
            "CHALLENGE"
        } else {
            ""
        };
        assert_eq!((walk.status(), walk.result()), ("MFA_CHALLENGE", result));
        assert_eq!(walk.body["_links"]["resend"][0]["name"], kind.word());
        let text = phone.wait_for_code(kind, NOW).expect("a code");
        assert_eq!(text.len(), 6);
        let wrong = walk.next(json!({ "passCode": "none" }));
        assert_eq!(code(&wrong), "E0000068");
        walk.next(json!({ "passCode": text }));
        assert_eq!(walk.status(), "SUCCESS");
        let sent = |event: &Event| matches!(event, Event::CodeSent { .. });
        assert_eq!((sandbox.count(sent), sandbox.code_tries()), (1, 2));
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn another_code_has_to_be_waited_for_and_voids_the_first() {
    for (kind, factor, refusal, pause) in each() {
        let sandbox = Sandbox::start(with([factor]));
        let phone = sandbox.phone(ADA);
        let mut walk = Walk::begin(&sandbox);
        walk.choose(kind.word());
        let first = phone.wait_for_code(kind, NOW).expect("a code");
        let soon = walk.post(&walk.href("resend"), json!({}));
        assert_eq!((soon.status, code(&soon)), (429, refusal.to_owned()));
        assert_eq!(phone.wait_for_code(kind, NOW), None);
        sandbox.advance(Duration::from_secs(pause));
        assert_eq!(walk.post(&walk.href("resend"), json!({})).status, 200);
        let second = phone.wait_for_code(kind, NOW).expect("a code");
        let old = walk.next(json!({ "passCode": first }));
        assert_eq!(code(&old), "E0000068");
        walk.next(json!({ "passCode": second }));
        assert_eq!(walk.status(), "SUCCESS");
    }
}

#[test]
fn a_code_lives_five_minutes() {
    let sandbox = Sandbox::start(with([Factor::sms("+1")]));
    let phone = sandbox.phone(ADA);
    let mut walk = Walk::begin(&sandbox);
    walk.choose("sms");
    let text = phone.last_code(FactorKind::Sms).expect("a code");
    sandbox.advance(Duration::from_secs(200));
    walk.next(json!({ "passCode": "early" }));
    sandbox.advance(Duration::from_secs(100));
    assert_eq!(code(&walk.next(json!({ "passCode": text }))), "E0000068");
}

#[test]
fn a_second_sign_in_cannot_have_a_message_at_once() {
    let sandbox = Sandbox::start(with([Factor::sms("+1")]));
    Walk::begin(&sandbox).choose("sms");
    let soon = Walk::begin(&sandbox).choose("sms");
    assert_eq!(code(&soon), "E0000109");
}

#[test]
fn a_person_who_waits_for_a_message_is_woken_by_it() {
    let sandbox = Sandbox::start(with([Factor::sms("+1")]));
    let phone = sandbox.phone(ADA);
    let limit = Duration::from_secs(20);
    let person = std::thread::spawn(move || phone.wait_for_code(FactorKind::Sms, limit));
    Walk::begin(&sandbox).choose("sms");
    let code = person.join().expect("the thread ends");
    assert_eq!(code, sandbox.phone(ADA).last_code(FactorKind::Sms));
}

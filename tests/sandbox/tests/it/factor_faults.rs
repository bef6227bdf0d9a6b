//! Servers that misbehave while a factor is proved.

use sandbox::{
    Factor, FactorKind, Fault, PASSWORD, Plan, Sandbox, Setup, Step, UserState, Violation,
};
use serde_json::json;
use std::time::Duration;

use crate::browser::{Answer, Ask};
use crate::factors::{ADA, SEED, Walk, code, with};

fn phone() -> Setup {
    with([Factor::push("phone"), Factor::totp(SEED), Factor::sms("+1")])
}

fn once(sandbox: &Sandbox, step: Step, fault: Fault) {
    sandbox.fault(Plan::new(step, fault).times(1));
}

#[test]
fn polls_fail_in_all_ways_and_the_push_goes_on() {
    let sandbox = Sandbox::start(phone());
    let mut walk = Walk::begin(&sandbox);
    sandbox.fault((Step::Poll, Fault::Html(502)));
    walk.choose("push");
    assert_eq!(walk.result(), "WAITING");
    assert_eq!(walk.next(json!({})).status, 502);
    sandbox.clear_faults();
    once(&sandbox, Step::Poll, Fault::Html(503));
    assert!(walk.next(json!({})).body.contains("<html>"));
    let wait = Duration::from_secs(7);
    once(&sandbox, Step::Poll, Fault::TooMany(wait));
    let limited = walk.next(json!({}));
    let reset: i64 = limited
        .header("X-Rate-Limit-Reset")
        .parse()
        .expect("seconds");
    assert!((6..=7).contains(&(reset - sandbox.now().unix_timestamp())));
    sandbox.fault(Plan::new(Step::Poll, Fault::Empty).times(1));
    let empty = Ask::post(
        &walk.href("next"),
        &json!({ "stateToken": walk.body["stateToken"] }),
    );
    let empty = empty.send(&sandbox);
    assert_eq!((empty.status, empty.body.as_str()), (200, ""));
    assert_eq!(walk.poll(), "WAITING");
    assert!(sandbox.phone(ADA).approve());
    walk.poll();
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn an_end_that_never_arrived_may_be_asked_about_again() {
    for fault in [Fault::Cut, Fault::NotJson] {
        let sandbox = Sandbox::start(phone());
        let mut walk = Walk::begin(&sandbox);
        walk.choose("push");
        walk.poll();
        assert!(sandbox.phone(ADA).approve());
        let (href, state) = (walk.href("next"), walk.body["stateToken"].clone());
        once(&sandbox, Step::Poll, fault);
        let lost = Ask::post(&href, &json!({ "stateToken": state }));
        lost.send_raw(&sandbox);
        assert_eq!(code(&walk.next(json!({}))), "E0000011");
        let violations = sandbox.violations();
        assert!(
            !violations.contains(&Violation::TransactionOver),
            "{violations:?}"
        );
    }
}

#[test]
fn a_code_that_was_cut_off_was_sent_all_the_same() {
    let sandbox = Sandbox::start(phone());
    let mut walk = Walk::begin(&sandbox);
    let href = walk.factor("token:software:totp");
    once(&sandbox, Step::Verify, Fault::Html(503));
    let now = sandbox.phone(ADA).totp();
    assert_eq!(walk.post(&href, json!({ "passCode": now })).status, 503);
    assert_eq!(sandbox.code_tries(), 1);
    walk.post(&href, json!({ "passCode": now }));
    assert_eq!(sandbox.code_tries(), 2);
    let repeated = |one: &Violation| matches!(one, Violation::CodeRepeated { .. });
    assert!(sandbox.violations().iter().all(repeated) && sandbox.violations().len() == 1);
}

#[test]
fn each_operation_has_a_step_of_its_own() {
    let refusal = |number: u16| Fault::Refusal {
        status: 423,
        code: format!("E0{number}"),
        summary: "no".to_owned(),
    };
    let sandbox = Sandbox::start(phone());
    for (step, number) in [
        (Step::Verify, 1),
        (Step::Resend, 2),
        (Step::Cancel, 3),
        (Step::Poll, 4),
    ] {
        sandbox.fault((step, refusal(number)));
    }
    let mut walk = Walk::begin(&sandbox);
    assert_eq!(code(&walk.choose("sms")), "E01");
    sandbox.clear_faults();
    walk.choose("push");
    for (step, number) in [(Step::Resend, 2), (Step::Cancel, 3), (Step::Poll, 4)] {
        sandbox.fault((step, refusal(number)));
    }
    let mut said = |name: &str| code(&walk.post(&walk.href(name), json!({})));
    assert_eq!(
        ["resend", "cancel", "next"].map(&mut said),
        ["E02", "E03", "E04"]
    );
    let mut setup = with([]);
    setup.users[0].state = UserState::PasswordExpired;
    let sandbox = Sandbox::start(setup);
    sandbox.fault((Step::ChangePassword, refusal(5)));
    let mut walk = Walk::begin(&sandbox);
    let members = json!({ "oldPassword": PASSWORD, "newPassword": "Another 1 of them" });
    assert_eq!(code(&walk.next(members)), "E05");
}

#[test]
fn an_error_may_repeat_the_code() {
    let sandbox = Sandbox::start(phone());
    let mut walk = Walk::begin(&sandbox);
    walk.choose("sms");
    let text = sandbox
        .phone(ADA)
        .last_code(FactorKind::Sms)
        .expect("a code");
    once(&sandbox, Step::Verify, Fault::EchoPassword);
    let answer: Answer = walk.next(json!({ "passCode": text }));
    let summary = answer.json()["errorSummary"].as_str().map(str::to_owned);
    assert!(summary.is_some_and(|summary| summary.contains(&text)));
}

//! Pushes: waited for, answered with and without a number, left to run out.

use sandbox::{Event, Factor, NumberChallenge, PhoneManner, Sandbox, Setup, Violation};
use serde_json::{Value, json};
use std::time::Duration;

use crate::factors::{ADA, Walk, with};

const NUMBER: &str = "/_embedded/factor/_embedded/challenge/correctAnswer";

fn phone() -> Setup {
    with([Factor::push("Ada's phone")])
}

fn sent(sandbox: &Sandbox) -> Walk<'_> {
    let mut walk = Walk::begin(sandbox);
    walk.choose("push");
    walk
}

#[test]
fn a_push_waits_until_the_phone_says_yes() {
    let sandbox = Sandbox::start(phone());
    let mut walk = Walk::begin(&sandbox);
    assert_eq!(sandbox.pushes(), 0);
    walk.choose("push");
    assert_eq!((walk.status(), walk.result()), ("MFA_CHALLENGE", "WAITING"));
    assert_eq!(walk.body["_links"]["next"]["name"], "poll");
    assert_eq!(walk.body["_links"]["resend"][0]["name"], "push");
    let person = sandbox.phone(ADA);
    assert_eq!(person.pushes_waiting(), 1);
    assert!(person.approve());
    assert_eq!(walk.poll(), "WAITING");
    walk.poll();
    assert_eq!(walk.status(), "SUCCESS");
    assert!(walk.body["sessionToken"].is_string());
    assert_eq!(sandbox.pushes(), 1);
}

#[test]
fn the_number_is_told_once_the_phone_shows_three() {
    let sandbox = Sandbox::start(phone());
    let person = sandbox.phone(ADA);
    let mut walk = sent(&sandbox);
    walk.poll();
    assert_eq!(walk.body.pointer(NUMBER), None);
    assert_eq!(person.number(), None);
    assert!(!person.pick(7));
    person.let_number_be(0);
    assert!(person.open());
    assert_eq!(walk.poll(), "WAITING");
    assert_eq!(walk.body.pointer(NUMBER), Some(&json!(0)));
    person.let_number_be(42);
    walk.poll();
    assert_eq!(walk.body.pointer(NUMBER), Some(&json!(42)));
    assert!(person.pick(42));
    walk.poll();
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn another_look_shows_another_number_and_a_wrong_one_rejects() {
    let sandbox = Sandbox::start(phone());
    let person = sandbox.phone(ADA);
    let mut walk = sent(&sandbox);
    assert!(person.open());
    let first = person.number().expect("a number");
    assert!(person.reopen());
    let second = person.number().expect("a number");
    assert_ne!(first, second);
    walk.poll();
    assert_eq!(walk.body.pointer(NUMBER), Some(&json!(second)));
    assert!(person.pick(first));
    assert_eq!(walk.poll(), "REJECTED");
    assert_eq!(walk.body.pointer(NUMBER), None);
}

#[test]
fn a_rejected_push_can_be_sent_again_and_counts_for_no_lock() {
    let sandbox = Sandbox::start(phone());
    let person = sandbox.phone(ADA);
    let mut walk = sent(&sandbox);
    for _ in 0..6 {
        assert!(person.reject());
        walk.poll();
        assert_eq!(walk.poll(), "REJECTED");
        assert_eq!(walk.body["_links"]["next"]["name"], "verify");
        assert!(walk.body["_links"]["resend"].is_array());
        walk.next(json!({}));
        assert_eq!(walk.result(), "WAITING");
    }
    assert_eq!(sandbox.pushes(), 7);
    assert!(person.too_old());
    walk.poll();
    walk.poll();
    let message = &walk.body["factorResultMessage"];
    assert_eq!(message, "OKTA_VERIFY_UPGRADE_REQUIRED");
    let locked = |event: &Event| matches!(event, Event::LockedOut { .. });
    assert_eq!(sandbox.count(locked), 0);
}

#[test]
fn an_unanswered_push_runs_out_however_often_it_is_asked_about() {
    let mut setup = phone();
    setup.mfa.push_life = Duration::from_secs(60);
    let sandbox = Sandbox::start(setup);
    let mut walk = sent(&sandbox);
    sandbox.advance(Duration::from_secs(40));
    assert_eq!(walk.poll(), "WAITING");
    sandbox.advance(Duration::from_secs(20));
    assert_eq!(walk.poll(), "TIMEOUT");
    assert_eq!(walk.body["_links"]["next"]["name"], "verify");
    assert_eq!(sandbox.phone(ADA).pushes_waiting(), 0);
    assert!(!sandbox.phone(ADA).approve());
}

#[test]
fn a_second_push_voids_the_first_and_so_do_going_back_and_cancelling() {
    let sandbox = Sandbox::start(phone());
    let person = sandbox.phone(ADA);
    let mut walk = sent(&sandbox);
    walk.post(&walk.href("resend"), json!({}));
    assert_eq!((sandbox.pushes(), person.pushes_waiting()), (2, 1));
    assert!(person.approve());
    walk.poll();
    walk.poll();
    assert_eq!(walk.status(), "SUCCESS");
    for name in ["prev", "cancel"] {
        let mut walk = sent(&sandbox);
        assert_eq!(person.pushes_waiting(), 1);
        walk.post(&walk.href(name), json!({}));
        assert_eq!(person.pushes_waiting(), 0);
    }
}

#[test]
fn a_phone_can_act_by_itself() {
    for (manner, last) in [
        (PhoneManner::ApprovesAfter { polls: 3 }, "SUCCESS"),
        (PhoneManner::RejectsAfter { polls: 3 }, "REJECTED"),
        (PhoneManner::Silent, "WAITING"),
    ] {
        let mut setup = phone();
        setup.phone = manner;
        let sandbox = Sandbox::start(setup);
        let mut walk = sent(&sandbox);
        let mut numbers = Vec::new();
        for _ in 0..3 {
            assert_eq!(walk.poll(), "WAITING");
            numbers.push(walk.body.pointer(NUMBER).is_some());
        }
        assert_eq!(numbers, [false, last != "WAITING", last != "WAITING"]);
        walk.poll();
        assert!([walk.status(), walk.result()].contains(&last));
    }
}

#[test]
fn without_a_number_challenge_there_is_no_number() {
    let mut setup = phone();
    setup.mfa.number_challenge = NumberChallenge::Never;
    let sandbox = Sandbox::start(setup);
    let mut walk = sent(&sandbox);
    assert!(sandbox.phone(ADA).open());
    walk.poll();
    assert_eq!(walk.body.pointer(NUMBER), None);
    assert!(sandbox.phone(ADA).approve());
    walk.poll();
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn answers_to_polls_may_leave_out_everything_embedded() {
    let mut setup = phone();
    setup.variants.polls_without_embedded = true;
    let sandbox = Sandbox::start(setup);
    let mut walk = sent(&sandbox);
    let mut embedded = Vec::new();
    for _ in 0..4 {
        assert_eq!(walk.poll(), "WAITING");
        embedded.push(walk.body["_embedded"].is_object());
    }
    assert_eq!(embedded, [true, false, true, false]);
}

#[test]
fn a_wish_about_pushes_without_asking_is_kept() {
    let sandbox = Sandbox::start(with([Factor::push("phone").with_id("opfADA")]));
    let mut walk = Walk::begin(&sandbox);
    let href = format!("{}?autoPush=true", walk.factor("push"));
    walk.post(&href, json!({}));
    let again = Walk::begin(&sandbox).body;
    let wish = again.pointer("/_embedded/policy/factorsPolicyInfo/opfADA/autoPushEnabled");
    assert_eq!(wish, Some(&Value::Bool(true)));
    assert_eq!(sandbox.pushes(), 1);
}

#[test]
fn polls_without_a_pause_are_noticed() {
    let sandbox = Sandbox::start(phone());
    let mut walk = sent(&sandbox);
    walk.poll();
    assert_eq!(sandbox.violations(), []);
    walk.poll();
    assert_eq!(sandbox.violations(), [Violation::PolledTooFast]);
}

#[test]
fn a_person_who_waits_for_a_push_is_woken_by_it() {
    let sandbox = Sandbox::start(phone());
    let person = sandbox.phone(ADA);
    assert!(!person.wait_for_push(Duration::ZERO));
    let limit = Duration::from_secs(20);
    let waiting = std::thread::spawn(move || person.wait_for_push(limit) && person.approve());
    let mut walk = sent(&sandbox);
    assert!(waiting.join().expect("the thread ends"));
    walk.poll();
    walk.poll();
    assert_eq!(walk.status(), "SUCCESS");
}

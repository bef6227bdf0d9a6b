//! The pause after three passwords without a verdict: how it grows, what ends it, and whom it does not hold back.

use std::time::Duration;

use sandbox::{Garble, PASSWORD, Setup, Step};

use crate::home::Home;
use crate::lockout_scene::{
    DAY, HOUR, MINUTE, MOST, Memory, Told, busy, is_pause, unreadable, was_locked,
    with_wrong_password,
};
use crate::screen::{Terminal, outcome};

/// A home whose wrong password has been sent three times to a gateway that answers by itself.
fn in_a_pause() -> Home {
    let home = with_wrong_password();
    home.sandbox
        .fault(unreadable(Step::Authn, 504, Garble::Html));
    send_three(&home);
    home
}

#[track_caller]
fn send_three(home: &Home) {
    let memory = Memory::usual(home);
    let before = home.sandbox.password_tries();
    for _ in 0..MOST {
        let _ = memory.run(&["get", "grafana", "--fresh"]).told(6);
    }
    assert_eq!(home.sandbox.password_tries(), before + MOST);
    assert_paused(&memory, 15 * MINUTE);
}

/// Asserts that a call is held back without a request, and says for how long.
#[track_caller]
fn assert_paused(memory: &Memory<'_>, length: Duration) {
    let requests = memory.home.sandbox.requests();
    let words = memory.run(&["get", "grafana", "--fresh"]).told(3);
    assert_eq!(is_pause(&words, length), Ok(()));
    assert_eq!(memory.home.sandbox.requests(), requests);
}

/// Asserts that a call sends the password, once.
#[track_caller]
fn assert_sent(told: &Told) {
    assert_eq!(
        (told.passwords, told.outcome.code),
        (1, 6),
        "{}",
        told.outcome.stderr
    );
}

#[test]
fn each_pause_ends_with_one_password_and_the_next_one_is_longer() {
    let home = in_a_pause();
    let memory = Memory::usual(&home);
    for (most_of_it, next) in [
        (10 * MINUTE, HOUR),
        (55 * MINUTE, 4 * HOUR),
        (235 * MINUTE, DAY),
        (1435 * MINUTE, DAY),
    ] {
        memory.age(most_of_it);
        assert_paused(&memory, 5 * MINUTE);
        memory.age(6 * MINUTE);
        assert_sent(&memory.get());
        assert_paused(&memory, next);
    }
    assert!(!was_locked(&home));
}

#[test]
fn no_number_of_pauses_locks_the_account() {
    let home = in_a_pause();
    let memory = Memory::usual(&home);
    for day in 1..=20 {
        memory.age(DAY + MINUTE);
        let told = memory.get();
        assert!(!was_locked(&home), "on day {day}: {}", told.outcome.stderr);
    }
}

#[test]
fn a_clock_that_is_set_back_does_not_end_a_pause() {
    let home = in_a_pause();
    // As if the pause had been written by a clock that was a day ahead.
    let memory = Memory::usual(&home);
    memory.age_back(DAY);
    for _ in 0..MOST {
        let _ = memory.get();
    }
    let sent = home.sandbox.password_tries();
    assert!(sent <= MOST + 1, "{sent} passwords");
}

#[test]
fn a_success_clears_what_was_counted() {
    let home = in_a_pause();
    let memory = Memory::usual(&home);
    memory.age(16 * MINUTE);
    assert_sent(&memory.get());
    assert_paused(&memory, HOUR);
    memory.age(HOUR + MINUTE);
    home.password(PASSWORD);
    home.sandbox.clear_faults();
    let _ = memory.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    home.sandbox
        .fault(unreadable(Step::Authn, 504, Garble::Html));
    // Three again, and then the shortest pause.
    send_three(&home);
}

#[test]
fn a_person_who_signs_in_is_not_held_back_by_the_pause() {
    let home = in_a_pause();
    for count in 1..=3 {
        let terminal = Terminal::new();
        let child = terminal.start(&home, "credential login grafana");
        let _ = outcome(child).failure(6);
        assert_eq!(home.sandbox.password_tries(), MOST + count);
    }
    let memory = Memory::usual(&home);
    assert_eq!(
        memory.get().requests,
        0,
        "others are held back all the same"
    );
    home.sandbox.clear_faults();
    home.password(PASSWORD);
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    let _ = outcome(child).done();
    home.sandbox.end_okta_sessions();
    let _ = memory.run(&["get", "grafana", "--fresh"]).answer();
    assert!(!was_locked(&home));
}

#[test]
fn another_password_does_not_end_the_pause_of_the_account() {
    let home = in_a_pause();
    let memory = Memory::usual(&home);
    // They would all be wrong: Okta counts them for the account.
    for number in 0..10 {
        home.password(&format!("not that one either {number}"));
        let _ = memory.get();
    }
    assert!(!was_locked(&home));
    let sent = home.sandbox.password_tries();
    assert!(sent <= MOST, "{sent} passwords");
}

#[test]
fn an_unattended_login_of_a_refused_password_keeps_to_the_pause_for_refusals() {
    let home = Home::new(busy(Setup::default()));
    let memory = Memory::usual(&home);
    for number in 0..MOST {
        home.password(&format!("not it {number}"));
        let told = memory.get();
        assert_eq!((told.passwords, told.outcome.code), (1, 5));
    }
    // All three were refused; the last one is not sent once more by a script.
    let told = memory.run(&["login", "grafana"]);
    assert_eq!(told.code, 3, "{}", told.stderr);
    assert!(
        told.stderr.contains("has refused the last 3 passwords"),
        "{}",
        told.stderr
    );
    assert_eq!(home.sandbox.password_tries(), MOST);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_logout_does_not_end_the_pause() {
    let home = in_a_pause();
    let memory = Memory::usual(&home);
    for verb in [
        ["logout", "corp"],
        ["logout", "grafana"],
        ["logout", "--all"],
    ] {
        let _ = memory.run(&verb);
        assert_paused(&memory, 15 * MINUTE);
    }
    assert_eq!(home.sandbox.password_tries(), MOST);
}

//! Never a locked account, though the disk fails: each step on the memory that fails, in one call after the other.

use sandbox::{Garble, Step};

use crate::lockout_kills::{Place, names, places, traced};
use crate::lockout_scene::{MOST, Memory, unreadable, was_locked, with_wrong_password};

const ERRORS: [&str; 4] = ["ENOSPC", "EIO", "EROFS", "EDQUOT"];
const CALLS: usize = 5;

/// Lets each step of a call fail, or each from there on (`+`), in calls that send a wrong password.
#[track_caller]
fn assert_survives(and_later: &str, plan: Option<sandbox::Plan>) {
    let home = with_wrong_password();
    if let Some(plan) = plan {
        home.sandbox.fault(plan);
    }
    let memory = Memory::usual(&home);
    // Steps that fail before a password leaves are tried too.
    let Some(places) = places(&memory, None) else {
        return;
    };
    let names = names(memory.directory());
    let mut wrong = Vec::new();
    let mut failed = 0;
    for (number, (place, error)) in places.iter().zip(ERRORS.iter().cycle()).enumerate() {
        let memory = Memory::new(&home, &number.to_string());
        let Place { name, nth } = place;
        let paths = if name == "write" { &names[..] } else { &[] };
        let injected = format!("{name}:error={error}:when={nth}{and_later}");
        for _ in 0..CALLS {
            let _ = traced(&memory, paths, Some(&injected)).status();
            let trace = std::fs::read_to_string(home.path("trace")).unwrap_or_default();
            failed += usize::from(trace.contains("(INJECTED)"));
        }
        let sent = home.sandbox.password_tries();
        if sent > MOST || was_locked(&home) {
            wrong.push(format!(
                "{sent} passwords with {error} at {name} no. {nth}{and_later}"
            ));
        }
    }
    assert!(failed >= places.len(), "{failed} failed at {places:?}");
    assert!(wrong.is_empty(), "of {} places: {wrong:#?}", places.len());
}

#[test]
fn a_step_of_the_memory_that_always_fails_lets_three_passwords_out() {
    assert_survives("", None);
}

#[test]
fn a_step_that_always_fails_with_all_after_it_lets_three_passwords_out() {
    assert_survives("+", Some(unreadable(Step::Authn, 502, Garble::Html)));
}

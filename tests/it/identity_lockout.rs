//! Never a locked account, at the Identity Engine: a secret is sent once, and three times at most where no answer says
//! what Okta made of it.

use std::thread;
use std::time::Duration;

use sandbox::{Event, Factor, FactorKind, Fault, Garble, Identity, Need, Plan, Setup, Step};

use crate::factors::{SEED, assert_lawful, home};
use crate::home::Home;
use crate::identity::{SEEDED, posts, setup_at, stocked};
use crate::lockout_scene::{
    DAY, MINUTE, MOST, Memory, Told, assert_none, busy, is_pause, unreadable, was_locked,
};

const OTHER_SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
/// Enough to see whether a fourth secret is sent.
const FEW: usize = 5;
/// Enough to lock the account, and more.
const MANY: usize = 13;

/// The same setup with an Okta that never says that requests come too often: such an answer would spare the account.
fn patient(setup: Setup) -> Setup {
    let mut setup = busy(setup);
    setup.factor_limits.token_per_five_seconds = 1_000_000;
    setup.factor_limits.user_per_five_seconds = 1_000_000;
    setup
}

fn with_wrong_password(identity: Identity) -> Home {
    let home = home(patient(setup_at(identity, [], [])), "");
    home.password("not it");
    home
}

fn with_wrong_seed(lines: &str) -> Home {
    let identity = Identity {
        code_limit: 0,
        ..Identity::new()
    };
    let setup = setup_at(identity, [Factor::totp(SEED)], [Need::Possession]);
    let home = home(patient(setup), &format!("{SEEDED}\n{lines}"));
    std::fs::write(home.path("seed"), OTHER_SEED).expect("the seed is written");
    home
}

/// Org pages that ask for name and password together, and one after the other.
fn both_pages() -> [(Identity, Step); 2] {
    let apart = Identity {
        identifier_first: true,
        ..Identity::new()
    };
    [(Identity::new(), Step::Identify), (apart, Step::Answer)]
}

/// Makes unattended calls, and tells what is wrong with them: which secrets left, and what was said after the third.
fn breaches(
    memory: &Memory<'_>,
    calls: usize,
    after_each: impl Fn(),
    secrets: impl Fn(&Told) -> usize,
) -> Vec<String> {
    let call = |_| {
        let told = memory.get();
        after_each();
        told
    };
    let told: Vec<Told> = (0..calls).map(call).collect();
    let mut wrong = Vec::new();
    let sent: usize = told.iter().map(&secrets).sum();
    if !(1..=MOST).contains(&sent) {
        wrong.push(format!("{sent} secrets: {}", told[0].outcome.stderr));
    }
    if was_locked(memory.home) {
        wrong.push("the account is locked".into());
    }
    for one in told.iter().skip(MOST) {
        let words = &one.outcome.stderr;
        let is_told = words.contains("hint: ") && [3, 5, 6].contains(&one.outcome.code);
        if secrets(one) > 0 || !is_told {
            wrong.push(format!("exit {}: {words}", one.outcome.code));
        }
    }
    let repeated = |event: &Event| {
        matches!(
            event,
            Event::Violated(
                sandbox::Violation::PasswordRepeated { .. }
                    | sandbox::Violation::CodeRepeated { .. }
                    | sandbox::Violation::PasswordAstray { .. }
            )
        )
    };
    if memory.home.sandbox.count(repeated) > 0 {
        wrong.push(format!("{:?}", memory.home.sandbox.violations()));
    }
    wrong.truncate(3);
    wrong
}

#[test]
fn a_wrong_password_is_sent_once_by_a_hundred_processes() {
    for (identity, _) in both_pages() {
        let home = with_wrong_password(identity);
        for _ in 0..2 {
            for said in home.crowd(50, &["get", "grafana"]) {
                let words = said.failure(5);
                assert!(words.contains("E0000004"), "{words}");
            }
        }
        home.assert_passwords(1);
    }
}

#[test]
fn a_wrong_password_that_okta_refuses_is_sent_once_for_ever() {
    for back in [false, true] {
        let identity = Identity {
            identifier_first: true,
            wrong_password_identifies: back,
            ..Identity::new()
        };
        let home = with_wrong_password(identity);
        let memory = Memory::usual(&home);
        for call in 0..FEW {
            let told = memory.get();
            assert_eq!(told.outcome.code, 5, "{}", told.outcome.stderr);
            assert_eq!(told.passwords, usize::from(call == 0));
            memory.age(30 * DAY);
        }
        assert_lawful(&home);
    }
}

#[test]
fn a_password_without_a_verdict_is_sent_three_times_whatever_answers() {
    let statuses = [200, 401, 400, 403, 407, 429, 500, 502, 504];
    let rows = statuses.into_iter().flat_map(|status| {
        let bodies = Garble::ALL.into_iter();
        bodies
            .filter(|body| !body.is_coat())
            .map(move |body| (status, body))
    });
    let rows: Vec<(u16, Garble)> = rows.collect();
    let mut wrong = Vec::new();
    for (identity, step) in both_pages() {
        let home = with_wrong_password(identity);
        // One of the two pages takes every other row: each row once is enough.
        let parity = usize::from(step == Step::Answer);
        for (number, (status, body)) in rows.iter().enumerate().skip(parity).step_by(2) {
            let memory = Memory::new(&home, &number.to_string());
            home.sandbox.clear_faults();
            home.sandbox.fault(unreadable(step, *status, body.clone()));
            let found = breaches(&memory, FEW - 1, || {}, |told| told.passwords);
            wrong.extend(found.iter().map(|one| format!("{status} {body:?}: {one}")));
        }
    }
    assert_none(&wrong);
}

#[test]
fn an_answer_in_a_coat_is_understood_or_counts() {
    let mut wrong = Vec::new();
    for (identity, step) in both_pages() {
        let home = with_wrong_password(identity);
        for body in Garble::ALL.into_iter().filter(Garble::is_coat) {
            let memory = Memory::new(&home, &format!("{body:?}"));
            home.sandbox.clear_faults();
            home.sandbox.fault(unreadable(step, 401, body.clone()));
            let found = breaches(&memory, FEW, || {}, |told| told.passwords);
            wrong.extend(found.iter().map(|one| format!("{body:?}: {one}")));
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_connection_that_ends_before_a_verdict_is_asked_about_and_never_repeated() {
    let mut wrong = Vec::new();
    for (identity, step) in both_pages() {
        let home = with_wrong_password(identity);
        for fault in [Fault::HangUp, Fault::Cut] {
            let memory = Memory::new(&home, &fault.to_string());
            home.sandbox.clear_faults();
            home.sandbox
                .fault(Plan::new(step, fault.clone()).only_secrets());
            let found = breaches(&memory, MANY, || {}, |told| told.passwords);
            wrong.extend(found.iter().map(|one| format!("{fault} {step:?}: {one}")));
        }
    }
    assert_none(&wrong);
}

#[test]
fn an_answer_that_never_ends_or_never_comes_counts() {
    // Each takes as long as the program has patience; then come two that end at once.
    thread::scope(|scope| {
        for fault in [Fault::Endless, Fault::Silence] {
            scope.spawn(move || {
                let home = with_wrong_password(Identity::new());
                let memory = Memory::new(&home, "slow");
                home.sandbox
                    .fault(Plan::new(Step::Identify, fault.clone()).times(1));
                home.sandbox
                    .fault(Plan::new(Step::Identify, Fault::HangUp).only_secrets());
                let found = breaches(&memory, FEW, || {}, |told| told.passwords);
                assert!(found.is_empty(), "{fault}: {found:#?}");
            });
        }
    });
}

#[test]
fn a_right_password_whose_answer_is_lost_signs_in_with_the_handle() {
    for (identity, step) in both_pages() {
        for fault in [Fault::HangUp, Fault::Cut] {
            let home = home(setup_at(identity.clone(), [], []), "");
            home.sandbox
                .fault(Plan::new(step, fault).only_secrets().times(1));
            let said = home.run(&["get", "grafana"]);
            assert_eq!(said.code, 0, "{step:?}: {}", said.stderr);
            home.assert_passwords(1);
        }
    }
}

#[test]
fn passwords_without_a_verdict_end_in_a_pause_that_says_for_how_long() {
    let home = with_wrong_password(Identity::new());
    let memory = Memory::usual(&home);
    home.sandbox
        .fault(unreadable(Step::Identify, 502, Garble::Html));
    for _ in 0..MOST {
        let _ = memory.get();
    }
    let before = posts(&home);
    let told = memory.get();
    assert_eq!((told.passwords, posts(&home)), (0, before));
    let words = told.outcome.told(3);
    assert_eq!(is_pause(&words, 15 * MINUTE), Ok(()));
}

#[test]
fn no_number_of_pauses_locks_the_account() {
    let home = with_wrong_password(Identity::new());
    let memory = Memory::usual(&home);
    home.sandbox
        .fault(unreadable(Step::Identify, 504, Garble::Empty));
    for day in 1..=FEW {
        let told = memory.get();
        assert!(!was_locked(&home), "on day {day}: {}", told.outcome.stderr);
        memory.age(DAY + MINUTE);
    }
    assert!(home.sandbox.password_tries() <= MOST + FEW);
}

#[test]
fn codes_without_a_verdict_are_three_at_most() {
    let home = with_wrong_seed("");
    let rows = [
        (200, Garble::NoCode),
        (200, Garble::Truncated),
        (403, Garble::Html),
        (429, Garble::Empty),
        (500, Garble::ServerError),
        (504, Garble::Html),
    ];
    let mut wrong = Vec::new();
    for (number, (status, body)) in rows.into_iter().enumerate() {
        let memory = Memory::new(&home, &number.to_string());
        home.sandbox.clear_faults();
        home.sandbox.fault(unreadable_code(status, body.clone()));
        let step = || home.sandbox.advance(Duration::from_secs(31));
        let found = breaches(&memory, FEW, step, |told| told.codes);
        wrong.extend(found.iter().map(|one| format!("{status} {body:?}: {one}")));
    }
    assert_none(&wrong);
}

fn unreadable_code(status: u16, body: Garble) -> Plan {
    unreadable(Step::Answer, status, body)
}

#[test]
fn a_seed_whose_codes_okta_refuses_never_sends_a_fifth() {
    let home = with_wrong_seed("");
    let memory = Memory::usual(&home);
    let mut codes = 0;
    for _ in 0..MANY {
        let told = memory.get();
        codes += told.codes;
        assert_eq!(told.outcome.code, 5, "{}", told.outcome.stderr);
        home.sandbox.advance(Duration::from_secs(31));
        memory.age(16 * MINUTE);
    }
    assert!((1..=MOST).contains(&codes), "{codes}");
    let blocked = |event: &Event| matches!(event, Event::FactorBlocked { .. });
    assert_eq!(home.sandbox.count(blocked), 0);
    assert_lawful(&home);
}

#[test]
fn a_kind_that_okta_has_blocked_is_told_and_left_alone() {
    let identity = Identity {
        code_limit: 1,
        ..Identity::new()
    };
    let factors = [Factor::totp(SEED)];
    let home = home(setup_at(identity, factors, [Need::Possession]), SEEDED);
    std::fs::write(home.path("seed"), OTHER_SEED).expect("the seed is written");
    let told = home.run(&["get", "grafana"]).failure(6);
    assert!(told.contains("Too many attempts"), "{told}");
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    home.sandbox.advance(Duration::from_secs(31));
    let before = posts(&home);
    let again = home.run(&["get", "grafana"]).told(6);
    assert!(again.contains("hint: "), "{again}");
    assert_eq!(posts(&home), before, "it is remembered");
    assert_eq!(home.sandbox.code_tries(), 1);
    assert_lawful(&home);
}

#[test]
fn a_wrong_answer_to_a_question_is_sent_once() {
    let factors = [Factor::question("Your first pet?", "Lovelace")];
    let lines = "factor = \"question\"\npasscode = { file = \"answer\" }";
    let setup = setup_at(Identity::new(), factors, [Need::only(FactorKind::Question)]);
    let home = stocked(home(patient(setup), lines));
    std::fs::write(home.path("answer"), "Babbage\n").expect("the answer is written");
    let memory = Memory::usual(&home);
    let mut codes = 0;
    for _ in 0..FEW {
        let told = memory.get();
        assert_eq!(told.outcome.code, 5, "{}", told.outcome.stderr);
        codes += told.codes;
        memory.age(16 * MINUTE);
    }
    assert!((1..=MOST).contains(&codes), "{codes}");
    assert_lawful(&home);
}

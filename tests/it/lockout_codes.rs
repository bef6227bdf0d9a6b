//! Never a locked account, by codes: Okta locks it at the fifth wrong one, whatever answer reaches the program.

use std::time::Duration;

use sandbox::{Factor, Fault, Garble, Plan, Step};

use crate::factors::{SEED, home, setup};
use crate::home::Home;
use crate::lockout_scene::{
    DAY, MINUTE, MOST, Memory, Told, assert_none, busy, is_pause, unreadable, was_locked,
};

const OTHER_SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
/// Enough to lock the account twice, and more.
const CALLS: usize = 12;
/// Enough to see whether a fourth code is sent.
const FEW: usize = 5;
/// A time step of a computed code, and a bit.
const STEP: Duration = Duration::from_secs(31);

/// A home whose codes are wrong, from a seed or from a command that gives another one each time.
fn with_wrong_codes(factor: Factor, pin: &str, passcode: &str) -> Home {
    let lines = format!("factor = [\"{pin}\"]\npasscode = {passcode}");
    let home = home(busy(setup(vec![factor])), &lines);
    std::fs::write(home.path("seed"), OTHER_SEED).expect("the seed is written");
    std::fs::write(home.path("next"), NEXT).expect("a script");
    home
}

fn with_wrong_seed() -> Home {
    let seed = "{ totp = { file = \"seed\" } }";
    with_wrong_codes(Factor::totp(SEED), "token:software:totp", seed)
}

/// Prints a number of six digits, another one each time, in the letters that it is given.
const NEXT: &str = "cd \"${0%/*}\" || exit 1
number=$(cat number 2>/dev/null || echo 100000)
echo $((number + 1)) >number
printf \"%0${1}d\\n\" \"$number\" | tr 0-9 \"$2\"
";

fn next(home_of_script: &str, length: usize, letters: &str) -> String {
    format!("{{ command = [\"sh\", \"{home_of_script}\", \"{length}\", \"{letters}\"] }}")
}

/// A factor whose code comes from a command, its pin, and the length and the letters of its codes.
fn with_command(factor: Factor, pin: &str, length: usize, letters: &str) -> Home {
    let home = with_wrong_codes(factor, pin, "{ command = [\"false\"] }");
    let script = home.path("next").display().to_string();
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    let command = next(&script, length, letters);
    home.configure(&text.replace("{ command = [\"false\"] }", &command));
    home
}

/// Makes unattended calls, each with another code, and after each one `wait`; tells what is wrong with them.
fn breaches(memory: &Memory<'_>, calls: usize, wait: Duration) -> Vec<String> {
    let call = |_| {
        let told = memory.get();
        memory.home.sandbox.advance(STEP);
        memory.age(wait);
        told
    };
    let told: Vec<Told> = (0..calls).map(call).collect();
    let mut wrong = Vec::new();
    let sent: usize = told.iter().map(|one| one.codes).sum();
    if !(1..=MOST).contains(&sent) {
        let words = &told[0].outcome.stderr;
        wrong.push(format!("{sent} codes; the first call: {words}"));
    }
    if was_locked(memory.home) {
        wrong.push("the account is locked".into());
    }
    wrong.extend(
        told.iter()
            .skip(MOST)
            .filter_map(|one| held_back(one).err()),
    );
    wrong.truncate(3);
    wrong
}

/// Checks that a call sent no code, and said why and what to do.
fn held_back(told: &Told) -> Result<(), String> {
    let words = &told.outcome.stderr;
    let is_told = words.contains("hint: ");
    match (told.codes, told.outcome.code) {
        (0, 3 | 5) if is_told => Ok(()),
        (codes, code) => Err(format!("{codes} codes, exit {code}: {words}")),
    }
}

#[test]
fn a_wrong_seed_whose_codes_get_no_verdict_sends_three() {
    let home = with_wrong_seed();
    let mut wrong = Vec::new();
    let rows = [
        (200, Garble::NoCode),
        (200, Garble::Truncated),
        (403, Garble::Empty),
        (403, Garble::Html),
        (407, Garble::Xml),
        (429, Garble::Empty),
        (500, Garble::ServerError),
        (504, Garble::Html),
    ];
    for (number, (status, body)) in rows.into_iter().enumerate() {
        let memory = Memory::new(&home, &number.to_string());
        home.sandbox.clear_faults();
        home.sandbox
            .fault(unreadable(Step::Verify, status, body.clone()));
        let found = breaches(&memory, FEW, Duration::ZERO);
        if !found.is_empty() {
            wrong.push(format!("{status} with {body:?}: {found:#?}"));
        }
    }
    assert_none(&wrong);
}

#[test]
fn twelve_calls_with_a_wrong_seed_send_three_codes_and_say_for_how_long() {
    let home = with_wrong_seed();
    let memory = Memory::usual(&home);
    home.sandbox
        .fault(unreadable(Step::Verify, 504, Garble::Html));
    let found = breaches(&memory, CALLS, Duration::ZERO);
    assert!(found.is_empty(), "{found:#?}");
    let last = memory.get();
    let words = last.outcome.told(3);
    assert_eq!(is_pause(&words, 15 * MINUTE), Ok(()));
}

#[test]
fn a_wrong_seed_that_okta_refuses_sends_three_codes_however_long_it_goes_on() {
    let home = with_wrong_seed();
    let memory = Memory::usual(&home);
    let found = breaches(&memory, CALLS, DAY);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn verdicts_and_answers_without_one_in_turn_lock_no_account() {
    let home = with_wrong_seed();
    let memory = Memory::usual(&home);
    for call in 0..CALLS {
        home.sandbox.clear_faults();
        if call % 2 == 0 {
            home.sandbox
                .fault(unreadable(Step::Verify, 502, Garble::Html));
        }
        let told = memory.get();
        assert!(!was_locked(&home), "call {call}: {}", told.outcome.stderr);
        home.sandbox.advance(STEP);
        memory.age(16 * MINUTE);
    }
}

#[test]
fn no_number_of_pauses_lets_a_fifth_code_out() {
    let home = with_wrong_seed();
    let memory = Memory::usual(&home);
    home.sandbox
        .fault(unreadable(Step::Verify, 504, Garble::Empty));
    for day in 1..=20 {
        let told = memory.get();
        assert!(!was_locked(&home), "on day {day}: {}", told.outcome.stderr);
        home.sandbox.advance(STEP);
        memory.age(DAY + MINUTE);
    }
}

#[test]
fn a_connection_that_ends_after_a_code_counts() {
    let home = with_wrong_seed();
    for fault in [Fault::HangUp, Fault::Cut] {
        let memory = Memory::new(&home, &fault.to_string());
        home.sandbox.clear_faults();
        home.sandbox
            .fault(Plan::new(Step::Verify, fault.clone()).only_secrets());
        let found = breaches(&memory, CALLS, Duration::ZERO);
        assert!(found.is_empty(), "{fault}: {found:#?}");
    }
}

/// Each kind of factor that a command can answer, with its pin, and the length and the letters of its codes.
fn kinds() -> [(Factor, &'static str, usize, &'static str); 7] {
    const DIGITS: &str = "0-9";
    [
        (Factor::totp(SEED), "token:software:totp", 6, DIGITS),
        (
            Factor::google_totp(SEED),
            "google:token:software:totp",
            6,
            DIGITS,
        ),
        (Factor::hotp("Acme", &["1"]), "token:hotp", 6, DIGITS),
        (Factor::yubikey(), "yubico", 44, "cbdefghijk"),
        (Factor::symantec("VSMT1"), "symantec", 6, DIGITS),
        (Factor::rsa("ada"), "rsa", 8, DIGITS),
        (Factor::question("Who?", "Me"), "question", 6, DIGITS),
    ]
}

#[test]
fn a_command_whose_codes_get_no_verdict_sends_three_for_each_kind_of_factor() {
    let mut wrong = Vec::new();
    for (factor, pin, length, letters) in kinds() {
        let home = with_command(factor, pin, length, letters);
        let memory = Memory::usual(&home);
        home.sandbox
            .fault(unreadable(Step::Verify, 403, Garble::Empty));
        let found = breaches(&memory, FEW, Duration::ZERO);
        if !found.is_empty() {
            wrong.push(format!("{pin}: {found:#?}"));
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_command_whose_codes_okta_refuses_sends_three_however_long_it_goes_on() {
    let mut wrong = Vec::new();
    for (factor, pin, length, letters) in kinds().into_iter().skip(3) {
        let home = with_command(factor, pin, length, letters);
        let memory = Memory::usual(&home);
        let found = breaches(&memory, FEW, 16 * MINUTE);
        if !found.is_empty() {
            wrong.push(format!("{pin}: {found:#?}"));
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_right_code_after_answers_without_a_verdict_clears_what_was_counted() {
    let seed = "{ totp = { file = \"seed\" } }";
    let home = with_wrong_codes(Factor::totp(SEED), "token:software:totp", seed);
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let memory = Memory::usual(&home);
    for _ in 0..2 {
        home.sandbox
            .fault(unreadable(Step::Verify, 504, Garble::Html));
        for _ in 0..MOST - 1 {
            let _ = memory.run(&["get", "grafana", "--fresh"]).told(6);
            home.sandbox.advance(STEP);
        }
        home.sandbox.clear_faults();
        let _ = memory.run(&["get", "grafana", "--fresh"]).answer();
        home.sandbox.advance(STEP);
        home.sandbox.end_okta_sessions();
    }
    assert_eq!(home.sandbox.code_tries(), 2 * MOST);
    assert_eq!(home.sandbox.violations(), []);
}

//! Second factors: what is done alone, what a person is asked, and what is never done.

use std::time::Duration;

use sandbox::{Event, Factor, FactorKind, Mfa, MfaWhen, NumberChallenge, PhoneManner, Setup};

use crate::home::{ADA, Home};
use crate::screen::{PATIENCE, Terminal, outcome};

const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// A setup whose user has these factors.
fn setup(factors: Vec<Factor>) -> Setup {
    let mut setup = Setup::default();
    setup.users[0].factors = factors;
    setup
}

/// A home for a user with these factors, with `lines` in the org's section.
fn home(setup: Setup, lines: &str) -> Home {
    let home = Home::bare(setup);
    configure(&home, lines);
    home
}

fn configure(home: &Home, lines: &str) {
    let org = "password = { file = \"password\" }\n";
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace(org, &format!("{org}{lines}\n")));
}

fn with_seed(factors: Vec<Factor>) -> Home {
    let home = home(setup(factors), "passcode = { totp = { file = \"seed\" } }");
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    home
}

#[track_caller]
fn assert_lawful(home: &Home) {
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_computed_code_needs_nobody() {
    let home = with_seed(Factor::okta_verify("Ada's phone", SEED));
    let cookie = home.run(&["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="), "{cookie}");
    assert_eq!(home.sandbox.pushes(), 0);
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (1, 1)
    );
    assert_lawful(&home);
}

#[test]
fn without_anything_that_needs_nobody_the_command_to_run_is_told_and_no_push_is_sent() {
    let home = home(setup(Factor::okta_verify("Ada's phone", SEED)), "");
    let told = home.run(&["get", "grafana"]).told(3);
    assert!(told.contains("hint: credential login corp"), "{told}");
    assert!(told.contains("okta:push (Ada's phone)"), "{told}");
    assert_eq!((home.sandbox.pushes(), home.sandbox.code_tries()), (0, 0));
    let cancelled = |event: &Event| matches!(event, Event::TransactionCancelled { .. });
    assert_eq!(
        home.sandbox.count(cancelled),
        1,
        "nothing is left open at Okta"
    );
    assert_lawful(&home);
}

#[test]
fn a_push_is_sent_unattended_where_the_org_says_so() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa.number_challenge = NumberChallenge::Never;
    setup.phone = PhoneManner::ApprovesAfter { polls: 1 };
    let home = home(setup, "push_unattended = true");
    let said = home.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(
        said.stderr,
        "credential: waiting for approval on Ada's phone, up to 59 s\n"
    );
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn a_person_chooses_and_types_a_code() {
    let home = home(setup(Factor::okta_verify("Ada's phone", SEED)), "");
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("2) a code from Okta Verify");
    terminal.until("number (1-2): ");
    terminal.type_in("2\r");
    terminal.until("a code from Okta Verify");
    terminal.until("another factor): ");
    let code = home.sandbox.phone(ADA).totp();
    terminal.type_in(&format!("{code}\r"));
    let _ = outcome(child).answer();
    terminal.assert_restored(&before);
    assert_lawful(&home);
}

#[test]
fn a_person_sees_the_number_of_a_push_once() {
    let home = home(setup(vec![Factor::push("Ada's phone")]), "");
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("waiting for approval on Ada's phone");
    let phone = home.sandbox.phone(ADA);
    assert!(phone.wait_for_push(PATIENCE));
    phone.let_number_be(0);
    assert!(phone.open());
    terminal.until("choose 0 on Ada's phone");
    assert!(phone.pick(0));
    let _ = outcome(child).answer();
    terminal.assert_restored(&before);
    assert_eq!(terminal.screen().matches("choose 0").count(), 1);
    assert_lawful(&home);
}

#[test]
fn ctrl_c_while_waiting_cancels_at_okta_restores_the_terminal_and_releases_the_claim() {
    let home = home(setup(vec![Factor::push("Ada's phone")]), "");
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "exec credential get grafana");
    terminal.until("waiting for approval on Ada's phone");
    assert!(home.sandbox.phone(ADA).wait_for_push(PATIENCE));
    terminal.type_in("\u{3}");
    let (status, ..) = crate::screen::ended(child);
    assert!(!status.success(), "{status}");
    terminal.assert_restored(&before);
    let cancelled = |event: &Event| matches!(event, Event::TransactionCancelled { .. });
    assert_eq!(home.sandbox.count(cancelled), 1);
    assert_lawful(&home);
}

#[test]
fn a_text_message_is_sent_typed_and_taken() {
    let home = home(setup(vec![Factor::sms("+1 XXX-XXX-1337")]), "");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("a text message to +1 XXX-XXX-1337 (r: send again): ");
    let phone = home.sandbox.phone(ADA);
    let code = phone.last_code(FactorKind::Sms).expect("a message");
    terminal.type_in(&format!("{code}\r"));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn a_remembered_device_is_not_asked_again() {
    let mut setup = setup(Factor::okta_verify("Ada's phone", SEED));
    setup.mfa = Mfa {
        when: MfaWhen::PerDevice,
        ..Mfa::default()
    };
    let home = home(setup, "passcode = { totp = { file = \"seed\" } }");
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let _ = home.run(&["get", "grafana"]).answer();
    home.expire("grafana");
    home.sandbox.end_okta_sessions();
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.code_tries(), 1);
    assert_eq!(home.sandbox.password_tries(), 2);
    assert_lawful(&home);
    let _ = Duration::ZERO;
}

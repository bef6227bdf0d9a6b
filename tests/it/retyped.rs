//! A person whose typed password is refused may type another one: three different ones in a sign-in, at either engine.

use std::process::Child;

use sandbox::{Factor, Identity, PASSWORD, Setup};

use crate::factors::{SEED, assert_lawful, home, setup};
use crate::home::{ADA, Home};
use crate::identity::setup_at;
use crate::screen::{Terminal, ended, outcome};

const AGAIN: &str = "another password of ada@corp.example: ";

/// An org of each engine, and one whose page asks for the name first.
fn orgs() -> [Setup; 3] {
    let identifier_first = Identity {
        identifier_first: true,
        ..Identity::new()
    };
    [
        setup(Vec::new()),
        setup_at(Identity::new(), [], []),
        setup_at(identifier_first, [], []),
    ]
}

/// Runs `command` at the terminal of a person who types `first` as the password.
fn typed(setup: Setup, command: &str, first: &str) -> (Home, Terminal, Child) {
    let home = home(setup, "");
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, command);
    terminal.until_asked();
    terminal.type_in(&format!("{first}\r"));
    (home, terminal, child)
}

#[test]
fn a_mistyped_password_may_be_typed_again_and_each_is_one_try() {
    for setup in orgs() {
        for command in ["credential get grafana", "credential login grafana"] {
            let before = Terminal::new().modes();
            let (home, mut terminal, child) = typed(setup.clone(), command, "wrong one");
            terminal.until_next("2 tries left here");
            terminal.until_next(AGAIN);
            terminal.until_mute();
            // The same one is never sent twice.
            terminal.type_in("wrong one\r");
            terminal.until_next("Okta has refused that one before");
            terminal.until_next(AGAIN);
            assert_eq!(home.sandbox.password_tries(), 1);
            terminal.type_in("another wrong one\r");
            terminal.until_next("1 try left here");
            terminal.until_next(AGAIN);
            terminal.type_in(&format!("{PASSWORD}\r"));
            let said = outcome(child);
            assert_eq!(said.code, 0, "{}", said.stderr);
            assert_eq!(home.sandbox.password_tries(), 3);
            terminal.assert_restored(&before);
            let shown = terminal.screen();
            assert!(!shown.contains("wrong one"), "{shown}");
            assert_lawful(&home);
        }
    }
}

#[test]
fn three_wrong_passwords_are_the_end_and_all_are_remembered() {
    for setup in orgs() {
        let (home, mut terminal, child) = typed(setup, "credential get grafana", "one");
        for next in ["two", "three"] {
            terminal.until_next(AGAIN);
            terminal.type_in(&format!("{next}\r"));
        }
        let told = outcome(child).told(5);
        assert!(told.contains("Okta refused the password"), "{told}");
        assert!(!told.contains("left here"), "{told}");
        assert_eq!(home.sandbox.password_tries(), 3);
        // Without a person none of them is sent again, nor a fourth one for now.
        let text = home.configuration(&["grafana".into()]);
        home.configure(&text);
        for password in ["one", "two", "three"] {
            home.password(password);
            let told = home.run(&["get", "grafana"]).told(5);
            assert!(told.contains("the same password is not sent"), "{told}");
        }
        home.password("four");
        let told = home.run(&["get", "grafana"]).told(3);
        assert!(told.contains("has refused the last 3 passwords"), "{told}");
        assert_eq!(home.sandbox.password_tries(), 3);
        assert_lawful(&home);
    }
}

#[test]
fn who_leaves_the_question_gets_the_refusal() {
    for setup in orgs() {
        for keys in ["\u{4}", "\r"] {
            let (home, mut terminal, child) = typed(setup.clone(), "credential get grafana", "one");
            terminal.until_next(AGAIN);
            terminal.type_in(keys);
            let told = outcome(child).told(5);
            assert!(told.contains("Okta refused the password"), "{told}");
            assert_eq!(home.sandbox.password_tries(), 1);
            assert_lawful(&home);
        }
    }
}

#[test]
fn ctrl_c_at_the_second_question_ends_the_sign_in_and_restores_the_terminal() {
    for setup in orgs() {
        let command = "exec credential get grafana";
        let before = Terminal::new().modes();
        let (home, mut terminal, child) = typed(setup, command, "one");
        terminal.until_next(AGAIN);
        terminal.type_in("\u{3}");
        let (status, ..) = ended(child);
        assert!(!status.success(), "{status}");
        terminal.assert_restored(&before);
        assert_eq!(home.sandbox.password_tries(), 1);
    }
}

#[test]
fn a_configured_password_is_sent_once_even_with_a_person_there() {
    for setup in orgs() {
        for command in ["credential get grafana", "credential login grafana"] {
            let home = home(setup.clone(), "");
            home.password("stale");
            let terminal = Terminal::new();
            let child = terminal.start(&home, command);
            let _ = outcome(child).told(5);
            assert_eq!(home.sandbox.passwords_of(ADA), 1);
        }
    }
}

#[test]
fn after_a_second_password_the_second_factor_is_asked_for_as_usual() {
    let factors = || vec![Factor::totp(SEED)];
    let needs = [sandbox::Need::AnyTwo];
    for setup in [
        setup(factors()),
        setup_at(Identity::new(), factors(), needs),
    ] {
        let (home, mut terminal, child) = typed(setup, "credential get grafana", "one");
        terminal.until_next(AGAIN);
        terminal.type_in(&format!("{PASSWORD}\r"));
        terminal.until("a code from Okta Verify: ");
        terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).totp()));
        let _ = outcome(child).answer();
        assert_eq!(home.sandbox.password_tries(), 2);
        assert_lawful(&home);
    }
}

#[test]
fn a_typed_password_that_was_refused_at_an_earlier_call_is_asked_for_anew() {
    for setup in orgs() {
        let (home, mut terminal, child) = typed(setup, "credential get grafana", "one");
        terminal.until_next(AGAIN);
        terminal.type_in("\u{4}");
        let _ = outcome(child).told(5);
        let mut terminal = Terminal::new();
        let child = terminal.start(&home, "credential get grafana");
        terminal.until_asked();
        terminal.type_in("one\r");
        terminal.until_next("Okta has refused that one before");
        terminal.until_next(AGAIN);
        terminal.type_in(&format!("{PASSWORD}\r"));
        let _ = outcome(child).answer();
        assert_eq!(home.sandbox.password_tries(), 2);
        assert_lawful(&home);
    }
}

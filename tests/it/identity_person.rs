//! Sign-ins at the Identity Engine with a user at the terminal: the questions, the waits, the ways back and out.

use std::process::Child;
use std::time::Duration;

use sandbox::{Before, Factor, Identity, Need, Number, PhoneManner, Setup};

use crate::factors::{SEED, assert_lawful, cancelled, home};
use crate::home::{ADA, Home, assert_discreet};
use crate::identity::{setup_at, stocked};
use crate::screen::{PATIENCE, Terminal, ended, outcome};

/// A setup of these factors, whose polls a test can wait for.
pub(crate) fn quick(identity: Identity, factors: Vec<Factor>) -> Setup {
    setup_at(identity.polled_every(1000), factors, [Need::AnyTwo])
}

/// Starts a `get` at the terminal of a user with these factors.
pub(crate) fn asked(setup: Setup, lines: &str) -> (Home, Terminal, Child) {
    let home = stocked(home(setup, lines));
    let terminal = Terminal::new();
    let child = terminal.start(&home, "exec credential get grafana");
    (home, terminal, child)
}

/// Chooses the entry of a menu of two that has this label: Okta's order changes.
#[track_caller]
fn pick(terminal: &mut Terminal, label: &str) {
    terminal.until("number (1-2) [1]: ");
    let line = terminal.screen.lines().find(|line| line.contains(label));
    let line = line.unwrap_or_else(|| panic!("{label}: {:?}", terminal.screen));
    let number = line.trim_start().chars().next().expect("a number");
    terminal.screen.clear();
    terminal.type_in(&format!("{number}\r"));
}

/// An org where the way of proving an authenticator is a step of its own.
pub(crate) fn data_step() -> Identity {
    Identity {
        data_step: true,
        ..Identity::new()
    }
}

#[test]
fn a_person_chooses_and_types_a_code() {
    for identity in [Identity::new(), data_step()] {
        let setup = quick(identity, Factor::okta_verify("Ada's phone", SEED));
        let home = home(setup, "");
        let mut terminal = Terminal::new();
        let before = terminal.modes();
        let child = terminal.start(&home, "credential get grafana");
        pick(&mut terminal, ") a code from Okta Verify");
        terminal.until_next("a code from Okta Verify");
        terminal.until("another factor): ");
        let code = home.sandbox.phone(ADA).totp();
        terminal.type_in(&format!("{code}\r"));
        let _ = outcome(child).answer();
        terminal.assert_restored(&before);
        assert_eq!(home.sandbox.pushes(), 0);
        assert_lawful(&home);
    }
}

#[test]
fn the_number_of_a_push_is_shown_once_at_once_or_late() {
    for number in [Number::AtOnce, Number::Later] {
        let identity = Identity {
            number,
            ..Identity::new()
        };
        let setup = quick(identity, vec![Factor::push("Ada's phone")]);
        let home = home(setup, "");
        let phone = home.sandbox.phone(ADA);
        phone.let_number_be(7);
        let mut terminal = Terminal::new();
        let before = terminal.modes();
        let child = terminal.start(&home, "credential get grafana");
        terminal.until("choose 7 on Ada's phone");
        terminal.look(Duration::from_millis(2500));
        assert!(phone.pick(7));
        let _ = outcome(child).answer();
        terminal.assert_restored(&before);
        assert_eq!(terminal.screen().matches("choose 7").count(), 1);
        assert_eq!(home.sandbox.pushes(), 1);
        assert_lawful(&home);
    }
}

#[test]
fn a_number_that_changes_is_shown_again_and_another_push_is_sent_on_wish() {
    let setup = quick(Identity::new(), vec![Factor::push("Ada's phone")]);
    let home = home(setup, "");
    let phone = home.sandbox.phone(ADA);
    phone.let_number_be(11);
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("choose 11 on Ada's phone");
    phone.let_number_be(22);
    terminal.until("choose 22 on Ada's phone");
    phone.wants_another();
    terminal.type_in("r");
    while home.sandbox.pushes() < 2 {
        terminal.look(Duration::from_millis(10));
    }
    phone.let_number_be(33);
    terminal.until("choose 33 on Ada's phone");
    assert!(phone.pick(33));
    let _ = outcome(child).answer();
    assert_eq!(home.sandbox.pushes(), 2);
    assert_lawful(&home);
}

#[test]
fn a_person_can_go_back_from_a_push_to_another_factor() {
    let factors = vec![Factor::push("Ada's phone"), Factor::google_totp(SEED)];
    let (home, mut terminal, child) = asked(quick(Identity::new(), factors), "factor = \"push\"");
    terminal.until("Ctrl-D: another factor");
    terminal.type_in("\u{4}");
    pick(&mut terminal, ") a code from Google Authenticator");
    terminal.until("another factor): ");
    terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).totp()));
    let _ = outcome(child).answer();
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn a_push_that_is_rejected_or_that_nobody_answers_ends_the_sign_in() {
    let (home, mut terminal, child) = asked(
        quick(Identity::new(), vec![Factor::push("Ada's phone")]),
        "",
    );
    let phone = home.sandbox.phone(ADA);
    assert!(phone.wait_for_push(PATIENCE));
    assert!(phone.reject());
    let told = outcome(child).told(5);
    assert!(
        told.contains("a push to Ada's phone was rejected"),
        "{told}"
    );
    assert!(
        terminal.screen().ends_with('\r'),
        "the line of the wait is gone"
    );
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);

    let mut setup = quick(Identity::new(), vec![Factor::push("Ada's phone")]);
    setup.mfa.push_life = Duration::from_secs(1);
    let (home, _terminal, child) = asked(setup, "");
    let told = outcome(child).told(3);
    assert!(
        told.contains("nobody answered a push to Ada's phone in time"),
        "{told}"
    );
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn ctrl_c_at_each_wait_cancels_at_okta_and_restores_the_terminal() {
    let rows: [(Setup, &str, &str); 4] = [
        (
            quick(Identity::new(), vec![Factor::push("Ada's phone")]),
            "",
            "Ctrl-C: cancel",
        ),
        (
            quick(Identity::new(), vec![Factor::totp(SEED)]),
            "",
            "a code from Okta Verify: ",
        ),
        (
            quick(Identity::new(), Factor::okta_verify("Ada's phone", SEED)),
            "",
            "number (1-2) [1]: ",
        ),
        (
            quick(
                Identity::new().before(Before::SafeMode { polls: 100 }),
                Vec::new(),
            ),
            "",
            "read-only",
        ),
    ];
    for (setup, lines, words) in rows {
        let home = home(setup, lines);
        let mut terminal = Terminal::new();
        let before = terminal.modes();
        let child = terminal.start(&home, "exec credential get grafana");
        terminal.until(words);
        terminal.type_in("\u{3}");
        let (status, ..) = ended(child);
        assert!(!status.success(), "{words}: {status}");
        terminal.assert_restored(&before);
        assert_eq!(cancelled(&home), 1, "{words}");
        assert_eq!(home.sandbox.phone(ADA).pushes_waiting(), 0, "{words}");
        assert_lawful(&home);
    }
}

#[test]
fn ctrl_c_at_the_password_sends_nothing() {
    let setup = quick(Identity::new(), vec![Factor::totp(SEED)]);
    let home = home(setup, "");
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "exec credential get grafana");
    terminal.until_asked();
    terminal.type_in("half\u{3}");
    let (status, ..) = ended(child);
    assert!(!status.success(), "{status}");
    terminal.assert_restored(&before);
    assert_eq!(home.sandbox.passwords_of(ADA), 0);
    assert_lawful(&home);
}

#[test]
fn a_push_that_okta_starts_by_itself_shows_its_number_and_can_be_left() {
    let identity = Identity {
        preselects: true,
        ..Identity::new()
    };
    let factors = vec![Factor::push("Ada's phone"), Factor::google_totp(SEED)];
    let setup = quick(identity, factors);
    let home = home(setup, "");
    home.sandbox.phone(ADA).let_number_be(5);
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("choose 5 on Ada's phone");
    pick(&mut terminal, ") a code from Google Authenticator");
    terminal.until("another factor): ");
    terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).totp()));
    let _ = outcome(child).answer();
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn the_screen_has_no_secret_token_or_handle_even_when_told_everything() {
    let mut setup = quick(Identity::new(), vec![Factor::push("Ada's phone")]);
    setup.phone = PhoneManner::ApprovesAfter { polls: 1 };
    let home = home(setup, "");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana -vv");
    let said = outcome(child);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let screen = format!("{}{}", terminal.screen(), said.stderr);
    for secret in [sandbox::PASSWORD, "02.id.", "~c."] {
        assert!(!screen.contains(secret), "{secret}: {screen}");
    }
    assert_discreet(&said.stderr);
    assert_lawful(&home);
}

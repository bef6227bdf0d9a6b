//! Never a locked account, with a person at the terminal: a new password, another message and the dialogue of a token,
//! whose answers cannot be understood.

use sandbox::{Event, Factor, FactorKind, Fault, Garble, Plan, RsaPrompt, Step, UserState};

use crate::factors::{assert_lawful, home, setup};
use crate::home::{ADA, Home};
use crate::lockout_scene::{MOST, Memory, busy, unreadable, was_locked};
use crate::screen::{PATIENCE, Terminal, outcome};

const NEW: &str = "Lavender-1815";

/// A person changes an expired password, and gets an answer that cannot be understood.
fn with_changed_password(plan: Plan) -> Home {
    let mut setup = busy(setup(Vec::new()));
    setup.users[0].state = UserState::PasswordExpired;
    let home = home(setup, "");
    home.sandbox.fault(plan);
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "credential login grafana");
    for question in ["the new password: ", "once more: "] {
        terminal.until_next(question);
        terminal.until_mute();
        terminal.type_in(&format!("{NEW}\r"));
    }
    let said = outcome(child);
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (6, ""),
        "{}",
        said.stderr
    );
    terminal.assert_restored(&before);
    assert!(!said.stderr.contains("Lavender"), "{}", said.stderr);
    // The old password and the new one have left once more, and neither is sent again by itself.
    assert_eq!(home.sandbox.password_tries(), 2, "{}", said.stderr);
    home.sandbox.clear_faults();
    home
}

#[test]
fn a_change_of_the_password_without_a_verdict_leaves_the_old_one_unsent() {
    for (status, body) in [
        (502, Garble::Html),
        (200, Garble::Empty),
        (403, Garble::Xml),
    ] {
        let home = with_changed_password(unreadable(Step::ChangePassword, status, body));
        // It was changed: the configured one is wrong by now.
        home.sandbox.clear_audit();
        for _ in 0..6 {
            let told = home.run(&["get", "grafana"]);
            assert_ne!(told.code, 0, "{told:?}");
        }
        let sent = home.sandbox.password_tries();
        assert!(sent <= MOST, "{sent} passwords");
        assert!(!was_locked(&home));
        // Whoever puts the new one in its place signs in.
        home.password(NEW);
        let terminal = Terminal::new();
        let child = terminal.start(&home, "credential login grafana");
        let _ = outcome(child).done();
    }
}

#[test]
fn a_change_that_a_gateway_kept_from_okta_can_be_made_again() {
    let plan = Plan::new(Step::ChangePassword, Fault::Html(502));
    let home = with_changed_password(plan);
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    for question in ["the new password: ", "once more: "] {
        terminal.until_next(question);
        terminal.until_mute();
        terminal.type_in(&format!("{NEW}\r"));
    }
    let _ = outcome(child).done();
    assert!(!was_locked(&home));
    assert_lawful(&home);
}

#[test]
fn a_connection_that_ends_while_the_password_is_changed_counts() {
    for fault in [Fault::HangUp, Fault::Cut] {
        let home = with_changed_password(Plan::new(Step::ChangePassword, fault));
        home.sandbox.clear_audit();
        for _ in 0..6 {
            let _ = home.run(&["get", "grafana"]);
        }
        let sent = home.sandbox.password_tries();
        assert!(sent <= MOST, "{sent} passwords");
        assert!(!was_locked(&home));
    }
}

#[test]
fn another_message_whose_answer_cannot_be_understood_is_not_sent_again_unasked() {
    for (status, body) in [(504, Garble::Html), (200, Garble::Truncated)] {
        let home = home(busy(setup(vec![Factor::sms("+1 XXX-XXX-1337")])), "");
        let phone = home.sandbox.phone(ADA);
        let mut terminal = Terminal::new();
        let before = terminal.modes();
        let child = terminal.start(&home, "credential login grafana");
        terminal.until_next("(r: send again): ");
        let first = phone.wait_for_code(FactorKind::Sms, PATIENCE);
        home.sandbox.advance(std::time::Duration::from_secs(31));
        home.sandbox
            .fault(Plan::new(Step::Resend, Fault::Unreadable { status, body }));
        terminal.type_in("r\r");
        let second = phone.wait_for_code(FactorKind::Sms, PATIENCE);
        assert_ne!(first, second);
        // The program may go on or stop; if it goes on, the second code is the one.
        terminal.type_in(&format!("{}\r", second.expect("a message")));
        let said = outcome(child);
        assert!([0, 6].contains(&said.code), "{}", said.stderr);
        terminal.assert_restored(&before);
        let sent = |event: &Event| matches!(event, Event::CodeSent { .. });
        assert_eq!(home.sandbox.count(sent), 2);
        assert!(home.sandbox.code_tries() <= 1);
        assert_eq!(home.sandbox.password_tries(), 1);
        assert_lawful(&home);
    }
}

#[test]
fn a_message_whose_answer_cannot_be_understood_costs_one_password() {
    let home = home(busy(setup(vec![Factor::sms("+1 XXX-XXX-1337")])), "");
    let fault = Fault::Unreadable {
        status: 502,
        body: Garble::Empty,
    };
    home.sandbox.fault(Plan::new(Step::Verify, fault).times(1));
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    let _ = outcome(child).failure(6);
    let sent = |event: &Event| matches!(event, Event::CodeSent { .. });
    assert_eq!(home.sandbox.count(sent), 1);
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (1, 0)
    );
    assert_lawful(&home);
}

/// A person types two codes of a token whose server asks for the next one; the answer to the second cannot be understood.
#[test]
fn a_dialogue_that_breaks_off_sends_no_code_a_second_time() {
    for (status, body) in [
        (504, Garble::Html),
        (403, Garble::Empty),
        (200, Garble::NoCode),
    ] {
        let factor = Factor::rsa("ada").with_dialogue([RsaPrompt::NextToken, RsaPrompt::NewPin]);
        let home = home(busy(setup(vec![factor])), "");
        let phone = home.sandbox.phone(ADA);
        let mut terminal = Terminal::new();
        let before = terminal.modes();
        let child = terminal.start(&home, "credential login grafana");
        terminal.until("a code of the RSA SecurID token: ");
        terminal.type_in(&format!("{}\r", phone.rsa()));
        terminal.until("enter the new token code: ");
        home.sandbox.fault(unreadable(Step::Verify, status, body));
        terminal.type_in(&format!("{}\r", phone.rsa()));
        let _ = outcome(child).failure(6);
        terminal.assert_restored(&before);
        assert_eq!(home.sandbox.codes_of(ADA), 2);
        assert_lawful(&home);
    }
}

#[test]
fn a_dialogue_without_a_person_sends_three_codes() {
    let factor = Factor::rsa("ada").with_dialogue([RsaPrompt::NextToken]);
    let lines = "factor = [\"rsa\"]\npasscode = { file = \"code\" }";
    let home = home(busy(setup(vec![factor])), lines);
    let memory = Memory::usual(&home);
    for call in 0..12 {
        home.sandbox.clear_faults();
        // The server's question is seen in one call, and lost in the next.
        if call % 2 == 0 {
            home.sandbox
                .fault(unreadable(Step::Verify, 502, Garble::Html));
        }
        let code = home.sandbox.phone(ADA).rsa();
        std::fs::write(home.path("code"), code).expect("a file");
        let told = memory.get();
        assert_ne!(told.outcome.code, 0, "{:?}", told.outcome);
    }
    let sent = home.sandbox.codes_of(ADA);
    assert!((1..=MOST).contains(&sent), "{sent} codes");
    assert!(!was_locked(&home));
    assert_lawful(&home);
}

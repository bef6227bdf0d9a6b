//! Second factors with a user at the terminal: the questions, the display of a wait, and the ways back and out.

use std::process::Child;
use std::time::Duration;

use sandbox::{Event, Factor, FactorKind, Fault, Plan, RsaPrompt, Step, UserState};

use crate::factors::{SEED, assert_lawful, cancelled, forget_sessions, home, setup, with_seed};
use crate::home::{ADA, Home};
use crate::screen::{PATIENCE, Terminal, ended, outcome};

/// Makes a home for a user with these factors and `lines` in the org's section, and starts a `get` at its terminal.
fn asked(factors: Vec<Factor>, lines: &str) -> (Home, Terminal, Child) {
    let home = home(setup(factors), lines);
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    (home, terminal, child)
}

#[test]
fn a_person_chooses_and_types_a_code() {
    let home = home(setup(Factor::okta_verify("Ada's phone", SEED)), "");
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("2) a code from Okta Verify");
    terminal.until("number (1-2) [1]: ");
    for wrong in ["7\r", "x\r"] {
        terminal.type_in(wrong);
        terminal.until_next("type a number from 1 to 2");
        terminal.until_next("number (1-2) [1]: ");
    }
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
fn enter_chooses_the_first_of_a_menu() {
    let home = home(setup(Factor::okta_verify("Ada's phone", SEED)), "");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("1) a push to Ada's phone");
    terminal.until("number (1-2) [1]: ");
    terminal.type_in("\r");
    let phone = home.sandbox.phone(ADA);
    assert!(phone.wait_for_push(PATIENCE));
    assert!(phone.approve());
    let _ = outcome(child).answer();
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn the_number_of_a_push_is_shown_once() {
    let home = home(setup(vec![Factor::push("Ada's phone")]), "");
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let able = &[("TERM", "xterm")];
    let child = terminal.start_in(&home, "credential get grafana", able);
    terminal.until("waiting for approval on Ada's phone");
    let phone = home.sandbox.phone(ADA);
    assert!(phone.wait_for_push(PATIENCE));
    phone.let_number_be(0);
    assert!(phone.open());
    terminal.until("choose \u{1b}[1m0\u{1b}[0m on Ada's phone");
    assert!(phone.pick(0));
    let _ = outcome(child).answer();
    terminal.assert_restored(&before);
    assert_eq!(terminal.screen().matches("choose ").count(), 1);
    assert_lawful(&home);
}

#[test]
fn ctrl_c_during_a_push_cancels_restores_echo_and_releases() {
    let home = home(setup(vec![Factor::push("Ada's phone")]), "");
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "exec credential get grafana");
    terminal.until("waiting for approval on Ada's phone");
    assert!(home.sandbox.phone(ADA).wait_for_push(PATIENCE));
    terminal.type_in("\u{3}");
    let (status, ..) = ended(child);
    assert!(!status.success(), "{status}");
    terminal.assert_restored(&before);
    assert_eq!(cancelled(&home), 1);
    assert_lawful(&home);
}

#[test]
fn a_code_from_a_text_message_signs_in() {
    let (home, mut terminal, child) = asked(vec![Factor::sms("+1 XXX-XXX-1337")], "");
    terminal.until("a text message to +1 XXX-XXX-1337 (r: send again): ");
    let phone = home.sandbox.phone(ADA);
    let code = phone.last_code(FactorKind::Sms).expect("a message");
    terminal.type_in(&format!("{code}\r"));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn a_wrong_code_can_be_retyped_three_times() {
    let (home, mut terminal, child) = asked(vec![Factor::totp(SEED)], "");
    terminal.until("a code from Okta Verify: ");
    terminal.type_in("000 001\r");
    for wrong in ["000002", "000003"] {
        terminal.until_next("(E0000068)");
        terminal.until("a code from Okta Verify: ");
        terminal.type_in(&format!("{wrong}\r"));
    }
    let told = outcome(child).told(5);
    assert!(
        told.contains("five wrong answers in a row lock the account"),
        "{told}"
    );
    assert_eq!(home.sandbox.code_tries(), 3);
    assert_lawful(&home);
}

#[test]
fn a_code_is_not_sent_twice() {
    let home = home(setup(vec![Factor::totp(SEED)]), "");
    let code = home.sandbox.phone(ADA).totp();
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("a code from Okta Verify: ");
    terminal.type_in(&format!("{code}\r"));
    let _ = outcome(child).answer();

    forget_sessions(&home);
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("a code from Okta Verify: ");
    terminal.type_in(&format!("{code}\r"));
    terminal.until_next("that is the code that was sent last");
    terminal.until("a code from Okta Verify: ");
    home.sandbox.advance(Duration::from_secs(30));
    terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).totp()));
    let _ = outcome(child).answer();
    assert_eq!(home.sandbox.code_tries(), 2);
    assert_lawful(&home);
}

#[test]
fn a_new_number_is_shown_and_another_push_can_be_sent() {
    let (home, mut terminal, child) = asked(vec![Factor::push("Ada's phone")], "");
    let phone = home.sandbox.phone(ADA);
    terminal.until("r: send it again");
    assert!(phone.wait_for_push(PATIENCE));
    phone.let_number_be(11);
    assert!(phone.open());
    terminal.until("choose 11 on Ada's phone");
    phone.let_number_be(22);
    assert!(phone.reopen());
    terminal.until("choose 22 on Ada's phone");
    terminal.type_in("r");
    while home.sandbox.pushes() < 2 {
        terminal.look(Duration::from_millis(10));
    }
    phone.let_number_be(33);
    assert!(phone.wait_for_push(PATIENCE));
    assert!(phone.open());
    terminal.until("choose 33 on Ada's phone");
    assert!(phone.pick(33));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn an_unanswered_push_can_be_sent_again() {
    let mut setup = setup(vec![Factor::push("Ada's phone"), Factor::totp(SEED)]);
    setup.mfa.push_life = Duration::from_secs(1);
    let home = home(setup, "factor = [\"push\"]");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("nobody answered a push to Ada's phone in time:");
    terminal.until("2) use another factor");
    terminal.until("number (1-2) [1]: ");
    terminal.type_in("2\r");
    terminal.until_next("2) a code from Okta Verify");
    terminal.until("number (1-2) [1]: ");
    terminal.type_in("2\r");
    terminal.until("another factor): ");
    terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).totp()));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn a_person_can_go_back_from_a_push_to_another_factor() {
    let home = home(
        setup(vec![Factor::push("Ada's phone"), Factor::totp(SEED)]),
        "factor = \"push\"",
    );
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("Ctrl-D: another factor");
    terminal.type_in("\u{4}");
    for line in ["nonsense", "9", "2"] {
        terminal.until_next("number (1-2) [1]: ");
        terminal.type_in(&format!("{line}\r"));
    }
    terminal.until("another factor): ");
    terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).totp()));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn a_rejected_push_ends_the_sign_in() {
    let (home, mut terminal, child) = asked(vec![Factor::push("Ada's phone")], "");
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
    assert_lawful(&home);
}

#[test]
fn an_outdated_okta_verify_is_reported() {
    let (home, _terminal, child) = asked(vec![Factor::push("Ada's phone")], "");
    let phone = home.sandbox.phone(ADA);
    assert!(phone.wait_for_push(PATIENCE));
    assert!(phone.too_old());
    let told = outcome(child).told(3);
    assert!(told.contains("OKTA_VERIFY_UPGRADE_REQUIRED"), "{told}");
    assert_lawful(&home);
}

#[test]
fn asking_for_a_message_too_soon_keeps_the_last_code_valid() {
    let (home, mut terminal, child) = asked(vec![Factor::sms("+1 XXX-XXX-1337")], "");
    let phone = home.sandbox.phone(ADA);
    terminal.until_next("(r: send again): ");
    let first = phone
        .wait_for_code(FactorKind::Sms, PATIENCE)
        .expect("a message");
    terminal.type_in("r\r");
    terminal.until("Okta has sent one a moment ago and sends no other yet");
    terminal.until("(E0000109)");
    terminal.until_next("(r: send again): ");
    home.sandbox.advance(Duration::from_secs(31));
    terminal.type_in("r\r");
    let second = phone
        .wait_for_code(FactorKind::Sms, PATIENCE)
        .expect("another message");
    assert_ne!(first, second);
    terminal.until("(r: send again): ");
    terminal.type_in(&format!("{second}\r"));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn codes_come_by_call_and_by_mail() {
    for (factor, kind, words) in [
        (
            Factor::call("+1 XXX-XXX-7331"),
            FactorKind::Call,
            "a call to +1 XXX-XXX-7331",
        ),
        (
            Factor::email("a...a@corp.example"),
            FactorKind::Email,
            "a mail to a...a@corp.example",
        ),
    ] {
        let home = home(setup(vec![factor]), "");
        let mut terminal = Terminal::new();
        let child = terminal.start(&home, "credential get grafana");
        terminal.until(words);
        let code = home
            .sandbox
            .phone(ADA)
            .wait_for_code(kind, PATIENCE)
            .expect("a code");
        terminal.type_in(&format!("{code}\r"));
        let _ = outcome(child).answer();
        assert_lawful(&home);
    }
}

#[test]
fn the_answer_to_a_security_question_is_not_echoed() {
    let (home, mut terminal, child) = asked(
        vec![Factor::question("Your first pet?", "Lovelace 1815")],
        "",
    );
    terminal.until("Your first pet? ");
    terminal.until_mute();
    terminal.type_in("lovelace 1815\r");
    let _ = outcome(child).answer();
    assert!(!terminal.screen().contains("1815"), "{:?}", terminal.screen);
    assert_lawful(&home);
}

#[test]
fn codes_of_hardware_tokens_are_typed() {
    let (home, mut terminal, child) = asked(vec![Factor::yubikey()], "");
    terminal.until("a touch of the YubiKey: ");
    terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).yubikey_touch()));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn an_rsa_token_asks_for_the_next_code() {
    let factor = Factor::rsa("ada").with_dialogue([RsaPrompt::NextToken]);
    let (home, mut terminal, child) = asked(vec![factor], "");
    terminal.until("a code of the RSA SecurID token: ");
    let phone = home.sandbox.phone(ADA);
    terminal.type_in(&format!("{}\r", phone.rsa()));
    terminal.until("enter the new token code: ");
    terminal.type_in(&format!("{}\r", phone.rsa()));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn a_new_pin_is_typed_twice_without_echo_and_not_remembered() {
    let again = RsaPrompt::Text("Please re-enter the new PIN".into());
    let factor = Factor::rsa("ada").with_dialogue([RsaPrompt::NewPin, again]);
    let (home, mut terminal, child) = asked(vec![factor], "");
    terminal.until("a code of the RSA SecurID token: ");
    let phone = home.sandbox.phone(ADA);
    terminal.type_in(&format!("{}\r", phone.rsa()));
    for question in ["press Cancel to stop: ", "re-enter the new PIN: "] {
        terminal.until(question);
        terminal.until_mute();
        terminal.type_in("815815\r");
    }
    let _ = outcome(child).answer();
    assert!(
        !terminal.screen().contains("815815"),
        "{:?}",
        terminal.screen
    );
    assert_lawful(&home);
}

#[test]
fn an_empty_new_password_is_told_as_such_and_ctrl_d_keeps_the_old_one() {
    for before_ctrl_d in [None, Some("Lavender-1815\r")] {
        let mut setup = setup(Vec::new());
        setup.users[0].state = UserState::PasswordExpired;
        let home = home(setup, "");
        let mut terminal = Terminal::new();
        let child = terminal.start(&home, "credential get grafana");
        terminal.until("the new password: ");
        terminal.until_mute();
        terminal.type_in("\r");
        terminal.until_next("a password has at least one character; Ctrl-D leaves it");
        terminal.until_next("the new password: ");
        terminal.until_mute();
        if let Some(password) = before_ctrl_d {
            terminal.type_in(password);
            terminal.until_next("once more: ");
            terminal.until_mute();
        }
        terminal.type_in("\u{4}");
        let told = outcome(child).told(3);
        assert!(
            told.contains("the password has expired and was not changed"),
            "{told}"
        );
        assert!(!terminal.screen().contains("not the same"));
        assert_lawful(&home);
    }
}

#[test]
fn an_expired_password_is_changed_and_the_old_one_never_sent_again() {
    let mut setup = setup(Vec::new());
    setup.users[0].state = UserState::PasswordExpired;
    let home = home(setup, "");
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("Okta wants a new password for ada@corp.example");
    terminal.until("the new password: ");
    terminal.until_mute();
    terminal.type_in("Lavender-1815\r");
    terminal.until("once more: ");
    terminal.until_mute();
    terminal.type_in("Lavender-1816\r");
    terminal.until_next("these are not the same");
    for question in ["the new password: ", "once more: "] {
        terminal.until_next(question);
        terminal.until_mute();
        terminal.type_in("Lavender-1815\r");
    }
    let _ = outcome(child).answer();
    terminal.assert_restored(&before);
    terminal.until("put the new one where the configuration finds the password of org corp");
    assert!(
        !terminal.screen().contains("Lavender"),
        "{:?}",
        terminal.screen
    );
    assert_lawful(&home);

    forget_sessions(&home);
    home.sandbox.clear_audit();
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(
        told.contains("the same password is not sent a second time"),
        "{told}"
    );
    assert_eq!(home.sandbox.password_tries(), 0);
    home.password("Lavender-1815");
    let _ = home.run(&["get", "grafana"]).answer();
}

#[test]
fn login_says_when_the_password_expires() {
    let mut setup = setup(Vec::new());
    setup.users[0].state = UserState::PasswordWarn(3);
    let home = home(setup, "");
    let _ = home.run(&["get", "grafana"]).answer();
    forget_sessions(&home);
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    terminal.until("Okta says that the password expires in 3 days");
    let _ = outcome(child).done();
    assert_lawful(&home);
}

#[test]
fn a_waiting_call_is_told_who_signs_in_and_what_was_asked() {
    let (home, mut terminal, child) = asked(vec![Factor::push("Ada's phone")], "");
    terminal.until("waiting for approval on Ada's phone");
    let phone = home.sandbox.phone(ADA);
    assert!(phone.wait_for_push(PATIENCE));
    let waiting = home
        .credential(&["get", "grafana"])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut waiting = crate::screen::Said::of(waiting);
    waiting.until("to sign in to grafana: it waits for approval on Ada's phone");
    assert!(phone.open());
    assert!(phone.approve());
    let cookie = outcome(child).answer();
    let said = waiting.outcome();
    assert_eq!((said.code, said.stdout), (0, cookie), "{}", said.stderr);
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn ctrl_c_at_a_code_cancels_and_the_next_call_asks_at_once() {
    let home = home(setup(vec![Factor::totp(SEED)]), "");
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "exec credential get grafana");
    terminal.until("a code from Okta Verify: ");
    terminal.type_in("12\u{3}");
    let (status, ..) = ended(child);
    assert!(!status.success(), "{status}");
    terminal.assert_restored(&before);
    assert_eq!((cancelled(&home), home.sandbox.code_tries()), (1, 0));

    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("a code from Okta Verify: ");
    terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).totp()));
    let _ = outcome(child).answer();
    assert!(
        home.sandbox
            .count(|event| matches!(event, Event::DeviceIssued))
            >= 1
    );
    assert_lawful(&home);
}

#[test]
fn ctrl_c_after_a_prompt_still_ends_the_sign_in() {
    let home = home(setup(Vec::new()), "");
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
    home.sandbox
        .fault(Plan::new(Step::Authn, Fault::Endless).times(1));
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "exec credential get grafana");
    terminal.until_asked();
    terminal.type_in(&format!("{}\r", sandbox::PASSWORD));
    while home.sandbox.password_tries() < 1 {
        terminal.look(Duration::from_millis(10));
    }
    terminal.type_in("\u{3}");
    let start = std::time::Instant::now();
    let (status, ..) = ended(child);
    assert!(!status.success(), "{status}");
    assert!(
        start.elapsed() < Duration::from_secs(15),
        "the exchange itself may take 20 s"
    );
}

#[test]
fn after_a_change_by_login_the_old_password_is_never_sent() {
    let mut setup = setup(Vec::new());
    setup.users[0].state = UserState::PasswordExpired;
    let home = home(setup, "");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    for question in ["the new password: ", "once more: "] {
        terminal.until_next(question);
        terminal.until_mute();
        terminal.type_in("Lavender-1815\r");
    }
    let said = outcome(child).done();
    assert!(said.contains("signed in to grafana"), "{said}");
    forget_sessions(&home);
    home.sandbox.clear_audit();
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(
        told.contains("this password was changed at a sign-in"),
        "{told}"
    );
    assert_eq!(home.sandbox.password_tries(), 0);
}

#[test]
fn after_wrong_configured_codes_a_person_is_asked_before_a_lock() {
    let home = with_seed(vec![Factor::totp(SEED)]);
    std::fs::write(home.path("seed"), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").expect("a seed");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    terminal.until_next("(E0000068)");
    terminal.until("a code from Okta Verify: ");
    terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).totp()));
    let _ = outcome(child).done();
    assert_eq!(home.sandbox.code_tries(), 2);
    assert_lawful(&home);
}

#[test]
fn at_most_four_wrong_codes_in_a_row_over_all_sign_ins() {
    let home = home(setup(vec![Factor::totp(SEED)]), "");
    for wrongs in [["000001", "000002", "000003"].as_slice(), &["000004"]] {
        let mut terminal = Terminal::new();
        let child = terminal.start(&home, "credential get grafana");
        for (index, wrong) in wrongs.iter().enumerate() {
            if index > 0 {
                terminal.until_next("(E0000068)");
            }
            terminal.until("a code from Okta Verify: ");
            terminal.type_in(&format!("{wrong}\r"));
        }
        let _ = outcome(child).told(5);
    }
    assert_eq!(home.sandbox.code_tries(), 4);
    assert!(
        !home
            .sandbox
            .events()
            .iter()
            .any(|event| matches!(event, Event::LockedOut { .. }))
    );
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until("a code from Okta Verify: ");
    terminal.type_in(&format!("{}\r", home.sandbox.phone(ADA).totp()));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

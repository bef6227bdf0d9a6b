//! Codes and answers that a user at a terminal types at the Identity Engine.

use std::time::Duration;

use sandbox::{Event, Factor, FactorKind, Identity, RsaPrompt};

use crate::factors::{SEED, assert_lawful, cancelled, home};
use crate::home::{ADA, Home};
use crate::identity_person::{asked, data_step, quick};
use crate::screen::{PATIENCE, Terminal, outcome};

#[test]
fn codes_come_by_message_call_and_mail() {
    let rows = [
        (
            Factor::sms("+1 XXX-XXX-1337"),
            FactorKind::Sms,
            "a text message to +1 XXX-XXX-1337",
        ),
        (
            Factor::call("+1 XXX-XXX-7331"),
            FactorKind::Call,
            "a call to +1 XXX-XXX-7331",
        ),
        (
            Factor::email("a***a@corp.example"),
            FactorKind::Email,
            "a mail to a***a@corp.example",
        ),
    ];
    for (factor, kind, words) in rows {
        for identity in [Identity::new(), data_step()] {
            let setup = quick(identity, vec![factor.clone()]);
            let (home, mut terminal, child) = asked(setup, "");
            terminal.until(words);
            let code = home.sandbox.phone(ADA).wait_for_code(kind, PATIENCE);
            terminal.type_in(&format!("{}\r", code.expect("a code")));
            let _ = outcome(child).answer();
            assert_lawful(&home);
        }
    }
}

#[test]
fn a_mail_that_waits_to_be_asked_for_is_asked_for() {
    let identity = Identity {
        mail_waits: true,
        ..Identity::new()
    };
    let setup = quick(identity, vec![Factor::email("a***a@corp.example")]);
    let (home, mut terminal, child) = asked(setup, "");
    terminal.until("a mail to a***a@corp.example");
    let phone = home.sandbox.phone(ADA);
    let code = phone.wait_for_code(FactorKind::Email, PATIENCE);
    terminal.type_in(&format!("{}\r", code.expect("a code")));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn a_message_is_sent_again_on_wish_and_not_too_soon() {
    let setup = quick(Identity::new(), vec![Factor::sms("+1 XXX-XXX-1337")]);
    let (home, mut terminal, child) = asked(setup, "");
    let phone = home.sandbox.phone(ADA);
    terminal.until_next("(r: send again): ");
    let first = phone.wait_for_code(FactorKind::Sms, PATIENCE);
    phone.wants_another();
    terminal.type_in("r\r");
    terminal.until("Okta has sent one a moment ago and sends no other yet");
    terminal.until_next("(r: send again): ");
    home.sandbox.advance(Duration::from_secs(31));
    phone.wants_another();
    terminal.type_in("r\r");
    let second = phone.wait_for_code(FactorKind::Sms, PATIENCE);
    assert_ne!(first, second);
    terminal.until("(r: send again): ");
    terminal.type_in(&format!("{}\r", second.expect("another message")));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn of_several_phones_the_pinned_one_rings() {
    let factors = vec![
        Factor::sms("+1 XXX-XXX-1337"),
        Factor::sms("+1 XXX-XXX-7331"),
    ];
    let setup = quick(Identity::new(), factors);
    let (home, mut terminal, child) = asked(setup, "factor = \"sms@+1 XXX-XXX-7331\"");
    terminal.until("a text message to +1 XXX-XXX-7331");
    let phone = home.sandbox.phone(ADA);
    let code = phone.wait_for_code(FactorKind::Sms, PATIENCE);
    terminal.type_in(&format!("{}\r", code.expect("a code")));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

#[test]
fn a_wrong_code_can_be_retyped_and_three_are_enough() {
    let setup = quick(Identity::new(), vec![Factor::totp(SEED)]);
    let (home, mut terminal, child) = asked(setup, "");
    terminal.until("a code from Okta Verify: ");
    terminal.type_in("000 001\r");
    for wrong in ["000002", "000003"] {
        terminal.until_next("doesn't match our records");
        terminal.until("a code from Okta Verify: ");
        terminal.type_in(&format!("{wrong}\r"));
    }
    let told = outcome(child).told(5);
    assert!(told.contains("five wrong answers in a row"), "{told}");
    assert_eq!(home.sandbox.code_tries(), 3);
    assert_eq!(cancelled(&home), 1);
    assert_lawful(&home);
}

#[test]
fn a_fifth_wrong_code_in_a_row_is_never_sent() {
    let setup = quick(Identity::new(), vec![Factor::totp(SEED)]);
    let home = home(setup, "");
    for call in [["000001", "000002", "000003"].as_slice(), &["000004"]] {
        let mut terminal = Terminal::new();
        let child = terminal.start(&home, "credential get grafana");
        for (number, wrong) in call.iter().enumerate() {
            if number > 0 {
                terminal.until_next("doesn't match our records");
            }
            terminal.until("a code from Okta Verify: ");
            terminal.type_in(&format!("{wrong}\r"));
        }
        let told = outcome(child).told(5);
        assert!(told.contains("five wrong answers in a row"), "{told}");
    }
    assert_eq!(home.sandbox.code_tries(), 4);
    let blocked = |event: &Event| matches!(event, Event::FactorBlocked { .. });
    assert_eq!(home.sandbox.count(blocked), 0);
    assert_lawful(&home);
}

#[test]
fn the_answer_to_a_security_question_is_not_echoed() {
    let factors = vec![Factor::question("Your first pet?", "Lovelace 1815")];
    let (home, mut terminal, child) = asked(quick(Identity::new(), factors), "");
    terminal.until("Your first pet? ");
    terminal.until_mute();
    terminal.type_in("lovelace 1815\r");
    let _ = outcome(child).answer();
    assert!(!terminal.screen().contains("1815"), "{:?}", terminal.screen);
    assert_lawful(&home);
}

#[test]
fn codes_of_tokens_are_typed() {
    type Shown = fn(&Home) -> String;
    let rows: [(Factor, &str, Shown); 4] = [
        (Factor::yubikey(), "a touch of the YubiKey: ", |home| {
            home.sandbox.phone(ADA).yubikey_touch()
        }),
        (
            Factor::symantec("VSMT1"),
            "a code from Symantec VIP: ",
            |home| home.sandbox.phone(ADA).symantec(),
        ),
        (
            Factor::tac("4711-0815"),
            "a temporary access code: ",
            |_| "4711-0815".into(),
        ),
        (
            Factor::google_totp(SEED),
            "Google Authenticator: ",
            |home| home.sandbox.phone(ADA).totp(),
        ),
    ];
    for (factor, prompt, shown) in rows {
        let (home, mut terminal, child) = asked(quick(Identity::new(), vec![factor]), "");
        terminal.until(prompt);
        terminal.type_in(&format!("{}\r", shown(&home)));
        let _ = outcome(child).answer();
        assert_lawful(&home);
    }
}

#[test]
fn an_rsa_token_asks_for_the_next_code() {
    let factor = Factor::rsa("ada").with_dialogue([RsaPrompt::NextToken]);
    let (home, mut terminal, child) = asked(quick(Identity::new(), vec![factor]), "");
    terminal.until("a code of the RSA SecurID token: ");
    let phone = home.sandbox.phone(ADA);
    terminal.type_in(&format!("{}\r", phone.rsa()));
    terminal.until("oken code: ");
    terminal.type_in(&format!("{}\r", phone.rsa()));
    let _ = outcome(child).answer();
    assert_lawful(&home);
}

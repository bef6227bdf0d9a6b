//! Factors of the Identity Engine where nobody is at a terminal: what is done alone, what is told, and what is never done.

use std::time::Duration;

use sandbox::{Event, Factor, FactorKind, Identity, Need};

use crate::factors::{SEED, assert_lawful, cancelled, home};
use crate::home::{ADA, Home, outcome};
use crate::identity::{SEEDED, at, setup_at, steps, stocked};

const OTHER_SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

#[test]
fn a_computed_code_goes_into_the_member_that_the_form_names() {
    for factor in [Factor::totp(SEED), Factor::google_totp(SEED)] {
        for data_step in [false, true] {
            let identity = Identity {
                data_step,
                ..Identity::new()
            };
            let home = at(identity, [factor.clone()], [Need::Possession], SEEDED);
            let _ = home.run(&["get", "grafana"]).answer();
            assert_eq!(
                (home.sandbox.password_tries(), home.sandbox.code_tries()),
                (1, 1)
            );
            assert_lawful(&home);
        }
    }
}

#[test]
fn a_code_is_preferred_to_a_push_and_no_push_is_sent() {
    let factors = Factor::okta_verify("Ada's phone", SEED);
    let home = at(Identity::new(), factors, [Need::Possession], SEEDED);
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!((home.sandbox.pushes(), home.sandbox.code_tries()), (0, 1));
    assert_lawful(&home);
}

#[test]
fn the_code_of_a_time_step_that_was_sent_is_not_sent_again() {
    let home = at(
        Identity::new(),
        [Factor::totp(SEED)],
        [Need::Possession],
        &format!("{SEEDED}\nremember_device = false"),
    );
    // Close to the end of a time step, so that the test has not long to wait.
    let second = home.sandbox.now().unix_timestamp().rem_euclid(30);
    let ahead = u64::try_from((57 - second) % 30).expect("not negative");
    home.sandbox.advance(Duration::from_secs(ahead));
    for _ in 0..2 {
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
        home.sandbox.end_okta_sessions();
    }
    assert_eq!(home.sandbox.code_tries(), 2);
    assert_lawful(&home);
}

#[test]
fn a_code_that_okta_has_seen_is_followed_by_that_of_the_next_step() {
    let lines = format!("{SEEDED}\nremember_device = false");
    let home = at(
        Identity::new(),
        [Factor::totp(SEED)],
        [Need::Possession],
        &lines,
    );
    let second = home.sandbox.now().unix_timestamp().rem_euclid(30);
    let ahead = u64::try_from((57 - second) % 30).expect("not negative");
    home.sandbox.advance(Duration::from_secs(ahead));
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    // Another machine, which shares no record of it.
    home.sandbox.end_okta_sessions();
    let mut command = home.credential(&["get", "grafana"]);
    command.env("ALB_CREDENTIAL_CACHE", home.path("other-cache"));
    let said = outcome(command.output().expect("it starts"));
    assert_eq!(said.code, 0, "{}", said.stderr);
    let codes = home.sandbox.code_tries();
    assert!((2..=3).contains(&codes), "{codes}");
    assert_eq!(home.sandbox.password_tries(), 2);
}

#[test]
fn without_anything_that_needs_nobody_the_command_to_run_is_told() {
    let factors = Factor::okta_verify("Ada's phone", SEED);
    for identity in [
        Identity::new(),
        Identity {
            data_step: true,
            ..Identity::new()
        },
    ] {
        let home = at(identity, factors.clone(), [Need::Possession], "");
        let told = home.run(&["get", "grafana"]).told(3);
        assert!(told.contains("hint: credential login grafana"), "{told}");
        assert!(told.contains("push"), "{told}");
        assert_eq!((home.sandbox.pushes(), home.sandbox.code_tries()), (0, 0));
        assert_eq!(cancelled(&home), 1, "nothing is left open at Okta");
        assert_lawful(&home);
    }
}

#[test]
fn messages_and_calls_are_not_sent_where_nobody_could_read_them() {
    for factor in [
        Factor::sms("+1 XXX-XXX-1337"),
        Factor::call("+1 XXX-XXX-7331"),
        Factor::email("a***a@corp.example"),
    ] {
        let home = at(Identity::new(), [factor], [Need::Possession], "");
        let told = home.run(&["get", "grafana"]).told(3);
        assert!(told.contains("hint: credential login grafana"), "{told}");
        let sent = |event: &Event| matches!(event, Event::CodeSent { .. });
        assert_eq!(home.sandbox.count(sent), 0);
        assert_lawful(&home);
    }
}

#[test]
fn the_pinned_factor_is_the_one_that_answers() {
    let rows = [
        (
            vec![Factor::totp(OTHER_SEED), Factor::google_totp(SEED)],
            "google:token:software:totp",
        ),
        (
            vec![Factor::google_totp(OTHER_SEED), Factor::totp(SEED)],
            "okta:token:software:totp",
        ),
    ];
    for (factors, pin) in rows {
        let lines = format!("{SEEDED}\nfactor = \"{pin}\"");
        let home = at(Identity::new(), factors, [Need::Possession], &lines);
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{pin}: {}", said.stderr);
        assert_eq!(home.sandbox.code_tries(), 1);
        assert_lawful(&home);
    }
}

#[test]
fn a_pin_that_matches_nothing_is_a_mistake_of_the_configuration() {
    let rows = [
        vec![Factor::google_totp(SEED), Factor::sms("+1 XXX-XXX-1337")],
        vec![Factor::google_totp(SEED)],
        vec![Factor::sms("+1 XXX-XXX-1337")],
    ];
    for factors in rows {
        let lines = "factor = [\"push\", \"okta:token:software:totp\"]";
        let home = at(Identity::new(), factors, [Need::Possession], lines);
        let told = home.run(&["get", "grafana"]).told(2);
        assert!(told.contains("hint: change factor in [org.corp]"), "{told}");
        let _ = home.run(&["get", "grafana"]).told(2);
        assert_eq!(home.sandbox.password_tries(), 1, "the others are held back");
        assert_eq!(home.sandbox.code_tries(), 0);
        assert_lawful(&home);
    }
}

#[test]
fn a_seed_that_could_be_of_two_authenticators_is_not_guessed() {
    let home = at(
        Identity::new(),
        [Factor::google_totp(SEED), Factor::totp(OTHER_SEED)],
        [Need::Possession],
        SEEDED,
    );
    let told = home.run(&["get", "grafana"]).told(2);
    assert!(told.contains("google:token:software:totp"), "{told}");
    assert_eq!(home.sandbox.code_tries(), 0);
    assert_lawful(&home);
}

/// A home whose passcode comes from the variable `CODE`, or is the answer to a question.
fn with_command(factor: Factor, pin: &str) -> Home {
    let lines = format!("passcode = {{ env = \"CODE\" }}\nfactor = \"{pin}\"");
    at(Identity::new(), [factor], [Need::AnyTwo], &lines)
}

#[test]
fn a_code_from_a_command_answers_each_kind_that_has_one() {
    type Shown = fn(&Home) -> String;
    let rows: [(Factor, &str, Shown); 9] = [
        (Factor::totp(SEED), "token:software:totp", |home| {
            home.sandbox.phone(ADA).totp()
        }),
        (
            Factor::google_totp(SEED),
            "google:token:software:totp",
            |home| home.sandbox.phone(ADA).totp(),
        ),
        (Factor::hotp("Acme", &["123456"]), "token:hotp", |_| {
            "123456".into()
        }),
        (Factor::yubikey(), "yubico", |home| {
            home.sandbox.phone(ADA).yubikey_touch()
        }),
        (Factor::symantec("VSMT1"), "symantec", |home| {
            home.sandbox.phone(ADA).symantec()
        }),
        (Factor::rsa("ada"), "rsa", |home| {
            home.sandbox.phone(ADA).rsa()
        }),
        (Factor::on_prem("ada"), "del_oath:token", |home| {
            home.sandbox.phone(ADA).rsa()
        }),
        (
            Factor::question("Your first pet?", "Lovelace"),
            "question",
            |_| "Lovelace".into(),
        ),
        (Factor::tac("4711-0815"), "tac", |_| "4711-0815".into()),
    ];
    for (factor, pin, shown) in rows {
        let home = with_command(factor, pin);
        let mut command = home.credential(&["get", "grafana"]);
        command.env("CODE", shown(&home));
        let said = outcome(command.output().expect("it starts"));
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{pin}");
        assert_eq!(home.sandbox.code_tries(), 1, "{pin}");
        assert_lawful(&home);
    }
}

#[test]
fn a_code_that_okta_refuses_is_not_sent_twice() {
    let home = at(
        Identity::new(),
        [Factor::totp(SEED)],
        [Need::Possession],
        SEEDED,
    );
    std::fs::write(home.path("seed"), OTHER_SEED).expect("the seed is written");
    for _ in 0..3 {
        let told = home.run(&["get", "grafana"]).told(5);
        assert!(told.contains("code"), "{told}");
        assert!(told.contains("hint: "), "{told}");
    }
    assert_eq!(home.sandbox.code_tries(), 1);
    assert_eq!(cancelled(&home), 1, "nothing is left open at Okta");
    assert_lawful(&home);
}

#[test]
fn a_session_that_asks_for_the_name_alone_can_be_met_by_a_code() {
    let factors = vec![Factor::totp(SEED)];
    let identity = Identity::new().with_session([Need::only(FactorKind::Totp)]);
    let home = stocked(home(setup_at(identity, factors, []), SEEDED));
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (0, 1)
    );
    assert_eq!(
        steps(&home),
        ["introspect", "identify", "challenge-authenticator"]
    );
    assert_lawful(&home);
}

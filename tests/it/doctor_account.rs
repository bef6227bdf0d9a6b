//! `credential doctor` about the account: passwords, passcodes, refusals and Okta's sessions.

use sandbox::{Event, Factor, Fault, Lockout, PASSWORD, Setup, Step, UserState};

use crate::doctor::{Report, SEED, doctor, with_user};
use crate::home::Home;
use crate::screen::{self, Terminal};

#[test]
fn a_locked_account_is_reported_in_oktas_words() {
    for (shown, part) in [(true, "LOCKED_OUT"), (false, "E0000004")] {
        let mut setup = Setup {
            lockout: Lockout {
                shown,
                ..Lockout::default()
            },
            ..Setup::default()
        };
        setup.users[0].state = UserState::LockedOut;
        let home = Home::new(setup);
        let report = doctor(&home, &["grafana"]);
        assert_eq!((report.code, report.steps("FAIL")), (5, vec!["sign-in"]));
        report.says("FAIL", "sign-in", &[part, "\n  hint: "]);
        for _ in 0..3 {
            assert_eq!(doctor(&home, &["grafana"]).code, 5);
        }
        home.assert_passwords(1);
    }
}

#[test]
fn a_refused_password_is_never_sent_again_and_never_forgotten() {
    let home = Home::usual();
    home.password("hunter2 hunter2");
    home.run(&["get", "grafana"]).told(5);
    for _ in 0..3 {
        let report = doctor(&home, &["grafana"]);
        let parts = [
            "E0000004",
            "not sent again",
            "hint: to send it all the same: credential login grafana",
        ];
        report.fails_before_the_sign_in(5, "password", &parts);
        report.says("warn", "memory", &["one refused password"]);
    }
    home.assert_passwords(1);
    home.password(PASSWORD);
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    home.assert_passwords(2);
}

#[test]
fn an_account_that_has_to_enrol_is_reported_and_held_back() {
    let home = with_user(|user| user.state = UserState::MfaEnroll);
    let report = doctor(&home, &["grafana"]);
    assert_eq!((report.code, report.steps("FAIL")), (3, vec!["sign-in"]));
    report.says("FAIL", "sign-in", &["MFA_ENROLL", "browser"]);
    for _ in 0..3 {
        let report = doctor(&home, &["grafana"]);
        let parts = [
            "held back for another",
            "MFA_ENROLL",
            "hint: credential login grafana",
        ];
        report.fails_before_the_sign_in(3, "memory", &parts);
    }
    home.assert_passwords(1);
}

#[test]
fn an_okta_session_that_has_ended_costs_one_password() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says("ok", "Okta session", &["has ended", "takes the password"]);
    report.says("ok", "sign-in", &["with the password"]);
    home.assert_passwords(2);
}

#[test]
fn trouble_with_oktas_sessions_stops_no_step() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.fault((Step::Sessions, Fault::Html(503)));
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says("warn", "Okta session", &["503"]);
    home.assert_passwords(1);
}

#[test]
fn many_runs_at_once_send_one_password() {
    let home = Home::usual();
    for outcome in home.crowd(8, &["doctor", "grafana"]) {
        assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    }
    home.assert_passwords(1);
}

#[test]
fn an_unanswered_password_is_not_forgotten() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    let (account, _) = home.account();
    let name = account.file_name().and_then(|name| name.to_str());
    let name = name.and_then(|name| name.strip_suffix(".v2.json"));
    let lock = home
        .cache()
        .join(format!("{}.lock", name.expect("a record")));
    let left = "7\nhas sent the password and waits for Okta\n";
    std::fs::write(&lock, left).expect("it is ours");
    let _ = doctor(&home, &["grafana"]);
    assert_eq!(
        std::fs::read_to_string(&lock).expect("it is there"),
        left,
        "the sign-in was silent, and claimed no account"
    );
}

#[test]
fn an_invalid_seed_is_reported_before_a_password_is_sent() {
    let home = with_user(|user| user.factors = Factor::okta_verify("Ada's phone", SEED));
    home.append_to_org("passcode = { totp = { file = \"seed\" } }");
    std::fs::write(home.path("seed"), "hunter2!").expect("the seed is written");
    let report = doctor(&home, &["grafana"]);
    report.fails_before_the_sign_in(2, "passcode", &["neither base32 nor an otpauth URI"]);
    home.assert_passwords(0);
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says(
        "ok",
        "passcode",
        &["a code can be computed, with the seed from the file"],
    );
    report.says("ok", "factors", &["the configured passcode answers"]);
    report.says("ok", "sign-in", &["a second factor"]);
    home.assert_passwords(1);
}

#[test]
fn a_passcode_command_runs_only_if_okta_asks_for_a_code() {
    let home = Home::usual();
    home.append_to_org("passcode = { command = [\"touch\", \"ran\"] }\nfactor = [\"push\"]");
    let report = doctor(&home, &["grafana"]);
    assert_eq!(report.code, 0, "{}", report.text);
    report.says(
        "ok",
        "passcode",
        &["the command touch", "only when Okta asks for a code"],
    );
    report.says(
        "warn",
        "factors",
        &["push", "nothing can answer", "push_unattended"],
    );
    assert!(!home.path("ran").exists());
}

#[test]
fn a_missing_password_is_reported() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    let source = |source: &str| {
        home.configure(&text.replace("{ file = \"password\" }", source));
        doctor(&home, &["grafana"])
    };
    let report = source("{ command = [\"false\", \"hunter2\"] }");
    report.fails_before_the_sign_in(2, "password", &["the command", "failed", "exit status"]);
    let report = source("{ env = \"NOT_THERE\" }");
    report.fails_before_the_sign_in(2, "password", &["NOT_THERE"]);
    let report = source("{ file = \"gone\" }");
    report.fails_before_the_sign_in(2, "password", &["gone"]);
    let report = source("{ prompt = true }");
    report.fails_before_the_sign_in(
        3,
        "password",
        &["nobody can be asked", "hint: credential login grafana"],
    );
    home.assert_passwords(0);
}

#[test]
fn unanswered_passwords_hold_back_until_a_person_comes() {
    let home = Home::usual();
    home.sandbox.fault((Step::Authn, Fault::Cut));
    for _ in 0..3 {
        home.run(&["get", "grafana"]).told(6);
    }
    home.sandbox.clear_faults();
    let report = doctor(&home, &["grafana"]);
    let parts = [
        "the last 3 passwords",
        "no answer said whether they are right",
        "hint: credential login grafana",
    ];
    report.fails_before_the_sign_in(3, "memory", &parts);
    home.assert_passwords(3);
}

#[test]
fn the_password_is_asked_for_once() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential doctor grafana");
    terminal.until_asked();
    terminal.type_in(&format!("{PASSWORD}\r"));
    let report = Report::of(&home, screen::outcome(child));
    report.says("ok", "password", &["asked for when it is needed"]);
    report.says("ok", "sign-in", &["with the password"]);
    assert_eq!(report.code, 0, "{}", report.text);
    let asked = |event: &Event| matches!(event, Event::PasswordSent { .. });
    assert_eq!(home.sandbox.count(asked), 1);
    home.assert_passwords(1);
}

//! Never a locked account, attacked: sequences in which a secret is sent more often than the rule allows, or a user is
//! held back for nothing.

use std::net::TcpListener;
use std::time::Duration;

use sandbox::{App, AppPolicy, Factor, Garble, PASSWORD, Setup, Step};

use crate::factors::{SEED, home as home_of, setup};
use crate::home::{ADA, Home};
use crate::lockout_scene::{
    MINUTE, MOST, Memory, busy, unreadable, was_locked, with_wrong_password,
};
use crate::screen::{Terminal, outcome};

const STEP: Duration = Duration::from_secs(31);
/// Enough to lock an account by codes.
const CALLS: usize = 7;

fn json(text: &str) -> Garble {
    Garble::Bytes(text.into())
}

/// A home whose account has one computed code, from the right seed.
fn with_seed() -> Home {
    let lines = "factor = [\"token:software:totp\"]\npasscode = { totp = { file = \"seed\" } }";
    let home = home_of(busy(setup(vec![Factor::totp(SEED)])), lines);
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    home
}

/// Counts the codes of unattended calls, with so much time between them.
fn codes(home: &Home, wait: Duration) -> usize {
    let memory = Memory::usual(home);
    let call = |_| {
        let told = memory.get();
        home.sandbox.advance(STEP);
        memory.age(wait);
        told.codes
    };
    (0..CALLS).map(call).sum()
}

#[test]
fn a_code_that_a_200_of_somebody_else_answers_counts() {
    for text in [
        "{\"status\":\"ok\"}",
        "{\"status\":\"success\",\"message\":\"welcome\"}",
        "{\"status\":\"UP\"}",
    ] {
        let home = with_seed();
        home.sandbox
            .fault(unreadable(Step::Verify, 200, json(text)));
        let sent = codes(&home, Duration::ZERO);
        assert!(sent <= MOST, "{text}: {sent} codes");
    }
}

#[test]
fn a_code_whose_result_is_a_failure_counts() {
    for result in ["FAILED", "ERROR", "REJECTED", "WRONG"] {
        let home = with_seed();
        let text = format!(
            "{{\"stateToken\":\"x\",\"status\":\"MFA_CHALLENGE\",\"factorResult\":\"{result}\"}}"
        );
        home.sandbox
            .fault(unreadable(Step::Verify, 200, json(&text)));
        let sent = codes(&home, 16 * MINUTE);
        assert!(sent <= MOST + 1, "{result}: {sent} codes");
    }
}

#[test]
fn the_password_as_a_second_factor_without_a_verdict_is_sent_three_times() {
    let home = home_of(busy(setup(vec![Factor::password()])), "");
    home.sandbox
        .fault(unreadable(Step::Verify, 504, Garble::Html).only_secrets());
    let sent = codes(&home, Duration::ZERO);
    assert!((1..=MOST).contains(&sent), "{sent} times");
}

#[test]
fn the_password_as_a_second_factor_that_okta_refuses_locks_no_account() {
    let home = home_of(busy(setup(vec![Factor::password()])), "");
    home.sandbox.fault(unreadable(
        Step::Verify,
        403,
        json("{\"errorCode\":\"E0000068\",\"errorSummary\":\"Invalid Passcode/Answer\"}"),
    ));
    let sent = codes(&home, 16 * MINUTE);
    assert!((1..=MOST + 1).contains(&sent), "{sent} times");
}

#[test]
fn a_status_of_authn_without_a_token_is_no_verdict() {
    for text in [
        "{\"status\":\"SUCCESS\"}",
        "{\"status\":\"MFA_REQUIRED\"}",
        "{\"status\":\"POLL\"}",
    ] {
        let home = with_wrong_password();
        let memory = Memory::usual(&home);
        home.sandbox.fault(unreadable(Step::Authn, 200, json(text)));
        let sent: usize = (0..2 * MOST)
            .map(|_| {
                let told = memory.get();
                memory.age(10 * MINUTE);
                told.passwords
            })
            .sum();
        // At most one more after the pause of a quarter of an hour, and then an hour.
        assert!(sent <= MOST + 1, "{text}: {sent} passwords");
        assert!(!was_locked(&home));
    }
}

#[test]
fn a_portal_does_not_make_a_refused_password_good() {
    let home = with_wrong_password();
    let memory = Memory::usual(&home);
    let _ = memory.run(&["get", "grafana"]).told(5);
    // A login without a person, while a portal answers.
    home.sandbox.fault(unreadable(
        Step::Authn,
        200,
        json("{\"status\":\"MFA_REQUIRED\"}"),
    ));
    let _ = memory.run(&["login", "grafana"]);
    home.sandbox.clear_faults();
    memory.age(16 * MINUTE);
    let told = memory.get();
    assert_eq!(told.passwords, 0, "{}", told.outcome.stderr);
}

/// An account whose Okta session is good for grafana and not for wiki, and whose configured password is wrong by now.
fn with_a_strict_app() -> Home {
    let mut strict = App::new("wiki");
    strict.protected().client.policy = AppPolicy::EveryTime;
    let setup = busy(Setup {
        apps: vec![App::new("grafana"), strict],
        ..Setup::default()
    });
    let home = Home::new(setup);
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox
        .change_user(ADA, |user| user.password = "another".into());
    home
}

#[test]
fn a_login_without_a_person_that_needed_no_password_forgives_no_refused_one() {
    let home = with_a_strict_app();
    home.sandbox.clear_audit();
    let before = home.sandbox.password_tries();
    for _ in 0..4 {
        let _ = home.run(&["login", "grafana"]).done();
        let told = home.run(&["get", "wiki"]);
        assert_ne!(told.code, 0);
    }
    let sent = home.sandbox.password_tries() - before;
    assert_eq!(sent, 1, "the refused password is sent again and again");
}

#[test]
fn a_command_that_says_another_wrong_password_each_time_locks_no_account() {
    let home = Home::new(busy(Setup::default()));
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    home.configure(&text.replace(
        "{ file = \"password\" }",
        "{ command = [\"sh\", \"-c\", \"date +%N\"] }",
    ));
    let memory = Memory::usual(&home);
    for _ in 0..13 {
        let _ = memory.get();
    }
    let sent = home.sandbox.password_tries();
    assert!(!was_locked(&home), "{sent} passwords");
}

#[test]
fn a_loop_at_a_terminal_sends_three_configured_passwords_without_a_verdict() {
    let home = with_wrong_password();
    home.sandbox
        .fault(unreadable(Step::Authn, 504, Garble::Html));
    let terminal = Terminal::new();
    let child = terminal.start(
        &home,
        "for i in 1 2 3 4 5 6 7 8 9 10 11; do credential get grafana; done",
    );
    let _ = outcome(child);
    let sent = home.sandbox.password_tries();
    assert!(!was_locked(&home) && sent <= MOST, "{sent} passwords");
}

#[test]
fn a_logout_of_all_by_another_configuration_keeps_what_guards_an_account() {
    let home = with_wrong_password();
    let _ = home.run(&["get", "grafana"]).told(5);
    let other = home.path("other.toml");
    std::fs::write(
        &other,
        "[org.other]\nurl = \"https://127.0.0.1:1\"\nusername = \"bob\"\npassword = { file = \"password\" }\n\
         [app.x]\nurl = \"https://127.0.0.1:2\"\n",
    )
    .expect("a file");
    let mut logout = home.credential(&["logout", "--all"]);
    logout.env("ALB_CREDENTIAL_CONFIG", &other);
    let said = crate::home::outcome(logout.output().expect("it starts"));
    assert_eq!(said.code, 0, "{}", said.stderr);
    let _ = home.run(&["get", "grafana"]).told(5);
    assert_eq!(home.sandbox.password_tries(), 1);
}

#[test]
fn a_password_that_never_left_does_not_begin_a_pause_anew() {
    let home = with_wrong_password();
    home.sandbox
        .fault(unreadable(Step::Authn, 504, Garble::Html));
    let memory = Memory::usual(&home);
    for _ in 0..MOST {
        let _ = memory.get();
    }
    memory.age(16 * MINUTE);
    // The pause is over; now the laptop is offline.
    let mut offline = memory.command(&["get", "grafana"]);
    offline.env("HTTPS_PROXY", "http://127.0.0.1:1");
    let said = crate::home::outcome(offline.output().expect("it starts"));
    assert_eq!(said.code, 6, "{}", said.stderr);
    // Online again, and all is well.
    home.sandbox.clear_faults();
    home.password(PASSWORD);
    let _ = memory.run(&["get", "grafana"]).answer();
}

#[test]
fn a_brake_of_the_first_version_survives_the_upgrade() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    let (path, record) = home.account();
    let until = crate::home::seconds_from_now(600);
    let former = serde_json::json!({
        "key": record["key"],
        "session": [],
        "device": null,
        "refusals": null,
        "codes": null,
        "brake": {
            "error": {"kind": "refused", "message": "locked out", "causes": [], "hints": []},
            "until": until,
            "times": 4
        },
        "unanswered": null
    });
    for (path, _) in home.records() {
        std::fs::remove_file(path).expect("it is ours");
    }
    let path = path.to_string_lossy().replace(".v2.json", ".v1.json");
    std::fs::write(&path, former.to_string()).expect("it is ours");
    rustix::fs::chmod(&path, rustix::fs::Mode::from_raw_mode(0o600)).expect("it is ours");
    home.sandbox.clear_audit();
    let told = home.run(&["get", "grafana"]);
    assert_eq!(home.sandbox.password_tries(), 0, "{}", told.stderr);
}

/// A server that takes no connection: its queue is full.
fn black_hole() -> (rustix::fd::OwnedFd, Vec<std::net::TcpStream>, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let listener = rustix::fd::OwnedFd::from(listener);
    rustix::net::listen(&listener, 0).expect("it listens");
    let address = ([127, 0, 0, 1], port).into();
    let limit = Duration::from_millis(200);
    let waiting = (0..4)
        .map_while(|_| std::net::TcpStream::connect_timeout(&address, limit).ok())
        .collect();
    (listener, waiting, port)
}

#[test]
fn bazel_without_a_network_does_not_pause_the_account() {
    let home = Home::new(busy(Setup::default()));
    let (_hole, _waiting, port) = black_hole();
    let app = home.sandbox.app_url("grafana");
    let request = format!("{{\"uri\":\"{app}/x\"}}");
    for _ in 0..MOST {
        let mut command = home.credential(&["get", "--protocol", "bazel"]);
        command.env("HTTPS_PROXY", format!("http://127.0.0.1:{port}"));
        let said = crate::home::feed(command, &request);
        assert_ne!(said.code, 0, "{}", said.stdout);
    }
    let told = home.run(&["get", "grafana"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
}

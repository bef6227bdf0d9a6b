//! The table of exit codes: each code has its kinds of failure.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use sandbox::{Fault, Lockout, Setup, Step, UserState};

use crate::home::{ADA, Home, outcome};

/// Returns the error of `get grafana` after `change`. Asserts that stdout is empty and the cache has no session.
#[track_caller]
fn failed(code: i32, change: impl FnOnce(&Home)) -> String {
    let home = Home::new(Setup {
        lockout: Lockout {
            shown: true,
            ..Lockout::default()
        },
        ..Setup::default()
    });
    change(&home);
    let words = home.run(&["get", "grafana"]).failure(code);
    assert!(words.starts_with("credential: "), "{words}");
    assert_eq!(home.sandbox.sessions_issued(), 0);
    assert_eq!(home.sandbox.violations(), []);
    words
}

/// Replaces a text in the configuration.
fn rewrite(home: &Home, from: &str, to: &str) {
    let text = home.configuration(&["grafana".into()]);
    assert!(text.contains(from), "{text}");
    home.configure(&text.replace(from, to));
}

#[test]
fn exit_code_1_means_the_answer_cannot_be_written() {
    let home = Home::usual();
    let mut command = home.credential(&["get", "grafana"]);
    command.stdout(
        File::options()
            .write(true)
            .open("/dev/full")
            .expect("there is a full device"),
    );
    command.stderr(std::process::Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let said = outcome(child.wait_with_output().expect("the program ends"));
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.starts_with("credential: "), "{said:?}");
}

#[test]
fn exit_code_2_means_usage_or_configuration() {
    let source = "{ file = \"password\" }";
    let words = failed(2, |home| rewrite(home, source, "{ command = [\"false\"] }"));
    assert!(words.contains("false"), "the command is named: {words}");
    let _ = failed(2, |home| {
        rewrite(home, source, "{ command = [\"no-such-program\"] }");
    });
    let _ = failed(2, |home| {
        rewrite(home, source, "{ file = \"no-such-file\" }");
    });
    let words = failed(2, |home| {
        rewrite(home, source, "{ env = \"NO_SUCH_VARIABLE\" }");
    });
    assert!(words.contains("NO_SUCH_VARIABLE"), "{words}");
    let words = failed(2, |home| {
        home.configure(&(home.configuration(&["grafana".into()]) + "start = \"/health\"\n"));
    });
    assert!(
        words.contains("start"),
        "the setting that is meant: {words}"
    );
    let words = failed(2, |home| {
        std::fs::create_dir(home.cache()).expect("a directory");
        std::fs::set_permissions(home.cache(), PermissionsExt::from_mode(0o777)).expect("a mode");
    });
    assert!(
        words.contains("chmod"),
        "the command that mends it: {words}"
    );
}

#[test]
fn exit_code_3_means_a_person_is_needed() {
    for state in [
        UserState::MfaEnroll,
        UserState::PasswordExpired,
        UserState::PasswordReset,
    ] {
        let status = match state {
            UserState::MfaEnroll => "MFA_ENROLL",
            UserState::PasswordExpired => "PASSWORD_EXPIRED",
            _ => "PASSWORD_RESET",
        };
        let words = failed(3, |home| {
            home.sandbox.change_user(ADA, |user| user.state = state);
        });
        assert!(
            words.contains(status) || words.contains("hint: "),
            "{status}: {words}"
        );
    }
    let words = failed(3, |home| {
        rewrite(home, "{ file = \"password\" }", "{ prompt = true }");
    });
    assert!(
        words.contains("credential login grafana"),
        "what to run: {words}"
    );
}

#[test]
fn exit_code_5_means_a_refusal() {
    let words = failed(5, |home| home.password("wrong"));
    assert!(
        words.contains("Authentication failed") && words.contains("E0000004"),
        "{words}"
    );
    let _ = failed(5, |home| {
        home.sandbox
            .change_user(ADA, |user| user.state = UserState::LockedOut);
    });
    let words = failed(5, |home| {
        home.sandbox
            .change_user(ADA, |user| user.state = UserState::Denied);
    });
    assert!(words.contains("E0000085"), "{words}");
    let _ = failed(5, |home| {
        home.sandbox
            .change_user(ADA, |user| user.apps = Some(Vec::new()));
    });
}

#[test]
fn exit_code_6_means_network_or_server_trouble() {
    let faults = [
        (Step::Authn, Fault::Html(502)),
        (Step::Authn, Fault::NotJson),
        (Step::Authn, Fault::Empty),
        (Step::Authn, Fault::Cut),
        (Step::Authn, Fault::Status("NEW_WORD".into())),
        (Step::Authn, Fault::TooMany(Duration::from_secs(3600))),
        (Step::Authorize, Fault::Html(503)),
        (Step::Callback, Fault::BalancerPage(500)),
        (Step::Callback, Fault::BalancerPage(561)),
        (Step::Start, Fault::Html(503)),
    ];
    for (step, fault) in faults {
        let _ = failed(6, |home| home.sandbox.fault((step, fault)));
    }
    let words = failed(6, |home| {
        let org = home.sandbox.org_url();
        rewrite(home, &org, "https://localhost:1");
    });
    assert!(words.contains("localhost:1"), "the host is named: {words}");
}

#[test]
fn a_server_with_an_untrusted_certificate_gets_no_request() {
    let mut home = Home::usual();
    let empty = home.path("empty.pem");
    std::fs::write(&empty, "").expect("a file");
    home.set("SSL_CERT_FILE", empty.to_str().expect("UTF-8"));
    let said = home.run(&["get", "grafana"]);
    assert!(
        [2, 6].contains(&said.code) && said.stdout.is_empty(),
        "{said:?}"
    );
    assert!(said.stderr.contains("ertificate"), "{said:?}");
    assert_eq!(home.sandbox.requests(), 0);
}

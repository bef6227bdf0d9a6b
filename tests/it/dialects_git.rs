//! git's credential-helper protocol, spoken by the real git.

use std::process::Command;

use sandbox::Setup;

use crate::dialects::{authority, called, cookie, request, value};
use crate::home::{ADA, Home, Outcome, feed};
use crate::tools::{beside, tool};

/// The next helper that git asks. It has an answer for every host.
const NEXT: &str = "!f() { test \"$1\" = get && printf 'username=next\\npassword=one\\n'; }; f";

/// Runs `git credential VERB` with `helper`, and after it one that knows every host.
fn git(home: &Home, helper: &str, verb: &str, input: &str) -> Outcome {
    let mut command: Command = beside(home, "git");
    command.env("GIT_TERMINAL_PROMPT", "0");
    let helpers = [
        format!("credential.helper={helper}"),
        format!("credential.helper={NEXT}"),
    ];
    command.args(["-c", &helpers[0], "-c", &helpers[1], "credential", verb]);
    feed(command, input)
}

#[test]
fn git_gets_account_and_cookie_however_the_helper_is_named() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    for helper in ["alb", "!credential"] {
        let answer = git(&home, helper, "fill", &request(&home)).answer();
        assert_eq!(value(&answer, "username"), Some(ADA), "{helper}");
        assert_eq!(
            value(&answer, "password"),
            Some(cookie(&home).as_str()),
            "{helper}"
        );
        let end: i64 = value(&answer, "password_expiry_utc")
            .expect("an expiry")
            .parse()
            .expect("seconds");
        let days = (end - time::OffsetDateTime::now_utc().unix_timestamp()) / (24 * 60 * 60);
        assert!(
            (6..=7).contains(&days),
            "{helper}: the session ends in {days} days"
        );
    }
    assert_eq!(home.sandbox.sessions_issued(), 1, "both ask the same cache");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn for_an_unknown_host_git_asks_the_next_helper() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let port = authority(&home)
        .split(':')
        .nth(1)
        .expect("a port")
        .to_owned();
    let strangers = [
        "protocol=https\nhost=elsewhere.example\n\n".to_owned(),
        // The app's host with another scheme or port.
        "protocol=https\nhost=127.0.0.1\n\n".to_owned(),
        format!("protocol=http\nhost=127.0.0.1:{port}\n\n"),
        format!("protocol=https\nhost=127.0.0.1.elsewhere.example:{port}\n\n"),
        format!("protocol=https\nhost=localhost:{port}\n\n"),
    ];
    for helper in ["alb", "!credential"] {
        for stranger in &strangers {
            let answer = git(&home, helper, "fill", stranger).answer();
            assert_eq!(
                value(&answer, "username"),
                Some("next"),
                "{helper}: {stranger}"
            );
        }
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn for_another_user_git_asks_the_next_helper() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let other = format!(
        "protocol=https\nhost={}\nusername=bob\n\n",
        authority(&home)
    );
    let answer = git(&home, "alb", "fill", &other).answer();
    assert_eq!(
        (value(&answer, "username"), value(&answer, "password")),
        (Some("next"), Some("one"))
    );
    assert_eq!(home.sandbox.requests(), 0, "nobody signed in for that");
    let own = format!(
        "protocol=https\nhost={}\nusername={ADA}\n\n",
        authority(&home)
    );
    let answer = git(&home, "alb", "fill", &own).answer();
    assert_eq!(value(&answer, "password"), Some(cookie(&home).as_str()));
}

#[test]
fn a_failed_sign_in_makes_git_quit_without_a_question() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    home.password("wrong");
    for helper in ["alb", "!credential"] {
        let quit = git(&home, helper, "fill", &request(&home));
        let words = quit.failure(128);
        assert!(
            words.contains("Authentication failed"),
            "Okta's words, {helper}: {words}"
        );
        assert!(words.contains("quit"), "git's words, {helper}: {words}");
    }
    home.assert_passwords(1);
}

#[test]
fn an_approved_credential_changes_nothing() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let filled = git(&home, "alb", "fill", &request(&home)).answer();
    home.sandbox.clear_audit();
    for helper in ["alb", "!credential"] {
        assert_eq!(
            git(&home, helper, "approve", &filled).answer(),
            "",
            "{helper}"
        );
    }
    assert_eq!(git(&home, "alb", "fill", &request(&home)).answer(), filled);
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_rejected_password_removes_the_session_only_if_it_is_the_stored_one() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let first = git(&home, "alb", "fill", &request(&home)).answer();
    let other = format!(
        "protocol=https\nhost={}\nusername={ADA}\npassword=old\n\n",
        authority(&home)
    );
    for helper in ["alb", "!credential"] {
        assert_eq!(
            git(&home, helper, "reject", &other).answer(),
            "",
            "{helper}"
        );
    }
    assert_eq!(
        git(&home, "alb", "fill", &request(&home)).answer(),
        first,
        "the session is still there"
    );
    assert_eq!(home.sandbox.sessions_issued(), 1);

    for (helper, sessions) in [("alb", 2), ("!credential", 3)] {
        let current = git(&home, "alb", "fill", &request(&home)).answer();
        assert_eq!(
            git(&home, helper, "reject", &current).answer(),
            "",
            "{helper}"
        );
        let next = git(&home, "alb", "fill", &request(&home)).answer();
        assert_ne!(
            value(&next, "password"),
            value(&current, "password"),
            "{helper}"
        );
        assert_eq!(home.sandbox.sessions_issued(), sessions, "{helper}");
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_rejection_removes_the_session_unless_it_names_another_user() {
    let home = Home::usual();
    let first = cookie(&home);
    let other = format!(
        "protocol=https\nhost={}\nusername=bob\n\n",
        authority(&home)
    );
    assert_eq!(
        called(&home, "git-credential-alb", &["erase"], &other).answer(),
        ""
    );
    assert_eq!(cookie(&home), first);
    assert_eq!(
        called(&home, "git-credential-alb", &["erase"], &request(&home)).answer(),
        ""
    );
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).code,
        3,
        "the session is gone"
    );
}

#[test]
fn an_erase_without_a_host_erases_nothing() {
    let home = Home::usual();
    let first = cookie(&home);
    let _ = called(&home, "git-credential-alb", &["erase"], "\n");
    let _ = called(&home, "git-credential-alb", &["erase"], "");
    let _ = called(
        &home,
        "git-credential-alb",
        &["erase"],
        &format!("host={}\n\n", authority(&home)),
    );
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"])
            .answer()
            .trim_end(),
        first
    );
}

#[test]
fn git_may_send_a_url_and_unknown_attributes() {
    let home = Home::usual();
    let secret = cookie(&home);
    let url = home.sandbox.app_url("grafana");
    for request in [
        format!("url={url}/team/repository.git\n\n"),
        // A URL clears everything before it.
        format!("protocol=https\nhost=elsewhere.example\nurl={url}\n\n"),
        format!(
            "capability[]=authtype\ncapability[]=state\nprotocol=https\nhost={}\npath=team/repository.git\n\
             wwwauth[]=Basic realm=\"x\"\nwwwauth[]=Negotiate\nfuture=1\n\n",
            authority(&home)
        ),
        format!("protocol=https\r\nhost={}\r\n\r\n", authority(&home)),
        // No blank line at the end.
        format!("protocol=https\nhost={}", authority(&home)),
        // A second request after the blank line is ignored.
        format!(
            "protocol=https\nhost={}\n\nhost=elsewhere.example\n",
            authority(&home)
        ),
    ] {
        let answer = called(&home, "git-credential-alb", &["get"], &request).answer();
        assert_eq!(
            value(&answer, "password"),
            Some(secret.as_str()),
            "{request}"
        );
    }
    let elsewhere = format!(
        "protocol=https\nhost={}\nurl=https://elsewhere.example\n\n",
        authority(&home)
    );
    assert_eq!(
        called(&home, "git-credential-alb", &["get"], &elsewhere).answer(),
        ""
    );
}

#[test]
fn options_before_the_action_do_not_confuse_the_helper() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let answer = git(&home, "alb --timeout=1", "fill", &request(&home)).answer();
    assert_eq!(value(&answer, "username"), Some(ADA));
}

#[test]
fn unknown_actions_of_git_are_ignored() {
    let home = Home::usual();
    for verb in ["list", "renew", "--help-me", "Get"] {
        assert_eq!(
            called(&home, "git-credential-alb", &[verb], &request(&home)).answer(),
            "",
            "{verb}"
        );
    }
    let capability = called(&home, "git-credential-alb", &["capability"], "").answer();
    assert_eq!(capability.lines().next(), Some("version 0"));
    assert!(
        capability
            .lines()
            .skip(1)
            .all(|line| line.starts_with("capability ")),
        "{capability}"
    );
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_malformed_git_request_gets_no_secret_and_no_network() {
    let home = Home::usual();
    let own = cookie(&home);
    home.sandbox.clear_audit();
    let authority = authority(&home);
    let long = "x".repeat(70_000);
    for malformed in [
        format!("protocol=https\nhost=elsewhere.example\rhost={authority}\n\n"),
        format!("protocol=https\nhost={authority}\0\n\n"),
        format!("host={authority}\n\n"),
        "protocol=https\n\n".to_owned(),
        "protocol=https\nhost=\n\n".to_owned(),
        format!("protocol=\nhost={authority}\n\n"),
        format!("protocol=https\nhost={authority}\nwwwauth[]={long}\n\n"),
        format!("protocol=https\nhost={authority}\nno key and no value\n\n"),
        "\n".to_owned(),
        String::new(),
    ] {
        let shown: String = malformed.chars().take(80).collect();
        let said = called(&home, "git-credential-alb", &["get"], &malformed);
        assert!(!said.stdout.contains("password="), "{shown:?}: {said:?}");
        assert!(
            !said.stdout.contains(&own) && !said.stderr.contains(&own),
            "{shown:?}"
        );
        assert!(
            !said.stderr.contains(['\r', '\0']),
            "{shown:?}: {:?}",
            said.stderr
        );
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_long_line_does_not_smuggle_a_host_in() {
    // A helper with a buffer of fixed size would read the end as a line of its own.
    let home = Home::usual();
    let _ = cookie(&home);
    for length in [1000, 1024, 4096, 8192, 65_000] {
        let padding = "x".repeat(length);
        let request = format!(
            "protocol=https\nhost=elsewhere.example\nwwwauth[]={padding}host={}\n\n",
            authority(&home)
        );
        assert_eq!(
            called(&home, "git-credential-alb", &["get"], &request).answer(),
            "",
            "{length}"
        );
    }
}

#[test]
fn a_broken_configuration_does_not_disturb_git_elsewhere() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    home.configure("this is = = no TOML\n");
    let stranger = "protocol=https\nhost=elsewhere.example\n\n";
    for helper in ["alb", "!credential"] {
        let said = git(&home, helper, "fill", stranger);
        assert_eq!(said.code, 0, "{helper}: {}", said.stderr);
        assert_eq!(
            value(&said.stdout, "username"),
            Some("next"),
            "{helper}: {}",
            said.stderr
        );
    }
    let own = called(&home, "git-credential-alb", &["get"], stranger);
    assert!(!own.stdout.contains("quit"), "{own:?}");
    assert!(
        own.stderr.contains("config.toml:1:"),
        "the person hears of it: {}",
        own.stderr
    );
}

#[test]
fn without_a_configuration_git_asks_the_next_helper_for_every_host() {
    if !tool("git") {
        return;
    }
    let home = Home::bare(Setup::default());
    let said = git(
        &home,
        "alb",
        "fill",
        "protocol=https\nhost=elsewhere.example\n\n",
    );
    assert_eq!(
        (value(&said.stdout, "username"), said.code),
        (Some("next"), 0),
        "{}",
        said.stderr
    );
}

#[test]
fn a_host_that_no_app_can_have_is_left_to_the_next_helper_in_silence() {
    let home = Home::usual();
    for host in [
        "b\u{fc}cher.example",
        "bu\u{308}cher.example:8443",
        "\u{1f4a9}.example",
        "\u{4f8b}\u{3048}.\u{30c6}\u{30b9}\u{30c8}",
        "my_server.example",
    ] {
        for record in [
            format!("protocol=https\nhost={host}\nusername=a\npassword=b\n\n"),
            format!("url=https://a:b@{host}/x\n\n"),
        ] {
            for verb in ["get", "store", "erase"] {
                let said = called(&home, "git-credential-alb", &[verb], &record);
                assert_eq!(said.answer(), "", "{verb} {host}");
            }
        }
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn an_account_is_named_in_any_letters() {
    let home = Home::usual();
    let cookie = cookie(&home);
    for name in ["Ada@Corp.example", "ADA@CORP.EXAMPLE", "ada@corp.example "] {
        let record = request(&home).replace("\n\n", &format!("\nusername={name}\n\n"));
        let answer = called(&home, "git-credential-alb", &["get"], &record).answer();
        assert_eq!(value(&answer, "password"), Some(cookie.as_str()), "{name}");
        let erase = record.replace("\n\n", &format!("\npassword={cookie}\n\n"));
        called(&home, "git-credential-alb", &["erase"], &erase).answer();
        assert!(!home.is_cached("grafana"), "{name}");
        called(&home, "git-credential-alb", &["store"], &erase).answer();
        assert!(home.is_cached("grafana"), "{name}");
    }
    let other = request(&home).replace("\n\n", "\nusername=bob@corp.example\n\n");
    let said = called(&home, "git-credential-alb", &["get"], &other);
    assert_eq!(said.answer(), "");
}

//! The dialects together: how a request's dialect is found, Bazel's protocol, and what all of them share.

use sandbox::{Event, Fault, Step};
use serde_json::Value;

use crate::home::{ADA, Home, Outcome, feed, outcome};
use crate::tools::beside;

/// Returns the app's host and port.
pub(crate) fn authority(home: &Home) -> String {
    home.sandbox
        .app_url("grafana")
        .trim_start_matches("https://")
        .to_owned()
}

/// Returns the cookie, from the plain dialect.
pub(crate) fn cookie(home: &Home) -> String {
    home.run(&["get", "grafana"]).answer().trim_end().to_owned()
}

/// Returns git's request for the app.
pub(crate) fn request(home: &Home) -> String {
    format!("protocol=https\nhost={}\n\n", authority(home))
}

/// Calls the program by one of its helper names.
pub(crate) fn called(home: &Home, name: &str, arguments: &[&str], input: &str) -> Outcome {
    let mut command = beside(home, name);
    command.args(arguments);
    feed(command, input)
}

/// Returns the value of a key in git's answer.
pub(crate) fn value<'a>(answer: &'a str, key: &str) -> Option<&'a str> {
    answer
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
}

#[test]
fn bazel_gets_a_header_and_an_expiry() {
    let home = Home::usual();
    let uri = format!(
        "{}/repository/rules.tar.gz?x=1",
        home.sandbox.app_url("grafana")
    );
    let request = serde_json::json!({ "uri": uri, "future": [1, 2] }).to_string();
    let cookie = cookie(&home);
    for (program, arguments) in [
        ("bazel-credential-alb", &["get"][..]),
        ("credential", &["get", "--protocol", "bazel"]),
        ("credential", &["get"]),
    ] {
        let answer = called(&home, program, arguments, &request).answer();
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(
            answer["headers"],
            serde_json::json!({ "Cookie": [cookie] }),
            "{program} {arguments:?}"
        );
        let expires = answer["expires"].as_str().expect("an expiry");
        let parsed =
            time::OffsetDateTime::parse(expires, &time::format_description::well_known::Rfc3339);
        assert!(
            parsed.is_ok_and(|end| end > time::OffsetDateTime::now_utc()),
            "{expires}"
        );
    }
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn bazel_gets_errors_on_stderr() {
    let home = Home::usual();
    for (arguments, request) in [
        (&["get"][..], r#"{"uri":"https://elsewhere.example/x"}"#),
        (&["get"], "{}"),
        (&["get"], "{"),
        (&["get"], "[]"),
        (&["get"], ""),
        (&["get"], r#"{"uri":7}"#),
        (&["get"], r#"{"uri":"elsewhere.example"}"#),
        (&["frobnicate"], r#"{"uri":"https://elsewhere.example/x"}"#),
        (&[], ""),
    ] {
        let said = called(&home, "bazel-credential-alb", arguments, request);
        assert_ne!(said.code, 0, "{arguments:?} {request}");
        assert_eq!(said.stdout, "", "{arguments:?} {request}");
        assert!(
            said.stderr.starts_with("credential: "),
            "{arguments:?} {request}: {}",
            said.stderr
        );
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn if_a_person_is_needed_bazel_gets_the_command_to_run() {
    let home = Home::usual();
    let prompting = home
        .configuration(&["grafana".into()])
        .replace("{ file = \"password\" }", "{ prompt = true }");
    home.configure(&prompting);
    let request = format!("{{\"uri\":\"{}/\"}}", home.sandbox.app_url("grafana"));
    let words = called(&home, "bazel-credential-alb", &["get"], &request).failure(3);
    assert!(words.contains("credential login grafana"), "{words}");
}

#[test]
fn a_request_on_stdin_is_answered_in_its_own_dialect() {
    let home = Home::usual();
    let cookie = cookie(&home);
    let url = home.sandbox.app_url("grafana");
    let git = home.run_with(&["get"], &request(&home)).answer();
    assert_eq!(value(&git, "password"), Some(cookie.as_str()));
    let git = home
        .run_with(&["get"], &format!("capability[]=state\n{}", request(&home)))
        .answer();
    assert_eq!(value(&git, "password"), Some(cookie.as_str()));
    for docker in [
        url.clone(),
        format!("{url}\n"),
        authority(&home),
        format!("{}\r\n", authority(&home)),
    ] {
        let answer = home.run_with(&["get"], &docker).answer();
        assert!(
            answer.starts_with("{\"ServerURL\":") && answer.contains(&cookie),
            "{docker:?}: {answer}"
        );
    }
    let bazel = home
        .run_with(&["get"], &format!(" \n{{\"uri\":\"{url}/x\"}}"))
        .answer();
    assert!(bazel.starts_with("{\"headers\":{\"Cookie\":["), "{bazel}");
}

#[test]
fn a_named_dialect_is_used_whatever_the_request_looks_like() {
    let home = Home::usual();
    let git = home
        .run_with(&["get", "--protocol", "git"], &request(&home))
        .answer();
    assert_eq!(value(&git, "username"), Some(ADA));
    let docker = home
        .run_with(&["get", "--protocol", "docker"], &authority(&home))
        .answer();
    assert!(docker.contains("\"ServerURL\""), "{docker}");
    let silent = home
        .run_with(
            &["get", "--protocol", "git"],
            "protocol=https\nhost=elsewhere.example\n\n",
        )
        .answer();
    assert_eq!(silent, "");
    let words = home.run_with(&["get", "--protocol", "svn"], "").failure(2);
    for dialect in ["git", "docker", "bazel"] {
        assert!(words.contains(dialect), "{words}");
    }
}

#[test]
fn other_input_is_an_error_with_the_hint_to_name_an_app() {
    let home = Home::usual();
    for noise in [
        "hello world",
        "one line\nand another\n",
        "host\nhost\n",
        "\u{1}\u{2}",
        "[1]",
        "- a: b",
    ] {
        for verb in ["store", "erase"] {
            let words = home.run_with(&[verb], noise).failure(2);
            let hint = format!("credential {verb} APP");
            assert!(words.contains(&hint), "{noise:?}: {words}");
        }
        // A `get` has an answer without it.
        home.run_with(&["get"], noise).answer();
    }
    assert_eq!(home.sandbox.password_tries(), 1);
}

#[test]
fn an_empty_stdin_means_the_default_app() {
    let home = Home::usual();
    let cookie = cookie(&home);
    assert_eq!(home.run(&["get"]).answer().trim_end(), cookie, "/dev/null");
    for empty in ["", "\n", " \r\n\n"] {
        assert_eq!(
            home.run_with(&["get"], empty).answer().trim_end(),
            cookie,
            "{empty:?}"
        );
    }
    let mut closed = beside(&home, "sh");
    closed.args(["-c", "credential get <&-"]);
    assert_eq!(
        outcome(closed.output().expect("sh starts"))
            .answer()
            .trim_end(),
        cookie,
        "a closed stdin"
    );
}

#[test]
fn with_an_app_named_stdin_is_not_read() {
    let home = Home::usual();
    let mut command = beside(&home, "sh");
    command.args([
        "-c",
        "while read -r line; do credential get grafana >/dev/null; echo \"$line\"; done",
    ]);
    assert_eq!(
        feed(command, "one\ntwo\nthree\n").answer(),
        "one\ntwo\nthree\n"
    );
}

#[test]
fn erase_and_store_detect_the_dialect_too() {
    let home = Home::usual();
    for request in [request(&home), home.sandbox.app_url("grafana")] {
        let _ = cookie(&home);
        assert_eq!(
            home.run_with(&["erase"], &request).answer(),
            "",
            "{request}"
        );
        assert_eq!(
            home.run(&["get", "grafana", "--no-sign-in"]).code,
            3,
            "{request}"
        );
    }
    let store = format!(
        "protocol=https\nhost={}\nusername=ada\npassword=x\n\n",
        authority(&home)
    );
    assert_eq!(home.run_with(&["store"], &store).answer(), "");
}

#[test]
fn list_answers_docker_in_json_and_users_with_names() {
    let home = Home::usual();
    assert_eq!(home.run(&["list"]).answer(), "grafana\n");
    assert_eq!(
        called(&home, "docker-credential-alb", &["list"], "")
            .answer()
            .trim(),
        "{}"
    );
}

#[test]
fn a_hundred_helpers_of_three_kinds_make_one_sign_in() {
    let home = Home::usual();
    let _ = beside(&home, "true");
    let script = "for i in $(seq 33); do
          printf 'protocol=https\\nhost=%s\\n\\n' \"$HOST\" | git-credential-alb get >git.$i &
          printf '%s' \"$HOST\" | docker-credential-alb get >docker.$i &
          printf '{\"uri\":\"https://%s/%s\"}' \"$HOST\" \"$i\" | bazel-credential-alb get >bazel.$i &
        done; wait";
    let mut command = beside(&home, "sh");
    command.args(["-c", script]).env("HOST", authority(&home));
    let said = outcome(command.output().expect("sh starts"));
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (0, ""),
        "{}",
        said.stderr
    );
    let cookie = cookie(&home);
    for name in ["git", "docker", "bazel"] {
        for number in 1..=33 {
            let answer =
                std::fs::read_to_string(home.path(&format!("{name}.{number}"))).expect("an answer");
            assert!(answer.contains(&cookie), "{name}.{number}: {answer}");
        }
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_eq!(
        home.sandbox
            .count(|event| matches!(event, Event::SessionIssued { .. })),
        1
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn each_dialect_reports_a_server_in_trouble() {
    let home = Home::usual();
    home.sandbox.fault((Step::Authn, Fault::Html(502)));
    let git = called(&home, "git-credential-alb", &["get"], &request(&home));
    assert!(
        git.stdout.contains("quit=1") && !git.stdout.contains("password="),
        "{git:?}"
    );
    assert!(git.stderr.contains("502"), "{git:?}");
    let docker = called(&home, "docker-credential-alb", &["get"], &authority(&home));
    assert!(
        docker.code == 1 && docker.stdout.contains("502"),
        "{docker:?}"
    );
    let bazel = format!("{{\"uri\":\"{}\"}}", home.sandbox.app_url("grafana"));
    let bazel = called(&home, "bazel-credential-alb", &["get"], &bazel);
    assert!(
        bazel.code != 0 && bazel.stdout.is_empty() && bazel.stderr.contains("502"),
        "{bazel:?}"
    );
}

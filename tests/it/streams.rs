//! The streams of the program and of the password command: stdin belongs to the caller, stdout to the answer.

use std::process::Stdio;

use crate::home::{Home, binary, feed, outcome};
use crate::tools::beside;

#[test]
fn a_loop_over_a_file_reads_the_whole_file() {
    let home = Home::usual();
    let text = "one\ntwo\nthree four\n".repeat(7);
    std::fs::write(home.path("file"), &text).expect("a file");
    for arguments in [
        "get grafana",
        "get grafana --fresh",
        "erase grafana",
        "get grafana -v",
        "login grafana",
    ] {
        let mut command = home.command("sh");
        let script = format!(
            "while read -r x; do \"$0\" {arguments} >/dev/null 2>&1 || exit 9; echo \"$x\"; done < file"
        );
        command.args(["-c", &script]).arg(binary());
        assert_eq!(
            outcome(command.output().expect("sh starts")).answer(),
            text,
            "{arguments}"
        );
    }
}

#[test]
fn a_password_command_cannot_eat_the_callers_stdin() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace(
        "{ file = \"password\" }",
        "{ command = [\"sh\", \"-c\", \"cat >/dev/null; cat password\"] }",
    ));
    let mut command = home.command("sh");
    command
        .args(["-c", "\"$0\" get grafana >/dev/null && cat"])
        .arg(binary());
    assert_eq!(feed(command, "still there\n").answer(), "still there\n");
    assert_eq!(home.sandbox.password_tries(), 1);
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let mut command = home.credential(&["get", "grafana"]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = command
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let mut command = home.credential(&["get", "grafana"]);
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let output = command
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.starts_with("credential: ") && !stderr.contains("panicked"),
        "{stderr}"
    );
}

/// Calls of every kind that has an answer.
const ANSWERS: [&[&str]; 23] = [
    &["get", "grafana"],
    &["get", "grafana", "--as", "cookie"],
    &["get", "grafana", "--as", "header"],
    &["get", "grafana", "--as", "headers-json"],
    &["get", "grafana", "--as", "json"],
    &["get", "grafana", "--as", "curl"],
    &["get", "grafana", "--as", "netscape"],
    &["get", "grafana", "--as", "httpie"],
    &["get", "grafana", "--as", "dotenv"],
    &["get", "grafana", "--as", "env"],
    &["get", "grafana", "--verify"],
    &["get"],
    &["get", "--protocol", "docker"],
    &["go"],
    &["list"],
    &["status"],
    &["status", "--json"],
    &["doctor", "--no-sign-in"],
    &["setup", "git", "grafana"],
    &["shell", "bash"],
    &["completions", "zsh"],
    &["man"],
    &["--help"],
];

#[test]
fn no_call_succeeds_whose_answer_could_not_be_written() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    for arguments in ANSWERS {
        for stdout in [">&-", ">/dev/full"] {
            let mut command = beside(&home, "sh");
            let script = format!("exec credential \"$@\" {stdout}");
            command.args(["-c", &script, "sh"]).args(arguments);
            let said = feed(command, "");
            assert_eq!(said.code, 1, "{arguments:?} {stdout}: {}", said.stderr);
            assert!(
                said.stderr.contains("credential: cannot write the answer"),
                "{arguments:?} {stdout}: {}",
                said.stderr
            );
        }
    }
}

#[test]
fn what_has_no_answer_succeeds_with_a_closed_stdout() {
    let home = Home::usual();
    for arguments in ["login", "logout grafana", "erase grafana"] {
        let mut command = beside(&home, "sh");
        command.args(["-c", &format!("credential {arguments} >&-")]);
        feed(command, "").answer();
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    for arguments in ANSWERS {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = beside(&home, "credential");
        let output = command.args(arguments).stdout(writer).output();
        let said = outcome(output.expect("the program starts"));
        let expected = i32::from(arguments.contains(&"docker"));
        assert_eq!(said.code, expected, "{arguments:?}: {}", said.stderr);
    }
}

#[test]
fn without_a_terminal_a_question_fails_with_the_command_to_run() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
    let words = home
        .run_with(&["get", "grafana"], "a password on stdin\n")
        .told(3);
    assert!(words.contains("credential login"), "{words}");
    assert_eq!(home.sandbox.password_tries(), 0);
}

#[test]
fn a_failing_password_command_is_a_configuration_error() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    for command in [
        "[\"sh\", \"-c\", \"echo half-a-secret; echo vault is sealed >&2; exit 3\"]",
        "[\"no-such-program-anywhere\"]",
        "[\"true\"]",
        "[\"kill-me\", \"x\"]",
    ] {
        home.configure(&text.replace(
            "{ file = \"password\" }",
            &format!("{{ command = {command} }}"),
        ));
        let outcome = home.run(&["get", "grafana"]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (2, ""),
            "{command}: {}",
            outcome.stderr
        );
        assert!(
            !outcome.stderr.contains("half-a-secret"),
            "{}",
            outcome.stderr
        );
        assert_eq!(home.sandbox.password_tries(), 0, "{command}");
    }
}

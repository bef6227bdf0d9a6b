//! `login --callback -`: a script brings the address.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStderr, ChildStdin, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::elsewhere::{Talk, code_of, home, setup, sign_in};
use crate::home::Home;
use crate::outcome::Outcome;
use crate::tools::tool;

const LOGIN: [&str; 4] = ["login", "grafana", "--callback", "-"];

/// A call without a terminal, whose stdin is open.
struct Script {
    child: Child,
    input: Option<ChildStdin>,
    errors: BufReader<ChildStderr>,
    address: String,
}

impl Script {
    /// Starts it, and reads the address: the first line of stderr, and nothing else.
    fn start(home: &Home) -> Self {
        let mut command = home.credential(&LOGIN);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let errors = child.stderr.take().expect("stderr is a pipe");
        let mut errors = BufReader::new(errors);
        let mut line = String::new();
        errors.read_line(&mut line).expect("a line");
        let provider = home.sandbox.provider_url("id");
        assert!(line.starts_with(&provider), "{line}");
        Self {
            input: child.stdin.take(),
            child,
            errors,
            address: line.trim_end().to_owned(),
        }
    }

    /// Sends `text`, and keeps stdin open.
    fn send(&mut self, text: &str) {
        let input = self.input.as_mut().expect("stdin is open");
        // A program that has read enough closes it.
        let _ = input.write_all(text.as_bytes());
    }

    /// Waits for the end, and returns the outcome without the address.
    fn end(mut self) -> Outcome {
        let mut stderr = String::new();
        let read = self.errors.read_to_string(&mut stderr);
        read.expect("stderr is UTF-8");
        let output = self.child.wait_with_output().expect("it ends");
        Outcome {
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr,
            code: output.status.code().unwrap_or(-1),
        }
    }
}

#[test]
fn a_script_reads_the_address_on_stderr_and_writes_the_last_to_stdin() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut script = Script::start(&home);
    let callback = sign_in(&home, &script.address);
    // stdin stays open: a line is enough.
    script.send(&format!("{callback}\n"));
    let said = script.end();
    assert_eq!((said.code, said.stdout.as_str()), (0, ""), "{said:?}");
    assert!(!said.stderr.contains(code_of(&callback)), "{said:?}");
    assert!(home.has_session());
    let cookie = home.run(&["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="));
    assert_eq!(home.sandbox.callbacks().len(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_wrong_address_ends_it_with_the_reason_and_nothing_is_sent() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    for (text, why) in [
        ("\n", "it is empty"),
        ("hello\n", "it is neither an address nor a Cookie line"),
        (
            "https://other.example/oauth2/idpresponse?code=a&state=b\n",
            "it leads to https://other.example, not to",
        ),
        ("code=a&state=b\n", "it is from an earlier attempt"),
        ("state=b\n", "it is from an earlier attempt"),
    ] {
        let mut script = Script::start(&home);
        script.send(text);
        let told = script.end().told(1);
        assert!(
            told.contains(&format!("this does not end the sign-in: {why}")),
            "{told}"
        );
    }
    assert_eq!(home.sandbox.callbacks(), []);
}

#[test]
fn stdin_without_an_address_is_an_error_and_an_endless_line_is_bounded() {
    let home = home(setup(), "");
    let mut script = Script::start(&home);
    script.input = None;
    let told = script.end().told(1);
    assert!(told.contains("it is empty"), "{told}");
    let mut script = Script::start(&home);
    script.send(&"x".repeat(20_000));
    let told = script.end().told(1);
    assert!(told.contains("it is longer than 16 KiB"), "{told}");
}

#[test]
fn an_address_that_comes_too_late_ends_it_with_the_albs_refusal() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut script = Script::start(&home);
    let callback = sign_in(&home, &script.address);
    home.sandbox.advance(Duration::from_secs(61));
    script.send(&format!("{callback}\n"));
    let told = script.end().told(5);
    assert!(told.contains("refused the sign-in (401)"), "{told}");
    assert_eq!(home.sandbox.callbacks().len(), 1, "no second question");
}

#[test]
fn a_signal_ends_the_wait_for_stdin_and_frees_the_claim() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    for signal in [Signal::INT, Signal::TERM] {
        let script = Script::start(&home);
        let id = i32::try_from(script.child.id()).expect("a small number");
        let id = Pid::from_raw(id).expect("no zero");
        kill_process(id, signal).expect("it runs");
        let said = script.end();
        assert_ne!(said.code, 0, "{said:?}");
        assert_eq!(said.stdout, "");
    }
    let mut script = Script::start(&home);
    let callback = sign_in(&home, &script.address);
    script.send(&format!("{callback}\n"));
    assert_eq!(script.end().code, 0);
}

#[test]
fn at_a_terminal_too_the_address_goes_to_stderr_and_comes_from_stdin() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let talk = Talk::start(
        &home,
        "mkfifo in out; exec 3<>in; credential login grafana --callback - <in 2>out",
    );
    let mut lines = BufReader::new(std::fs::File::open(wait_for(&home, "out")).expect("a pipe"));
    let mut address = String::new();
    lines.read_line(&mut address).expect("a line");
    let callback = sign_in(&home, address.trim_end());
    let mut input = std::fs::File::options()
        .write(true)
        .open(home.path("in"))
        .expect("a pipe");
    writeln!(input, "{callback}").expect("it is read");
    let (said, screen) = talk.end();
    assert_eq!((said.code, said.stdout.as_str()), (0, ""), "{said:?}");
    assert_eq!(screen, "", "the terminal is left alone");
}

/// Waits for a file that the call makes.
fn wait_for(home: &Home, name: &str) -> std::path::PathBuf {
    crate::ahead::until(name, || home.path(name).exists());
    home.path(name)
}

#[test]
fn a_terminal_as_stdin_is_sent_to_the_question_that_shows_nothing() {
    let home = home(setup(), "");
    let (said, screen) = Talk::start(&home, "credential login grafana --callback -").end();
    let told = said.told(2);
    assert!(
        told.contains("hint: credential login grafana --paste"),
        "{told}"
    );
    assert_eq!(screen, "");
}

#[test]
fn another_word_than_the_dash_is_refused_so_that_no_code_is_an_argument() {
    let home = home(setup(), "");
    let said = home.run(&[
        "login",
        "grafana",
        "--callback",
        "https://a.example/?code=x",
    ]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn without_a_terminal_nobody_gets_an_address() {
    let home = home(setup(), "");
    for words in [
        &["login", "grafana", "--paste"][..],
        &["login", "grafana"],
        &["get", "grafana"],
        &["get", "grafana", "-v"],
        &["exec", "grafana", "--", "true"],
    ] {
        let said = home.run(words);
        assert_eq!(
            (said.code, said.stdout.as_str()),
            (3, ""),
            "{words:?}: {said:?}"
        );
        assert!(!said.stderr.contains("state="), "{words:?}: {said:?}");
        assert!(
            !said.stderr.contains("https://id.localhost"),
            "{words:?}: {said:?}"
        );
    }
    let told = home.run(&["login", "grafana", "--paste"]).told(3);
    assert!(
        told.contains("hint: credential login grafana --callback -"),
        "{told}"
    );
    assert_eq!(home.sandbox.callbacks(), []);
}

mod lines;

use std::path::PathBuf;
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

use super::{Fetch, LONGEST_KIB, text};
use crate::app::Source;
use crate::caller_policy::Questions;
use crate::error::{Error, Kind, Result};
use crate::http::fixture::words;
use crate::output::fixture;
use crate::secret::Secret;
use crate::terminal::Terminal;

const WHAT: &str = "the password of org corp";
const LONG: Duration = Duration::from_secs(30);

fn fetched(source: &Source, limit: Duration) -> Result<Secret> {
    fetched_unless(&|| false, source, limit)
}

fn fetched_unless(stop: &dyn Fn() -> bool, source: &Source, limit: Duration) -> Result<Secret> {
    let app = fixture::app("https://wiki.corp.example");
    let fetch = Fetch {
        org: app.org().expect("an app of an org"),
        terminal: Terminal::new(0, Questions::Forbidden, None),
        limit,
        stop,
    };
    fetch.secret(source, WHAT)
}

fn secret(source: &Source) -> String {
    match fetched(source, LONG) {
        Ok(secret) => secret.expose().to_owned(),
        Err(error) => panic!("{}", words(&error)),
    }
}

fn refusal(source: &Source) -> Error {
    fetched(source, LONG).expect_err("no secret")
}

fn shell(script: &str) -> Source {
    Source::Command(["sh", "-c", script].map(Into::into).into())
}

/// A file of these bytes, which is gone with the first of the two.
fn file(bytes: &[u8]) -> (tempfile::TempDir, Source) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("secret");
    std::fs::write(&path, bytes).expect("a file");
    (directory, Source::File(path))
}

#[test]
fn one_final_line_end_is_dropped_and_nothing_else() {
    for (bytes, expected) in [
        ("a", "a"),
        ("a\n", "a"),
        ("a\r\n", "a"),
        ("a\n\n", "a\n"),
        ("a\r\n\r\n", "a\r\n"),
        ("a\r", "a\r"),
        (" a \n", " a "),
        ("\na", "\na"),
        ("a\u{0}\n", "a\u{0}"),
        ("\u{feff}é\n", "\u{feff}é"),
    ] {
        assert_eq!(
            text(bytes.as_bytes(), WHAT).expect("text").expose(),
            expected,
            "{bytes:?}"
        );
    }
    for (bytes, expected) in [("a", "a"), ("a\r\n", "a"), (" a \n", " a "), ("é\n", "é")] {
        let (_directory, file) = file(bytes.as_bytes());
        assert_eq!(secret(&file), expected, "{bytes:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_path() {
    for path in ["/nonexistent/secret", "/"] {
        let error = refusal(&Source::File(PathBuf::from(path)));
        assert_eq!(error.kind, Kind::Usage);
        assert_eq!(error.message, "cannot read the password of org corp");
        assert!(
            error.causes[0].starts_with(&format!("{path}: ")),
            "{}",
            error.causes[0]
        );
    }
}

#[test]
fn an_empty_secret_and_bytes_that_are_no_text_are_errors() {
    for (bytes, message) in [
        (&b""[..], "the password of org corp is empty"),
        (b"\n", "the password of org corp is empty"),
        (b"\r\n", "the password of org corp is empty"),
        (
            b"hunter2\xff\n",
            "the password of org corp is not UTF-8 text",
        ),
    ] {
        let (_directory, file) = file(bytes);
        let error = refusal(&file);
        assert_eq!((error.kind, words(&error).as_str()), (Kind::Usage, message));
    }
}

#[test]
fn a_file_may_have_64_kib_and_no_more() {
    let mut bytes = vec![b'x'; usize::try_from(LONGEST_KIB * 1024).expect("a length")];
    assert_eq!(secret(&file(&bytes).1).len(), bytes.len());
    bytes.push(b'x');
    let (_directory, file) = file(&bytes);
    let error = refusal(&file);
    assert_eq!(error.kind, Kind::Usage);
    assert!(
        error.causes[0].ends_with("more than 64 KiB is no secret"),
        "{}",
        error.causes[0]
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_never_ends_is_read_no_further() {
    let error = refusal(&Source::File("/dev/zero".into()));
    assert!(
        error.causes[0].ends_with("more than 64 KiB is no secret"),
        "{}",
        error.causes[0]
    );
}

#[test]
fn an_unset_variable_is_a_mistake_of_the_configuration() {
    let error = refusal(&Source::Env("CREDENTIAL_TEST_THAT_NOBODY_SETS".into()));
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(
        words(&error),
        "the password of org corp is not set in the variable CREDENTIAL_TEST_THAT_NOBODY_SETS"
    );
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let error = refusal(&Source::Prompt);
    assert_eq!(error.kind, Kind::Person);
}

#[cfg(unix)]
#[test]
fn a_command_runs_without_a_shell_and_with_nothing_to_read() {
    let words = ["printf", "%s|%s\\n", "a b", "$HOME; echo x"].map(Into::into);
    assert_eq!(secret(&Source::Command(words.into())), "a b|$HOME; echo x");
    assert_eq!(secret(&shell("cat; echo end")), "end");
}

#[cfg(unix)]
#[test]
fn a_command_that_fails_is_told_by_its_status_and_never_by_its_output() {
    for (script, cause) in [
        ("echo hunter2; exit 3", "sh: exit status: 3"),
        ("echo hunter2; kill -9 $$", "sh: signal: 9 (SIGKILL)"),
    ] {
        let error = refusal(&shell(script));
        assert_eq!(error.kind, Kind::Usage);
        assert_eq!(
            words(&error),
            format!("the command for the password of org corp failed | {cause}")
        );
    }
    let error = refusal(&shell("printf 'hunter2\\377'"));
    assert_eq!(words(&error), "the password of org corp is not UTF-8 text");
    assert_eq!(
        words(&refusal(&shell(":"))),
        "the password of org corp is empty"
    );
}

#[test]
fn a_command_that_is_not_there_is_named() {
    let error = refusal(&Source::Command(vec![
        "/nonexistent/op".into(),
        "read".into(),
    ]));
    assert_eq!(error.kind, Kind::Usage);
    assert!(
        error.causes[0].starts_with("/nonexistent/op: "),
        "{}",
        error.causes[0]
    );
}

#[cfg(unix)]
#[test]
fn a_command_that_does_not_end_in_time_is_ended() {
    for script in [
        "exec sleep 60",
        "exec sleep 60 >&-",
        "echo hunter2; exec sleep 60",
    ] {
        let start = Instant::now();
        let error = fetched(&shell(script), Duration::from_secs(1)).expect_err("it is too slow");
        assert_eq!(error.causes, ["sh: it did not end within 1 s"], "{script}");
        assert!(start.elapsed() < Duration::from_secs(20), "{script}");
    }
}

#[cfg(unix)]
#[test]
fn a_command_that_says_too_much_is_told_so() {
    let error = refusal(&Source::Command(vec!["yes".into()]));
    assert_eq!(error.causes, ["yes: more than 64 KiB is no secret"]);
}

/// A command that starts a process which outlives it, and the file that names that process.
#[cfg(unix)]
fn shell_with_child(directory: &tempfile::TempDir, script: &str) -> (Source, PathBuf) {
    let path = directory.path().join("child");
    let start = format!("sleep 60 & echo $! >{}; {script}", path.display());
    (shell(&start), path)
}

#[cfg(unix)]
fn is_alive(path: &std::path::Path) -> bool {
    let number = std::fs::read_to_string(path).expect("the command has written it");
    let status = std::fs::read_to_string(format!("/proc/{}/stat", number.trim()));
    // A dead process whose parent does not look is a zombie.
    status.is_ok_and(|status| !status.contains(") Z "))
}

#[cfg(unix)]
#[test]
fn the_output_of_a_command_counts_while_its_agent_keeps_the_pipe_open() {
    let directory = tempfile::tempdir().expect("a directory");
    let (source, child) = shell_with_child(&directory, "echo hunter2");
    let start = Instant::now();
    assert_eq!(secret(&source), "hunter2");
    assert!(start.elapsed() < Duration::from_secs(20));
    assert!(is_alive(&child), "the agent is left alone");
    let number = std::fs::read_to_string(&child).expect("it is there");
    let killed = std::process::Command::new("kill")
        .arg(number.trim())
        .status();
    assert!(killed.expect("kill runs").success());
}

#[cfg(target_os = "linux")]
#[test]
fn at_the_time_limit_everything_that_a_command_has_started_is_ended() {
    let directory = tempfile::tempdir().expect("a directory");
    let (source, child) = shell_with_child(&directory, "wait");
    let error = fetched(&source, Duration::from_secs(1)).expect_err("it is too slow");
    assert_eq!(error.causes, ["sh: it did not end within 1 s"]);
    assert_ends(&child);
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_whose_secret_nobody_wants_is_ended_at_once() {
    for script in ["wait", "exec >&-; wait"] {
        let directory = tempfile::tempdir().expect("a directory");
        let (source, child) = shell_with_child(&directory, script);
        let stop = || child.metadata().is_ok_and(|child| child.len() > 0);
        let error = fetched_unless(&stop, &source, LONG).expect_err("nobody wants it");
        assert_eq!(
            error.causes,
            ["sh: nobody waits for it any more"],
            "{script}"
        );
        assert_ends(&child);
    }
}

/// Asserts that the process which `path` names ends: a signal takes a moment.
#[cfg(target_os = "linux")]
fn assert_ends(path: &std::path::Path) {
    let start = Instant::now();
    while is_alive(path) {
        assert!(start.elapsed() < Duration::from_secs(20), "it goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_a_fifo_without_a_writer_is_given_up() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo runs").success());
    let error = fetched(&Source::File(path), Duration::from_secs(1)).expect_err("it is empty");
    assert_eq!(error.message, "cannot read the password of org corp");
    let cause = ": it is a FIFO, and its writer did not finish within 1 s";
    assert!(error.causes[0].ends_with(cause), "{}", error.causes[0]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_is_told_whose_sign_in_waits_for_it() {
    let said = secret(&shell("printf %s \"$ALB_CREDENTIAL_SIGNING_IN\""));
    let own = format!("{} https://corp.okta.com ", std::process::id());
    assert!(said.starts_with(&own), "{said}");
}

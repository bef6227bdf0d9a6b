use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{LONGEST, fetch, text};
use crate::app::Source;
use crate::error::{Error, Kind, Result};
use crate::http::fixture::words;
use crate::secret::Secret;
use crate::terminal::{Questions, Terminal};

const WHAT: &str = "the password of org corp";
const LONG: Duration = Duration::from_secs(30);

fn fetched(source: &Source, limit: Duration) -> Result<Secret> {
    fetch(
        source,
        WHAT,
        Terminal::new(0, Questions::Forbidden, None),
        limit,
    )
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
fn nothing_and_what_is_no_text_are_no_secrets() {
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
    let mut bytes = vec![b'x'; usize::try_from(LONGEST).expect("a length")];
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

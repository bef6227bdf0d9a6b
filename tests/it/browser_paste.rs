//! `login --paste`: a person signs in with any browser, and pastes the address of its last page.

use crate::elsewhere::{QUESTION, Talk, code_of, home, load, setup, sign_in};
use crate::home::Home;
use crate::tools::{tool, tools};

const LOGIN: &str = "credential login grafana --paste";

/// Adds a parameter that the ALB does not know, so that the address has this length.
fn padded(callback: &str, length: usize) -> String {
    let pad = "&pad=";
    let missing = length.saturating_sub(callback.len() + pad.len());
    match missing {
        0 => callback.to_owned(),
        _ => format!("{callback}{pad}{}", "p".repeat(missing)),
    }
}

/// The keys that bring the address.
type Copied = fn(&str) -> String;

/// Breaks the address into lines, as a mail or a narrow terminal does.
fn wrapped(callback: &str, end: &str) -> String {
    let lines: Vec<&str> = (0..callback.len())
        .step_by(70)
        .map(|start| &callback[start..callback.len().min(start + 70)])
        .collect();
    lines.join(end)
}

/// Signs in with what `keys` makes of the address of the last page. Nothing of the code is shown.
#[track_caller]
fn assert_taken(home: &Home, what: &str, keys: impl FnOnce(&str) -> String) {
    let mut talk = Talk::start(home, LOGIN);
    let address = talk.address();
    let callback = sign_in(home, &address);
    talk.type_in(&keys(&callback));
    let (said, screen) = talk.end();
    assert!(
        said.code == 0 && said.stdout.is_empty(),
        "{what}: {said:?} {screen}"
    );
    assert!(
        said.stderr.contains("signed in to grafana for"),
        "{what}: {said:?}"
    );
    assert!(!screen.contains(code_of(&callback)), "{what}: {screen}");
    assert!(
        !said.stderr.contains(code_of(&callback)),
        "{what}: {said:?}"
    );
    let came = home.sandbox.callbacks();
    let last = came.last().expect("a callback");
    assert!(last.nonce && !last.browser, "{what}: {last:?}");
}

#[test]
fn an_address_of_any_length_is_taken_with_and_without_bracketed_paste() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    for length in [0, 1023, 1024, 4095, 4096, 12_000] {
        let what = format!("{length} bytes");
        assert_taken(&home, &what, |callback| {
            let callback = padded(callback, length);
            assert!(
                length == 0 || callback.len() == length,
                "{}",
                callback.len()
            );
            callback + "\r"
        });
        assert_taken(&home, &format!("{what}, bracketed"), |callback| {
            let callback = padded(callback, length);
            format!("\u{1b}[200~{callback}\u{1b}[201~\r")
        });
    }
    assert_eq!(home.sandbox.typed_passwords(), 1);
    assert_eq!(home.sandbox.callbacks().len(), 12);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn an_address_is_taken_however_it_was_copied() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let table: [(&str, Copied); 11] = [
        ("wrapped, bracketed", |callback| {
            format!("\u{1b}[200~{}\u{1b}[201~\r", wrapped(callback, "\r"))
        }),
        ("wrapped and indented, bracketed", |callback| {
            format!("\u{1b}[200~{}\u{1b}[201~\r", wrapped(callback, "\r\n  "))
        }),
        ("wrapped", |callback| wrapped(callback, "\r") + "\r"),
        ("a line end in the brackets", |callback| {
            format!("\u{1b}[200~{callback}\r\n\u{1b}[201~\r")
        }),
        ("blanks", |callback| format!("  {callback} \t \r")),
        ("a line end more", |callback| format!("{callback}\r\n")),
        ("quotes", |callback| format!("\"{callback}\"\r")),
        ("brackets", |callback| format!("<{callback}>\r")),
        ("without a scheme", |callback| {
            callback.replace("https://", "") + "\r"
        }),
        ("the query", |callback| {
            callback.split_once('?').expect("a query").1.to_owned() + "\r"
        }),
        ("typed wrong, erased and pasted", |callback| {
            format!("nonsense\u{15}{callback}\r")
        }),
    ];
    for (what, keys) in table {
        assert_taken(&home, what, keys);
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_person_is_told_before_and_bracketed_paste_is_on_for_the_question() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut talk = Talk::start(&home, LOGIN);
    let address = talk.address();
    talk.until("\u{1b}[?2004h");
    assert!(
        address.starts_with(&home.sandbox.provider_url("id")),
        "{address}"
    );
    let callback = sign_in(&home, &address);
    talk.paste(&callback);
    let (said, screen) = talk.end();
    let _ = said.done();
    assert!(screen.contains("the last page says 401"), "{screen}");
    assert_eq!(screen.matches(&address).count(), 1, "{screen}");
    assert!(screen.contains("\u{1b}[?2004l"), "{screen:?}");
    assert_eq!(screen.matches(QUESTION).count(), 1, "{screen}");
}

#[test]
fn a_recording_of_the_terminal_has_the_address_and_nothing_of_the_code() {
    if !tools(&["curl", "script"]) {
        return;
    }
    let home = home(setup(), "");
    let mut talk = Talk::start(&home, &format!("script -qfec '{LOGIN}' log >/dev/tty"));
    let address = talk.address();
    let callback = sign_in(&home, &address);
    talk.paste(&callback);
    let (said, screen) = talk.end();
    assert_eq!(said.code, 0, "{said:?} {screen}");
    let log = std::fs::read(home.path("log")).expect("script keeps a log");
    let log = String::from_utf8_lossy(&log);
    assert!(log.contains(&address), "{log}");
    assert!(!log.contains(code_of(&callback)), "{log}");
    assert!(!screen.contains(code_of(&callback)), "{screen}");
}

#[test]
fn nothing_of_the_code_is_traced_and_a_dumb_terminal_gets_no_sequence() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let words = "credential login grafana --paste -vv";
    let mut talk = Talk::start_in(&home, words, &[("TERM", "dumb")]);
    let address = talk.address();
    let callback = sign_in(&home, &address);
    talk.type_in(&format!("{callback}\r"));
    let (said, screen) = talk.end();
    assert_eq!(said.code, 0, "{said:?}");
    let traced = format!("{}{screen}", said.stderr);
    assert!(!traced.contains(code_of(&callback)), "{traced}");
    assert!(traced.contains("oauth2/idpresponse"), "{traced}");
    assert!(!screen.contains('\u{1b}'), "{screen:?}");
}

#[test]
fn ctrl_c_at_the_question_restores_the_terminal_and_frees_the_claim() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    for keys in ["\u{3}", "https://half\u{3}", "\u{1b}[200~https://half\u{3}"] {
        let mut talk = Talk::start(&home, &format!("exec {LOGIN}"));
        let _ = talk.address();
        talk.until("\u{1b}[?2004h");
        talk.type_in(keys);
        let screen = talk.interrupted();
        let on = screen.rfind("\u{1b}[?2004h").expect("it was on");
        let off = screen.rfind("\u{1b}[?2004l").expect("it is off");
        assert!(on < off, "{screen:?}");
        assert!(!screen.contains("half"), "{screen:?}");
    }
    assert_taken(&home, "afterwards", |callback| format!("{callback}\r"));
    assert_eq!(
        load(&home, &home.sandbox.app_url("grafana"), &[]).status,
        "302"
    );
}

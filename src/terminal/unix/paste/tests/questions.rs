use std::fs::File;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal, kill_process};

use super::pty::{PATIENCE, Pty};
use crate::terminal::unix::signals::Signals;
use crate::terminal::unix::tty::RawMode;
use crate::terminal::{Dialogue, Line};

const ON: &str = "\u{1b}[?2004h";
const OFF: &str = "\u{1b}[?2004l";

/// Reads a paste from `terminal` in another thread.
fn reader(terminal: File, has_sequences: bool, limit: Duration) -> JoinHandle<Option<Line>> {
    thread::spawn(move || {
        let signals = Signals::new().expect("signals");
        let raw_mode = RawMode::new(&terminal).expect("a terminal");
        let paste = raw_mode.paste(has_sequences, limit, &signals);
        paste.expect("a terminal")
    })
}

/// The text that is read of these keys, and everything that the terminal has shown.
fn typed(keys: &[u8]) -> (String, String) {
    let mut pty = Pty::new();
    let before = pty.modes();
    let reader = reader(pty.end(), true, PATIENCE);
    pty.until(ON);
    pty.type_in(keys);
    let line = reader.join().expect("a reader");
    assert_eq!(pty.modes().local_modes, before.local_modes);
    match line {
        Some(Line::Typed(text)) => (text.expose().to_owned(), pty.rest()),
        other => panic!("{other:?}"),
    }
}

/// An address of this length.
fn address(length: usize) -> String {
    let start = "https://wiki.corp.example/oauth2/idpresponse?state=s&code=";
    start.to_owned() + &"c0de".repeat(length)[..length - start.len()]
}

/// Checks that this address is read whole, however it comes, and that nothing of it is shown.
fn is_read(address: &str) {
    let (start, end) = address.split_at(address.len() / 2);
    for keys in [
        format!("{address}\r"),
        format!("{address} \r\n"),
        format!("{start}\r{end}\r"),
        format!("\u{1b}[200~{address}\u{1b}[201~\r"),
        format!("\u{1b}[200~{start}\r{end}\r\u{1b}[201~\r"),
    ] {
        let (read, shown) = typed(keys.as_bytes());
        assert!(read == address, "{}: {} bytes", address.len(), read.len());
        assert_eq!(shown, OFF, "{}", address.len());
    }
}

#[test]
fn an_address_of_any_length_is_read_whole_and_never_shown() {
    thread::scope(|scope| {
        for length in [200, 1_023, 1_024, 4_095, 4_096, 12_000, 16_384] {
            scope.spawn(move || is_read(&address(length)));
        }
    });
}

#[test]
fn enter_alone_is_an_empty_answer() {
    assert_eq!(typed(b"\r"), (String::new(), OFF.to_owned()));
}

#[test]
fn every_other_end_switches_the_mode_off_too() {
    let mut pty = Pty::new();
    let over = reader(pty.end(), true, Duration::ZERO);
    assert!(matches!(over.join().expect("a reader"), Some(Line::Over)));
    assert_eq!(pty.rest(), format!("{ON}{OFF}"));

    let left = reader(pty.end(), true, PATIENCE);
    pty.until(ON);
    pty.type_in(b"\x04the rest\n");
    assert!(matches!(left.join().expect("a reader"), Some(Line::GaveUp)));
    assert_eq!(pty.rest(), OFF);
    let unread = ioctl_fionread(&pty.near).expect("a terminal");
    assert_eq!(unread, 0, "a shell would run the rest");
}

#[test]
fn a_terminal_without_sequences_is_sent_none() {
    let mut pty = Pty::new();
    let reader = reader(pty.end(), false, Duration::ZERO);
    assert!(matches!(reader.join().expect("a reader"), Some(Line::Over)));
    assert_eq!(pty.rest(), "");
}

#[test]
fn a_text_that_is_too_long_is_asked_for_again_and_its_rest_is_gone() {
    let mut pty = Pty::new();
    let terminal = pty.end();
    let dialogue = thread::spawn(move || {
        let dialogue = Dialogue::new(Some(terminal)).expect("signals");
        dialogue.ask_pasted("the address: ", PATIENCE)
    });
    pty.until("the address: ");
    pty.type_in(format!("{}\r", "x".repeat(30_000)).as_bytes());
    pty.until("that is longer than 16 KiB; once more\r\n");
    pty.until("the address: ");
    pty.type_in(b"short\r");
    match dialogue.join().expect("a reader").expect("a terminal") {
        Line::Typed(text) => assert_eq!(text.expose(), "short"),
        other => panic!("{other:?}"),
    }
    assert!(!pty.rest().contains("xx"), "nothing is shown");
}

#[test]
fn nobody_is_asked_where_there_is_no_terminal() {
    let dialogue = Dialogue::new(None).expect("signals");
    let line = dialogue.ask_pasted("the address: ", PATIENCE);
    assert!(matches!(line, Ok(Line::GaveUp)));
}

/// Has programs that are started from now on heed SIGINT, though the suite may have been started with it ignored: they
/// inherit that, but no handler (POSIX, `exec`).
fn heed_interrupts() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let interrupt = Signal::INT.as_raw();
    if mask.unwrap_or_default() & (1 << (interrupt - 1)) != 0 {
        signal_hook::flag::register(interrupt, Arc::default()).expect("it can be handled");
    }
}

/// Set for the process that is sent a signal.
const CHILD: &str = "TEST_OF_A_SIGNAL";

#[test]
fn a_signal_ends_the_question_and_restores_the_terminal() {
    if std::env::var_os(CHILD).is_some() {
        let terminal = File::options().read(true).write(true).open("/dev/stdin");
        let line = reader(terminal.expect("a terminal"), true, PATIENCE);
        assert!(matches!(
            line.join().expect("a reader"),
            Some(Line::Interrupted)
        ));
        return;
    }
    heed_interrupts();
    let mut pty = Pty::new();
    let before = pty.modes();
    // This test once more, in a process of its own.
    let module = module_path!().split_once("::").expect("a path").1;
    let name = format!("{module}::a_signal_ends_the_question_and_restores_the_terminal");
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    child
        .args(["--exact", &name])
        .env(CHILD, "1")
        .stdin(pty.end())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = child.spawn().expect("this program starts");
    pty.until(ON);
    pty.type_in(b"https://half");
    kill_process(Pid::from_child(&child), Signal::INT).expect("it is a child of ours");
    assert!(
        child.wait().expect("it ends").success(),
        "it was interrupted"
    );
    assert_eq!(pty.modes().local_modes, before.local_modes);
    assert_eq!(pty.rest(), OFF);
}

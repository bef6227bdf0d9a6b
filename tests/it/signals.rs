//! Signals that a program has to heed, whatever the suite was started by.
//!
//! A program inherits which signals are ignored. `nohup` ignores SIGHUP, and a shell ignores SIGINT and SIGQUIT for what a
//! script runs with `&`: what a test starts there would ignore them too.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};

use rustix::process::Signal;

/// The signals that tests rely on.
const NEEDED: [Signal; 3] = [Signal::HUP, Signal::INT, Signal::QUIT];

/// Has every program that is started from now on heed the needed signals. The suite itself goes on ignoring those that it
/// ignores: it gets a handler that does nothing, which no program inherits (POSIX, `exec`).
pub(crate) fn heed() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        for signal in ignored(&status) {
            let unread = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register(signal.as_raw(), unread).expect("it can be handled");
        }
    });
}

/// The needed signals that are ignored, by the text of `/proc/self/status` (proc_pid_status(5)).
fn ignored(status: &str) -> impl Iterator<Item = Signal> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let mask = mask.unwrap_or_default();
    let is_in = move |signal: &Signal| mask & (1 << (signal.as_raw() - 1)) != 0;
    NEEDED.into_iter().filter(is_in)
}

#[test]
fn ignored_signals_are_read_off_the_mask() {
    let read = |mask| ignored(&format!("Name:\tit\nSigIgn:\t{mask}\n")).collect::<Vec<_>>();
    assert_eq!(read("0000000000001000"), []);
    assert_eq!(read("0000000000000003"), [Signal::HUP, Signal::INT]);
    assert_eq!(read("0000000000001004"), [Signal::QUIT]);
}

#[test]
fn a_program_heeds_the_signals() {
    heed();
    for signal in NEEDED {
        let script = format!("kill -{} $$", signal.as_raw());
        let status = Command::new("sh").args(["-c", &script]).status();
        let status = status.expect("sh starts");
        assert_eq!(status.signal(), Some(signal.as_raw()), "{signal:?}");
    }
}

#[test]
fn a_program_heeds_the_signals_that_the_suite_ignores() {
    let suite = std::env::current_exe().expect("it has a path");
    let output = Command::new("sh")
        .args(["-c", "trap '' HUP INT QUIT; exec \"$@\"", "sh"])
        .arg(suite)
        .args(["--exact", "signals::a_program_heeds_the_signals"])
        .output()
        .expect("sh starts");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
}

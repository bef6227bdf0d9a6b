//! A browser that says why it does not start.

use super::super::Reason;
use super::doubles::{failure, patient};
use super::world::World;

#[test]
fn the_browsers_own_words_name_the_cause() {
    let table = [
        (
            "Running as root without --no-sandbox is not supported. See x.",
            1,
            Reason::Ended,
            "the browser (/bin/sh) does not start as root with its sandbox",
        ),
        (
            "DevTools remote debugging is disallowed by the system admin.",
            0,
            Reason::DebuggingForbidden,
            "a policy of this machine (RemoteDebuggingAllowed) forbids that the browser (/bin/sh) is driven",
        ),
        (
            "Headless mode is disallowed by the system admin.",
            1,
            Reason::HeadlessForbidden,
            "a policy of this machine (HeadlessMode) forbids the browser (/bin/sh) without a window",
        ),
        (
            "Opening in existing browser session.",
            0,
            Reason::ProfileInUse,
            "another browser uses the profile PROFILE",
        ),
        (
            "odd",
            21,
            Reason::ProfileInUse,
            "another browser uses the profile PROFILE",
        ),
        (
            "Failed to create /x/SingletonLock: Permission denied (13)",
            21,
            Reason::Ended,
            "the browser (/bin/sh) cannot write its profile PROFILE",
        ),
        (
            "Missing X server or $DISPLAY",
            1,
            Reason::NoDisplay,
            "the browser (/bin/sh) finds no display",
        ),
        (
            "No usable sandbox! If you are running on Ubuntu 23.10+",
            1,
            Reason::Ended,
            "the browser (/bin/sh) cannot set up its sandbox here",
        ),
    ];
    for (line, code, reason, message) in table {
        let script = format!(
            "echo '[1:1:1129/204713.123:ERROR:a/b.cc(20)] {line}'; echo more >&2; exit {code}"
        );
        let (found, words, cause) = failure(&patient(&script));
        assert_eq!((found, words.as_str()), (reason, message));
        assert_eq!(
            cause,
            if code == 21 && line == "odd" {
                "more"
            } else {
                line
            }
        );
    }
}

#[test]
fn a_browser_that_policy_silences_is_not_waited_for() {
    let line = "DevTools remote debugging is disallowed by the system admin.";
    let (reason, ..) = failure(&patient(&format!("echo '{line}'; exec sleep 100")));
    assert_eq!(reason, Reason::DebuggingForbidden);
}

#[test]
fn the_advice_for_root_is_a_line_of_the_configuration() {
    let world = World::new();
    let start = patient("echo Running as root without --no-sandbox; exit 1");
    let failure = world.start(&start).err().expect("it is no browser");
    let hint = failure.error.hints[0].to_string();
    assert!(hint.contains("arguments = [\"--no-sandbox\"]"), "{hint}");
    assert_eq!(failure.error.kind.exit_code(), 6);
}

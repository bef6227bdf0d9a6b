//! Programs that are no browser, or a broken one: each gives one clear failure in time, and is gone then.

use std::time::{Duration, Instant};

use super::super::{Limits, Reason, Sight};
use super::world::{Start, World};

/// Answers the version and reads on.
const ANSWER: &str = r#"printf '{"id":1,"result":{"product":"Odd/1"}}\000' >&4;"#;

/// A shell script in a browser's place, for which no limit is long.
pub(super) fn double(script: &str) -> Start {
    let mut start = Start::script(script);
    start.limits = Limits {
        start: Duration::from_secs(1),
        open: Duration::from_secs(1),
        close: Duration::from_secs(1),
        end: Duration::from_millis(300),
    };
    start
}

/// The same for a double that answers, on a machine however busy.
pub(super) fn patient(script: &str) -> Start {
    let mut start = double(script);
    start.limits.start = Duration::from_secs(60);
    start
}

/// How a script fails to start: the reason, the sentence and the cause.
#[track_caller]
pub(super) fn failure(start: &Start) -> (Reason, String, String) {
    let world = World::new();
    let script = format!(
        "echo $$ >{}; {}",
        world.path("number").display(),
        start.script_text()
    );
    let start = Start {
        installed: Start::script(&script).installed,
        ..start.clone()
    };
    let failure = world.start(&start).err().expect("it is no browser");
    assert!(failure.is_at_start);
    let process = std::fs::read_to_string(world.path("number")).expect("it was started");
    let process = format!("/proc/{}", process.trim());
    assert!(!std::path::Path::new(&process).exists(), "it has ended");
    let profile = world.path("profiles/idp").display().to_string();
    let message = failure.error.message.replace(&profile, "PROFILE");
    (failure.reason, message, failure.error.causes.join("; "))
}

#[test]
fn what_is_no_browser_is_named_in_time() {
    let silent = "the browser (/bin/sh) did not answer within 1 s";
    let ended = "the browser (/bin/sh) ended by itself (exit status: 0)";
    let table = [
        ("exec true", Reason::Ended, ended),
        ("exec sleep 100", Reason::Silent, silent),
        ("exec cat <&3 >&4", Reason::Silent, silent),
        (
            r"while printf 'garbage\000{]\000[]\000'; do :; done >&4",
            Reason::Silent,
            silent,
        ),
        (
            "exec 3<&- 4>&-; exec sleep 100",
            Reason::Ended,
            "the browser (/bin/sh) closed its pipe",
        ),
        (
            "exec 4>&-; exec cat <&3",
            Reason::Ended,
            "the browser (/bin/sh) closed its pipe",
        ),
        (
            "trap '' INT; exec 3<&- 4>&1; while :; do sleep 0.1; done",
            Reason::Ended,
            "the browser (/bin/sh) closed its pipe",
        ),
        (
            "kill -SEGV $$",
            Reason::Ended,
            "the browser (/bin/sh) ended by itself (signal: 11 (SIGSEGV) (core dumped))",
        ),
    ];
    for (script, reason, message) in table {
        let start = Instant::now();
        let (found, words, _) = failure(&double(script));
        let words = words.replace(" (core dumped)", "");
        assert_eq!(
            (found, words),
            (reason, message.replace(" (core dumped)", "")),
            "{script}"
        );
        assert!(start.elapsed() < Duration::from_secs(20), "{script}");
    }
}

#[test]
fn a_flood_is_neither_kept_nor_waited_for() {
    let flood = "head -c 100000000 /dev/zero | tr '\\000' x";
    let (reason, ..) = failure(&double(&format!("{flood} >&4; exec sleep 100")));
    assert_eq!(reason, Reason::Silent);
    let (reason, message, cause) = failure(&patient(&format!(
        "{flood} >&2; echo; echo last words; exit 3"
    )));
    assert_eq!((reason, cause.as_str()), (Reason::Ended, "last words"));
    assert_eq!(
        message,
        "the browser (/bin/sh) ended by itself (exit status: 3)"
    );
}

#[test]
fn a_child_that_goes_on_printing_is_not_listened_to() {
    let (reason, ..) = failure(&patient("yes >&2 3<&- 4>&- & exit 5"));
    assert_eq!(reason, Reason::Ended);
}

#[test]
fn a_version_that_tells_more_in_odd_pieces_is_taken() {
    let world = World::new();
    let two = r#"printf '{"method":"New.event","params":{"a":[1]}}\000{"id":1,"new":1,"result":{"product":"Odd/1","x":{}}}\000{]\000' >&4"#;
    let bytes = r#"for c in '{' '"id"' ':' 1 ',"result":{"produ' 'ct":"Odd/1"' '}' '}'; do printf %s "$c"; sleep 0.01; done >&4; printf '\000' >&4"#;
    for script in [two, bytes] {
        let start = patient(&format!("{script}; exec cat <&3 >/dev/null"));
        let mut browser = world.start(&start).expect("it answers");
        assert_eq!(browser.product(), "Odd/1");
        assert!(matches!(
            browser.watch(Duration::from_millis(10)),
            Ok(Sight::Nothing)
        ));
        browser.close();
    }
}

#[test]
fn a_window_that_does_not_come_is_a_failure_after_the_start() {
    let world = World::new();
    let open = |script: &str| {
        let mut browser = world
            .start(&patient(&format!("{ANSWER} {script}")))
            .expect("up");
        browser.open(&world.callback(), &world.authorize("login", "s"));
        let failure = loop {
            match browser.watch(Duration::from_millis(50)) {
                Ok(sight) => assert!(matches!(sight, Sight::Nothing)),
                Err(failure) => break failure,
            }
        };
        assert!(!failure.is_at_start);
        (failure.reason, failure.error.to_text())
    };
    let (reason, text) = open("exec cat <&3 >/dev/null");
    assert_eq!(reason, Reason::Silent, "{text}");
    let (reason, text) = open("head -c 100 <&3 >/dev/null; echo it broke; exit 7");
    assert_eq!(reason, Reason::Ended);
    assert!(
        text.contains("exit status: 7") && text.contains("caused by: it broke"),
        "{text}"
    );
    let refusal = r#"head -c 100 <&3 >/dev/null; printf '{"id":2,"error":{"code":-1,"message":"not here"}}\000' >&4; exec cat <&3 >/dev/null"#;
    let (reason, text) = open(refusal);
    assert_eq!(reason, Reason::Refused);
    assert!(
        text.contains("refuses Fetch.enable") && text.contains("caused by: not here"),
        "{text}"
    );
}

#[test]
fn a_person_who_quits_the_browser_has_closed_its_window() {
    let world = World::new();
    let quit = |code: u8, is_headless: bool| {
        let window = r#"{"id":2,"result":{}}\000{"id":3,"result":{}}\000{"id":4,"result":{"targetId":"W"}}\000"#;
        // The last answer comes after its command.
        let (first, last) = window.split_at(window.rfind("{\"id\":4").expect("it is there"));
        let script = format!(
            "{ANSWER} head -c 100 <&3 >/dev/null; printf '{first}' >&4; head -c 250 <&3 >/dev/null; printf '{last}' >&4; exit {code}"
        );
        let mut start = patient(&script);
        start.is_headless = is_headless;
        let mut browser = world.start(&start).expect("it answers");
        browser.open(&world.callback(), &world.authorize("login", "s"));
        loop {
            match browser.watch(Duration::from_millis(50)) {
                Ok(Sight::Nothing) => {}
                Ok(sight) => return Ok(matches!(sight, Sight::WindowClosed)),
                Err(failure) => return Err(failure.reason),
            }
        }
    };
    assert_eq!(quit(0, false), Ok(true));
    assert_eq!(quit(1, false), Err(Reason::Ended));
    assert_eq!(quit(0, true), Err(Reason::Ended));
}

#[test]
fn a_browser_that_tells_and_never_reads_is_given_up() {
    let world = World::new();
    let request = r#"{"method":"Fetch.requestPaused","params":{"requestId":"r","request":{"url":"x","method":"GET"}}}\000"#;
    let hundred = request.repeat(100);
    let script = format!("{ANSWER} while printf '{hundred}'; do :; done >&4");
    let mut browser = world.start(&patient(&script)).expect("it answers");
    let failure = loop {
        match browser.watch(Duration::from_millis(50)) {
            Ok(sight) => assert!(matches!(sight, Sight::Nothing)),
            Err(failure) => break failure,
        }
    };
    assert_eq!(
        (failure.reason, failure.is_at_start),
        (Reason::Ended, false)
    );
}

#[test]
fn a_browser_that_nobody_wants_any_more_is_not_waited_for() {
    let world = World::new();
    let mut start = patient("exec sleep 100");
    start.is_wanted = false;
    let failure = world.start(&start).err().expect("it is not wanted");
    assert_eq!(failure.reason, Reason::Interrupted);
}

#[test]
fn a_browser_that_ends_by_nothing_else_is_killed() {
    let world = World::new();
    let number = world.path("number");
    let script = format!(
        "echo $$ >{}; trap '' INT; {ANSWER} while :; do sleep 0.1; done",
        number.display()
    );
    let browser = world.start(&patient(&script)).expect("it answers");
    browser.close();
    let process = std::fs::read_to_string(number).expect("it was started");
    let process = format!("/proc/{}", process.trim());
    assert!(!std::path::Path::new(&process).exists());
}

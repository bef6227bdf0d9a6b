//! `credential exec` and signals: each reaches the command, the command decides, and no file remains.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::exec::{Running, assert_nothing_left, exec, lent};
use crate::home::{Home, binary, outcome};
use crate::outcome::Outcome;
use crate::screen::Terminal;
use crate::tools::tool;

#[test]
fn a_signal_that_ends_the_command_ends_credential_without_files() {
    let home = Home::usual();
    for signal in [
        Signal::KILL,
        Signal::TERM,
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::USR1,
        Signal::PIPE,
        Signal::SEGV,
        Signal::ALARM,
    ] {
        let number = signal.as_raw();
        let (rest, status) =
            Running::start(&home, &format!("echo ready; kill -{number} $$")).ended();
        assert_eq!((rest.as_str(), status.signal()), ("", Some(number)));
        assert_nothing_left(&home);
    }
    // A signal without a name becomes an exit status, as in a shell.
    let (_, status) = Running::start(&home, "echo ready; kill -40 $$").ended();
    assert_eq!(status.code(), Some(168));
    assert_nothing_left(&home);
}

#[test]
fn a_signal_to_credential_alone_reaches_the_command() {
    let home = Home::usual();
    for (signal, name) in [
        (Signal::TERM, "TERM"),
        (Signal::HUP, "HUP"),
        // Without a terminal, nobody has typed these signals.
        (Signal::INT, "INT"),
        (Signal::QUIT, "QUIT"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
    ] {
        let script =
            format!("trap 'echo caught; exit 7' {name}; echo ready; while read line; do :; done");
        let running = Running::start(&home, &script);
        running.signal(signal);
        let (rest, status) = running.ended();
        assert_eq!(
            (rest.as_str(), status.code()),
            ("caught\n", Some(7)),
            "{name}"
        );
        assert_nothing_left(&home);

        // A command without a handler ends, and credential with it.
        let running = Running::start(&home, "echo ready; exec cat");
        running.signal(signal);
        let (_, status) = running.ended();
        assert_eq!(status.signal(), Some(signal.as_raw()), "{name}");
        assert_nothing_left(&home);
    }
}

#[test]
fn a_caller_with_sigchld_blocked_or_ignored_does_not_hang_it() {
    if !tool("python3") {
        return;
    }
    let home = Home::usual();
    for how in [
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD, signal.SIGTERM])",
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    ] {
        let script = format!("import os, signal, sys; {how}; os.execv(sys.argv[1], sys.argv[1:])");
        let mut command = home.command("python3");
        command
            .args(["-c", &script])
            .arg(binary())
            .args(["exec", "grafana", "--", "sh", "-c", "exit 7"]);
        let said = outcome(command.output().expect("python starts"));
        let expected = Outcome {
            stdout: String::new(),
            stderr: String::new(),
            code: 7,
        };
        assert_eq!(said, expected, "{how}");
        assert_nothing_left(&home);
    }
}

#[test]
fn a_signal_at_any_moment_ends_both_and_leaves_no_file() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    exec(&home, "true").answer();
    // From before the program starts until long after the command starts.
    for step in 0..80 {
        let mut command = home.credential(&["exec", "grafana", "--", "cat"]);
        command.stdin(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let start = Instant::now();
        while start.elapsed() < step * Duration::from_micros(150) {
            std::hint::spin_loop();
        }
        kill_process(Pid::from_child(&child), Signal::TERM).expect("it lives");
        let stdin = child.stdin.take();
        assert_eq!(child.wait().expect("it ends").signal(), Some(15), "{step}");
        drop(stdin);
        assert_nothing_left(&home);
    }
}

#[test]
fn a_signal_that_the_command_ignores_does_not_end_credential() {
    let home = Home::usual();
    for signal in [Signal::INT, Signal::QUIT] {
        let mut running = Running::start(
            &home,
            "trap '' INT QUIT; echo ready; read line; echo \"$line\"; read line; exit 9",
        );
        running.signal(signal);
        running.signal(signal);
        running.say("still here\n");
        assert_eq!(running.line(), "still here");
        assert_eq!(lent(&home).len(), 1);
        running.say("the end\n");
        let (_, status) = running.end();
        assert_eq!(status.code(), Some(9));
        assert_nothing_left(&home);
    }
}

#[test]
fn a_signal_ignored_from_the_start_is_ignored_by_the_command_too() {
    let home = Home::usual();
    let script = "trap '' HUP INT; exec \"$0\" exec grafana -- sh -c 'kill -HUP $$ $PPID; kill -INT $$; echo alive'";
    let mut command = home.command("setsid");
    command.args(["--wait", "sh", "-c", script]).arg(binary());
    assert_eq!(
        outcome(command.output().expect("sh starts")).answer(),
        "alive\n"
    );
    assert_nothing_left(&home);
}

/// Runs `script` in sh at a terminal, and types `key` there.
fn interrupted(home: &Home, script: &str, key: &str) -> (ExitStatus, String) {
    let mut terminal = Terminal::new();
    let child = terminal.start(
        home,
        &format!("exec credential exec grafana -- sh -c '{script}'"),
    );
    terminal.until("ready");
    terminal.type_in(key);
    let (status, stdout, stderr) = crate::screen::ended(child);
    assert_eq!(stderr, "");
    (status, stdout)
}

#[test]
fn the_command_decides_about_ctrl_c() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    for (key, name, number) in [("\u{3}", "INT", 2), ("\u{1c}", "QUIT", 3)] {
        let deaf = "echo ready >/dev/tty; exec cat";
        let (status, _) = interrupted(&home, deaf, key);
        assert_eq!(status.signal(), Some(number), "{name}");
        assert_nothing_left(&home);

        let hears = format!(
            "trap \"test -s \\\"\\$CREDENTIAL_JAR\\\" && echo caught; exit 7\" {name}; echo ready >/dev/tty; while read line; do :; done"
        );
        let (status, stdout) = interrupted(&home, &hears, key);
        assert_eq!(
            (status.code(), stdout.as_str()),
            (Some(7), "caught\n"),
            "{name}"
        );
        assert_nothing_left(&home);
    }
}

#[test]
fn a_command_can_be_stopped_and_continued() {
    if !tool("bash") {
        return;
    }
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let mut terminal = Terminal::new();
    let job = "set -m; credential exec grafana -- sh -c 'echo ready; read line; echo \"got $line\"' </dev/tty >/dev/tty";
    std::fs::write(
        home.path("job"),
        format!("{job}\necho \"stopped $?\" >/dev/tty; fg; exit $?"),
    )
    .expect("a file");
    let child = terminal.start(&home, "exec bash --norc -i job");
    terminal.until("ready");
    terminal.type_in("\u{1a}");
    terminal.until("stopped 148");
    assert_eq!(lent(&home).len(), 1);
    terminal.type_in("a line\r");
    terminal.until("got a line");
    let (status, stdout, stderr) = crate::screen::ended(child);
    assert_eq!(status.code(), Some(0), "{stdout}{stderr}");
    assert!(!stderr.contains("credential: "), "{stderr}");
    assert_nothing_left(&home);
}

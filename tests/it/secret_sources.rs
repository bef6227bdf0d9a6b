//! Sources of secrets and of the configuration that are no plain file and no quick command: FIFOs, devices, commands
//! that hang, ask, start agents or call this program again.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sandbox::PASSWORD;

use crate::home::{Home, binary, outcome};
use crate::screen::{self, Terminal, ended};

/// Far less than the limit of a command, and far more than a slow machine needs.
const AT_ONCE: Duration = Duration::from_secs(30);

fn two_apps() -> Home {
    Home::with_apps(&["grafana", "wiki"])
}

/// Configures where the password comes from.
fn configure(home: &Home, apps: &[&str], source: &str) {
    let apps: Vec<String> = apps.iter().map(|&app| app.to_owned()).collect();
    let text = home.configuration(&apps);
    home.configure(&text.replace("{ file = \"password\" }", source));
}

fn command(script: &str) -> String {
    format!("{{ command = [\"sh\", \"-c\", {script:?}] }}")
}

fn make_fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo runs").success());
}

/// The words of a call that fails at once.
#[track_caller]
fn failure_at_once(home: &Home, arguments: &[&str]) -> String {
    let start = Instant::now();
    let words = home.run(arguments).failure(2);
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    words
}

#[test]
fn a_configuration_that_is_a_fifo_without_a_writer_is_an_error() {
    let home = Home::usual();
    std::fs::remove_file(home.path("config.toml")).expect("it is there");
    make_fifo(&home.path("config.toml"));
    let words = failure_at_once(&home, &["get", "grafana"]);
    assert!(words.contains("config.toml"), "{words}");
    assert!(
        words.contains("it is a FIFO, and its writer did not finish within 5 s"),
        "{words}"
    );
}

#[test]
fn a_configuration_without_an_end_is_an_error() {
    let mut home = Home::usual();
    home.set("ALB_CREDENTIAL_CONFIG", "/dev/zero");
    let words = failure_at_once(&home, &["get", "grafana"]);
    assert!(
        words.contains("cannot read /dev/zero")
            && words.contains("more than 1 MiB is no configuration"),
        "{words}"
    );
}

#[test]
fn a_file_of_certificates_without_an_end_is_an_error() {
    let mut home = Home::usual();
    home.set("SSL_CERT_FILE", "/dev/zero");
    let words = failure_at_once(&home, &["get", "grafana"]);
    assert!(
        words.contains("/dev/zero: more than 16 MiB is no file of certificates")
            && words.contains("SSL_CERT_FILE"),
        "{words}"
    );
}

#[test]
fn the_configuration_and_the_password_can_come_through_pipes() {
    let home = Home::usual();
    configure(&home, &["grafana"], "{ file = \"/dev/fd/4\" }");
    let mut shell = home.command("bash");
    let script = format!(
        "ALB_CREDENTIAL_CONFIG=/dev/fd/3 \"$0\" get grafana 3< <(cat config.toml) 4< <(echo '{PASSWORD}')"
    );
    shell.args(["-c", &script]).arg(binary());
    let answer = outcome(shell.output().expect("bash starts")).answer();
    assert!(answer.starts_with("AWSELBAuthSessionCookie-0="), "{answer}");
}

#[test]
fn a_password_can_come_from_stdin() {
    let home = Home::usual();
    configure(&home, &["grafana"], "{ file = \"/dev/stdin\" }");
    let answer = home.run_with(&["get", "grafana"], PASSWORD).answer();
    assert!(answer.starts_with("AWSELBAuthSessionCookie-0="), "{answer}");
}

#[test]
fn a_password_command_that_needs_the_session_itself_fails_at_once() {
    for (apps, wanted) in [
        (&["grafana"][..], "grafana"),
        (&["grafana", "wiki"], "wiki"),
    ] {
        let home = two_apps();
        let nested = format!("'{}' get {wanted} && cat password", binary().display());
        configure(&home, apps, &command(&nested));
        let words = failure_at_once(&home, &["get", "grafana"]);
        assert!(
            words.contains(&format!(
                "cannot sign in to {wanted}: this runs inside a password or passcode command of org corp"
            )),
            "{words}"
        );
        assert_eq!(home.sandbox.password_tries(), 0);
    }
}

#[test]
fn a_password_command_may_use_a_session_that_is_cached() {
    let home = two_apps();
    configure(&home, &["grafana", "wiki"], "{ file = \"password\" }");
    let wiki = home.run(&["get", "wiki"]).answer();
    home.sandbox.end_okta_sessions();
    let nested = format!("'{}' get wiki >used && cat password", binary().display());
    configure(&home, &["grafana", "wiki"], &command(&nested));
    home.run(&["get", "grafana"]).answer();
    let used = std::fs::read_to_string(home.path("used")).expect("it was written");
    assert_eq!(used, wiki);
}

#[test]
fn an_agent_that_a_password_command_starts_holds_nobody_up() {
    let home = Home::usual();
    configure(
        &home,
        &["grafana"],
        &command("sleep 60 2>/dev/null & echo $! >agent; cat password"),
    );
    let start = Instant::now();
    home.run(&["get", "grafana"]).answer();
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    let agent = std::fs::read_to_string(home.path("agent")).expect("it was written");
    let agent = agent.trim().parse().ok().and_then(Pid::from_raw);
    kill_process(agent.expect("a number"), Signal::TERM).expect("it lives on");
}

#[test]
fn a_signal_that_ends_the_program_ends_what_a_password_command_has_started() {
    let home = Home::usual();
    configure(
        &home,
        &["grafana"],
        &command("sleep 60 & echo $! >started; wait"),
    );
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let _ = std::fs::remove_file(home.path("started"));
        let mut program = home.command(binary());
        // Without the terminal that the tests may have, and not behind a wrapper that would take the signal.
        program.env("CI", "true").args(["get", "grafana"]);
        let mut child = program.stdout(Stdio::null()).spawn().expect("it starts");
        let started = number_in(&home.path("started"));
        kill_process(Pid::from_child(&child), signal).expect("it runs");
        let status = child.wait().expect("it ends");
        assert_eq!(status.signal(), Some(signal.as_raw()));
        assert_dies(started);
    }
}

#[test]
fn at_a_terminal_a_password_command_can_ask_and_be_interrupted() {
    let home = Home::usual();
    let ask = "printf 'PIN: ' >/dev/tty; read -r pin </dev/tty; test \"$pin\" = 1 && cat password";
    configure(&home, &["grafana"], &command(ask));
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "exec credential get grafana");
    terminal.until("PIN: ");
    terminal.type_in("\u{3}");
    let (status, stdout, _) = ended(child);
    assert_eq!((status.signal(), stdout.as_str()), (Some(2), ""));
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "exec credential get grafana");
    terminal.until("PIN: ");
    terminal.type_in("1\r");
    let answer = screen::outcome(child).answer();
    assert!(answer.starts_with("AWSELBAuthSessionCookie-0="), "{answer}");
}

#[test]
fn where_questions_are_forbidden_a_password_command_that_asks_fails_at_once() {
    let home = Home::usual();
    configure(
        &home,
        &["grafana"],
        &command("read -r pin </dev/tty; cat password"),
    );
    let terminal = Terminal::new();
    let start = Instant::now();
    let child = terminal.start_in(&home, "credential get grafana", &[("CI", "1")]);
    let words = screen::outcome(child).failure(2);
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    assert!(
        words.contains("it has a question at the terminal, where nobody may be asked"),
        "{words}"
    );
}

/// The number of a process, once `path` has it.
fn number_in(path: &Path) -> Pid {
    let start = Instant::now();
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if let Some(number) = text.strip_suffix('\n') {
            let number = number.parse().ok().and_then(Pid::from_raw);
            return number.expect("the number of a process");
        }
        assert!(start.elapsed() < AT_ONCE, "no command has started");
        std::thread::yield_now();
    }
}

/// Asserts that a process ends: a signal takes a moment, and init another one.
fn assert_dies(process: Pid) {
    let start = Instant::now();
    let status = format!("/proc/{}/stat", process.as_raw_nonzero());
    while std::fs::read_to_string(&status).is_ok_and(|status| !status.contains(") Z ")) {
        assert!(start.elapsed() < AT_ONCE, "it goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_password_command_has_what_is_left_of_the_whole_attempt() {
    // Bazel's ten seconds stand for any limit: the command's own would be longer.
    let seconds = |late: std::time::Duration| {
        let home = crate::factors::home(
            crate::identity::setup_at(sandbox::Identity::new(), [], []),
            "",
        );
        configure(&home, &["grafana"], &command("sleep 60"));
        home.sandbox.fault(sandbox::Plan::new(
            sandbox::Step::Introspect,
            sandbox::Fault::Late(late),
        ));
        let uri = home.sandbox.app_url("grafana");
        let request = serde_json::json!({ "uri": uri }).to_string();
        let said = home.run_with(&["get", "--protocol", "bazel"], &request);
        let words = said.stderr;
        let (_, rest) = words.split_once("it did not end within ").expect(&words);
        let number = rest.split(' ').next().and_then(|word| word.parse().ok());
        number.unwrap_or_else(|| panic!("{words}"))
    };
    let (at_once, late): (u64, u64) = std::thread::scope(|scope| {
        let late = scope.spawn(|| seconds(std::time::Duration::from_secs(4)));
        (
            seconds(std::time::Duration::ZERO),
            late.join().expect("it runs"),
        )
    });
    assert!(late < at_once, "{late} s of {at_once} s");
}

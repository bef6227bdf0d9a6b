//! A user at a real (pseudo-)terminal: what is asked, what is never shown, and that the terminal is restored.

use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;

use rustix::termios::{Action, tcflow};
use sandbox::PASSWORD;

use crate::home::{ADA, Home, binary};
use crate::screen::{Terminal, ended, outcome};
use crate::tools::tool;

/// Makes a home where the password is asked for.
fn asking() -> Home {
    let home = Home::usual();
    ask(&home);
    home
}

fn ask(home: &Home) {
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
}

#[test]
fn the_password_is_asked_for_on_the_terminal_while_stdout_is_a_pipe() {
    let home = asking();
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until_asked();
    assert!(
        terminal.screen.contains(ADA),
        "for whom: {:?}",
        terminal.screen
    );
    assert!(
        terminal.screen.contains("localhost") || terminal.screen.contains("corp"),
        "where: {:?}",
        terminal.screen
    );
    assert!(!terminal.echoes(), "nobody may read along");
    terminal.type_in(&format!("{PASSWORD}\r"));
    let said = outcome(child);
    let cookie = said.answer();
    assert!(
        cookie.starts_with("AWSELBAuthSessionCookie-0=") && cookie.lines().count() == 1,
        "{cookie}"
    );
    terminal.assert_restored(&before);
    assert!(!terminal.screen().contains("corr"), "{:?}", terminal.screen);
    assert!(
        terminal.screen.ends_with("\r\n"),
        "the next line begins at its start: {:?}",
        terminal.screen
    );

    // Now the session is cached.
    let mut terminal = Terminal::new();
    assert_eq!(
        outcome(terminal.start(&home, "credential get grafana")).answer(),
        cookie
    );
    assert_eq!(terminal.screen(), "");
    home.assert_passwords(1);
}

#[test]
fn the_question_does_not_need_stdin() {
    let home = asking();
    for stdin in ["</dev/null", "<&-", "<home"] {
        let _ = home.run(&["logout", "--all"]).answer();
        let mut terminal = Terminal::new();
        let child = terminal.start(&home, &format!("exec credential get grafana {stdin}"));
        terminal.until_asked();
        terminal.type_in(&format!("{PASSWORD}\r"));
        assert!(
            outcome(child)
                .answer()
                .starts_with("AWSELBAuthSessionCookie-0="),
            "{stdin}"
        );
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_typing_error_can_be_corrected() {
    let home = asking();
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until_asked();
    // Ctrl-U erases the line, backspace one character of any number of bytes.
    terminal.type_in(&format!("all wrong\u{15}{PASSWORD}\u{e4}x\u{7f}\u{7f}\r"));
    assert!(
        outcome(child)
            .answer()
            .starts_with("AWSELBAuthSessionCookie-0=")
    );
    home.assert_passwords(1);
}

#[test]
fn a_refused_typed_password_is_not_sent_again_and_echo_is_restored() {
    let home = asking();
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until_asked();
    terminal.type_in("hunter2\r");
    // Ctrl-D: no other one.
    terminal.until("2 tries left here");
    terminal.until("another password of");
    terminal.until_mute();
    terminal.type_in("\u{4}");
    let words = outcome(child).failure(5);
    assert!(words.contains("Authentication failed"), "{words}");
    assert!(
        !words.contains("hunter2") && !terminal.screen().contains("hunter2"),
        "{words}{}",
        terminal.screen
    );
    terminal.assert_restored(&before);
    assert_eq!(home.sandbox.password_tries(), 1);

    // Another password may be typed: Okta refused that password, not the user.
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until_asked();
    terminal.type_in(&format!("{PASSWORD}\r"));
    assert!(
        outcome(child)
            .answer()
            .starts_with("AWSELBAuthSessionCookie-0=")
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn ctrl_c_ends_the_question_restores_echo_and_releases_the_claim() {
    let home = asking();
    // Ctrl-C, and Ctrl-D on an empty line.
    for key in ["\u{3}", "half of it\u{3}", "\u{4}"] {
        let mut terminal = Terminal::new();
        let before = terminal.modes();
        let child = terminal.start(&home, "exec credential get grafana");
        terminal.until_asked();
        terminal.type_in(key);
        let (status, stdout, _) = ended(child);
        assert!(!status.success(), "{key:?}: {status}");
        assert_eq!(stdout, "", "{key:?}");
        terminal.assert_restored(&before);
        assert!(!terminal.screen().contains("half"), "{:?}", terminal.screen);
    }
    assert_eq!(home.sandbox.password_tries(), 0);
    home.configure(&home.configuration(&["grafana".into()]));
    assert!(
        home.run(&["get", "grafana"])
            .answer()
            .starts_with("AWSELBAuthSessionCookie-0="),
        "nothing is in the way"
    );
}

#[test]
fn ctrl_c_during_a_sign_in_ends_it() {
    let home = Home::usual();
    // A server that accepts the connection and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace(
        &home.sandbox.app_url("grafana"),
        &format!("https://127.0.0.1:{port}"),
    ));
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "exec credential get grafana");
    let connection = silent.accept().expect("the program calls");
    terminal.type_in("\u{3}");
    let (status, stdout, _) = ended(child);
    assert_eq!(stdout, "");
    assert!(
        status.signal() == Some(2) || status.code() == Some(130),
        "by the key and no time limit: {status}"
    );
    drop(connection);
    terminal.assert_restored(&before);
    home.configure(&text);
    assert!(
        home.run(&["get", "grafana"]).answer().starts_with("AWSELB"),
        "nothing is in the way"
    );
}

#[test]
fn echo_is_off_before_the_question_appears() {
    // Keys typed as soon as the question appears are neither shown nor lost, as with ssh and git.
    let home = asking();
    let mut terminal = Terminal::new();
    // As with Ctrl-S: the terminal shows nothing, and a writer has to wait.
    tcflow(&terminal.near, Action::OOff).expect("a terminal can be halted");
    let child = terminal.start(&home, "exec credential get grafana");
    terminal.until_mute();
    assert_eq!(terminal.screen(), "");
    tcflow(&terminal.near, Action::OOn).expect("a terminal can go on");
    terminal.until_asked();
    terminal.type_in(&format!("{PASSWORD}\r"));
    assert!(outcome(child).answer().starts_with("AWSELB"));
}

#[test]
fn sigterm_leaves_the_terminal_with_echo() {
    let home = asking();
    for signal in [
        rustix::process::Signal::TERM,
        rustix::process::Signal::HUP,
        rustix::process::Signal::INT,
    ] {
        let mut terminal = Terminal::new();
        let before = terminal.modes();
        let child = terminal.start(&home, "exec credential get grafana");
        terminal.until_asked();
        let id = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(id, signal).expect("the signal is sent");
        let (status, stdout, _) = ended(child);
        assert!(
            !status.success() && stdout.is_empty(),
            "{signal:?}: {status}"
        );
        assert_eq!(
            terminal.modes().local_modes,
            before.local_modes,
            "after {signal:?}"
        );
    }
}

#[test]
fn a_terminal_that_goes_away_ends_the_question() {
    let home = asking();
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "exec credential get grafana");
    terminal.until_asked();
    drop(terminal);
    let (status, stdout, _) = ended(child);
    assert!(!status.success() && stdout.is_empty(), "{status}");
    assert_eq!(home.sandbox.password_tries(), 0);
}

#[test]
fn if_questions_are_forbidden_the_terminal_is_left_alone() {
    let home = asking();
    for variable in [
        ("CI", "1"),
        ("CI", "true"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_TERMINAL_PROMPT", "false"),
    ] {
        let mut terminal = Terminal::new();
        let words =
            outcome(terminal.start_in(&home, "credential get grafana", &[variable])).failure(3);
        assert_eq!(terminal.screen(), "", "{variable:?}");
        assert!(
            words.contains("credential login grafana"),
            "{variable:?}: what to run: {words}"
        );
    }
    assert_eq!(home.sandbox.password_tries(), 0);
}

#[test]
fn gits_setting_against_questions_is_obeyed() {
    if !tool("git") {
        return;
    }
    let home = asking();
    let url = home.sandbox.app_url("grafana");
    let host = url.trim_start_matches("https://");
    let fill =
        format!("printf 'protocol=https\\nhost={host}\\n\\n' | git -c credential.helper=alb");
    for how in [
        "-c credential.interactive=false",
        "-c credential.interactive=never",
    ] {
        let mut terminal = Terminal::new();
        let words =
            outcome(terminal.start(&home, &format!("{fill} {how} credential fill"))).failure(128);
        assert_eq!(terminal.screen(), "", "{how}");
        assert!(
            words.contains("credential login grafana"),
            "{how}: what to run: {words}"
        );
    }
    std::fs::write(
        home.path("home/.gitconfig"),
        "[credential]\n\tinteractive = false\n",
    )
    .expect("git's configuration");
    let mut terminal = Terminal::new();
    let _ = outcome(terminal.start(&home, &format!("{fill} credential fill"))).failure(128);
    assert_eq!(terminal.screen(), "");
}

#[test]
fn git_lets_its_helper_ask_questions() {
    if !tool("git") {
        return;
    }
    let home = asking();
    let url = home.sandbox.app_url("grafana");
    let host = url.trim_start_matches("https://");
    let mut terminal = Terminal::new();
    let child = terminal.start(
        &home,
        &format!("printf 'protocol=https\\nhost={host}\\n\\n' | git -c credential.helper=alb credential fill"),
    );
    terminal.until_asked();
    assert!(!terminal.echoes());
    terminal.type_in(&format!("{PASSWORD}\r"));
    let said = outcome(child).answer();
    assert!(
        said.contains(&format!("username={ADA}\n")) && said.contains("password=AWSELB"),
        "{said}"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn docker_and_bazel_never_ask_but_say_which_command_to_run() {
    let home = asking();
    let url = home.sandbox.app_url("grafana");
    for (script, code) in [
        (format!("printf '{url}' | docker-credential-alb get"), 1),
        (
            format!("printf '{url}' | credential get --protocol docker"),
            1,
        ),
        (
            format!("printf '{{\"uri\":\"{url}/x\"}}' | bazel-credential-alb get"),
            3,
        ),
        (
            format!("printf '{{\"uri\":\"{url}/x\"}}' | credential get"),
            3,
        ),
    ] {
        let mut terminal = Terminal::new();
        let said = outcome(terminal.start(&home, &script));
        assert_eq!(said.code, code, "{script}: {said:?}");
        // docker's protocol has errors on stdout.
        let words = if code == 1 {
            &said.stdout
        } else {
            &said.stderr
        };
        assert!(
            words.contains("credential login grafana"),
            "{script}: {said:?}"
        );
        assert_eq!(terminal.screen(), "", "{script}");
    }
    assert_eq!(home.sandbox.password_tries(), 0);
}

#[test]
fn a_configured_password_is_not_asked_for() {
    let home = Home::usual();
    let mut terminal = Terminal::new();
    assert!(
        outcome(terminal.start(&home, "credential get grafana"))
            .answer()
            .starts_with("AWSELB")
    );
    assert_eq!(terminal.screen(), "");
}

#[test]
fn login_confirms_on_the_terminal() {
    let home = asking();
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential login grafana");
    terminal.until_asked();
    terminal.type_in(&format!("{PASSWORD}\r"));
    let said = outcome(child);
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (0, ""),
        "{}",
        said.stderr
    );
    assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
    for part in ["grafana", ADA] {
        assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
    }
    assert!(!said.stderr.contains("AWSELB"), "{}", said.stderr);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn after_a_failure_without_a_terminal_a_person_is_asked() {
    let home = asking();
    let _ = home.run(&["get", "grafana"]).failure(3);
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential get grafana");
    terminal.until_asked();
    terminal.type_in(&format!("{PASSWORD}\r"));
    assert!(outcome(child).answer().starts_with("AWSELB"));
    let _ = home.run(&["get", "grafana"]).answer();
}

#[test]
fn everything_on_one_terminal_is_readable() {
    let home = asking();
    let mut terminal = Terminal::new();
    let mut command = terminal.own(&home);
    command
        .arg(binary())
        .args(["get", "grafana"])
        .stdout(terminal.end())
        .stderr(terminal.end());
    let mut child = command.spawn().expect("setsid starts");
    // This closes the parent's handles of the terminal; the child's stay open.
    drop(command);
    terminal.until_asked();
    terminal.type_in(&format!("{PASSWORD}\r"));
    terminal.until("AWSELBAuthSessionCookie-0=");
    assert!(child.wait().expect("it is a child of ours").success());
    let screen = terminal.screen();
    let lines: Vec<&str> = screen.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 2, "the question and the answer: {screen:?}");
    assert!(
        lines[1].starts_with("AWSELBAuthSessionCookie-0="),
        "{screen:?}"
    );
}

#[test]
fn with_a_terminal_as_stdin_no_request_is_read() {
    // stdin is the terminal, so there is no request on it to wait for.
    let home = Home::usual();
    let mut terminal = Terminal::new();
    assert!(
        outcome(terminal.start(&home, "credential get"))
            .answer()
            .starts_with("AWSELB")
    );
    assert_eq!(terminal.screen(), "");
    let words = outcome(terminal.start(&home, "credential erase")).failure(2);
    assert!(words.contains("credential erase"), "{words}");
}

#[test]
fn two_terminals_that_ask_at_once_make_one_question() {
    let home = asking();
    let mut first = Terminal::new();
    let one = first.start(&home, "credential get grafana");
    first.until_asked();
    let mut second = Terminal::new();
    // The second call says on stderr, which is the terminal here, for whom it waits.
    let other = second.start(&home, "credential get grafana 2>/dev/tty");
    second.until("credential: ");
    first.type_in(&format!("{PASSWORD}\r"));
    let cookie = outcome(one).answer();
    assert_eq!(outcome(other).stdout, cookie);
    assert!(
        !second.screen().contains("assword for"),
        "{:?}",
        second.screen
    );
    home.assert_passwords(1);
}

//! How words look at a terminal, and that nobody else sees it.

use std::net::TcpListener;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::termios::{Winsize, tcsetwinsize};

use crate::home::Home;
use crate::screen::{PATIENCE, Terminal, outcome};

const RED: &str = "\u{1b}[1m\u{1b}[31m";
const GREEN: &str = "\u{1b}[1m\u{1b}[32m";
/// The beginning of the line, and nothing in it (ECMA-48, EL).
const ERASED: &str = "\r\u{1b}[K";
const END: &str = "\u{1b}[0m";
/// A terminal that can show colours.
const ABLE: (&str, &str) = ("TERM", "xterm-256color");

/// Starts `script` with all its streams at a terminal of `columns`.
fn start(home: &Home, columns: u16, variables: &[(&str, &str)], script: &str) -> (Terminal, Child) {
    let terminal = Terminal::new();
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&terminal.near, size).expect("a terminal has a size");
    let mut command = terminal.own(home);
    command.envs(variables.iter().copied());
    command.args(["sh", "-c", script]);
    command.stdout(terminal.end()).stderr(terminal.end());
    let child = command.spawn().expect("setsid starts");
    (terminal, child)
}

/// Waits for the end of a program, and returns all that it has written to its terminal.
#[track_caller]
fn written((mut terminal, mut child): (Terminal, Child)) -> String {
    let deadline = Instant::now() + PATIENCE;
    while child.try_wait().expect("it is a child of ours").is_none() {
        assert!(
            Instant::now() < deadline,
            "it does not end: {}",
            terminal.screen
        );
        terminal.look(Duration::from_millis(20));
    }
    terminal.screen().replace("\r\n", "\n")
}

#[track_caller]
fn shown(home: &Home, columns: u16, variables: &[(&str, &str)], script: &str) -> String {
    written(start(home, columns, variables, script))
}

#[test]
fn an_error_is_red_on_a_terminal_that_can_show_it_and_nowhere_else() {
    let home = Home::usual();
    let call = "credential get nowhere";
    let plain = home.run(&["get", "nowhere"]).failure(4);
    let seen = shown(&home, 0, &[ABLE], call);
    assert!(
        seen.starts_with(&format!("{RED}credential:{END} ")),
        "{seen:?}"
    );
    assert_eq!(without_colour(&seen), plain, "the words stay");
    for variables in [
        &[ABLE, ("NO_COLOR", "1")][..],
        &[ABLE, ("CLICOLOR", "0")],
        &[("TERM", "dumb")],
        &[],
    ] {
        assert_eq!(shown(&home, 0, variables, call), plain, "{variables:?}");
    }
    let pipe = format!("{call} 2>&1 | cat");
    let piped = shown(&home, 0, &[ABLE], &pipe);
    assert_eq!(piped, plain);
    let forced = shown(&home, 0, &[ABLE, ("CLICOLOR_FORCE", "1")], &pipe);
    assert!(forced.starts_with(RED), "{forced:?}");
}

#[test]
fn long_words_hang_on_a_terminal_and_stay_one_line_in_a_pipe() {
    let home = Home::usual();
    let call =
        "credential get https://a-name-that-nobody-has-configured.elsewhere.example/some/path";
    let plain = shown(&home, 80, &[ABLE], &format!("{call} 2>&1 | cat"));
    for columns in [80, 120] {
        let seen = without_colour(&shown(&home, columns, &[ABLE], call));
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&seen), words(&plain));
        for line in seen.lines().filter(|line| line.contains(' ')) {
            let is_long = line.chars().count() > usize::from(columns);
            let is_one_word = !line.trim_start().contains(' ');
            assert!(
                !is_long || is_one_word || line.contains("hint: credential "),
                "{columns}: {seen}"
            );
        }
    }
}

#[test]
fn a_cookie_has_no_colour() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    let seen = shown(&home, 80, &[ABLE], "credential get grafana");
    assert_eq!(seen, cookie);
}

#[test]
fn doctor_marks_its_findings_in_colour_and_ends_with_a_summary() {
    let home = Home::usual();
    let seen = shown(&home, 80, &[ABLE], "credential doctor grafana");
    let fine = format!("{GREEN}ok{END}    configuration   ");
    assert!(seen.starts_with(&fine), "{seen}");
    let last = seen.lines().last().expect("a summary");
    assert!(last.contains("no step fails"), "{seen}");

    home.password("wrong");
    let _ = home.run(&["logout", "--all"]).answer();
    let seen = shown(&home, 80, &[ABLE], "credential doctor grafana");
    assert!(seen.contains(&format!("{RED}FAIL{END}  ")), "{seen}");
    let last = seen.lines().last().expect("a summary");
    assert!(
        last.contains("needs you") && last.contains("sign-in"),
        "{last}"
    );
}

#[test]
fn a_table_fits_the_terminal_and_shows_states_in_colour() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let seen = shown(&home, 80, &[ABLE], "credential status");
    assert!(seen.contains(&format!("  {GREEN}fresh{END}  ")), "{seen}");
    home.password("wrong");
    let _ = home.run(&["logout", "--all"]).answer();
    let _ = home.run(&["get", "grafana"]).failure(5);
    for columns in [80, 120] {
        let seen = shown(&home, columns, &[ABLE], "credential status");
        assert!(seen.contains(&format!("  {RED}failing{END}  ")), "{seen}");
        let seen = without_colour(&seen);
        assert!(
            seen.contains("\n    cannot sign in to grafana: Okta refused"),
            "{seen}"
        );
        let wide = seen
            .lines()
            .find(|line| line.chars().count() > usize::from(columns));
        assert_eq!(wide, None, "{columns}");
    }
    let plain = shown(&home, 80, &[ABLE], "credential status | cat");
    assert!(
        plain.contains("  okta    cannot sign in to grafana: Okta refused"),
        "{plain}"
    );
    assert!(!plain.contains('\u{1b}'), "{plain}");
}

#[test]
fn doctor_gives_programs_a_list() {
    let home = Home::usual();
    let list: serde_json::Value =
        serde_json::from_str(&home.run(&["doctor", "grafana", "--json"]).answer()).expect("JSON");
    let steps = list.as_array().expect("a list");
    assert!(steps.iter().all(|step| step["state"] == "ok"), "{list}");
    assert_eq!(steps[0]["step"], "configuration");
}

/// Returns a home whose app is a server that takes connections and never answers.
fn silent_app() -> (Home, TcpListener) {
    let home = Home::usual();
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", server.local_addr().expect("its address"));
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace(&home.sandbox.app_url("grafana"), &url));
    (home, server)
}

#[test]
fn a_slow_sign_in_shows_one_line_that_is_gone_at_its_end() {
    let (piped_home, piped_server) = silent_app();
    let (dumb_home, dumb_server) = silent_app();
    let (home, server) = silent_app();
    let far = Terminal::new();
    let piped = far.start_in(&piped_home, "credential get grafana", &[ABLE]);
    let dumb = [("TERM", "dumb")];
    let dumb = start(&dumb_home, 80, &dumb, "credential get grafana");
    let (mut terminal, child) = start(&home, 80, &[ABLE], "credential get grafana");
    terminal.until("\rcredential: signing in to grafana …");
    terminal.until(" … 1 s");
    drop((server, piped_server, dumb_server));
    let lines = standing(&written((terminal, child)));
    assert!(lines[0].contains("cannot sign in to grafana"), "{lines:?}");
    assert!(!lines.concat().contains("signing in"), "{lines:?}");
    let words = outcome(piped).failure(6);
    assert!(!words.contains("signing in"), "{words}");
    let words = written(dumb);
    assert!(words.starts_with("credential: cannot sign in"), "{words:?}");
    assert!(!words.contains("signing in"), "{words:?}");
}

#[test]
fn a_signal_takes_the_line_away_before_it_ends_the_program() {
    for (call, words) in [
        ("get grafana", "\rcredential: signing in to grafana …"),
        ("doctor grafana", "\rcredential: examining grafana …"),
        ("add URL", "\rcredential: looking at "),
    ] {
        let (home, server) = silent_app();
        let url = format!("http://{}/new", server.local_addr().expect("its address"));
        let call = format!("credential {}", call.replace("URL", &url));
        // Ctrl-C goes to all programs of the terminal; the shell tells how this one has ended.
        let script = format!("trap : INT; {call}; echo ended by $?");
        let (mut terminal, child) = start(&home, 80, &[ABLE], &script);
        terminal.until(words);
        terminal.type_in("\u{3}");
        let lines = standing(&written((terminal, child)));
        let last = lines.last().expect("the shell's line");
        assert!(last.ends_with("ended by 130"), "{call}: {lines:?}");
        assert!(!lines.concat().contains("…"), "{call}: {lines:?}");
    }
}

#[test]
fn a_signal_takes_the_words_of_a_wait_away() {
    let (home, server) = silent_app();
    let far = Terminal::new();
    let first = far.start_in(&home, "credential get grafana", &[ABLE]);
    let connection = server.accept().expect("a connection");
    let script = "trap : INT; credential get grafana; echo ended by $?";
    let (mut terminal, child) = start(&home, 80, &[ABLE], script);
    terminal.until("\rcredential: waiting for process");
    terminal.type_in("\u{3}");
    let lines = standing(&written((terminal, child)));
    assert!(lines.concat().ends_with("ended by 130"), "{lines:?}");
    assert!(!lines.concat().contains("waiting"), "{lines:?}");
    drop((connection, server));
    let _ = outcome(first).failure(6);
}

#[test]
fn a_wait_for_another_process_is_shown_while_it_lasts() {
    let (home, server) = silent_app();
    let far = Terminal::new();
    let first = far.start_in(&home, "credential get grafana", &[ABLE]);
    // It asks the app when it has the claim.
    let connection = server.accept().expect("a connection");
    let (mut terminal, child) = start(&home, 80, &[ABLE], "credential get grafana");
    terminal.until("\rcredential: waiting for process");
    drop((connection, server));
    let lines = standing(&written((terminal, child)));
    assert!(!lines.concat().contains("waiting for"), "{lines:?}");
    assert!(lines[0].contains("cannot sign in to grafana"), "{lines:?}");
    let _ = outcome(first).failure(6);
}

#[test]
fn a_slow_step_of_the_doctor_shows_that_it_goes_on() {
    let (home, server) = silent_app();
    let (mut terminal, child) = start(&home, 80, &[ABLE], "credential doctor grafana");
    terminal.until("\rcredential: examining grafana …");
    drop(server);
    let seen = written((terminal, child));
    let lines = standing(&seen);
    assert!(
        without_colour(&lines[0]).starts_with("ok    config"),
        "{lines:?}"
    );
    assert!(!lines.concat().contains("examining"), "{lines:?}");
}

#[test]
fn what_was_done_is_said_on_a_terminal_and_not_in_a_pipe() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    std::fs::write(home.path("cookie"), &cookie).expect("it is written");
    for (call, done) in [
        ("erase grafana", "the session of grafana is forgotten"),
        ("logout grafana", "the session of grafana is forgotten"),
        (
            "logout corp",
            "of org corp are forgotten, its session at Okta is ended",
        ),
        ("logout --all", "the sessions of all apps are forgotten"),
    ] {
        let seen = shown(&home, 0, &[], &format!("credential {call}"));
        assert!(
            seen.starts_with("credential: ") && seen.contains(done),
            "{call}: {seen}"
        );
        assert_eq!(seen.lines().count(), 1, "{seen}");
        let words: Vec<&str> = call.split(' ').collect();
        assert_eq!(home.run(&words).answer(), "", "{call}");
    }
}

/// Returns the lines that stand on the screen after all that was written to it. Colours take no room there.
fn standing(written: &str) -> Vec<String> {
    let line = |line: &str| {
        let line = line.rsplit(ERASED).next().unwrap_or_default();
        let mut cells: Vec<char> = Vec::new();
        for part in line.split('\r') {
            let part: Vec<char> = part.chars().collect();
            let rest = cells.split_off(part.len().min(cells.len()));
            cells = part.into_iter().chain(rest).collect();
        }
        cells.into_iter().collect::<String>().trim_end().to_owned()
    };
    written
        .lines()
        .map(line)
        .map(|line| without_colour(&line))
        .collect()
}

/// Removes the sequences that choose a colour or a weight (ECMA-48, SGR).
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (_, rest) = part.split_once('m').expect("a colour");
        text + rest
    })
}

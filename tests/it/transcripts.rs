//! The transcripts of the pages, as the program writes them: their commands run on the sandbox, and what the screen shows is
//! compared.
//!
//! A block is a transcript if a comment `<!-- tests: … -->` stands before it. Hosts and paths are the page's in place
//! of the sandbox's; `…` stands for any text within a line, and alone on a line for any lines.

use sandbox::{Factor, PASSWORD, Phone, Provider};

use crate::factors::{SEED, assert_lawful, home, setup};
use crate::home::{ADA, Home};
use crate::outcome::outcome;
use crate::screen::{PATIENCE, Terminal};
use crate::tools::{beside, tools};
use crate::tree::read;

/// The words before a block that is run in a shell, by somebody with a session.
const IN_A_SHELL: &str = "<!-- tests: in a shell -->";
/// The words before a block that is run in a script, for a user whose phone has to answer.
const WITH_A_FACTOR: &str = "<!-- tests: in a script, with a second factor -->";
/// The words before the blocks that are typed at a terminal, one after the other.
const AT_A_TERMINAL: &str = "<!-- tests: at a terminal -->";
/// The same, for an app whose people sign in at a provider that is no Okta org.
const AT_A_PROVIDER: &str = "<!-- tests: at a terminal, at a provider -->";

/// A command, and all that the screen shows until the next one.
#[derive(Debug, PartialEq, Eq)]
struct Act {
    command: String,
    shown: Vec<String>,
}

/// The acts of the blocks of `page` behind `mark`.
fn acts(page: &str, mark: &str) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    for block in page.split(&format!("{mark}\n```console\n")).skip(1) {
        for line in block.lines().take_while(|line| *line != "```") {
            match (line.strip_prefix("$ "), acts.last_mut()) {
                (Some(command), _) => acts.push(Act {
                    command: command.to_owned(),
                    shown: Vec::new(),
                }),
                // The lines of a screen are compared without the empty ones.
                (None, Some(_)) if line.is_empty() => {}
                (None, Some(act)) => act.shown.push(line.to_owned()),
                (None, None) => panic!("a transcript begins with a command: {line}"),
            }
        }
    }
    acts
}

/// The lines of all transcripts: what a newcomer types and sees.
pub(crate) fn lines(page: &str) -> Vec<String> {
    let marks = [AT_A_TERMINAL, IN_A_SHELL].into_iter();
    let acts = marks.flat_map(|mark| acts(page, mark));
    acts.flat_map(|act| [vec![format!("$ {}", act.command)], act.shown].concat())
        .collect()
}

/// Returns whether `line` is as `pattern` shows it, where `…` stands for any text.
fn fits(pattern: &str, line: &str) -> bool {
    let Some((before, after)) = pattern.split_once('…') else {
        return pattern == line;
    };
    line.strip_prefix(before).is_some_and(|rest| {
        let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        ends.into_iter().any(|at| fits(after, &rest[at..]))
    })
}

/// The same for all lines, where a line of `…` alone stands for any lines.
fn all_fit(patterns: &[String], lines: &[String]) -> bool {
    match patterns.split_first() {
        None => lines.is_empty(),
        Some((any, rest)) if any == "…" => {
            (0..=lines.len()).any(|at| all_fit(rest, &lines[at..]))
        }
        Some((pattern, rest)) => lines
            .split_first()
            .is_some_and(|(line, lines)| fits(pattern, line) && all_fit(rest, lines)),
    }
}

#[track_caller]
fn assert_shown(page: &str, act: &Act, lines: &[String]) {
    assert!(
        all_fit(&act.shown, lines),
        "{page}: $ {}\nshows\n{}\nand the program\n{}",
        act.command,
        act.shown.join("\n"),
        lines.join("\n")
    );
}

/// The names of the pages, and the sandbox's in their place.
struct Names(Vec<(&'static str, String)>);

impl Names {
    fn of(home: &Home) -> Self {
        let host = |url: String| url.trim_start_matches("https://").to_owned();
        let configuration = home.path("config.toml").display().to_string();
        let cache = home.cache().display().to_string();
        Self(vec![
            (
                "grafana.corp.example",
                host(home.sandbox.app_url("grafana")),
            ),
            ("corp.okta.com", host(home.sandbox.org_url())),
            ("~/.config/alb-credential/config.toml", configuration),
            ("~/.cache/alb-credential", cache),
        ])
    }

    /// `add` calls an app and an org after their hosts.
    fn with_hosts(self) -> Self {
        let hosts = [
            ("[app.grafana]", "[app.\"127.0.0.1\"]"),
            ("grafana", "127.0.0.1"),
            ("org.corp]", "org.localhost]"),
        ];
        let hosts = hosts.map(|(shown, real)| (shown, real.to_owned()));
        Self(self.0.into_iter().chain(hosts).collect())
    }

    fn to_sandbox(&self, text: &str) -> String {
        let names = self.0.iter();
        names.fold(text.to_owned(), |text, (shown, real)| {
            text.replace(shown, real)
        })
    }

    fn to_page(&self, text: &str) -> String {
        let names = self.0.iter();
        names.fold(text.to_owned(), |text, (shown, real)| {
            text.replace(real, shown)
        })
    }
}

/// The lines that a terminal shows after it has received `text`.
fn screen(text: &str) -> Vec<String> {
    let line = |text: &str| {
        let mut shown: Vec<char> = Vec::new();
        let mut at = 0;
        for letter in text.chars() {
            match letter {
                '\r' => at = 0,
                letter => {
                    shown.resize(shown.len().max(at + 1), ' ');
                    shown[at] = letter;
                    at += 1;
                }
            }
        }
        shown.into_iter().collect::<String>().trim_end().to_owned()
    };
    text.lines()
        .map(line)
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn a_transcript_is_read_and_compared() {
    let page = format!("{IN_A_SHELL}\n```console\n$ a\nb …\n$ c\n```\n```console\n$ d\n```\n");
    let act = |command: &str, shown: &[&str]| Act {
        command: command.into(),
        shown: shown.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(acts(&page, IN_A_SHELL), [act("a", &["b …"]), act("c", &[])]);
    assert!(fits("a-0=…", "a-0=x y") && fits("a … b …", "a 1 2 b ") && fits("a", "a"));
    assert!(!fits("a-0=…", "a-1=x") && !fits("a … b", "a 1 b 2") && !fits("a", "ab"));
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(all_fit(&lines("a\n…\nd"), &lines("a\nb\nc\nd")));
    assert!(
        !all_fit(&lines("a\n…\nd"), &lines("a\nd\ne")) && !all_fit(&lines("a"), &lines("a\nb"))
    );
    assert_eq!(screen("a\r\nwait 1\rwait 2\r      \rb\r\n\r\n"), ["a", "b"]);
}

/// Runs the transcripts of `page` behind `mark` in one shell without a terminal, and compares.
#[track_caller]
fn assert_answers(home: &Home, page: &str, mark: &str) {
    let names = Names::of(home);
    let acts = acts(&read(page), mark);
    assert!(!acts.is_empty(), "{page}: there is no transcript");
    let commands = acts.iter().map(|act| names.to_sandbox(&act.command));
    let commands: Vec<String> = commands
        .map(|command| command + "\necho; echo =====\n")
        .collect();
    let mut bash = beside(home, "setsid");
    bash.args(["--wait", "bash", "-c"]);
    bash.arg(format!("exec 2>&1\n{}", commands.concat()));
    let said = outcome(bash.output().expect("bash starts")).answer();
    for (act, said) in acts.iter().zip(said.split("=====\n")) {
        assert_shown(page, act, &screen(&names.to_page(said)));
    }
    assert_lawful(home);
}

#[test]
fn the_commands_of_the_readme_answer_as_it_shows() {
    if tools(&["bash", "curl"]) {
        assert_answers(&Home::usual(), "README.md", IN_A_SHELL);
    }
}

#[test]
fn the_doctor_says_what_the_page_of_troubles_shows() {
    if tools(&["bash"]) {
        let user = setup(Factor::okta_verify("Ada's phone", SEED));
        assert_answers(&home(user, ""), "docs/troubleshooting.md", WITH_A_FACTOR);
    }
}

/// Makes a home without a configuration, for a user with a phone, whose password manager is called `op`.
fn newcomer() -> Home {
    let push = Factor::okta_verify("Ada's phone", SEED).swap_remove(0);
    let home = Home::bare(setup(vec![push]));
    drop(beside(&home, "true"));
    let op = home.path("links/op");
    std::fs::write(&op, format!("#!/bin/sh\necho '{PASSWORD}'\n")).expect("a file");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(op, mode).expect("it is ours");
    home
}

/// Types `act` at a terminal, and the answers that README shows behind its questions; approves the push that comes.
#[track_caller]
fn typed(home: &Home, names: &Names, act: &Act) -> Vec<String> {
    let mut terminal = Terminal::new();
    let mut command = terminal.own(home);
    command.args(["bash", "-c", &names.to_sandbox(&act.command)]);
    command.stdout(terminal.end()).stderr(terminal.end());
    let mut child = command
        .stdin(terminal.end())
        .spawn()
        .expect("setsid starts");
    let mut seen = String::new();
    for line in act.shown.iter().filter_map(|line| question(line)) {
        let (question, answer) = line;
        terminal.until(&names.to_sandbox(question));
        terminal.type_in(&format!("{answer}\r"));
        seen += &std::mem::take(&mut terminal.screen);
    }
    if act.shown.iter().any(|line| line.contains("push")) {
        approve(&home.sandbox.phone(ADA), &mut terminal);
    }
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{}", terminal.screen());
    seen += &terminal.screen();
    screen(&names.to_page(&seen))
}

/// A question of README and the answer behind it.
fn question(line: &str) -> Option<(&str, &str)> {
    let ends = [
        "[y/N]",
        "[Y/n]",
        "[1]:",
        "[grafana]",
        "arguments:",
        "okta.com:",
    ];
    ends.iter().find_map(|end| {
        let at = line.find(end)? + end.len();
        Some((&line[..at], line[at..].trim()))
    })
}

#[track_caller]
fn approve(phone: &Phone, terminal: &mut Terminal) {
    assert!(phone.wait_for_push(PATIENCE));
    phone.let_number_be(42);
    assert!(phone.open());
    terminal.until("choose 42");
    assert!(phone.pick(42));
}

#[test]
fn the_first_five_minutes_go_as_the_readme_shows() {
    if !tools(&["bash"]) {
        return;
    }
    let home = newcomer();
    let names = Names::of(&home).with_hosts();
    let acts = acts(&read("README.md"), AT_A_TERMINAL);
    assert!(acts.len() > 1, "there are transcripts: {acts:?}");
    for act in &acts {
        assert_shown("README.md", act, &typed(&home, &names, act));
    }
    assert_lawful(&home);
}

#[test]
fn the_first_app_of_another_provider_goes_as_its_page_shows() {
    if !tools(&["bash"]) {
        return;
    }
    let mut home = Home::bare(crate::browser_apps::setup(Provider::keycloak("id")));
    drop(beside(&home, "true"));
    let chrome = home.path("links/google-chrome-stable");
    std::os::unix::fs::symlink("/bin/true", chrome).expect("a link");
    home.set("DISPLAY", ":99");
    let mut names = Names::of(&home).with_hosts();
    let provider = home.sandbox.provider_url("id");
    let host = crate::browser_apps::host(&provider).to_owned();
    names.0.insert(0, ("id.corp.example", host));
    let acts = acts(&read("docs/browser.md"), AT_A_PROVIDER);
    assert_eq!(acts.len(), 1, "there is one: {acts:?}");
    for act in &acts {
        assert_shown("docs/browser.md", act, &typed(&home, &names, act));
    }
    assert_eq!(home.sandbox.violations(), []);
}

//! Places without secrets: other processes' view of this one, files, streams, words.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sandbox::{Event, Factor, Fault, PASSWORD, Plan, Step};

use crate::factors::SEED;
use crate::home::{ADA, Home, assert_discreet, binary};
use crate::screen::{self, Terminal};

/// Long enough for the slowest machine; a test that waits for it has failed.
const AT_MOST: Duration = Duration::from_secs(60);

/// A process that has sent the password, has a session token and waits for Okta's answer.
struct Held {
    child: Child,
}

impl Held {
    fn start(home: &Home, mut command: Command) -> Self {
        home.sandbox
            .fault(Plan::new(Step::Authorize, Fault::Endless).times(1));
        let events = home.sandbox.follow();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("the program starts");
        let spent = |event: &Event| matches!(event, Event::SessionTokenSpent { .. });
        while !spent(
            &events
                .recv_timeout(AT_MOST)
                .expect("it comes that far")
                .event,
        ) {}
        Self { child }
    }

    fn proc(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.child.id()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Every file below `directory`.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn contains(path: &Path, text: &str) -> bool {
    let bytes = std::fs::read(path).expect("it is ours");
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// The values of the cookies of an answer.
fn values(answer: &str) -> Vec<&str> {
    answer
        .trim_end()
        .split("; ")
        .map(|pair| pair.split_once('=').expect("a pair").1)
        .collect()
}

#[test]
fn a_password_command_is_told_no_secret() {
    let mut home = Home::usual();
    home.set("ALB_CREDENTIAL_PASSWORD", "not-for-children");
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace(
        "{ file = \"password\" }",
        "{ command = [\"sh\", \"-c\", \"{ env; cat /proc/self/cmdline; } > seen; cat password\"] }",
    ));
    let first = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    home.run(&["get", "grafana", "--fresh"]).answer();
    let seen = std::fs::read_to_string(home.path("seen")).expect("text");
    assert!(
        !seen.contains(values(&first)[0]) && !seen.contains("battery"),
        "{seen}"
    );
}

#[test]
fn no_secret_is_in_the_arguments_or_the_environment_of_the_process() {
    let home = Home::usual();
    let held = Held::start(&home, home.credential(&["get", "grafana"]));
    let arguments = std::fs::read(held.proc("cmdline")).expect("everybody may read it");
    let expected = format!("{}\0get\0grafana\0", binary().display());
    assert_eq!(String::from_utf8_lossy(&arguments), expected);
    // Where not even root may read it, nobody can.
    if let Ok(environment) = std::fs::read(held.proc("environ")) {
        let environment = String::from_utf8_lossy(&environment).into_owned();
        assert!(
            environment.contains("ALB_CREDENTIAL_CACHE"),
            "{environment}"
        );
        assert!(
            !environment.contains("battery") && !environment.contains("20111"),
            "{environment}"
        );
    }
}

#[test]
fn a_crash_would_leave_no_core_file() {
    let home = Home::usual();
    let held = Held::start(&home, home.credential(&["get", "grafana"]));
    let limits = std::fs::read_to_string(held.proc("limits")).expect("everybody may read it");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .expect("a limit");
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}

#[test]
fn another_process_of_the_same_user_cannot_read_its_memory() {
    let home = Home::usual();
    let powerless = |arguments: &[&str]| {
        let mut command = home.powerless();
        command.args(arguments);
        command
    };
    let readable = |id: u32| {
        let file = format!("/proc/{id}/environ");
        powerless(&["cat", &file])
            .output()
            .expect("cat starts")
            .status
            .success()
    };
    // It reports when nothing but itself runs in that process any more.
    let mut other = powerless(&["sh", "-c", "echo; read x"]);
    let mut other = other
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sh starts");
    let mut report = [0];
    other
        .stdout
        .take()
        .expect("a pipe")
        .read_exact(&mut report)
        .expect("it reports");
    let comparable = readable(other.id());
    drop(other.stdin.take());
    other.wait().expect("it ends");
    assert!(
        comparable,
        "an ordinary process can be read, so the next line proves something"
    );
    let held = Held::start(
        &home,
        powerless(&[&binary().display().to_string(), "get", "grafana"]),
    );
    assert!(!readable(held.child.id()));
}

#[test]
fn the_password_stays_in_its_file_and_the_cookie_in_the_cache() {
    let home = Home::usual();
    let first = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    let second = home.run(&["get", "grafana", "--fresh"]).answer();
    let root = home.path("");
    for path in files_below(&root) {
        let is_password_file = path == home.path("password");
        for form in [PASSWORD, "battery", "h%6Frse"] {
            assert!(
                is_password_file || !contains(&path, form),
                "{}",
                path.display()
            );
        }
        assert!(
            path.starts_with(home.cache()) || !contains(&path, values(&second)[0]),
            "{}",
            path.display()
        );
        assert!(
            !contains(&path, values(&first)[0]),
            "an old session is not kept: {}",
            path.display()
        );
        assert!(
            !contains(&path, "20111"),
            "a session token is not kept: {}",
            path.display()
        );
    }
    assert!(
        files_below(&home.path("home")).is_empty() && files_below(&home.path("scratch")).is_empty()
    );
}

#[test]
fn what_answers_a_second_factor_is_in_no_argument_no_file_and_no_word() {
    let text = "Okta-knows-my-first-pet";
    let factors = vec![
        Factor::totp(SEED),
        Factor::question("Your first pet?", text).with_id("ufs1"),
    ];
    let home = crate::factors::with_seed(factors);
    let code = home.sandbox.phone(ADA).totp();
    let outcome = home.run(&["-vv", "get", "grafana"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("MFA_REQUIRED"),
        "{}",
        outcome.stderr
    );

    crate::factors::forget_sessions(&home);
    home.append_to_org("factor = [\"question\"]");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "exec credential -vv get grafana");
    terminal.until("another factor) ");
    terminal.until_mute();
    let arguments = std::fs::read(format!("/proc/{}/cmdline", child.id())).expect("it runs");
    terminal.type_in(&format!("{text}\r"));
    let said = screen::outcome(child);
    assert_eq!(said.code, 0, "{}", said.stderr);

    let words = [outcome.stderr, said.stderr, terminal.screen()].concat();
    let words = format!("{words}{}", String::from_utf8_lossy(&arguments));
    assert_discreet(&words.replace(['\r', '\0'], "").replace("pet?", "pet"));
    let codes = [code, home.sandbox.phone(ADA).totp()];
    for secret in [SEED, text, &codes[0], &codes[1]] {
        assert!(!words.contains(secret), "{words}");
        for path in files_below(&home.path("")) {
            // Any six digits may stand somewhere in the program itself.
            let is_its_own = path == home.path("seed") || path.starts_with(home.path("links"));
            assert!(is_its_own || !contains(&path, secret), "{}", path.display());
        }
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn verbose_output_tells_hosts_paths_and_reasons_and_no_secret() {
    for verbose in ["-v", "-vv"] {
        let home = Home::usual();
        let told = |arguments: &[&str]| {
            let outcome = home.run(&[&[verbose], arguments].concat());
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            let pairs = outcome.stdout.trim_end().split("; ");
            for (_, value) in pairs.filter_map(|pair| pair.split_once('=')) {
                assert!(!outcome.stderr.contains(value), "{}", outcome.stderr);
            }
            assert_discreet(&outcome.stderr);
            outcome.stderr
        };
        let cold = told(&["get", "grafana"]);
        let (org, app) = (home.sandbox.org_url(), home.sandbox.app_url("grafana"));
        for part in [
            format!("POST {org}/api/v1/authn"),
            format!("GET {org}/oauth2/v1/authorize"),
            format!("GET {app}/oauth2/idpresponse"),
            "302".into(),
            "200".into(),
        ] {
            assert!(cold.contains(&part), "{part} in: {cold}");
        }
        assert!(
            !told(&["get", "grafana"]).contains("GET "),
            "a hit asks nobody"
        );
        told(&["get", "grafana", "--fresh"]);
        told(&["get", "grafana", "--verify=0s"]);
        home.sandbox.end_okta_sessions();
        told(&["get", "grafana", "--fresh"]);
        told(&["status"]);
        told(&["logout", "corp"]);
    }
}

#[test]
fn verbose_output_of_a_refusal_has_no_secret() {
    let home = Home::usual();
    home.sandbox.fault((Step::Authn, Fault::EchoPassword));
    let outcome = home.run(&["-vv", "get", "grafana"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (5, ""));
    assert_discreet(&outcome.stderr);
    assert!(!outcome.stderr.contains("battery"), "{}", outcome.stderr);
}

#[test]
fn status_shows_no_secret() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    for arguments in [&["status"][..], &["status", "--json"]] {
        let text = home.run(arguments).answer();
        assert!(text.contains("grafana") && text.contains("fresh"), "{text}");
        assert!(!text.contains(&values(&cookie)[0][..40]), "{text}");
    }
}

#[test]
fn a_password_in_the_configuration_itself_is_refused_and_not_shown() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "\"hunter2-in-the-open\""));
    let words = home.run(&["get", "grafana"]).failure(2);
    assert!(
        words.contains("config.toml") && words.contains("password"),
        "{words}"
    );
    assert!(!words.contains("hunter2"), "{words}");
}

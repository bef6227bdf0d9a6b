//! Many processes at once: one signs in, all are answered.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sandbox::{App, Entry, Event, Fault, Host, Plan, Setup, Step, User, UserState};

use crate::home::{ADA, Home, Outcome, outcome};

/// Long enough for the slowest machine; a test that waits for it has failed.
const AT_MOST: Duration = Duration::from_secs(60);

/// Starts `get grafana` and returns when its password has arrived at an org that does not answer it.
fn hang(home: &Home) -> Child {
    home.sandbox
        .fault(Plan::new(Step::Authn, Fault::Endless).times(1));
    let events = home.sandbox.follow();
    let child = spawn(home, &["get", "grafana"]);
    wait_for(&events, |event| matches!(event, Event::PasswordSent { .. }));
    child
}

fn spawn(home: &Home, arguments: &[&str]) -> Child {
    let mut command = home.credential(arguments);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn wait_for(events: &Receiver<Entry>, such: impl Fn(&Event) -> bool) {
    while !such(
        &events
            .recv_timeout(AT_MOST)
            .expect("it happens in time")
            .event,
    ) {}
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("the process is there");
}

/// Asserts that all ended alike, and gives that end.
#[track_caller]
fn only(outcomes: Vec<Outcome>) -> Outcome {
    let mut outcomes = outcomes.into_iter();
    let first = outcomes.next().expect("there is one");
    for other in outcomes {
        assert_eq!(
            (other.code, &other.stdout),
            (first.code, &first.stdout),
            "{}",
            other.stderr
        );
    }
    first
}

#[test]
fn two_hundred_at_once_make_one_sign_in_and_get_one_answer() {
    let home = Home::usual();
    let outcomes = home.crowd(200, &["get", "grafana"]);
    assert_eq!(outcomes.len(), 200);
    let answers: HashSet<String> = outcomes
        .into_iter()
        .map(|outcome| {
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            for line in outcome.stderr.lines() {
                assert!(line.contains("waiting for"), "{line}");
            }
            outcome.stdout
        })
        .collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(
        (
            home.sandbox.password_tries(),
            home.sandbox.sessions_issued()
        ),
        (1, 1)
    );
    assert_eq!(home.sandbox.requests(), 4);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn two_hundred_with_a_wrong_password_send_it_once_and_all_hear_why() {
    let home = Home::usual();
    home.password("not it");
    let outcomes = home.crowd(200, &["get", "grafana"]);
    assert_eq!(outcomes.len(), 200);
    for outcome in outcomes {
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (5, ""),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("Authentication failed (E0000004)"),
            "{}",
            outcome.stderr
        );
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_crowd_with_an_expired_session_renews_it_once() {
    let home = Home::usual();
    let old = home.run(&["get", "grafana"]).answer();
    home.expire("grafana");
    home.sandbox.clear_audit();
    let new = only(home.crowd(50, &["get", "grafana"]));
    assert_eq!(new.code, 0);
    assert_ne!(new.stdout, old);
    assert_eq!(
        (
            home.sandbox.password_tries(),
            home.sandbox.sessions_issued()
        ),
        (0, 1)
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_crowd_on_a_warm_entry_asks_nobody() {
    let home = Home::usual();
    let warm = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    let all = only(home.crowd(100, &["get", "grafana"]));
    assert_eq!((all.code, all.stdout), (0, warm));
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_crowd_that_needs_a_second_factor_asks_okta_once() {
    let mut user = User::new(ADA, sandbox::PASSWORD);
    user.state = UserState::MfaRequired;
    let home = Home::new(Setup {
        users: vec![user],
        ..Setup::default()
    });
    for outcome in home.crowd(50, &["get", "grafana"]) {
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (3, ""),
            "{}",
            outcome.stderr
        );
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn two_crowds_for_two_apps_of_one_org_send_one_password() {
    let home = Home::new(Setup {
        apps: vec![App::new("grafana"), App::new("argocd")],
        ..Setup::default()
    });
    let start =
        |app: &str| -> Vec<Child> { (0..50).map(|_| spawn(&home, &["get", app])).collect() };
    let (grafana, argocd) = (start("grafana"), start("argocd"));
    let end = |children: Vec<Child>| {
        only(
            children
                .into_iter()
                .map(|child| outcome(child.wait_with_output().expect("it ends")))
                .collect(),
        )
    };
    let (grafana, argocd) = (end(grafana), end(argocd));
    assert_eq!((grafana.code, argocd.code), (0, 0));
    assert_ne!(grafana.stdout, argocd.stdout);
    assert_eq!(
        (
            home.sandbox.password_tries(),
            home.sandbox.sessions_issued()
        ),
        (1, 2)
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn two_crowds_for_two_apps_of_one_org_send_one_wrong_password() {
    let home = Home::new(Setup {
        apps: vec![App::new("grafana"), App::new("argocd")],
        ..Setup::default()
    });
    home.password("not it");
    let start =
        |app: &str| -> Vec<Child> { (0..25).map(|_| spawn(&home, &["get", app])).collect() };
    let children = [start("grafana"), start("argocd")].into_iter().flatten();
    for child in children.collect::<Vec<Child>>() {
        let outcome = outcome(child.wait_with_output().expect("it ends"));
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (5, ""),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("Authentication failed"),
            "{}",
            outcome.stderr
        );
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_crowd_that_wants_a_fresh_session_each_gets_one_that_is() {
    let home = Home::usual();
    let old = home.run(&["get", "grafana"]).answer();
    for outcome in home.crowd(20, &["get", "grafana", "--fresh"]) {
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_ne!(outcome.stdout, old);
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_killed_holder_frees_its_claim() {
    let home = Home::usual();
    let mut holder = hang(&home);
    signal(&holder, Signal::KILL);
    holder.wait().expect("it ends");
    home.run(&["get", "grafana"]).answer();
    assert_eq!(
        (
            home.sandbox.password_tries(),
            home.sandbox.sessions_issued()
        ),
        (2, 1)
    );
}

#[test]
fn ctrl_c_ends_a_sign_in_at_once_and_frees_its_claim() {
    let home = Home::usual();
    let mut holder = hang(&home);
    signal(&holder, Signal::INT);
    let status = holder.wait().expect("it ends");
    assert!(!status.success(), "{status}");
    let mut stdout = String::new();
    holder
        .stdout
        .take()
        .expect("a pipe")
        .read_to_string(&mut stdout)
        .expect("UTF-8");
    assert_eq!(stdout, "");
    assert!(!home.has_session());
    assert_eq!(
        home.sandbox.requests_to(&Host::App("grafana".into())),
        1,
        "it was ended in the middle"
    );
    home.run(&["get", "grafana"]).answer();
    assert_eq!(
        (
            home.sandbox.password_tries(),
            home.sandbox.sessions_issued()
        ),
        (2, 1)
    );
}

#[test]
fn who_waits_says_once_for_whom_and_goes_on_when_that_one_dies() {
    let home = Home::usual();
    let mut holder = hang(&home);
    let mut waiter = spawn(&home, &["get", "grafana"]);
    let mut stderr = BufReader::new(waiter.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("UTF-8");
    assert!(
        line.starts_with("credential: ") && line.contains("waiting"),
        "{line}"
    );
    assert!(
        line.contains("grafana") && line.contains(&holder.id().to_string()),
        "{line}"
    );
    signal(&holder, Signal::KILL);
    holder.wait().expect("it ends");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("UTF-8");
    assert_eq!(rest, "", "one line is enough");
    let answer = outcome(waiter.wait_with_output().expect("it ends"));
    assert_eq!(answer.code, 0);
    assert!(answer.stdout.starts_with("AWSELBAuthSessionCookie-0="));
    assert_eq!(
        (
            home.sandbox.password_tries(),
            home.sandbox.sessions_issued()
        ),
        (2, 1)
    );
}

#[test]
fn a_waiter_for_the_account_says_so_too_and_sends_no_password() {
    let home = Home::new(Setup {
        apps: vec![App::new("argocd"), App::new("grafana")],
        ..Setup::default()
    });
    let mut holder = hang(&home);
    let mut waiter = spawn(&home, &["get", "argocd"]);
    let mut stderr = BufReader::new(waiter.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("UTF-8");
    assert!(line.contains("waiting") && line.contains("corp"), "{line}");
    assert_eq!(home.sandbox.password_tries(), 1);
    signal(&holder, Signal::KILL);
    holder.wait().expect("it ends");
    assert_eq!(outcome(waiter.wait_with_output().expect("it ends")).code, 0);
    assert_eq!(home.sandbox.password_tries(), 2);
}

#[test]
fn a_hit_waits_for_nobody() {
    let home = Home::usual();
    let warm = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    home.sandbox
        .fault(Plan::new(Step::Authn, Fault::Endless).times(1));
    let events = home.sandbox.follow();
    let mut holder = spawn(&home, &["get", "grafana", "--fresh"]);
    wait_for(&events, |event| matches!(event, Event::PasswordSent { .. }));
    assert_eq!(home.run(&["get", "grafana"]).answer(), warm);
    assert_eq!(
        holder.try_wait().expect("a status"),
        None,
        "the other is still at it"
    );
    signal(&holder, Signal::KILL);
    holder.wait().expect("it ends");
}

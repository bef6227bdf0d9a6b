//! The claim: who has it, who waits for it, and what becomes of it when its holder dies.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sandbox::{Entry, Event, Fault, Host, Plan, Step};

use crate::home::{Home, outcome};

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

#[test]
fn a_killed_holder_frees_its_claim() {
    let home = Home::usual();
    let mut holder = hang(&home);
    signal(&holder, Signal::KILL);
    holder.wait().expect("it ends");
    home.run(&["get", "grafana"]).answer();
    home.assert_sign_ins(2, 1);
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
    let app = Host::App("grafana".into());
    assert!(
        home.sandbox.requests_to(&app) <= 1,
        "it was ended in the middle"
    );
    home.run(&["get", "grafana"]).answer();
    home.assert_sign_ins(2, 1);
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
    home.assert_sign_ins(2, 1);
}

#[test]
fn a_waiter_for_the_account_says_so_too_and_sends_no_password() {
    let home = Home::with_apps(&["argocd", "grafana"]);
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
fn a_session_that_was_waited_for_is_verified_like_any_other() {
    let home = Home::usual();
    let late = Fault::Late(Duration::from_secs(1));
    home.sandbox.fault(Plan::new(Step::Callback, late).times(1));
    let events = home.sandbox.follow();
    let holder = spawn(&home, &["get", "grafana"]);
    wait_for(&events, |event| {
        matches!(event, Event::SessionIssued { .. })
    });
    home.sandbox.end_app_sessions("grafana");
    let waiter = home.run(&["get", "grafana", "--verify=0s"]);
    assert_eq!(waiter.code, 0, "{}", waiter.stderr);
    let ended = outcome(holder.wait_with_output().expect("it ends")).answer();
    assert_ne!(waiter.stdout, ended, "the ALB had ended that one before");
    assert_eq!(home.sandbox.sessions_issued(), 2);
    assert_eq!(home.sandbox.violations(), []);
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

//! Clocks that are wrong, are set, or stand still: this machine's, the servers', and that of a process that is stopped.

use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sandbox::{Event, Setup};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::factors::{SEED, with_seed};
use crate::home::{Home, outcome, seconds_from_now};

/// Long enough for the slowest machine; a test that waits for it has failed.
const AT_MOST: Duration = Duration::from_secs(60);
const HOURS: Duration = Duration::from_secs(6 * 60 * 60);

/// The time that stands in the session of grafana's entry under `name`, in seconds from now.
fn from_now(home: &Home, name: &str) -> i64 {
    let (_, record) = home.record("grafana");
    let text = record["session"][name].as_str().expect("a time");
    let time = OffsetDateTime::parse(text, &Rfc3339).expect("RFC 3339");
    (time - OffsetDateTime::now_utc()).whole_seconds()
}

#[test]
fn servers_whose_clocks_are_hours_off_make_no_difference() {
    let week = 7 * 24 * 60 * 60;
    for set in [sandbox::Sandbox::advance, sandbox::Sandbox::set_back] {
        let home = with_seed(sandbox::Factor::okta_verify("Ada's phone", SEED));
        set(&home.sandbox, HOURS);
        let cookie = home.run(&["get", "grafana"]).answer();
        assert!(
            from_now(&home, "issued_at").abs() < 60,
            "by this machine's clock"
        );
        assert!(
            (from_now(&home, "bound") - week).abs() < 60,
            "as long as the server lets it live"
        );
        home.sandbox.clear_audit();
        assert_eq!(home.run(&["get", "grafana"]).answer(), cookie);
        assert_eq!(home.sandbox.requests(), 0, "it is a hit");
        assert_eq!(
            home.run(&["get", "grafana", "--verify=0s"]).answer(),
            cookie
        );
        assert_ne!(home.run(&["get", "grafana", "--fresh"]).answer(), cookie);
        assert_eq!(home.sandbox.violations(), []);
    }
}

#[test]
fn a_clock_that_was_ahead_and_is_set_right_costs_one_sign_in() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    // As it was written while this machine's clock was a day ahead.
    home.edit("grafana", |record| {
        for (name, days) in [("issued_at", 1), ("verified_at", 1), ("bound", 8)] {
            record["session"][name] = Value::from(seconds_from_now(days * 24 * 60 * 60));
        }
    });
    home.sandbox.clear_audit();
    let cookie = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.run(&["get", "grafana"]).answer(), cookie);
    assert_eq!(
        (
            home.sandbox.sessions_issued(),
            home.sandbox.password_tries()
        ),
        (1, 0)
    );
}

#[test]
fn a_session_that_was_verified_in_the_future_is_verified_again() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    home.edit("grafana", |record| {
        record["session"]["verified_at"] = Value::from(seconds_from_now(60 * 60));
    });
    home.sandbox.clear_audit();
    assert_eq!(
        home.run(&["get", "grafana", "--verify=5m"]).answer(),
        cookie
    );
    assert_eq!(home.sandbox.requests(), 1, "the ALB is asked");
    home.run(&["get", "grafana", "--verify=5m"]).answer();
    assert_eq!(home.sandbox.requests(), 1, "and not again");
}

fn spawn(home: &Home, arguments: &[&str]) -> Child {
    let mut command = home.command(crate::home::binary());
    let command = command
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("the process is there");
}

/// Returns whether all threads of the process are stopped.
fn is_stopped(child: &Child) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("it is there");
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| rest.starts_with('T'))
}

#[test]
fn who_is_stopped_while_it_waits_or_signs_in_goes_on_where_it_was() {
    let home = Home::new(Setup {
        delay: Duration::from_secs(1),
        ..Setup::default()
    });
    let events = home.sandbox.follow();
    let holder = spawn(&home, &["get", "grafana"]);
    let sent = |event: &Event| matches!(event, Event::PasswordSent { .. });
    while !sent(&events.recv_timeout(AT_MOST).expect("it happens").event) {}
    let waiter = spawn(&home, &["get", "grafana"]);
    for child in [&holder, &waiter] {
        signal(child, Signal::STOP);
        while !is_stopped(child) {
            std::thread::yield_now();
        }
    }
    // Neither holds up who comes now for longer than it is stopped; the answer came while the holder was.
    signal(&holder, Signal::CONT);
    let held = outcome(holder.wait_with_output().expect("it ends")).answer();
    signal(&waiter, Signal::CONT);
    assert_eq!(
        outcome(waiter.wait_with_output().expect("it ends")).stdout,
        held
    );
    home.assert_sign_ins(1, 1);
}

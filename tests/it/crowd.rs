//! Many processes at once: one signs in, all are answered.

use std::collections::HashSet;
use std::process::{Child, Stdio};

use sandbox::{Setup, User, UserState};

use crate::home::{ADA, Home, Outcome, outcome};

fn spawn(home: &Home, arguments: &[&str]) -> Child {
    let mut command = home.credential(arguments);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
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
    home.assert_sign_ins(1, 1);
    assert_eq!(home.sandbox.requests(), 5, "the engine too");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn two_hundred_with_a_wrong_password_send_it_once_and_all_hear_why() {
    let home = Home::usual();
    home.password("not it");
    let outcomes = home.crowd(200, &["get", "grafana"]);
    assert_eq!(outcomes.len(), 200);
    for outcome in outcomes {
        let words = outcome.failure(5);
        assert!(
            words.contains("Authentication failed (E0000004)"),
            "{words}"
        );
    }
    home.assert_passwords(1);
}

#[test]
fn two_crowds_with_a_wrong_password_send_it_once_and_a_changed_one_once_more() {
    let home = Home::usual();
    home.password("not it");
    for _ in 0..2 {
        for outcome in home.crowd(50, &["get", "grafana"]) {
            let _ = outcome.failure(5);
        }
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    home.password("not it either");
    for outcome in home.crowd(50, &["get", "grafana"]) {
        let _ = outcome.failure(5);
    }
    home.assert_passwords(2);
}

#[test]
fn a_crowd_with_a_seed_sends_one_password_and_one_code() {
    let home = crate::factors::with_seed(vec![sandbox::Factor::totp(crate::factors::SEED)]);
    let all = only(home.crowd(50, &["get", "grafana"]));
    // On a busy machine one may say for whom it waits.
    assert_eq!(all.code, 0, "{}", all.stderr);
    assert!(all.stdout.starts_with("AWSELBAuthSessionCookie-0="));
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (1, 1)
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_crowd_with_a_person_asks_that_person_once() {
    use crate::screen::{PATIENCE, Terminal, outcome};
    let home = crate::factors::home(
        crate::factors::setup(vec![sandbox::Factor::push("Ada's phone")]),
        "",
    );
    let mut terminal = Terminal::new();
    let all = "for i in 1 2 3 4 5 6 7 8 9 10; do credential get grafana & done; credential get grafana; wait";
    let child = terminal.start(&home, all);
    let phone = home.sandbox.phone(crate::home::ADA);
    assert!(phone.wait_for_push(PATIENCE));
    terminal.until("waiting for approval on Ada's phone");
    assert!(phone.open());
    assert!(phone.approve());
    let said = outcome(child);
    let cookies: std::collections::BTreeSet<&str> = said.stdout.lines().collect();
    assert_eq!((said.code, cookies.len()), (0, 1), "{}", said.stderr);
    assert_eq!(said.stdout.lines().count(), 11);
    assert_eq!(
        (home.sandbox.pushes(), home.sandbox.password_tries()),
        (1, 1)
    );
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
    home.assert_sign_ins(0, 1);
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
        let _ = outcome.failure(3);
    }
    home.assert_passwords(1);
}

#[test]
fn two_crowds_for_two_apps_of_one_org_send_one_password() {
    let home = Home::with_apps(&["grafana", "argocd"]);
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
    home.assert_sign_ins(1, 2);
}

#[test]
fn two_crowds_for_two_apps_of_one_org_send_one_wrong_password() {
    let home = Home::with_apps(&["grafana", "argocd"]);
    home.password("not it");
    let start =
        |app: &str| -> Vec<Child> { (0..25).map(|_| spawn(&home, &["get", app])).collect() };
    let children = [start("grafana"), start("argocd")].into_iter().flatten();
    for child in children.collect::<Vec<Child>>() {
        let outcome = outcome(child.wait_with_output().expect("it ends"));
        let words = outcome.failure(5);
        assert!(words.contains("Authentication failed"), "{words}");
    }
    home.assert_passwords(1);
}

#[test]
fn a_crowd_that_wants_a_fresh_session_each_gets_one_that_is() {
    let home = Home::usual();
    let old = home.run(&["get", "grafana"]).answer();
    for outcome in home.crowd(20, &["get", "grafana", "--fresh"]) {
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_ne!(outcome.stdout, old);
    }
    home.assert_passwords(1);
}

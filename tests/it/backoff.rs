//! The memory of a failure, so that no background tool locks an account or asks Okta all night.

use sandbox::{App, Fault, Limits, Setup, Step, User, UserState};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::home::{ADA, Home};

/// Runs `get` and asserts that it fails with `code` without a single request.
#[track_caller]
fn fails_silently(home: &Home, app: &str, code: i32) -> String {
    home.sandbox.clear_audit();
    let words = home.run(&["get", app]).told(code);
    assert_eq!(home.sandbox.requests(), 0);
    words
}

fn two_apps() -> Home {
    Home::with_apps(&["grafana", "argocd"])
}

fn with_state(state: UserState) -> Home {
    let mut user = User::new(ADA, sandbox::PASSWORD);
    user.state = state;
    let limits = Limits {
        authn_per_user_second: 1000,
        ..Limits::default()
    };
    Home::new(Setup {
        users: vec![user],
        limits,
        ..Setup::default()
    })
}

/// For how many seconds from now on the brake of the account holds, to the nearest ten.
fn pause(home: &Home) -> i64 {
    let (_, record) = home.account();
    let until = record["backoff"]["until"].as_str().expect("a date");
    let until = OffsetDateTime::parse(until, &Rfc3339).expect("RFC 3339");
    ((until - OffsetDateTime::now_utc()).whole_seconds() + 5) / 10 * 10
}

#[test]
fn a_refused_password_is_not_sent_again_by_any_process() {
    let home = two_apps();
    home.password("not it");
    home.run(&["get", "grafana"]).told(5);
    for app in ["grafana", "argocd", "grafana"] {
        let words = fails_silently(&home, app, 5);
        assert!(
            words.contains("Authentication failed") && words.contains("E0000004"),
            "{words}"
        );
        assert!(words.contains("credential login"), "{words}");
    }
}

#[test]
fn another_password_is_sent_at_once() {
    let home = two_apps();
    home.password("not it");
    home.run(&["get", "grafana"]).told(5);
    home.run(&["get", "argocd"]).told(5);
    home.password(sandbox::PASSWORD);
    home.run(&["get", "argocd"]).answer();
    home.run(&["get", "grafana"]).answer();
    home.assert_passwords(2);
}

#[test]
fn a_password_refused_before_the_last_one_is_remembered_or_sent_once() {
    let home = Home::usual();
    for password in ["first", "second", "second"] {
        home.password(password);
        home.run(&["get", "grafana"]).told(5);
    }
    assert_eq!(home.sandbox.password_tries(), 2);
}

#[test]
fn a_password_that_okta_takes_by_now_is_sent_again_by_login() {
    let home = Home::usual();
    home.password("the new one");
    home.run(&["get", "grafana"]).told(5);
    home.sandbox
        .change_user(ADA, |user| user.password = "the new one".into());
    fails_silently(&home, "grafana", 5);
    home.run(&["login", "grafana"]).done();
    home.run(&["get", "grafana"]).answer();
    home.assert_passwords(1);
}

#[test]
fn a_login_with_a_password_that_is_still_wrong_sends_it_once() {
    let home = Home::usual();
    home.password("not it");
    home.run(&["get", "grafana"]).told(5);
    home.sandbox.clear_audit();
    home.run(&["login", "grafana"]).told(5);
    assert_eq!(home.sandbox.password_tries(), 1);
    fails_silently(&home, "grafana", 5);
}

#[test]
fn what_is_remembered_of_a_password_is_not_the_password() {
    let home = Home::usual();
    home.password("only-in-one-place");
    home.run(&["get", "grafana"]).told(5);
    for (path, record) in home.records() {
        assert!(
            !record.to_string().contains("only-in-one-place"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn unattended_callers_of_what_only_a_person_can_mend_cost_okta_nothing() {
    let states = [
        (UserState::MfaRequired, 3),
        (UserState::MfaEnroll, 3),
        (UserState::PasswordExpired, 3),
        (UserState::Denied, 5),
    ];
    for (state, code) in states {
        let home = with_state(state);
        let first = home.run(&["get", "grafana"]).told(code);
        for _ in 0..2 {
            let again = fails_silently(&home, "grafana", code);
            assert_eq!(
                again.lines().next(),
                first.lines().next(),
                "the same reason"
            );
        }
        assert_eq!(home.sandbox.violations(), []);
    }
}

#[test]
fn a_missing_assignment_brakes_one_app_and_no_other() {
    let mut user = User::new(ADA, sandbox::PASSWORD);
    user.apps = Some(vec!["argocd".into()]);
    let apps = vec![App::new("grafana"), App::new("argocd")];
    let home = Home::new(Setup {
        users: vec![user],
        apps,
        ..Setup::default()
    });
    home.run(&["get", "grafana"]).told(5);
    fails_silently(&home, "grafana", 5);
    home.run(&["get", "argocd"]).answer();
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_login_releases_the_brake() {
    let home = with_state(UserState::MfaRequired);
    home.run(&["get", "grafana"]).told(3);
    home.sandbox
        .change_user(ADA, |user| user.state = UserState::Active);
    fails_silently(&home, "grafana", 3);
    home.run(&["login", "grafana"]).done();
    home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn the_brake_holds_for_a_minute_and_doubles_up_to_a_quarter_of_an_hour() {
    let home = with_state(UserState::MfaEnroll);
    home.run(&["get", "grafana"]).told(3);
    for expected in [60, 120, 240, 480, 900, 900] {
        assert_eq!(pause(&home), expected);
        fails_silently(&home, "grafana", 3);
        home.edit_account(|record| {
            record["backoff"]["until"] = crate::home::days_from_now(-1).into();
        });
        home.run(&["get", "grafana"]).told(3);
        assert_eq!(
            home.sandbox.password_tries(),
            1,
            "once the time has come it is tried once"
        );
    }
}

#[test]
fn a_brake_that_would_hold_too_long_is_not_believed() {
    let home = with_state(UserState::MfaEnroll);
    home.run(&["get", "grafana"]).told(3);
    home.sandbox
        .change_user(ADA, |user| user.state = UserState::Active);
    home.edit_account(|record| {
        record["backoff"]["until"] = crate::home::days_from_now(365).into();
    });
    home.run(&["get", "grafana"]).answer();
}

#[test]
fn a_session_that_is_still_good_is_answered_whatever_failed() {
    let home = Home::usual();
    let cold = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    home.sandbox
        .change_user(ADA, |user| user.state = UserState::MfaRequired);
    home.run(&["get", "grafana", "--fresh"]).told(3);
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["get", "grafana"]).answer(), cold);
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn trouble_of_a_server_is_tried_again_by_the_next_caller() {
    for (step, fault) in [
        (Step::Start, Fault::Html(502)),
        (Step::Authn, Fault::Cut),
        (Step::Authn, Fault::NotJson),
        (Step::Authorize, Fault::Html(503)),
        (Step::Callback, Fault::BalancerPage(500)),
    ] {
        let home = Home::usual();
        home.sandbox.fault((step, fault));
        home.run(&["get", "grafana"]).told(6);
        home.sandbox.clear_faults();
        home.run(&["get", "grafana"]).answer();
        assert_eq!(home.sandbox.violations(), [], "{step:?}");
    }
}

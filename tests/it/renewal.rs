//! A new session where there was one: silently where Okta still knows us, with one password where it does not.

use std::time::Duration;

use crate::home::Home;

/// A home for two apps of one org.
fn two_apps() -> Home {
    Home::with_apps(&["grafana", "argocd"])
}

#[test]
fn a_second_app_of_the_org_needs_no_password() {
    let home = two_apps();
    let first = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    let second = home.run(&["get", "argocd"]).answer();
    assert_ne!(first, second);
    home.assert_sign_ins(0, 1);
    assert_eq!(home.sandbox.requests(), 3, "app, authorize, callback");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn an_expired_session_is_renewed_silently() {
    let home = Home::usual();
    let first = home.run(&["get", "grafana"]).answer();
    home.expire("grafana");
    home.sandbox.clear_audit();
    let second = home.run(&["get", "grafana"]).answer();
    assert_ne!(first, second);
    home.assert_sign_ins(0, 1);
    assert_eq!(
        home.run(&["get", "grafana"]).answer(),
        second,
        "the new one is kept"
    );
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_configured_session_time_ends_a_session_before_its_cookie_does() {
    let home = Home::usual();
    home.append("session = \"12h\"");
    let first = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.run(&["get", "grafana"]).answer(), first);
    // The cookie's own Expires stays a week away.
    home.edit("grafana", |record| {
        record["session"]["issued_at"] = crate::home::days_from_now(-1).into();
    });
    home.sandbox.clear_audit();
    assert_ne!(home.run(&["get", "grafana"]).answer(), first);
    assert_eq!(home.sandbox.sessions_issued(), 1);
}

#[test]
fn an_ended_okta_session_costs_one_password_and_no_second_challenge() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    home.expire("grafana");
    home.sandbox.clear_audit();
    home.run(&["get", "grafana"]).answer();
    home.assert_sign_ins(1, 1);
    assert_eq!(
        home.challenges(),
        1,
        "rung 2 goes on with the challenge of rung 1"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn an_okta_session_that_idled_out_costs_one_password() {
    let home = two_apps();
    home.run(&["get", "grafana"]).answer();
    home.sandbox.advance(Duration::from_secs(3 * 60 * 60));
    home.sandbox.clear_audit();
    home.run(&["get", "argocd"]).answer();
    home.assert_sign_ins(1, 1);
}

#[test]
fn fresh_gives_a_new_session_though_the_old_one_is_good() {
    let home = Home::usual();
    let first = home.run(&["get", "grafana"]).answer();
    let second = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(first, second);
    assert_eq!(home.run(&["get", "grafana"]).answer(), second);
    home.assert_sign_ins(1, 2);
}

#[test]
fn a_session_that_the_alb_has_ended_is_renewed_when_verified() {
    let home = Home::usual();
    let first = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_app_sessions("grafana");
    assert_eq!(
        home.run(&["get", "grafana"]).answer(),
        first,
        "a hit asks nobody"
    );
    assert_eq!(
        home.run(&["get", "grafana", "--verify"]).answer(),
        first,
        "it is not five minutes old"
    );
    assert_ne!(home.run(&["get", "grafana", "--verify=0s"]).answer(), first);
    home.assert_sign_ins(1, 2);
}

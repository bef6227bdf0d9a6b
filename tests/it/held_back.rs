//! A sign-in that must not go on yet costs nothing: no request leaves, whatever engine the org runs on.

use sandbox::{Factor, Identity, Need, Setup};

use crate::factors::{SEED, assert_lawful, home, setup};
use crate::home::{Home, seconds_from_now};
use crate::identity::{requests, setup_at};

/// Unattended sign-ins that the account's record holds back from now on, at either engine.
fn held_back() -> Vec<(&'static str, Home)> {
    let needs = || [Need::AnyTwo];
    let with_factor = || vec![Factor::push("Ada's phone")];
    let mut homes = Vec::new();
    let rows: [(&'static str, Setup, bool, i32); 4] = [
        ("a refused password", setup(Vec::new()), true, 5),
        (
            "a refused password",
            setup_at(Identity::new(), [], []),
            true,
            5,
        ),
        ("a factor", setup(with_factor()), false, 3),
        (
            "a factor",
            setup_at(Identity::new(), with_factor(), needs()),
            false,
            3,
        ),
    ];
    for (what, setup, is_wrong, code) in rows {
        let home = home(setup, "");
        if is_wrong {
            home.password("stale");
        }
        let _ = home.run(&["get", "grafana"]).told(code);
        home.sandbox.clear_audit();
        homes.push((what, home));
    }
    homes
}

#[test]
fn a_call_that_is_held_back_sends_nothing() {
    for (what, home) in held_back() {
        let told = home.run(&["get", "grafana"]);
        assert!([3, 5].contains(&told.code), "{what}: {told:?}");
        assert_eq!(requests(&home), [""; 0], "{what}");
        // Not even to find the org's engine out once more.
        home.edit_account(|record| record["engine"] = serde_json::Value::Null);
        let _ = home.run(&["get", "grafana"]);
        assert_eq!(requests(&home), [""; 0], "{what}");
    }
}

#[test]
fn a_session_that_has_ended_is_asked_about_once() {
    let home = home(setup_at(Identity::new(), [], []), "");
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    home.password("stale");
    let _ = home.run(&["get", "grafana", "--fresh"]).told(5);
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "grafana", "--fresh"]).told(5);
    assert_eq!(requests(&home), [""; 0]);
}

/// A home whose Okta session serves grafana, and is too weak for argocd.
fn with_a_session_that_fails_argocd() -> Home {
    let home = crate::identity::with_two_apps(
        [Factor::push("Ada's phone")],
        [],
        [Need::AnyTwo],
        "remember_device = false",
    );
    let _ = home.run(&["get", "grafana"]).answer();
    let _ = home.run(&["get", "argocd"]).told(3);
    home.sandbox.clear_audit();
    home
}

#[test]
fn a_session_that_another_app_may_still_use_is_kept() {
    let home = with_a_session_that_fails_argocd();
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(home.sandbox.password_tries(), 0);
    assert_lawful(&home);
}

/// Only Okta knows whether the kept session serves an app by now: a person may have added the factor at another app.
#[test]
fn an_app_that_the_kept_session_fails_costs_its_silent_requests_alone() {
    let home = with_a_session_that_fails_argocd();
    let _ = home.run(&["get", "argocd"]).told(3);
    assert_eq!(requests(&home), ["GET app argocd ", "GET org authorize"]);
    home.assert_passwords(0);
}

#[test]
fn after_the_pause_the_sign_in_goes_on() {
    let home = home(
        setup_at(Identity::new(), vec![Factor::totp(SEED)], [Need::AnyTwo]),
        "",
    );
    let _ = home.run(&["get", "grafana"]).told(3);
    home.edit_account(|record| record["backoff"]["until"] = seconds_from_now(-1).into());
    home.append_to_org(crate::identity::SEEDED);
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let _ = home.run(&["get", "grafana"]).answer();
    assert_lawful(&home);
}

/// Has the configuration read the password by this source.
fn by(home: &Home, source: &str) {
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", source));
}

#[test]
fn a_password_is_read_once_although_another_one_was_refused() {
    for setup in [setup(Vec::new()), setup_at(Identity::new(), [], [])] {
        let home = home(setup, "");
        let read = "{ command = [\"sh\", \"-c\", \"echo x >> \\\"$HOME/runs\\\"; cat \\\"$HOME/secret\\\"\"] }";
        by(&home, read);
        let runs = || std::fs::read_to_string(home.path("home/runs")).unwrap_or_default();
        std::fs::write(home.path("home/secret"), "stale").expect("it is written");
        let _ = home.run(&["get", "grafana"]).told(5);
        assert_eq!(runs(), "x\n");
        // The refused password is read to be recognised, and nobody is asked.
        home.sandbox.clear_audit();
        let _ = home.run(&["get", "grafana"]).told(5);
        assert_eq!(requests(&home), [""; 0]);
        assert_eq!(runs(), "x\nx\n");
        std::fs::write(home.path("home/secret"), sandbox::PASSWORD).expect("it is written");
        let _ = home.run(&["get", "grafana"]).answer();
        assert_eq!(runs(), "x\nx\nx\n");
        assert_lawful(&home);
    }
}

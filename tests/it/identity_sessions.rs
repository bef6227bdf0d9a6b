//! Okta sessions of the Identity Engine: one for all apps, more where an app wants more, none of another account.

use std::time::Duration;

use sandbox::{App, Event, Factor, FactorKind, Identity, Need, PASSWORD, SignOn, User};

use crate::factors::{SEED, assert_lawful, home};
use crate::home::ADA;
use crate::identity::{SEEDED, at, requests, setup_at, steps, stocked, with_two_apps};
use crate::lockout_scene::busy;

#[test]
fn a_second_app_is_signed_in_to_silently() {
    let home = with_two_apps([], [], [], "");
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "argocd"]).answer();
    assert_eq!(
        requests(&home),
        [
            "GET app argocd ",
            "GET org authorize",
            "GET app argocd idpresponse",
        ]
    );
    assert_lawful(&home);
}

#[test]
fn an_app_that_wants_more_than_the_session_gets_the_missing_factor_alone() {
    let totp = || [Need::only(FactorKind::Totp)];
    let lines = format!("{SEEDED}\nremember_device = false");
    let home = with_two_apps([Factor::totp(SEED)], [], totp(), &lines);
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "argocd"]).answer();
    assert_eq!(
        requests(&home),
        [
            "GET app argocd ",
            "GET org authorize",
            "POST org introspect",
            "POST org answer",
            "GET org redirect",
            "GET app argocd idpresponse",
        ]
    );
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (0, 1)
    );
    assert_lawful(&home);
}

#[test]
fn two_apps_at_once_send_one_password() {
    let home = with_two_apps([], [], [], "");
    std::thread::scope(|scope| {
        let runs = ["grafana", "argocd"].map(|app| {
            let home = &home;
            scope.spawn(move || home.run(&["get", app]))
        });
        for run in runs {
            let said = run.join().expect("it runs");
            assert_eq!(said.code, 0, "{}", said.stderr);
        }
    });
    home.assert_passwords(1);
}

#[test]
fn a_session_that_has_ended_is_made_anew_with_the_same_device() {
    let home = at(Identity::new(), [], [], "");
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    let issued = |event: &Event| matches!(event, Event::DeviceIssued);
    assert_eq!(home.sandbox.count(issued), 1);
    let trails = home.sandbox.trails();
    assert_eq!(trails.len(), 2);
    assert_eq!(trails[0].devices, trails[1].devices);
    for trail in &trails {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(trail.agents, [format!("credential/{version}")]);
    }
    home.assert_passwords(2);
}

#[test]
fn a_session_of_another_account_is_not_used() {
    const BOB: &str = "bob@corp.example";
    let mut setup = setup_at(Identity::new(), [Factor::totp(SEED)], []);
    let bob = User::new(BOB, "another one").with_factors([Factor::totp(SEED)]);
    setup.users.push(bob);
    setup.apps[0] = App::new("grafana").signing_on(
        SignOn::asking([Need::Password, Need::only(FactorKind::Totp)])
            .again_after(Duration::from_secs(60)),
    );
    let home = stocked(home(busy(setup), ""));
    let text = home.configuration(&["grafana".into()]);
    let as_user = |name: &str, password: &str| {
        home.configure(&text.replace(ADA, name));
        home.append_to_org(&format!("{SEEDED}\nremember_device = false"));
        home.password(password);
        home.run(&["get", "grafana", "--fresh"])
    };
    let _ = as_user(BOB, "another one").answer();
    let _ = as_user(ADA, PASSWORD).answer();
    // Somebody has put Bob's session into the record of Ada.
    let accounts: Vec<_> = home
        .records()
        .into_iter()
        .filter(|(_, record)| record["key"]["app"].is_null())
        .collect();
    let is_bob = |record: &serde_json::Value| record["key"].to_string().contains(BOB);
    let of_bob = accounts.iter().find(|(_, record)| is_bob(record));
    let of_ada = accounts.iter().find(|(_, record)| !is_bob(record));
    let (of_bob, of_ada) = (of_bob.expect("Bob's"), of_ada.expect("Ada's"));
    let mut mixed = of_ada.1.clone();
    mixed["okta_session"] = of_bob.1["okta_session"].clone();
    mixed["session"] = of_bob.1["session"].clone();
    assert_ne!(mixed, of_ada.1, "the session has another name: {mixed}");
    std::fs::write(&of_ada.0, mixed.to_string()).expect("the record is written");
    home.sandbox.clear_audit();
    home.sandbox.advance(Duration::from_secs(90));
    let _ = as_user(ADA, PASSWORD).answer();
    let ada = |event: &Event| matches!(event, Event::SuccessSpent { user } if user == ADA);
    assert_eq!(home.sandbox.count(ada), 1);
    let bob = |event: &Event| matches!(event, Event::PasswordSent { user } if user == BOB);
    assert_eq!(home.sandbox.count(bob), 0);
    assert_lawful(&home);
}

#[test]
fn an_app_that_wants_everything_anew_each_time_is_given_it_each_time() {
    let mut setup = setup_at(Identity::new(), [], []);
    let policy = SignOn::asking([Need::Password]).again_after(Duration::ZERO);
    setup.apps[0] = App::new("grafana").signing_on(policy);
    let home = home(setup, "");
    for _ in 0..2 {
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    }
    assert_eq!(steps(&home), ["introspect", "challenge-authenticator"]);
    home.assert_passwords(2);
}

#[test]
fn logout_ends_the_session_at_okta() {
    let home = at(Identity::new(), [], [], "");
    let _ = home.run(&["get", "grafana"]).answer();
    let _ = home.run(&["logout", "corp"]).done();
    let ended = |event: &Event| matches!(event, Event::OktaSessionEnded { .. });
    assert_eq!(home.sandbox.count(ended), 1);
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    home.assert_passwords(2);
}

//! The device token: Okta's own, kept for each org and account, and sent whatever else was forgotten.

use sandbox::Event;

use crate::home::Home;

/// Returns how many times Okta has met a device that it does not know.
fn new_devices(home: &Home) -> usize {
    home.sandbox
        .count(|event| matches!(event, Event::DeviceIssued))
}

/// A home for two apps of one org, with `count` sign-ins behind it.
fn after_a_sign_in() -> Home {
    let home = Home::with_apps(&["grafana", "argocd"]);
    home.run(&["get", "grafana"]).answer();
    assert_eq!(
        new_devices(&home),
        1,
        "Okta gives one token, and the next request brings it back"
    );
    home
}

#[test]
fn okta_knows_the_device_again_when_its_session_has_ended() {
    let home = after_a_sign_in();
    home.sandbox.end_okta_sessions();
    home.run(&["get", "grafana", "--fresh"]).answer();
    home.run(&["get", "argocd"]).answer();
    assert_eq!((home.sandbox.password_tries(), new_devices(&home)), (2, 1));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn okta_knows_the_device_again_after_a_logout() {
    let home = after_a_sign_in();
    home.run(&["logout", "corp"]).done();
    assert!(!home.has_session());
    home.run(&["get", "grafana"]).answer();
    assert_eq!((home.sandbox.password_tries(), new_devices(&home)), (2, 1));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn okta_knows_the_device_again_after_a_refused_password() {
    let home = Home::usual();
    home.password("not it");
    home.run(&["get", "grafana"]).told(5);
    home.password(sandbox::PASSWORD);
    home.run(&["get", "grafana"]).answer();
    assert_eq!((home.sandbox.password_tries(), new_devices(&home)), (2, 1));
}

#[test]
fn a_logout_with_the_device_makes_it_a_new_one() {
    let home = after_a_sign_in();
    home.run(&["logout", "corp", "--device"]).done();
    home.run(&["get", "grafana"]).answer();
    assert_eq!((home.sandbox.password_tries(), new_devices(&home)), (2, 2));
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_logout_of_the_org_ends_its_okta_session_and_forgets_its_apps() {
    let home = after_a_sign_in();
    home.run(&["get", "argocd"]).answer();
    home.sandbox.clear_audit();
    home.run(&["logout", "corp"]).done();
    let ended = |event: &Event| matches!(event, Event::OktaSessionEnded { .. });
    assert_eq!(home.sandbox.count(ended), 1);
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    home.run(&["get", "argocd", "--no-sign-in"]).told(3);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_logout_of_one_app_leaves_the_others_and_the_okta_session() {
    let home = after_a_sign_in();
    let argocd = home.run(&["get", "argocd"]).answer();
    home.sandbox.clear_audit();
    home.run(&["logout", "grafana"]).done();
    assert_eq!(home.sandbox.requests(), 0);
    assert_eq!(home.run(&["get", "argocd"]).answer(), argocd);
    home.run(&["get", "grafana"]).answer();
    home.assert_passwords(0);
}

#[test]
fn a_logout_works_when_okta_cannot_be_reached() {
    let home = after_a_sign_in();
    home.sandbox
        .fault((sandbox::Step::Sessions, sandbox::Fault::Cut));
    let outcome = home.run(&["logout", "corp"]);
    assert_eq!(outcome.stdout, "", "{outcome:?}");
    assert!(
        !home.has_session(),
        "what is here is forgotten all the same"
    );
    home.sandbox.clear_audit();
    home.run(&["get", "grafana"]).answer();
    assert_eq!(
        home.sandbox.password_tries(),
        1,
        "the Okta session is forgotten too"
    );
}

//! `credential login`.

use sandbox::UserState;

use crate::home::{ADA, Home};

#[test]
fn login_signs_in_again_and_is_silent_without_a_terminal() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    assert_eq!(home.run(&["login", "wiki"]).answer(), "");
    assert!(home.is_cached("wiki") && !home.is_cached("grafana"));
    let before = home.run(&["get", "wiki"]).answer();
    assert_eq!(home.run(&["login", "wiki"]).answer(), "");
    assert_ne!(
        home.run(&["get", "wiki"]).answer(),
        before,
        "a sign-in, though the session was good"
    );
    assert_eq!(home.sandbox.sessions_issued(), 2);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn login_to_an_org_serves_all_its_apps() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    assert_eq!(home.run(&["login", "corp"]).answer(), "");
    assert_eq!(home.sandbox.password_tries(), 1);
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    assert_eq!(
        home.sandbox.password_tries(),
        1,
        "the Okta session serves them"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn login_accepts_a_url_or_no_target() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    let url = format!("{}/x", home.sandbox.app_url("wiki"));
    assert_eq!(home.run(&["login", &url]).answer(), "");
    assert!(home.is_cached("wiki"));
    let home = Home::with_apps(&["grafana", "wiki"]);
    assert_eq!(home.run(&["login"]).answer(), "");
    assert!(
        home.is_cached("grafana") && !home.is_cached("wiki"),
        "the only org, by its first app"
    );
    home.append("\n[org.other]\nurl = \"https://other.okta.com\"\nusername = \"ada\"\n");
    home.append("[app.x]\norg = \"other\"\nurl = \"https://x.example\"");
    let text = std::fs::read_to_string(home.path("config.toml")).expect("text");
    let text = text.replace("[app.grafana]\n", "[app.grafana]\norg = \"corp\"\n");
    home.configure(&text.replace("[app.wiki]\n", "[app.wiki]\norg = \"corp\"\n"));
    let words = home.run(&["login"]).failure(2);
    assert!(
        words.contains("grafana") && words.contains("wiki"),
        "which of them? {words}"
    );

    let only = Home::usual();
    assert_eq!(only.run(&["login"]).answer(), "");
    assert!(only.is_cached("grafana"));
}

#[test]
fn login_to_an_unknown_name_suggests_a_similar_one() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    let words = home.run(&["login", "wikki"]).failure(4);
    assert!(words.contains("did you mean \"wiki\"?"), "{words}");
    assert!(words.contains("hint: orgs: corp"), "{words}");
    for verb in ["login", "logout"] {
        let words = home.run(&[verb, "crop"]).failure(4);
        assert!(words.contains("did you mean \"corp\"?"), "{words}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn login_lets_a_refused_password_be_sent_again() {
    let home = Home::usual();
    home.password("the new one");
    let refused = home.run(&["get", "grafana"]).failure(5);
    assert!(refused.contains("Authentication failed"), "{refused}");
    // The password is right now, but only a person can know that.
    home.sandbox
        .change_user(ADA, |user| user.password = "the new one".into());
    let remembered = home.run(&["get", "grafana"]).failure(5);
    assert!(
        remembered.contains("credential login"),
        "what to do: {remembered}"
    );
    assert_eq!(home.sandbox.password_tries(), 1);

    assert_eq!(home.run(&["login", "grafana"]).answer(), "");
    assert_eq!(home.sandbox.password_tries(), 2);
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn login_reports_a_password_that_is_refused_again() {
    let home = Home::usual();
    home.password("wrong");
    for tries in 1..=2 {
        let words = home.run(&["login", "grafana"]).failure(5);
        assert!(words.contains("Authentication failed"), "{words}");
        assert_eq!(
            home.sandbox.password_tries(),
            tries,
            "a person's wish is obeyed, once"
        );
    }
    let _ = home.run(&["get", "grafana"]).failure(5);
    assert_eq!(home.sandbox.password_tries(), 2);
}

#[test]
fn login_ends_the_backoff() {
    let home = Home::usual();
    home.sandbox
        .change_user(ADA, |user| user.state = UserState::Denied);
    let first = home.run(&["get", "grafana"]).failure(5);
    home.sandbox
        .change_user(ADA, |user| user.state = UserState::Active);
    home.sandbox.clear_audit();
    let same = home.run(&["get", "grafana"]).failure(5);
    assert_eq!(home.sandbox.requests(), 0, "the brake holds");
    assert_eq!(
        same.lines().next(),
        first.lines().next(),
        "with the same reason"
    );
    assert_eq!(home.run(&["login", "grafana"]).answer(), "");
    let _ = home.run(&["get", "grafana"]).answer();
}

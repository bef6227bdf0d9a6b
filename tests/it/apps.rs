//! The apps there are: how large their sessions, what their cookies are called, which of their paths are protected.

use sandbox::{App, Event, Mode, Rule, Setup, User};

use crate::home::{ADA, Home};

/// A home for the app `grafana` with these rules, and a configuration without any app.
fn with_rules(rules: Vec<Rule>) -> Home {
    let mut app = App::new("grafana");
    app.rules = rules;
    let home = Home::bare(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    home.configure(&home.configuration(&[]));
    home
}

/// Adds an app to the configuration, at `path` of the sandbox's `grafana`.
fn add_app(home: &Home, name: &str, path: &str, lines: &str) {
    let origin = home.sandbox.app_url("grafana");
    home.append(&format!("[app.{name}]\nurl = \"{origin}{path}\"\n{lines}"));
}

/// Asserts that the ALB takes what is in the cache.
#[track_caller]
fn assert_accepted(home: &Home, app: &str) {
    home.sandbox.clear_audit();
    home.run(&["get", app, "--verify=0s"]).answer();
    let accepted = |event: &Event| matches!(event, Event::SessionAccepted { .. });
    assert_eq!(
        (home.sandbox.count(accepted), home.sandbox.requests()),
        (1, 1)
    );
    assert_eq!(home.sandbox.violations(), []);
}

/// The names of the cookies of an answer.
fn names(answer: &str) -> Vec<&str> {
    answer
        .trim_end()
        .split("; ")
        .map(|pair| pair.split('=').next().expect("a name"))
        .collect()
}

#[test]
fn a_session_of_one_to_four_shards_is_carried_whole_and_in_order() {
    for shards in 1..=4 {
        let user = User::new(ADA, sandbox::PASSWORD).with_shards(shards);
        let home = Home::new(Setup {
            users: vec![user],
            ..Setup::default()
        });
        let cold = home.run(&["get", "grafana"]).answer();
        let expected: Vec<String> = (0..shards)
            .map(|number| format!("AWSELBAuthSessionCookie-{number}"))
            .collect();
        assert_eq!(names(&cold), expected);
        assert_eq!(
            home.run(&["get", "grafana"]).answer(),
            cold,
            "the cache keeps it whole"
        );
        assert_accepted(&home, "grafana");
    }
}

#[test]
fn a_smaller_session_leaves_nothing_of_a_larger_one_behind() {
    let user = User::new(ADA, sandbox::PASSWORD).with_shards(4);
    let home = Home::new(Setup {
        users: vec![user],
        ..Setup::default()
    });
    assert_eq!(names(&home.run(&["get", "grafana"]).answer()).len(), 4);
    home.sandbox
        .change_user(ADA, |user| user.claims_bytes = 400);
    assert_eq!(
        names(&home.run(&["get", "grafana", "--fresh"]).answer()).len(),
        1
    );
    assert_accepted(&home, "grafana");
}

#[test]
fn claims_that_no_alb_can_carry_end_in_its_500() {
    let user = User::new(ADA, sandbox::PASSWORD).with_shards(5);
    let home = Home::new(Setup {
        users: vec![user],
        ..Setup::default()
    });
    let words = home.run(&["get", "grafana"]).told(6);
    assert!(words.contains("500") && words.contains("11 KB"), "{words}");
    assert!(!home.has_session());
    home.assert_passwords(1);
}

#[test]
fn a_session_cookie_may_have_any_base_name() {
    for name in [
        "grafana-session",
        "X-Amzn-Oidc-Data",
        "AWSELBAuthSessionCookie-0",
        "a",
        "__Secure-sso.v2",
    ] {
        let home = with_rules(vec![Rule::authenticate("/", "grafana").with_cookie(name)]);
        add_app(&home, "grafana", "", &format!("cookie = \"{name}\""));
        let cold = home.run(&["get", "grafana"]).answer();
        assert_eq!(names(&cold), [format!("{name}-0")]);
        assert_accepted(&home, "grafana");
    }
}

#[test]
fn a_wrong_cookie_name_is_told_with_the_right_one() {
    let home = with_rules(vec![
        Rule::authenticate("/", "grafana").with_cookie("grafana-session"),
    ]);
    add_app(&home, "grafana", "", "");
    let words = home.run(&["get", "grafana"]).told(2);
    assert!(words.contains("cookie = \"grafana-session\""), "{words}");
    assert!(!home.has_session());
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn two_families_with_one_beginning_are_kept_apart_on_one_host() {
    let home = with_rules(vec![
        Rule::authenticate("/entra", "entra").with_cookie("AWSELBAuthSessionCookie-Entra"),
        Rule::authenticate("/zero", "zero").with_cookie("AWSELBAuthSessionCookie-0"),
        Rule::authenticate("/", "grafana"),
    ]);
    add_app(&home, "plain", "/plain", "");
    add_app(
        &home,
        "entra",
        "/entra",
        "cookie = \"AWSELBAuthSessionCookie-Entra\"",
    );
    add_app(
        &home,
        "zero",
        "/zero",
        "cookie = \"AWSELBAuthSessionCookie-0\"",
    );
    let cookies = ["plain", "entra", "zero"].map(|app| home.run(&["get", app]).answer());
    let expected = [
        "AWSELBAuthSessionCookie-0",
        "AWSELBAuthSessionCookie-Entra-0",
        "AWSELBAuthSessionCookie-0-0",
    ];
    for (cookie, name) in cookies.iter().zip(expected) {
        assert_eq!(names(cookie), [name]);
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    for app in ["plain", "entra", "zero"] {
        assert_accepted(&home, app);
    }
}

#[test]
fn an_app_below_a_path_is_found_by_every_url_below_it_and_by_no_other() {
    let home = with_rules(vec![
        Rule::authenticate("/private", "grafana"),
        Rule::public("/"),
    ]);
    add_app(&home, "private", "/private", "");
    let origin = home.sandbox.app_url("grafana");
    let by_name = home.run(&["get", "private"]).answer();
    for path in [
        "/private",
        "/private/",
        "/private/deep/er?x=1#y",
        "/private?q",
    ] {
        assert_eq!(
            home.run(&["get", &format!("{origin}{path}")]).answer(),
            by_name,
            "{path}"
        );
    }
    for path in [
        "/",
        "/privateer",
        "/public/private",
        "/PRIVATE",
        "/private/../public",
    ] {
        let words = home.run(&["get", &format!("{origin}{path}")]).failure(4);
        assert!(words.starts_with("credential: "), "{words}");
    }
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_accepted(&home, "private");
}

#[test]
fn the_longest_path_decides_which_app_a_url_means() {
    let home = with_rules(vec![
        Rule::authenticate("/team/admin", "admin").with_cookie("Admin"),
        Rule::authenticate("/team", "team").with_cookie("Team"),
        Rule::authenticate("/", "grafana").with_cookie("Root"),
    ]);
    add_app(&home, "root", "", "cookie = \"Root\"");
    add_app(&home, "admin", "/team/admin", "cookie = \"Admin\"");
    add_app(&home, "team", "/team", "cookie = \"Team\"");
    let origin = home.sandbox.app_url("grafana");
    for (path, name) in [
        ("/team/admin/x", "Admin-0"),
        ("/team/administrator", "Team-0"),
        ("/teams", "Root-0"),
    ] {
        assert_eq!(
            names(&home.run(&["get", &format!("{origin}{path}")]).answer()),
            [name],
            "{path}"
        );
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn an_app_that_sends_its_root_to_its_sign_in_page_is_followed_there() {
    let mut app = App::new("grafana");
    app.rules = vec![Rule::authenticate("/login", "grafana")];
    app.root_redirect = Some("/login".into());
    let home = Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    home.run(&["get", "grafana"]).answer();
    home.assert_sign_ins(1, 1);
}

#[test]
fn a_sign_in_starts_at_the_configured_path() {
    let home = with_rules(vec![
        Rule::authenticate("/login", "grafana"),
        Rule::public("/"),
    ]);
    add_app(&home, "grafana", "", "start = \"/login\"");
    home.run(&["get", "grafana"]).answer();
    let started = |event: &Event| matches!(event, Event::Request { path, .. } if path == "/login");
    assert_eq!(home.sandbox.count(started), 1);
    assert_accepted(&home, "grafana");
}

#[test]
fn a_sign_in_starts_at_the_url_as_it_is_written() {
    let home = with_rules(vec![
        Rule::authenticate("/graf/", "grafana"),
        Rule::public("/"),
    ]);
    add_app(&home, "grafana", "/graf/", "");
    home.run(&["get", "grafana"]).answer();
    let report = home.run(&["doctor", "grafana"]);
    assert_eq!(report.code, 0, "{report:?}");
    let asked = |event: &Event| matches!(event, Event::Request { path, .. } if path == "/graf");
    assert_eq!(home.sandbox.count(asked), 0);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_path_without_protection_is_a_mistake_in_the_configuration() {
    let home = with_rules(vec![
        Rule::authenticate("/login", "grafana"),
        Rule::public("/"),
    ]);
    add_app(&home, "grafana", "", "");
    let words = home.run(&["get", "grafana"]).told(2);
    assert!(
        words.contains("hint: ") && words.contains("start") && words.contains("[app.grafana]"),
        "{words}"
    );
    assert!(!home.has_session());
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_rule_that_lets_everybody_through_is_a_mistake_in_the_configuration() {
    let home = with_rules(vec![
        Rule::authenticate("/", "grafana").in_mode(Mode::Allow),
    ]);
    add_app(&home, "grafana", "", "");
    let words = home.run(&["get", "grafana"]).told(2);
    assert!(words.contains("start"), "{words}");
}

#[test]
fn a_rule_that_denies_is_a_mistake_in_the_configuration() {
    let home = with_rules(vec![
        Rule::authenticate("/login", "grafana"),
        Rule::authenticate("/", "grafana").in_mode(Mode::Deny),
    ]);
    add_app(&home, "grafana", "", "");
    let words = home.run(&["get", "grafana"]).told(2);
    assert!(words.contains("401") && words.contains("start"), "{words}");
    home.append("start = \"/login\"");
    home.run(&["login", "grafana"]).done();
    home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn an_app_that_redirects_in_a_circle_is_given_up_on() {
    let mut app = App::new("grafana");
    app.rules = vec![Rule::public("/")];
    app.root_redirect = Some("/?again=1".into());
    let home = Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    home.run(&["get", "grafana"]).told(2);
    assert!(home.sandbox.requests() < 20, "{}", home.sandbox.requests());
}

#[test]
fn the_cookies_of_the_application_itself_are_no_part_of_the_session() {
    let home = Home::usual();
    let line = b"grafana_session=abc; Path=/; HttpOnly".to_vec();
    home.sandbox
        .fault((sandbox::Step::Callback, sandbox::Fault::SetCookie(line)));
    let cold = home.run(&["get", "grafana"]).answer();
    assert_eq!(names(&cold), ["AWSELBAuthSessionCookie-0"]);
    assert_accepted(&home, "grafana");
}

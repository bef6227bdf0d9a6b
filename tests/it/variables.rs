//! A configuration of environment variables alone, and the places of files.

use sandbox::{App, PASSWORD, Rule, Setup};

use crate::home::{ADA, Home, outcome};

/// Makes a home with variables and no configuration file.
fn environment_alone() -> Home {
    let mut home = Home::bare(Setup::default());
    home.configure("this = = would be an error\n");
    let (org, app) = (home.sandbox.org_url(), home.sandbox.app_url("grafana"));
    home.set("ALB_CREDENTIAL_ORG_URL", org);
    home.set("ALB_CREDENTIAL_USERNAME", ADA);
    home.set("ALB_CREDENTIAL_PASSWORD", PASSWORD);
    home.set("ALB_CREDENTIAL_APP_URL", app);
    home
}

#[test]
fn variables_alone_are_a_configuration_and_no_file_is_read() {
    let home = environment_alone();
    let cookie = home.run(&["get"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="), "{cookie}");
    let url = format!("{}/any/path", home.sandbox.app_url("grafana"));
    assert_eq!(home.run(&["get", &url]).answer(), cookie);
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
    let _ = home.run(&["get", "https://elsewhere.example/"]).failure(4);
}

#[test]
fn an_incomplete_set_of_variables_is_an_error_that_names_them() {
    let all = [
        "ALB_CREDENTIAL_ORG_URL",
        "ALB_CREDENTIAL_USERNAME",
        "ALB_CREDENTIAL_APP_URL",
    ];
    for missing in ["ALB_CREDENTIAL_USERNAME", "ALB_CREDENTIAL_APP_URL"] {
        let mut home = environment_alone();
        home.set(missing, "");
        let words = home.run(&["get"]).failure(2);
        for name in all {
            assert!(
                words.contains(name),
                "{name}, where {missing} is missing: {words}"
            );
        }
        assert_eq!(home.sandbox.requests(), 0);
    }
}

#[test]
fn without_a_password_variable_a_person_is_needed() {
    let mut home = environment_alone();
    home.set("ALB_CREDENTIAL_PASSWORD", "");
    let words = home.run(&["get"]).failure(3);
    assert!(
        words.contains("ALB_CREDENTIAL_PASSWORD") || words.contains("credential login"),
        "what to do: {words}"
    );
    assert_eq!(home.sandbox.password_tries(), 0);
}

#[test]
fn an_invalid_variable_is_an_error_that_names_it() {
    for (name, value) in [
        ("ALB_CREDENTIAL_ORG_URL", "http://corp.okta.example"),
        ("ALB_CREDENTIAL_ORG_URL", "corp.okta.example"),
        ("ALB_CREDENTIAL_APP_URL", "http://grafana.corp.example"),
        ("ALB_CREDENTIAL_APP_URL", "grafana"),
        ("ALB_CREDENTIAL_SESSION", "12 parsecs"),
        ("ALB_CREDENTIAL_COOKIE", "two words"),
        ("ALB_CREDENTIAL_START", "https://elsewhere.example/"),
        ("ALB_CREDENTIAL_FACTOR", "carrier-pigeon"),
    ] {
        let mut home = environment_alone();
        home.set(name, value);
        let words = home.run(&["get"]).failure(2);
        assert!(words.contains(name), "{name}={value}: {words}");
        assert_eq!(home.sandbox.requests(), 0, "{name}={value}");
    }
}

#[test]
fn the_optional_variables_are_obeyed() {
    let mut app = App::new("grafana");
    app.rules = vec![
        Rule::public("/public"),
        Rule::authenticate("/in", "grafana").with_cookie("Mine"),
    ];
    let mut home = Home::bare(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    let (org, app) = (home.sandbox.org_url(), home.sandbox.app_url("grafana"));
    for (name, value) in [
        ("ALB_CREDENTIAL_ORG_URL", org.as_str()),
        ("ALB_CREDENTIAL_USERNAME", ADA),
        ("ALB_CREDENTIAL_PASSWORD", PASSWORD),
        ("ALB_CREDENTIAL_APP_URL", &app),
        ("ALB_CREDENTIAL_START", "/in"),
        ("ALB_CREDENTIAL_COOKIE", "Mine"),
        ("ALB_CREDENTIAL_SESSION", "12h"),
    ] {
        home.set(name, value);
    }
    let json: serde_json::Value =
        serde_json::from_str(&home.run(&["get", "--as", "json"]).answer()).expect("JSON");
    assert_eq!(json["cookies"][0]["name"], "Mine-0");
    let moment = |member: &str| {
        let text = json[member].as_str().expect("a moment");
        time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
            .expect("RFC 3339")
    };
    let life = moment("expires_at") - moment("issued_at");
    assert!(
        life > time::Duration::hours(11) && life <= time::Duration::hours(12),
        "{life}"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn without_a_configuration_the_error_shows_what_to_write() {
    let home = Home::bare(Setup::default());
    let mut command = home.credential(&["get"]);
    command.env_remove("ALB_CREDENTIAL_CONFIG");
    let words = outcome(command.output().expect("the program starts")).failure(2);
    for needed in [
        "alb-credential/config.toml",
        "ALB_CREDENTIAL_ORG_URL",
        "[org.",
        "[app.",
    ] {
        assert!(words.contains(needed), "{needed}: {words}");
    }
}

#[test]
fn a_named_configuration_file_that_is_missing_is_an_error() {
    let home = Home::bare(Setup::default());
    let words = home.run(&["get"]).failure(2);
    assert!(
        words.contains("config.toml") && words.contains("ALB_CREDENTIAL_CONFIG"),
        "{words}"
    );
}

#[test]
fn configuration_and_cache_have_default_places_under_home() {
    let home = Home::usual();
    let config = home.path("home/.config/alb-credential");
    std::fs::create_dir_all(&config).expect("a directory");
    let text = std::fs::read_to_string(home.path("config.toml")).expect("the configuration");
    let password = home.path("password");
    let text = text.replace("\"password\"", &format!("{password:?}"));
    std::fs::write(config.join("config.toml"), text).expect("a file");
    let run = |variables: &[(&str, &std::path::Path)]| {
        let mut command = home.credential(&["get", "grafana"]);
        command
            .env_remove("ALB_CREDENTIAL_CONFIG")
            .env_remove("ALB_CREDENTIAL_CACHE");
        command.envs(variables.iter().copied());
        outcome(command.output().expect("the program starts"))
    };
    let _ = run(&[]).answer();
    if cfg!(target_os = "linux") {
        assert!(home.path("home/.cache/alb-credential").is_dir());
        let moved = home.path("elsewhere");
        let _ = run(&[("XDG_CACHE_HOME", &moved)]).answer();
        assert!(moved.join("alb-credential").is_dir());
        let words = run(&[("XDG_CONFIG_HOME", &moved)]).failure(4);
        assert!(
            words.contains("elsewhere/alb-credential/config.toml"),
            "{words}"
        );
    }
}

#[test]
fn a_relative_path_is_relative_to_the_configuration_file() {
    let home = Home::usual();
    let mut command = home.credential(&["get", "grafana"]);
    command.current_dir("/");
    let _ = outcome(command.output().expect("the program starts")).answer();
}

//! docker's credential-helper protocol, spoken by the real docker client where it is installed.

use sandbox::Setup;
use serde_json::Value;

use crate::dialects::{authority, called, cookie};
use crate::home::{ADA, Home, Outcome, outcome};
use crate::tools::{beside, tool};

#[test]
fn docker_gets_the_account_and_the_cookie() {
    let home = Home::usual();
    let url = home.sandbox.app_url("grafana");
    for server in [
        url.clone(),
        format!("{url}\n"),
        format!("  {url}\r\n"),
        authority(&home),
        format!("{url}/v2/"),
    ] {
        let answer = called(&home, "docker-credential-alb", &["get"], &server).answer();
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["Username"], ADA, "{server:?}");
        assert_eq!(answer["Secret"], cookie(&home), "{server:?}");
        assert!(
            answer["ServerURL"]
                .as_str()
                .is_some_and(|text| text.contains(&authority(&home))),
            "{answer}"
        );
        assert_eq!(answer.as_object().expect("an object").len(), 3, "{answer}");
    }
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

/// Returns the text of a failure as docker's library reads it: on stdout, with exit code 1 and an empty stderr.
#[track_caller]
fn refused(said: &Outcome) -> &str {
    assert_eq!(
        (said.code, said.stderr.as_str()),
        (1, ""),
        "stdout: {}",
        said.stdout
    );
    said.stdout.trim()
}

#[test]
fn an_unknown_server_gets_dockers_own_not_found_text() {
    let home = Home::usual();
    let not_found = "credentials not found in native keychain";
    for server in [
        "elsewhere.example".to_owned(),
        "https://index.docker.io/v1/".to_owned(),
        "127.0.0.1".to_owned(),
        authority(&home).replace("127.0.0.1", "http://127.0.0.1"),
    ] {
        assert_eq!(
            refused(&called(&home, "docker-credential-alb", &["get"], &server)),
            not_found,
            "{server}"
        );
    }
    for nothing in ["", "\n", " \r\n"] {
        let said = called(&home, "docker-credential-alb", &["get"], nothing);
        assert_eq!(refused(&said), "no credentials server URL", "{nothing:?}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn docker_gets_the_reason_of_a_failed_sign_in_not_not_found() {
    let home = Home::usual();
    home.password("wrong");
    let said = called(&home, "docker-credential-alb", &["get"], &authority(&home));
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.stdout.contains("Authentication failed"),
        "Okta's words: {said:?}"
    );
    for soft in [
        "credentials not found",
        "no credentials server URL",
        "no credentials username",
    ] {
        assert!(!said.stdout.contains(soft), "{said:?}");
    }
    assert_eq!(home.sandbox.password_tries(), 1);
}

#[test]
fn docker_erases_known_and_unknown_servers_silently() {
    let home = Home::usual();
    let _ = cookie(&home);
    let url = home.sandbox.app_url("grafana");
    for stranger in ["elsewhere.example".to_owned(), url.replace("https", "http")] {
        assert_eq!(
            called(&home, "docker-credential-alb", &["erase"], &stranger).answer(),
            "",
            "{stranger}"
        );
    }
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).code,
        0,
        "the session is still there"
    );
    for server in [&url, &url] {
        assert_eq!(
            called(&home, "docker-credential-alb", &["erase"], server).answer(),
            ""
        );
        assert_eq!(
            home.run(&["get", "grafana", "--no-sign-in"]).code,
            3,
            "the session is gone"
        );
    }
    let said = called(&home, "docker-credential-alb", &["erase"], "");
    assert_eq!(refused(&said), "no credentials server URL");
}

#[test]
fn docker_lists_fresh_sessions_without_a_sign_in() {
    let home = Home::new(Setup {
        apps: vec![sandbox::App::new("grafana"), sandbox::App::new("wiki")],
        ..Setup::default()
    });
    assert_eq!(
        called(&home, "docker-credential-alb", &["list"], "unused")
            .answer()
            .trim(),
        "{}"
    );
    assert_eq!(home.sandbox.requests(), 0);

    let _ = cookie(&home);
    home.sandbox.clear_audit();
    let list = called(&home, "docker-credential-alb", &["list"], "unused").answer();
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let list = list.as_object().expect("an object");
    assert_eq!(list.len(), 1, "{list:?}");
    let (server, account) = list.iter().next().expect("one");
    assert_eq!(account, ADA);
    let got = called(&home, "docker-credential-alb", &["get"], server).answer();
    assert!(got.contains(&cookie(&home)));
    assert_eq!(home.sandbox.requests(), 0, "what is listed is there");
}

#[test]
fn the_docker_helper_prints_version_and_usage_like_others() {
    let home = Home::usual();
    for argument in ["version", "--version", "-v"] {
        let version = called(&home, "docker-credential-alb", &[argument], "").answer();
        assert!(
            version.contains(env!("CARGO_PKG_VERSION")) && version.lines().count() == 1,
            "{argument}: {version}"
        );
    }
    for argument in ["--help", "-h"] {
        let help = called(&home, "docker-credential-alb", &[argument], "").answer();
        for action in ["get", "store", "erase", "list", "version"] {
            assert!(help.contains(action), "{argument}: {help}");
        }
    }
    let unknown = called(&home, "docker-credential-alb", &["frobnicate"], "");
    assert_eq!(
        refused(&unknown),
        "docker-credential-alb: unknown action: frobnicate"
    );
    assert!(
        refused(&called(&home, "docker-credential-alb", &[], ""))
            .contains("docker-credential-alb <")
    );
}

#[test]
fn the_docker_helper_takes_exactly_one_argument() {
    let home = Home::usual();
    let said = called(
        &home,
        "docker-credential-alb",
        &["get", "list"],
        &authority(&home),
    );
    assert!(
        refused(&said).contains("docker-credential-alb <"),
        "the usage: {said:?}"
    );
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn the_docker_client_gets_the_cookie_and_logs_out() {
    if !tool("docker") {
        return;
    }
    let home = Home::usual();
    let registry = authority(&home);
    std::fs::create_dir(home.path("docker")).expect("a directory");
    let configuration = serde_json::json!({ "credHelpers": { &registry: "alb" } });
    std::fs::write(home.path("docker/config.json"), configuration.to_string())
        .expect("docker's configuration");
    let docker = |arguments: &[&str]| {
        let mut command = beside(&home, "docker");
        command
            .env("DOCKER_CONFIG", home.path("docker"))
            .args(arguments);
        outcome(command.output().expect("docker starts"))
    };
    // There is no registry behind this ALB, and docker says so; before that it has asked its helper.
    let image = format!("{registry}/team/image:1");
    assert_eq!(docker(&["manifest", "inspect", &image]).code, 1);
    assert_eq!(home.sandbox.sessions_issued(), 1, "the helper signed in");
    let _ = home.run(&["get", "grafana", "--no-sign-in"]).answer();

    let logout = docker(&["logout", &registry]);
    assert_eq!(
        (logout.code, logout.stderr.as_str()),
        (0, ""),
        "{}",
        logout.stdout
    );
    let _ = home.run(&["get", "grafana", "--no-sign-in"]).failure(3);
}

#[test]
fn docker_logs_out_of_other_servers_without_a_sign_in() {
    if !tool("docker") {
        return;
    }
    let home = Home::usual();
    std::fs::create_dir(home.path("docker")).expect("a directory");
    std::fs::write(home.path("docker/config.json"), r#"{"credsStore":"alb"}"#)
        .expect("docker's configuration");
    let mut command = beside(&home, "docker");
    command
        .env("DOCKER_CONFIG", home.path("docker"))
        .args(["logout", "elsewhere.example"]);
    let logout = outcome(command.output().expect("docker starts"));
    assert_eq!(
        (logout.code, logout.stderr.as_str()),
        (0, ""),
        "{}",
        logout.stdout
    );
    assert_eq!(home.sandbox.requests(), 0);
}

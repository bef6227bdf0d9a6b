//! The credential-helper protocols: git's with the real git, docker's with the real docker, Bazel's by the book.

use std::process::Command;

use sandbox::{Event, Fault, Setup, Step};
use serde_json::Value;

use crate::home::{ADA, Home, Outcome, feed, outcome};
use crate::tools::{beside, tool};

/// The helper that git asks after ours: it knows every host.
const NEXT: &str = "!f() { test \"$1\" = get && printf 'username=next\\npassword=one\\n'; }; f";

/// The app's host and port.
fn authority(home: &Home) -> String {
    home.sandbox
        .app_url("grafana")
        .trim_start_matches("https://")
        .to_owned()
}

/// The cookie, by way of the plain dialect.
fn cookie(home: &Home) -> String {
    home.run(&["get", "grafana"]).answer().trim_end().to_owned()
}

/// What git asks about the app.
fn request(home: &Home) -> String {
    format!("protocol=https\nhost={}\n\n", authority(home))
}

/// The program under one of its other names.
fn called(home: &Home, name: &str, arguments: &[&str], input: &str) -> Outcome {
    let mut command = beside(home, name);
    command.args(arguments);
    feed(command, input)
}

/// `git credential VERB` with `helper` and after it one that knows every host.
fn git(home: &Home, helper: &str, verb: &str, input: &str) -> Outcome {
    let mut command: Command = beside(home, "git");
    command.env("GIT_TERMINAL_PROMPT", "0");
    let helpers = [
        format!("credential.helper={helper}"),
        format!("credential.helper={NEXT}"),
    ];
    command.args(["-c", &helpers[0], "-c", &helpers[1], "credential", verb]);
    feed(command, input)
}

/// The value of a key in git's answer.
fn value<'a>(answer: &'a str, key: &str) -> Option<&'a str> {
    answer
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
}

// git

#[test]
fn git_gets_the_account_and_the_cookie_by_either_way_of_naming_the_helper() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    for helper in ["alb", "!credential"] {
        let answer = git(&home, helper, "fill", &request(&home)).answer();
        assert_eq!(value(&answer, "username"), Some(ADA), "{helper}");
        assert_eq!(
            value(&answer, "password"),
            Some(cookie(&home).as_str()),
            "{helper}"
        );
        let end: i64 = value(&answer, "password_expiry_utc")
            .expect("an expiry")
            .parse()
            .expect("seconds");
        let days = (end - time::OffsetDateTime::now_utc().unix_timestamp()) / (24 * 60 * 60);
        assert!(
            (6..=7).contains(&days),
            "{helper}: the session ends in {days} days"
        );
    }
    assert_eq!(home.sandbox.sessions_issued(), 1, "both ask the same cache");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn git_asks_the_next_helper_for_a_host_that_is_no_app() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let port = authority(&home)
        .split(':')
        .nth(1)
        .expect("a port")
        .to_owned();
    let strangers = [
        "protocol=https\nhost=elsewhere.example\n\n".to_owned(),
        // The app's host, and not its origin.
        "protocol=https\nhost=127.0.0.1\n\n".to_owned(),
        format!("protocol=http\nhost=127.0.0.1:{port}\n\n"),
        format!("protocol=https\nhost=127.0.0.1.elsewhere.example:{port}\n\n"),
        format!("protocol=https\nhost=localhost:{port}\n\n"),
    ];
    for helper in ["alb", "!credential"] {
        for stranger in &strangers {
            let answer = git(&home, helper, "fill", stranger).answer();
            assert_eq!(
                value(&answer, "username"),
                Some("next"),
                "{helper}: {stranger}"
            );
        }
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn git_asks_the_next_helper_for_another_user() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let other = format!(
        "protocol=https\nhost={}\nusername=bob\n\n",
        authority(&home)
    );
    let answer = git(&home, "alb", "fill", &other).answer();
    assert_eq!(
        (value(&answer, "username"), value(&answer, "password")),
        (Some("next"), Some("one"))
    );
    assert_eq!(home.sandbox.requests(), 0, "nobody signed in for that");
    let own = format!(
        "protocol=https\nhost={}\nusername={ADA}\n\n",
        authority(&home)
    );
    let answer = git(&home, "alb", "fill", &own).answer();
    assert_eq!(value(&answer, "password"), Some(cookie(&home).as_str()));
}

#[test]
fn a_sign_in_that_failed_makes_git_quit_and_not_ask_on() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    home.password("wrong");
    for helper in ["alb", "!credential"] {
        let quit = git(&home, helper, "fill", &request(&home));
        let words = quit.failure(128);
        assert!(
            words.contains("Authentication failed"),
            "Okta's words, {helper}: {words}"
        );
        assert!(words.contains("quit"), "git's words, {helper}: {words}");
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn an_approved_credential_changes_nothing() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let filled = git(&home, "alb", "fill", &request(&home)).answer();
    home.sandbox.clear_audit();
    for helper in ["alb", "!credential"] {
        assert_eq!(
            git(&home, helper, "approve", &filled).answer(),
            "",
            "{helper}"
        );
    }
    assert_eq!(git(&home, "alb", "fill", &request(&home)).answer(), filled);
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_rejected_password_removes_the_session_only_if_it_is_the_stored_one() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let first = git(&home, "alb", "fill", &request(&home)).answer();
    let other = format!(
        "protocol=https\nhost={}\nusername={ADA}\npassword=old\n\n",
        authority(&home)
    );
    for helper in ["alb", "!credential"] {
        assert_eq!(
            git(&home, helper, "reject", &other).answer(),
            "",
            "{helper}"
        );
    }
    assert_eq!(
        git(&home, "alb", "fill", &request(&home)).answer(),
        first,
        "the session is still there"
    );
    assert_eq!(home.sandbox.sessions_issued(), 1);

    for (helper, sessions) in [("alb", 2), ("!credential", 3)] {
        let current = git(&home, "alb", "fill", &request(&home)).answer();
        assert_eq!(
            git(&home, helper, "reject", &current).answer(),
            "",
            "{helper}"
        );
        let next = git(&home, "alb", "fill", &request(&home)).answer();
        assert_ne!(
            value(&next, "password"),
            value(&current, "password"),
            "{helper}"
        );
        assert_eq!(home.sandbox.sessions_issued(), sessions, "{helper}");
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_rejection_without_a_password_removes_the_session_and_one_of_another_user_does_not() {
    let home = Home::usual();
    let first = cookie(&home);
    let other = format!(
        "protocol=https\nhost={}\nusername=bob\n\n",
        authority(&home)
    );
    assert_eq!(
        called(&home, "git-credential-alb", &["erase"], &other).answer(),
        ""
    );
    assert_eq!(cookie(&home), first);
    assert_eq!(
        called(&home, "git-credential-alb", &["erase"], &request(&home)).answer(),
        ""
    );
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).code,
        3,
        "the session is gone"
    );
}

#[test]
fn an_erasure_that_names_nothing_erases_nothing() {
    let home = Home::usual();
    let first = cookie(&home);
    let _ = called(&home, "git-credential-alb", &["erase"], "\n");
    let _ = called(&home, "git-credential-alb", &["erase"], "");
    let _ = called(
        &home,
        "git-credential-alb",
        &["erase"],
        &format!("host={}\n\n", authority(&home)),
    );
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"])
            .answer()
            .trim_end(),
        first
    );
}

#[test]
fn git_may_name_the_app_by_url_and_with_what_later_gits_send() {
    let home = Home::usual();
    let secret = cookie(&home);
    let url = home.sandbox.app_url("grafana");
    for request in [
        format!("url={url}/team/repository.git\n\n"),
        // A URL puts everything before it back.
        format!("protocol=https\nhost=elsewhere.example\nurl={url}\n\n"),
        format!(
            "capability[]=authtype\ncapability[]=state\nprotocol=https\nhost={}\npath=team/repository.git\n\
             wwwauth[]=Basic realm=\"x\"\nwwwauth[]=Negotiate\nfuture=1\n\n",
            authority(&home)
        ),
        format!("protocol=https\r\nhost={}\r\n\r\n", authority(&home)),
        // No blank line at the end.
        format!("protocol=https\nhost={}", authority(&home)),
        // What comes after the blank line is of another request.
        format!(
            "protocol=https\nhost={}\n\nhost=elsewhere.example\n",
            authority(&home)
        ),
    ] {
        let answer = called(&home, "git-credential-alb", &["get"], &request).answer();
        assert_eq!(
            value(&answer, "password"),
            Some(secret.as_str()),
            "{request}"
        );
    }
    let elsewhere = format!(
        "protocol=https\nhost={}\nurl=https://elsewhere.example\n\n",
        authority(&home)
    );
    assert_eq!(
        called(&home, "git-credential-alb", &["get"], &elsewhere).answer(),
        ""
    );
}

#[test]
fn options_before_the_action_do_not_confuse_the_helper() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    let answer = git(&home, "alb --timeout=1", "fill", &request(&home)).answer();
    assert_eq!(value(&answer, "username"), Some(ADA));
}

#[test]
fn verbs_that_are_not_known_to_the_git_helper_are_ignored() {
    let home = Home::usual();
    for verb in ["list", "renew", "--help-me", "Get"] {
        assert_eq!(
            called(&home, "git-credential-alb", &[verb], &request(&home)).answer(),
            "",
            "{verb}"
        );
    }
    let capability = called(&home, "git-credential-alb", &["capability"], "").answer();
    assert_eq!(capability.lines().next(), Some("version 0"));
    assert!(
        capability
            .lines()
            .skip(1)
            .all(|line| line.starts_with("capability ")),
        "{capability}"
    );
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_malformed_request_of_git_gets_no_secret_and_no_network() {
    let home = Home::usual();
    let own = cookie(&home);
    home.sandbox.clear_audit();
    let authority = authority(&home);
    let long = "x".repeat(70_000);
    for malformed in [
        format!("protocol=https\nhost=elsewhere.example\rhost={authority}\n\n"),
        format!("protocol=https\nhost={authority}\0\n\n"),
        format!("host={authority}\n\n"),
        "protocol=https\n\n".to_owned(),
        "protocol=https\nhost=\n\n".to_owned(),
        format!("protocol=\nhost={authority}\n\n"),
        format!("protocol=https\nhost={authority}\nwwwauth[]={long}\n\n"),
        format!("protocol=https\nhost={authority}\nno key and no value\n\n"),
        "\n".to_owned(),
        String::new(),
    ] {
        let shown: String = malformed.chars().take(80).collect();
        let said = called(&home, "git-credential-alb", &["get"], &malformed);
        assert!(!said.stdout.contains("password="), "{shown:?}: {said:?}");
        assert!(
            !said.stdout.contains(&own) && !said.stderr.contains(&own),
            "{shown:?}"
        );
        assert!(
            !said.stderr.contains(['\r', '\0']),
            "{shown:?}: {:?}",
            said.stderr
        );
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_long_line_does_not_smuggle_a_host_in() {
    // What a helper with a buffer of fixed size would read as a line of its own.
    let home = Home::usual();
    let _ = cookie(&home);
    for length in [1000, 1024, 4096, 8192, 65_000] {
        let padding = "x".repeat(length);
        let request = format!(
            "protocol=https\nhost=elsewhere.example\nwwwauth[]={padding}host={}\n\n",
            authority(&home)
        );
        assert_eq!(
            called(&home, "git-credential-alb", &["get"], &request).answer(),
            "",
            "{length}"
        );
    }
}

#[test]
fn a_broken_configuration_does_not_disturb_git_elsewhere() {
    if !tool("git") {
        return;
    }
    let home = Home::usual();
    home.configure("this is = = no TOML\n");
    let stranger = "protocol=https\nhost=elsewhere.example\n\n";
    for helper in ["alb", "!credential"] {
        let said = git(&home, helper, "fill", stranger);
        assert_eq!(said.code, 0, "{helper}: {}", said.stderr);
        assert_eq!(
            value(&said.stdout, "username"),
            Some("next"),
            "{helper}: {}",
            said.stderr
        );
    }
    let own = called(&home, "git-credential-alb", &["get"], stranger);
    assert!(!own.stdout.contains("quit"), "{own:?}");
    assert!(
        own.stderr.contains("config.toml:1:"),
        "the person hears of it: {}",
        own.stderr
    );
}

#[test]
fn without_a_configuration_the_git_helper_leaves_every_host_to_others() {
    if !tool("git") {
        return;
    }
    let home = Home::bare(Setup::default());
    let said = git(
        &home,
        "alb",
        "fill",
        "protocol=https\nhost=elsewhere.example\n\n",
    );
    assert_eq!(
        (value(&said.stdout, "username"), said.code),
        (Some("next"), 0),
        "{}",
        said.stderr
    );
}

// docker

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

/// What docker's library reads of a failure: text on stdout, exit code 1, nothing on stderr.
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
fn docker_hears_in_its_own_words_that_nothing_is_known() {
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
fn docker_hears_why_a_sign_in_failed_and_does_not_take_it_for_absence() {
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
fn docker_erases_what_it_names_and_what_is_not_there_without_a_word() {
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
fn docker_lists_what_is_fresh_and_never_signs_in_for_it() {
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
fn the_docker_helper_says_its_version_and_its_usage_as_others_do() {
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
fn the_docker_client_asks_for_the_app_and_logs_out_of_it() {
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
    // No registry is behind this ALB, and docker says so; by then it has asked its helper.
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
fn docker_with_the_helper_for_all_its_servers_is_not_asked_to_sign_in() {
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

// Bazel

#[test]
fn bazel_gets_a_header_and_an_expiry() {
    let home = Home::usual();
    let uri = format!(
        "{}/repository/rules.tar.gz?x=1",
        home.sandbox.app_url("grafana")
    );
    let request = serde_json::json!({ "uri": uri, "future": [1, 2] }).to_string();
    let cookie = cookie(&home);
    for (program, arguments) in [
        ("bazel-credential-alb", &["get"][..]),
        ("credential", &["get", "--protocol", "bazel"]),
        ("credential", &["get"]),
    ] {
        let answer = called(&home, program, arguments, &request).answer();
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(
            answer["headers"],
            serde_json::json!({ "Cookie": [cookie] }),
            "{program} {arguments:?}"
        );
        let expires = answer["expires"].as_str().expect("an expiry");
        let parsed =
            time::OffsetDateTime::parse(expires, &time::format_description::well_known::Rfc3339);
        assert!(
            parsed.is_ok_and(|end| end > time::OffsetDateTime::now_utc()),
            "{expires}"
        );
    }
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn bazel_hears_on_stderr_what_was_wrong() {
    let home = Home::usual();
    for (arguments, request) in [
        (&["get"][..], r#"{"uri":"https://elsewhere.example/x"}"#),
        (&["get"], "{}"),
        (&["get"], "{"),
        (&["get"], "[]"),
        (&["get"], ""),
        (&["get"], r#"{"uri":7}"#),
        (&["get"], r#"{"uri":"elsewhere.example"}"#),
        (&["frobnicate"], r#"{"uri":"https://elsewhere.example/x"}"#),
        (&[], ""),
    ] {
        let said = called(&home, "bazel-credential-alb", arguments, request);
        assert_ne!(said.code, 0, "{arguments:?} {request}");
        assert_eq!(said.stdout, "", "{arguments:?} {request}");
        assert!(
            said.stderr.starts_with("credential: "),
            "{arguments:?} {request}: {}",
            said.stderr
        );
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn bazel_is_told_which_command_to_run_where_a_person_is_needed() {
    let home = Home::usual();
    let prompting = home
        .configuration(&["grafana".into()])
        .replace("{ file = \"password\" }", "{ prompt = true }");
    home.configure(&prompting);
    let request = format!("{{\"uri\":\"{}/\"}}", home.sandbox.app_url("grafana"));
    let words = called(&home, "bazel-credential-alb", &["get"], &request).failure(3);
    assert!(words.contains("credential login grafana"), "{words}");
}

// Sniffing

#[test]
fn a_request_without_a_dialect_is_answered_in_its_own() {
    let home = Home::usual();
    let cookie = cookie(&home);
    let url = home.sandbox.app_url("grafana");
    let git = home.run_with(&["get"], &request(&home)).answer();
    assert_eq!(value(&git, "password"), Some(cookie.as_str()));
    let git = home
        .run_with(&["get"], &format!("capability[]=state\n{}", request(&home)))
        .answer();
    assert_eq!(value(&git, "password"), Some(cookie.as_str()));
    for docker in [
        url.clone(),
        format!("{url}\n"),
        authority(&home),
        format!("{}\r\n", authority(&home)),
    ] {
        let answer = home.run_with(&["get"], &docker).answer();
        assert!(
            answer.starts_with("{\"ServerURL\":") && answer.contains(&cookie),
            "{docker:?}: {answer}"
        );
    }
    let bazel = home
        .run_with(&["get"], &format!(" \n{{\"uri\":\"{url}/x\"}}"))
        .answer();
    assert!(bazel.starts_with("{\"headers\":{\"Cookie\":["), "{bazel}");
}

#[test]
fn the_dialect_may_be_named_whatever_the_request_looks_like() {
    let home = Home::usual();
    let git = home
        .run_with(&["get", "--protocol", "git"], &request(&home))
        .answer();
    assert_eq!(value(&git, "username"), Some(ADA));
    let docker = home
        .run_with(&["get", "--protocol", "docker"], &authority(&home))
        .answer();
    assert!(docker.contains("\"ServerURL\""), "{docker}");
    let silent = home
        .run_with(
            &["get", "--protocol", "git"],
            "protocol=https\nhost=elsewhere.example\n\n",
        )
        .answer();
    assert_eq!(silent, "");
    let words = home.run_with(&["get", "--protocol", "svn"], "").failure(2);
    for dialect in ["git", "docker", "bazel"] {
        assert!(words.contains(dialect), "{words}");
    }
}

#[test]
fn what_is_no_request_is_an_error_that_says_to_name_an_app() {
    let home = Home::usual();
    for noise in [
        "hello world",
        "one line\nand another\n",
        "host\nhost\n",
        "\u{1}\u{2}",
        "[1]",
        "- a: b",
    ] {
        let words = home.run_with(&["get"], noise).failure(2);
        assert!(words.contains("credential get APP"), "{noise:?}: {words}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn an_empty_stdin_means_the_default_app() {
    let home = Home::usual();
    let cookie = cookie(&home);
    assert_eq!(home.run(&["get"]).answer().trim_end(), cookie, "/dev/null");
    for empty in ["", "\n", " \r\n\n"] {
        assert_eq!(
            home.run_with(&["get"], empty).answer().trim_end(),
            cookie,
            "{empty:?}"
        );
    }
    let mut closed = beside(&home, "sh");
    closed.args(["-c", "credential get <&-"]);
    assert_eq!(
        outcome(closed.output().expect("sh starts"))
            .answer()
            .trim_end(),
        cookie,
        "a closed stdin"
    );
}

#[test]
fn with_an_app_named_stdin_is_left_to_others() {
    let home = Home::usual();
    let mut command = beside(&home, "sh");
    command.args([
        "-c",
        "while read -r line; do credential get grafana >/dev/null; echo \"$line\"; done",
    ]);
    assert_eq!(
        feed(command, "one\ntwo\nthree\n").answer(),
        "one\ntwo\nthree\n"
    );
}

#[test]
fn erase_and_store_hear_the_dialect_of_their_request() {
    let home = Home::usual();
    for request in [request(&home), home.sandbox.app_url("grafana")] {
        let _ = cookie(&home);
        assert_eq!(
            home.run_with(&["erase"], &request).answer(),
            "",
            "{request}"
        );
        assert_eq!(
            home.run(&["get", "grafana", "--no-sign-in"]).code,
            3,
            "{request}"
        );
    }
    let store = format!(
        "protocol=https\nhost={}\nusername=ada\npassword=x\n\n",
        authority(&home)
    );
    assert_eq!(home.run_with(&["store"], &store).answer(), "");
}

#[test]
fn list_answers_docker_in_json_and_a_person_in_names() {
    let home = Home::usual();
    assert_eq!(home.run(&["list"]).answer(), "grafana\n");
    assert_eq!(
        called(&home, "docker-credential-alb", &["list"], "")
            .answer()
            .trim(),
        "{}"
    );
}

#[test]
fn a_hundred_helpers_of_three_kinds_make_one_sign_in() {
    let home = Home::usual();
    let _ = beside(&home, "true");
    let script = "for i in $(seq 33); do
          printf 'protocol=https\\nhost=%s\\n\\n' \"$HOST\" | git-credential-alb get >git.$i &
          printf '%s' \"$HOST\" | docker-credential-alb get >docker.$i &
          printf '{\"uri\":\"https://%s/%s\"}' \"$HOST\" \"$i\" | bazel-credential-alb get >bazel.$i &
        done; wait";
    let mut command = beside(&home, "sh");
    command.args(["-c", script]).env("HOST", authority(&home));
    let said = outcome(command.output().expect("sh starts"));
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (0, ""),
        "{}",
        said.stderr
    );
    let cookie = cookie(&home);
    for name in ["git", "docker", "bazel"] {
        for number in 1..=33 {
            let answer =
                std::fs::read_to_string(home.path(&format!("{name}.{number}"))).expect("an answer");
            assert!(answer.contains(&cookie), "{name}.{number}: {answer}");
        }
    }
    assert_eq!(home.sandbox.password_tries(), 1);
    assert_eq!(
        home.sandbox
            .count(|event| matches!(event, Event::SessionIssued { .. })),
        1
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_server_in_trouble_is_said_in_each_dialect() {
    let home = Home::usual();
    home.sandbox.fault((Step::Authn, Fault::Html(502)));
    let git = called(&home, "git-credential-alb", &["get"], &request(&home));
    assert!(
        git.stdout.contains("quit=1") && !git.stdout.contains("password="),
        "{git:?}"
    );
    assert!(git.stderr.contains("502"), "{git:?}");
    let docker = called(&home, "docker-credential-alb", &["get"], &authority(&home));
    assert!(
        docker.code == 1 && docker.stdout.contains("502"),
        "{docker:?}"
    );
    let bazel = format!("{{\"uri\":\"{}\"}}", home.sandbox.app_url("grafana"));
    let bazel = called(&home, "bazel-credential-alb", &["get"], &bazel);
    assert!(
        bazel.code != 0 && bazel.stdout.is_empty() && bazel.stderr.contains("502"),
        "{bazel:?}"
    );
}

//! `credential add`: turns a URL into an app that `credential get` signs in to. No request reveals who asks.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use sandbox::{App, Event, Fault, Host, Identity, Mode, PASSWORD, Rule, Setup, Step};

use crate::home::{ADA, Home, Outcome, assert_discreet};

/// Makes a home without a configuration, for the app `grafana` with these rules.
pub(crate) fn with_rules(rules: Vec<Rule>) -> Home {
    let mut app = App::new("grafana");
    app.rules = rules;
    Home::bare(Setup {
        apps: vec![app],
        ..Setup::default()
    })
}

pub(crate) fn bare() -> Home {
    Home::bare(Setup::default())
}

pub(crate) fn add(home: &Home, arguments: &[&str]) -> Outcome {
    let url = home.sandbox.app_url("grafana");
    home.run(&[&["add", &url], arguments].concat())
}

pub(crate) fn file(home: &Home) -> String {
    std::fs::read_to_string(home.path("config.toml")).expect("there is a file")
}

/// Asserts that no request revealed who asks: only GET requests, no password, no cookie, and no violation.
#[track_caller]
pub(crate) fn assert_anonymous(home: &Home) {
    let other = |event: &Event| matches!(event, Event::Request { method, .. } if method != "GET");
    assert_eq!(home.sandbox.count(other), 0);
    home.assert_passwords(0);
}

/// Asserts that `get` signs in to the app, and that the sandbox found no violation.
#[track_caller]
pub(crate) fn assert_signs_in(home: &Home, app: &str) {
    let answer = home.run(&["get", app]).answer();
    assert!(answer.contains("-0="), "{answer}");
    assert_eq!(home.sandbox.violations(), []);
}

/// Options for every value that would be asked for.
pub(crate) const SAID: [&str; 5] = ["--username", ADA, "--password-file", "password", "--yes"];

#[test]
fn a_url_becomes_an_app_that_signs_in() {
    let home = bare();
    let said = add(&home, &[&SAID[..], &["--name", "grafana"]].concat()).done();
    assert_anonymous(&home);
    assert_eq!(
        home.sandbox.requests(),
        2,
        "one page of the app and one of the org"
    );
    let (app, org) = (home.sandbox.app_url("grafana"), home.sandbox.org_url());
    for part in [
        app.as_str(),
        &org,
        "Okta Classic",
        "0oagrafana",
        "/oauth2/idpresponse",
        "AWSELBAuthSessionCookie",
        "config.toml",
        "next: credential get grafana",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_discreet(&said);
    let password = home.path("password");
    assert_eq!(
        file(&home),
        format!(
            "[org.localhost]\nurl = \"{org}\"\nusername = \"{ADA}\"\npassword = {{ file = \"{}\" }}\n\n\
             [app.grafana]\nurl = \"{app}\"\norg = \"localhost\"\n",
            password.display()
        )
    );
    assert_signs_in(&home, "grafana");
}

#[test]
fn both_engines_and_custom_authorization_servers_work() {
    let mut app = App::new("grafana");
    app.protected().client.server = Some("default".into());
    let home = Home::bare(Setup {
        apps: vec![app],
        ..Setup::identity_engine(Identity::new())
    });
    let said = add(&home, &SAID).done();
    assert!(said.contains("Identity Engine"), "{said}");
    assert!(
        file(&home).contains("[app.\"127.0.0.1\"]"),
        "{}",
        file(&home)
    );
    assert_signs_in(&home, "127.0.0.1");
}

#[test]
fn a_protected_page_behind_a_public_one_becomes_the_start() {
    let mut app = App::new("grafana");
    app.rules = vec![Rule::authenticate("/login", "grafana")];
    app.root_redirect = Some("/login?next=%2F".into());
    let home = Home::bare(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    let said = add(&home, &[&SAID[..], &["--name", "grafana"]].concat()).done();
    assert!(said.contains("/login"), "{said}");
    assert_anonymous(&home);
    assert!(
        file(&home).contains("start = \"/login?next=%2F\"\n"),
        "{}",
        file(&home)
    );
    assert_signs_in(&home, "grafana");
}

#[test]
fn an_app_is_looked_at_and_written_as_its_url_is() {
    let home = with_rules(vec![
        Rule::authenticate("/graf/", "grafana"),
        Rule::public("/"),
    ]);
    let url = format!("{}/graf/", home.sandbox.app_url("grafana"));
    let _ = home
        .run(&[&["add", &url, "--name", "graf"], &SAID[..]].concat())
        .done();
    let text = file(&home);
    assert!(text.contains(&format!("url = \"{url}\"\n")), "{text}");
    assert!(!text.contains("start ="), "{text}");
}

#[test]
fn every_option_gets_into_the_file() {
    let home = with_rules(vec![
        Rule::authenticate("/in", "grafana").with_cookie("Session"),
        Rule::public("/"),
    ]);
    let url = format!("{}/app/", home.sandbox.app_url("grafana"));
    let options = [
        "--start",
        "/in",
        "--cookie",
        "Session",
        "--session",
        "1h30m",
        "--org",
        "corp.1",
    ];
    let said = home.run(&[&["add", &url, "--name", "g-1"], &SAID[..], &options].concat());
    let _ = said.done();
    let text = file(&home);
    let tail = format!(
        "[app.g-1]\nurl = \"{url}\"\norg = \"corp.1\"\nstart = \"/in\"\ncookie = \"Session\"\nsession = \"1h30m\"\n"
    );
    assert!(
        text.starts_with("[org.\"corp.1\"]\n") && text.ends_with(&tail),
        "{text}"
    );
    assert_signs_in(&home, "g-1");
}

#[test]
fn the_password_may_come_from_a_command_or_a_variable() {
    let mut home = bare();
    home.set("A PASSWORD", PASSWORD);
    let path = home.path("pass \"word\"");
    std::fs::rename(home.path("password"), &path).expect("it is there");
    let command = format!("cat '{}'", path.display());
    for source in [
        ["--password-command", &command],
        ["--password-env", "A PASSWORD"],
    ] {
        let _ = std::fs::remove_file(home.path("config.toml"));
        let arguments = [&["--name", "a", "--username", ADA, "--yes"], &source[..]].concat();
        let _ = add(&home, &arguments).done();
        assert_signs_in(&home, "a");
        let _ = home.run(&["logout", "--all"]).answer();
    }
}

#[test]
fn existing_lines_stay_unchanged_and_a_known_org_is_reused() {
    for before in ["# mine \r\n\t# x", "# \u{e4}\n\n\n"] {
        let home = Home::bare(Setup {
            apps: vec![App::new("grafana"), App::new("wiki")],
            ..Setup::default()
        });
        let text = format!("{}\n{before}", home.configuration(&["wiki".into()]));
        home.configure(&text);
        std::fs::set_permissions(home.path("config.toml"), Permissions::from_mode(0o640))
            .expect("it is ours");
        let said = add(&home, &["--yes", "--name", "grafana"]).done();
        assert!(said.contains("already configured as corp"), "{said}");
        let after = file(&home);
        let added = after.strip_prefix(&text).expect("what was there is there");
        assert!(!added.contains("[org"), "{added}");
        assert_eq!(mode(&home.path("config.toml")), 0o640);
        assert_signs_in(&home, "grafana");
        assert_signs_in(&home, "wiki");
    }
}

fn mode(path: &Path) -> u32 {
    let metadata = std::fs::symlink_metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o7777
}

#[test]
fn a_new_file_is_private_and_alone_in_its_private_directory() {
    let mut home = bare();
    let path = home.path("a/b/config.toml");
    home.set("ALB_CREDENTIAL_CONFIG", path.display().to_string());
    let _ = add(&home, &SAID).done();
    assert_eq!(
        (mode(&path), mode(&home.path("a/b")), mode(&home.path("a"))),
        (0o600, 0o700, 0o700)
    );
    assert_eq!(
        std::fs::read_dir(home.path("a/b"))
            .expect("it is there")
            .count(),
        1
    );
}

#[test]
fn a_link_stays_a_link_wherever_it_leads() {
    for there in [true, false] {
        let home = bare();
        std::fs::create_dir(home.path("dotfiles")).expect("a directory");
        symlink("dotfiles/alb.toml", home.path("config.toml")).expect("a link");
        if there {
            std::fs::write(home.path("dotfiles/alb.toml"), "# mine\n").expect("it is written");
        }
        let _ = add(&home, &[&SAID[..], &["--name", "grafana"]].concat()).done();
        assert!(home.path("config.toml").is_symlink());
        let text = std::fs::read_to_string(home.path("dotfiles/alb.toml")).expect("it is there");
        assert!(
            text.starts_with("# mine\n") == there && text.contains("[app.grafana]"),
            "{text}"
        );
        assert_signs_in(&home, "grafana");
    }
}

#[test]
fn an_app_that_is_configured_is_left_unchanged() {
    let home = Home::usual();
    let before = file(&home);
    for arguments in [
        &[][..],
        &["--yes"],
        &["--name", "grafana", "--username", ADA],
        &["--dry-run"],
    ] {
        let said = add(&home, arguments).done();
        assert!(
            said.contains("nothing was written") && said.contains("get grafana"),
            "{said}"
        );
    }
    for (arguments, what) in [
        (["--name", "other"], "name"),
        (["--session", "12h"], "session"),
        (["--start", "/login"], "start"),
        (["--username", "bob"], "username"),
    ] {
        let words = add(&home, &[&arguments[..], &["--yes"]].concat()).told(2);
        assert!(words.contains(&format!("another {what}")), "{words}");
    }
    assert_eq!(file(&home), before);
    assert_eq!(home.sandbox.requests(), 0, "the file says it all");
}

/// Asserts that `add` fails with `code` and an error that contains all of `parts`. It sent only anonymous requests and
/// wrote nothing.
#[track_caller]
fn assert_refused(home: &Home, arguments: &[&str], code: i32, parts: &[&str]) {
    let words = add(home, arguments).told(code);
    for part in parts {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert_anonymous(home);
    assert!(!home.path("config.toml").exists());
}

#[test]
fn an_unprotected_page_is_an_error_that_describes_it() {
    let home = with_rules(vec![Rule::public("/")]);
    assert_refused(
        &home,
        &SAID,
        2,
        &["answers 200 (server sandbox)", "--start /PATH"],
    );
    let home = with_rules(vec![
        Rule::authenticate("/", "grafana").in_mode(Mode::Allow),
    ]);
    assert_refused(&home, &SAID, 2, &["answers 200", "--start /PATH"]);
}

#[test]
fn a_rule_that_denies_needs_a_start() {
    let rules = vec![
        Rule::authenticate("/login", "grafana"),
        Rule::authenticate("/", "grafana").in_mode(Mode::Deny),
    ];
    let home = with_rules(rules);
    assert_refused(
        &home,
        &SAID,
        2,
        &["the ALB denies", "(401)", "--start /PATH"],
    );
    let _ = add(
        &home,
        &[&SAID[..], &["--start", "/login", "--name", "grafana"]].concat(),
    )
    .done();
    assert_signs_in(&home, "grafana");
}

#[test]
fn an_org_that_cannot_be_is_an_error_that_names_it() {
    let query = "client_id=x&redirect_uri=URL%2Foauth2%2Fidpresponse&response_type=code&state=s";
    for (target, parts) in [
        (
            "https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize",
            &["amazoncognito.com", "--username is for an Okta org"][..],
        ),
        (
            "https://id.corp.example/login",
            &["id.corp.example", "--username is for an Okta org"],
        ),
        (
            "http://corp.okta.com/oauth2/v1/authorize",
            &["corp.okta.com", "https"],
        ),
    ] {
        let home = bare();
        let query = query.replace("URL", &home.sandbox.app_url("grafana"));
        home.sandbox
            .fault((Step::Start, Fault::Location(format!("{target}?{query}"))));
        assert_refused(&home, &SAID, 2, parts);
        assert_eq!(home.sandbox.requests(), 1);
    }
    let home = bare();
    home.sandbox.fault((
        Step::Start,
        Fault::Location("https://grafana.corp.example/?a=b".into()),
    ));
    assert_refused(
        &home,
        &SAID,
        2,
        &["sends to https://grafana.corp.example/, but not as an ALB"],
    );
    let mut app = App::new("grafana");
    app.plain_listener = true;
    let home = Home::bare(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    let plain = home.sandbox.plain_url("grafana").expect("it listens");
    let words = home.run(&[&["add", &plain], &SAID[..]].concat()).told(2);
    assert!(
        words.contains(&home.sandbox.app_url("grafana")),
        "where to: {words}"
    );
    assert_anonymous(&home);
    let home = bare();
    home.sandbox
        .fault((Step::Start, Fault::Location("/again".into())));
    assert_refused(&home, &SAID, 2, &["before any sign-in", "--start /PATH"]);
    assert!(home.sandbox.requests() < 10);
}

#[test]
fn a_host_that_does_not_answer_like_okta_is_not_accepted() {
    for (fault, code) in [
        (Fault::Html(200), 2),
        (Fault::Html(404), 2),
        (Fault::NotJson, 2),
        (Fault::Empty, 2),
        (Fault::Location("/elsewhere".into()), 2),
        (Fault::Html(503), 6),
        (Fault::TooMany(Duration::from_secs(3600)), 6),
        (Fault::Huge, 6),
        (Fault::Cut, 6),
    ] {
        let home = bare();
        home.sandbox.fault((Step::Discovery, fault));
        assert_refused(&home, &SAID, code, &["localhost"]);
    }
    // Another app's ALB in place of the org: its certificate is right, but it has no such page.
    let home = Home::bare(Setup {
        apps: vec![App::new("grafana"), App::new("wiki")],
        ..Setup::default()
    });
    let (app, wiki) = (
        home.sandbox.app_url("grafana"),
        home.sandbox.app_url("wiki"),
    );
    let location = format!(
        "{wiki}/oauth2/v1/authorize?client_id=x&redirect_uri={app}/oauth2/idpresponse&response_type=code&state=s"
    );
    home.sandbox
        .fault(sandbox::Plan::new(Step::Start, Fault::Location(location)).app("grafana"));
    let host = wiki.trim_start_matches("https://");
    assert_refused(&home, &SAID, 2, &[host, "does not answer as an Okta org"]);
    assert_eq!(home.sandbox.requests_to(&Host::Org), 0);
}

#[test]
fn without_a_terminal_the_error_is_the_command_to_run() {
    let home = bare();
    let url = home.sandbox.app_url("grafana");
    let org = home.sandbox.org_url();
    let host = org.trim_start_matches("https://");
    for (arguments, command) in [
        (
            &[][..],
            format!("credential add {url} --username USER --yes"),
        ),
        (
            &["--yes", "--session", "1h"],
            format!("credential add {url} --session 1h --username USER --yes"),
        ),
        (
            &["--username", "ada l", "--password-env", "HUNTER2"],
            format!("credential add {url} --username 'ada l' --password-env … --yes"),
        ),
        (
            &["--dry-run"],
            format!("credential add {url} --username USER --dry-run"),
        ),
    ] {
        let words = add(&home, arguments).told(3);
        assert!(words.contains(host), "{words}");
        assert!(
            words.ends_with(&format!("hint: if it is right: {command}\n")),
            "{words}"
        );
        assert!(!words.contains("HUNTER2"), "{words}");
    }
    assert_anonymous(&home);
    assert!(!home.path("config.toml").exists());
    home.configure(&home.configuration(&[]));
    let before = file(&home);
    let words = add(&home, &[]).told(3);
    assert!(
        words.contains(&format!("credential add {url} --yes")),
        "{words}"
    );
    assert_eq!(file(&home), before);
}

#[test]
fn a_dry_run_prints_the_additions_and_writes_nothing() {
    let home = bare();
    let said = add(
        &home,
        &[&SAID[..4], &["--name", "grafana", "--dry-run"]].concat(),
    );
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr.contains(&home.sandbox.org_url()),
        "{}",
        said.stderr
    );
    assert!(!home.path("config.toml").exists());
    assert_anonymous(&home);
    let dry = said.stdout;
    let _ = add(&home, &[&SAID[..], &["--name", "grafana"]].concat()).done();
    assert_eq!(file(&home), dry);
}

#[test]
fn a_file_that_cannot_be_extended_is_left_unchanged() {
    let second = "[org.old]\nurl = \"https://old.okta.com\"\nusername = \"a\"\n[app.a]\nurl = \"https://a.example\"\n";
    for (before, part) in [
        ("[org.corp\n", "config.toml:1:"),
        ("default = \"grafna\"\n", "no app is called"),
        ("app = {}\n", "cannot add [org.localhost] and [app."),
        // With a second org, an app without an `org` would be ambiguous.
        (second, "[app.a] has to name one of several orgs"),
    ] {
        let home = bare();
        home.configure(before);
        let words = add(&home, &SAID).failure(2);
        assert!(words.contains(part), "{words}");
        assert_eq!(
            words.contains("by hand"),
            before == second || before.starts_with("app")
        );
        assert_eq!(file(&home), before);
        assert_anonymous(&home);
    }
    let home = bare();
    std::fs::write(home.path("config.toml"), "# mine\n").expect("it is written");
    std::fs::set_permissions(home.path("config.toml"), Permissions::from_mode(0o400))
        .expect("ours");
    let said = add(&home, &SAID);
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(
        said.stderr.contains("it is read-only") && said.stderr.contains("--dry-run"),
        "{}",
        said.stderr
    );
    assert_eq!(file(&home), "# mine\n");
}

#[test]
fn with_a_configuration_of_variables_no_file_is_written() {
    let mut home = bare();
    home.set("ALB_CREDENTIAL_ORG_URL", home.sandbox.org_url());
    let words = add(&home, &SAID).told(2);
    assert!(words.contains("ALB_CREDENTIAL_ORG_URL is set"), "{words}");
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn wrong_options_are_errors_before_any_request() {
    let home = bare();
    for arguments in [
        &["add", "http://grafana.corp.example"][..],
        &["add", "grafana.corp.example"],
        &["add", "https://u:hunter2@127.0.0.1/"],
        &["add", "https://127.0.0.1:1/", "--name", "a b"],
        &["add", "https://127.0.0.1:1/", "--start", "//evil.example/"],
        &["add", "https://127.0.0.1:1/", "--password-command", "op 'x"],
    ] {
        let words = home.run(arguments).failure(2);
        assert!(!words.contains("hunter2"), "{words}");
    }
    for arguments in [
        &["add"][..],
        &["add", "https://127.0.0.1:1/", "--password", "hunter2"],
        &[
            "add",
            "https://127.0.0.1:1/",
            "--password-env",
            "A",
            "--password-file",
            "b",
        ],
    ] {
        assert_eq!(home.run(arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_default_name_is_never_a_taken_one() {
    let home = Home::usual();
    let other = format!("{}/wiki", home.sandbox.app_url("grafana"));
    let words = home
        .run(&["add", &other, "--yes", "--name", "grafana"])
        .told(2);
    assert!(
        words.contains("another app is already called grafana"),
        "{words}"
    );
    for (path, name) in [("/a", "127.0.0.1"), ("/b", "127.0.0.1-2")] {
        let url = format!("{}{path}", home.sandbox.app_url("grafana"));
        let said = home.run(&["add", &url, "--yes"]).done();
        assert!(
            said.contains(&format!("next: credential get {name}\n")),
            "{said}"
        );
        assert_signs_in(&home, name);
    }
    for (arguments, part) in [
        (
            ["--org", "corp", "--username", "bob"],
            "with another username",
        ),
        (
            ["--password-env", "X", "--username", ADA],
            "with another password",
        ),
    ] {
        let words = home
            .run(&[&["add", &other, "--yes"], &arguments[..]].concat())
            .told(2);
        assert!(words.contains(part), "{words}");
    }
    let (app, elsewhere) = (
        home.sandbox.app_url("grafana"),
        home.sandbox.elsewhere_url(),
    );
    home.configure(&format!(
        "{}org = \"corp\"\n[org.other]\nurl = \"{elsewhere}\"\nusername = \"x\"\n",
        home.configuration(&["grafana".into()])
    ));
    let words = home
        .run(&["add", &other, "--yes", "--org", "other"])
        .told(2);
    assert!(words.contains("org other is"), "{words}");
    // With two accounts at one org, the user has to name one.
    let second = [
        "--org",
        "second",
        "--username",
        "bob",
        "--name",
        "b",
        "--yes",
    ];
    let _ = home.run(&[&["add", &other], &second[..]].concat()).done();
    let third = format!("{app}/third");
    let words = home.run(&["add", &third, "--yes"]).told(2);
    assert!(words.contains("--org: corp, second"), "{words}");
    let _ = home
        .run(&["add", &third, "--yes", "--username", ADA, "--name", "c"])
        .done();
    assert_signs_in(&home, "c");
}

//! `credential list` and `credential status`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use sandbox::{App, Setup};
use serde_json::Value;

use crate::dialects::called;
use crate::home::{ADA, Home, binary, outcome};

#[test]
fn list_has_the_names_in_the_order_of_the_file() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    assert_eq!(home.run(&["list"]).answer(), "grafana\nwiki\n");
    home.configure(&home.configuration(&["wiki".into(), "grafana".into()]));
    assert_eq!(home.run(&["list"]).answer(), "wiki\ngrafana\n");
    home.configure("");
    assert_eq!(home.run(&["list"]).answer(), "");
}

/// Returns the apps of `status --json`.
#[track_caller]
fn status(home: &Home) -> Vec<Value> {
    let text = home.run(&["status", "--json"]).answer();
    match serde_json::from_str(&text).expect("JSON") {
        Value::Array(apps) => apps,
        other => panic!("a list, not {other}"),
    }
}

#[test]
fn status_shows_fresh_expired_absent_and_failing_sessions() {
    let apps = ["grafana", "wiki", "argo", "dash"].map(App::new).to_vec();
    let home = Home::new(Setup {
        apps,
        ..Setup::default()
    });
    let names = [
        "grafana".to_owned(),
        "wiki".into(),
        "argo".into(),
        "dash".into(),
    ];
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    home.sandbox
        .change_user(ADA, |user| user.apps = Some(vec!["grafana".into()]));
    let refused = home.run(&["get", "argo"]).failure(5);
    // From now on a session of wiki lasts one second.
    let text = home.configuration(&names);
    let wiki = format!("[app.wiki]\nurl = \"{}\"\n", home.sandbox.app_url("wiki"));
    home.configure(&text.replace(&wiki, &format!("{wiki}session = \"1s\"\n")));
    let patience = Instant::now() + Duration::from_secs(60);
    while status(&home)[1]["state"] == "fresh" && Instant::now() < patience {
        std::thread::yield_now();
    }
    home.sandbox.clear_audit();

    let apps = status(&home);
    let states: Vec<&str> = apps
        .iter()
        .map(|app| app["state"].as_str().expect("a word"))
        .collect();
    assert_eq!(states, ["fresh", "expired", "failing", "none"]);
    for (app, name) in apps.iter().zip(&names) {
        let members: Vec<&String> = app.as_object().expect("an object").keys().collect();
        assert_eq!(members.len(), 8, "{members:?}");
        assert_eq!(app["app"], *name);
        assert_eq!(app["url"], home.sandbox.app_url(name));
        assert_eq!(
            (&app["account"], &app["method"]),
            (&ADA.into(), &"okta".into())
        );
    }
    let moment = |app: &Value| {
        let text = app["expires_at"].as_str().expect("a moment").to_owned();
        time::OffsetDateTime::parse(&text, &time::format_description::well_known::Rfc3339)
            .expect("RFC 3339")
    };
    let now = time::OffsetDateTime::now_utc();
    // A session counts as expired a margin before its end.
    let soon = now + time::Duration::SECOND;
    assert!(moment(&apps[0]) > soon && moment(&apps[1]) <= soon);
    assert_eq!(
        (&apps[2]["expires_at"], &apps[3]["expires_at"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&apps[0]["last_error"], &apps[3]["last_error"]),
        (&Value::Null, &Value::Null)
    );
    let error = apps[2]["last_error"].as_str().expect("a reason");
    assert!(
        refused.contains(error),
        "{error:?} is what the person was told: {refused}"
    );

    let text = home.run(&["status"]).answer();
    let (table, orgs) = text.split_once("\n\n").expect("a table of orgs");
    assert!(orgs.contains(&format!("\ncorp  {ADA}  begun ")), "{text}");
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 1 + 4, "{table}");
    for head in [
        "APP",
        "ACCOUNT",
        "STATE",
        "EXPIRES IN",
        "METHOD",
        "LAST ERROR",
    ] {
        assert!(rows[0].contains(head), "{head}: {table}");
    }
    let column = rows[0].find("STATE").expect("a column");
    for (row, state) in rows[1..].iter().zip(&states) {
        assert!(
            row[column..].starts_with(state),
            "{state} stands under STATE: {table}"
        );
    }
    assert!(
        rows.iter().all(|row| !row.ends_with(' ')),
        "no blanks at the ends: {table:?}"
    );
    assert_eq!(home.sandbox.requests(), 0, "status asks nobody");
}

#[test]
fn status_without_apps_says_how_to_begin_and_an_empty_list() {
    let empty = Home::bare(Setup::default());
    empty.configure("");
    let mut none = Home::bare(Setup::default());
    none.set("ALB_CREDENTIAL_CONFIG", "");
    for home in [empty, none] {
        assert_eq!(status(&home), Vec::<Value>::new());
        let words = home.run(&["status"]).told(2);
        assert!(
            words.contains("no app is configured") && words.contains("credential add URL"),
            "{words}"
        );
    }
}

#[test]
fn status_of_one_app_has_no_other() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    let wiki = home.sandbox.app_url("wiki");
    for target in ["wiki", &wiki] {
        let text = home.run(&["status", target]).answer();
        assert!(
            text.contains("\nwiki ") && !text.contains("grafana"),
            "{text}"
        );
        let json = home.run(&["status", target, "--json"]).answer();
        let apps: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(apps.as_array().map(Vec::len), Some(1), "{json}");
        assert_eq!(apps[0]["app"], "wiki");
    }
    let words = home.run(&["status", "wikki"]).failure(4);
    assert!(words.contains("no app is called \"wikki\""), "{words}");
    let words = home.run(&["status", "nobody", "--json"]).told(4);
    assert!(words.contains("apps: grafana, wiki"), "{words}");
}

/// Returns what `status` says of the org's session.
#[track_caller]
fn org_session(home: &Home) -> String {
    let text = home.run(&["status"]).answer();
    let (_, orgs) = text.split_once("\n\n").expect("two tables");
    let row = orgs.lines().nth(1).expect("a row");
    let (_, session) = row.split_once(ADA).expect("the account");
    session.trim().to_owned()
}

#[test]
fn status_has_the_age_of_the_orgs_session() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    assert_eq!(org_session(&home), "none");
    home.run(&["get", "grafana"]).answer();
    let two_hours_ago = crate::home::seconds_from_now(-2 * 60 * 60 - 1);
    home.edit_account(|account| account["session_since"] = two_hours_ago.into());
    assert_eq!(org_session(&home), "begun 2h ago");
    // The same session signs in to another app.
    home.run(&["get", "wiki"]).answer();
    assert_eq!(org_session(&home), "begun 2h ago");
    home.edit_account(|account| {
        let members = account.as_object_mut().expect("an object");
        members.remove("session_since").expect("it is recorded");
    });
    assert_eq!(org_session(&home), "kept");
    home.run(&["logout", "corp"]).done();
    assert_eq!(org_session(&home), "none");
}

#[test]
fn status_shows_a_renewal_that_changed_nothing() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    assert_eq!(status(&home)[0]["renewal_tried_at"], Value::Null);
    for (seconds, words) in [
        (60 * 5 + 1, "a renewal ahead of the end failed 5m"),
        (11, "a renewal ahead of the end began 1"),
    ] {
        let tried_at = crate::home::seconds_from_now(-seconds);
        home.edit("grafana", |entry| {
            entry["renewal_tried_at"] = tried_at.clone().into();
        });
        let app = &status(&home)[0];
        assert_eq!(app["state"], "fresh");
        let told = app["renewal_tried_at"].as_str().expect("a moment");
        assert_eq!(told.trim_end_matches('Z'), &tried_at[..19]);
        let text = home.run(&["status"]).answer();
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn status_shows_no_secret() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    let value = cookie
        .trim_end()
        .split_once('=')
        .expect("a cookie")
        .1
        .to_owned();
    for arguments in [&["status"][..], &["status", "--json"], &["-vv", "status"]] {
        let said = home.run(arguments);
        assert!(
            !said.stdout.contains(&value) && !said.stderr.contains(&value),
            "{arguments:?}"
        );
    }
}

/// A way to spoil a record: its name, what it does, and what then is told of the app. Nothing is told where the record is as
/// good as none.
type Spoiled = (&'static str, fn(&Path), Option<&'static str>);

fn spoiled() -> Vec<Spoiled> {
    vec![
        (
            "open to others",
            |path| {
                std::fs::set_permissions(path, PermissionsExt::from_mode(0o644)).expect("a mode");
            },
            Some("is open to others"),
        ),
        (
            "a directory",
            |path| {
                std::fs::remove_file(path).expect("a record");
                std::fs::create_dir(path).expect("a directory");
            },
            Some("is not a file"),
        ),
        (
            "a link",
            |path| {
                std::fs::remove_file(path).expect("a record");
                std::os::unix::fs::symlink("/dev/null", path).expect("a link");
            },
            Some("is a link"),
        ),
        (
            "of a newer version",
            |path| {
                let text = std::fs::read_to_string(path).expect("a record");
                std::fs::write(path, text.replace("\"session\":", "\"session\":7,\"x\":"))
                    .expect("it");
            },
            None,
        ),
        (
            "bytes",
            |path| std::fs::write(path, b"\xff\0").expect("it is ours"),
            None,
        ),
    ]
}

#[test]
fn one_spoiled_record_spoils_no_other_apps_row() {
    for (kind, spoil, words) in spoiled() {
        let home = Home::with_apps(&["grafana", "wiki", "argo"]);
        for app in ["grafana", "wiki", "argo"] {
            home.run(&["get", app]).answer();
        }
        let whole = home.run(&["go"]).answer();
        let (path, _) = home.record("wiki");
        spoil(&path);
        let apps = status(&home);
        let states: Vec<_> = apps
            .iter()
            .filter_map(|app| app["state"].as_str())
            .collect();
        let state = words.map_or("none", |_| "failing");
        assert_eq!(states, ["fresh", state, "fresh"], "{kind}");
        let error = apps[1]["last_error"].as_str().unwrap_or_default();
        assert!(error.contains(words.unwrap_or_default()), "{kind}: {error}");
        assert_eq!(home.run(&["status"]).answer().lines().count(), 7, "{kind}");

        let said = home.run(&["list"]);
        assert_eq!(
            (said.code, said.stdout.as_str()),
            (0, "grafana\nwiki\nargo\n"),
            "{kind}"
        );
        assert!(
            said.stderr.contains(words.unwrap_or_default()),
            "{kind}: {}",
            said.stderr
        );
        let said = called(&home, "docker-credential-alb", &["list"], "unused");
        let servers: Value = serde_json::from_str(&said.stdout).expect("JSON");
        let servers = servers.as_object().expect("an object");
        let has = |app: &str| servers.contains_key(&home.sandbox.app_url(app));
        assert!(
            has("grafana") && has("argo") && !has("wiki"),
            "{kind}: {said:?}"
        );

        let said = home.run(&["go"]);
        assert_eq!(said.code, 0, "{kind}: {said:?}");
        let wiki = home.sandbox.app_url("wiki");
        let (before, after) = whole.split_once(&wiki).expect("three blocks");
        let (_, after) = after.split_once("https://").expect("a third block");
        assert_eq!(said.stdout, format!("{before}https://{after}"), "{kind}");
        assert_eq!(said.stderr.is_empty(), words.is_none(), "{kind}: {said:?}");
    }
}

#[test]
fn a_spoiled_record_of_the_account_spoils_no_apps_row() {
    for (kind, spoil, _) in spoiled() {
        let home = Home::with_apps(&["grafana", "wiki"]);
        for app in ["grafana", "wiki"] {
            home.run(&["get", app]).answer();
        }
        let whole = home.run(&["go"]).answer();
        let apps = ["grafana", "wiki"].map(|app| home.record(app).0);
        let records = home.records().into_iter().map(|(path, _)| path);
        let of_the_account: Vec<_> = records.filter(|path| !apps.contains(path)).collect();
        assert!(!of_the_account.is_empty(), "{kind}");
        for path in of_the_account {
            spoil(&path);
        }
        let rows = status(&home);
        let states: Vec<_> = rows
            .iter()
            .filter_map(|app| app["state"].as_str())
            .collect();
        assert_eq!(states, ["fresh", "fresh"], "{kind}");
        for (arguments, expected) in [
            (&["list"][..], "grafana\nwiki\n".to_owned()),
            (&["go"], whole.clone()),
            (&["get", "wiki"], home.run(&["get", "wiki"]).answer()),
        ] {
            let said = home.run(arguments);
            assert_eq!(
                (said.code, said.stdout),
                (0, expected),
                "{kind} {arguments:?}"
            );
        }
        let said = called(&home, "docker-credential-alb", &["list"], "unused");
        let servers: Value = serde_json::from_str(&said.stdout).expect("JSON");
        assert_eq!(
            servers.as_object().map(serde_json::Map::len),
            Some(2),
            "{kind}: {said:?}"
        );
    }
}

#[test]
fn a_record_that_cannot_be_read_is_told_and_the_others_answer() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    for app in ["grafana", "wiki"] {
        home.run(&["get", app]).answer();
    }
    let (path, _) = home.record("wiki");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("a mode");
    for (arguments, expected) in [
        (&["status", "--json"][..], "\"fresh\""),
        (&["list"], "grafana\nwiki\n"),
        (&["go"], "Cookie: "),
    ] {
        let mut command = home.powerless();
        let output = command.arg(binary()).args(arguments).output();
        let said = outcome(output.expect("it starts"));
        assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
        assert_eq!(
            said.stdout.matches(expected).count(),
            1,
            "{arguments:?}: {said:?}"
        );
        let name = path.display().to_string();
        assert!(said.stderr.contains(&name), "{arguments:?}: {said:?}");
    }
}

#[test]
fn a_refused_directory_is_an_error_of_all_apps_together() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    home.run(&["get", "grafana"]).answer();
    std::fs::set_permissions(home.cache(), PermissionsExt::from_mode(0o777)).expect("a mode");
    for arguments in ["status", "status --json", "list", "go"] {
        let words = home.run(&arguments.split(' ').collect::<Vec<_>>()).told(2);
        assert_eq!(
            words.matches("chmod 700").count(),
            1,
            "{arguments}: {words}"
        );
    }
}

#[test]
fn a_logout_of_everything_forgets_what_it_can() {
    let home = Home::with_apps(&["grafana", "wiki", "argo"]);
    for app in ["grafana", "wiki", "argo"] {
        home.run(&["get", app]).answer();
    }
    let (path, _) = home.record("grafana");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("a mode");
    let words = home.run(&["logout", "--all"]).told(2);
    assert!(words.contains("is open to others"), "{words}");
    assert!(!home.is_cached("wiki") && !home.is_cached("argo"));
}

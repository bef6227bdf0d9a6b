//! `credential list` and `credential status`.

use std::time::{Duration, Instant};

use sandbox::{App, Setup};
use serde_json::Value;

use crate::home::{ADA, Home};

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
        assert_eq!(members.len(), 7, "{members:?}");
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

    let table = home.run(&["status"]).answer();
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
fn status_without_apps_is_an_empty_list_and_table() {
    let home = Home::bare(Setup::default());
    home.configure("");
    assert_eq!(status(&home), Vec::<Value>::new());
    assert!(home.run(&["status"]).answer().lines().count() <= 1);
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

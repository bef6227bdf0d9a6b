//! What a person or a script does beside `get`: login, logout, erase, list, status, --verify, and what shells and the
//! manual are given; and the table of exit codes.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use sandbox::{App, Event, Fault, Lockout, Setup, Step, UserState};
use serde_json::Value;

use crate::home::{ADA, Home, feed, outcome};
use crate::tools::{script, tool, tools};

/// A home with the apps `grafana` and `wiki`.
fn two() -> Home {
    Home::new(Setup {
        apps: vec![App::new("grafana"), App::new("wiki")],
        ..Setup::default()
    })
}

/// Whether the cache has a session of the app.
#[track_caller]
fn cached(home: &Home, app: &str) -> bool {
    let said = home.run(&["get", app, "--no-sign-in"]);
    assert!([0, 3].contains(&said.code), "{said:?}");
    said.code == 0
}

// login

#[test]
fn login_signs_in_to_an_app_anew_and_says_nothing_where_nobody_listens() {
    let home = two();
    assert_eq!(home.run(&["login", "wiki"]).answer(), "");
    assert!(cached(&home, "wiki") && !cached(&home, "grafana"));
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
    let home = two();
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
fn login_may_name_a_url_or_nothing() {
    let home = two();
    let url = format!("{}/x", home.sandbox.app_url("wiki"));
    assert_eq!(home.run(&["login", &url]).answer(), "");
    assert!(cached(&home, "wiki"));
    let words = home.run(&["login"]).failure(2);
    assert!(
        words.contains("grafana") && words.contains("wiki"),
        "which of them? {words}"
    );

    let only = Home::usual();
    assert_eq!(only.run(&["login"]).answer(), "");
    assert!(cached(&only, "grafana"));
}

#[test]
fn login_to_what_is_not_there_is_answered_with_the_near_miss() {
    let home = two();
    let words = home.run(&["login", "wikki"]).failure(4);
    assert!(words.contains("did you mean \"wiki\"?"), "{words}");
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn login_is_what_a_refused_password_waits_for() {
    let home = Home::usual();
    home.password("the new one");
    let refused = home.run(&["get", "grafana"]).failure(5);
    assert!(refused.contains("Authentication failed"), "{refused}");
    // The password is right now, and nobody but a person can know that.
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
fn login_with_a_password_that_is_refused_again_says_so() {
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
fn login_lifts_the_brake() {
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

// logout and erase

#[test]
fn logout_of_an_app_forgets_its_cookie_and_leaves_okta_alone() {
    let home = two();
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["logout", "grafana"]).answer(), "");
    assert_eq!(home.sandbox.requests(), 0);
    assert!(!cached(&home, "grafana") && cached(&home, "wiki"));
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(
        home.sandbox.password_tries(),
        0,
        "the Okta session is still there"
    );
    assert_eq!(home.run(&["logout", "grafana"]).answer(), "");
    assert_eq!(
        home.run(&["logout", "grafana"]).answer(),
        "",
        "what is not there may be forgotten again"
    );
    assert_eq!(home.sandbox.violations(), []);
}

/// How often something happened in Okta.
fn ended(home: &Home) -> usize {
    home.sandbox
        .count(|event| matches!(event, Event::OktaSessionEnded { .. }))
}

fn devices(home: &Home) -> usize {
    home.sandbox
        .count(|event| matches!(event, Event::DeviceIssued))
}

#[test]
fn logout_of_an_org_ends_the_okta_session_and_forgets_all_its_apps() {
    let home = two();
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["logout", "corp"]).answer(), "");
    assert_eq!(ended(&home), 1, "Okta was told");
    assert!(!cached(&home, "grafana") && !cached(&home, "wiki"));
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.password_tries(), 1, "nothing silent is left");
    assert_eq!(devices(&home), 0, "the device token was kept");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn logout_with_device_makes_this_a_new_device() {
    let home = Home::usual();
    let tokens = |home: &Home| -> Vec<String> {
        let files = std::fs::read_dir(home.cache()).expect("there is a cache");
        let texts =
            files.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text"));
        texts.filter(|text| text.contains("\"DT\"")).collect()
    };
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(tokens(&home).len(), 1);
    assert_eq!(home.run(&["logout", "corp", "--device"]).answer(), "");
    assert_eq!(tokens(&home), Vec::<String>::new());
    assert_eq!(ended(&home), 1);
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(tokens(&home).len(), 1);
    assert_eq!(home.sandbox.violations(), []);
    // A device token is an org's.
    let words = home.run(&["logout", "grafana", "--device"]).failure(2);
    assert!(words.contains("org"), "{words}");
    assert!(cached(&home, "grafana"), "and then nothing is forgotten");
}

#[test]
fn logout_of_all_forgets_everything_that_could_sign_in() {
    let home = two();
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    // An app that has left the configuration is forgotten too.
    home.configure(&home.configuration(&["grafana".into()]));
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["logout", "--all"]).answer(), "");
    assert_eq!(ended(&home), 1);
    home.configure(&home.configuration(&["grafana".into(), "wiki".into()]));
    assert!(!cached(&home, "grafana") && !cached(&home, "wiki"));
    let files = std::fs::read_dir(home.cache()).expect("there is a cache");
    for file in files {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        assert!(
            !text.contains("AWSELBAuthSessionCookie-0") && !text.contains("\"sid\""),
            "{text}"
        );
    }
}

#[test]
fn logout_where_nobody_was_signed_in_is_done_already() {
    let home = two();
    for arguments in [
        &["logout", "grafana"][..],
        &["logout", "corp"],
        &["logout", "--all"],
    ] {
        assert_eq!(home.run(arguments).answer(), "", "{arguments:?}");
    }
    assert_eq!(home.sandbox.requests(), 0);
    let _ = home.run(&["logout", "elsewhere"]).failure(4);
}

#[test]
fn logout_forgets_even_where_okta_is_in_trouble_and_says_what_is_left() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.fault((Step::Sessions, Fault::Html(503)));
    let words = home.run(&["logout", "corp"]).failure(6);
    assert!(
        words.contains("Okta session") && words.contains("503"),
        "{words}"
    );
    assert!(!cached(&home, "grafana"));
}

#[test]
fn logout_of_a_session_that_okta_has_ended_already_is_no_failure() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    assert_eq!(home.run(&["logout", "corp"]).answer(), "");
}

#[test]
fn erase_takes_an_app_or_a_url() {
    let home = two();
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    assert_eq!(home.run(&["erase", "grafana"]).answer(), "");
    assert!(!cached(&home, "grafana") && cached(&home, "wiki"));
    let url = format!("{}/some/where", home.sandbox.app_url("wiki"));
    assert_eq!(home.run(&["erase", &url]).answer(), "");
    assert!(!cached(&home, "wiki"));
    let words = home.run(&["erase", "wikki"]).failure(4);
    assert!(words.contains("did you mean \"wiki\"?"), "{words}");
}

#[test]
fn erase_without_a_name_erases_nothing() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    for arguments in [&["erase"][..], &["erase", ""]] {
        let said = home.run(arguments);
        assert!([2, 4].contains(&said.code), "{arguments:?}: {said:?}");
        assert!(cached(&home, "grafana"), "{arguments:?}");
    }
}

// list and status

#[test]
fn list_is_the_names_in_the_order_of_the_file() {
    let home = two();
    assert_eq!(home.run(&["list"]).answer(), "grafana\nwiki\n");
    home.configure(&home.configuration(&["wiki".into(), "grafana".into()]));
    assert_eq!(home.run(&["list"]).answer(), "wiki\ngrafana\n");
    home.configure("");
    assert_eq!(home.run(&["list"]).answer(), "");
}

/// The apps of `status --json`.
#[track_caller]
fn status(home: &Home) -> Vec<Value> {
    let text = home.run(&["status", "--json"]).answer();
    match serde_json::from_str(&text).expect("JSON") {
        Value::Array(apps) => apps,
        other => panic!("a list, not {other}"),
    }
}

#[test]
fn status_shows_which_sessions_are_fresh_expired_absent_or_failing() {
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
fn status_of_nothing_is_an_empty_list_and_a_table_of_none() {
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

// --fresh, --no-sign-in, --min-life, --verify

#[test]
fn fresh_signs_in_though_the_cached_session_is_good() {
    let home = Home::usual();
    let first = home.run(&["get", "grafana"]).answer();
    let second = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_ne!(first, second);
    assert_eq!(
        home.run(&["get", "grafana"]).answer(),
        second,
        "the new one is kept"
    );
    assert_eq!(home.sandbox.password_tries(), 1, "silently");
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn no_sign_in_answers_from_the_cache_or_says_which_command_to_run() {
    let home = Home::usual();
    let words = home.run(&["get", "grafana", "--no-sign-in"]).failure(3);
    assert!(words.contains("credential login grafana"), "{words}");
    assert_eq!(home.sandbox.requests(), 0);
    let cookie = home.run(&["get", "grafana"]).answer();
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        cookie
    );
}

#[test]
fn a_session_with_too_little_life_left_is_renewed() {
    let home = Home::usual();
    let text = home.configuration(&["grafana".into()]) + "session = \"12h\"\n";
    home.configure(&text);
    let first = home.run(&["get", "grafana"]).answer();
    assert_eq!(
        home.run(&["get", "grafana", "--min-life", "11h"]).answer(),
        first
    );
    assert_eq!(
        home.run(&["get", "grafana", "--min-life", "13h", "--no-sign-in"])
            .code,
        3
    );
    let second = home.run(&["get", "grafana", "--min-life", "12h"]).answer();
    assert_ne!(second, first, "not all of its life is left");
}

#[test]
fn verify_asks_the_alb_and_remembers_that_it_did() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    assert_eq!(
        home.run(&["get", "grafana", "--verify=0s"]).answer(),
        cookie
    );
    assert_eq!(home.sandbox.requests(), 1, "one question");
    let accepted = home
        .sandbox
        .count(|event| matches!(event, Event::SessionAccepted { .. }));
    assert_eq!(accepted, 1);

    home.sandbox.clear_audit();
    let json = home.run(&["get", "grafana", "--as", "json"]).answer();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let verified = json["verified_at"].as_str().expect("it is known when");
    let issued = json["issued_at"].as_str().expect("it is known when");
    let moment = |text| {
        time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
            .expect("RFC 3339")
    };
    assert!(moment(verified) >= moment(issued), "{verified}, {issued}");
    assert_eq!(home.run(&["get", "grafana", "--verify"]).answer(), cookie);
    assert_eq!(
        home.run(&["get", "grafana", "--verify=1h"]).answer(),
        cookie
    );
    assert_eq!(
        home.sandbox.requests(),
        0,
        "it was verified within that time"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_session_that_the_alb_refuses_is_renewed_once() {
    let home = Home::usual();
    let first = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_app_sessions("grafana");
    assert_eq!(
        home.run(&["get", "grafana"]).answer(),
        first,
        "nobody can know without asking"
    );
    home.sandbox.clear_audit();
    let second = home.run(&["get", "grafana", "--verify=0s"]).answer();
    assert_ne!(second, first);
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.password_tries(), 0, "silently");
    assert_eq!(home.run(&["get", "grafana"]).answer(), second);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_hundred_that_verify_a_refused_session_make_one_renewal() {
    let home = Home::usual();
    let first = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_app_sessions("grafana");
    home.sandbox.clear_audit();
    let said = home.crowd(100, &["get", "grafana", "--verify=5m"]);
    // Within five minutes of its issue, it counts as verified.
    assert!(said.iter().all(|said| said.stdout == first));
    let said = home.crowd(100, &["get", "grafana", "--verify=0s"]);
    let second = home.run(&["get", "grafana"]).answer();
    assert_ne!(second, first);
    for said in said {
        assert_eq!(
            (said.code, said.stdout.as_str()),
            (0, second.as_str()),
            "{}",
            said.stderr
        );
    }
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_verification_that_meets_trouble_does_not_cost_the_session() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    home.sandbox.fault((Step::Start, Fault::Html(502)));
    let said = home.run(&["get", "grafana", "--verify=0s"]);
    // A gateway's page says nothing about the session: it is given, or the trouble is told; it is never thrown away.
    assert!([0, 6].contains(&said.code), "{said:?}");
    home.sandbox.clear_faults();
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        cookie
    );
}

// What shells are given

#[test]
fn each_shell_reads_the_integration_without_a_word() {
    for (shell, load) in [
        (
            "bash",
            r#"set -eu; credential shell bash | bash -n; eval "$(credential shell bash)""#,
        ),
        (
            "zsh",
            r#"credential shell zsh >i.zsh; zsh -n i.zsh && eval "$(credential shell zsh)""#,
        ),
        (
            "fish",
            "credential shell fish >i.fish; and fish -n i.fish; and credential shell fish | source",
        ),
    ] {
        if tool(shell) {
            let home = Home::bare(Setup::default());
            assert_eq!(
                outcome(script(&home, shell, load).output().expect("a shell")).answer(),
                "",
                "{shell}"
            );
            assert_ne!(home.run(&["shell", shell]).answer(), "", "{shell}");
        }
    }
}

#[test]
fn the_manual_is_set_without_a_warning_and_has_every_command() {
    let home = Home::bare(Setup::default());
    let page = home.run(&["man"]).answer();
    assert!(
        page.lines()
            .any(|line| line.starts_with(".TH credential 1")),
        "{page}"
    );
    if tool("groff") {
        let mut groff: Command = home.command("groff");
        groff.args(["-Kutf8", "-man", "-Tutf8", "-ww", "-z"]);
        assert_eq!(feed(groff, &page).answer(), "");
    }
    if tools(&["man", "groff"]) {
        let mut man: Command = home.command("man");
        man.env("MANWIDTH", "100")
            .env("MANPAGER", "cat")
            .env("LC_ALL", "C.UTF-8")
            .args(["-l", "-"]);
        let text = feed(man, &page).answer();
        for command in [
            "get",
            "store",
            "erase",
            "list",
            "add",
            "doctor",
            "login",
            "logout",
            "status",
            "shell",
            "completions",
            "man",
        ] {
            assert!(
                text.contains(&format!("credential {command}"))
                    || text.contains(&format!("credential-{command}")),
                "{command}: {text}"
            );
        }
        for option in [
            "--as",
            "--protocol",
            "--fresh",
            "--min-life",
            "--verify",
            "--no-sign-in",
            "--device",
        ] {
            assert!(text.contains(option), "{option}: {text}");
        }
        assert!(
            text.contains("ALB_CREDENTIAL_ORG_URL"),
            "the variables: {text}"
        );
    }
}

// Exit codes

/// What `get grafana` says after `change`, and that it left stdout empty and the cache without a session.
#[track_caller]
fn failed(code: i32, change: impl FnOnce(&Home)) -> String {
    let home = Home::new(Setup {
        lockout: Lockout {
            shown: true,
            ..Lockout::default()
        },
        ..Setup::default()
    });
    change(&home);
    let words = home.run(&["get", "grafana"]).failure(code);
    assert!(words.starts_with("credential: "), "{words}");
    assert_eq!(home.sandbox.sessions_issued(), 0);
    assert_eq!(home.sandbox.violations(), []);
    words
}

/// Changes the configuration by text.
fn rewrite(home: &Home, from: &str, to: &str) {
    let text = home.configuration(&["grafana".into()]);
    assert!(text.contains(from), "{text}");
    home.configure(&text.replace(from, to));
}

#[test]
fn exit_code_1_is_for_an_answer_that_cannot_be_written() {
    let home = Home::usual();
    let mut command = home.credential(&["get", "grafana"]);
    command.stdout(
        File::options()
            .write(true)
            .open("/dev/full")
            .expect("there is a full device"),
    );
    command.stderr(std::process::Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let said = outcome(child.wait_with_output().expect("the program ends"));
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.starts_with("credential: "), "{said:?}");
}

#[test]
fn exit_code_2_is_for_usage_and_configuration() {
    let source = "{ file = \"password\" }";
    let words = failed(2, |home| rewrite(home, source, "{ command = [\"false\"] }"));
    assert!(words.contains("false"), "the command is named: {words}");
    let _ = failed(2, |home| {
        rewrite(home, source, "{ command = [\"no-such-program\"] }");
    });
    let _ = failed(2, |home| {
        rewrite(home, source, "{ file = \"no-such-file\" }");
    });
    let words = failed(2, |home| {
        rewrite(home, source, "{ env = \"NO_SUCH_VARIABLE\" }");
    });
    assert!(words.contains("NO_SUCH_VARIABLE"), "{words}");
    let words = failed(2, |home| {
        home.configure(&(home.configuration(&["grafana".into()]) + "start = \"/health\"\n"));
    });
    assert!(
        words.contains("start"),
        "the setting that is meant: {words}"
    );
    let words = failed(2, |home| {
        std::fs::create_dir(home.cache()).expect("a directory");
        std::fs::set_permissions(home.cache(), PermissionsExt::from_mode(0o777)).expect("a mode");
    });
    assert!(
        words.contains("chmod"),
        "the command that mends it: {words}"
    );
}

#[test]
fn exit_code_3_is_for_what_needs_a_person() {
    for state in [
        UserState::MfaEnroll,
        UserState::PasswordExpired,
        UserState::PasswordReset,
    ] {
        let status = match state {
            UserState::MfaEnroll => "MFA_ENROLL",
            UserState::PasswordExpired => "PASSWORD_EXPIRED",
            _ => "PASSWORD_RESET",
        };
        let words = failed(3, |home| {
            home.sandbox.change_user(ADA, |user| user.state = state);
        });
        assert!(
            words.contains(status) || words.contains("hint: "),
            "{status}: {words}"
        );
    }
    let words = failed(3, |home| {
        rewrite(home, "{ file = \"password\" }", "{ prompt = true }");
    });
    assert!(
        words.contains("credential login grafana"),
        "what to run: {words}"
    );
}

#[test]
fn exit_code_5_is_for_refusals() {
    let words = failed(5, |home| home.password("wrong"));
    assert!(
        words.contains("Authentication failed") && words.contains("E0000004"),
        "{words}"
    );
    let _ = failed(5, |home| {
        home.sandbox
            .change_user(ADA, |user| user.state = UserState::LockedOut);
    });
    let words = failed(5, |home| {
        home.sandbox
            .change_user(ADA, |user| user.state = UserState::Denied);
    });
    assert!(words.contains("E0000085"), "{words}");
    let _ = failed(5, |home| {
        home.sandbox
            .change_user(ADA, |user| user.apps = Some(Vec::new()));
    });
}

#[test]
fn exit_code_6_is_for_network_and_servers() {
    let faults = [
        (Step::Authn, Fault::Html(502)),
        (Step::Authn, Fault::NotJson),
        (Step::Authn, Fault::Empty),
        (Step::Authn, Fault::Cut),
        (Step::Authn, Fault::Status("NEW_WORD".into())),
        (Step::Authn, Fault::TooMany(Duration::from_secs(3600))),
        (Step::Authorize, Fault::Html(503)),
        (Step::Callback, Fault::BalancerPage(500)),
        (Step::Callback, Fault::BalancerPage(561)),
        (Step::Start, Fault::Html(503)),
    ];
    for (step, fault) in faults {
        let _ = failed(6, |home| home.sandbox.fault((step, fault)));
    }
    let words = failed(6, |home| {
        let org = home.sandbox.org_url();
        rewrite(home, &org, "https://localhost:1");
    });
    assert!(words.contains("localhost:1"), "the host is named: {words}");
}

#[test]
fn a_server_that_nobody_vouches_for_is_not_spoken_to() {
    let mut home = Home::usual();
    let empty = home.path("empty.pem");
    std::fs::write(&empty, "").expect("a file");
    home.set("SSL_CERT_FILE", empty.to_str().expect("UTF-8"));
    let said = home.run(&["get", "grafana"]);
    assert!(
        [2, 6].contains(&said.code) && said.stdout.is_empty(),
        "{said:?}"
    );
    assert!(said.stderr.contains("ertificate"), "{said:?}");
    assert_eq!(home.sandbox.requests(), 0);
}

//! Learning how long an app's sessions live, and the shards that the ALB gives anew.

use serde_json::Value;

use std::time::Duration;

use sandbox::{App, Event, PASSWORD, RefreshToken, Setup, User};

use crate::home::{ADA, Home, seconds_from_now};

const HOUR: i64 = 60 * 60;

/// A home whose session is so many seconds old.
fn aged(age: i64) -> Home {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    age_by(&home, age);
    home
}

fn age_by(home: &Home, age: i64) {
    home.edit("grafana", |record| {
        record["session"]["issued_at"] = Value::from(seconds_from_now(-age));
    });
}

/// Returns how long the sessions of the app live, as was learnt, in seconds.
fn learnt(home: &Home) -> Option<i64> {
    home.record("grafana").1["learnt_life"].as_i64()
}

fn sign_ins(home: &Home) -> usize {
    home.sandbox
        .count(|event| matches!(event, Event::SessionIssued { .. }))
}

#[track_caller]
fn assert_learnt(home: &Home, life: i64) {
    let seconds = learnt(home).expect("something was learnt");
    assert!((life..life + 60).contains(&seconds), "{seconds}");
}

#[test]
fn a_session_that_the_alb_refuses_teaches_how_long_the_next_ones_live() {
    let home = aged(2 * HOUR);
    let first = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_app_sessions("grafana");
    let second = home.run(&["get", "grafana", "--verify"]).answer();
    assert_ne!(first, second);
    assert_learnt(&home, 2 * HOUR);
    let status: Value =
        serde_json::from_str(&home.run(&["status", "--json"]).answer()).expect("JSON");
    let end = status[0]["expires_at"].as_str().expect("an end");
    assert!(end < seconds_from_now(2 * HOUR + 60).as_str(), "{end}");
    age_by(&home, 2 * HOUR - 30);
    home.sandbox.end_app_sessions("grafana");
    let third = home.run(&["get", "grafana"]).answer();
    assert_ne!(
        second, third,
        "it is renewed before the end that was learnt"
    );
    assert_eq!(sign_ins(&home), 3);
}

#[test]
fn erase_teaches_what_the_alb_says_and_nothing_else() {
    let home = aged(HOUR);
    assert_eq!(home.run(&["erase", "grafana"]).answer(), "");
    let is_taught = |home: &Home| {
        home.records()
            .iter()
            .any(|(_, record)| !record["learnt_life"].is_null())
    };
    assert!(!is_taught(&home), "the ALB still takes it");
    home.run(&["get", "grafana"]).answer();
    age_by(&home, HOUR);
    home.sandbox.end_app_sessions("grafana");
    assert_eq!(home.run(&["erase", "grafana"]).answer(), "");
    assert_learnt(&home, HOUR);
    assert!(!home.has_session());
    home.run(&["get", "grafana"]).answer();
    assert_learnt(&home, HOUR);
}

/// The entry of one account, with its path.
fn entry_of(home: &Home, account: &str) -> (std::path::PathBuf, Value) {
    let mut records = home.records().into_iter();
    let is_it = |key: &Value| key["account"] == account && !key["app"].is_null();
    let entry = records.find(|(_, record)| is_it(&record["key"]));
    entry.expect("there is an entry")
}

#[test]
fn what_one_account_has_learnt_counts_for_the_next_one() {
    const BOB: &str = "bob@corp.example";
    let home = Home::new(Setup {
        users: [ADA, BOB].map(|name| User::new(name, PASSWORD)).into(),
        ..Setup::default()
    });
    let text = home.configuration(&["grafana".into()]);
    let signs_in_as = |account| home.configure(&text.replace(ADA, account));
    home.run(&["get", "grafana"]).answer();
    age_by(&home, 2 * HOUR);
    home.sandbox.end_app_sessions("grafana");
    home.run(&["get", "grafana", "--verify"]).answer();
    assert_learnt(&home, 2 * HOUR);
    signs_in_as(BOB);
    home.run(&["get", "grafana"]).answer();
    let (path, mut entry) = entry_of(&home, BOB);
    let life = entry["learnt_life"].as_i64().expect("it was learnt");
    assert!((2 * HOUR..2 * HOUR + 60).contains(&life), "{life}");
    // The newest lesson counts, also one that takes an older one back.
    entry["session"]["issued_at"] = Value::from(seconds_from_now(-3 * HOUR));
    std::fs::write(path, entry.to_string()).expect("it is ours");
    home.run(&["get", "grafana"]).answer();
    assert!(entry_of(&home, BOB).1["learnt_life"].is_null());
    signs_in_as(ADA);
    home.run(&["get", "grafana", "--fresh"]).answer();
    assert!(entry_of(&home, ADA).1["learnt_life"].is_null());
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_helper_that_was_refused_teaches_too() {
    let home = aged(HOUR);
    let cookie = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_app_sessions("grafana");
    let host = home.sandbox.app_url("grafana").replace("https://", "");
    let request = format!("protocol=https\nhost={host}\npassword={cookie}\n");
    assert_eq!(
        home.run_with(&["erase", "--protocol", "git"], &request)
            .answer(),
        ""
    );
    assert_learnt(&home, HOUR);
}

#[test]
fn logout_asks_nobody_and_teaches_nothing() {
    let home = aged(HOUR);
    home.sandbox.end_app_sessions("grafana");
    let before = home.sandbox.events().len();
    assert_eq!(home.run(&["logout", "grafana"]).answer(), "");
    assert_eq!(home.sandbox.events().len(), before);
    assert!(
        home.records()
            .iter()
            .all(|(_, record)| record["learnt_life"].is_null())
    );
}

#[test]
fn a_refusal_within_five_minutes_is_a_revocation_and_teaches_nothing() {
    let home = aged(4 * 60);
    home.sandbox.end_app_sessions("grafana");
    home.run(&["get", "grafana", "--verify=0s"]).answer();
    assert_eq!(learnt(&home), None);
    assert_eq!(sign_ins(&home), 2);
}

#[test]
fn a_session_that_is_taken_beyond_what_was_learnt_takes_the_lesson_back() {
    let home = aged(2 * HOUR);
    home.edit("grafana", |record| {
        record["learnt_life"] = Value::from(HOUR);
    });
    let cookie = home.run(&["get", "grafana"]).answer();
    assert_eq!((sign_ins(&home), learnt(&home)), (1, None));
    let before = home.sandbox.events().len();
    assert_eq!(home.run(&["get", "grafana"]).answer(), cookie);
    assert_eq!(home.sandbox.events().len(), before, "and is a hit again");
}

#[test]
fn a_lesson_that_still_holds_costs_one_question() {
    let home = aged(2 * HOUR);
    home.edit("grafana", |record| {
        record["learnt_life"] = Value::from(HOUR);
    });
    home.sandbox.end_app_sessions("grafana");
    let challenges = home.challenges();
    home.run(&["get", "grafana"]).answer();
    assert_eq!((sign_ins(&home), learnt(&home)), (2, Some(HOUR)));
    assert_eq!(
        home.challenges() - challenges,
        1,
        "the sign-in goes on from it"
    );
}

#[test]
fn near_a_learnt_end_verify_asks_however_lately_the_alb_was_asked() {
    let home = aged(HOUR - 30);
    home.edit("grafana", |record| {
        record["learnt_life"] = Value::from(HOUR);
    });
    let first = home.run(&["get", "grafana"]).answer();
    assert_eq!((sign_ins(&home), learnt(&home)), (1, Some(HOUR)));
    home.sandbox.end_app_sessions("grafana");
    let same = home.run(&["get", "grafana"]).answer();
    assert_eq!(same, first, "it was asked within the minute");
    let second = home.run(&["get", "grafana", "--verify=0s"]).answer();
    assert_ne!(second, first);
    assert_eq!(sign_ins(&home), 2);
}

#[test]
fn a_configured_life_is_not_doubted() {
    let home = aged(2 * HOUR);
    home.append("session = \"1h\"");
    let asked = || {
        let is_asked = |event: &Event| {
            matches!(
                event,
                Event::SessionAccepted { .. } | Event::SessionRefused { .. }
            )
        };
        home.sandbox.count(is_asked)
    };
    let before = asked();
    home.run(&["get", "grafana"]).answer();
    assert_eq!((sign_ins(&home), asked()), (2, before));
}

/// A home whose app has the claims in its sessions refreshed every minute.
fn refreshed() -> Home {
    let app = App::new("grafana").refreshing(Duration::from_secs(60), RefreshToken::Persistent);
    Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    })
}

fn reissues(home: &Home) -> usize {
    home.sandbox
        .count(|event| matches!(event, Event::SessionReissued { .. }))
}

#[test]
fn shards_that_the_alb_gives_anew_take_the_place_of_the_old_ones() {
    let home = refreshed();
    let first = home.run(&["get", "grafana"]).answer();
    let before = home.record("grafana").1;
    home.sandbox.advance(Duration::from_secs(61));
    let second = home.run(&["get", "grafana", "--verify=0s"]).answer();
    assert_eq!(reissues(&home), 1);
    assert_ne!(first, second);
    let requests = home.sandbox.requests();
    assert_eq!(home.run(&["get", "grafana"]).answer(), second);
    assert_eq!(home.sandbox.requests(), requests);
    let after = home.record("grafana").1;
    for time in ["issued_at", "bound"] {
        assert_eq!(
            before["session"][time], after["session"][time],
            "the end does not move"
        );
    }
    assert_eq!(
        home.run(&["get", "grafana", "--verify=0s"]).answer(),
        second
    );
    assert_eq!((reissues(&home), sign_ins(&home)), (1, 1));
}

#[test]
fn fifty_that_ask_at_once_end_with_one_session() {
    let home = refreshed();
    home.run(&["get", "grafana"]).answer();
    home.sandbox.advance(Duration::from_secs(61));
    for said in home.crowd(50, &["get", "grafana", "--verify=0s"]) {
        assert!(said.answer().starts_with("AWSELBAuthSessionCookie-0="));
    }
    let kept = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.run(&["get", "grafana", "--verify=0s"]).answer(), kept);
    assert_eq!(sign_ins(&home), 1);
}

#[test]
fn near_the_learnt_end_the_alb_is_asked_and_the_session_stays() {
    let home = aged(HOUR - 30);
    home.edit("grafana", |record| {
        record["learnt_life"] = Value::from(HOUR);
    });
    let cookie = home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    assert!(cookie.contains("no fresh session"), "{cookie}");
    let first = home.run(&["get", "grafana"]).answer();
    let requests = home.sandbox.requests();
    for _ in 0..5 {
        assert_eq!(home.run(&["get", "grafana"]).answer(), first);
    }
    assert_eq!(home.sandbox.requests(), requests, "once a minute is enough");
    assert_eq!((sign_ins(&home), learnt(&home)), (1, Some(HOUR)));
    home.edit("grafana", |record| {
        record["session"]["issued_at"] = Value::from(seconds_from_now(-HOUR - 1));
        record["session"]["verified_at"] = Value::from(seconds_from_now(-61));
    });
    assert_eq!(home.run(&["get", "grafana"]).answer(), first);
    assert_eq!((sign_ins(&home), learnt(&home)), (1, None));
}

#[test]
fn more_life_than_was_ever_learnt_is_not_asked_for_in_vain() {
    let home = aged(10);
    home.edit("grafana", |record| {
        record["learnt_life"] = Value::from(HOUR);
    });
    for _ in 0..3 {
        home.run(&["get", "grafana", "--min-life", "2h"]).answer();
    }
    assert_eq!(sign_ins(&home), 1);
    age_by(&home, HOUR / 2);
    home.run(&["get", "grafana", "--min-life", "45m"]).answer();
    assert_eq!(sign_ins(&home), 2);
}

#[test]
fn a_pasted_session_teaches_nothing_because_nobody_knows_its_age() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.run(&["logout", "grafana"]).answer(), "");
    assert_eq!(home.run_with(&["store", "grafana"], &cookie).answer(), "");
    age_by(&home, HOUR);
    home.sandbox.end_app_sessions("grafana");
    assert_ne!(
        home.run(&["get", "grafana", "--verify=0s"]).answer(),
        cookie
    );
    assert_eq!(learnt(&home), None);
}

//! The cache on the disk: whose it is, when an entry is good, and what is done where it cannot be used.

use std::path::Path;

use serde_json::Value;

use crate::home::{ADA, Home, seconds_from_now};

fn two_apps() -> Home {
    Home::with_apps(&["grafana", "argocd"])
}

/// Makes the session `age` seconds old, of one that lives for so many.
fn set_age(home: &Home, age: i64, life: i64) {
    home.edit("grafana", |record| {
        record["session"]["issued_at"] = Value::from(seconds_from_now(-age));
        record["session"]["bound"] = Value::from(seconds_from_now(life - age));
    });
}

/// Returns whether a `get` is a hit, by what it asks of the servers.
#[track_caller]
fn is_hit(home: &Home, arguments: &[&str]) -> bool {
    home.sandbox.clear_audit();
    home.run(arguments).answer();
    home.sandbox.requests() == 0
}

#[test]
fn the_cache_holds_readable_json_and_locks_and_nothing_else() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    home.run(&["get", "grafana", "--fresh"]).answer();
    let names = home.files();
    let (records, others): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| name.ends_with(".v2.json"));
    assert_eq!(records.len(), 2, "an app and an account: {names:?}");
    let locks: Vec<String> = records
        .iter()
        .map(|name| name.replace(".v2.json", ".lock"))
        .collect();
    assert_eq!(others, locks.iter().collect::<Vec<_>>(), "{names:?}");
    let (path, record) = home.record("grafana");
    assert!(
        path.file_name()
            .expect("a name")
            .to_string_lossy()
            .starts_with("127.0.0.1-")
    );
    assert_eq!(record["key"]["account"], ADA);
    let text = std::fs::read_to_string(path).expect("text");
    assert!(
        text.lines().count() > 5,
        "it is written for people to read: {text}"
    );
    for (path, record) in home.records() {
        let text = record.to_string();
        assert!(
            !text.contains("battery") && !text.contains("AWSALBAuthNonce"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_broken_entry_is_a_miss_and_is_replaced() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let (path, _) = home.record("grafana");
    let good = std::fs::read(&path).expect("it is ours");
    let mut broken: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\0\0\0\0".to_vec(),
        b"\xff\xfe{}".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        b"<html>".to_vec(),
        b"[".repeat(100_000),
        vec![b' '; 3 << 20],
        String::from_utf8_lossy(&good)
            .replace("\"session\"", "\"sitting\"")
            .into_bytes(),
        String::from_utf8_lossy(&good)
            .replace("-0\"", "-0\\u001b\"")
            .into_bytes(),
        String::from_utf8_lossy(&good)
            .replace("\"issued_at\": \"2", "\"issued_at\": \"x")
            .into_bytes(),
    ];
    broken.extend((1..10).map(|part| good[..good.len() * part / 10].to_vec()));
    for text in broken {
        std::fs::write(&path, &text).expect("it is ours");
        let shown = String::from_utf8_lossy(&text[..text.len().min(60)]).into_owned();
        assert!(!is_hit(&home, &["get", "grafana"]), "{shown:?}");
        assert!(is_hit(&home, &["get", "grafana"]), "{shown:?}");
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn another_apps_entry_in_the_place_of_ones_own_is_not_believed() {
    let home = two_apps();
    let grafana = home.run(&["get", "grafana"]).answer();
    home.run(&["get", "argocd"]).answer();
    let ((from, _), (to, _)) = (home.record("grafana"), home.record("argocd"));
    std::fs::copy(from, to).expect("a copy");
    let argocd = home.run(&["get", "argocd", "--verify=0s"]).answer();
    assert_ne!(argocd, grafana);
    assert_eq!(home.run(&["get", "grafana"]).answer(), grafana);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn another_account_or_cookie_name_is_another_entry() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace(ADA, "eve@corp.example"));
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    home.configure(&format!("{text}cookie = \"Other\"\n"));
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    home.configure(&text);
    home.run(&["get", "grafana", "--no-sign-in"]).answer();
}

#[test]
fn an_entry_from_the_future_is_a_miss_beyond_five_minutes() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    set_age(&home, -240, 3600);
    assert!(is_hit(&home, &["get", "grafana"]), "clocks differ a little");
    set_age(&home, -360, 3600);
    assert!(!is_hit(&home, &["get", "grafana"]));
}

#[test]
fn a_session_from_the_future_is_no_answer_to_a_call_for_a_fresh_one() {
    let home = Home::usual();
    let old = home.run(&["get", "grafana"]).answer();
    set_age(&home, -240, 3600);
    assert_ne!(home.run(&["get", "grafana", "--fresh"]).answer(), old);
}

#[test]
fn a_session_ends_a_margin_before_its_end() {
    let home = Home::usual();
    home.append("renew_ahead = 0");
    home.run(&["get", "grafana"]).answer();
    // The age, the life and whether there is more left than a minute, or a twentieth of a shorter life.
    for (age, life, good) in [
        (3600 - 90, 3600, true),
        (3600 - 45, 3600, false),
        (600 - 45, 600, true),
        (600 - 20, 600, false),
        (604_800 - 90, 604_800, true),
        (604_800 - 30, 604_800, false),
    ] {
        set_age(&home, age, life);
        assert_eq!(is_hit(&home, &["get", "grafana"]), good, "{age} of {life}");
    }
}

#[test]
fn min_life_asks_for_more_than_the_margin() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    set_age(&home, 45 * 60, 3600);
    assert!(is_hit(&home, &["get", "grafana"]));
    assert!(is_hit(&home, &["get", "grafana", "--min-life", "10m"]));
    home.run(&["get", "grafana", "--min-life", "20m", "--no-sign-in"])
        .told(3);
    assert!(!is_hit(&home, &["get", "grafana", "--min-life", "20m"]));
    assert!(
        is_hit(&home, &["get", "grafana", "--min-life", "6d"]),
        "the new one lives for a week"
    );
}

#[test]
fn no_sign_in_asks_nobody_and_makes_nothing() {
    let home = Home::usual();
    let words = home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    assert!(words.contains("hint: credential login grafana"), "{words}");
    assert_eq!(home.sandbox.requests(), 0);
    assert!(!home.cache().exists());
    let cold = home.run(&["get", "grafana"]).answer();
    assert_eq!(home.run(&["get", "grafana", "--no-sign-in"]).answer(), cold);
}

#[test]
fn an_entry_is_replaced_and_never_changed_in_place() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let (path, _) = home.record("grafana");
    let kept = home.path("kept");
    std::fs::hard_link(&path, &kept).expect("a second name");
    let before = std::fs::read_to_string(&kept).expect("text");
    home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(std::fs::read_to_string(&kept).expect("text"), before);
    assert_ne!(std::fs::read_to_string(&path).expect("text"), before);
}

#[test]
fn what_a_killed_writer_left_is_replaced_by_the_next_one() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let names = home.files();
    for (path, _) in home.records() {
        let left = path.to_string_lossy().replace(".v2.json", ".tmp");
        std::fs::write(left, "{\"half\": ").expect("a file");
    }
    home.sandbox.end_okta_sessions();
    let fresh = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        fresh
    );
    assert_eq!(home.files(), names);
}

#[test]
fn erase_forgets_the_session_and_keeps_the_lock() {
    let home = two_apps();
    home.run(&["erase", "grafana"]).done();
    assert!(!home.cache().exists(), "there was nothing to forget");
    home.run(&["get", "grafana"]).answer();
    let argocd = home.run(&["get", "argocd"]).answer();
    let (path, _) = home.record("grafana");
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["erase", "grafana"]).done(), "");
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
    assert_eq!(home.run(&["get", "argocd"]).answer(), argocd);
    assert_eq!(home.sandbox.requests(), 0);
    let lock = path.to_string_lossy().replace(".v2.json", ".lock");
    assert!(Path::new(&lock).exists());
}

#[test]
fn erase_with_a_secret_forgets_only_that_session() {
    let home = Home::usual();
    let old = home.run(&["get", "grafana"]).answer();
    let new = home.run(&["get", "grafana", "--fresh"]).answer();
    let host = home.sandbox.app_url("grafana").replace("https://", "");
    let erase = |secret: &str| {
        let request = format!(
            "protocol=https\nhost={host}\nusername={ADA}\npassword={}\n\n",
            secret.trim_end()
        );
        assert_eq!(
            home.run_with(&["erase", "--protocol", "git"], &request)
                .done(),
            ""
        );
    };
    erase(&old);
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        new,
        "a loser's word deletes nothing newer"
    );
    erase(&new);
    home.run(&["get", "grafana", "--no-sign-in"]).told(3);
}

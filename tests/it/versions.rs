//! An older and a newer program on one cache.

use std::path::{Path, PathBuf};

use crate::home::Home;

/// A record of a program of another version: none of our business.
const FOREIGN: &str = "{\"format\": 3, \"session\": \"sealed\"}\n";

/// The records in the cache as the program of another version calls them, with what stands in them.
fn plant(home: &Home) -> Vec<PathBuf> {
    let records = home.records().into_iter();
    let other = |path: &Path| {
        let path = path.to_string_lossy();
        [".v1.json", ".v3.json"].map(|end| PathBuf::from(path.replace(".v2.json", end)))
    };
    let paths: Vec<PathBuf> = records.flat_map(|(path, _)| other(&path)).collect();
    for path in &paths {
        std::fs::write(path, FOREIGN).expect("it is ours");
    }
    paths
}

#[test]
fn records_of_another_version_are_never_touched() {
    let home = Home::with_apps(&["grafana", "argocd"]);
    home.run(&["get", "grafana"]).answer();
    home.run(&["get", "argocd"]).answer();
    let others = plant(&home);
    assert_eq!(
        others.len(),
        6,
        "two apps and an account, each of two versions"
    );
    for arguments in [
        &["get", "grafana", "--fresh"][..],
        &["get", "grafana", "--verify=0s"],
        &["get", "argocd"],
        &["erase", "argocd"],
        &["login", "grafana"],
        &["status"],
        &["logout", "grafana"],
        &["logout", "corp"],
        &["get", "grafana"],
        &["logout", "--all"],
    ] {
        let outcome = home.run(arguments);
        assert_eq!(outcome.code, 0, "{arguments:?}: {}", outcome.stderr);
        for other in &others {
            let text = std::fs::read_to_string(other).expect("it is still there");
            assert_eq!(text, FOREIGN, "{arguments:?}: {}", other.display());
        }
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_claim_is_one_for_all_versions() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let locks: Vec<String> = home
        .files()
        .into_iter()
        .filter(|name| name.ends_with("lock"))
        .collect();
    assert_eq!(locks.len(), 2);
    assert!(locks.iter().all(|name| !name.contains(".v")), "{locks:?}");
}

#[test]
fn an_entry_is_read_in_any_order_and_with_unknown_members() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    // Members in the order of the alphabet, in one line: as another program may write them.
    home.edit("grafana", |record| {
        record["sealed_by"] = "a later program".into();
        record["session"]["binding"] = serde_json::json!({"kind": "none"});
    });
    assert_eq!(home.run(&["get", "grafana"]).answer(), cookie);
    home.edit_account(|record| record["webauthn"] = serde_json::json!([]));
    home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(
        home.sandbox.password_tries(),
        0,
        "Okta's session was read too"
    );
    home.run(&["get", "grafana", "--no-sign-in"]).answer();
}

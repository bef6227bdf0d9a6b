//! `credential logout` and `credential erase`.

use sandbox::{Event, Fault, Step};

use crate::home::Home;

#[test]
fn logout_of_an_app_forgets_its_cookie_without_a_request_to_okta() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["logout", "grafana"]).answer(), "");
    assert_eq!(home.sandbox.requests(), 0);
    assert!(!home.is_cached("grafana") && home.is_cached("wiki"));
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

/// Counts the ends of Okta sessions.
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
    let home = Home::with_apps(&["grafana", "wiki"]);
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["logout", "corp"]).answer(), "");
    assert_eq!(ended(&home), 1, "Okta was told");
    assert!(!home.is_cached("grafana") && !home.is_cached("wiki"));
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
    // A device token belongs to an org.
    let words = home.run(&["logout", "grafana", "--device"]).failure(2);
    assert!(words.contains("org"), "{words}");
    assert!(home.is_cached("grafana"), "and then nothing is forgotten");
}

#[test]
fn logout_of_all_forgets_everything_that_could_sign_in() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    // An app that was removed from the configuration is forgotten too.
    home.configure(&home.configuration(&["grafana".into()]));
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["logout", "--all"]).answer(), "");
    assert_eq!(ended(&home), 1);
    home.configure(&home.configuration(&["grafana".into(), "wiki".into()]));
    assert!(!home.is_cached("grafana") && !home.is_cached("wiki"));
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
fn logout_without_a_session_succeeds() {
    let home = Home::with_apps(&["grafana", "wiki"]);
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
fn logout_forgets_despite_trouble_at_okta_and_says_what_remains() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.fault((Step::Sessions, Fault::Html(503)));
    let words = home.run(&["logout", "corp"]).failure(6);
    assert!(
        words.contains("Okta session") && words.contains("503"),
        "{words}"
    );
    assert!(!home.is_cached("grafana"));
}

#[test]
fn logout_of_a_session_that_okta_has_ended_succeeds() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    assert_eq!(home.run(&["logout", "corp"]).answer(), "");
}

#[test]
fn erase_takes_an_app_or_a_url() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    for app in ["grafana", "wiki"] {
        let _ = home.run(&["get", app]).answer();
    }
    assert_eq!(home.run(&["erase", "grafana"]).answer(), "");
    assert!(!home.is_cached("grafana") && home.is_cached("wiki"));
    let url = format!("{}/some/where", home.sandbox.app_url("wiki"));
    assert_eq!(home.run(&["erase", &url]).answer(), "");
    assert!(!home.is_cached("wiki"));
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
        assert!(home.is_cached("grafana"), "{arguments:?}");
    }
}

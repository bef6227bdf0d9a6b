//! The options of `get` about the session: `--fresh`, `--no-sign-in`, `--min-life` and `--verify`.

use sandbox::{App, Event, Fault, Rule, Setup, Step};
use serde_json::Value;

use crate::home::Home;

#[test]
fn fresh_signs_in_despite_a_fresh_cached_session() {
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
fn no_sign_in_answers_from_the_cache_or_names_the_command() {
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
fn a_session_shorter_than_min_life_is_renewed() {
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
fn a_refused_session_is_renewed_once() {
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
fn a_hundred_verifications_of_a_refused_session_renew_it_once() {
    let home = Home::usual();
    let first = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_app_sessions("grafana");
    home.sandbox.clear_audit();
    let said = home.crowd(100, &["get", "grafana", "--verify=5m"]);
    // For five minutes after its issue, a session counts as verified.
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

/// A home whose app sends its root to another of its pages, which the ALB protects.
fn redirecting() -> Home {
    let mut app = App::new("grafana");
    app.rules = vec![Rule::authenticate("/app", "grafana")];
    app.root_redirect = Some("/app/".into());
    Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    })
}

#[test]
fn verify_follows_the_redirects_that_the_sign_in_followed() {
    let home = redirecting();
    let first = home.run(&["get", "grafana"]).answer();
    let verify = &["get", "grafana", "--verify=0s"];
    assert_eq!(home.run(verify).answer(), first);
    home.sandbox.end_app_sessions("grafana");
    let report = home.run(&["doctor", "grafana"]);
    assert!(
        report.stdout.contains("does not accept it any more"),
        "{report:?}"
    );
    let second = home.run(verify).answer();
    home.sandbox.end_app_sessions("grafana");
    home.sandbox.clear_audit();
    assert_ne!(home.run(verify).answer(), second);
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_refused_session_is_renewed_from_the_request_that_refused_it() {
    for home in [Home::usual(), redirecting()] {
        home.run(&["get", "grafana"]).answer();
        home.sandbox.end_app_sessions("grafana");
        let challenges = home.challenges();
        home.run(&["get", "grafana", "--verify=0s"]).answer();
        assert_eq!(home.challenges() - challenges, 1);
        assert_eq!(home.sandbox.violations(), []);
    }
}

#[test]
fn a_pasted_session_that_was_never_verified_is_asked_about() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    home.run(&["logout", "grafana"]).answer();
    home.run_with(&["store", "grafana"], &cookie).answer();
    home.sandbox.end_app_sessions("grafana");
    let verified = home.run(&["get", "grafana", "--verify"]).answer();
    assert_ne!(verified, cookie);
    assert_eq!(home.run(&["get", "grafana", "--verify"]).answer(), verified);
}

#[test]
fn a_kept_cookie_of_an_app_without_a_sign_in_is_asked_about() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    home.append("method = \"none\"");
    home.run_with(&["store", "grafana"], &cookie).answer();
    assert_eq!(home.run(&["get", "grafana", "--verify"]).answer(), cookie);
    home.sandbox.end_app_sessions("grafana");
    let told = home.run(&["get", "grafana", "--verify"]).told(3);
    assert!(told.contains("no session cookie is kept"), "{told}");
}

#[test]
fn trouble_during_verification_keeps_the_session() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    home.sandbox.fault((Step::Start, Fault::Html(502)));
    let said = home.run(&["get", "grafana", "--verify=0s"]);
    // An error page of a gateway says nothing about the session: it is answered or the trouble reported, never dropped.
    assert!([0, 6].contains(&said.code), "{said:?}");
    home.sandbox.clear_faults();
    assert_eq!(
        home.run(&["get", "grafana", "--no-sign-in"]).answer(),
        cookie
    );
}

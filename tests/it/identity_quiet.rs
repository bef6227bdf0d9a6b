//! Renewals ahead of time at the Identity Engine: they use the session, and disturb nobody.

use std::time::Duration;

use sandbox::{App, Event, Factor, Identity, Need, Number, PhoneManner, SignOn};
use serde_json::Value;

use crate::ahead::{make_old, tried, until, until_free, until_over};
use crate::factors::{SEED, assert_lawful, cancelled, home};
use crate::home::{ADA, Home};
use crate::identity::{SEEDED, requests, setup_at, stocked};
use crate::lockout_scene::busy;
use crate::screen::PATIENCE;

const AT_OKTA: [&str; 2] = ["GET app grafana ", "GET org authorize"];

/// A home whose app wants what is named beside the password, and that is signed in.
fn signed_in(identity: Identity, factors: Vec<Factor>, lines: &str) -> Home {
    let mut setup = busy(setup_at(identity, factors, [Need::Possession]));
    setup.phone = PhoneManner::ApprovesAfter { polls: 1 };
    let home = stocked(home(
        setup,
        &format!("{lines}\nremember_device = false\npush_unattended = true"),
    ));
    let said = home.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    home
}

/// Has a hit start a renewal, and waits for the renewal's end. Its requests.
fn renewal(home: &Home) -> Vec<String> {
    make_old(home);
    home.edit("grafana", |record| {
        record["renewal_tried_at"] = Value::Null;
    });
    let _ = home.run(&["get", "grafana"]).answer();
    until_over(home);
    requests(home)
}

fn pushing() -> (Identity, Vec<Factor>) {
    let identity = Identity {
        number: Number::Never,
        ..Identity::new().polled_every(1000)
    };
    (identity, vec![Factor::push("Ada's phone")])
}

#[test]
fn a_session_that_is_enough_renews_in_three_requests() {
    let (identity, factors) = pushing();
    let home = signed_in(identity, factors, "");
    let mut wanted: Vec<&str> = AT_OKTA.to_vec();
    wanted.push("GET app grafana idpresponse");
    let asked = renewal(&home);
    // The answer may be awaited by the renewal when its claim is free.
    assert_eq!(asked, wanted);
    assert_eq!(home.sandbox.pushes(), 0);
    assert_lawful(&home);
}

#[test]
fn no_push_is_sent_though_unattended_calls_may_send_one() {
    let (identity, factors) = pushing();
    let home = signed_in(identity, factors, "");
    home.sandbox.end_okta_sessions();
    let _ = renewal(&home);
    assert_eq!(home.sandbox.pushes(), 0);
    let polled = |event: &Event| matches!(event, Event::Polled { .. });
    assert_eq!(home.sandbox.count(polled), 0);
    assert_lawful(&home);
}

#[test]
fn a_push_that_okta_starts_by_itself_is_cancelled_and_never_started_again() {
    let (identity, factors) = pushing();
    let identity = Identity {
        preselects: true,
        ..identity
    };
    let home = signed_in(identity, factors, "");
    home.sandbox.end_okta_sessions();
    let _ = renewal(&home);
    until("the cancellation", || cancelled(&home) == 1);
    assert_eq!(home.sandbox.pushes(), 1);
    assert_eq!(home.sandbox.phone(ADA).pushes_waiting(), 0);
    // From now on a renewal asks nobody: the session has ended, and there is no silent way.
    home.edit("grafana", |record| {
        record["renewal_tried_at"] = Value::Null;
    });
    make_old(&home);
    let _ = home.run(&["get", "grafana"]).answer();
    until("another renewal", || tried(&home).is_some());
    until_free(&home);
    assert_eq!(requests(&home), [""; 0]);
    // A caller who waits for the session still gets it.
    home.expire("grafana");
    let said = home.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn a_code_is_computed_where_the_seed_lies_ready() {
    let home = signed_in(Identity::new(), vec![Factor::totp(SEED)], SEEDED);
    home.sandbox.end_okta_sessions();
    home.sandbox.advance(Duration::from_secs(60));
    let asked = renewal(&home);
    assert!(asked.contains(&"POST org answer".to_owned()), "{asked:?}");
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (1, 1)
    );
    assert_lawful(&home);
}

#[test]
fn a_renewal_that_would_run_a_command_stops_at_the_page() {
    let home = signed_in(Identity::new(), vec![Factor::totp(SEED)], SEEDED);
    home.sandbox.end_okta_sessions();
    let command = "{ totp = { command = [\"sh\", \"-c\", \"touch ran; cat seed\"] } }";
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    home.configure(&text.replace("{ totp = { file = \"seed\" } }", command));
    assert_eq!(renewal(&home), AT_OKTA);
    assert!(!home.path("ran").exists());
    assert_lawful(&home);
}

#[test]
fn a_waiting_call_is_told_who_signs_in_and_what_was_asked() {
    let (identity, factors) = pushing();
    let mut setup = setup_at(identity, factors, [Need::Possession]);
    setup
        .apps
        .push(App::new("argocd").signing_on(SignOn::asking([Need::Possession])));
    let home = Home::new(setup);
    home.append_to_org("push_unattended = true");
    let phone = home.sandbox.phone(ADA);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| home.run(&["get", "grafana"]));
        assert!(phone.wait_for_push(PATIENCE));
        let waiting = home
            .credential(&["get", "argocd"])
            .stderr(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut waiting = crate::screen::Said::of(waiting);
        waiting.until("waits for approval on Ada's phone");
        assert!(phone.approve());
        assert_eq!(first.join().expect("it runs").code, 0);
        let said = waiting.outcome();
        assert_eq!(said.code, 0, "{}", said.stderr);
    });
    assert_eq!(home.sandbox.pushes(), 1);
    home.assert_passwords(1);
}

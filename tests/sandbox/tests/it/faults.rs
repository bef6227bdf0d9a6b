//! Servers that misbehave do so as they are told, and stop when told.

use sandbox::{App, Event, Fault, PASSWORD, Plan, Sandbox, Setup, Step};
use std::time::Duration;

use crate::browser::{Ask, authn, authorize, callback, sign_in, start};

#[test]
fn a_fault_is_played_as_often_as_planned_and_where() {
    let mut setup = Setup::default();
    setup.apps.push(App::new("argocd"));
    let sandbox = Sandbox::start(setup);
    sandbox.fault(
        Plan::new(Step::Start, Fault::BalancerPage(500))
            .app("argocd")
            .times(1),
    );
    let status = |app: &str| Ask::get(&sandbox.app_url(app)).send(&sandbox).status;
    assert_eq!(status("grafana"), 302);
    assert_eq!((status("argocd"), status("argocd")), (500, 302));
    sandbox.fault((Step::Start, Fault::BalancerPage(561)));
    assert_eq!((status("grafana"), status("grafana")), (561, 561));
    sandbox.clear_faults();
    assert_eq!(status("grafana"), 302);
}

#[test]
fn authn_can_fail_in_many_ways() {
    let sandbox = Sandbox::start(Setup::default());
    let play = |fault: Fault| {
        sandbox.clear_faults();
        sandbox.fault((Step::Authn, fault));
        sandbox.advance(Duration::from_secs(1));
        authn(&sandbox, PASSWORD)
    };
    assert_eq!(play(Fault::Empty).body, "");
    assert_eq!(play(Fault::Html(503)).status, 503);
    assert!(serde_json::from_str::<serde_json::Value>(&play(Fault::NotJson).body).is_err());
    assert_eq!(
        play(Fault::Status("DANCE".to_owned())).json()["status"],
        "DANCE"
    );
    assert!(
        play(Fault::EchoPassword).json()["errorSummary"]
            .as_str()
            .is_some_and(|text| text.contains(PASSWORD))
    );
    let escape = "\u{1b}[31mred".to_owned();
    assert_eq!(
        play(Fault::Summary(escape.clone())).json()["errorSummary"],
        escape
    );
    assert_eq!(play(Fault::NoDate).header("Date"), "");
    assert!(play(Fault::Huge).body.len() > 1024 * 1024);
    let limited = play(Fault::TooMany(Duration::from_secs(30)));
    let reset: i64 = limited
        .header("X-Rate-Limit-Reset")
        .parse()
        .expect("a number");
    assert!((29..=31).contains(&(reset - sandbox.now().unix_timestamp())));
    assert_eq!(play(Fault::Concurrency).header("X-Rate-Limit-Limit"), "0");
    let away = play(Fault::Location("https://elsewhere.example/".to_owned()));
    assert_eq!(
        (away.status, away.header("Location")),
        (302, "https://elsewhere.example/")
    );
}

#[test]
fn an_answer_can_be_cut_or_go_on_for_ever() {
    let sandbox = Sandbox::start(Setup::default());
    let whole = Ask::get(&sandbox.app_url("grafana"))
        .send_raw(&sandbox)
        .len();
    sandbox.fault(Plan::new(Step::Start, Fault::Cut).times(1));
    assert!(
        Ask::get(&sandbox.app_url("grafana"))
            .send_raw(&sandbox)
            .len()
            < whole - 100
    );
    sandbox.fault(Plan::new(Step::Start, Fault::Endless).times(1));
    let endless = Ask::get(&sandbox.app_url("grafana")).send_raw(&sandbox);
    assert!(endless.ends_with(b"1\r\n \r\n"));
}

#[test]
fn redirects_lead_astray() {
    let sandbox = Sandbox::start(Setup::default());
    sandbox.fault((Step::Start, Fault::Elsewhere));
    let location = Ask::get(&sandbox.app_url("grafana")).send(&sandbox);
    let trap = format!("{}/oauth2/v1/authorize?", sandbox.elsewhere_url());
    assert!(location.header("Location").starts_with(&trap));
    sandbox.clear_faults();
    sandbox.fault((Step::Authorize, Fault::PlainHttp));
    let back = authorize(&sandbox, &start(&sandbox, "/"));
    assert!(back.header("Location").starts_with("http://127.0.0.1:"));
}

#[test]
fn authorize_refuses_with_any_words_and_burns_the_token() {
    let sandbox = Sandbox::start(Setup::default());
    let error = "temporarily_unavailable".to_owned();
    let description = "come back & try".to_owned();
    sandbox.fault((Step::Authorize, Fault::OktaError { error, description }));
    let back = authorize(&sandbox, &start(&sandbox, "/"));
    let tail = "&error=temporarily_unavailable&error_description=come+back+%26+try";
    assert!(back.header("Location").ends_with(tail));
    let burnt = |event: &Event| matches!(event, Event::SessionTokenBurnt { .. });
    assert_eq!(sandbox.count(burnt), 1);
}

#[test]
fn the_family_can_come_broken() {
    let names = |fault: Fault| {
        let sandbox = Sandbox::start(Setup::default());
        sandbox.fault((Step::Callback, fault));
        let answer = sign_in(&sandbox);
        let lines: Vec<String> = answer
            .set_cookies()
            .iter()
            .filter_map(|line| line.split('=').next())
            .map(|name| name.rsplit('-').next().unwrap_or_default().to_owned())
            .collect();
        lines.join(" ")
    };
    assert_eq!(names(Fault::FifthShard), "0 1 2 3 4");
    assert_eq!(names(Fault::ShardGap), "0 2");
    assert_eq!(names(Fault::NoFirstShard), "");
    assert_eq!(names(Fault::NoCookies), "");
    assert_eq!(names(Fault::ShardName(b"bad name".to_vec())), "bad name");
}

#[test]
fn cookies_can_hold_any_bytes() {
    let sandbox = Sandbox::start(Setup::default());
    sandbox.fault((Step::Callback, Fault::ShardValue(b"a\x01\x7fb".to_vec())));
    let begun = start(&sandbox, "/");
    let back = authorize(&sandbox, &begun);
    let answer = callback(&sandbox, &begun, &back);
    assert!(
        answer.set_cookies()[0].starts_with("AWSELBAuthSessionCookie-0=a\u{1}\u{7f}b; Expires=")
    );
}

#[test]
fn an_identity_provider_that_is_down_is_a_500_and_spares_the_code() {
    let sandbox = Sandbox::start(Setup::default());
    sandbox.fault(Plan::new(Step::Callback, Fault::IdentityProviderDown).times(1));
    let begun = start(&sandbox, "/");
    let back = authorize(&sandbox, &begun);
    assert_eq!(callback(&sandbox, &begun, &back).status, 500);
    assert_eq!(callback(&sandbox, &begun, &back).status, 302);
}

#[test]
fn a_late_answer_is_the_true_one() {
    let sandbox = Sandbox::start(Setup::default());
    sandbox.fault((Step::Start, Fault::Late(Duration::from_millis(10))));
    let answer = Ask::get(&sandbox.app_url("grafana")).send(&sandbox);
    assert_eq!(answer.status, 302);
    assert!(
        sandbox
            .events()
            .iter()
            .any(|event| matches!(event, Event::Faulted { .. }))
    );
}

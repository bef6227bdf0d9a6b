//! The sign-in end to end: which rung is taken, and what is sent.

use std::time::Duration;

use sandbox::{App, Client, Event, Fault, Pipeline, Setup, Step};

use crate::home::Home;

#[test]
fn a_cold_get_signs_in_and_a_warm_one_asks_nobody() {
    let home = Home::usual();
    let cold = home.run(&["get", "grafana"]).answer();
    assert!(cold.starts_with("AWSELBAuthSessionCookie-0="));
    assert_eq!(cold.matches('\n').count(), 1, "the answer is one line");
    home.assert_sign_ins(1, 1);
    assert_eq!(
        home.sandbox.requests(),
        5,
        "app and engine, authn, authorize, callback"
    );
    assert_eq!(home.sandbox.violations(), []);
    home.sandbox.clear_audit();
    let warm = home.run(&["get", "grafana"]).answer();
    assert_eq!(warm, cold);
    assert_eq!(home.sandbox.requests(), 0);
    // The engine is known for a week: a later sign-in is one request shorter.
    home.expire("grafana");
    home.sandbox.end_okta_sessions();
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(
        home.sandbox.requests(),
        5,
        "app, the session, authn, authorize, callback"
    );
}

#[test]
fn an_engine_that_is_named_is_not_asked_for() {
    let home = Home::usual();
    home.append_to_org("engine = \"classic\"");
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(
        home.sandbox.requests(),
        4,
        "app and authn, authorize, callback"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn the_alb_takes_the_cookie_that_was_given() {
    let home = Home::usual();
    let cold = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["get", "grafana", "--verify=0s"]).answer(), cold);
    let accepted = |event: &Event| matches!(event, Event::SessionAccepted { user, .. } if user == "ada@corp.example");
    assert_eq!(
        (home.sandbox.count(accepted), home.sandbox.requests()),
        (1, 1)
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn the_founding_flow_introduces_itself_with_the_configured_client() {
    let mut client = Client::new("0oacli", "cli");
    client.redirect_uris = vec!["https://cli.corp.example/callback".into()];
    let home = Home::new(Setup {
        clients: vec![client],
        ..Setup::default()
    });
    home.append("client_id = \"0oacli\"\nredirect_uri = \"https://cli.corp.example/callback\"");
    home.run(&["get", "grafana"]).answer();
    let codes = |wanted: &'static str| move |event: &Event| matches!(event, Event::CodeIssued { client, .. } if client == wanted);
    assert_eq!(home.sandbox.count(codes("0oacli")), 1);
    assert_eq!(home.sandbox.count(codes("0oagrafana")), 1);
    home.assert_sign_ins(1, 1);
    assert_eq!(home.challenges(), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn the_founding_flow_may_use_the_client_of_the_alb_itself() {
    let mut app = App::new("grafana");
    app.own_authorize = true;
    let home = Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    let callback = home.sandbox.callback_url("grafana");
    home.append(&format!(
        "client_id = \"0oagrafana\"\nredirect_uri = \"{callback}\""
    ));
    home.run(&["get", "grafana"]).answer();
    home.assert_sign_ins(1, 1);
    let callbacks = |event: &Event| matches!(event, Event::CallbackRefused { .. });
    assert_eq!(
        home.sandbox.count(callbacks),
        0,
        "the first code is not taken to the ALB"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn the_founding_flow_is_not_walked_while_okta_knows_us() {
    let mut client = Client::new("0oacli", "cli");
    client.redirect_uris = vec!["https://cli.corp.example/callback".into()];
    let home = Home::new(Setup {
        clients: vec![client],
        ..Setup::default()
    });
    home.append("client_id = \"0oacli\"\nredirect_uri = \"https://cli.corp.example/callback\"");
    home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    home.run(&["get", "grafana", "--fresh"]).answer();
    let introduced =
        |event: &Event| matches!(event, Event::CodeIssued { client, .. } if client == "0oacli");
    assert_eq!(
        (
            home.sandbox.password_tries(),
            home.sandbox.count(introduced)
        ),
        (0, 0)
    );
    assert_eq!(home.sandbox.requests(), 3);
}

#[test]
fn a_custom_authorization_server_is_as_good_as_the_orgs_own() {
    let mut app = App::new("grafana");
    app.protected().client.server = Some("default".into());
    let home = Home::new(Setup {
        apps: vec![app, App::new("argocd")],
        ..Setup::default()
    });
    home.run(&["get", "grafana"]).answer();
    home.run(&["get", "argocd"]).answer();
    home.assert_sign_ins(1, 2);
    let custom = |event: &Event| matches!(event, Event::Request { path, .. } if path == "/oauth2/default/v1/authorize");
    assert_eq!(home.sandbox.count(custom), 1);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_prompt_of_the_alb_is_replaced_and_its_other_parameters_are_kept() {
    let mut app = App::new("grafana");
    app.protected().extra = vec![
        ("prompt".into(), "login".into()),
        ("login_hint".into(), "ada+test@corp.example /\u{e4}".into()),
        ("prompt_create".into(), "yes".into()),
    ];
    let home = Home::new(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    home.run(&["get", "grafana"]).answer();
    home.run(&["get", "grafana", "--fresh"]).answer();
    home.assert_sign_ins(1, 2);
}

#[test]
fn both_engines_of_okta_sign_in_and_renew_silently() {
    for pipeline in [Pipeline::Classic, Pipeline::Identity] {
        let home = Home::new(Setup {
            pipeline,
            ..Setup::default()
        });
        let first = home.run(&["get", "grafana"]).answer();
        assert_ne!(
            home.run(&["get", "grafana", "--fresh"]).answer(),
            first,
            "{pipeline:?}"
        );
        assert_eq!(
            (
                home.sandbox.password_tries(),
                home.sandbox.sessions_issued()
            ),
            (1, 2),
            "{pipeline:?}"
        );
        assert_eq!(home.sandbox.violations(), [], "{pipeline:?}");
    }
}

#[test]
fn a_server_that_tells_no_time_is_judged_by_the_local_clock() {
    let home = Home::usual();
    for step in [Step::Start, Step::Authn, Step::Authorize, Step::Callback] {
        home.sandbox.fault((step, Fault::NoDate));
    }
    let cold = home.run(&["get", "grafana"]).answer();
    home.sandbox.clear_audit();
    assert_eq!(home.run(&["get", "grafana"]).answer(), cold);
    assert_eq!(home.sandbox.requests(), 0);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_server_whose_clock_is_hours_off_changes_no_lifetime() {
    let home = Home::usual();
    home.sandbox.advance(Duration::from_secs(29 * 60 * 60));
    let before = time::OffsetDateTime::now_utc();
    let text = home.run(&["get", "grafana", "--as", "json"]).answer();
    let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let date = |name: &str| {
        let text = answer[name].as_str().expect("a date");
        time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
            .expect("RFC 3339")
    };
    let (issued, expires) = (date("issued_at"), date("expires_at"));
    assert!(
        issued >= before.replace_nanosecond(0).expect("0 is one")
            && issued <= time::OffsetDateTime::now_utc()
    );
    let life = expires - issued;
    assert!(
        (life - time::Duration::days(7)).abs() <= time::Duration::seconds(2),
        "{life}"
    );
}

#[test]
fn a_session_is_no_younger_here_than_at_the_alb_however_late_it_arrives() {
    let home = Home::usual();
    let late = Fault::Late(Duration::from_millis(300));
    home.sandbox.fault((Step::Callback, late));
    let text = home.run(&["get", "grafana", "--as", "json"]).answer();
    let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let cookie = answer["cookie"].as_str().expect("a cookie");
    let known = home.sandbox.session(cookie).expect("it was issued");
    let (_, record) = home.record("grafana");
    let here = record["session"]["issued_at"].as_str().expect("a date");
    let here = time::OffsetDateTime::parse(here, &time::format_description::well_known::Rfc3339)
        .expect("RFC 3339");
    assert!(here <= known.issued_at, "{here} {}", known.issued_at);
}

#[test]
fn a_server_that_the_certificate_file_lacks_is_found_in_the_directory() {
    let mut home = Home::usual();
    let other = Home::usual();
    let directory = home.path("certificates");
    std::fs::create_dir(&directory).expect("a directory");
    std::fs::copy(home.sandbox.ca_file(), directory.join("ca.pem")).expect("a copy");
    home.set("SSL_CERT_FILE", other.sandbox.ca_file().to_string_lossy());
    let said = home.run(&["get", "grafana"]).told(6);
    assert!(said.contains("SSL_CERT_FILE"), "{said}");
    assert_eq!(home.sandbox.password_tries(), 0);
    home.set("SSL_CERT_DIR", directory.to_string_lossy());
    home.run(&["get", "grafana"]).answer();
    assert_eq!(home.sandbox.password_tries(), 1);
}

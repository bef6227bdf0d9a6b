//! The engine that an org runs on: found out, configured, remembered, and corrected by the page of a sign-in.

use sandbox::{App, Event, Factor, Fault, Identity, Need, Plan, Setup, Step};

use crate::factors::{SEED, assert_lawful, home};
use crate::home::Home;
use crate::identity::{SEEDED, posts, requests, setup_at, stocked};

/// The names of the requests to the org.
fn of_org(home: &Home) -> Vec<String> {
    let asked = requests(home).into_iter();
    let names = asked.filter_map(|line| line.split_once(" org ").map(|(_, name)| name.to_owned()));
    names.collect()
}

fn by_api(home: &Home) -> bool {
    of_org(home).iter().any(|name| name == "authn")
}

fn by_page(home: &Home) -> bool {
    of_org(home).iter().any(|name| name == "introspect")
}

/// Another org at the same addresses, on another engine.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a test writes its setup in place"
)]
fn move_to(home: &mut Home, setup: Setup) {
    let port = |url: &str| -> u16 {
        let (_, port) = url.trim_end_matches('/').rsplit_once(':').expect("a port");
        port.parse().expect("a number")
    };
    let org = port(&home.sandbox.org_url());
    let app = port(&home.sandbox.app_url("grafana"));
    let key = Some([7; 32]);
    let next = |org_port, port| Setup {
        org_port,
        apps: vec![App {
            port,
            key,
            ..setup.apps[0].clone()
        }],
        ..setup.clone()
    };
    // The ports are free before the next servers take them.
    home.sandbox = sandbox::Sandbox::start(Setup::default());
    home.sandbox = sandbox::Sandbox::start(next(org, app));
}

#[test]
fn the_engine_is_asked_for_once_and_remembered() {
    let home = home(setup_at(Identity::new(), [], []), "engine = \"auto\"");
    let _ = home.run(&["get", "grafana"]).answer();
    home.sandbox.end_okta_sessions();
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    let asked = of_org(&home);
    let discoveries = asked.iter().filter(|name| *name == "okta-organization");
    assert_eq!(discoveries.count(), 1);
    home.assert_passwords(2);
}

#[test]
fn an_engine_that_is_named_is_not_asked_for() {
    let rows = [
        (setup_at(Identity::new(), [], []), "engine = \"idx\"", true),
        (Setup::default(), "engine = \"classic\"", false),
    ];
    for (setup, line, is_page) in rows {
        let home = home(setup, line);
        let _ = home.run(&["get", "grafana"]).answer();
        assert_eq!(by_page(&home), is_page, "{line}");
        assert_eq!(by_api(&home), !is_page, "{line}");
        assert!(!of_org(&home).contains(&"okta-organization".into()));
        home.assert_passwords(1);
    }
}

#[test]
fn the_variable_names_the_engine_where_there_is_no_file() {
    for (value, is_page) in [("idx", true), ("auto", true), ("classic", false)] {
        let mut home = Home::bare(setup_at(Identity::new(), [], []));
        home.set("ALB_CREDENTIAL_ORG_URL", home.sandbox.org_url());
        home.set("ALB_CREDENTIAL_USERNAME", crate::home::ADA);
        home.set("ALB_CREDENTIAL_PASSWORD", sandbox::PASSWORD);
        home.set("ALB_CREDENTIAL_APP_URL", home.sandbox.app_url("grafana"));
        home.set("ALB_CREDENTIAL_ENGINE", value);
        let said = home.run(&["get"]);
        assert_eq!(said.code, 0, "{value}: {}", said.stderr);
        assert_eq!(by_page(&home), is_page, "{value}");
        assert_eq!(by_api(&home), !is_page, "{value}");
        home.assert_passwords(1);
    }
}

#[test]
fn a_wrong_word_is_a_mistake_with_the_right_ones() {
    let home = home(setup_at(Identity::new(), [], []), "engine = \"oie\"");
    let told = home.run(&["get", "grafana"]).told(2);
    for word in ["auto", "classic", "idx"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert_eq!(home.sandbox.requests(), 0);

    let mut home = Home::bare(setup_at(Identity::new(), [], []));
    home.set("ALB_CREDENTIAL_ORG_URL", home.sandbox.org_url());
    home.set("ALB_CREDENTIAL_USERNAME", crate::home::ADA);
    home.set("ALB_CREDENTIAL_PASSWORD", sandbox::PASSWORD);
    home.set("ALB_CREDENTIAL_APP_URL", home.sandbox.app_url("grafana"));
    home.set("ALB_CREDENTIAL_ENGINE", "v2");
    let told = home.run(&["get"]).told(2);
    assert!(told.contains("ALB_CREDENTIAL_ENGINE"), "{told}");
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn an_identity_engine_that_is_configured_at_a_classic_org_is_a_mistake() {
    let home = home(Setup::default(), "engine = \"idx\"");
    let told = home.run(&["get", "grafana"]).told(2);
    assert!(
        told.contains("does not run on the Identity Engine"),
        "{told}"
    );
    assert!(told.contains("engine = \"auto\""), "{told}");
    assert!(told.contains("org.corp"), "{told}");
    assert_eq!(posts(&home), 0);
    assert_lawful(&home);
}

#[test]
fn an_org_that_does_not_say_its_engine_is_asked_by_the_api_this_once() {
    for fault in [
        Fault::Empty,
        Fault::Html(200),
        Fault::HangUp,
        Fault::Html(502),
    ] {
        let home = home(setup_at(Identity::new(), [], []), "");
        home.sandbox
            .fault(Plan::new(Step::Discovery, fault.clone()).times(1));
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{fault}: {}", said.stderr);
        assert!(by_api(&home), "{fault}");
        home.sandbox.end_okta_sessions();
        home.sandbox.clear_audit();
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
        assert!(
            of_org(&home).contains(&"okta-organization".into()),
            "{fault}"
        );
        assert!(by_page(&home), "{fault}");
        home.assert_passwords(1);
    }
}

#[test]
fn a_page_after_the_api_costs_no_second_password_and_is_remembered() {
    let identity = Identity {
        none_gives_page: true,
        ..Identity::new()
    };
    let factors = [Factor::totp(SEED)];
    let home = stocked(home(
        setup_at(identity, factors, [Need::Possession]),
        SEEDED,
    ));
    home.sandbox
        .fault(Plan::new(Step::Discovery, Fault::Empty).times(1));
    // The page does not know of the password that the API has taken.
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(told.contains("a password is sent once"), "{told}");
    assert_eq!(
        (home.sandbox.password_tries(), home.sandbox.code_tries()),
        (1, 0)
    );
    home.edit_account(|record| record["backoff"] = serde_json::Value::Null);
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "grafana"]).answer();
    assert!(!by_api(&home));
    assert!(!of_org(&home).contains(&"okta-organization".into()));
    // The session that the API has made is used: the code alone was missing.
    assert_eq!(home.sandbox.code_tries(), 1);
    home.assert_passwords(0);
}

#[test]
fn an_org_that_moves_to_the_identity_engine_is_followed() {
    let mut home = home(Setup::default(), "");
    let _ = home.run(&["get", "grafana"]).answer();
    move_to(&mut home, setup_at(Identity::new(), [], []));
    // The kept session is unknown there, and the page says which engine has taken over.
    let said = home.run(&["get", "grafana", "--fresh"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let passwords = home.sandbox.password_tries();
    assert_eq!(passwords, 1);
    home.sandbox.end_okta_sessions();
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    assert_eq!(home.sandbox.password_tries(), 1);
}

#[test]
fn an_org_that_was_on_the_identity_engine_and_is_classic_is_followed() {
    let mut home = home(setup_at(Identity::new(), [], []), "");
    let _ = home.run(&["get", "grafana"]).answer();
    move_to(&mut home, Setup::default());
    let said = home.run(&["get", "grafana", "--fresh"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(by_api(&home));
    assert_eq!(home.sandbox.password_tries(), 1);
    home.sandbox.end_okta_sessions();
    home.sandbox.clear_audit();
    let _ = home.run(&["get", "grafana", "--fresh"]).answer();
    assert!(!by_page(&home));
    assert_lawful(&home);
}

#[test]
fn the_question_for_the_engine_carries_no_cookie_and_ends_soon() {
    let home = home(setup_at(Identity::new(), [], []), "");
    home.sandbox
        .fault(Plan::new(Step::Discovery, Fault::Silence).times(1));
    let begun = std::time::Instant::now();
    let said = home.run(&["get", "grafana"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(begun.elapsed() < std::time::Duration::from_secs(20));
    let astray = |event: &Event| matches!(event, Event::Violated(_));
    assert_eq!(home.sandbox.count(astray), 0);
}

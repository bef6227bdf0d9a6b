//! The flow from end to end, and what may be used only once.

use sandbox::{Client, Event, Pipeline, Sandbox, Setup, Violation};
use std::time::Duration;

use crate::browser::{Ask, Start, authn, authorize, callback, sign_in, start, token};

fn refusals(sandbox: &Sandbox) -> Vec<&'static str> {
    let events = sandbox.events().into_iter();
    events
        .filter_map(|event| match event {
            Event::CallbackRefused { reason, .. } => Some(reason),
            _ => None,
        })
        .collect()
}

#[test]
fn a_correct_client_gets_in_and_leaves_no_violation() {
    for pipeline in [Pipeline::Classic, Pipeline::Identity] {
        let sandbox = Sandbox::start(Setup {
            pipeline,
            ..Setup::default()
        });
        let start = start(&sandbox, "/dashboards?from=now-6h&to=a%2Fb");
        let back = authorize(&sandbox, &start);
        assert_eq!(back.status, 302);
        let session = callback(&sandbox, &start, &back);
        assert_eq!(session.status, 302);
        let home = format!(
            "{}/dashboards?from=now-6h&to=a%2Fb",
            sandbox.app_url("grafana")
        );
        assert_eq!(session.header("Location"), home);
        let page = Ask::get(&home).jar(&session.jar()).send(&sandbox);
        assert_eq!(page.status, 200);
        assert_eq!(page.json()["user"], "ada@corp.example");
        assert_eq!(page.json()["cookies"][0], "AWSELBAuthSessionCookie-0");
        assert_eq!(sandbox.violations(), []);
        assert_eq!(sandbox.password_tries(), 1);
        assert_eq!(sandbox.sessions_issued(), 1);
    }
}

#[test]
fn a_session_is_known_by_its_cookie_and_a_connection_is_counted() {
    let sandbox = Sandbox::start(Setup::default());
    let session = sign_in(&sandbox);
    let pairs: Vec<String> = session
        .jar()
        .iter()
        .filter(|(name, _)| name.starts_with("AWSELBAuthSessionCookie-"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let cookie = pairs.join("; ");
    let known = sandbox.session(&cookie).expect("it was issued");
    assert_eq!(known.app, "grafana");
    assert_eq!(known.user, "ada@corp.example");
    assert!(known.issued_at <= sandbox.now());
    let life = known.ends_at - known.issued_at;
    assert!(time::Duration::days(6) < life && life <= time::Duration::days(7));
    assert_eq!(sandbox.session(&cookie[..cookie.len() - 1]), None);
    let before = sandbox.connections();
    let _ = Ask::get(&sandbox.app_url("grafana")).send(&sandbox);
    assert_eq!(sandbox.connections() - before, 1);
}

#[test]
fn the_okta_session_of_one_sign_in_serves_the_next() {
    for (pipeline, name) in [(Pipeline::Classic, "sid"), (Pipeline::Identity, "idx")] {
        let sandbox = Sandbox::start(Setup {
            pipeline,
            ..Setup::default()
        });
        let okta = authorize(&sandbox, &start(&sandbox, "/")).cookie(name);
        let again = start(&sandbox, "/");
        let back = Ask::get(&format!("{}&prompt=none", again.authorize))
            .cookie(name, &okta)
            .send(&sandbox);
        assert_eq!(callback(&sandbox, &again, &back).status, 302);
        assert_eq!(sandbox.password_tries(), 1);
        sandbox.advance(Duration::from_secs(2 * 60 * 60));
        let back = Ask::get(&format!("{}&prompt=none", again.authorize))
            .cookie(name, &okta)
            .send(&sandbox);
        assert!(back.header("Location").contains("error=login_required"));
    }
}

#[test]
fn a_session_token_is_good_once_and_for_five_minutes() {
    let sandbox = Sandbox::start(Setup::default());
    let start = start(&sandbox, "/");
    let spend = |token: &str| {
        let url = format!("{}&prompt=none&sessionToken={token}", start.authorize);
        Ask::get(&url).send(&sandbox).header("Location").to_owned()
    };
    let first = token(&sandbox);
    assert!(spend(&first).contains("code="));
    assert!(spend(&first).contains("error=login_required"));
    let late = token(&sandbox);
    sandbox.advance(Duration::from_secs(300));
    assert!(spend(&late).contains("error=login_required"));
}

#[test]
fn a_session_token_is_burnt_by_a_request_that_fails() {
    let sandbox = Sandbox::start(Setup::default());
    let start = start(&sandbox, "/");
    let token = token(&sandbox);
    let bad = start.authorize.replace("idpresponse", "elsewhere");
    let page = Ask::get(&format!("{bad}&prompt=none&sessionToken={token}")).send(&sandbox);
    assert_eq!(page.status, 400);
    let url = format!("{}&prompt=none&sessionToken={token}", start.authorize);
    let back = Ask::get(&url).send(&sandbox);
    assert!(back.header("Location").contains("error=login_required"));
}

#[test]
fn a_code_is_good_once() {
    let sandbox = Sandbox::start(Setup::default());
    let start = start(&sandbox, "/");
    let back = authorize(&sandbox, &start);
    assert_eq!(callback(&sandbox, &start, &back).status, 302);
    assert_eq!(callback(&sandbox, &start, &back).status, 401);
    assert_eq!(refusals(&sandbox), ["AuthInvalidGrantError"]);
}

#[test]
fn the_nonce_is_checked_before_the_code_is_spent() {
    let sandbox = Sandbox::start(Setup::default());
    let mine = start(&sandbox, "/");
    let other = start(&sandbox, "/");
    let back = authorize(&sandbox, &mine);
    let without = Ask::get(back.header("Location")).send(&sandbox);
    assert_eq!((without.status, without.set_cookies().len()), (401, 0));
    let foreign = Start {
        authorize: mine.authorize.clone(),
        nonce: other.nonce,
    };
    assert_eq!(callback(&sandbox, &foreign, &back).status, 401);
    assert_eq!(
        sandbox.count(|event| matches!(event, Event::CodeRedeemed { .. })),
        0
    );
    assert_eq!(callback(&sandbox, &mine, &back).status, 302);
    assert_eq!(
        refusals(&sandbox),
        ["AuthMissingAWSALBAuthNonce", "AuthInvalidAWSALBAuthNonce"]
    );
}

#[test]
fn the_other_order_can_be_had() {
    let mut setup = Setup::default();
    setup.variants.code_before_nonce = true;
    let sandbox = Sandbox::start(setup);
    let start = start(&sandbox, "/");
    let back = authorize(&sandbox, &start);
    assert_eq!(Ask::get(back.header("Location")).send(&sandbox).status, 401);
    assert_eq!(callback(&sandbox, &start, &back).status, 401);
}

#[test]
fn a_sign_in_has_fifteen_minutes() {
    let sandbox = Sandbox::start(Setup::default());
    let slow = start(&sandbox, "/");
    sandbox.advance(Duration::from_secs(15 * 60 + 1));
    let back = authorize(&sandbox, &slow);
    assert_eq!(callback(&sandbox, &slow, &back).status, 401);
    assert_eq!(refusals(&sandbox), ["AuthInvalidStateParam"]);
}

#[test]
fn a_changed_or_missing_state_is_refused() {
    let sandbox = Sandbox::start(Setup::default());
    let start = start(&sandbox, "/");
    let back = authorize(&sandbox, &start);
    let url = back.header("Location");
    let (base, query) = url.split_once('?').expect("a query");
    let code = query
        .split('&')
        .find(|part| part.starts_with("code="))
        .expect("a code");
    for state in ["", "&state=", "&state=AAAA", "&state=%00"] {
        let url = format!("{base}?{code}{state}");
        let answer = Ask::get(&url)
            .cookie("AWSALBAuthNonce", &start.nonce)
            .send(&sandbox);
        assert_eq!(answer.status, 401);
    }
    assert_eq!(callback(&sandbox, &start, &back).status, 302);
}

#[test]
fn a_session_lasts_as_long_as_the_rule_says_and_its_cookie_says_seven_days() {
    let mut setup = Setup::default();
    setup.apps[0].protected().session = Duration::from_secs(3600);
    let sandbox = Sandbox::start(setup);
    let session = sign_in(&sandbox);
    let line = session.set_cookies()[0];
    let week = session.header("Date").to_owned();
    assert!(line.contains("; Path=/; Secure; HttpOnly"), "{line}");
    assert!(
        !line.contains("Domain") && !line.contains("SameSite"),
        "{line}"
    );
    let expires = line.split("Expires=").nth(1).expect("a date");
    assert_eq!(expires[..3], week[..3], "the same day of the week");
    assert_eq!(expires[17..25], week[17..25], "the same time of day");
    assert_ne!(expires[..16], week[..16], "and not today");
    let home = sandbox.app_url("grafana");
    assert_eq!(
        Ask::get(&home).jar(&session.jar()).send(&sandbox).status,
        200
    );
    sandbox.advance(Duration::from_secs(3600));
    assert_eq!(
        Ask::get(&home).jar(&session.jar()).send(&sandbox).status,
        302
    );
}

#[test]
fn a_password_in_one_try_is_one_try() {
    let sandbox = Sandbox::start(Setup::default());
    assert_eq!(authn(&sandbox, "wrong").status, 401);
    assert_eq!(sandbox.password_tries(), 1);
}

#[test]
fn a_code_of_another_client_is_refused() {
    let mut setup = Setup::default();
    setup.apps[0].port = free_port();
    let mut own = Client::new("0oaown", "grafana");
    let callback = format!(
        "https://127.0.0.1:{}/oauth2/idpresponse",
        setup.apps[0].port
    );
    own.redirect_uris = vec![callback];
    setup.clients = vec![own];
    setup.apps[0].own_authorize = true;
    let sandbox = Sandbox::start(setup);
    let mut mine = start(&sandbox, "/");
    mine.authorize = mine.authorize.replace("0oagrafana", "0oaown");
    let back = authorize(&sandbox, &mine);
    assert!(back.header("Location").contains("code="));
    assert_eq!(callback_status(&sandbox, &mine, &back), 401);
    assert_eq!(refusals(&sandbox), ["AuthInvalidGrantError"]);
    let parameter = "client_id".to_owned();
    assert_eq!(
        sandbox.violations(),
        [Violation::AuthorizeChanged { parameter }]
    );
}

#[test]
fn a_code_lives_five_minutes() {
    let sandbox = Sandbox::start(Setup::default());
    let start = start(&sandbox, "/");
    let back = authorize(&sandbox, &start);
    sandbox.advance(Duration::from_secs(300));
    assert_eq!(callback_status(&sandbox, &start, &back), 401);
}

#[test]
fn a_client_of_its_own_makes_the_okta_session_for_the_app() {
    let mut setup = Setup::default();
    let mut own = Client::new("0oaown", "grafana");
    own.redirect_uris = vec!["https://localhost/done".to_owned()];
    setup.clients = vec![own];
    let sandbox = Sandbox::start(setup);
    let founding = format!(
        "{}/oauth2/v1/authorize?client_id=0oaown&redirect_uri=https%3A%2F%2Flocalhost%2Fdone&response_type=code&scope=openid&state=x&prompt=none&sessionToken={}",
        sandbox.org_url(),
        token(&sandbox)
    );
    let okta = Ask::get(&founding).send(&sandbox);
    assert!(
        okta.header("Location")
            .starts_with("https://localhost/done?code=")
    );
    let begun = start(&sandbox, "/");
    let back = Ask::get(&format!("{}&prompt=none", begun.authorize))
        .jar(&okta.jar())
        .send(&sandbox);
    assert_eq!(callback_status(&sandbox, &begun, &back), 302);
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_custom_authorization_server_shares_the_session() {
    let mut setup = Setup::default();
    setup.apps[0].protected().client.server = Some("default".to_owned());
    let sandbox = Sandbox::start(setup);
    let begun = start(&sandbox, "/");
    let endpoint = format!("{}/oauth2/default/v1/authorize?", sandbox.org_url());
    assert!(begun.authorize.starts_with(&endpoint));
    let back = authorize(&sandbox, &begun);
    assert_eq!(callback_status(&sandbox, &begun, &back), 302);
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn the_same_site_attribute_answers_an_origin() {
    let sandbox = Sandbox::start(Setup::default());
    let begun = start(&sandbox, "/");
    let back = authorize(&sandbox, &begun);
    let session = Ask::get(back.header("Location"))
        .cookie("AWSALBAuthNonce", &begun.nonce)
        .with("Origin", "https://corp.example")
        .send(&sandbox);
    assert!(session.set_cookies()[0].ends_with("; SameSite=None"));
}

#[test]
fn each_exchange_takes_its_time() {
    let sandbox = Sandbox::start(Setup {
        delay: Duration::from_millis(50),
        ..Setup::default()
    });
    let begun = std::time::Instant::now();
    start(&sandbox, "/");
    assert!(begun.elapsed() >= Duration::from_millis(50));
}

fn callback_status(sandbox: &Sandbox, start: &Start, back: &crate::browser::Answer) -> u16 {
    callback(sandbox, start, back).status
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

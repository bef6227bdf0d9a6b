//! The session of the Identity Engine, the apps that it is enough for, and `/api/v1/authn` beside it.

use std::time::Duration;

use sandbox::{After, App, Factor, Identity, Need, PASSWORD, Sandbox, Setup, SignOn};
use serde_json::json;

use super::{Walk, org, quick};
use crate::browser::{Ask, authn, start};
use crate::factors::{ADA, SEED};

fn two_apps(identity: Identity) -> Setup {
    let mut setup = org(identity, [Factor::totp(SEED)], []);
    setup
        .apps
        .push(App::new("vault").signing_on(SignOn::asking([Need::Possession])));
    setup
}

/// Returns the answer of an app's authorize request to a jar.
fn authorize(sandbox: &Sandbox, app: &str, jar: &[(String, String)], more: &str) -> (u16, String) {
    let url = Ask::get(&sandbox.app_url(app))
        .send(sandbox)
        .header("Location")
        .to_owned();
    let answer = Ask::get(&format!("{url}{more}")).jar(jar).send(sandbox);
    (answer.status, answer.header("Location").to_owned())
}

#[test]
fn a_session_signs_in_to_the_next_app_or_asks_for_what_is_missing() {
    let sandbox = Sandbox::start(two_apps(quick()));
    let mut walk = Walk::known(&sandbox);
    walk.arrive();
    let (status, location) = authorize(&sandbox, "grafana", &walk.jar, "");
    assert!(status == 302 && location.contains("?code="));
    let (status, location) = authorize(&sandbox, "vault", &walk.jar, "&prompt=none");
    assert!(status == 302 && location.contains("error=login_required"));
    let url = Ask::get(&sandbox.app_url("vault"))
        .send(&sandbox)
        .header("Location")
        .to_owned();
    let page = Ask::get(&url).jar(&walk.jar).send(&sandbox);
    let identify = walk.token.clone();
    walk.token = super::tokens(&page.body).remove(0);
    walk.body = json!(null);
    assert_ne!(walk.token, identify);
    assert_eq!(
        walk.introspect().names(),
        ["challenge-authenticator"],
        "it begins at what is missing"
    );
    assert_eq!(walk.body["user"]["value"]["identifier"], ADA);
    let code = sandbox.phone(ADA).totp();
    let back = walk.code("totp", &code).follow();
    assert!(back.header("Location").contains("?code="));
    assert_eq!(
        (sandbox.passwords_of(ADA), sandbox.violations()),
        (1, vec![])
    );
}

#[test]
fn a_session_ends_when_it_is_idle_too_long_or_too_old() {
    let mut setup = org(quick(), [], []);
    setup.okta_idle = Duration::from_secs(600);
    setup.okta_absolute = Some(Duration::from_secs(1500));
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::known(&sandbox);
    walk.arrive();
    for _ in 0..2 {
        sandbox.advance(Duration::from_secs(500));
        assert_eq!(authorize(&sandbox, "grafana", &walk.jar, "").0, 302);
    }
    sandbox.advance(Duration::from_secs(500));
    assert_eq!(authorize(&sandbox, "grafana", &walk.jar, "").0, 200);
}

#[test]
fn only_a_device_that_is_kept_signed_in_is_spared_the_second_factor() {
    for kept in [true, false] {
        let identity = quick().after(After::KeepMeSignedIn);
        let sandbox = Sandbox::start(org(identity, [Factor::totp(SEED)], [Need::Possession]));
        let mut walk = Walk::known(&sandbox);
        let code = sandbox.phone(ADA).totp();
        walk.code("totp", &code)
            .go("keep-me-signed-in", json!({ "keepMeSignedIn": kept }));
        let back = walk.follow();
        let idx = back
            .set_cookies()
            .into_iter()
            .find(|line| line.starts_with("idx="))
            .expect("a session")
            .to_owned();
        assert_eq!(idx.contains("Expires"), kept);
        sandbox.end_okta_sessions();
        let device: Vec<_> = walk
            .jar
            .iter()
            .filter(|(name, _)| name == "DT")
            .cloned()
            .collect();
        let (mut again, _) = Walk::page_with(&sandbox, device);
        again.introspect().log_in(PASSWORD);
        assert_eq!(again.names().contains(&"keep-me-signed-in"), kept);
        let (mut other, _) = Walk::page(&sandbox);
        other.introspect().log_in(PASSWORD);
        assert_eq!(
            other.names(),
            ["challenge-authenticator"],
            "another device is asked"
        );
    }
}

#[test]
fn authn_asks_for_what_the_session_asks_for_and_not_for_what_the_app_does() {
    let sandbox = Sandbox::start(two_apps(quick()));
    let answer = authn(&sandbox, PASSWORD).json();
    assert_eq!(answer["status"], "SUCCESS");
    let token = |sandbox: &Sandbox| {
        sandbox.advance(Duration::from_secs(1));
        authn(sandbox, PASSWORD).json()["sessionToken"]
            .as_str()
            .expect("a token")
            .to_owned()
    };
    let more = format!("&prompt=none&sessionToken={}", token(&sandbox));
    assert!(
        authorize(&sandbox, "grafana", &[], &more)
            .1
            .contains("?code=")
    );
    let more = format!("&prompt=none&sessionToken={}", token(&sandbox));
    assert!(
        authorize(&sandbox, "vault", &[], &more)
            .1
            .contains("error=login_required")
    );
    assert_eq!(sandbox.violations(), []);
    let more = format!("&sessionToken={}", token(&sandbox));
    assert_eq!(
        authorize(&sandbox, "vault", &[], &more).0,
        200,
        "the page again"
    );
    let two = Sandbox::start(two_apps(quick().with_session([Need::AnyTwo])));
    assert_eq!(authn(&two, PASSWORD).json()["status"], "MFA_REQUIRED");
}

#[test]
fn authn_does_not_know_the_token_of_a_page() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let (walk, _) = Walk::page(&sandbox);
    let url = format!("{}/api/v1/authn", sandbox.org_url());
    let answer = Ask::post(&url, &json!({ "stateToken": walk.token })).send(&sandbox);
    assert_eq!(
        (answer.status, answer.json()["errorCode"].as_str()),
        (401, Some("E0000011"))
    );
}

#[test]
fn the_session_is_shown_by_the_sessions_api() {
    let sandbox = Sandbox::start(org(quick(), [], []));
    let mut walk = Walk::known(&sandbox);
    walk.arrive();
    let me = Ask::get(&format!("{}/api/v1/sessions/me", sandbox.org_url()))
        .jar(&walk.jar)
        .send(&sandbox);
    assert_eq!(me.json()["login"], ADA);
    assert!(!start(&sandbox, "/").authorize.is_empty());
}

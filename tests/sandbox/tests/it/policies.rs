//! The org's policy and the apps' own, which are asked at different places.

use sandbox::{AppPolicy, Factor, LoginRequired, MfaWhen, Pipeline, Sandbox, Setup};
use serde_json::json;
use std::time::Duration;

use crate::browser::{Ask, start};
use crate::factors::{ADA, SEED, Walk, with};

const HOUR: Duration = Duration::from_secs(60 * 60);
const OF_THE_APP: &str =
    "The+client+specified+not+to+prompt%2C+but+the+client+app+requires+re-authentication+or+MFA.";

fn org(policy: AppPolicy, when: MfaWhen) -> Sandbox {
    let mut setup = with([Factor::totp(SEED)]);
    setup.pipeline = Pipeline::Identity;
    setup.mfa.when = when;
    setup.apps[0].protected().client.policy = policy;
    Sandbox::start(setup)
}

/// Signs in as far as the org's own policy asks, and brings the session token to the app.
fn session(sandbox: &Sandbox) -> (String, String) {
    let mut walk = Walk::begin(sandbox);
    if walk.status() == "MFA_REQUIRED" {
        let (href, code) = (
            walk.factor("token:software:totp"),
            sandbox.phone(ADA).totp(),
        );
        walk.post(&href, json!({ "passCode": code }));
    }
    let token = walk.body["sessionToken"].as_str().expect("a token");
    let url = start(sandbox, "/").authorize;
    let url = format!("{url}&prompt=none&sessionToken={token}");
    let answer = Ask::get(&url).send(sandbox);
    (answer.header("Location").to_owned(), answer.cookie("idx"))
}

#[test]
fn an_app_that_wants_a_factor_is_content_with_the_one_of_the_org() {
    for policy in [AppPolicy::SecondFactor, AppPolicy::Within(HOUR)] {
        let (location, _) = session(&org(policy, MfaWhen::Always));
        assert!(location.contains("code="), "{location}");
    }
}

#[test]
fn an_app_that_wants_more_than_the_org_refuses_a_session_of_the_org() {
    for (policy, when) in [
        (AppPolicy::SecondFactor, MfaWhen::Never),
        (AppPolicy::Within(HOUR), MfaWhen::Never),
        (AppPolicy::EveryTime, MfaWhen::Always),
        (AppPolicy::PhishingResistant, MfaWhen::Always),
    ] {
        let sandbox = org(policy, when);
        let (location, idx) = session(&sandbox);
        assert!(location.contains("error=login_required"), "{location}");
        assert!(location.contains(OF_THE_APP), "{location}");
        let page = Ask::get(&start(&sandbox, "/").authorize);
        let page = page.cookie("idx", &idx).send(&sandbox);
        assert_eq!(page.status, 200);
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn a_session_can_become_too_old_for_an_app() {
    let sandbox = org(AppPolicy::Within(HOUR), MfaWhen::Always);
    let (_, idx) = session(&sandbox);
    let again = || {
        let url = format!("{}&prompt=none", start(&sandbox, "/").authorize);
        let answer = Ask::get(&url).cookie("idx", &idx).send(&sandbox);
        answer.header("Location").contains("code=")
    };
    assert!(again());
    sandbox.advance(HOUR + Duration::from_secs(1));
    assert!(!again());
}

#[test]
fn a_session_says_by_what_it_was_made() {
    for (when, methods) in [
        (MfaWhen::Always, json!(["pwd", "mfa", "otp"])),
        (MfaWhen::Never, json!(["pwd"])),
    ] {
        let sandbox = org(AppPolicy::Any, when);
        let (_, idx) = session(&sandbox);
        let url = format!("{}/api/v1/sessions/me", sandbox.org_url());
        let shown = Ask::get(&url).cookie("idx", &idx).send(&sandbox).json();
        assert_eq!(shown["amr"], methods);
        let verified = shown["lastFactorVerification"].is_string();
        assert_eq!(verified, when == MfaWhen::Always);
    }
}

#[test]
fn login_required_has_several_texts() {
    for (text, expected) in [
        (LoginRequired::NotLoggedIn, "but+the+user+is+not+logged+in."),
        (
            LoginRequired::NoExistingSession,
            "requires+an+existing+session",
        ),
        (
            LoginRequired::RequestExpired,
            "Request+expired%2C+please+start+over",
        ),
    ] {
        let mut setup = Setup::default();
        setup.variants.login_required = text;
        let sandbox = Sandbox::start(setup);
        let url = format!(
            "{}&prompt=none&sessionToken=spent",
            start(&sandbox, "/").authorize
        );
        let answer = Ask::get(&url).send(&sandbox);
        let location = answer.header("Location");
        assert!(location.contains("error=login_required") && location.contains(expected));
    }
}

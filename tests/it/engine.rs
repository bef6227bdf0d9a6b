//! Okta's two engines and the policies of apps: what can be met from here, and what is said of the rest. Then the servers
//! of a second factor in trouble.

use std::time::Duration;

use sandbox::{
    App, AppPolicy, Event, Factor, Fault, LoginRequired, Mfa, MfaWhen, NumberChallenge,
    PhoneManner, Pipeline, Plan, Setup, Step,
};

use crate::factors::{SEED, assert_lawful, home, setup};
use crate::home::Home;

const SEEDED: &str = "passcode = { totp = { file = \"seed\" } }";

/// A home whose app has this policy, at an org that asks for a factor `when`.
fn policy(pipeline: Pipeline, policy: AppPolicy, when: MfaWhen) -> Home {
    let mut app = App::new("grafana");
    app.protected().client.policy = policy;
    let mut setup = Setup {
        apps: vec![app],
        pipeline,
        mfa: Mfa {
            when,
            ..Mfa::default()
        },
        ..setup(vec![Factor::totp(SEED)])
    };
    setup.limits.authn_per_user_second = 100;
    let home = home(setup, SEEDED);
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    home
}

#[test]
fn an_app_that_wants_a_factor_is_content_with_the_one_that_the_org_asked_for() {
    for pipeline in [Pipeline::Classic, Pipeline::Identity] {
        let home = policy(pipeline, AppPolicy::SecondFactor, MfaWhen::Always);
        let _ = home.run(&["get", "grafana"]).answer();
        assert_lawful(&home);
    }
}

#[test]
fn an_app_that_wants_a_factor_the_org_did_not_is_told_with_the_recipe() {
    let home = policy(Pipeline::Identity, AppPolicy::SecondFactor, MfaWhen::Never);
    let told = home.run(&["get", "grafana"]).told(5);
    for part in [
        "the client app requires re-authentication or MFA",
        "Identity Engine",
        "the sign-on policy of grafana itself asks for what the org's policy did not",
        "hint: ask the admins for a Global Session Policy rule",
        "hint: credential doctor grafana",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let home = policy(Pipeline::Classic, AppPolicy::SecondFactor, MfaWhen::Never);
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(!told.contains("Identity Engine"), "{told}");
    assert!(
        told.contains("hint: ask the admins to ask for the factor in the org's sign-on policy"),
        "{told}"
    );
    assert_lawful(&home);
}

#[test]
fn an_app_that_wants_a_browser_is_told_and_unattended_callers_wait() {
    for wanted in [AppPolicy::EveryTime, AppPolicy::PhishingResistant] {
        let home = policy(Pipeline::Identity, wanted, MfaWhen::Always);
        let told = home.run(&["get", "grafana"]).told(5);
        assert!(
            told.contains("a phishing-resistant factor, or a managed device"),
            "{told}"
        );
        let _ = home.run(&["get", "grafana"]).told(5);
        assert_eq!(home.sandbox.password_tries(), 1);
        assert_lawful(&home);
    }
}

#[test]
fn a_session_token_that_makes_no_session_is_told_by_the_reason_that_okta_gives() {
    for (reason, part) in [
        (
            LoginRequired::NotLoggedIn,
            "the sign-in has made no session",
        ),
        (
            LoginRequired::NoExistingSession,
            "the sign-in has made no session",
        ),
        (
            LoginRequired::RequestExpired,
            "Okta found the request of grafana too old",
        ),
    ] {
        let mut setup = setup(Vec::new());
        setup.variants.login_required = reason;
        let home = home(setup, "");
        // The session token does not come to the request that it was made for.
        let description = match reason {
            LoginRequired::NotLoggedIn => {
                "The client specified not to prompt, but the user is not logged in."
            }
            LoginRequired::NoExistingSession => {
                "The client specified not to prompt, but there is no existing session."
            }
            LoginRequired::RequestExpired => {
                "The client specified not to prompt, but the request has expired."
            }
        };
        home.sandbox.fault(Plan::new(
            Step::Authorize,
            Fault::OktaError {
                error: "login_required".into(),
                description: description.into(),
            },
        ));
        let outcome = home.run(&["get", "grafana"]);
        assert!(outcome.stderr.contains(part), "{}", outcome.stderr);
        let code = if reason == LoginRequired::RequestExpired {
            6
        } else {
            5
        };
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (code, ""),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn a_sign_in_page_in_place_of_a_redirect_is_the_identity_engines() {
    let home = home(setup(Vec::new()), "engine = \"classic\"");
    home.sandbox.fault((Step::Authorize, Fault::SignInPage));
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(told.contains("it shows a sign-in page"), "{told}");
    assert!(told.contains("Identity Engine"), "{told}");
}

/// A home for a push that the phone approves by itself.
fn pushing() -> Home {
    let mut setup = setup(vec![Factor::push("Ada's phone")]);
    setup.mfa.number_challenge = NumberChallenge::Never;
    setup.phone = PhoneManner::ApprovesAfter { polls: 1 };
    home(setup, "push_unattended = true")
}

#[test]
fn a_poll_that_fails_is_tried_again_and_no_other_push_is_sent() {
    for fault in [
        Fault::Cut,
        Fault::Empty,
        Fault::Html(502),
        Fault::Html(503),
        Fault::TooMany(Duration::from_secs(1)),
        Fault::Concurrency,
    ] {
        let home = pushing();
        home.sandbox
            .fault(Plan::new(Step::Poll, fault.clone()).times(1));
        let outcome = home.run(&["get", "grafana"]);
        assert_eq!(outcome.code, 0, "{fault:?}: {}", outcome.stderr);
        assert_eq!(
            (home.sandbox.pushes(), home.sandbox.password_tries()),
            (1, 1),
            "{fault:?}"
        );
        assert_lawful(&home);
    }
}

#[test]
fn a_code_is_not_sent_again_whatever_becomes_of_its_answer() {
    for fault in [
        Fault::Cut,
        Fault::Empty,
        Fault::Html(502),
        Fault::TooMany(Duration::from_secs(1)),
        Fault::Concurrency,
    ] {
        let home = home(setup(vec![Factor::totp(SEED)]), SEEDED);
        std::fs::write(home.path("seed"), SEED).expect("the seed is written");
        home.sandbox
            .fault(Plan::new(Step::Verify, fault.clone()).times(1));
        let told = home.run(&["get", "grafana"]).told(6);
        assert_eq!(home.sandbox.code_tries(), 1, "{fault:?}: {told}");
        assert_lawful(&home);
    }
}

#[test]
fn too_many_wrong_codes_elsewhere_are_told_as_a_lock() {
    let home = home(setup(vec![Factor::totp(SEED)]), SEEDED);
    std::fs::write(home.path("seed"), SEED).expect("the seed is written");
    let fault = Fault::Refusal {
        status: 403,
        code: "E0000069".into(),
        summary: "User Locked".into(),
    };
    home.sandbox.fault(Plan::new(Step::Verify, fault).times(1));
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(told.contains("User Locked (E0000069)"), "{told}");
    assert!(told.contains("hint: have the account unlocked"), "{told}");
    let cancelled = |event: &Event| matches!(event, Event::TransactionCancelled { .. });
    assert_eq!(home.sandbox.count(cancelled), 0, "it is over already");
}

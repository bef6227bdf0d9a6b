//! Steps before a sign-in and after its factors, and steps at which a program has to stop.

use sandbox::{
    After, Before, DeviceProof, Event, Factor, Identity, Moment, Need, PASSWORD, Sandbox, Stop,
    User, UserState, Violation,
};
use serde_json::json;

use super::{Walk, only, org, quick};
use crate::browser::Ask;
use crate::factors::{ADA, SEED};

#[test]
fn okta_verify_is_asked_for_before_the_name_until_it_is_given_up() {
    for proof in [
        DeviceProof::Loopback,
        DeviceProof::CustomUri,
        DeviceProof::UniversalLink,
    ] {
        let sandbox = Sandbox::start(org(quick().before(Before::Probe(proof)), [], []));
        let mut walk = Walk::begin(&sandbox);
        assert_eq!(walk.names(), ["device-challenge-poll"]);
        for _ in 0..5 {
            walk.go("device-challenge-poll", json!({}));
        }
        assert_eq!(walk.names(), ["device-challenge-poll"]);
        walk.go_cancel(json!({ "reason": "OV_UNREACHABLE_BY_LOOPBACK", "statusCode": null }));
        assert_eq!(
            walk.names()[..3],
            ["identify", "redirect-idp", "redirect-idp"]
        );
        assert!(walk.names().contains(&"launch-authenticator"));
        walk.log_in(PASSWORD).arrive();
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn apples_extension_is_a_401_that_is_no_error() {
    let sandbox = Sandbox::start(org(quick().before(Before::AppleExtension), [], []));
    let (mut walk, _) = Walk::page(&sandbox);
    let url = format!("{}/idp/idx/introspect", sandbox.org_url());
    let answer = walk
        .ask(&url, &json!({ "stateToken": walk.token }))
        .send(&sandbox);
    assert_eq!(
        (answer.status, answer.header("WWW-Authenticate")),
        (401, "Oktadevicejwt realm=\"Okta Device\"")
    );
    walk.got(&answer).go("cancel-transaction", json!({}));
    walk.log_in(PASSWORD).arrive();
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_read_only_org_is_polled_before_and_after() {
    let identity = quick()
        .before(Before::SafeMode { polls: 1 })
        .after(After::SafeMode { polls: 2 });
    let sandbox = Sandbox::start(org(identity, [], []));
    let mut walk = Walk::begin(&sandbox);
    assert_eq!(walk.poll().names(), ["poll"]);
    walk.poll().log_in(PASSWORD);
    assert_eq!(walk.poll().names(), ["poll"]);
    assert_eq!(walk.success(), None);
    walk.poll().poll().arrive();
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn staying_signed_in_is_asked_for_unless_it_was_said_with_the_name() {
    let sandbox = Sandbox::start(org(quick().after(After::KeepMeSignedIn), [], []));
    let mut walk = Walk::known(&sandbox);
    assert_eq!(
        (walk.names(), walk.success()),
        (vec!["keep-me-signed-in"], None)
    );
    assert_eq!(
        walk.go("keep-me-signed-in", json!({})).status,
        400,
        "it is required"
    );
    sandbox.clear_audit();
    walk.go("keep-me-signed-in", json!({ "keepMeSignedIn": false }))
        .arrive();
    let mut walk = Walk::begin(&sandbox);
    walk.go(
        "identify",
        json!({ "identifier": ADA, "credentials": { "passcode": PASSWORD }, "rememberMe": true }),
    );
    walk.arrive();
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn each_step_that_can_be_skipped_is_skipped_and_not_passed_over() {
    for (step, name) in [
        (After::OptionalEnrolment, "select-authenticator-enroll"),
        (After::Promotion, "enroll-authenticator-promotion"),
        (After::ProfileUpdate, "profile-update"),
        (After::PasswordWarning(3), "reenroll-authenticator-warning"),
        (
            After::OtherPasswordWarning(3),
            "reenroll-custom-password-expiry-warning",
        ),
        (After::Remediation, "skip"),
        (After::Notice, "skip"),
        (After::GracePeriod, "device-assurance-grace-period"),
    ] {
        let sandbox = Sandbox::start(org(quick().after(step.clone()), [], []));
        let mut walk = Walk::known(&sandbox);
        assert_eq!((walk.names()[0], walk.success()), (name, None), "{step:?}");
        let way = if step == After::GracePeriod {
            name
        } else {
            "skip"
        };
        walk.go(way, json!({})).arrive();
        assert_eq!(sandbox.violations(), [], "{step:?}");
        let sandbox = Sandbox::start(org(quick().after(step.clone()), [], []));
        let walk = Walk::known(&sandbox);
        let built = format!(
            "{}/login/token/redirect?stateToken={}",
            sandbox.org_url(),
            walk.token
        );
        assert_eq!(
            Ask::get(&built).jar(&walk.jar).send(&sandbox).status,
            403,
            "{step:?}"
        );
        only(&sandbox, |one| *one == Violation::SuccessBuilt);
    }
}

#[test]
fn a_grace_period_has_messages_of_class_error_that_mean_nothing() {
    for step in [After::GracePeriod, After::Remediation] {
        let sandbox = Sandbox::start(org(quick().after(step), [], []));
        let walk = Walk::known(&sandbox);
        let classes = walk.body["messages"]["value"].as_array().expect("messages");
        let classes: Vec<_> = classes
            .iter()
            .filter_map(|one| one["class"].as_str())
            .collect();
        assert_eq!((walk.status, classes), (200, vec!["WARNING", "ERROR"]));
    }
}

#[test]
fn a_stop_has_a_step_for_people_or_none_and_takes_no_secret() {
    let text = "Sorry.".to_owned();
    let class = "ERROR".to_owned();
    for (stop, name, status) in [
        (Stop::RedirectIdp, Some("redirect-idp"), 200),
        (Stop::PivIdp, Some("piv-idp"), 200),
        (Stop::RedirectIdVerify, Some("redirect-idverify"), 200),
        (Stop::PasswordExpired, Some("reenroll-authenticator"), 200),
        (
            Stop::OtherPasswordExpired,
            Some("reenroll-custom-password-expiry"),
            200,
        ),
        (Stop::PasswordReset, Some("reset-authenticator"), 200),
        (Stop::Enrol, Some("select-authenticator-enroll"), 200),
        (Stop::Profile, Some("enroll-profile"), 200),
        (Stop::Consent, Some("consent"), 200),
        (Stop::AdminConsent, Some("admin-consent"), 200),
        (
            Stop::Unknown("frobnicate-device".to_owned()),
            Some("frobnicate-device"),
            200,
        ),
        (Stop::Denied, None, 403),
        (Stop::DeniedWithWay, None, 403),
        (Stop::DeviceAssurance, None, 403),
        (Stop::Failure, Some("failure-redirect"), 200),
        (
            Stop::Terminal {
                key: None,
                class,
                text,
            },
            None,
            200,
        ),
        (Stop::TwoMessages, None, 200),
    ] {
        for moment in [Moment::Start, Moment::Identified, Moment::End] {
            let sandbox = Sandbox::start(org(quick().stopping(moment, stop.clone()), [], []));
            let mut walk = Walk::begin(&sandbox);
            let identify = (moment != Moment::Start).then(|| walk.href("identify"));
            if moment != Moment::Start {
                walk.log_in(PASSWORD);
            }
            assert_eq!(
                (walk.names().first().copied(), walk.status),
                (name, status),
                "{stop:?}"
            );
            assert!(sandbox.trails()[0].stopped);
            assert_eq!(sandbox.violations(), []);
            let Some(identify) = identify else {
                continue;
            };
            let body = json!({ "identifier": ADA, "credentials": { "passcode": "again" }, "stateHandle": walk.body["stateHandle"] });
            assert_eq!(walk.post(&identify, &body).status, 400);
            assert!(
                sandbox.violations().contains(&Violation::SecretAfterStop),
                "{stop:?}"
            );
        }
    }
}

#[test]
fn a_success_beside_an_error_is_a_denial() {
    let sandbox = Sandbox::start(org(
        quick().stopping(Moment::End, Stop::DeniedWithWay),
        [],
        [],
    ));
    let mut walk = Walk::known(&sandbox);
    assert_eq!(walk.keys(), ["security.access_denied_custom_message"]);
    let back = walk.follow();
    assert_eq!((back.status, sandbox.sessions_issued()), (403, 0));
    only(&sandbox, |one| *one == Violation::SuccessBuilt);
}

#[test]
fn a_failure_leads_to_the_client_with_the_reason() {
    let mut setup = org(quick(), [], []);
    setup.users[0].apps = Some(vec!["other".to_owned()]);
    let sandbox = Sandbox::start(setup);
    let walk = Walk::known(&sandbox);
    assert_eq!(walk.keys(), ["idx.error.code.user_not_assigned"]);
    let back = Ask::get(&walk.href("failure-redirect"))
        .jar(&walk.jar)
        .send(&sandbox);
    assert!(back.header("Location").contains("error=access_denied"));
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn messages_of_two_classes_and_a_message_without_a_key() {
    let sandbox = Sandbox::start(org(
        quick().stopping(Moment::Start, Stop::TwoMessages),
        [],
        [],
    ));
    let walk = Walk::begin(&sandbox);
    let text = walk.body["messages"].to_string();
    assert!(text.contains("INFO") && text.contains("ERROR"));
    let sandbox = Sandbox::start(org(quick().after(After::Notice), [], []));
    assert_eq!(Walk::known(&sandbox).keys(), [""; 0]);
}

#[test]
fn the_state_of_a_user_stops_them_after_the_factors() {
    for (state, name) in [
        (UserState::PasswordExpired, "reenroll-authenticator"),
        (UserState::PasswordReset, "reset-authenticator"),
        (UserState::MfaEnroll, "select-authenticator-enroll"),
        (UserState::ProfileRequired, "enroll-profile"),
        (UserState::ConsentRequired, "consent"),
        (
            UserState::Word("frobnicate-device".to_owned()),
            "frobnicate-device",
        ),
        (UserState::PasswordWarn(2), "reenroll-authenticator-warning"),
        (UserState::MfaEnrollOptional, "select-authenticator-enroll"),
    ] {
        let mut setup = org(quick(), [Factor::totp(SEED)], [Need::Possession]);
        setup.users[0].state = state.clone();
        let sandbox = Sandbox::start(setup);
        let mut walk = Walk::known(&sandbox);
        let code = sandbox.phone(ADA).totp();
        walk.code("totp", &code);
        assert_eq!(walk.names()[0], name, "{state:?}");
    }
    for state in [UserState::LockedOut, UserState::Deactivated] {
        let mut setup = org(quick(), [], []);
        setup.users[0] = User {
            state,
            ..User::new(ADA, PASSWORD)
        };
        let sandbox = Sandbox::start(setup);
        let walk = Walk::known(&sandbox);
        assert_eq!(
            (walk.status, walk.keys()),
            (401, vec!["errors.E0000004".to_owned()])
        );
    }
}

#[test]
fn a_cancel_leads_to_a_first_step_and_takes_the_push_back() {
    let factors = Factor::okta_verify("Ada's phone", SEED);
    let sandbox = Sandbox::start(org(
        Identity {
            preselects: true,
            ..quick()
        },
        factors,
        [Need::Possession],
    ));
    let mut walk = Walk::known(&sandbox);
    let poll = walk.href("challenge-poll");
    assert_eq!(sandbox.phone(ADA).pushes_waiting(), 1);
    walk.go("cancel", json!({}));
    assert_eq!(
        (walk.names()[0], sandbox.phone(ADA).pushes_waiting()),
        ("identify", 0)
    );
    assert_eq!(
        sandbox.count(|event| matches!(event, Event::TransactionCancelled { .. })),
        1
    );
    let body = json!({ "stateHandle": walk.body["stateHandle"] });
    assert_eq!(walk.post(&poll, &body).status, 400);
    only(&sandbox, |one| {
        matches!(one, Violation::StepNotOffered { .. })
    });
}

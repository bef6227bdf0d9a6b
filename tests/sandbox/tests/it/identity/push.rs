//! Pushes, with and without a number, and Okta Verify on the same machine.

use std::thread;
use std::time::Duration;

use sandbox::{Factor, Identity, Need, Number, PhoneManner, Sandbox, Violation};
use serde_json::json;

use super::factors::{verify, with};
use super::{Walk, only, org, quick};
use crate::factors::{ADA, SEED};

#[test]
fn a_push_shows_its_number_as_a_text_and_is_approved_by_it() {
    for number in [Number::AtOnce, Number::Later] {
        let sandbox = with(Identity { number, ..quick() }, verify());
        let mut walk = Walk::known(&sandbox);
        walk.select("okta_verify", Some("push"));
        let shown = |walk: &Walk<'_>| walk.body.to_string().contains("correctAnswer\":\"");
        assert_eq!(shown(&walk), number == Number::AtOnce);
        walk.poll();
        walk.poll();
        assert!(shown(&walk), "{}", walk.body);
        let phone = sandbox.phone(ADA);
        let right = phone.number().expect("a number");
        assert!(walk.body.to_string().contains(&format!("\"{right}\"")));
        assert!(phone.pick(right));
        walk.poll();
        walk.arrive();
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn beside_a_push_that_okta_starts_the_list_has_the_apps_other_way() {
    let identity = Identity {
        preselects: true,
        ..quick()
    };
    let sandbox = with(identity, verify());
    let mut walk = Walk::known(&sandbox);
    assert_eq!(
        walk.names(),
        ["challenge-poll", "select-authenticator-authenticate"]
    );
    walk.select("okta_verify", Some("totp"));
    walk.code("totp", &sandbox.phone(ADA).totp());
    walk.arrive();
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_push_without_a_number_is_approved_by_a_yes() {
    let sandbox = with(
        Identity {
            number: Number::Never,
            ..quick()
        },
        verify(),
    );
    let mut walk = Walk::known(&sandbox);
    walk.select("okta_verify", Some("push")).poll();
    assert!(!walk.body.to_string().contains("correctAnswer"));
    assert!(sandbox.phone(ADA).approve());
    assert_eq!(sandbox.phone(ADA).number(), None);
    assert!(walk.poll().success().is_some());
}

#[test]
fn a_phone_that_acts_by_itself_approves() {
    let mut setup = org(quick(), verify(), [Need::Possession]);
    setup.phone = PhoneManner::ApprovesAfter { polls: 2 };
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::known(&sandbox);
    walk.select("okta_verify", Some("push"));
    walk.poll().poll().poll().arrive();
}

#[test]
fn a_wrong_number_is_a_rejection_and_another_push_is_a_persons_wish() {
    for asked in [true, false] {
        let sandbox = with(quick(), verify());
        let phone = sandbox.phone(ADA);
        let mut walk = Walk::known(&sandbox);
        walk.select("okta_verify", Some("push"));
        let wrong = (phone.number().expect("a number") + 1) % 100;
        assert!(phone.pick(wrong));
        walk.poll().poll();
        assert_eq!(walk.status, 200);
        assert_eq!(walk.keys(), ["api.authn.poll.error.push_rejected"]);
        assert_eq!(
            walk.names(),
            ["resend", "select-authenticator-authenticate"]
        );
        if asked {
            phone.wants_another();
        }
        walk.go("resend", json!({}));
        assert_eq!((walk.names()[0], sandbox.pushes()), ("challenge-poll", 2));
        let unasked = Violation::SentUnasked { what: "push" };
        assert_eq!(
            sandbox.violations(),
            if asked { vec![] } else { vec![unasked] }
        );
    }
}

#[test]
fn a_push_that_nobody_answers_ends_in_a_404_with_a_key() {
    let sandbox = with(quick(), verify());
    let mut walk = Walk::known(&sandbox);
    walk.select("okta_verify", Some("push")).poll();
    sandbox.advance(Duration::from_secs(5 * 60));
    walk.poll();
    assert_eq!(
        (walk.status, walk.keys()),
        (
            404,
            vec!["core.system.transaction_resource_not_found".to_owned()]
        )
    );
    assert_eq!(
        walk.introspect().names(),
        ["select-authenticator-authenticate"]
    );
}

#[test]
fn a_phone_that_is_too_old_for_numbers_says_so() {
    let sandbox = with(quick(), verify());
    let mut walk = Walk::known(&sandbox);
    walk.select("okta_verify", Some("push"));
    assert!(sandbox.phone(ADA).too_old());
    walk.poll().poll();
    assert!(walk.keys()[0].ends_with("force.upgrade.number_challenge"));
}

#[test]
fn a_phone_without_biometrics_says_so_in_a_key() {
    const KEY: &str = "oie.authenticator.app.method.push.verify.enable.biometrics";
    let sandbox = with(quick(), verify());
    let mut walk = Walk::known(&sandbox);
    walk.select("okta_verify", Some("push"));
    assert!(sandbox.phone(ADA).say("REJECTED", Some(KEY)));
    walk.poll().poll();
    assert_eq!(
        (walk.keys(), walk.names()[0]),
        (vec![KEY.to_owned()], "resend")
    );
}

#[test]
fn okta_verify_may_be_split_into_its_ways() {
    let split = Identity {
        splits_okta_verify: true,
        ..quick()
    };
    let sandbox = with(split, verify());
    let mut walk = Walk::known(&sandbox);
    walk.select("okta_verify_totp", None);
    let code = sandbox.phone(ADA).totp();
    walk.code("totp", &code).arrive();
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_push_that_okta_preselects_is_on_its_way_with_the_first_answer() {
    let sandbox = with(
        Identity {
            preselects: true,
            ..quick()
        },
        verify(),
    );
    let mut walk = Walk::known(&sandbox);
    assert_eq!(
        walk.names(),
        ["challenge-poll", "select-authenticator-authenticate"]
    );
    assert_eq!(sandbox.pushes(), 1);
    walk.select("okta_verify", Some("totp"));
    let code = sandbox.phone(ADA).totp();
    walk.code("totp", &code).arrive();
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_custom_app_takes_pushes_too() {
    let sandbox = with(quick(), [Factor::custom_app("Corp app")]);
    let mut walk = Walk::known(&sandbox);
    assert_eq!(walk.names(), ["authenticator-verification-data"]);
    walk.way("push");
    assert!(sandbox.phone(ADA).approve());
    assert!(walk.poll().poll().success().is_some());
}

#[test]
fn fastpass_is_asked_for_and_only_its_own_cancel_leads_on() {
    let factors = [Factor::fastpass("Laptop"), Factor::totp(SEED)];
    let sandbox = with(quick(), factors);
    let mut walk = Walk::known(&sandbox);
    walk.way("signed_nonce");
    assert!(walk.body.to_string().contains("LOOPBACK"));
    assert_eq!(walk.poll().names()[0], "challenge-poll");
    for wrong in [
        json!({}),
        json!({ "reason": "TIRED", "statusCode": null }),
        json!({ "reason": "USER_CANCELED" }),
    ] {
        let handle = walk.body["stateHandle"].clone();
        assert_eq!(walk.go_cancel(wrong).status, 400);
        assert_ne!(walk.body["stateHandle"], handle);
    }
    only(&sandbox, |one| {
        matches!(one, Violation::FormNotFollowed { .. })
    });
    walk.go_cancel(json!({ "reason": "OV_UNREACHABLE_BY_LOOPBACK", "statusCode": null }));
    assert_eq!(walk.names(), ["select-authenticator-authenticate"]);
}

#[test]
fn a_call_to_a_port_of_okta_verify_is_noticed() {
    let sandbox = with(quick(), [Factor::fastpass("Laptop")]);
    let walk = Walk::known(&sandbox);
    let ports = walk
        .body
        .pointer("/currentAuthenticator/value/contextualData/challenge/value/ports")
        .or_else(|| {
            walk.body.pointer(
                "/currentAuthenticatorEnrollment/value/contextualData/challenge/value/ports",
            )
        });
    let ports = ports.and_then(|ports| ports.as_array()).expect("ports");
    assert_eq!(ports.len(), 6);
    let port: u16 = ports[2]
        .as_str()
        .expect("a text")
        .parse()
        .expect("a number");
    drop(std::net::TcpStream::connect(("127.0.0.1", port)));
    let noticed = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(10));
        sandbox.violations() == [Violation::LoopbackProbed { port }]
    });
    assert!(noticed);
}

//! Wrong codes, wrong passwords, polls and requests that are too many.

use std::thread;
use std::time::Duration;

use sandbox::{Event, Factor, Identity, Need, PASSWORD, Sandbox, Violation};
use serde_json::json;

use super::{Walk, only, org, quick};
use crate::factors::{ADA, SEED};

#[test]
fn five_wrong_codes_block_their_kind_and_no_other() {
    let sandbox = Sandbox::start(org(
        quick(),
        [
            Factor::google_totp(SEED),
            Factor::question("Why?", "because"),
        ],
        [Need::AnyTwo],
    ));
    let mut walk = Walk::known(&sandbox);
    walk.select("google_otp", None);
    for round in 1..=5 {
        walk.code("passcode", &format!("00000{round}"));
        assert_eq!(walk.status, if round < 5 { 401 } else { 429 });
    }
    assert_eq!(walk.keys(), ["tooManyRequests"]);
    assert!(walk.body["stateHandle"].is_string());
    let right = sandbox.phone(ADA).totp();
    assert_eq!(
        walk.code("passcode", &right).status,
        429,
        "the right one is not looked at"
    );
    assert!(!sandbox.is_locked(ADA));
    walk.select("security_question", None);
    assert!(walk.code("answer", "because").success().is_some());
    assert_eq!(
        sandbox.count(|event| matches!(event, Event::FactorBlocked { .. })),
        1
    );
    sandbox.advance(Duration::from_secs(5 * 60));
    let mut walk = Walk::known(&sandbox);
    walk.select("google_otp", None);
    let right = sandbox.phone(ADA).totp();
    assert!(
        walk.code("passcode", &right).success().is_some(),
        "time clears it"
    );
    assert_eq!((sandbox.codes_of(ADA), sandbox.violations()), (8, vec![]));
}

#[test]
fn a_right_code_ends_the_count() {
    let sandbox = Sandbox::start(org(
        quick(),
        [Factor::google_totp(SEED)],
        [Need::Possession],
    ));
    for round in 0..2 {
        let mut walk = Walk::known(&sandbox);
        for wrong in 1..=4 {
            assert_eq!(
                walk.code("passcode", &format!("0{round}000{wrong}")).status,
                401
            );
        }
        let right = sandbox.phone(ADA).totp_after(round);
        assert!(walk.code("passcode", &right).success().is_some());
    }
}

#[test]
fn wrong_passwords_lock_the_account_at_their_own_threshold() {
    for shown in [false, true] {
        let mut setup = org(quick(), [], []);
        setup.lockout.attempts = 3;
        setup.lockout.shown = shown;
        let sandbox = Sandbox::start(setup);
        let mut walk = Walk::begin(&sandbox);
        for wrong in 0..3 {
            walk.log_in(&format!("wrong{wrong}"));
        }
        assert!(sandbox.is_locked(ADA));
        walk.log_in(PASSWORD);
        assert_eq!(
            (walk.status, walk.keys()),
            (401, vec!["errors.E0000004".to_owned()])
        );
        assert_eq!(walk.names().contains(&"unlock-account"), shown);
        assert_eq!(sandbox.passwords_of(ADA), 4);
    }
}

#[test]
fn polls_that_come_too_soon_are_noticed_and_then_refused() {
    let identity = Identity {
        preselects: true,
        ..Identity::new().polled_every(2000)
    };
    let sandbox = Sandbox::start(org(
        identity,
        Factor::okta_verify("Ada's phone", SEED),
        [Need::Possession],
    ));
    let mut walk = Walk::known(&sandbox);
    walk.poll();
    thread::sleep(Duration::from_millis(1900));
    assert_eq!(
        (walk.poll().status, sandbox.violations()),
        (200, vec![]),
        "a tenth is forgiven"
    );
    walk.poll().poll();
    let handle = walk.body["stateHandle"].clone();
    assert_eq!(walk.status, 200);
    let href = walk.href("challenge-poll");
    assert_eq!(walk.poll().status, 429);
    assert_eq!(
        (
            walk.body["errorCode"].as_str(),
            walk.body.get("stateHandle")
        ),
        (Some("E0000047"), None)
    );
    only(&sandbox, |one| *one == Violation::PolledTooFast);
    assert!(handle.is_string() && href.contains("/poll"));
    let spacing = &sandbox.trails()[0].spacing;
    assert!(spacing.len() == 4 && spacing[0] >= Duration::from_millis(1900));
}

#[test]
fn the_pace_may_change_on_the_way() {
    let identity = Identity {
        preselects: true,
        later_refresh: Some(5000),
        ..quick()
    };
    let sandbox = Sandbox::start(org(
        identity,
        Factor::okta_verify("Ada's phone", SEED),
        [Need::Possession],
    ));
    let mut walk = Walk::known(&sandbox);
    walk.poll().poll();
    assert_eq!(walk.step("challenge-poll")["refresh"], 0);
    walk.poll();
    assert_eq!(walk.step("challenge-poll")["refresh"], 5000);
    assert_eq!(sandbox.violations(), []);
    walk.poll();
    only(&sandbox, |one| *one == Violation::PolledTooFast);
}

#[test]
fn two_polls_at_once_are_one_too_many() {
    let mut setup = org(
        Identity {
            preselects: true,
            ..quick()
        },
        Factor::okta_verify("Ada's phone", SEED),
        [Need::Possession],
    );
    setup.delay = Duration::from_secs(1);
    let sandbox = Sandbox::start(setup);
    let walk = Walk::known(&sandbox);
    let (url, body) = (
        walk.href("challenge-poll"),
        json!({ "stateHandle": walk.body["stateHandle"] }),
    );
    let mut statuses = thread::scope(|scope| {
        let poll = || walk.ask(&url, &body).send(&sandbox).status;
        let both = [scope.spawn(poll), scope.spawn(poll)];
        both.map(|one| one.join().expect("it answers"))
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    assert!(sandbox.violations().contains(&Violation::PolledTwice));
}

#[test]
fn a_transaction_and_a_user_have_limits_of_their_own() {
    for (token, user) in [(3, 100), (100, 3)] {
        let mut setup = org(quick(), [], []);
        setup.factor_limits.token_per_five_seconds = token;
        setup.factor_limits.user_per_five_seconds = user;
        let sandbox = Sandbox::start(setup);
        let mut walk = Walk::known(&sandbox);
        let mut last = walk.status;
        for _ in 0..40 {
            last = walk.introspect().status;
            if last == 429 {
                break;
            }
        }
        assert_eq!(
            (last, walk.body["errorCode"].as_str()),
            (429, Some("E0000047")),
            "{token} {user}"
        );
    }
}

#[test]
fn the_org_has_limits_too() {
    let mut identity = quick();
    identity.limits.introspect_per_minute = 1;
    let sandbox = Sandbox::start(org(identity, [], []));
    let mut walk = Walk::begin(&sandbox);
    let answer = walk.introspect().status;
    assert_eq!(answer, 429);
}

#[test]
fn a_transaction_ends_after_its_life_with_or_without_a_handle() {
    let sandbox = Sandbox::start(org(
        Identity {
            life: Duration::from_secs(60),
            ..quick()
        },
        [],
        [],
    ));
    let mut walk = Walk::begin(&sandbox);
    sandbox.advance(Duration::from_secs(45));
    assert_eq!(walk.introspect().status, 200, "each step begins it anew");
    sandbox.advance(Duration::from_secs(45));
    assert_eq!(walk.introspect().status, 200);
    sandbox.advance(Duration::from_secs(61));
    let handle = walk.body["stateHandle"].clone();
    let mut seen = Vec::new();
    for _ in 0..2 {
        walk.body["stateHandle"] = handle.clone();
        walk.introspect();
        assert_eq!(
            (walk.status, walk.keys()),
            (401, vec!["idx.session.expired".to_owned()])
        );
        seen.push(walk.body.get("stateHandle").is_some());
    }
    assert_ne!(seen[0], seen[1]);
}

//! Demands and their order, and the answer to a name that nobody has.

use std::time::Duration;

use sandbox::{
    App, AppPolicy, Factor, FactorKind, Identity, Need, PASSWORD, Sandbox, SignOn, UnknownUser,
};
use serde_json::json;

use super::{Walk, org, quick};
use crate::factors::{ADA, SEED};

const HOUR: Duration = Duration::from_secs(60 * 60);

#[test]
fn a_session_that_begins_with_a_password_asks_for_both_on_one_page() {
    for (identity, together) in [
        (quick(), true),
        (
            Identity {
                identifier_first: true,
                ..quick()
            },
            false,
        ),
        (quick().passwordless(), false),
    ] {
        let sandbox = Sandbox::start(org(identity, [Factor::totp(SEED)], [Need::Possession]));
        let walk = Walk::begin(&sandbox);
        let form = walk.step("identify")["value"].to_string();
        assert_eq!(form.contains("\"credentials\""), together, "{form}");
    }
}

#[test]
fn the_password_is_asked_for_after_the_name() {
    let sandbox = Sandbox::start(org(
        Identity {
            identifier_first: true,
            ..quick()
        },
        [],
        [],
    ));
    let mut walk = Walk::begin(&sandbox);
    walk.go("identify", json!({ "identifier": ADA }));
    assert_eq!(walk.names(), ["challenge-authenticator"]);
    walk.code("passcode", PASSWORD).arrive();
    assert_eq!((sandbox.passwords_of(ADA), sandbox.codes_of(ADA)), (1, 0));
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_wrong_password_is_a_401_with_the_same_form_or_with_identify() {
    for (wrong_password_identifies, name) in
        [(false, "challenge-authenticator"), (true, "identify")]
    {
        let identity = Identity {
            identifier_first: true,
            wrong_password_identifies,
            ..quick()
        };
        let sandbox = Sandbox::start(org(identity, [], []));
        let mut walk = Walk::begin(&sandbox);
        walk.go("identify", json!({ "identifier": ADA }))
            .code("passcode", "wrong");
        assert_eq!((walk.status, walk.names()[0]), (401, name));
        assert_eq!(walk.keys(), ["errors.E0000004"]);
    }
}

#[test]
fn a_name_that_nobody_has_is_answered_in_three_ways() {
    let nobody = |unknown_user, identifier_first| {
        let sandbox = Sandbox::start(org(
            Identity {
                unknown_user,
                identifier_first,
                ..quick()
            },
            [],
            [],
        ));
        let mut walk = Walk::begin(&sandbox);
        let answers = match identifier_first {
            true => json!({ "identifier": "bob@corp.example" }),
            false => {
                json!({ "identifier": "bob@corp.example", "credentials": { "passcode": "x" } })
            }
        };
        walk.go("identify", answers);
        (walk.status, walk.names()[0].to_owned(), walk.keys())
    };
    let identify = "identify".to_owned();
    let refused = (401, identify.clone(), vec!["errors.E0000004".to_owned()]);
    assert_eq!(nobody(UnknownUser::Refused, true), refused);
    assert_eq!(nobody(UnknownUser::Hidden, false), refused);
    assert_eq!(
        nobody(UnknownUser::Told, true),
        (200, identify, vec!["idx.unknown.user".to_owned()])
    );
    assert_eq!(
        nobody(UnknownUser::Hidden, true),
        (200, "challenge-authenticator".to_owned(), vec![])
    );
}

#[test]
fn a_captcha_is_demanded_where_the_org_has_one() {
    let sandbox = Sandbox::start(org(
        Identity {
            captcha: true,
            ..quick()
        },
        [],
        [],
    ));
    let mut walk = Walk::begin(&sandbox);
    assert!(walk.body.get("captcha").is_some());
    walk.go_raw(
        "identify",
        json!({ "identifier": ADA, "credentials": { "passcode": PASSWORD } }),
    );
    assert_eq!(walk.status, 400);
    let made_up = json!({ "captchaId": "cap", "captchaToken": "0123" });
    walk.go_raw(
        "identify",
        json!({
            "identifier": ADA,
            "credentials": { "passcode": "other" },
            "captchaVerify": made_up,
        }),
    );
    assert_eq!(walk.keys(), ["captcha.validation.failed"]);
}

#[test]
fn the_policies_of_session_and_app_are_asked_apart() {
    let two = quick().with_session([Need::AnyTwo]);
    let sandbox = Sandbox::start(org(two, [Factor::totp(SEED)], []));
    let mut walk = Walk::begin(&sandbox);
    walk.go("identify", json!({ "identifier": ADA }));
    walk.select("okta_password", None)
        .code("passcode", PASSWORD);
    let code = sandbox.phone(ADA).totp();
    walk.code("totp", &code).arrive();
    let one = Sandbox::start(org(
        quick().passwordless(),
        [Factor::totp(SEED)],
        [Need::AnyOne],
    ));
    let mut walk = Walk::begin(&one);
    walk.go("identify", json!({ "identifier": ADA }))
        .select("okta_verify", None);
    let code = one.phone(ADA).totp();
    walk.code("totp", &code).arrive();
    assert_eq!((one.passwords_of(ADA), one.violations()), (0, vec![]));
}

#[test]
fn what_nobody_has_cannot_be_asked_for() {
    for need in [
        Need::PhishingResistant,
        Need::ManagedDevice,
        Need::only(FactorKind::Sms),
    ] {
        let sandbox = Sandbox::start(org(quick(), [Factor::totp(SEED)], [need]));
        let walk = Walk::known(&sandbox);
        assert_eq!(
            (walk.names(), walk.keys()),
            (vec![], vec!["oie.assurance.unsatisfiable".to_owned()])
        );
    }
}

#[test]
fn the_policies_that_authn_cannot_meet_can_be_met_here() {
    for policy in [
        AppPolicy::SecondFactor,
        AppPolicy::Within(HOUR),
        AppPolicy::EveryTime,
    ] {
        let mut setup = org(quick(), [Factor::totp(SEED)], []);
        setup.apps[0].protected().client.policy = policy;
        let sandbox = Sandbox::start(setup);
        let mut walk = Walk::known(&sandbox);
        let code = sandbox.phone(ADA).totp();
        walk.code("totp", &code).arrive();
        let (_, answer) = Walk::page_with(&sandbox, walk.jar.clone());
        let silent = policy != AppPolicy::EveryTime;
        assert_eq!(answer.status, if silent { 302 } else { 200 }, "{policy:?}");
    }
}

#[test]
fn a_policy_with_a_time_asks_again_after_it() {
    let mut setup = org(quick(), [Factor::totp(SEED)], []);
    let policy = SignOn::asking([Need::Possession]).again_after(Duration::from_secs(600));
    setup.apps[0] = App::new("grafana").signing_on(policy);
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::known(&sandbox);
    let code = sandbox.phone(ADA).totp();
    walk.code("totp", &code).arrive();
    let jar = walk.jar.clone();
    let (silent, answer) = Walk::page_with(&sandbox, jar);
    assert_eq!((answer.status, silent.token.as_str()), (302, ""));
    sandbox.advance(Duration::from_secs(601));
    let (mut walk, answer) = Walk::page_with(&sandbox, silent.jar);
    assert_eq!(answer.status, 200);
    assert_eq!(
        walk.introspect().names(),
        ["challenge-authenticator"],
        "the user is known"
    );
    let code = sandbox.phone(ADA).totp();
    walk.code("totp", &code).arrive();
    assert_eq!(sandbox.violations(), []);
}

//! Rules for every step: JSON, of the newest handle, to a link that was given, in the form that was asked for.

use sandbox::{Factor, Identity, Need, PASSWORD, Sandbox, Violation};
use serde_json::json;

use super::{Walk, only, org, quick};
use crate::browser::Ask;
use crate::factors::{ADA, SEED};

const PHONE: &str = "+1 XXX-XXX-1337";

fn plain() -> Sandbox {
    Sandbox::start(org(
        quick(),
        [
            Factor::sms(PHONE),
            Factor::question("Why?", "because"),
            Factor::totp(SEED),
        ],
        [Need::AnyTwo],
    ))
}

#[test]
fn only_json_is_spoken() {
    let sandbox = plain();
    let walk = Walk::begin(&sandbox);
    let url = walk.href("identify");
    let ask = || walk.ask(&url, &json!({ "stateHandle": walk.body["stateHandle"] }));
    let form = ask()
        .without("Content-Type")
        .with("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(form.send(&sandbox).status, 400);
    let html = ask().without("Accept").with("Accept", "text/html");
    assert_eq!(html.send(&sandbox).status, 406);
    let list = ask().with_body("[]").send(&sandbox);
    assert_eq!(
        (list.status, list.body.contains("errors.E0000020")),
        (400, true)
    );
    assert_eq!(Ask::get(&url).jar(&walk.jar).send(&sandbox).status, 405);
    only(&sandbox, |one| {
        matches!(one, Violation::WrongAccept | Violation::WrongContentType)
    });
    let json = ask()
        .without("Content-Type")
        .with("Content-Type", "application/json; okta-version=1.0.0");
    let json = json
        .without("Accept")
        .with("Accept", "application/json; okta-version=1.0.0");
    assert_eq!(
        json.send(&sandbox).status,
        400,
        "the kind is fine, the form is not"
    );
}

#[test]
fn an_older_handle_is_refused() {
    let sandbox = plain();
    let mut walk = Walk::begin(&sandbox);
    let old = walk.body["stateHandle"].clone();
    walk.introspect();
    walk.body["stateHandle"] = old;
    walk.log_in(PASSWORD);
    assert_eq!(
        (walk.status, walk.keys()),
        (401, vec!["idx.session.expired".to_owned()])
    );
    only(&sandbox, |one| *one == Violation::StaleHandle);
    assert_eq!(
        (sandbox.passwords_of(ADA), sandbox.requests() > 3),
        (1, true)
    );
}

#[test]
fn of_two_handles_in_an_answer_the_top_one_is_good_and_not_the_forms() {
    let sandbox = plain();
    let mut walk = Walk::begin(&sandbox);
    let own = |walk: &Walk<'_>| {
        let step = walk.step("identify");
        let fields = step["value"].as_array().expect("fields").iter();
        let mut handles = fields.filter(|field| field["name"] == "stateHandle");
        handles.next().expect("a handle")["value"].clone()
    };
    while own(&walk) == walk.body["stateHandle"] {
        walk.introspect();
    }
    walk.body["stateHandle"] = own(&walk);
    assert_eq!(walk.log_in(PASSWORD).status, 401);
    only(&sandbox, |one| *one == Violation::StaleHandle);
}

#[test]
fn a_step_without_a_handle_is_refused() {
    let sandbox = plain();
    let mut walk = Walk::begin(&sandbox);
    let url = walk.href("identify");
    walk.post(&url, &json!({ "identifier": ADA }));
    assert_eq!(walk.status, 400);
    only(&sandbox, |one| {
        matches!(one, Violation::FormNotFollowed { .. })
    });
}

#[test]
fn a_link_that_was_made_and_not_given_leads_nowhere() {
    let sandbox = plain();
    let mut walk = Walk::begin(&sandbox);
    let body = json!({ "identifier": ADA, "stateHandle": walk.body["stateHandle"] });
    let url = format!("{}/idp/idx/identify", sandbox.org_url());
    assert_eq!(walk.post(&url, &body).status, 404);
    let path = "/idp/idx/identify".to_owned();
    assert_eq!(sandbox.violations(), [Violation::HrefBuilt { path }]);
}

#[test]
fn a_step_that_the_last_answer_did_not_offer_is_an_invalid_operation() {
    let sandbox = plain();
    let mut walk = Walk::begin(&sandbox);
    let identify = walk.href("identify");
    walk.log_in(PASSWORD);
    let body = json!({ "identifier": ADA, "stateHandle": walk.body["stateHandle"] });
    walk.post(&identify, &body);
    assert_eq!(walk.status, 400);
    assert!(walk.body.to_string().contains("Invalid operation"));
    let step = "identify".to_owned();
    assert_eq!(sandbox.violations(), [Violation::StepNotOffered { step }]);
}

#[test]
fn a_body_that_is_not_the_forms_is_refused_and_no_try() {
    type Wrong = (&'static str, serde_json::Value);
    let wrong: [Wrong; 5] = [
        ("a member is missing", json!({ "identifier": ADA })),
        (
            "a member too many",
            json!({ "identifier": ADA, "credentials": { "passcode": "x" }, "rememberDevice": true }),
        ),
        (
            "a member in the wrong place",
            json!({ "identifier": ADA, "passcode": "x" }),
        ),
        (
            "another type",
            json!({ "identifier": 7, "credentials": { "passcode": "x" } }),
        ),
        (
            "no object",
            json!({ "identifier": ADA, "credentials": "x" }),
        ),
    ];
    for (what, body) in wrong {
        let sandbox = plain();
        let mut walk = Walk::begin(&sandbox);
        walk.go_raw("identify", body);
        assert_eq!(walk.status, 400, "{what}");
        assert_eq!(walk.keys(), ["errors.E0000020"], "{what}");
        only(&sandbox, |one| {
            matches!(one, Violation::FormNotFollowed { .. })
        });
        assert!(
            walk.log_in(PASSWORD)
                .names()
                .contains(&"select-authenticator-authenticate"),
            "{what}"
        );
        let tried = |event: &sandbox::Event| matches!(event, sandbox::Event::PasswordTried { .. });
        assert_eq!(sandbox.count(tried), 1, "{what}");
    }
}

#[test]
fn a_code_of_okta_verify_is_no_passcode() {
    let sandbox = plain();
    let mut walk = Walk::known(&sandbox);
    walk.select("okta_verify", None);
    let code = sandbox.phone(ADA).totp();
    walk.go_raw(
        "challenge-authenticator",
        json!({ "credentials": { "passcode": code } }),
    );
    assert_eq!(walk.status, 400);
    only(&sandbox, |one| {
        matches!(one, Violation::FormNotFollowed { .. })
    });
    let code = sandbox.phone(ADA).totp_after(1);
    assert!(walk.code("totp", &code).success().is_some());
}

#[test]
fn an_authenticator_that_was_not_offered_cannot_be_chosen() {
    let sandbox = plain();
    let mut walk = Walk::known(&sandbox);
    walk.go_raw(
        "select-authenticator-authenticate",
        json!({ "authenticator": { "id": "autGUESSED" } }),
    );
    assert_eq!(walk.status, 400);
    only(&sandbox, |one| {
        matches!(one, Violation::FormNotFollowed { .. })
    });
}

#[test]
fn a_phone_chosen_without_its_own_id_is_answered_and_gets_no_message() {
    for data_step in [false, true] {
        let sandbox = Sandbox::start(org(
            Identity {
                data_step,
                ..quick()
            },
            [Factor::sms(PHONE), Factor::totp(SEED)],
            [Need::Possession],
        ));
        let mut walk = Walk::known(&sandbox);
        let mut body = walk.option("phone_number", None);
        body["authenticator"]
            .as_object_mut()
            .expect("an object")
            .remove("enrollmentId");
        walk.go_raw("select-authenticator-authenticate", body);
        assert_eq!(
            (walk.status, walk.names()[0]),
            (200, "challenge-authenticator")
        );
        assert_eq!(sandbox.phone(ADA).last_code(sandbox::FactorKind::Sms), None);
        let member = "enrollmentId".to_owned();
        assert_eq!(
            sandbox.violations(),
            [Violation::FixedMemberDropped { member }]
        );
    }
}

#[test]
fn answers_vary_and_the_same_seed_gives_the_same_row() {
    let shape = |seed| {
        let sandbox = Sandbox::start(org(
            Identity {
                variety: Some(seed),
                ..quick()
            },
            [Factor::sms(PHONE), Factor::totp(SEED)],
            [Need::Possession],
        ));
        let walk = Walk::known(&sandbox);
        let step = walk.step("select-authenticator-authenticate");
        let names: Vec<String> = step["value"]
            .as_array()
            .expect("fields")
            .iter()
            .map(|field| field["name"].to_string())
            .collect();
        let text = walk.body.to_string();
        (
            names,
            text.matches("frobnicat").count(),
            text.contains("requred"),
            text.contains("\"false\""),
            step["accepts"].clone(),
        )
    };
    assert_eq!(shape(3), shape(3));
    let rows: Vec<_> = (0..24).map(shape).collect();
    assert!(rows.iter().any(|row| *row != rows[0]));
    assert!(
        rows.iter().any(|row| row.2)
            && rows.iter().any(|row| row.3)
            && rows.iter().any(|row| row.1 > 0)
    );
    assert!(
        rows.iter()
            .any(|row| row.4.as_str().is_some_and(|accepts| accepts.contains('(')))
    );
}

#[test]
fn another_device_or_another_agent_gets_no_session() {
    for matching in [true, false] {
        let sandbox = Sandbox::start(org(
            Identity {
                device_matching: matching,
                ..quick()
            },
            [],
            [],
        ));
        let mut walk = Walk::known(&sandbox);
        let kept = walk.jar.clone();
        walk.jar.retain(|(name, _)| name != "DT");
        assert_eq!(walk.follow().status, if matching { 403 } else { 302 });
        only(&sandbox, |one| *one == Violation::DeviceChanged);
        sandbox.clear_audit();
        let mut walk = Walk::known(&sandbox);
        walk.jar = kept;
        let href = walk.success().expect("a link");
        let ask = Ask::get(&href)
            .jar(&walk.jar)
            .without("User-Agent")
            .with("User-Agent", "other/2");
        assert_eq!(ask.send(&sandbox).status, if matching { 403 } else { 302 });
        assert!(sandbox.violations().contains(&Violation::AgentChanged));
        assert_eq!(sandbox.sessions_issued(), 0);
    }
}

#[test]
fn a_step_with_another_jar_is_noticed() {
    let sandbox = plain();
    let mut walk = Walk::begin(&sandbox);
    walk.jar.clear();
    walk.log_in(PASSWORD);
    only(&sandbox, |one| *one == Violation::DeviceChanged);
}

#[test]
fn a_password_to_a_code_is_astray_and_twice_the_same_is_repeated() {
    let sandbox = plain();
    let mut walk = Walk::begin(&sandbox);
    walk.log_in("wrong").log_in("wrong");
    let user = ADA.to_owned();
    assert_eq!(sandbox.violations(), [Violation::PasswordRepeated { user }]);
    sandbox.clear_audit();
    walk.log_in(PASSWORD)
        .select("okta_verify", None)
        .code("totp", PASSWORD);
    only(&sandbox, |one| {
        matches!(one, Violation::PasswordAstray { .. })
    });
    assert_eq!((sandbox.passwords_of(ADA), sandbox.codes_of(ADA)), (1, 1));
}

#[test]
fn a_recovery_is_not_begun_by_a_program() {
    let sandbox = plain();
    let mut walk = Walk::begin(&sandbox);
    walk.go("identify-recovery", json!({}));
    let step = "identify-recovery".to_owned();
    assert_eq!(sandbox.violations(), [Violation::NotForPrograms { step }]);
}

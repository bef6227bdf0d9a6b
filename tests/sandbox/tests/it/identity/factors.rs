//! Each authenticator: how it is chosen, what leaves for it, and how it is proved.

use std::time::Duration;

use sandbox::{Event, Factor, FactorKind, Identity, Need, PASSWORD, RsaPrompt, Sandbox, Violation};
use serde_json::json;

use super::{Walk, only, org, quick};
use crate::factors::{ADA, SEED};

const PHONE: &str = "+1 XXX-XXX-1337";

pub(crate) fn verify() -> Vec<Factor> {
    let mut factors = Factor::okta_verify("Ada's phone", SEED);
    factors.push(Factor::sms(PHONE));
    factors
}

pub(crate) fn with(identity: Identity, factors: impl IntoIterator<Item = Factor>) -> Sandbox {
    Sandbox::start(org(identity, factors, [Need::Possession]))
}

#[test]
fn a_password_and_a_time_based_code_lead_to_the_app() {
    let sandbox = with(quick(), verify());
    let mut walk = Walk::known(&sandbox);
    assert_eq!(walk.names(), ["select-authenticator-authenticate"]);
    walk.select("okta_verify", Some("totp"));
    let code = sandbox.phone(ADA).totp();
    walk.code("totp", &code).arrive();
    assert_eq!(sandbox.violations(), []);
    assert_eq!(
        (
            sandbox.passwords_of(ADA),
            sandbox.codes_of(ADA),
            sandbox.pushes()
        ),
        (1, 1, 0)
    );
}

#[test]
fn every_authenticator_that_a_person_types_is_proved_by_its_code() {
    let factors = || {
        vec![
            Factor::google_totp(SEED),
            Factor::hotp("Corp", &["111111", "222222"]),
            Factor::yubikey(),
            Factor::symantec("VIP"),
            Factor::rsa("RSA"),
            Factor::tac("temp-1234"),
            Factor::sms(PHONE),
            Factor::email("a***a@corp.example"),
            Factor::question("Why?", "because"),
        ]
    };
    for (key, kind) in [
        ("google_otp", FactorKind::Totp),
        ("custom_otp", FactorKind::Hotp),
        ("yubikey_token", FactorKind::Yubikey),
        ("symantec_vip", FactorKind::Symantec),
        ("rsa_token", FactorKind::Rsa),
        ("tac", FactorKind::Tac),
        ("phone_number", FactorKind::Sms),
        ("okta_email", FactorKind::Email),
        ("security_question", FactorKind::Question),
    ] {
        let sandbox = Sandbox::start(org(quick(), factors(), [Need::AnyTwo]));
        let mut walk = Walk::known(&sandbox);
        walk.select(key, None);
        assert_eq!(walk.names()[0], "challenge-authenticator", "{key}");
        let phone = sandbox.phone(ADA);
        let code = match kind {
            FactorKind::Totp => phone.totp(),
            FactorKind::Hotp => phone.hotp(),
            FactorKind::Yubikey => phone.yubikey_touch(),
            FactorKind::Symantec => phone.symantec(),
            FactorKind::Rsa => phone.rsa(),
            FactorKind::Tac => phone.temporary_code(),
            FactorKind::Question => "because".to_owned(),
            kind => phone.last_code(kind).expect("it was sent"),
        };
        let name = if kind == FactorKind::Question {
            "answer"
        } else {
            "passcode"
        };
        walk.code(name, &code).arrive();
        assert_eq!(sandbox.violations(), [], "{key}");
        assert_eq!(sandbox.codes_of(ADA), 1, "{key}");
    }
}

#[test]
fn a_voice_call_is_the_other_way_of_a_phone() {
    let sandbox = with(quick(), [Factor::sms(PHONE), Factor::call(PHONE)]);
    let mut walk = Walk::known(&sandbox);
    assert_eq!(
        walk.names()[0],
        "authenticator-verification-data",
        "the way is not known yet"
    );
    assert_eq!(
        sandbox.count(|event| matches!(event, Event::CodeSent { .. })),
        0
    );
    walk.way("voice");
    let code = sandbox
        .phone(ADA)
        .last_code(FactorKind::Call)
        .expect("a call");
    walk.code("passcode", &code).arrive();
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn nothing_leaves_at_a_choice_that_leads_to_verification_data() {
    for (key, method, kind) in [
        ("phone_number", "sms", FactorKind::Sms),
        ("okta_email", "email", FactorKind::Email),
    ] {
        let factors = [Factor::sms(PHONE), Factor::email("a***a@corp.example")];
        let sandbox = with(
            Identity {
                data_step: true,
                ..quick()
            },
            factors,
        );
        let mut walk = Walk::known(&sandbox);
        walk.select(key, None);
        assert_eq!(walk.names()[0], "authenticator-verification-data");
        assert_eq!(sandbox.phone(ADA).last_code(kind), None);
        walk.way(method);
        assert_eq!(walk.names()[0], "challenge-authenticator");
        assert!(sandbox.phone(ADA).last_code(kind).is_some());
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn the_first_mail_may_wait_to_be_asked_for() {
    let sandbox = with(
        Identity {
            mail_waits: true,
            ..quick()
        },
        [Factor::email("a***a@corp.example")],
    );
    let mut walk = Walk::known(&sandbox);
    walk.way("email");
    assert_eq!(sandbox.phone(ADA).last_code(FactorKind::Email), None);
    walk.go("send", json!({}));
    let code = sandbox
        .phone(ADA)
        .last_code(FactorKind::Email)
        .expect("a mail");
    walk.code("passcode", &code).arrive();
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_magic_link_leads_on_at_the_next_poll_or_into_another_browser() {
    for (here, keys) in [(true, None), (false, Some("idx.transferred.to.new.tab"))] {
        let sandbox = with(quick(), [Factor::email("a***a@corp.example")]);
        let mut walk = Walk::known(&sandbox);
        walk.way("email");
        walk.poll();
        assert_eq!(walk.names()[0], "challenge-authenticator");
        let phone = sandbox.phone(ADA);
        assert!(if here {
            phone.follow_link()
        } else {
            phone.follow_link_elsewhere()
        });
        walk.poll();
        assert_eq!(walk.success().is_some(), here);
        assert_eq!(walk.keys().first().map(String::as_str), keys);
        assert_eq!(sandbox.violations(), []);
    }
}

/// No step ends before a code has come in.
fn at_the_start_of_a_step(sandbox: &Sandbox) {
    let into = sandbox.now().unix_timestamp().rem_euclid(30);
    sandbox.advance(Duration::from_secs(30 - into.unsigned_abs()));
}

#[test]
fn a_code_is_good_for_its_step_and_its_neighbours_and_once() {
    for (steps, right) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let sandbox = with(quick(), [Factor::google_totp(SEED), Factor::sms(PHONE)]);
        let mut walk = Walk::known(&sandbox);
        walk.select("google_otp", None);
        at_the_start_of_a_step(&sandbox);
        let code = sandbox.phone(ADA).totp_after(steps);
        walk.code("passcode", &code);
        assert_eq!(walk.success().is_some(), right, "{steps}");
    }
    let sandbox = with(quick(), [Factor::google_totp(SEED)]);
    let code = sandbox.phone(ADA).totp();
    let mut walk = Walk::known(&sandbox);
    walk.code("passcode", &code);
    let mut walk = Walk::known(&sandbox);
    walk.code("passcode", &code);
    assert_eq!(
        (walk.status, walk.keys()),
        (
            401,
            vec!["authfactor.challenge.soft_token.used_passcode".to_owned()]
        )
    );
    only(&sandbox, |one| {
        matches!(one, Violation::CodeRepeated { .. })
    });
    let next = sandbox.phone(ADA).totp_after(1);
    assert!(walk.code("passcode", &next).success().is_some());
}

#[test]
fn a_wrong_code_is_a_401_with_a_message_at_its_field_and_the_same_form() {
    let sandbox = with(quick(), [Factor::google_totp(SEED), Factor::sms(PHONE)]);
    let mut walk = Walk::known(&sandbox);
    walk.select("google_otp", None);
    let handle = walk.body["stateHandle"].clone();
    walk.code("passcode", "000000");
    assert_eq!(
        (walk.status, walk.names()[0]),
        (401, "challenge-authenticator")
    );
    assert_eq!(
        walk.keys(),
        ["authfactor.challenge.soft_token.invalid_passcode"]
    );
    assert!(walk.body.get("messages").is_none());
    assert_ne!(walk.body["stateHandle"], handle);
}

#[test]
fn a_token_server_asks_for_the_next_code() {
    let rsa = Factor::rsa("RSA").with_dialogue([RsaPrompt::NextToken]);
    for factor in [
        rsa,
        Factor::on_prem("Corp").with_dialogue([RsaPrompt::NextToken]),
    ] {
        let sandbox = with(quick(), [factor]);
        let phone = sandbox.phone(ADA);
        let mut walk = Walk::known(&sandbox);
        walk.code("passcode", &phone.rsa());
        assert_eq!(walk.keys(), ["errors.E0000113"]);
        walk.code("passcode", &phone.rsa()).arrive();
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn a_second_message_needs_a_wish_and_half_a_minute() {
    let sandbox = with(quick(), [Factor::sms(PHONE)]);
    let phone = sandbox.phone(ADA);
    let mut walk = Walk::known(&sandbox);
    assert_eq!(
        phone.last_code(FactorKind::Sms),
        None,
        "nobody has asked for it"
    );
    walk.way("sms");
    phone.wants_another();
    walk.go("resend", json!({}));
    assert_eq!(
        (walk.status, walk.keys()),
        (429, vec!["errors.E0000150".to_owned()])
    );
    sandbox.advance(Duration::from_secs(31));
    phone.wants_another();
    assert_eq!(walk.go("resend", json!({})).status, 200);
    assert_eq!(sandbox.violations(), []);
    sandbox.advance(Duration::from_secs(31));
    walk.go("resend", json!({}));
    only(&sandbox, |one| {
        *one == Violation::SentUnasked { what: "SMS" }
    });
}

#[test]
fn a_key_in_a_browser_is_the_only_way_where_it_is_the_only_one() {
    let sandbox = with(quick(), [Factor::webauthn("Key")]);
    let walk = Walk::known(&sandbox);
    assert_eq!(walk.names(), ["challenge-authenticator"]);
    assert!(walk.body.to_string().contains("challengeData"));
    for (factor, name) in [
        (Factor::duo(), "challenge-authenticator"),
        (Factor::claims_provider("Other"), "redirect-idp"),
        (Factor::unknown("dance"), "frobnicate-device"),
    ] {
        let sandbox = with(quick(), [factor]);
        assert_eq!(Walk::known(&sandbox).names(), [name]);
    }
}

#[test]
fn the_password_may_come_last() {
    let identity = quick().with_session([Need::only(FactorKind::Totp)]);
    let sandbox = Sandbox::start(org(identity, verify(), [Need::Password]));
    let mut walk = Walk::begin(&sandbox);
    walk.go("identify", json!({ "identifier": ADA }));
    let code = sandbox.phone(ADA).totp();
    assert_eq!(
        walk.code("totp", &code).names()[0],
        "challenge-authenticator"
    );
    walk.code("passcode", PASSWORD).arrive();
    assert_eq!(sandbox.violations(), []);
    let trail = &sandbox.trails()[0];
    assert_eq!(
        (trail.passwords, trail.codes, trail.succeeded),
        (1, 1, true)
    );
    assert_eq!(
        trail.steps,
        [
            "introspect",
            "identify",
            "challenge-authenticator",
            "challenge-authenticator"
        ]
    );
}

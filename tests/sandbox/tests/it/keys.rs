//! Security keys: one challenge, one signature, of the right key for the right place.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sandbox::{Assertion, Factor, FactorKind, Sandbox, SecurityKey};
use serde_json::{Value, json};

use crate::browser::Answer;
use crate::factors::{ADA, Walk, code, with};

/// A touch.
const TOUCH: u8 = 1;
/// A touch and a PIN.
const PIN: u8 = 5;
const CHALLENGE: &str = "/_embedded/factor/_embedded/challenge/challenge";

fn members(signed: &Assertion, url_safe: bool) -> Value {
    let text = |bytes: &[u8]| match url_safe {
        true => URL_SAFE_NO_PAD.encode(bytes),
        false => STANDARD.encode(bytes),
    };
    json!({
        "clientData": text(&signed.client_data),
        "authenticatorData": text(&signed.authenticator_data),
        "signatureData": text(&signed.signature),
    })
}

fn challenged(sandbox: &Sandbox) -> (Walk<'_>, String) {
    let mut walk = Walk::begin(sandbox);
    walk.choose("webauthn");
    let nonce = walk.body.pointer(CHALLENGE).and_then(Value::as_str);
    let nonce = nonce.expect("a challenge").to_owned();
    (walk, nonce)
}

/// Signs in with whatever `sign` makes of the key and the challenge.
fn answer(sandbox: &Sandbox, sign: impl Fn(&SecurityKey, &str, &str) -> Assertion) -> Answer {
    let key = sandbox.phone(ADA).security_key(FactorKind::Webauthn);
    let (mut walk, nonce) = challenged(sandbox);
    let signed = sign(&key, &nonce, &sandbox.org_url());
    walk.next(members(&signed, true))
}

#[test]
fn a_touch_is_taken_in_both_alphabets() {
    for url_safe in [true, false] {
        let sandbox = Sandbox::start(with([Factor::webauthn("blue key")]));
        let key = sandbox.phone(ADA).security_key(FactorKind::Webauthn);
        let (mut walk, nonce) = challenged(&sandbox);
        assert_eq!(
            (walk.status(), walk.result()),
            ("MFA_CHALLENGE", "CHALLENGE")
        );
        let known = &walk.body["_embedded"]["factor"]["profile"]["credentialId"];
        assert_eq!(known, &key.credential_id);
        let signed = key.sign(&nonce, &sandbox.org_url(), "localhost", TOUCH, 1);
        walk.next(members(&signed, url_safe));
        assert_eq!(walk.status(), "SUCCESS");
        assert_eq!(sandbox.violations(), []);
    }
}

#[test]
fn anything_amiss_with_a_signature_is_a_wrong_answer() {
    type Sign = fn(&SecurityKey, &str, &str) -> Assertion;
    let cases: [Sign; 5] = [
        |key, _, origin| key.sign("another challenge", origin, "localhost", TOUCH, 1),
        |key, nonce, _| key.sign(nonce, "https://okta.example", "localhost", TOUCH, 1),
        |key, nonce, origin| key.sign(nonce, origin, "okta.example", TOUCH, 1),
        |key, nonce, origin| key.sign(nonce, origin, "localhost", 0, 1),
        |key, nonce, origin| {
            let mut signed = key.sign(nonce, origin, "localhost", TOUCH, 1);
            signed.authenticator_data[36] += 1;
            signed
        },
    ];
    for (number, sign) in cases.into_iter().enumerate() {
        let sandbox = Sandbox::start(with([Factor::webauthn("blue key")]));
        assert_eq!(code(&answer(&sandbox, sign)), "E0000068", "{number}");
    }
}

#[test]
fn a_challenge_is_good_for_one_answer_and_a_counter_advances() {
    let sandbox = Sandbox::start(with([Factor::webauthn("blue key")]));
    let key = sandbox.phone(ADA).security_key(FactorKind::Webauthn);
    let (mut walk, nonce) = challenged(&sandbox);
    let origin = sandbox.org_url();
    let wrong = key.sign(&nonce, &origin, "localhost", 0, 1);
    assert_eq!(code(&walk.next(members(&wrong, true))), "E0000068");
    let right = key.sign(&nonce, &origin, "localhost", TOUCH, 2);
    assert_eq!(code(&walk.next(members(&right, true))), "E0000068");
    let counted = |counter| {
        let signed = answer(&sandbox, move |key, nonce, origin| {
            key.sign(nonce, origin, "localhost", TOUCH, counter)
        });
        signed.json()["status"] == "SUCCESS"
    };
    assert_eq!((counted(7), counted(7), counted(8)), (true, false, true));
}

#[test]
fn a_pin_is_wanted_where_the_org_says_so() {
    let sandbox = Sandbox::start(with(
        [Factor::webauthn("blue key").with_user_verification()],
    ));
    let (walk, _) = challenged(&sandbox);
    let wanted = CHALLENGE.replace("/challenge/challenge", "/challenge/userVerification");
    assert_eq!(walk.body.pointer(&wanted), Some(&json!("required")));
    let touched = answer(&sandbox, |key, nonce, origin| {
        key.sign(nonce, origin, "localhost", TOUCH, 1)
    });
    assert_eq!(code(&touched), "E0000068");
    let known = answer(&sandbox, |key, nonce, origin| {
        key.sign(nonce, origin, "localhost", PIN, 2)
    });
    assert_eq!(known.json()["status"], "SUCCESS");
}

#[test]
fn several_keys_are_challenged_together() {
    let keys = [Factor::webauthn("blue key"), Factor::webauthn("red key")];
    let sandbox = Sandbox::start(with(keys));
    let mut walk = Walk::begin(&sandbox);
    let link = walk
        .body
        .pointer("/_embedded/factorTypes/0/_links/next/href");
    let href = link.and_then(Value::as_str).expect("a link").to_owned();
    walk.post(&href, json!({}));
    assert_eq!(walk.status(), "MFA_CHALLENGE");
    let embedded = &walk.body["_embedded"];
    assert_eq!(embedded["factors"].as_array().map(Vec::len), Some(2));
    let nonce = embedded["challenge"]["challenge"]
        .as_str()
        .expect("a challenge");
    let key = sandbox.phone(ADA).security_key(FactorKind::Webauthn);
    let signed = key.sign(nonce, &sandbox.org_url(), "localhost", TOUCH, 1);
    walk.next(members(&signed, true));
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn the_older_protocol_signs_for_an_application() {
    let sandbox = Sandbox::start(with([Factor::u2f()]));
    let key = sandbox.phone(ADA).security_key(FactorKind::U2f);
    let mut walk = Walk::begin(&sandbox);
    walk.choose("u2f");
    let factor = &walk.body["_embedded"]["factor"];
    let challenge = &factor["_embedded"]["challenge"];
    assert_eq!(challenge["timeoutSeconds"], 20);
    let nonce = challenge["nonce"].as_str().expect("a nonce");
    let app = factor["profile"]["appId"].as_str().expect("an application");
    let signed = key.sign_u2f(nonce, &sandbox.org_url(), app, 1);
    walk.next(members(&signed, true));
    assert_eq!(walk.status(), "SUCCESS");
}

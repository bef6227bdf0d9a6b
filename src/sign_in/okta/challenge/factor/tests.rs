use serde_json::{Value, json};

use super::{Challenge, Factor, names};
use crate::sign_in::okta::classic::fixture::{factor, known, org, push};

/// Every kind of factor with how it is answered.
const KINDS: [(&str, &str); 19] = [
    ("push", "Push"),
    ("token:software:totp", "Totp"),
    ("token:hotp", "Code"),
    ("token", "Code"),
    ("token:hardware", "Code"),
    ("sms", "Message"),
    ("call", "Message"),
    ("email", "Message"),
    ("question", "Question"),
    ("password", "Password"),
    ("webauthn", "Unsupported"),
    ("u2f", "Unsupported"),
    ("web", "Unsupported"),
    ("claims_provider", "Unsupported"),
    ("assertion:saml2", "Unsupported"),
    ("assertion:oidc", "Unsupported"),
    ("signed_nonce", "Unsupported"),
    ("brand_new", "Unsupported"),
    ("Push", "Unsupported"),
];

#[test]
fn every_kind_has_a_challenge() {
    let org = org(|_| {});
    for (kind, challenge) in KINDS {
        let one = known(&org, &factor("x", kind, "OKTA", &json!({})));
        assert!(
            format!("{:?}", one.challenge).starts_with(challenge),
            "{kind}"
        );
        assert_eq!(one.is_answerable(), challenge != "Unsupported", "{kind}");
    }
}

#[test]
fn a_factor_is_known_by_its_kind_and_every_other_member_may_be_missing() {
    let org = org(|_| {});
    for nothing in [
        Value::Null,
        json!(7),
        json!("push"),
        json!([]),
        json!({}),
        json!({ "factorType": null }),
        json!({ "factorType": "\n" }),
    ] {
        assert_eq!(Factor::parse(&org, &nothing), None, "{nothing}");
    }
    let bare = known(&org, &json!({ "factorType": "push" }));
    assert_eq!(
        (bare.challenge, bare.verify.as_ref()),
        (Challenge::Push, None)
    );
    assert_eq!(bare.words(), "a push");
    assert_eq!((bare.device(), bare.name()), ("the phone", "push".into()));
    for profile in [Value::Null, json!([]), json!("x"), json!({ "name": 7 })] {
        let one = known(&org, &factor("x", "sms", "OKTA", &profile));
        assert_eq!(one.words(), "a text message", "{profile}");
    }
}

#[test]
fn a_device_is_called_by_what_its_profile_has() {
    let org = org(|_| {});
    for (profile, device) in [
        (
            json!({ "name": "Ada's phone", "credentialId": "x" }),
            "Ada's phone",
        ),
        (
            json!({ "phoneNumber": "+1 XXX-XXX-1337" }),
            "+1 XXX-XXX-1337",
        ),
        (
            json!({ "email": "a...a@corp.example" }),
            "a...a@corp.example",
        ),
        (json!({ "deviceName": "Key" }), "Key"),
        (
            json!({ "authenticatorName": "MacBook Touch ID" }),
            "MacBook Touch ID",
        ),
        (json!({ "name": "", "deviceName": "Key" }), "Key"),
        (json!({ "name": "a\u{1b}[31m\u{202e}b\n" }), "a [31m b"),
        (json!({ "credentialId": "ada@corp.example" }), "the phone"),
    ] {
        let one = known(&org, &factor("x", "push", "OKTA", &profile));
        assert_eq!(one.device(), device, "{profile}");
    }
}

#[test]
fn a_number_is_one_where_it_is_there() {
    let org = org(|_| {});
    for (number, expected) in [
        (json!(0), Some("0")),
        (json!(42), Some("42")),
        (json!("07"), Some("07")),
        (json!(""), None),
        (json!(null), None),
        (json!(false), None),
        (json!([4]), None),
        (json!({}), None),
    ] {
        let mut one = push();
        one["_embedded"] = json!({ "challenge": { "correctAnswer": number } });
        assert_eq!(known(&org, &one).number.as_deref(), expected, "{number}");
    }
    for embedded in [json!(null), json!([]), json!({ "challenge": null })] {
        let mut one = push();
        one["_embedded"] = embedded;
        assert_eq!(known(&org, &one).number, None);
    }
}

#[test]
fn another_factor_has_another_kind_or_another_id() {
    let org = org(|_| {});
    let of = |id: &str, kind: &str| known(&org, &factor(id, kind, "OKTA", &json!({})));
    let one = of("opf1", "push");
    for (other, expected) in [
        (of("opf1", "push"), false),
        (of("", "push"), false),
        (of("opf2", "push"), true),
        (of("opf1", "sms"), true),
    ] {
        assert_eq!(one.is_other(&other), expected);
        assert_eq!(other.is_other(&one), expected);
    }
}

#[test]
fn a_long_list_of_names_is_cut() {
    let org = org(|_| {});
    let all: Vec<Factor> = (0..15)
        .map(|id| known(&org, &factor(&id.to_string(), "sms", "OKTA", &json!({}))))
        .collect();
    assert_eq!(names(&[]), "none");
    assert_eq!(names(&all[..2]), "okta:sms, okta:sms");
    assert!(
        names(&all).ends_with("okta:sms, and 3 more"),
        "{}",
        names(&all)
    );
}

#[test]
fn an_authenticator_without_a_key_is_known_by_its_type() {
    for (kind, method, challenge) in [
        ("password", "", "Password"),
        ("phone", "sms", "Message"),
        ("phone", "voice", "Message"),
        ("email", "email", "Message"),
        ("security_question", "security_question", "Question"),
        ("app", "push", "Push"),
        ("app", "totp", "Totp"),
        ("app", "otp", "Code"),
        ("app", "duo", "Unsupported"),
        ("app", "signed_nonce", "Unsupported"),
        ("security_key", "webauthn", "Unsupported"),
        ("security_key", "otp", "Code"),
        ("federated", "idp", "Unsupported"),
        ("tac", "tac", "Code"),
    ] {
        for key in [Value::Null, json!("")] {
            let one = json!({"key": key, "type": kind, "methods": [{"type": method}]});
            for method in [method, ""] {
                let factor = Factor::of_authenticator(&one, method, "");
                let told = format!("{:?}", factor.challenge);
                let wanted = if method.is_empty() && kind == "app" {
                    ""
                } else {
                    challenge
                };
                assert!(told.starts_with(wanted), "{kind} {method}: {told}");
            }
        }
    }
}

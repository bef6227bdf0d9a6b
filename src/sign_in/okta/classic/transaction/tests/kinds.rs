use serde_json::{Value, json};

use super::plain;
use crate::sign_in::okta::classic::fixture::{
    ScenarioOrg, challenge, factor, pin, push, required, success,
};

/// Kinds with a typed answer, by provider: a profile, the question, the member that the answer goes in.
const ANSWERED: [(&str, &str, &str, &str, &str); 15] = [
    (
        "token:software:totp",
        "OKTA",
        r#"{"credentialId":"ada"}"#,
        "a code from Okta Verify",
        "passCode",
    ),
    (
        "token:software:totp",
        "GOOGLE",
        r#"{"credentialId":"ada"}"#,
        "a code from Google Authenticator",
        "passCode",
    ),
    (
        "token:hotp",
        "CUSTOM",
        "{}",
        "a code of the token of CUSTOM",
        "passCode",
    ),
    (
        "token",
        "RSA",
        "{}",
        "a code of the RSA SecurID token",
        "passCode",
    ),
    (
        "token",
        "SYMANTEC",
        "{}",
        "a code from Symantec VIP",
        "passCode",
    ),
    (
        "token",
        "DEL_OATH",
        "{}",
        "a code of the token of DEL_OATH",
        "passCode",
    ),
    (
        "token:hardware",
        "YUBICO",
        r#"{"credentialId":"000004102994"}"#,
        "a touch of the YubiKey",
        "passCode",
    ),
    (
        "question",
        "OKTA",
        r#"{"question":"disliked_food","questionText":"What food do you dislike?"}"#,
        "What food do you dislike?",
        "answer",
    ),
    (
        "question",
        "OKTA",
        r#"{"question":"disliked_food"}"#,
        "disliked_food",
        "answer",
    ),
    (
        "question",
        "OKTA",
        "{}",
        "the answer to the security question",
        "answer",
    ),
    (
        "sms",
        "OKTA",
        r#"{"phoneNumber":"+1 XXX-XXX-1337"}"#,
        "the code out of a text message to +1 XXX-XXX-1337",
        "passCode",
    ),
    (
        "sms",
        "OKTA",
        "{}",
        "the code out of a text message",
        "passCode",
    ),
    (
        "call",
        "OKTA",
        r#"{"phoneNumber":"+1 XXX-XXX-1337"}"#,
        "the code out of a call to +1 XXX-XXX-1337",
        "passCode",
    ),
    (
        "email",
        "OKTA",
        r#"{"email":"a...a@corp.example"}"#,
        "the code out of a mail to a...a@corp.example",
        "passCode",
    ),
    (
        "email",
        "OKTA",
        "null",
        "the code out of a mail",
        "passCode",
    ),
];

#[test]
fn every_kind_with_a_typed_answer_is_requested_asked_and_answered() {
    for (kind, provider, profile, prompt, member) in ANSWERED {
        let profile: Value = serde_json::from_str(profile).expect("JSON");
        let one = factor("f1", kind, provider, &profile);
        let setup = plain();
        let (mut scenario, mut line) = setup.begin(true, &required(std::slice::from_ref(&one)));
        if ["sms", "call", "email"].contains(&kind) {
            assert_eq!(
                line, r#"Post /factors/f1/verify [DT=DI1] {"stateToken":"00st4te"}"#,
                "{kind}: Okta has to send one first"
            );
            line = scenario.gets(&challenge(&one, "", "verify"));
        }
        assert_eq!(line, format!("ask: {prompt}"), "{kind} {provider}");
        assert_eq!(
            scenario.types("0 \"1"),
            format!(
                r#"Post /factors/f1/verify [DT=DI1] {{"stateToken":"00st4te","{member}":"0 \"1"}}"#
            ),
            "{kind} {provider}"
        );
        assert_eq!(scenario.gets(&success()), "token 20111t0ken");
    }
}

#[test]
fn a_push_is_sent_and_polled_at_one_address() {
    let setup = plain();
    let (mut scenario, line) = setup.begin(true, &required(&[push()]));
    let poll = r#"Post /factors/opf1/verify [DT=DI1] {"stateToken":"00st4te"}"#;
    assert_eq!(line, poll);
    assert_eq!(
        scenario.gets(&challenge(&push(), "WAITING", "poll")),
        format!("wait 2000 ms for approval on Ada's phone, then {poll}")
    );
    assert_eq!(scenario.gets(&success()), "token 20111t0ken");
}

#[test]
fn a_factor_that_asks_for_the_password_once_more_gets_it_once() {
    let again = factor("pwd1", "password", "OKTA", &json!({}));
    for person in [true, false] {
        let setup = plain();
        let (mut scenario, line) = setup.begin(person, &required(std::slice::from_ref(&again)));
        assert_eq!(
            line,
            "Post /factors/pwd1/verify [DT=DI1] {\"stateToken\":\"00st4te\",\"password\":\"hunter2 \\\"/\u{e9}\"}"
        );
        assert_eq!(
            scenario.gets(&required(std::slice::from_ref(&again))),
            "stop 5: Okta does not take the password as a second factor"
        );
        let (mut scenario, _) = setup.begin(person, &required(std::slice::from_ref(&again)));
        assert_eq!(
            scenario.gets(&challenge(&again, "", "verify")),
            "stop 5: Okta does not take the password as a second factor"
        );
    }
}

/// Kinds that need more than a typed answer, by provider, and their need.
const ELSEWHERE: [(&str, &str, &str); 9] = [
    ("webauthn", "FIDO", "a security key in a browser"),
    ("u2f", "FIDO", "a security key in a browser"),
    ("web", "DUO", "Duo's page in a browser"),
    (
        "claims_provider",
        "CUSTOM",
        "another provider's page in a browser",
    ),
    (
        "assertion:saml2",
        "GENERIC_SAML",
        "another provider's page in a browser",
    ),
    (
        "assertion:oidc",
        "GENERIC_OIDC",
        "another provider's page in a browser",
    ),
    ("signed_nonce", "OKTA", "Okta FastPass in a browser"),
    ("palm_reader", "ACME", "what this program does not know"),
    ("PUSH", "OKTA", "what this program does not know"),
];

#[test]
fn a_kind_for_a_browser_stops_without_a_request_and_names_its_need() {
    for (kind, provider, what) in ELSEWHERE {
        let name = format!("{}:{kind}", provider.to_lowercase());
        let one = factor("f1", kind, provider, &json!({}));
        let text = |status| {
            format!(
                "stop 3: Okta asks ada@corp.example for a second factor that cannot be answered without a browser: \
                 {name} ({status}) | {name} wants {what} | set up another factor at https://corp.okta.com in a \
                 browser: Okta Verify, or any app for time-based codes"
            )
        };
        for person in [true, false] {
            let line = plain()
                .begin(person, &required(std::slice::from_ref(&one)))
                .1;
            assert_eq!(line, text("MFA_REQUIRED"));
            let challenged = challenge(&one, "WAITING", "redirect");
            assert_eq!(plain().begin(person, &challenged).1, text("MFA_CHALLENGE"));
        }
    }
}

#[test]
fn duo_signatures_and_webauthn_challenges_do_not_come_out_of_a_stop() {
    let mut duo = factor("dsf1", "web", "DUO", &json!({}));
    duo["_embedded"]["verification"] =
        json!({ "host": "api-1.duosecurity.com", "signature": "TX|SECRET:APP|SECRET" });
    let mut key = factor(
        "fwf1",
        "webauthn",
        "FIDO",
        &json!({ "credentialId": "SECRET" }),
    );
    key["_embedded"]["challenge"] = json!({ "challenge": "SECRET" });
    let line = plain().begin(true, &required(&[duo, key])).1;
    assert!(line.contains("duo:web, fido:webauthn"), "{line}");
    assert!(!line.contains("SECRET") && !line.contains("duosecurity"));
}

#[test]
fn a_pinned_kind_for_a_browser_leaves_the_hint_to_use_another() {
    let setup = ScenarioOrg::new(|org| org.factors = vec![pin("webauthn", "", "")]);
    let key = factor("fwf1", "webauthn", "FIDO", &json!({}));
    let line = setup.begin(true, &required(&[key, push()])).1;
    assert!(line.starts_with("stop 3: "), "{line}");
    assert!(
        line.contains("or use another one, with factor in [org.corp]: okta:push@Ada's phone"),
        "{line}"
    );
}

#[test]
fn one_factor_may_lead_on_to_another() {
    let setup = plain();
    let code = factor("ost1", "token:software:totp", "OKTA", &json!({}));
    let (mut scenario, _) = setup.begin(true, &required(&[code]));
    scenario.types("123456");
    let line = scenario.gets(&challenge(&push(), "WAITING", "poll"));
    assert!(
        line.starts_with("wait 2000 ms for approval on Ada's phone"),
        "{line}"
    );
}

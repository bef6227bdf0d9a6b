use serde_json::json;

use super::offers;
use crate::sign_in::fixture::{answer as reply, app, org};
use crate::sign_in::okta::idx::answer::Answer;

/// The offers, each in one line: the factor's pin, and the object that begins it.
fn told(value: &serde_json::Value) -> Vec<String> {
    let app = app();
    let reply = reply(
        "https://corp.okta.com/idp/idx/introspect",
        200,
        &[],
        value.to_string(),
    );
    let answer = Answer::parse(&org(&app).site, &reply).expect("an answer");
    let line = |offer: super::Offer| format!("{} {}", offer.factor.pin(), offer.object);
    offers(&answer).into_iter().map(line).collect()
}

#[test]
fn each_method_of_an_option_is_a_factor() {
    let form = |fields: serde_json::Value| json!({"form": {"value": fields}});
    let id = |id: &str| json!({"name": "id", "value": id, "mutable": false});
    let answer = json!({
        "stateHandle": "02~c.a",
        "remediation": {"value": [{
            "name": "select-authenticator-authenticate", "rel": ["create-form"], "href": "/idp/idx/challenge",
            "value": [{"name": "authenticator", "options": [
                {"label": "Okta Verify", "relatesTo": "$.authenticatorEnrollments.value[0]", "value": form(json!([
                    id("aut1"), {"name": "methodType", "options": [{"value": "push"}, {"value": "totp"}, {"value": "signed_nonce"}]},
                ]))},
                {"label": "Phone", "relatesTo": ["$.authenticatorEnrollments.value[1]"], "value": form(json!([
                    id("aut2"), {"name": "methodType", "value": "sms"}, {"name": "enrollmentId", "value": "sms1", "mutable": false},
                ]))},
                {"label": "Google", "relatesTo": "$.authenticatorEnrollments.value[9]", "value": form(json!([id("aut3")]))},
                {"label": "Space Pass", "value": form(json!([id("aut4")]))},
            ]}],
        }]},
        "authenticatorEnrollments": {"value": [
            {"key": "okta_verify", "id": "pfd1", "profile": {"deviceName": "Pixel"}},
            {"key": "phone_number", "id": "sms1", "profile": {"phoneNumber": "+1 XXX-1337"}},
        ]},
        "authenticators": {"value": [{"key": "google_otp", "id": "aut3", "methods": [{"type": "otp"}]}]},
    });
    assert_eq!(
        told(&answer),
        [
            r#"okta:push@Pixel {"id":"aut1","methodType":"push"}"#,
            r#"okta:token:software:totp@Pixel {"id":"aut1","methodType":"totp"}"#,
            r#"okta:signed_nonce@Pixel {"id":"aut1","methodType":"signed_nonce"}"#,
            r#"okta:sms@+1 XXX-1337 {"enrollmentId":"sms1","id":"aut2","methodType":"sms"}"#,
            r#"google:token:software:totp@aut3 {"id":"aut3"}"#,
            r#"space pass {"id":"aut4"}"#,
        ]
    );
}

#[test]
fn of_several_phones_each_is_known_by_its_enrolment() {
    let fields = |enrolment: &str| {
        json!({"form": {"value": [
            {"name": "id", "value": "aut2"}, {"name": "enrollmentId", "value": enrolment}, {"name": "methodType", "value": "sms"},
        ]}})
    };
    let phone = |id: &str, number: &str| json!({"key": "phone_number", "id": id, "authenticatorId": "aut2", "profile": {"phoneNumber": number}});
    let option = |enrolment: &str| json!({"label": "Phone", "relatesTo": "$.authenticatorEnrollments.value[9]", "value": fields(enrolment)});
    let answer = json!({
        "remediation": {"value": [{
            "name": "select-authenticator-authenticate", "rel": ["create-form"], "href": "/idp/idx/challenge",
            "value": [{"name": "authenticator", "options": [option("sms1"), option("sms2")]}],
        }]},
        "authenticatorEnrollments": {"value": [phone("sms1", "+1 XXX-1337"), phone("sms2", "+1 XXX-7331")]},
    });
    assert_eq!(
        told(&answer),
        [
            r#"okta:sms@+1 XXX-1337 {"enrollmentId":"sms1","id":"aut2","methodType":"sms"}"#,
            r#"okta:sms@+1 XXX-7331 {"enrollmentId":"sms2","id":"aut2","methodType":"sms"}"#,
        ]
    );
}

#[test]
fn the_methods_of_the_authenticator_that_is_asked_for_are_factors() {
    let answer = json!({
        "remediation": {"value": [{
            "name": "authenticator-verification-data", "rel": ["create-form"], "href": "/idp/idx/challenge",
            "value": [{"name": "authenticator", "form": {"value": [
                {"name": "id", "value": "aut2"}, {"name": "enrollmentId", "value": "sms1"},
                {"name": "methodType", "options": [{"value": "sms"}, {"value": "voice"}], "mutable": false},
            ]}}],
        }]},
        "currentAuthenticator": {"value": {"key": "phone_number", "id": "aut2"}},
    });
    assert_eq!(
        told(&answer),
        [
            r#"okta:sms@aut2 {"enrollmentId":"sms1","id":"aut2","methodType":"sms"}"#,
            r#"okta:call@aut2 {"enrollmentId":"sms1","id":"aut2","methodType":"voice"}"#,
        ]
    );
}

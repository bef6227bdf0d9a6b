#![expect(
    clippy::needless_pass_by_value,
    reason = "a test writes its JSON in place"
)]

use serde_json::{Value, json};

use super::{FieldAnswer, Form, MissingAnswer, option_object};
use crate::cookie::Jar;
use crate::secret::Secret;
use crate::sign_in::fixture::{app, org};

fn form(value: &Value) -> Form {
    let app = app();
    Form::parse(&org(&app).site, value).expect("a form")
}

fn of_fields(fields: Value) -> Form {
    form(&json!({
        "name": "a", "rel": ["create-form"], "href": "https://corp.okta.com/x", "value": fields,
        "accepts": "application/json; okta-version=1.0.0",
    }))
}

fn body(form: &Form, answers: &[FieldAnswer<'_>]) -> Result<Value, MissingAnswer> {
    let handle = Secret::new("02~c.new".into());
    let request = form
        .request(&handle, &Jar::default(), answers)?
        .expect("a request");
    let body = request.body.expect("a body");
    Ok(serde_json::from_str(body.expose()).expect("JSON"))
}

#[test]
fn a_body_has_the_values_and_the_answers_and_nothing_else() {
    let form = of_fields(json!([
        {"name": "identifier", "required": true},
        {"name": "credentials", "type": "object", "required": true,
         "form": {"value": [{"name": "passcode", "required": true}, {"name": "kind", "value": "x", "mutable": false}]}},
        {"name": "rememberMe", "type": "boolean"},
        {"name": "flag", "value": false},
        {"name": "optional", "form": {"value": [{"name": "inner", "required": true}]}},
        {"name": "stateHandle", "required": true, "value": "02~c.old", "mutable": false},
    ]));
    let answers: [FieldAnswer<'_>; 2] = [
        (&["identifier"], "ada".into()),
        (&["credentials", "passcode"], "pw".into()),
    ];
    let wanted = json!({
        "identifier": "ada", "credentials": {"passcode": "pw", "kind": "x"}, "flag": false,
        "stateHandle": "02~c.new",
    });
    assert_eq!(body(&form, &answers), Ok(wanted));
    let missing = |path: &str| Err(MissingAnswer(path.into()));
    assert_eq!(body(&form, &answers[..1]), missing("credentials.passcode"));
    assert_eq!(body(&form, &answers[1..]), missing("identifier"));
}

#[test]
fn a_field_is_required_however_that_is_written() {
    for (required, is_missing) in [
        (json!(true), true),
        (json!("true"), true),
        (json!("false"), false),
        (json!(false), false),
        (Value::Null, false),
    ] {
        let form = of_fields(json!([{"name": "a", "required": required}]));
        assert_eq!(body(&form, &[]).is_err(), is_missing, "{required}");
    }
    assert!(
        body(
            &of_fields(json!([{"name": "a", "requred": true}, {"x": 1}])),
            &[]
        )
        .is_ok()
    );
}

#[test]
fn nothing_is_sent_to_another_host_or_by_a_link() {
    for (href, rel) in [
        ("https://evil.example/x", json!(["create-form"])),
        (
            "https://corp.okta.com@evil.example/x",
            json!(["create-form"]),
        ),
        ("javascript:x", json!(["create-form"])),
        ("https://corp.okta.com/x", Value::Null),
    ] {
        let form = form(&json!({"name": "a", "href": href, "rel": rel, "value": []}));
        assert!(!form.can_be_sent(), "{href}");
        let handle = Secret::new("02".into());
        assert!(
            form.request(&handle, &Jar::default(), &[])
                .is_ok_and(|none| none.is_none())
        );
    }
}

#[test]
fn the_media_type_is_the_forms_own_if_it_can_be_one() {
    let sent_as = |accepts: &str| {
        let form = form(&json!({
            "name": "a", "rel": ["create-form"], "href": "/x", "accepts": accepts, "value": [],
        }));
        let handle = Secret::new("02".into());
        let request = form
            .request(&handle, &Jar::default(), &[])
            .expect("fields")
            .expect("one");
        request.media_type.into_owned()
    };
    let own = "application/json; okta-version=1.0.0";
    assert_eq!(sent_as(own), own);
    for absurd in [
        "",
        "text/html",
        "application/json\r\nX: y",
        "application/(ion\\+)?json",
    ] {
        assert_eq!(sent_as(absurd), "application/ion+json; okta-version=1.0.0");
    }
}

#[test]
fn an_option_is_copied_with_all_its_fixed_members() {
    let fields = json!([
        {"name": "id", "value": "aut1", "mutable": false},
        {"name": "enrollmentId", "value": "sms1", "mutable": false},
        {"name": "methodType", "options": [{"value": "sms"}, {"value": "voice"}]},
    ]);
    let wanted = json!({"id": "aut1", "enrollmentId": "sms1", "methodType": "voice"});
    for option in [
        json!({"value": {"form": {"value": fields}}}),
        json!({"form": {"value": fields}}),
    ] {
        assert_eq!(option_object(&option, "voice"), wanted);
    }
    assert_eq!(option_object(&json!({"value": "aut1"}), ""), json!("aut1"));
}

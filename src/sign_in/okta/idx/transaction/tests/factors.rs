//! Choosing a factor, pushes and messages.

use serde_json::{Value, json};

use super::{DONE, Scene, Talk, challenge, message, step, steps, success};
use crate::app::{Passcode, Pin, Source};
use crate::sign_in::flow::{Flow as _, UserInput};

/// The list of an account with Okta Verify, a phone, and what only a browser can do.
pub(super) fn list(handle: &str) -> Value {
    steps(handle, &[select()], enrolments())
}

pub(super) fn select() -> Value {
    let option = |index: usize, fields: Value| json!({"label": "x", "relatesTo": format!("$.authenticatorEnrollments.value[{index}]"), "value": {"form": {"value": fields}}});
    let id = |id: &str| json!({"name": "id", "value": id, "mutable": false});
    let options = json!([
        option(
            0,
            json!([id("aut1"), {"name": "methodType", "options": [{"value": "push"}, {"value": "totp"}]}])
        ),
        option(
            1,
            json!([id("aut2"), {"name": "methodType", "value": "sms"}, {"name": "enrollmentId", "value": "sms1"}])
        ),
        option(2, json!([id("aut3")])),
    ]);
    let field = json!([{"name": "authenticator", "options": options}]);
    step("select-authenticator-authenticate", "challenge", field)
}

pub(super) fn enrolments() -> Value {
    json!({"authenticatorEnrollments": {"value": [
        {"key": "okta_verify", "id": "pfd1", "profile": {"deviceName": "Pixel"}},
        {"key": "phone_number", "id": "sms1", "profile": {"phoneNumber": "+1 XXX-1337"}},
        {"key": "webauthn", "id": "fwf1", "methods": [{"type": "webauthn"}]},
    ]}})
}

/// A push that waits, with this number.
pub(super) fn push(handle: &str, number: Option<&str>, besides: &[Value]) -> Value {
    let mut poll = step(
        "challenge-poll",
        "challenge/poll",
        json!([{"name": "autoChallenge", "value": true}]),
    );
    poll["refresh"] = json!(4000);
    let mut all = vec![poll];
    all.extend_from_slice(besides);
    let mut answer = steps(handle, &all, enrolments());
    let context = number.map_or(json!({}), |number| json!({"correctAnswer": number}));
    answer["currentAuthenticator"] = json!({"value": {
        "key": "okta_verify", "id": "aut1", "methods": [{"type": "push"}], "profile": {"deviceName": "Pixel"},
        "contextualData": context, "resend": step("resend", "challenge/resend", json!([])),
    }});
    answer
}

pub(super) fn pin(text: (&'static str, &'static str)) -> Pin {
    Pin {
        provider: Some(text.0),
        kind: Some(text.1),
        device: None,
    }
}

pub(super) fn choose(talk: &mut Talk<'_>, index: usize) -> String {
    talk.input(UserInput::Choice(Some(index)))
}

#[test]
fn a_person_chooses_from_what_can_be_answered_here() {
    let scene = Scene::new();
    let (mut talk, line) = scene.after_password(&list("l"));
    assert_eq!(
        line,
        "choose: Okta asks ada@corp.example for a second factor: a push to Pixel, a code from Okta Verify on Pixel, \
         a text message to +1 XXX-1337"
    );
    assert_eq!(
        choose(&mut talk, 2),
        r#"challenge {"authenticator":{"enrollmentId":"sms1","id":"aut2","methodType":"sms"},"stateHandle":"02.id.page~c.l"}"#
    );
}

#[test]
fn a_push_shows_its_number_once_and_is_polled_at_oktas_pace() {
    let scene = Scene::new().with(|org| org.factors = vec![pin(("okta", "push"))]);
    let (mut talk, line) = scene.after_password(&list("l"));
    assert!(
        line.starts_with("challenge {\"authenticator\":{\"id\":\"aut1\",\"methodType\":\"push\"}"),
        "{line}"
    );
    assert_eq!(
        talk.says(&push("a", None, &[])),
        "wait 4000 ms for approval on Pixel"
    );
    assert_eq!(
        talk.waits(),
        r#"challenge/poll {"autoChallenge":true,"stateHandle":"02.id.page~c.a"}"#
    );
    assert_eq!(
        talk.says(&push("b", Some("42"), &[])),
        "choose 42 on Pixel / wait 4000 ms for approval on Pixel"
    );
    talk.waits();
    assert_eq!(
        talk.says(&push("c", Some("42"), &[])),
        "wait 4000 ms for approval on Pixel"
    );
    talk.waits();
    assert_eq!(talk.says(&success()), DONE);
}

#[test]
fn a_rejected_push_and_one_that_ran_out_end_the_sign_in() {
    for (status, key, code, words) in [
        (
            200,
            "api.authn.poll.error.push_rejected",
            5,
            "a push to Pixel was rejected",
        ),
        (
            404,
            "core.system.transaction_resource_not_found",
            3,
            "nobody answered a push to Pixel in time",
        ),
    ] {
        let scene = Scene::new().with(|org| org.factors = vec![pin(("okta", "push"))]);
        let (mut talk, _) = scene.after_password(&list("l"));
        talk.says(&push("a", None, &[]));
        talk.waits();
        let mut answer = steps("r", &[step("resend", "challenge", json!([]))], json!({}));
        answer["messages"] = message(key, "ERROR");
        let line = talk.replies(status, &answer);
        assert!(line.starts_with(&format!("stop {code}: {words}")), "{line}");
    }
}

#[test]
fn a_factor_in_the_list_beside_its_own_step_counts_once() {
    let scene = Scene::new().with(|org| {
        org.passcode = Some(Passcode::Totp(Source::File("s".into())));
    });
    let fields = json!([{"name": "authenticator", "form": {"value": [
        {"name": "id", "value": "aut1"}, {"name": "methodType", "options": [{"value": "push"}, {"value": "totp"}]},
    ]}}]);
    let data = step("authenticator-verification-data", "challenge", fields);
    let mut answer = steps("d", &[data, select()], enrolments());
    answer["currentAuthenticator"] = json!({"value": {
        "key": "okta_verify", "id": "aut1", "profile": {"deviceName": "Pixel"},
    }});
    let (_, line) = scene.after_password(&answer);
    assert_eq!(
        line,
        r#"challenge {"authenticator":{"id":"aut1","methodType":"totp"},"stateHandle":"02.id.page~c.d"}"#
    );
}

#[test]
fn an_identity_provider_that_is_a_factor_gives_way_to_another() {
    let scene = Scene::new().with(|org| org.factors = vec![pin(("okta", "sms"))]);
    let away = json!({"name": "redirect-idp", "href": "https://corp.okta.com/sso/idps/0oa1", "method": "GET"});
    let answer = steps("w", &[away, select()], enrolments());
    let (_, line) = scene.after_password(&answer);
    assert!(line.contains(r#""enrollmentId":"sms1""#), "{line}");
}

#[test]
fn no_script_starts_a_push_or_a_message() {
    let scene = Scene::unattended();
    let (_, line) = scene.after_password(&list("l"));
    assert!(
        line.starts_with("stop 3: ") && line.contains("okta:push@Pixel"),
        "{line}"
    );
    let scene = Scene::unattended().with(|org| org.push_unattended = true);
    let (_, line) = scene.after_password(&list("l"));
    assert!(line.contains(r#""methodType":"push""#), "{line}");
}

#[test]
fn without_a_person_a_push_that_okta_starts_is_cancelled_and_remembered() {
    let scene = Scene::unattended();
    let (talk, line) = scene.after_password(&push("a", Some("7"), &[]));
    assert!(line.starts_with("stop 3: "), "{line}");
    assert!(talk.0.facts.contains(&"PushUnasked".to_owned()));
    let cancel = talk.0.flow.cancel().expect("a request");
    assert_eq!(cancel.url.path(), "/idp/idx/cancel");
}

#[test]
fn a_computed_code_is_preferred_to_a_push_that_okta_started() {
    let scene = Scene::new().with(|org| {
        org.passcode = Some(Passcode::Totp(Source::File("s".into())));
    });
    let (mut talk, line) = scene.after_password(&push("a", Some("7"), &[select()]));
    assert!(line.starts_with("choose 7 on Pixel / challenge "), "{line}");
    assert!(
        line.contains(r#"{"id":"aut1","methodType":"totp"}"#),
        "{line}"
    );
    let asked = challenge("b", "okta_verify", "totp", json!({}));
    assert_eq!(talk.says(&asked), "take: a code from Okta Verify");
}

#[test]
fn an_authenticator_for_a_browser_gives_way_to_another() {
    let scene = Scene::new().with(|org| org.factors = vec![pin(("okta", "sms"))]);
    let mut webauthn = challenge("w", "webauthn", "signatureData", enrolments());
    webauthn["remediation"]["value"]
        .as_array_mut()
        .expect("steps")
        .push(select());
    let (_, line) = scene.after_password(&webauthn);
    assert!(line.contains(r#""enrollmentId":"sms1""#), "{line}");

    let scene = Scene::new();
    let (_, line) = scene.after_password(&challenge("w", "webauthn", "signatureData", json!({})));
    assert!(
        line.starts_with("stop 3: ") && line.contains("fido:webauthn"),
        "{line}"
    );
}

#[test]
fn the_method_is_chosen_at_the_next_step_where_okta_asks_there() {
    let scene = Scene::new().with(|org| org.factors = vec![pin(("okta", "call"))]);
    let option = json!([{"label": "Phone", "relatesTo": "$.authenticatorEnrollments.value[0]", "value": {"form": {"value": [{"name": "id", "value": "aut2"}]}}}]);
    let select = step(
        "select-authenticator-authenticate",
        "challenge",
        json!([{"name": "authenticator", "options": option}]),
    );
    let phone = json!({"authenticatorEnrollments": {"value": [{"key": "phone_number", "methods": [{"type": "sms"}, {"type": "voice"}]}]}});
    let (mut talk, line) = scene.after_password(&steps("l", &[select], phone));
    assert_eq!(
        line,
        r#"challenge {"authenticator":{"id":"aut2"},"stateHandle":"02.id.page~c.l"}"#
    );
    let fields = json!([{"name": "authenticator", "form": {"value": [
        {"name": "id", "value": "aut2"}, {"name": "methodType", "options": [{"value": "sms"}, {"value": "voice"}]},
    ]}}]);
    let data = step("authenticator-verification-data", "challenge", fields);
    let current = json!({"currentAuthenticator": {"value": {"key": "phone_number"}}});
    assert_eq!(
        talk.says(&steps("d", &[data], current)),
        r#"challenge {"authenticator":{"id":"aut2","methodType":"voice"},"stateHandle":"02.id.page~c.d"}"#
    );
    let mut asked = challenge("e", "phone_number", "passcode", json!({}));
    asked["currentAuthenticatorEnrollment"]["value"]["methods"] = json!([{"type": "voice"}]);
    assert_eq!(talk.says(&asked), "ask: the code out of a call");
    talk.code("123456");
    assert_eq!(talk.says(&success()), DONE);
}

#[test]
fn a_configured_code_is_sent_once_whatever_is_offered_after_it() {
    let scene = Scene::unattended().with(|org| {
        org.passcode = Some(Passcode::Totp(Source::File("s".into())));
    });
    let (mut talk, line) = scene.after_password(&list("l"));
    assert!(line.contains(r#""methodType":"totp""#), "{line}");
    assert_eq!(
        talk.says(&challenge("a", "okta_verify", "totp", json!({}))),
        "take: a code from Okta Verify"
    );
    talk.code("111111");
    let line = talk.says(&list("m"));
    assert!(
        line.starts_with("stop 5: ") && line.contains("once more after a code"),
        "{line}"
    );
}

#[test]
fn a_pause_is_as_long_as_okta_says() {
    let scene = Scene::new().with(|org| org.factors = vec![pin(("okta", "push"))]);
    let (mut talk, _) = scene.after_password(&list("l"));
    let mut slow = push("a", None, &[]);
    slow["remediation"]["value"][0]["refresh"] = json!(60_000);
    assert!(talk.says(&slow).starts_with("wait 60000 ms"));
    talk.waits();
    assert!(
        talk.breaks(true).starts_with("wait 60000 ms"),
        "after a failure, too"
    );
}

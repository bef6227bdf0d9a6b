//! Factors whose code or question Okta sends: messages, mails with a link, questions.

use serde_json::json;

use super::factors::{enrolments, list, pin, select};
use super::{DONE, Scene, challenge, message, step, steps, success};
use crate::sign_in::flow::UserInput;

#[test]
fn another_message_is_sent_when_the_person_asks() {
    let scene = Scene::new();
    let asked = |handle: &str| {
        let mut answer = challenge(handle, "phone_number", "passcode", json!({}));
        answer["currentAuthenticatorEnrollment"]["value"]["methods"] = json!([{"type": "sms"}]);
        answer["currentAuthenticatorEnrollment"]["value"]["resend"] =
            step("resend", "challenge/resend", json!([]));
        answer
    };
    let (mut talk, line) = scene.after_password(&asked("a"));
    assert_eq!(line, "ask: the code out of a text message");
    assert_eq!(
        talk.input(UserInput::Resend),
        r#"challenge/resend {"stateHandle":"02.id.page~c.a"}"#
    );
    let mut too_soon = asked("b");
    too_soon["messages"] = message("errors.E0000150", "ERROR");
    for status in [200, 429] {
        let line = talk.replies(status, &too_soon);
        assert!(
            line.ends_with("ask: the code out of a text message")
                && line.contains("sends no other yet"),
            "{line}"
        );
        assert!(talk.input(UserInput::Resend).contains("~c.b"));
    }
    assert_eq!(
        talk.says(&asked("c")),
        "ask: the code out of a text message"
    );
}

#[test]
fn a_message_that_is_chosen_too_soon_after_the_last_asks_for_its_code() {
    let scene = Scene::new().with(|org| org.factors = vec![pin(("okta", "sms"))]);
    let (mut talk, _) = scene.after_password(&list("l"));
    let mut too_soon = challenge("a", "phone_number", "passcode", json!({}));
    too_soon["currentAuthenticatorEnrollment"]["value"]["methods"] = json!([{"type": "sms"}]);
    too_soon["messages"] = message("errors.E0000150", "ERROR");
    let line = talk.replies(429, &too_soon);
    assert!(
        line.contains("sends no other yet") && line.contains("/ ask: "),
        "{line}"
    );
}

#[test]
fn the_first_mail_is_sent_where_okta_waits_for_it() {
    let scene = Scene::new();
    let mut waiting = challenge("a", "okta_email", "passcode", json!({}));
    waiting["currentAuthenticatorEnrollment"]["value"]["send"] =
        step("send", "challenge/send", json!([]));
    let (mut talk, line) = scene.after_password(&waiting);
    assert_eq!(line, r#"challenge/send {"stateHandle":"02.id.page~c.a"}"#);
    let mut asked = challenge("b", "okta_email", "passcode", json!({}));
    asked["currentAuthenticatorEnrollment"]["value"]["resend"] =
        step("resend", "challenge/resend", json!([]));
    assert_eq!(talk.says(&asked), "ask: the code out of a mail");
}

#[test]
fn the_link_in_a_mail_is_looked_after_while_its_code_may_be_typed() {
    let scene = Scene::new();
    let mail = |handle: &str| {
        let mut answer = challenge(handle, "okta_email", "passcode", json!({}));
        let mut poll = step("poll", "challenge/poll", json!([]));
        poll["refresh"] = json!(4000);
        answer["currentAuthenticatorEnrollment"]["value"]["poll"] = poll;
        answer["messages"] = message("idx.email.verification.required", "INFO");
        answer
    };
    let (mut talk, line) = scene.after_password(&mail("a"));
    assert!(line.ends_with("ask: the code out of a mail"), "{line}");
    assert_eq!(
        talk.waits(),
        r#"challenge/poll {"stateHandle":"02.id.page~c.a"}"#
    );
    assert_eq!(talk.says(&mail("b")), "ask: the code out of a mail");
    assert!(talk.waits().contains("~c.b"));
    assert_eq!(talk.breaks(true), "ask: the code out of a mail");
    talk.waits();
    assert_eq!(talk.says(&success()), DONE);
    assert_eq!(talk.verdicts()[2..], [""; 0], "no code was sent");

    let (mut talk, _) = scene.after_password(&mail("a"));
    talk.waits();
    let mut elsewhere = json!({"stateHandle": "02.id.page~c.e"});
    elsewhere["messages"] = message("idx.transferred.to.new.tab", "INFO");
    let line = talk.says(&elsewhere);
    assert!(line.starts_with("stop 3: "), "{line}");
}

#[test]
fn what_was_begun_is_not_begun_again_because_okta_names_it_otherwise() {
    let scene = Scene::new().with(|org| org.factors = vec![pin(("okta", "call"))]);
    let mut answer = list("l");
    let option = &mut answer["remediation"]["value"][0]["value"][0]["options"][1];
    option["value"]["form"]["value"][1]["value"] = json!("voice");
    let (mut talk, line) = scene.after_password(&answer);
    assert!(line.contains(r#""methodType":"voice""#), "{line}");
    // The answer names no method, and another number.
    let mut asked = challenge("m", "phone_number", "passcode", enrolments());
    asked["currentAuthenticatorEnrollment"]["value"] =
        json!({"key": "phone_number", "profile": {"phoneNumber": "…37"}});
    asked["remediation"]["value"]
        .as_array_mut()
        .expect("steps")
        .push(select());
    let line = talk.says(&asked);
    assert!(
        line.ends_with("ask: the code out of a call to +1 XXX-1337"),
        "{line}"
    );
}

#[test]
fn no_message_is_sent_for_a_code_of_an_app() {
    let scene = Scene::new();
    let mut asked = challenge("a", "okta_verify", "totp", json!({}));
    asked["currentAuthenticatorEnrollment"]["value"]["send"] =
        step("send", "challenge/send", json!([]));
    let (_, line) = scene.after_password(&asked);
    assert_eq!(line, "ask: a code from Okta Verify");
}

#[test]
fn a_question_is_asked_in_its_own_words() {
    let scene = Scene::new();
    let fields = json!([{"name": "credentials", "form": {"value": [
        {"name": "questionKey", "value": "pet", "mutable": false}, {"name": "answer", "required": true},
    ]}}]);
    let form = step("challenge-authenticator", "challenge/answer", fields);
    let current = json!({"currentAuthenticatorEnrollment": {"value": {
        "key": "security_question", "profile": {"question": "Which pet?"},
    }}});
    let (mut talk, line) = scene.after_password(&steps("q", &[form], current));
    assert_eq!(line, "ask: Which pet?");
    assert!(
        talk.code("cat")
            .contains(r#""credentials":{"answer":"cat","questionKey":"pet"}"#)
    );
}

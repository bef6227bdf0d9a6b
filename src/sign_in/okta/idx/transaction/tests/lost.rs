//! Answers that were lost, limits, and trouble of the server.

use serde_json::json;

use super::{DONE, Scene, challenge, identify_with_password, ion, message, step, steps, success};
use crate::sign_in::fixture::answer;
use crate::sign_in::flow::FailureScope;

/// A transaction whose password is on its way.
macro_rules! at_password {
    ($scene:ident) => {{
        let mut talk = $scene.begin();
        let _ = talk.says(&identify_with_password());
        talk.password();
        talk
    }};
}

const LOOK: &str = r#"introspect {"stateHandle":"02.id.page~c.p"}"#;

#[test]
fn a_password_whose_answer_is_lost_is_looked_up_and_never_sent_again() {
    let scene = Scene::new();
    let mut talk = at_password!(scene);
    assert_eq!(talk.breaks(true), LOOK);
    assert_eq!(talk.says(&success()), DONE);
    assert_eq!(talk.verdicts(), ["PasswordSent", "PasswordAccepted"]);

    let mut talk = at_password!(scene);
    assert_eq!(talk.breaks(true), LOOK);
    let line = talk.says(&identify_with_password());
    assert!(
        line.starts_with("stop 6: ") && line.contains("not sent twice"),
        "{line}"
    );
    assert_eq!(talk.verdicts(), ["PasswordSent"], "it stays counted");
}

#[test]
fn what_cannot_be_understood_is_looked_up_once() {
    for (status, body) in [
        (500, ""),
        (502, "<html>"),
        (403, "<html>"),
        (200, "{\"stateHandle\":"),
        (200, "{}"),
        (503, r#"{"message":"busy"}"#),
    ] {
        let scene = Scene::new();
        let mut talk = at_password!(scene);
        assert_eq!(talk.reply(ion(status, body)), LOOK, "{status} {body}");
        let line = talk.reply(ion(status, body));
        assert!(line.starts_with("stop 6: "), "{line}");
        assert_eq!(talk.verdicts(), ["PasswordSent"]);
    }
}

#[test]
fn json_that_says_nothing_is_no_verdict() {
    for body in [
        r#"{"success":false}"#,
        r#"{"messages":[]}"#,
        r#"{"stateHandle":"x"}"#,
        r#"{"remediation":{}}"#,
        "[]",
    ] {
        let scene = Scene::new();
        let mut talk = at_password!(scene);
        assert!(
            talk.reply(ion(200, body)).starts_with("introspect "),
            "{body}"
        );
        let line = talk.reply(ion(200, body));
        assert!(line.starts_with("stop 6: "), "{body}: {line}");
        assert_eq!(talk.verdicts(), ["PasswordSent"], "{body}");
    }
}

#[test]
fn an_offer_before_the_step_does_not_hide_that_a_password_is_asked_for_again() {
    let scene = Scene::new();
    let mut talk = at_password!(scene);
    talk.breaks(true);
    let mut again = identify_with_password();
    let offer = step("unlock-account", "x", json!([]));
    again["remediation"]["value"]
        .as_array_mut()
        .expect("steps")
        .insert(0, offer);
    let line = talk.says(&again);
    assert!(line.starts_with("stop 6: "), "{line}");
    assert_eq!(talk.verdicts(), ["PasswordSent"]);
}

#[test]
fn where_there_is_no_time_for_a_pause_its_reason_is_the_end() {
    let scene = Scene::new();
    let mut poll = step("poll", "poll", json!([]));
    poll["refresh"] = json!(2500);
    let (mut talk, _) = scene.after_password(&steps("m", &[poll], json!({})));
    let line = talk.unanswered();
    assert!(
        line.starts_with("stop 6: ") && line.contains("read-only"),
        "{line}"
    );
}

#[test]
fn a_password_that_never_left_is_not_counted() {
    let scene = Scene::new();
    let mut talk = at_password!(scene);
    assert!(talk.breaks(false).starts_with("stop 6: "));
    assert_eq!(talk.verdicts(), ["PasswordSent", "PasswordUnsent"]);
}

#[test]
fn a_code_whose_answer_is_lost_is_never_sent_again() {
    let scene = Scene::new();
    let asked = challenge("a", "google_otp", "passcode", json!({}));
    let (mut talk, _) = scene.after_password(&asked);
    talk.code("111111");
    assert!(talk.breaks(true).starts_with("introspect "));
    let line = talk.says(&challenge("b", "google_otp", "passcode", json!({})));
    assert!(
        line.starts_with("stop 6: ") && line.contains("not sent twice"),
        "{line}"
    );
    assert_eq!(talk.verdicts()[2..], ["CodeSent"]);

    let (mut talk, _) = scene.after_password(&asked);
    talk.code("111111");
    talk.breaks(true);
    assert_eq!(talk.says(&success()), DONE);
    assert_eq!(
        talk.verdicts()[2..],
        ["CodeSent", "CodeAnswered", "CodesAccepted"]
    );
}

#[test]
fn a_poll_is_repeated_with_the_same_handle_five_times_at_most() {
    let scene = Scene::new();
    let mut poll = step("challenge-poll", "challenge/poll", json!([]));
    poll["refresh"] = json!(4000);
    let current = json!({"currentAuthenticator": {"value": {"key": "okta_verify", "methods": [{"type": "push"}]}}});
    let (mut talk, line) = scene.after_password(&steps("a", &[poll], current));
    assert!(line.starts_with("wait 4000 ms"), "{line}");
    for _ in 0..5 {
        assert_eq!(
            talk.waits(),
            r#"challenge/poll {"stateHandle":"02.id.page~c.a"}"#
        );
        assert!(talk.breaks(true).starts_with("wait "));
    }
    talk.waits();
    assert!(talk.breaks(true).starts_with("stop 6: "));
}

#[test]
fn a_limit_is_waited_for_where_no_secret_is_in_the_request() {
    const LATER: [(&str, &str); 2] = [
        ("x-rate-limit-reset", "1795460410"),
        ("date", "Mon, 23 Nov 2026 19:00:00 GMT"),
    ];
    let scene = Scene::new();
    let limit = |body: &str| answer("https://corp.okta.com/idp/idx/x", 429, &LATER, body);
    let mut talk = scene.begin();
    let line = talk.reply(limit(
        r#"{"errorCode":"E0000047","errorSummary":"too many"}"#,
    ));
    assert!(line.contains("the end of Okta's rate limit"), "{line}");
    assert_eq!(talk.waits(), r#"introspect {"stateToken":"02.id.page"}"#);
    let _ = talk.says(&identify_with_password());
    talk.password();
    let line = talk.replies(
        429,
        &json!({"messages": message("tooManyRequests", "ERROR")}),
    );
    assert!(
        line.starts_with("stop 6: ") && line.contains("five minutes"),
        "{line}"
    );
    assert_eq!(talk.verdicts(), ["PasswordSent"], "a limit judges nothing");
    let five_minutes = std::time::Duration::from_secs(300);
    assert_eq!(talk.0.scope, Some(FailureScope::Limit(five_minutes)));
}

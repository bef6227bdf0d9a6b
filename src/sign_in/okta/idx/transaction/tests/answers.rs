//! Okta's verdicts on a password or a code.

use serde_json::json;

use super::{DONE, Scene, challenge, identify_with_password, message, step, steps, success};
use crate::app::{Passcode, Source};
use crate::sign_in::flow::FailureScope;

#[test]
fn a_refused_password_is_remembered_whatever_the_form() {
    for (status, key, class) in [
        (401, "errors.E0000004", "ERROR"),
        (400, "errors.E0000207", "ERROR"),
        (200, "incorrectPassword", "ERROR"),
        (200, "idx.unknown.user", "INFO"),
    ] {
        let scene = Scene::new();
        let mut talk = scene.begin();
        let _ = talk.says(&identify_with_password());
        talk.password();
        let mut answer = identify_with_password();
        answer["messages"] = message(key, class);
        let line = talk.replies(status, &answer);
        assert!(
            line.starts_with("stop 5: Okta refused the password of ada@corp.example"),
            "{line}"
        );
        assert_eq!(talk.verdicts(), ["PasswordSent", "PasswordRefused"]);
        assert_eq!(talk.0.scope, Some(FailureScope::Password));
    }
}

#[test]
fn an_error_that_judges_no_password_leaves_it_counted() {
    for (status, key, code) in [
        (403, "security.access_denied", 5),
        (400, "errors.E0000020", 6),
        (200, "authfactor.challenge.suspended_factor", 5),
        (200, "frobnicate", 5),
    ] {
        let scene = Scene::new();
        let mut talk = scene.begin();
        let _ = talk.says(&identify_with_password());
        talk.password();
        let line = talk.replies(status, &json!({"messages": message(key, "ERROR")}));
        assert!(line.starts_with(&format!("stop {code}: ")), "{line}");
        assert_eq!(talk.verdicts(), ["PasswordSent"], "{key}");
    }
}

#[test]
fn a_denial_is_no_success_although_it_leads_on() {
    let scene = Scene::new();
    let mut answer = success();
    answer["messages"] = message("security.access_denied_custom_message", "ERROR");
    let (_, line) = scene.after_password(&answer);
    assert!(line.starts_with("stop 5: "), "{line}");

    let redirect = steps("f", &[step("failure-redirect", "x", json!([]))], json!({}));
    let (_, line) = scene.after_password(&redirect);
    assert!(
        line.starts_with("stop 5: Okta denies the sign-in"),
        "{line}"
    );
}

#[test]
fn a_session_that_expired_begins_again_only_without_a_secret() {
    let gone = json!({"messages": message("idx.session.expired", "ERROR")});
    let scene = Scene::new();
    assert_eq!(scene.begin().replies(401, &gone), "gone");
    let mut talk = scene.begin();
    let _ = talk.says(&identify_with_password());
    talk.password();
    let line = talk.replies(401, &gone);
    assert!(
        line.starts_with("stop 6: ") && line.contains("took too long"),
        "{line}"
    );
}

#[test]
fn a_wrong_code_is_asked_for_again_with_the_new_handle_three_times_at_most() {
    let scene = Scene::new();
    let asked = |handle: &str| challenge(handle, "google_otp", "passcode", json!({}));
    let wrong = |handle: &str| {
        let mut answer = asked(handle);
        answer["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"] =
            message("api.authn.error.PASSCODE_INVALID", "ERROR");
        answer
    };
    let (mut talk, line) = scene.after_password(&asked("a"));
    assert_eq!(line, "ask: a code from Google Authenticator");
    assert_eq!(
        talk.code("111111"),
        r#"challenge/answer {"credentials":{"passcode":"111111"},"stateHandle":"02.id.page~c.a"}"#
    );
    for handle in ["b", "c"] {
        let line = talk.replies(401, &wrong(handle));
        assert!(
            line.contains("refused a code from Google Authenticator"),
            "{line}"
        );
        assert!(
            line.ends_with("ask: a code from Google Authenticator"),
            "{line}"
        );
        assert!(talk.code("222222").contains(&format!("~c.{handle}")));
    }
    let line = talk.replies(401, &wrong("d"));
    assert!(line.starts_with("stop 5: "), "{line}");
    let codes = talk.verdicts()[2..].to_vec();
    assert_eq!(codes, ["CodeSent", "CodeRefused"].repeat(3));
}

#[test]
fn a_configured_code_that_is_wrong_is_not_sent_again() {
    let scene = Scene::unattended().with(|org| {
        org.passcode = Some(Passcode::Totp(Source::File("s".into())));
    });
    let asked = |handle: &str| challenge(handle, "okta_verify", "totp", json!({}));
    let (mut talk, line) = scene.after_password(&asked("a"));
    assert_eq!(line, "take: a code from Okta Verify");
    assert!(
        talk.code("111111")
            .contains(r#""credentials":{"totp":"111111"}"#)
    );
    let mut wrong = asked("b");
    wrong["messages"] = message("authfactor.challenge.soft_token.invalid_passcode", "ERROR");
    let line = talk.says(&wrong);
    assert!(line.starts_with("stop 5: "), "{line}");
    assert_eq!(
        talk.verdicts()[2..],
        ["CodeSent", "CodeRefused of the configuration"]
    );
}

#[test]
fn a_computed_code_that_was_used_is_followed_by_the_next_one_once() {
    let scene = Scene::unattended().with(|org| {
        org.passcode = Some(Passcode::Totp(Source::File("s".into())));
    });
    let asked = |handle: &str| challenge(handle, "google_otp", "passcode", json!({}));
    let used = |handle: &str| {
        let mut answer = asked(handle);
        answer["messages"] = message("authfactor.challenge.soft_token.used_passcode", "ERROR");
        answer
    };
    let (mut talk, _) = scene.after_password(&asked("a"));
    talk.code("111111");
    assert_eq!(
        talk.says(&used("b")),
        "take: a code from Google Authenticator"
    );
    talk.code("222222");
    assert!(talk.says(&used("c")).starts_with("stop 5: "));
}

#[test]
fn a_tokens_next_code_is_asked_for_in_oktas_words() {
    let scene = Scene::new();
    let asked = |handle: &str| challenge(handle, "rsa_token", "passcode", json!({}));
    let (mut talk, _) = scene.after_password(&asked("a"));
    talk.code("111111");
    let mut next = asked("b");
    next["messages"] = message("errors.E0000113", "ERROR");
    assert_eq!(talk.says(&next), "ask: Okta's words");
    talk.code("222222");
    assert_eq!(talk.says(&success()), DONE);
    assert_eq!(
        talk.verdicts()[2..],
        [
            "CodeSent",
            "CodeAnswered",
            "CodeSent",
            "CodeAnswered",
            "CodesAccepted"
        ]
    );
}

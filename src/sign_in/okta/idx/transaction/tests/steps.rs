//! The steps before and between authenticators.

use serde_json::json;

use super::{
    DONE, Scene, challenge, identify, identify_with_password, message, step, steps, success,
};
use crate::sign_in::flow::Flow as _;

#[test]
fn a_password_alone_is_one_request_after_the_first() {
    let scene = Scene::new();
    let mut talk = scene.begin();
    assert_eq!(talk.says(&identify_with_password()), "ask: the password");
    assert_eq!(
        talk.password(),
        r#"identify {"credentials":{"passcode":"hunter2"},"identifier":"ada@corp.example","rememberMe":false,"stateHandle":"02.id.page~c.p"}"#
    );
    assert_eq!(talk.says(&success()), DONE);
    assert_eq!(talk.verdicts(), ["PasswordSent", "PasswordAccepted"]);
    assert!(talk.0.flow.cancel().is_none(), "nothing is left to cancel");
}

#[test]
fn the_identifier_goes_first_where_the_form_has_no_password() {
    let scene = Scene::new();
    let mut talk = scene.begin();
    assert_eq!(
        talk.says(&identify()),
        r#"identify {"identifier":"ada@corp.example","stateHandle":"02.id.page~c.i"}"#
    );
    let line = talk.says(&challenge("q", "okta_password", "passcode", json!({})));
    assert_eq!(line, "ask: the password");
    assert_eq!(
        talk.password(),
        r#"challenge/answer {"credentials":{"passcode":"hunter2"},"stateHandle":"02.id.page~c.q"}"#
    );
    assert_eq!(talk.says(&success()), DONE);
}

#[test]
fn a_password_that_is_asked_for_twice_is_sent_once() {
    let scene = Scene::new();
    let again = challenge("q", "okta_password", "passcode", json!({}));
    let (talk, line) = scene.after_password(&again);
    assert!(line.contains("asks for the password once more"), "{line}");
    assert_eq!(talk.verdicts(), ["PasswordSent"]);
}

#[test]
fn optional_steps_are_skipped_and_said() {
    let skip = || step("skip", "skip", json!([]));
    for (name, messages) in [
        ("select-authenticator-enroll", json!({})),
        (
            "reenroll-authenticator-warning",
            message("idx.password.expiring.message", "WARNING"),
        ),
        (
            "device-assurance",
            message(
                "idx.error.code.access_denied.device_assurance.remediation.x",
                "ERROR",
            ),
        ),
        ("frobnicate-device", json!({})),
    ] {
        let scene = Scene::unattended();
        let besides = json!({"messages": messages});
        let offer = steps("o", &[step(name, "enroll", json!([])), skip()], besides);
        let (mut talk, line) = scene.after_password(&offer);
        assert!(
            line.ends_with(r#"skip {"stateHandle":"02.id.page~c.o"}"#),
            "{name}: {line}"
        );
        assert_eq!(
            line.contains("Okta's words"),
            name.starts_with("reenroll"),
            "{line}"
        );
        assert_eq!(talk.says(&success()), DONE);
    }
}

#[test]
fn a_warning_is_told_whatever_its_key_and_a_note_is_not() {
    for (class, is_told) in [("WARNING", true), ("INFO", false)] {
        let scene = Scene::unattended();
        let text = json!({"value": [{"message": "Maintenance on Sunday", "class": class}]});
        let offer = steps(
            "o",
            &[step("skip", "skip", json!([]))],
            json!({"messages": text}),
        );
        let (_, line) = scene.after_password(&offer);
        assert_eq!(line.contains("Maintenance on Sunday"), is_told, "{line}");
        assert!(line.contains("skip {"), "{line}");
    }
}

#[test]
fn a_refusal_before_the_password_says_what_to_check() {
    for key in ["errors.E0000004", "idx.unknown.user"] {
        let scene = Scene::new();
        let mut talk = scene.begin();
        talk.says(&identify());
        let mut again = identify();
        again["messages"] = message(key, "ERROR");
        let line = talk.replies(401, &again);
        assert!(line.starts_with("stop 5: "), "{line}");
        assert!(line.contains("check username in [org.corp]"), "{line}");
        assert!(!line.contains("the steps"), "{line}");
    }
}

#[test]
fn keep_me_signed_in_is_answered_by_the_configuration() {
    for (remembers, answer) in [(true, "true"), (false, "false")] {
        let scene = Scene::new().with(|org| org.remember_device = remembers);
        let field = json!([{"name": "keepMeSignedIn", "type": "boolean", "required": true}]);
        let form = step("keep-me-signed-in", "keep-me-signed-in", field);
        let (mut talk, line) = scene.after_password(&steps("k", &[form], json!({})));
        let wanted = format!(
            r#"keep-me-signed-in {{"keepMeSignedIn":{answer},"stateHandle":"02.id.page~c.k"}}"#
        );
        assert_eq!(line, wanted);
        assert_eq!(talk.says(&success()), DONE);
    }
}

#[test]
fn a_probe_for_fastpass_is_left_without_a_connection() {
    let scene = Scene::new();
    let mut talk = scene.begin();
    let probe = step("device-challenge-poll", "authenticators/poll", json!([]));
    let besides = json!({"authenticatorChallenge": {"value": {"ports": ["8769"], "cancel": step("cancel-polling", "authenticators/poll/cancel", json!([]))}}});
    assert_eq!(
        talk.says(&steps("f", &[probe], besides)),
        r#"authenticators/poll/cancel {"reason":"OV_UNREACHABLE_BY_LOOPBACK","stateHandle":"02.id.page~c.f","statusCode":null}"#
    );
    assert!(talk.says(&identify()).starts_with("identify "));
}

#[test]
fn a_read_only_org_is_waited_for() {
    let scene = Scene::new();
    let mut poll = step("poll", "poll", json!([]));
    poll["refresh"] = json!(2500);
    let besides =
        json!({"messages": message("idx.error.server.safe.mode.enrollment.unavailable", "ERROR")});
    let (mut talk, line) = scene.after_password(&steps("m", &[poll], besides));
    assert!(
        line.ends_with("/ wait 2500 ms for the org, which is read-only now"),
        "{line}"
    );
    assert_eq!(talk.waits(), r#"poll {"stateHandle":"02.id.page~c.m"}"#);
    assert_eq!(talk.says(&success()), DONE);
}

#[test]
fn a_step_for_a_browser_ends_the_sign_in_with_its_name() {
    for name in [
        "redirect-idp",
        "piv-idp",
        "reenroll-authenticator",
        "select-authenticator-enroll",
        "consent",
        "frobnicate-device",
        "device-apple-sso-extension",
    ] {
        let scene = Scene::new();
        let mut talk = scene.begin();
        let line = talk.says(&steps("b", &[step(name, "x", json!([]))], json!({})));
        assert!(line.starts_with("stop 3: "), "{line}");
        assert!(line.contains(name), "{line}");
        assert_eq!(talk.verdicts(), [""; 0]);
    }
}

#[test]
fn a_captcha_and_an_unknown_field_end_the_sign_in_before_the_password() {
    let scene = Scene::new();
    for fields in [
        json!([{"name": "identifier"}, {"name": "credentials", "form": {"value": [{"name": "passcode"}]}}, {"name": "captchaVerify"}]),
        json!([{"name": "identifier"}, {"name": "favouriteColour", "required": true}]),
    ] {
        let mut talk = scene.begin();
        let line = talk.says(&steps(
            "c",
            &[step("identify", "identify", fields)],
            json!({}),
        ));
        assert!(line.starts_with("stop 3: "), "{line}");
        assert!(
            line.contains("CAPTCHA") || line.contains("favouriteColour"),
            "{line}"
        );
    }
}

#[test]
fn a_sign_in_for_another_request_gets_no_secret() {
    for besides in [
        json!({"app": {"value": {"name": "oidc_client", "id": "0oaOther"}}}),
        json!({"authentication": {"value": {"request": {"redirect_uri": "https://evil.example/cb"}}}}),
        json!({"authentication": {"value": {"request": {"state": "other"}}}}),
    ] {
        let scene = Scene::new();
        let mut talk = scene.begin();
        let mut answer = identify_with_password();
        answer
            .as_object_mut()
            .expect("one")
            .extend(besides.as_object().expect("one").clone());
        let line = talk.says(&answer);
        assert!(
            line.starts_with("stop 6: ") && line.contains("not about the request"),
            "{line}"
        );
    }
    let scene = Scene::new();
    let mut answer = identify_with_password();
    answer["app"] = json!({"value": {"name": "okta_enduser", "id": "DEF1"}});
    answer["authentication"] = json!({"value": {"request": {
        "redirect_uri": "https://wiki.corp.example/oauth2/idpresponse", "state": "a+b/c==",
    }}});
    assert_eq!(scene.begin().says(&answer), "ask: the password");
}

#[test]
fn another_accounts_session_is_left() {
    let scene = Scene::new();
    let besides = |name: &str| json!({"user": {"value": {"identifier": name}}});
    for (name, is_other) in [
        ("ADA@corp.example", false),
        ("ada", false),
        ("eve@corp.example", true),
    ] {
        let line = scene
            .begin()
            .says(&challenge("q", "okta_password", "passcode", besides(name)));
        assert_eq!(line == "another account", is_other, "{line}");
    }
}

#[test]
fn an_account_that_okta_calls_otherwise_after_it_was_named_is_the_same() {
    let scene = Scene::new().with(|org| org.account = "E12345".into());
    let mut talk = scene.begin();
    assert!(talk.says(&identify()).starts_with("identify "));
    let besides = json!({"user": {"value": {"identifier": "ada@corp.example"}}});
    assert_eq!(
        talk.says(&challenge("q", "okta_password", "passcode", besides)),
        "ask: the password"
    );
}

#[test]
fn nothing_loops() {
    let scene = Scene::new();
    let mut talk = scene.begin();
    assert!(talk.says(&identify()).starts_with("identify "));
    let line = talk.says(&identify());
    assert!(
        line.starts_with("stop 6: ") && line.contains("asks the same again"),
        "{line}"
    );

    let mut talk = scene.begin();
    let forms = ["a", "b"].map(|name| {
        steps(
            name,
            &[step("skip", name, json!([])), step(name, "x", json!([]))],
            json!({"currentAuthenticator": {"value": {"id": name}}}),
        )
    });
    let mut line = talk.says(&forms[0]);
    for count in 0..40 {
        if line.starts_with("stop") {
            break;
        }
        line = talk.says(&forms[(count + 1) % 2]);
    }
    assert!(line.contains("one step after another"), "{line}");
}

#[test]
fn a_step_at_another_host_gets_nothing() {
    let scene = Scene::new();
    let mut answer = identify_with_password();
    answer["remediation"]["value"][0]["href"] = json!("https://evil.example/idp/idx/identify");
    let mut talk = scene.begin();
    assert_eq!(talk.says(&answer), "ask: the password");
    let line = talk.password();
    assert!(line.starts_with("stop 6: "), "{line}");
    assert_eq!(talk.verdicts(), [""; 0]);

    let mut end = success();
    end["success"]["href"] = json!("https://evil.example/x");
    let (_, line) = scene.after_password(&end);
    assert!(
        line.starts_with("stop 6: ") && line.contains("leads away"),
        "{line}"
    );
}

#[test]
fn an_interrupted_sign_in_is_cancelled() {
    let scene = Scene::new();
    let mut talk = scene.begin();
    assert!(talk.0.flow.cancel().is_none(), "nothing is known yet");
    let _ = talk.says(&identify_with_password());
    let request = talk.0.flow.cancel().expect("a request");
    assert_eq!(request.url.path(), "/idp/idx/cancel");
}

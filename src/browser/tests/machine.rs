//! The conversation, told in frames: what is asked, held and answered.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::sight::Held;
use super::super::watch::{Conversation, Event};
use super::script::{CALLBACK, asked, events, methods, opened, paused, receive, sent, url};

#[test]
fn the_first_answer_tells_that_it_is_up() {
    let mut conversation = Conversation::default();
    conversation.ask_version();
    assert_eq!(
        sent(&mut conversation),
        [json!({"id": 1, "method": "Browser.getVersion", "params": {}})]
    );
    // The command itself, as `cat` sends it back, is no answer; nor is one to another command, or a half one.
    for text in [
        r#"{"id":1,"method":"Browser.getVersion","params":{}}"#,
        r#"{"id":2,"result":{"product":"X"}}"#,
        r#"{"id":1}"#,
        r#"{"id":-1,"result":{}}"#,
        r#"{"id":"1","result":{}}"#,
        r#"{"id":1,"result":{"product":"X"}"#,
        "[]",
        "",
        "null",
        "\u{feff}{}",
    ] {
        conversation.receive(text.as_bytes());
        assert_eq!(events(&mut conversation), [], "{text}");
    }
    let answer = json!({"id": 1, "new": {"a": [1]}, "result": {"product": "Chrome/156", "protocolVersion": "9"}});
    receive(&mut conversation, &answer);
    receive(&mut conversation, &answer);
    assert_eq!(events(&mut conversation), [Event::Up("Chrome/156".into())]);
}

#[test]
fn no_window_is_opened_before_its_callback_is_held() {
    let mut conversation = Conversation::default();
    let address = "https://idp.example/authorize?state=s&x=%20\"";
    conversation.open(&url(CALLBACK), &url(address));
    let first = sent(&mut conversation);
    assert_eq!(first[0]["method"], "Fetch.enable");
    assert_eq!(
        first[0]["params"]["patterns"],
        json!([{"urlPattern": format!("{CALLBACK}*"), "requestStage": "Request"}])
    );
    assert_eq!(first[1]["method"], "Target.setDiscoverTargets");
    assert!(
        first
            .iter()
            .all(|command| command.get("sessionId").is_none())
    );
    receive(&mut conversation, &json!({"id": 2, "result": {}}));
    assert_eq!(methods(&mut conversation), [""; 0]);
    assert!(conversation.is_opening());
    receive(&mut conversation, &json!({"id": 1, "result": {}}));
    let window = sent(&mut conversation);
    assert_eq!(window[0]["method"], "Target.createTarget");
    assert_eq!(
        window[0]["params"],
        json!({"url": url(address).as_str(), "newWindow": true})
    );
    receive(
        &mut conversation,
        &json!({"id": 3, "result": {"targetId": "W"}}),
    );
    assert!(!conversation.is_opening());
}

#[test]
fn wildcards_of_a_callback_mean_themselves() {
    let mut conversation = Conversation::default();
    conversation.open(
        &url("https://a.example:8443/x*y/idp?z=1"),
        &url("https://b.example"),
    );
    let pattern = &sent(&mut conversation)[0]["params"]["patterns"][0]["urlPattern"];
    assert_eq!(pattern, "https://a.example:8443/x\\*y/idp*");
}

#[test]
fn the_callback_alone_is_held_and_all_else_goes_on() {
    let mut conversation = opened();
    let code = format!("{CALLBACK}?code=1&state=s");
    for (method, address) in [
        ("POST", code.as_str()),
        ("OPTIONS", &code),
        ("GET", "https://grafana.example/oauth2/idpresponses?code=1"),
        ("GET", "https://grafana.example/oauth2/idpresponse/?code=1"),
        (
            "GET",
            "https://grafana.example:444/oauth2/idpresponse?code=1",
        ),
        ("GET", "http://grafana.example/oauth2/idpresponse?code=1"),
        ("GET", "https://evil.example/oauth2/idpresponse?code=1"),
        ("GET", "no address"),
    ] {
        receive(&mut conversation, &paused("r1", method, address));
        let went_on = json!({"requestId": "r1"});
        assert_eq!(
            sent(&mut conversation)[0]["params"],
            went_on,
            "{method} {address}"
        );
        assert_eq!(events(&mut conversation), [], "{method} {address}");
    }
    receive(&mut conversation, &paused("r2", "GET", &code));
    let held = Held {
        id: "r2".into(),
        url: url(&code),
    };
    assert_eq!(events(&mut conversation), [Event::Held(held)]);
    assert_eq!(methods(&mut conversation), [""; 0]);
}

#[test]
fn a_held_request_is_passed_answered_or_aborted() {
    let mut conversation = opened();
    let held = Held {
        id: "r".into(),
        url: url(CALLBACK),
    };
    conversation.pass(&held.id);
    conversation.answer(&held, "<p>ü");
    conversation.abort(&held);
    conversation.close();
    let sent = sent(&mut conversation);
    let names: Vec<&Value> = sent.iter().map(|command| &command["method"]).collect();
    let expected = [
        "Fetch.continueRequest",
        "Fetch.fulfillRequest",
        "Fetch.failRequest",
        "Browser.close",
    ];
    assert_eq!(names, expected);
    assert!(
        sent[..3]
            .iter()
            .all(|command| command["params"]["requestId"] == "r")
    );
    let answer = &sent[1]["params"];
    assert_eq!(
        (&answer["responseCode"], &answer["body"]),
        (&json!(200), &json!("PHA+w7w="))
    );
    let headers = answer["responseHeaders"].to_string();
    assert!(headers.contains("no-store") && headers.contains("default-src 'none'"));
    // Their replies mean nothing, even if the request has gone meanwhile.
    for id in 4..8 {
        receive(
            &mut conversation,
            &json!({"id": id, "error": {"code": -32602, "message": "Invalid InterceptionId."}}),
        );
    }
    assert_eq!(events(&mut conversation), []);
}

#[test]
fn a_refused_command_is_told_with_the_browsers_words() {
    let mut conversation = asked();
    receive(
        &mut conversation,
        &json!({"id": 3, "error": {"code": -32000, "message": "no", "data": 1}}),
    );
    let refused = Event::Refused("Target.createTarget", "no".into());
    assert_eq!(events(&mut conversation), [refused]);
    // An answer about a message that it could not read has no id.
    receive(
        &mut conversation,
        &json!({"error": {"code": -32700, "message": "JSON"}}),
    );
    assert_eq!(events(&mut conversation), []);
}

proptest! {
    #[test]
    fn no_frame_is_too_odd(frame in prop::collection::vec(any::<u8>(), 0..200), id in any::<u64>()) {
        let mut conversation = asked();
        conversation.receive(&frame);
        receive(&mut conversation, &json!({"id": id, "result": {"targetId": 1}}));
        prop_assert!(events(&mut conversation).len() <= 1);
    }
}

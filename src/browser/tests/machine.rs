//! The conversation, told in frames.

use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

use super::super::sight::Held;
use super::super::watch::{Conversation, Event};

const CALLBACK: &str = "https://grafana.example/oauth2/idpresponse";

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

/// The commands since the last look.
fn sent(conversation: &mut Conversation) -> Vec<Value> {
    let outbox = conversation.take_outbox();
    let frames = outbox
        .split(|byte| *byte == 0)
        .filter(|frame| !frame.is_empty());
    frames
        .map(|frame| serde_json::from_slice(frame).expect("JSON"))
        .collect()
}

/// The names of the commands since the last look.
fn methods(conversation: &mut Conversation) -> Vec<String> {
    let name = |command: &Value| command["method"].as_str().map(str::to_owned);
    sent(conversation).iter().filter_map(name).collect()
}

fn receive(conversation: &mut Conversation, message: &Value) {
    conversation.receive(message.to_string().as_bytes());
}

fn events(conversation: &mut Conversation) -> Vec<Event> {
    std::iter::from_fn(|| conversation.next_event()).collect()
}

fn target(event: &str, id: &str, kind: &str) -> Value {
    json!({"method": format!("Target.{event}"), "params": {"targetInfo": {"targetId": id, "type": kind, "url": "x"}}})
}

fn destroyed(id: &str) -> Value {
    json!({"method": "Target.targetDestroyed", "params": {"targetId": id}})
}

fn paused(id: &str, method: &str, url: &str) -> Value {
    json!({
        "method": "Fetch.requestPaused",
        "params": {"requestId": id, "request": {"url": url, "method": method, "headers": {}}, "frameId": "F", "new": [1]},
        "sessionId": "unknown",
    })
}

/// A conversation whose window was asked for: its command has the id 3.
fn asked() -> Conversation {
    let mut conversation = Conversation::default();
    conversation.open(
        &url(CALLBACK),
        &url("https://idp.example/authorize?state=s"),
    );
    receive(&mut conversation, &json!({"id": 2, "result": {}}));
    receive(&mut conversation, &json!({"id": 1, "result": {}}));
    conversation
}

/// A conversation with the window `W`.
fn opened() -> Conversation {
    let mut conversation = asked();
    receive(
        &mut conversation,
        &json!({"id": 3, "result": {"targetId": "W"}}),
    );
    assert_eq!(events(&mut conversation), [Event::Opened]);
    conversation.take_outbox();
    conversation
}

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
fn the_last_page_that_goes_closes_the_window() {
    let mut conversation = opened();
    receive(&mut conversation, &target("targetCreated", "W", "page"));
    receive(&mut conversation, &target("targetCreated", "P", "page"));
    for (id, kind) in [
        ("T", "tab"),
        ("U", "browser_ui"),
        ("S", "service_worker"),
        ("I", "iframe"),
    ] {
        receive(&mut conversation, &target("targetCreated", id, kind));
        receive(&mut conversation, &destroyed(id));
    }
    receive(&mut conversation, &destroyed("W"));
    assert_eq!(events(&mut conversation), []);
    receive(
        &mut conversation,
        &target("targetCreated", "U", "browser_ui"),
    );
    receive(&mut conversation, &destroyed("P"));
    receive(&mut conversation, &destroyed("P"));
    assert_eq!(events(&mut conversation), [Event::WindowClosed]);
}

#[test]
fn the_windows_reply_may_come_before_its_event_or_after_its_end() {
    // Before the event.
    let mut conversation = opened();
    receive(&mut conversation, &target("targetCreated", "W", "page"));
    assert_eq!(events(&mut conversation), []);
    receive(&mut conversation, &destroyed("W"));
    assert_eq!(events(&mut conversation), [Event::WindowClosed]);
    // After the end.
    let mut conversation = asked();
    receive(&mut conversation, &target("targetCreated", "W", "page"));
    receive(&mut conversation, &destroyed("W"));
    assert_eq!(events(&mut conversation), []);
    receive(
        &mut conversation,
        &json!({"id": 3, "result": {"targetId": "W"}}),
    );
    assert_eq!(
        events(&mut conversation),
        [Event::Opened, Event::WindowClosed]
    );
}

#[test]
fn a_second_window_replaces_the_first() {
    let mut conversation = opened();
    conversation.open(
        &url(CALLBACK),
        &url("https://idp.example/authorize?state=t"),
    );
    assert_eq!(
        methods(&mut conversation),
        ["Fetch.enable", "Target.setDiscoverTargets"]
    );
    // The first one is closed meanwhile or not: the second is on its way.
    for id in [4, 5] {
        receive(&mut conversation, &json!({"id": id, "result": {}}));
    }
    assert_eq!(methods(&mut conversation), ["Target.createTarget"]);
    receive(
        &mut conversation,
        &json!({"id": 6, "result": {"targetId": "V"}}),
    );
    let closed = sent(&mut conversation);
    assert_eq!(closed[0]["method"], "Target.closeTarget");
    assert_eq!(closed[0]["params"], json!({"targetId": "W"}));
    receive(&mut conversation, &destroyed("W"));
    assert_eq!(events(&mut conversation), [Event::Opened]);
    receive(&mut conversation, &destroyed("V"));
    assert_eq!(events(&mut conversation), [Event::WindowClosed]);
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

#[test]
fn a_browser_without_an_end_of_events_fills_no_memory() {
    let mut conversation = opened();
    for number in 0..5000 {
        receive(
            &mut conversation,
            &target("targetCreated", &format!("P{number}"), "page"),
        );
        receive(&mut conversation, &paused("r", "GET", CALLBACK));
    }
    assert!(events(&mut conversation).len() <= 64);
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

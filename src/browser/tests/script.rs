//! A browser's part of a conversation, in frames.

use serde_json::{Value, json};
use url::Url;

use super::super::watch::{Conversation, Event};

pub(super) const CALLBACK: &str = "https://grafana.example/oauth2/idpresponse";

pub(super) fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

/// The commands since the last look.
pub(super) fn sent(conversation: &mut Conversation) -> Vec<Value> {
    let outbox = conversation.take_outbox();
    let frames = outbox
        .split(|byte| *byte == 0)
        .filter(|frame| !frame.is_empty());
    frames
        .map(|frame| serde_json::from_slice(frame).expect("JSON"))
        .collect()
}

/// The names of the commands since the last look.
pub(super) fn methods(conversation: &mut Conversation) -> Vec<String> {
    let name = |command: &Value| command["method"].as_str().map(str::to_owned);
    sent(conversation).iter().filter_map(name).collect()
}

pub(super) fn receive(conversation: &mut Conversation, message: &Value) {
    conversation.receive(message.to_string().as_bytes());
}

pub(super) fn events(conversation: &mut Conversation) -> Vec<Event> {
    std::iter::from_fn(|| conversation.next_event()).collect()
}

pub(super) fn target(event: &str, id: &str, kind: &str) -> Value {
    json!({"method": format!("Target.{event}"), "params": {"targetInfo": {"targetId": id, "type": kind, "url": "x"}}})
}

pub(super) fn destroyed(id: &str) -> Value {
    json!({"method": "Target.targetDestroyed", "params": {"targetId": id}})
}

pub(super) fn paused(id: &str, method: &str, url: &str) -> Value {
    json!({
        "method": "Fetch.requestPaused",
        "params": {"requestId": id, "request": {"url": url, "method": method, "headers": {}}, "frameId": "F", "new": [1]},
        "sessionId": "unknown",
    })
}

/// A conversation whose window was asked for: its command has the id 3.
pub(super) fn asked() -> Conversation {
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
pub(super) fn opened() -> Conversation {
    let mut conversation = asked();
    receive(
        &mut conversation,
        &json!({"id": 3, "result": {"targetId": "W"}}),
    );
    assert_eq!(events(&mut conversation), [Event::Opened]);
    conversation.take_outbox();
    conversation
}

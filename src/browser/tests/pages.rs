//! The conversation, told in frames: windows that come and go.

use serde_json::json;

use super::super::watch::{Conversation, Event};
use super::script::{
    CALLBACK, asked, destroyed, events, methods, opened, paused, receive, sent, target, url,
};

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
fn replies_to_an_earlier_window_open_none() {
    let mut conversation = Conversation::default();
    for address in ["https://idp.example/1", "https://idp.example/2"] {
        conversation.open(&url(CALLBACK), &url(address));
    }
    conversation.take_outbox();
    for id in [1, 2, 3] {
        receive(&mut conversation, &json!({"id": id, "result": {}}));
        assert_eq!(methods(&mut conversation), [""; 0]);
    }
    receive(&mut conversation, &json!({"id": 4, "result": {}}));
    let window = sent(&mut conversation);
    assert_eq!(window[0]["params"]["url"], "https://idp.example/2");
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

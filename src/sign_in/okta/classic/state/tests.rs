use serde_json::{Value, json};

use super::TransactionState;
use crate::sign_in::fixture::{AUTHN, answer};
use crate::sign_in::okta::classic::fixture::{challenge, org, push, required, sms, state};

fn parse(body: &str) -> Option<TransactionState> {
    TransactionState::parse(&org(|_| {}), &answer(AUTHN, 200, &[], body))
}

#[test]
fn a_state_has_a_status_and_may_have_nothing_else() {
    for nothing in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"status":7}"#,
        r#"{"status":" \n"}"#,
        "<html>",
    ] {
        assert!(parse(nothing).is_none(), "{nothing}");
    }
    let bare = parse(r#"{"status":"MFA_CHALLENGE"}"#).expect("a state");
    assert_eq!(bare.status, "MFA_CHALLENGE");
    assert!(bare.token.is_none() && bare.next.is_none() && bare.resend.is_none());
    assert!(bare.factors.is_empty() && !bare.forgets_device);
}

#[test]
fn links_are_objects_and_resend_is_a_list() {
    let org = org(|_| {});
    let read = state(&org, &challenge(&sms(), "", "verify"));
    let path = |url: Option<url::Url>| url.map(|url| url.path().to_owned());
    assert_eq!(
        path(read.resend).as_deref(),
        Some("/api/v1/authn/factors/sms1/verify/resend")
    );
    assert_eq!(path(read.prev).as_deref(), Some("/api/v1/authn/previous"));
    assert_eq!(path(read.cancel).as_deref(), Some("/api/v1/authn/cancel"));
    let next = read.next.expect("a next step");
    assert_eq!(next.name, "verify");
    assert_eq!(
        path(next.own).as_deref(),
        Some("/api/v1/authn/factors/sms1/verify")
    );
    for links in [
        json!(null),
        json!([]),
        json!("x"),
        json!({ "next": null, "resend": {} }),
    ] {
        let mut body = challenge(&sms(), "", "verify");
        body["_links"] = links;
        let read = state(&org, &body);
        assert!(read.next.is_none() && read.resend.is_none());
    }
}

#[test]
fn factors_are_read_from_either_name_and_as_one_or_many() {
    let org = org(|_| {});
    for embedded in [
        json!({ "factors": [push()] }),
        json!({ "factor": [push()] }),
        json!({ "factor": push() }),
        json!({ "factors": push() }),
        json!({ "factors": [null, 7, {}, push()], "factor": null }),
    ] {
        let mut body = required(&[]);
        body["_embedded"] = embedded;
        let read = state(&org, &body);
        assert_eq!(read.factors.len(), 1, "{body}");
        assert_eq!(read.factors[0].kind, "push");
    }
    let many = vec![sms(); 1000];
    assert_eq!(state(&org, &required(&many)).factors.len(), 50);
}

#[test]
fn only_a_plain_no_forbids_to_remember_the_device() {
    let org = org(|_| {});
    for (value, forgets) in [
        (json!(false), true),
        (json!(true), false),
        (json!("false"), false),
        (Value::Null, false),
    ] {
        let mut body = required(&[push()]);
        body["_embedded"]["policy"]["allowRememberDevice"] = value;
        assert_eq!(state(&org, &body).forgets_device, forgets);
    }
}

#[test]
fn the_tokens_do_not_come_out_of_debug_or_of_later_words() {
    let read = parse(
        r#"{"status":"SUCCESS","stateToken":"00secretstate","sessionToken":"20111secret",
            "factorResultMessage":"00secretstate and 20111secret"}"#,
    )
    .expect("a state");
    assert_eq!(read.message.as_deref(), Some("… and …"));
    let text = format!("{read:?}");
    assert!(
        !text.contains("00secretstate") && !text.contains("20111secret"),
        "{text}"
    );
    for nothing in [
        r#"{"status":"S","stateToken":""}"#,
        r#"{"status":"S","stateToken":7}"#,
    ] {
        assert!(parse(nothing).expect("a state").token.is_none());
    }
}

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::cred_helpers::Helpers;
use super::other_use;
use crate::error::Result;

fn helper(text: &str, host: &str) -> Result<Option<String>> {
    Helpers::read(text)?.of(host)
}

fn with(text: &str, host: &str) -> Result<String> {
    let mut helpers = Helpers::read(text)?;
    helpers.add(host, "alb");
    Ok(helpers.text())
}

fn without(text: &str, host: &str) -> Result<String> {
    let mut helpers = Helpers::read(text)?;
    helpers.remove(host);
    Ok(helpers.text())
}

fn use_of(text: &str) -> Result<Option<String>> {
    Ok(other_use(&Helpers::read(text)?))
}

#[test]
fn a_member_is_put_in_as_docker_itself_would_write_it() {
    for (before, after) in [
        ("", "{\n\t\"credHelpers\": {\n\t\t\"h:1\": \"alb\"\n\t}\n}"),
        (
            "\n",
            "{\n\t\"credHelpers\": {\n\t\t\"h:1\": \"alb\"\n\t}\n}",
        ),
        (
            "{}\n",
            "{\n\t\"credHelpers\": {\n\t\t\"h:1\": \"alb\"\n\t}\n}\n",
        ),
        (
            "{\n\t\"auths\": {}\n}",
            "{\n\t\"auths\": {},\n\t\"credHelpers\": {\n\t\t\"h:1\": \"alb\"\n\t}\n}",
        ),
        (
            "{\n  \"credHelpers\": {\n    \"a\": \"x\"\n  },\n  \"z\": [1, {}]\n}",
            "{\n  \"credHelpers\": {\n    \"a\": \"x\",\n    \"h:1\": \"alb\"\n  },\n  \"z\": [1, {}]\n}",
        ),
        (
            "{\"auths\":{}}",
            "{\"auths\":{},\"credHelpers\":{\"h:1\":\"alb\"}}",
        ),
        (
            "{\n\t\"credHelpers\": {}\n}",
            "{\n\t\"credHelpers\": {\n\t\t\"h:1\": \"alb\"\n\t}\n}",
        ),
        (
            "{\"credHelpers\":null}",
            "{\"credHelpers\":{\"h:1\":\"alb\"}}",
        ),
        (
            "{\"credHelpers\":null,\"auths\":{}}",
            "{\"credHelpers\":{\"h:1\":\"alb\"},\"auths\":{}}",
        ),
        (
            "{\"auths\": {\"b\" : 1.0},  \"x\": [1 ,2]} ",
            "{\"auths\": {\"b\" : 1.0},  \"x\": [1 ,2],\"credHelpers\": {\"h:1\": \"alb\"}} ",
        ),
        (
            "{ \"credhelpers\": {\"\\u0061\\\"}\": \"}\"} }",
            "{ \"credhelpers\": {\"a\\\"}\": \"}\",\"h:1\": \"alb\"} }",
        ),
    ] {
        assert_eq!(with(before, "h:1").expect(before), after);
        assert_eq!(helper(after, "h:1"), Ok(Some("alb".to_owned())));
    }
}

#[test]
fn text_that_docker_could_not_read_is_refused() {
    for (text, why) in [
        ("{", "not JSON"),
        ("{} {}", "not JSON"),
        ("\u{feff}{}", "not JSON"),
        ("[]", "no object"),
        ("null", "no object"),
        ("{\"credHelpers\": []}", "credHelpers is no object"),
        ("{\"credHelpers\": {}, \"CREDHELPERS\": {}}", "twice"),
        ("{\"credHelpers\": {\"h\": 1}}", "no string"),
        ("{\"credHelpers\": {\"h\": \"alb\", \"h\": \"x\"}}", "twice"),
    ] {
        let error = helper(text, "h").expect_err(text);
        assert!(error.message.contains(why), "{text}: {}", error.message);
    }
}

#[test]
fn another_use_of_the_helper_is_found() {
    for (text, user) in [
        ("", None),
        ("{}", None),
        ("{\"credHelpers\": {\"a\": \"x\"}}", None),
        (
            "{\"credHelpers\": {\"a\": \"x\", \"b\": \"alb\"}}",
            Some("credHelpers.\"b\""),
        ),
        ("{\"credsStore\": \"alb\"}", Some("credsStore")),
    ] {
        assert_eq!(use_of(text).expect(text).as_deref(), user, "{text}");
    }
}

/// Any JSON, without a helper for the host `h`.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-g\"\\\\{}]{0,3}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_setup_adds_one_member_and_an_undo_gives_every_byte_back(
        members in prop::collection::btree_map("[a-g\"\\\\,:]{0,3}", value(), 1..4),
        helpers in prop::option::of(prop::collection::btree_map("[a-g.:]{0,3}", "[a-z]{0,3}", 1..4)),
        pretty in any::<bool>(),
    ) {
        let mut root: Map<String, Value> = members.into_iter().collect();
        if let Some(helpers) = helpers {
            root.insert("credHelpers".into(), json!(helpers));
        }
        let mut value = Value::Object(root);
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.expect("it is JSON");
        let after = with(&text, "h").expect("it can be put in");
        value["credHelpers"]["h"] = json!("alb");
        prop_assert_eq!(serde_json::from_str::<Value>(&after).expect("it is JSON"), value);
        prop_assert_eq!(without(&after, "h").expect("it can be taken out"), text);
    }
}

//! How a page and an answer are read: by their own words, and by nothing that is known beforehand.

use serde_json::{Map, Value, json};

/// The object with this name that has a link.
pub(crate) fn find(body: &Value, name: &str) -> Option<Value> {
    match body {
        Value::Object(members) => {
            if members.get("name").and_then(Value::as_str) == Some(name)
                && members.contains_key("href")
            {
                return Some(body.clone());
            }
            members.values().find_map(|value| find(value, name))
        }
        Value::Array(all) => all.iter().find_map(|value| find(value, name)),
        _ => None,
    }
}

pub(crate) fn collect(body: &Value, keys: &mut Vec<String>) {
    match body {
        Value::Object(members) => {
            let key = body.pointer("/i18n/key").and_then(Value::as_str);
            keys.extend(key.map(str::to_owned));
            members.values().for_each(|value| collect(value, keys));
        }
        Value::Array(all) => all.iter().for_each(|value| collect(value, keys)),
        _ => {}
    }
}

/// Returns the content that a form has by itself: the values of its fields, nested as they are.
pub(crate) fn fixed(fields: &Value) -> Value {
    let mut body = Map::new();
    for field in fields.as_array().map(Vec::as_slice).unwrap_or_default() {
        let name = field["name"].as_str().expect("a name").to_owned();
        let inner = field
            .pointer("/form/value")
            .or_else(|| field.pointer("/value/form/value"));
        if let Some(inner) = inner {
            body.insert(name, fixed(inner));
        } else if let Some(value) = field.get("value") {
            body.insert(name, value.clone());
        }
    }
    body.retain(|_, value| *value != json!({}));
    Value::Object(body)
}

pub(crate) fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

/// The tokens of a page outside its comments, decoded as often as needed.
pub(crate) fn tokens(page: &str) -> Vec<String> {
    let script = page.split("<script").nth(1).unwrap_or_default();
    let lines = script
        .lines()
        .filter(|line| !line.starts_with("//") && !line.starts_with("/*"));
    let text = decoded(&decoded(&lines.collect::<Vec<_>>().join("\n")));
    let starts = ["02.id.", "eyJ6aXAi"].into_iter();
    let mut found: Vec<String> = starts
        .flat_map(|start| text.match_indices(start))
        .map(|(at, _)| {
            text[at..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
                .collect()
        })
        .collect();
    found.dedup();
    found
}

fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out += &rest[..at];
        let after = &rest[at + 1..];
        let length = match after.chars().next() {
            Some('x') => 2,
            Some('u') => 4,
            Some(other) => {
                out.push(other);
                rest = &after[other.len_utf8()..];
                continue;
            }
            None => break,
        };
        let code = after
            .get(1..=length)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        out.extend(code.and_then(char::from_u32));
        rest = &after[length + 1..];
    }
    out + rest
}

//! The protocol's texts, as far as they matter here. Members that are not named are skipped.
//!
//! <https://chromedevtools.github.io/devtools-protocol/>: Browser, Fetch, Target.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use url::Url;

use super::super::page::POLICY;
use crate::base64;

/// A message of the browser's.
#[derive(Deserialize)]
pub(super) struct Message<'a> {
    pub(super) id: Option<u64>,
    #[serde(borrow)]
    pub(super) method: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) params: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) result: Option<&'a RawValue>,
    pub(super) error: Option<Refusal>,
}

#[derive(Deserialize)]
pub(super) struct Refusal {
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Deserialize)]
pub(super) struct Version {
    pub(super) product: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Created {
    pub(super) target_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paused {
    pub(super) request_id: String,
    pub(super) request: Request,
}

#[derive(Deserialize)]
pub(super) struct Request {
    pub(super) url: String,
    pub(super) method: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) target_info: Info,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Info {
    pub(super) target_id: String,
    pub(super) r#type: String,
}

/// The parameters or the result in `text`, if they are such.
pub(super) fn read<'a, T: Deserialize<'a>>(text: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(text?.get()).ok()
}

/// The pattern for each address with the callback's origin and path, where `*`, `?` and `\` are special (Fetch.RequestPattern).
pub(super) fn pattern(callback: &Url) -> String {
    let origin = callback.origin().ascii_serialization();
    let mut text = String::new();
    for letter in origin.chars().chain(callback.path().chars()) {
        if "*?\\".contains(letter) {
            text.push('\\');
        }
        text.push(letter);
    }
    text + "*"
}

/// The command's parameters that answer the request `id` with a page.
pub(super) fn answer(id: &str, page: &str) -> Value {
    let header = |name: &str, value: &str| json!({"name": name, "value": value});
    let headers = [
        header("Content-Type", "text/html; charset=utf-8"),
        header("Cache-Control", "no-store"),
        header("Content-Security-Policy", POLICY),
        header("Referrer-Policy", "no-referrer"),
        header("X-Content-Type-Options", "nosniff"),
    ];
    json!({
        "requestId": id,
        "responseCode": 200,
        "responseHeaders": headers,
        "body": base64::encode(page.as_bytes()),
    })
}

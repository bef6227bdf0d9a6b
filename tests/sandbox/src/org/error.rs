//! Okta's errors: one JSON shape with a code, a text, and an id that an administrator can look up.

use serde_json::json;
use std::time::Duration;
use time::OffsetDateTime;

use crate::random;
use crate::wire::Response;

/// The ordinary error.
pub(crate) fn okta_error(status: u16, code: &str, summary: &str) -> Response {
    caused(status, code, summary, &[])
}

/// An error with its causes.
pub(crate) fn caused(status: u16, code: &str, summary: &str, causes: &[&str]) -> Response {
    let causes: Vec<_> = causes
        .iter()
        .map(|cause| json!({ "errorSummary": cause }))
        .collect();
    let body = json!({
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": random::word("oae", 22),
        "errorCauses": causes,
    });
    json_response(status, &body)
}

/// One word for a wrong name, a wrong password, a hidden lock and a deactivated user, so that nobody can tell them apart.
pub(crate) fn authentication_failed() -> Response {
    okta_error(401, "E0000004", "Authentication failed")
}

pub(crate) fn invalid_token() -> Response {
    okta_error(401, "E0000011", "Invalid token provided")
}

/// The right token for the wrong operation.
pub(crate) fn not_allowed() -> Response {
    okta_error(
        403,
        "E0000079",
        "This operation is not allowed in the current authentication state.",
    )
}

pub(crate) fn not_found() -> Response {
    okta_error(404, "E0000007", "Not found: Resource not found")
}

pub(crate) fn wrong_method() -> Response {
    okta_error(
        405,
        "E0000022",
        "The endpoint does not support the provided HTTP method",
    )
}

/// 429 with the end of the wait; without one it is the limit on concurrency, whose headers mean nothing.
pub(crate) fn too_many(now: OffsetDateTime, wait: Option<Duration>) -> Response {
    let reset = wait.map_or(0, |wait| (now + wait).unix_timestamp());
    let limit = if wait.is_some() { "600" } else { "0" };
    rate_limited()
        .with("X-Rate-Limit-Limit", limit)
        .with("X-Rate-Limit-Remaining", "0")
        .with("X-Rate-Limit-Reset", &reset.to_string())
}

pub(crate) fn rate_limited() -> Response {
    okta_error(
        429,
        "E0000047",
        "API call exceeded rate limit due to too many requests.",
    )
}

pub(crate) fn json_response(status: u16, body: &serde_json::Value) -> Response {
    Response::new(status).with_body("application/json;charset=UTF-8", body.to_string())
}

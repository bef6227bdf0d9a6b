//! `/api/v1/authn` and what is below it: the demands on every request, and the way to who answers it.

use serde_json::Value;

use crate::demand::{accepts_json, is_json};
use crate::org::error::{not_found, okta_error, wrong_method};
use crate::org::limit::Limit;
use crate::org::{Exchange, credentials, factor, operation, password};
use crate::wire::Response;

/// Answers a request to `/api/v1/authn` and what is below it.
pub(crate) fn answer(exchange: &mut Exchange<'_>, rest: &str) -> Response {
    let Some(rest) = followed(exchange, rest) else {
        return unknown(exchange, rest);
    };
    let read = read(exchange).and_then(|body| {
        count_engine(exchange, &body)?;
        Ok(body)
    });
    let body = match read {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    match rest.as_str() {
        "" => password::begin(exchange, &body),
        "/cancel" => operation::cancel(exchange, &body),
        "/skip" => operation::skip(exchange, &body),
        "/poll" => operation::poll(exchange, &body),
        "/factors" => operation::enrol(exchange, &body),
        "/credentials/change_password" => credentials::change(exchange, &body),
        "/credentials/reset_password" => credentials::reset(exchange, &body),
        "/previous" => factor::previous(exchange, &body),
        rest if rest.starts_with("/factors/") => factor::answer(exchange, &body, rest),
        rest => unknown(exchange, rest),
    }
}

/// Returns what is left of a path without what only a link could have told the client; `None` for a path made by hand.
fn followed(exchange: &Exchange<'_>, rest: &str) -> Option<String> {
    if rest.is_empty() {
        return Some(String::new());
    }
    let query = exchange.request.query.clone().unwrap_or_default();
    let mark = exchange.state.mark.as_deref();
    if mark.is_some_and(|mark| !query.split('&').any(|segment| segment == mark)) {
        return None;
    }
    match &exchange.state.segment {
        Some(segment) => Some(rest.strip_prefix(&format!("/{segment}"))?.to_owned()),
        None => Some(rest.to_owned()),
    }
}

fn unknown(exchange: &Exchange<'_>, rest: &str) -> Response {
    exchange.not_understood(&format!("/api/v1/authn{rest}"));
    not_found()
}

/// The demands on any request here: POST, JSON in, JSON out.
fn read(exchange: &Exchange<'_>) -> Result<Value, Response> {
    let request = exchange.request;
    if request.method != "POST" {
        return Err(wrong_method());
    }
    if !is_json(request) {
        return Err(okta_error(
            400,
            "E0000021",
            "Bad request. Accept and/or Content-Type headers likely do not match supported values.",
        ));
    }
    if !accepts_json(request) {
        return Err(okta_error(406, "E0000122", "Not acceptable"));
    }
    serde_json::from_slice(&request.body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| okta_error(400, "E0000003", "The request body was not well-formed."))
}

/// The Identity Engine counts everything here, by state token and by user.
fn count_engine(exchange: &mut Exchange<'_>, body: &Value) -> Result<(), Response> {
    if !exchange.identity_engine() {
        return Ok(());
    }
    let limits = exchange.world.setup.factor_limits.clone();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let token = text("stateToken");
    let known = token
        .as_ref()
        .and_then(|token| exchange.state.transactions.get(token));
    let user = known.map(|known| known.user.clone());
    let user = user.or_else(|| text("username")).unwrap_or_default();
    exchange.count(&Limit {
        name: "authn of a user in five seconds",
        key: user.to_lowercase(),
        most: limits.user_per_five_seconds,
        seconds: 5,
    })?;
    let Some(token) = token else {
        return Ok(());
    };
    exchange.count(&Limit {
        name: "authn of a state token",
        key: token,
        most: limits.token_per_five_seconds,
        seconds: 5,
    })
}

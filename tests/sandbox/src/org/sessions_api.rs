//! The Sessions API, and the older road to a session cookie.

use serde_json::{Value, json};

use crate::clock::json_date;
use crate::demand::{accepts_json, is_json};
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::error::{authentication_failed, json_response, okta_error, wrong_method};
use crate::org::limit::Limit;
use crate::org::session::Session;
use crate::query::Query;
use crate::wire::Response;

/// Answers a request to `/api/v1/sessions` and what is below it.
pub(crate) fn answer(exchange: &mut Exchange<'_>, rest: &str) -> Response {
    let most = exchange.world.setup.limits.sessions_per_minute;
    let limit = Limit {
        name: "sessions of the org",
        key: String::new(),
        most,
        seconds: 60,
    };
    if let Err(refusal) = exchange.count(&limit) {
        return refusal;
    }
    match (exchange.request.method.as_str(), rest) {
        ("GET", "/me") => show(exchange),
        ("DELETE", "/me") => end(exchange),
        ("POST", "/me/lifecycle/refresh") => refresh(exchange),
        ("POST", "") => create(exchange),
        (_, "" | "/me" | "/me/lifecycle/refresh") => wrong_method(),
        (_, rest) => {
            exchange.not_understood(&format!("/api/v1/sessions{rest}"));
            none()
        }
    }
}

fn show(exchange: &mut Exchange<'_>) -> Response {
    match exchange.live_session() {
        Some(session) => json_response(200, &body(exchange, &session)),
        None => none(),
    }
}

fn end(exchange: &mut Exchange<'_>) -> Response {
    let Some(session) = exchange.live_session() else {
        return none();
    };
    exchange.end_session(&session.id);
    exchange.clear_session_cookies();
    Response::new(204)
}

fn refresh(exchange: &mut Exchange<'_>) -> Response {
    let Some(session) = exchange.live_session() else {
        return none();
    };
    exchange.touch(&session.id);
    if exchange.request.header("prefer") == Some("return=minimal") {
        return Response::new(204);
    }
    json_response(200, &body(exchange, &session))
}

/// A session token becomes a session; its `id` is what Classic takes as `sid`. No cookie is set here.
fn create(exchange: &mut Exchange<'_>) -> Response {
    if !is_json(exchange.request) || !accepts_json(exchange.request) {
        return okta_error(
            400,
            "E0000021",
            "Bad request. Accept and/or Content-Type headers likely do not match supported values.",
        );
    }
    let Ok(asked) = serde_json::from_slice::<Value>(&exchange.request.body) else {
        return okta_error(400, "E0000003", "The request body was not well-formed.");
    };
    let Some(token) = asked.get("sessionToken").and_then(Value::as_str) else {
        return okta_error(400, "E0000001", "Api validation failed: sessionToken");
    };
    let Some((user, factor)) = exchange.spend_session_token(token) else {
        return authentication_failed();
    };
    let session = exchange.start_session(&user, factor);
    exchange.issued(crate::demand::Kind::OktaCookie, &session.id);
    json_response(200, &body(exchange, &session))
}

/// `/login/sessionCookieRedirect`: a session token becomes cookies, and the browser goes on to a URL of the org.
pub(crate) fn cookie_redirect(exchange: &mut Exchange<'_>) -> Response {
    let query = Query::new(exchange.request.query.as_deref().unwrap_or_default());
    let (Some(token), Some(target)) = (query.get("token"), query.get("redirectUrl")) else {
        return super::page::bad_request("token and redirectUrl are required");
    };
    // only the org itself is trusted here: an open redirect would give sessions away
    let own = format!("{}/", exchange.world.org.url);
    if !target.starts_with(&own) {
        exchange.burn_session_token(&token, "the redirect is not to the org");
        return super::page::bad_request("the redirect URL is not trusted");
    }
    // a bad token is no error here: the request that follows finds no session
    let _ = exchange.session_for(&token);
    Response::new(302)
        .with("Referrer-Policy", "no-referrer")
        .with("Location", &target)
}

fn none() -> Response {
    okta_error(
        404,
        "E0000007",
        "Not found: Resource not found: me (Session)",
    )
}

fn body(exchange: &Exchange<'_>, session: &Session) -> Value {
    let account = exchange.state.accounts.get(&session.user.to_lowercase());
    let link = |path: &str, allow: &str| json!({ "href": exchange.link(path), "hints": { "allow": [allow] } });
    let active = account.is_some_and(|account| !account.factors().is_empty());
    let proved = session.factor.map(|_| json_date(session.started));
    let methods = match session.factor {
        None => json!(["pwd"]),
        Some(kind) => json!(["pwd", "mfa", method(kind)]),
    };
    let mut body = json!({
        "id": session.id,
        "userId": account.map(|account| account.id.clone()),
        "login": session.user,
        "createdAt": json_date(session.started),
        "expiresAt": json_date(exchange.session_end(session)),
        "status": "ACTIVE",
        "lastPasswordVerification": json_date(session.started),
        "lastFactorVerification": proved,
        "amr": methods,
        "mfaActive": active,
        "_links": {
            "self": link("/api/v1/sessions/me", "GET"),
            "refresh": link("/api/v1/sessions/me/lifecycle/refresh", "POST"),
        },
    });
    // the Identity Engine leaves this member out
    if !exchange.identity_engine() {
        body["idp"] = json!({ "id": "00oplaODtXoEq1eQo0g3", "type": "OKTA" });
    }
    body
}

/// The authentication method of RFC 8176 that a factor counts as.
fn method(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Push => "swk",
        FactorKind::Sms => "sms",
        FactorKind::Call => "tel",
        FactorKind::Question => "kba",
        FactorKind::Password => "pwd",
        FactorKind::Webauthn | FactorKind::U2f => "hwk",
        _ => "otp",
    }
}

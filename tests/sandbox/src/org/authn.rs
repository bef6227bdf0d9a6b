//! `/api/v1/authn`: the password, and the transaction that it begins.

use serde_json::Value;

use crate::audit::Event;
use crate::demand::{Violation, accepts_json, is_json};
use crate::org::Exchange;
use crate::org::account::Verdict;
use crate::org::error::{authentication_failed, caused, invalid_token, okta_error, wrong_method};
use crate::org::limit::Limit;
use crate::org::transaction;
use crate::setup::UserState;
use crate::wire::{Request, Response};

/// Answers a request to `/api/v1/authn` and what is below it.
pub(crate) fn answer(exchange: &mut Exchange<'_>, rest: &str) -> Response {
    let rest = match exchange.state.segment.clone() {
        Some(segment) if !rest.is_empty() => match rest.strip_prefix(&format!("/{segment}")) {
            Some(rest) => rest.to_owned(),
            None => return unknown(exchange, rest),
        },
        _ => rest.to_owned(),
    };
    let body = match read(exchange) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    match rest.as_str() {
        "" => begin(exchange, &body),
        "/cancel" => transaction::cancel(exchange, &body),
        "/skip" => transaction::skip(exchange, &body),
        rest if rest.starts_with("/factors/") || rest == "/previous" => factor(exchange, &body),
        rest => unknown(exchange, rest),
    }
}

/// The user and the password that a request carries, whatever will become of it.
pub(crate) fn password_in(request: &Request) -> Option<(String, String)> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    let text = |name: &str| body.get(name)?.as_str().map(str::to_owned);
    Some((text("username").unwrap_or_default(), text("password")?))
}

fn unknown(exchange: &Exchange<'_>, rest: &str) -> Response {
    exchange.not_understood(&format!("/api/v1/authn{rest}"));
    okta_error(404, "E0000007", "Not found: Resource not found")
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

fn begin(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    if let Some(token) = body.get("stateToken").and_then(Value::as_str) {
        return transaction::resume(exchange, token);
    }
    // the Identity Engine refuses this member of old samples
    if exchange.identity_engine() && body.get("audience").is_some() {
        return caused(
            400,
            "E0000001",
            "Api validation failed: authRequest",
            &["audience: not supported"],
        );
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (username, password) = (text("username").to_owned(), text("password").to_owned());
    if username.is_empty() || password.is_empty() {
        let member = if username.is_empty() {
            "username"
        } else {
            "password"
        };
        let cause = format!("{member}: The field cannot be left blank");
        return caused(
            400,
            "E0000001",
            "Api validation failed: authRequest",
            &[&cause],
        );
    }
    if let Err(refusal) = count(exchange, &username) {
        return refusal;
    }
    if exchange.request.header("cookie").is_none() {
        exchange.clear_cookie("sid");
    }
    let warn = body.pointer("/options/warnBeforePasswordExpired") == Some(&Value::Bool(true));
    judge(exchange, &username, &password, warn)
}

/// Four a second for one user name, and the org's own limit.
fn count(exchange: &mut Exchange<'_>, username: &str) -> Result<(), Response> {
    let limits = exchange.world.setup.limits.clone();
    exchange.count(&Limit {
        name: "authn of a user",
        key: username.to_lowercase(),
        most: limits.authn_per_user_second,
        seconds: 1,
    })?;
    exchange.count(&Limit {
        name: "authn of the org",
        key: String::new(),
        most: limits.authn_per_minute,
        seconds: 60,
    })
}

fn judge(exchange: &mut Exchange<'_>, username: &str, password: &str, warn: bool) -> Response {
    let key = username.to_lowercase();
    let now = exchange.now;
    let lockout = exchange.world.setup.lockout.clone();
    let Some(account) = exchange.state.accounts.get_mut(&key) else {
        exchange.record(tried(username, false));
        return authentication_failed();
    };
    let unlocked = account.unlock_if_due(&lockout, now);
    let verdict = account.try_password(password, &lockout, now);
    let state = account.user.state.clone();
    let login = account.user.login.clone();
    if unlocked {
        exchange.record(Event::Unlocked {
            user: login.clone(),
        });
    }
    exchange.record(tried(&login, verdict == Verdict::Right));
    match verdict {
        Verdict::Wrong => authentication_failed(),
        Verdict::NowLocked => {
            exchange.record(Event::LockedOut { user: login });
            locked(exchange)
        }
        Verdict::Locked => locked(exchange),
        Verdict::Right => match state {
            UserState::LockedOut => locked(exchange),
            UserState::Deactivated => authentication_failed(),
            UserState::Denied => okta_error(
                403,
                "E0000085",
                "You do not have permission to access your account at this time.",
            ),
            UserState::Active => transaction::success(exchange, &login),
            UserState::PasswordWarn(_) if !warn => transaction::success(exchange, &login),
            state => transaction::start(exchange, &login, &state),
        },
    }
}

fn tried(user: &str, accepted: bool) -> Event {
    Event::PasswordTried {
        user: user.to_owned(),
        accepted,
    }
}

/// Hidden, which is the default, or shown: that is a word of the password policy.
fn locked(exchange: &Exchange<'_>) -> Response {
    if exchange.world.setup.lockout.shown {
        transaction::locked_out(exchange)
    } else {
        authentication_failed()
    }
}

/// The seam for second factors: their verification, and the way back to the list of them. Until they are simulated, a
/// right state token is told that the operation does not fit.
fn factor(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    if transaction::of(exchange, body).is_none() {
        return invalid_token();
    }
    exchange.violated(Violation::NotUnderstood {
        host: crate::audit::Host::Org,
        what: "a second factor, which is not simulated yet".to_owned(),
    });
    okta_error(
        403,
        "E0000079",
        "This operation is not allowed in the current authentication state.",
    )
}

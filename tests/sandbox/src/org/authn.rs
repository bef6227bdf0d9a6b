//! `/api/v1/authn`: the password, and the transaction that it begins.

use serde_json::Value;

use crate::audit::Event;
use crate::demand::{accepts_json, is_json};
use crate::org::account::Verdict;
use crate::org::error::{authentication_failed, caused, not_found, okta_error, wrong_method};
use crate::org::limit::Limit;
use crate::org::{Exchange, factor, status, transaction};
use crate::setup::UserState;
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
        "" => begin(exchange, &body),
        "/cancel" => transaction::cancel(exchange, &body),
        "/skip" => transaction::skip(exchange, &body),
        "/previous" => factor::previous(exchange, &body),
        rest if rest.starts_with("/factors/") => factor::answer(exchange, &body, rest),
        rest => unknown(exchange, rest),
    }
}

/// What is left of a path without what only a link could have told the client; `None` for a path made by hand.
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

/// The Identity Engine counts everything here, by state token and by user.
fn count_engine(exchange: &mut Exchange<'_>, body: &Value) -> Result<(), Response> {
    if !exchange.identity_engine() {
        return Ok(());
    }
    let limits = exchange.world.setup.limits.clone();
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
            state => transaction::start(exchange, &login, state, warn),
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
        status::locked_out(exchange)
    } else {
        authentication_failed()
    }
}

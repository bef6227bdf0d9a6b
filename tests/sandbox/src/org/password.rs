//! The password: counted, compared, and what a right one leads to.

use serde_json::Value;

use crate::audit::Event;
use crate::org::error::{authentication_failed, caused, okta_error};
use crate::org::limit::Limit;
use crate::org::lock::Verdict;
use crate::org::transaction::{self, Wishes};
use crate::org::{Exchange, operation, status};
use crate::setup::UserState;
use crate::wire::Response;

/// A password begins a transaction; a state token alone asks where one stands.
pub(crate) fn begin(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    if let Some(token) = body.get("stateToken").and_then(Value::as_str) {
        return operation::resume(exchange, token);
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
    let wants = |option: &str| body.pointer(option) == Some(&Value::Bool(true));
    let wishes = Wishes {
        warn: wants("/options/warnBeforePasswordExpired"),
        enrol: wants("/options/multiOptionalFactorEnroll"),
    };
    judge(exchange, &username, &password, wishes)
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

fn judge(exchange: &mut Exchange<'_>, username: &str, password: &str, wishes: Wishes) -> Response {
    let key = username.to_lowercase();
    let (now, device) = (exchange.now, exchange.device());
    let lockout = exchange.world.setup.lockout.clone();
    let Some(account) = exchange.state.accounts.get_mut(&key) else {
        exchange.record(tried(username, false));
        return failed(exchange);
    };
    let unlocked = account.unlock_if_due(&lockout, now);
    let verdict = account.try_password(password, device.as_deref(), &lockout, now);
    let state = account.user.state.clone();
    let login = account.user.login.clone();
    if unlocked {
        exchange.record(Event::Unlocked {
            user: login.clone(),
        });
    }
    exchange.record(tried(&login, verdict == Verdict::Right));
    match verdict {
        Verdict::Wrong => failed(exchange),
        Verdict::NowLocked => {
            exchange.record(Event::LockedOut { user: login });
            locked(exchange)
        }
        Verdict::NowLockedForOthers => {
            exchange.record(Event::UnknownDevicesLockedOut { user: login });
            locked(exchange)
        }
        Verdict::Locked => locked(exchange),
        Verdict::Right => match state {
            UserState::LockedOut => locked(exchange),
            UserState::Deactivated => failed(exchange),
            UserState::Denied => okta_error(
                403,
                "E0000085",
                "You do not have permission to access your account at this time.",
            ),
            state => transaction::start(exchange, &login, state, wishes),
        },
    }
}

pub(crate) fn tried(user: &str, accepted: bool) -> Event {
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
        failed(exchange)
    }
}

/// The Identity Engine may say the same in other words.
fn failed(exchange: &Exchange<'_>) -> Response {
    match exchange.world.setup.variants.engine_words {
        true => okta_error(401, "E0000207", "Incorrect username or password."),
        false => authentication_failed(),
    }
}

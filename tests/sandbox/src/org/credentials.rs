//! A new password, for one that has expired, will expire, or was reset.

use serde_json::{Value, json};

use crate::audit::Event;
use crate::org::Exchange;
use crate::org::error::{caused, invalid_token, not_allowed, okta_error};
use crate::org::lock::Verdict;
use crate::org::password::tried;
use crate::org::transaction::{self, Stage, Transaction};
use crate::setup::UserState;
use crate::wire::Response;

/// The least number of characters, which is the one that Okta starts an org with.
const SHORTEST: usize = 8;
const RULES: &str = "Password requirements were not met. Password requirements: at least 8 characters, a lowercase \
                     letter, an uppercase letter, a number, no parts of your username. Your password cannot be any of \
                     your last 4 passwords.";

/// Returns what the answers say of the rules.
pub(crate) fn complexity() -> Value {
    json!({
        "complexity": {
            "minLength": SHORTEST,
            "minLowerCase": 1,
            "minUpperCase": 1,
            "minNumber": 1,
            "minSymbol": 0,
            "excludeUsername": true,
        },
        "age": { "minAgeMinutes": 0, "historyCount": 4 },
    })
}

/// `/credentials/change_password`: with the old password, which is compared and counted like any other.
pub(crate) fn change(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let fits = |state: &UserState| {
        matches!(
            state,
            UserState::PasswordExpired | UserState::PasswordWarn(_)
        )
    };
    let (token, transaction) = match of(exchange, body, fits) {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    let (Some(old), Some(new)) = (text(body, "oldPassword"), text(body, "newPassword")) else {
        return missing("oldPassword, newPassword");
    };
    let user = transaction.user;
    if !old_is_right(exchange, &user, old) {
        let causes = ["Old Password is not correct"];
        return caused(403, "E0000014", "Update of credentials failed", &causes);
    }
    replace(exchange, &token, &user, new, body)
}

/// `/credentials/reset_password`: without the old one, which nobody may know.
pub(crate) fn reset(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let fits = |state: &UserState| *state == UserState::PasswordReset;
    let (token, transaction) = match of(exchange, body, fits) {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    match text(body, "newPassword") {
        Some(new) => replace(exchange, &token, &transaction.user, new, body),
        None => missing("newPassword"),
    }
}

fn of(
    exchange: &mut Exchange<'_>,
    body: &Value,
    fits: impl Fn(&UserState) -> bool,
) -> Result<(String, Transaction), Response> {
    let found = transaction::of(exchange, body).ok_or_else(invalid_token)?;
    let right = matches!(&found.1.stage, Stage::State(state) if fits(state));
    let elsewhere = exchange.world.setup.variants.password_kept_elsewhere;
    if right && !elsewhere {
        Ok(found)
    } else {
        Err(not_allowed())
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name)?.as_str()
}

fn missing(members: &str) -> Response {
    let causes = [format!("{members}: The field cannot be left blank")];
    let causes: Vec<&str> = causes.iter().map(String::as_str).collect();
    caused(400, "E0000001", "Api validation failed: password", &causes)
}

fn old_is_right(exchange: &mut Exchange<'_>, user: &str, old: &str) -> bool {
    let (now, lockout) = (exchange.now, exchange.world.setup.lockout.clone());
    let device = exchange.device();
    let account = exchange.account_mut(user);
    let verdict = account.try_password(old, device.as_deref(), &lockout, now);
    exchange.record(tried(user, verdict == Verdict::Right));
    if verdict == Verdict::NowLocked {
        let user = user.to_owned();
        exchange.record(Event::LockedOut { user });
    }
    verdict == Verdict::Right
}

fn replace(
    exchange: &mut Exchange<'_>,
    token: &str,
    user: &str,
    new: &str,
    body: &Value,
) -> Response {
    let account = exchange.account_mut(user);
    if !is_good(new, user) || account.user.password == new {
        return refused(exchange);
    }
    new.clone_into(&mut account.user.password);
    account.user.state = UserState::Active;
    if body.get("revokeSessions") == Some(&Value::Bool(true)) {
        exchange
            .state
            .sessions
            .retain(|session| session.user != user);
    }
    let owner = user.to_owned();
    exchange.record(Event::PasswordChanged { user: owner });
    transaction::finish(exchange, token)
}

fn refused(exchange: &Exchange<'_>) -> Response {
    if exchange.world.setup.variants.refused_password_has_causes {
        return caused(403, "E0000014", "Update of credentials failed", &[RULES]);
    }
    okta_error(
        403,
        "E0000080",
        "The password does not meet the complexity requirements of the current password policy.",
    )
}

fn is_good(password: &str, user: &str) -> bool {
    let has = |such: fn(char) -> bool| password.chars().any(such);
    let name = user.split('@').next().unwrap_or_default().to_lowercase();
    password.chars().count() >= SHORTEST
        && has(char::is_lowercase)
        && has(char::is_uppercase)
        && has(char::is_numeric)
        && !password.to_lowercase().contains(&name)
}

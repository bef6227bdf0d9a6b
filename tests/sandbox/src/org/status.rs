//! The answers of `/api/v1/authn`, one for each status of a transaction.

use serde_json::{Value, json};

use crate::audit::Event;
use crate::clock::json_date;
use crate::factor::{Factor, FactorKind};
use crate::org::credentials::complexity;
use crate::org::error::json_response;
use crate::org::transaction::{Stage, Transaction, link};
use crate::org::{Exchange, elsewhere, factor};
use crate::random;
use crate::setup::UserState;
use crate::wire::Response;

/// The word of a stage.
pub(crate) fn word(stage: &Stage) -> &str {
    match stage {
        Stage::Factors => "MFA_REQUIRED",
        Stage::Challenge(_) => "MFA_CHALLENGE",
        Stage::State(user_state) => match user_state {
            UserState::MfaEnroll | UserState::MfaEnrollOptional => "MFA_ENROLL",
            UserState::MfaEnrollActivate => "MFA_ENROLL_ACTIVATE",
            UserState::PasswordExpired => "PASSWORD_EXPIRED",
            UserState::PasswordWarn(_) => "PASSWORD_WARN",
            UserState::PasswordReset => "PASSWORD_RESET",
            UserState::Recovery => "RECOVERY",
            UserState::RecoveryChallenge => "RECOVERY_CHALLENGE",
            UserState::Unauthenticated => "UNAUTHENTICATED",
            UserState::Polling { .. } => "POLL",
            UserState::ConsentRequired => "CONSENT_REQUIRED",
            UserState::AdminConsentRequired => "ADMIN_CONSENT_REQUIRED",
            UserState::ProfileRequired => "PROFILE_REQUIRED",
            UserState::DeviceActivate => "DEVICE_ACTIVATE",
            UserState::Word(word) => word,
            _ => "SUCCESS",
        },
    }
}

/// The word as the answers have it: in a sequence of factors the same transactions go by other names.
fn shown_word(exchange: &Exchange<'_>, stage: &Stage) -> String {
    let word = word(stage);
    match word.strip_prefix("MFA_") {
        Some(rest) if exchange.world.setup.variants.factor_words => format!("FACTOR_{rest}"),
        _ => word.to_owned(),
    }
}

/// Shows a transaction.
pub(crate) fn show(exchange: &Exchange<'_>, token: &str, transaction: &Transaction) -> Response {
    let login = &transaction.user;
    let mut body = json!({
        "stateToken": token,
        "expiresAt": json_date(transaction.expires),
        "status": shown_word(exchange, &transaction.stage),
        "_embedded": { "user": user(exchange, login) },
        "_links": { "cancel": link(exchange, "cancel", "/cancel") },
    });
    match &transaction.stage {
        Stage::Factors => {
            let name = match exchange.world.setup.variants.factor_for_factors {
                true => "factor",
                false => "factors",
            };
            body["_embedded"][name] = factor::list(exchange, login);
            if let Some(types) = factor::types(exchange, login) {
                body["_embedded"]["factorTypes"] = types;
            }
            policy(exchange, login, &mut body);
            exchange.record(Event::FactorsShown {
                user: login.clone(),
            });
        }
        Stage::Challenge(challenge) => {
            policy(exchange, login, &mut body);
            factor::challenge(exchange, login, challenge, &mut body);
        }
        Stage::State(state) => by_state(exchange, token, login, state, &mut body),
    }
    json_response(200, &body)
}

/// Tells the client of the policy on remembered devices.
fn policy(exchange: &Exchange<'_>, login: &str, body: &mut Value) {
    let mfa = &exchange.world.setup.mfa;
    if mfa.policy_missing || exchange.world.setup.variants.sparse {
        return;
    }
    let account = exchange.account(login);
    let is_push = |factor: &&Factor| factor.kind == FactorKind::Push && factor.enrolled;
    let mut wishes = json!({});
    for push in account.factors().iter().filter(is_push) {
        let wish = account.held.auto_push.get(&push.id);
        wishes[&push.id] = json!({ "autoPushEnabled": wish.unwrap_or(&mfa.auto_push) });
    }
    body["_embedded"]["policy"] = json!({
        "allowRememberDevice": mfa.remember,
        "rememberDeviceLifetimeInMinutes": mfa.remember_minutes,
        "rememberDeviceByDefault": mfa.remember_by_default,
        "factorsPolicyInfo": wishes,
    });
}

fn by_state(
    exchange: &Exchange<'_>,
    token: &str,
    login: &str,
    state: &UserState,
    body: &mut Value,
) {
    match state {
        UserState::MfaEnroll => {
            body["_embedded"]["factors"] = enrollable(exchange, login, "REQUIRED");
        }
        UserState::MfaEnrollOptional => {
            body["_embedded"]["factors"] = enrollable(exchange, login, "OPTIONAL");
            body["_links"]["skip"] = link(exchange, "skip", "/skip");
        }
        UserState::PasswordExpired => {
            body["_embedded"]["policy"] = complexity();
            body["_links"]["next"] = change_password(exchange);
        }
        UserState::PasswordReset => {
            body["_embedded"]["policy"] = complexity();
            body["_links"]["next"] = link(exchange, "resetPassword", "/credentials/reset_password");
        }
        UserState::PasswordWarn(days) => {
            body["_embedded"]["policy"] = complexity();
            body["_embedded"]["policy"]["expiration"] = json!({ "passwordExpireDays": days });
            body["_links"]["next"] = change_password(exchange);
            body["_links"]["skip"] = link(exchange, "skip", "/skip");
        }
        UserState::NoSessionToken => {
            let href = exchange.link(&format!("/login/step-up/redirect?stateToken={token}"));
            let original =
                json!({ "name": "original", "href": href, "hints": { "allow": ["GET"] } });
            let expires = body["expiresAt"].take();
            *body = json!({
                "stateToken": token,
                "expiresAt": expires,
                "status": "SUCCESS",
                "type": "SESSION_STEP_UP",
                "_links": { "next": original },
            });
        }
        state => elsewhere::fill(exchange, state, body),
    }
    if exchange.world.setup.variants.sparse {
        body.pointer_mut("/_embedded")
            .and_then(Value::as_object_mut)
            .map(|embedded| embedded.remove("policy"));
    }
}

fn change_password(exchange: &Exchange<'_>) -> Value {
    match exchange.world.setup.variants.password_kept_elsewhere {
        true => elsewhere::other_password_system(exchange),
        false => link(exchange, "changePassword", "/credentials/change_password"),
    }
}

/// `LOCKED_OUT` has no state token and nothing embedded.
pub(crate) fn locked_out(exchange: &Exchange<'_>) -> Response {
    let next = link(exchange, "unlock", "/recovery/unlock");
    let cancel = link(exchange, "cancel", "/cancel");
    let body = json!({
        "status": "LOCKED_OUT",
        "_embedded": {},
        "_links": { "next": next, "cancel": cancel },
    });
    json_response(200, &body)
}

/// Puts another status word into an answer, and takes the session token out of it.
pub(crate) fn with_status(response: &mut Response, status: &str) {
    let mut body: Value = serde_json::from_slice(&response.body).unwrap_or_else(|_| json!({}));
    if let Some(members) = body.as_object_mut() {
        members.remove("sessionToken");
        members.insert("stateToken".to_owned(), json!(random::word("00", 40)));
        members.insert("status".to_owned(), json!(status));
    }
    response.status = 200;
    response.reason = "OK";
    response.body = body.to_string().into_bytes();
}

/// The `_embedded.user` of a transaction.
pub(crate) fn user(exchange: &Exchange<'_>, login: &str) -> Value {
    exchange.account(login).embedded()
}

/// The factors that a user may set up: their own where they were given some, else a usual choice.
fn enrollable(exchange: &Exchange<'_>, login: &str, enrollment: &str) -> Value {
    let own = exchange.account(login).factors();
    let usual = [
        Factor::push("").not_enrolled(),
        Factor::google_totp("AA").not_enrolled(),
        Factor::sms("").not_enrolled(),
    ];
    let factors = if own.is_empty() { &usual } else { own };
    let entry = |factor: &Factor| {
        let status = match factor.enrolled {
            true => "ACTIVE",
            false => "NOT_SETUP",
        };
        json!({
            "factorType": factor.word,
            "provider": factor.provider,
            "vendorName": factor.vendor,
            "status": status,
            "enrollment": enrollment,
            "_links": { "enroll": link(exchange, "enroll", "/factors") },
        })
    };
    factors.iter().map(entry).collect()
}

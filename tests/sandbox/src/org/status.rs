//! The answers of `/api/v1/authn`, one for each status of a transaction.

use serde_json::{Value, json};

use crate::audit::Event;
use crate::clock::json_date;
use crate::factor::{Factor, FactorKind};
use crate::org::Exchange;
use crate::org::error::json_response;
use crate::org::factor;
use crate::org::transaction::{Stage, Transaction, link};
use crate::random;
use crate::setup::UserState;
use crate::wire::Response;

/// The word of a stage.
pub(crate) fn word(stage: &Stage) -> &str {
    match stage {
        Stage::Factors => "MFA_REQUIRED",
        Stage::Challenge(_) => "MFA_CHALLENGE",
        Stage::State(mode) => match mode {
            UserState::MfaEnroll => "MFA_ENROLL",
            UserState::PasswordExpired => "PASSWORD_EXPIRED",
            UserState::PasswordWarn(_) => "PASSWORD_WARN",
            UserState::PasswordReset => "PASSWORD_RESET",
            UserState::Word(word) => word,
            _ => "SUCCESS",
        },
    }
}

/// Shows a transaction.
pub(crate) fn show(exchange: &Exchange<'_>, token: &str, transaction: &Transaction) -> Response {
    let login = &transaction.user;
    let mut body = json!({
        "stateToken": token,
        "expiresAt": json_date(transaction.expires),
        "status": word(&transaction.stage),
        "_embedded": { "user": user(exchange, login) },
        "_links": { "cancel": link(exchange, "cancel", "/cancel") },
    });
    match &transaction.stage {
        Stage::Factors => {
            body["_embedded"]["factors"] = factor::list(exchange, login);
            policy(exchange, login, &mut body);
            exchange.record(Event::FactorsShown {
                user: login.clone(),
            });
        }
        Stage::Challenge(challenge) => {
            policy(exchange, login, &mut body);
            factor::challenge(exchange, login, challenge, &mut body);
        }
        Stage::State(state) => by_state(exchange, token, state, &mut body),
    }
    json_response(200, &body)
}

/// What the client is told of the policy on remembered devices.
fn policy(exchange: &Exchange<'_>, login: &str, body: &mut Value) {
    let mfa = &exchange.world.setup.mfa;
    if mfa.policy_missing {
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

fn by_state(exchange: &Exchange<'_>, token: &str, state: &UserState, body: &mut Value) {
    match state {
        UserState::MfaEnroll => body["_embedded"]["factors"] = enrollable(exchange),
        UserState::PasswordExpired => {
            body["_links"]["next"] =
                link(exchange, "changePassword", "/credentials/change_password");
        }
        UserState::PasswordReset => {
            body["_links"]["next"] = link(exchange, "resetPassword", "/credentials/reset_password");
        }
        UserState::PasswordWarn(days) => {
            body["_embedded"]["policy"] = json!({ "expiration": { "passwordExpireDays": days } });
            body["_links"]["next"] =
                link(exchange, "changePassword", "/credentials/change_password");
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
        _ => {}
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

fn enrollable(exchange: &Exchange<'_>) -> Value {
    let kinds = [
        ("push", "OKTA"),
        ("token:software:totp", "GOOGLE"),
        ("sms", "OKTA"),
    ];
    let entry = |(kind, provider): (&str, &str)| {
        json!({
            "factorType": kind,
            "provider": provider,
            "vendorName": provider,
            "status": "NOT_SETUP",
            "enrollment": "REQUIRED",
            "_links": { "enroll": link(exchange, "enroll", "/factors") },
        })
    };
    kinds.into_iter().map(entry).collect()
}

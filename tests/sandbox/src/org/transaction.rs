//! Authentication transactions: their state tokens, their answers, their links.

use serde_json::{Value, json};
use std::time::Duration;
use time::OffsetDateTime;

use crate::audit::Event;
use crate::clock::json_date;
use crate::demand::Kind;
use crate::org::Exchange;
use crate::org::error::{invalid_token, json_response, okta_error};
use crate::org::token::LIFE as TOKEN_LIFE;
use crate::random;
use crate::setup::UserState;
use crate::wire::Response;

/// A state token lives five minutes from its last use.
const LIFE: Duration = Duration::from_secs(5 * 60);

#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    user: String,
    state: UserState,
    expires: OffsetDateTime,
}

/// The end that every client hopes for.
pub(crate) fn success(exchange: &mut Exchange<'_>, login: &str) -> Response {
    let token = exchange.issue_session_token(login);
    let body = json!({
        "expiresAt": json_date(exchange.later(TOKEN_LIFE)),
        "status": "SUCCESS",
        "sessionToken": token,
        "_embedded": { "user": user(exchange, login) },
    });
    json_response(200, &body)
}

/// Begins a transaction that does not end with the password.
pub(crate) fn start(exchange: &mut Exchange<'_>, login: &str, state: &UserState) -> Response {
    let token = random::word("00", 40);
    let transaction = Transaction {
        user: login.to_owned(),
        state: state.clone(),
        expires: exchange.later(LIFE),
    };
    exchange.issued(Kind::StateToken, &token);
    exchange.record(Event::TransactionStarted {
        user: login.to_owned(),
        status: word(state).to_owned(),
    });
    exchange
        .state
        .transactions
        .insert(token.clone(), transaction.clone());
    show(exchange, &token, &transaction)
}

/// `POST /api/v1/authn` with a state token alone: the current state.
pub(crate) fn resume(exchange: &mut Exchange<'_>, token: &str) -> Response {
    match of(exchange, &json!({ "stateToken": token })) {
        Some((token, transaction)) => show(exchange, &token, &transaction),
        None => invalid_token(),
    }
}

pub(crate) fn cancel(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let Some((token, transaction)) = of(exchange, body) else {
        return invalid_token();
    };
    exchange.state.transactions.remove(&token);
    exchange.record(Event::TransactionCancelled {
        user: transaction.user,
    });
    json_response(200, &json!({ "relayState": "" }))
}

/// Only the warning about an ageing password can be skipped.
pub(crate) fn skip(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let Some((token, transaction)) = of(exchange, body) else {
        return invalid_token();
    };
    if !matches!(transaction.state, UserState::PasswordWarn(_)) {
        return okta_error(
            403,
            "E0000079",
            "This operation is not allowed in the current authentication state.",
        );
    }
    exchange.state.transactions.remove(&token);
    success(exchange, &transaction.user)
}

/// The transaction that a body's state token names, its life renewed.
pub(crate) fn of(exchange: &mut Exchange<'_>, body: &Value) -> Option<(String, Transaction)> {
    let token = body.get("stateToken")?.as_str()?.to_owned();
    let (now, expires) = (exchange.now, exchange.later(LIFE));
    let transaction = exchange.state.transactions.get_mut(&token)?;
    if now >= transaction.expires {
        return None;
    }
    transaction.expires = expires;
    Some((token, transaction.clone()))
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

fn show(exchange: &Exchange<'_>, token: &str, transaction: &Transaction) -> Response {
    let state = &transaction.state;
    let mut body = json!({
        "stateToken": token,
        "expiresAt": json_date(transaction.expires),
        "status": word(state),
        "_embedded": { "user": user(exchange, &transaction.user) },
        "_links": { "cancel": link(exchange, "cancel", "/cancel") },
    });
    match state {
        UserState::MfaRequired => {
            body["_embedded"]["factors"] = factors(exchange);
            body["_embedded"]["policy"] = json!({
                "allowRememberDevice": true,
                "rememberDeviceLifetimeInMinutes": 15,
                "rememberDeviceByDefault": false,
                "factorsPolicyInfo": {},
            });
        }
        UserState::MfaEnroll => body["_embedded"]["factors"] = enrollable(exchange),
        UserState::PasswordExpired | UserState::PasswordReset => {
            let operation = match state {
                UserState::PasswordReset => ("resetPassword", "/credentials/reset_password"),
                _ => ("changePassword", "/credentials/change_password"),
            };
            body["_links"]["next"] = link(exchange, operation.0, operation.1);
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
            body = json!({
                "stateToken": token,
                "expiresAt": json_date(transaction.expires),
                "status": "SUCCESS",
                "type": "SESSION_STEP_UP",
                "_links": { "next": original },
            });
        }
        _ => {}
    }
    json_response(200, &body)
}

fn word(state: &UserState) -> &str {
    match state {
        UserState::MfaRequired => "MFA_REQUIRED",
        UserState::MfaEnroll => "MFA_ENROLL",
        UserState::PasswordExpired => "PASSWORD_EXPIRED",
        UserState::PasswordWarn(_) => "PASSWORD_WARN",
        UserState::PasswordReset => "PASSWORD_RESET",
        UserState::Word(word) => word,
        _ => "SUCCESS",
    }
}

fn user(exchange: &Exchange<'_>, login: &str) -> Value {
    let account = exchange.state.accounts.get(&login.to_lowercase());
    account.map_or(Value::Null, super::account::Account::embedded)
}

fn link(exchange: &Exchange<'_>, name: &str, path: &str) -> Value {
    let segment = exchange.state.segment.as_ref();
    let segment = segment.map_or_else(String::new, |segment| format!("/{segment}"));
    json!({
        "name": name,
        "href": exchange.link(&format!("/api/v1/authn{segment}{path}")),
        "hints": { "allow": ["POST"] },
    })
}

/// One Okta Verify enrolment, which is two entries, a phone and a question.
fn factors(exchange: &Exchange<'_>) -> Value {
    let kinds = [
        (
            "opf",
            "push",
            "OKTA",
            json!({ "credentialId": "ada@corp.example", "deviceType": "SmartPhone_IPhone", "name": "Ada's phone", "platform": "IOS", "version": "26.1" }),
        ),
        (
            "ost",
            "token:software:totp",
            "OKTA",
            json!({ "credentialId": "ada@corp.example" }),
        ),
        (
            "sms",
            "sms",
            "OKTA",
            json!({ "phoneNumber": "+1 XXX-XXX-1337" }),
        ),
        (
            "ufs",
            "question",
            "OKTA",
            json!({ "question": "disliked_food", "questionText": "What is the food you least liked as a child?" }),
        ),
    ];
    let entry = |(prefix, kind, provider, profile): (&str, &str, &str, Value)| {
        let id = random::word(prefix, 17);
        json!({
            "id": id,
            "factorType": kind,
            "provider": provider,
            "vendorName": provider,
            "profile": profile,
            "_links": { "verify": link(exchange, "verify", &format!("/factors/{id}/verify")) },
        })
    };
    Value::Array(kinds.into_iter().map(entry).collect())
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
    Value::Array(kinds.into_iter().map(entry).collect())
}

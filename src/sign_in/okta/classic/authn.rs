//! The first exchange of the authn API: a password in, a session token out, or a transaction that goes on.

use super::state::TransactionState;
use super::status::{TransactionStatus, is_authns, status_error};
use crate::app::Org;
use crate::cookie::Jar;
use crate::error::{Error, Hint};
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::flow::{FailureScope, Stop};
use crate::sign_in::okta::refusal::{Refusal, unreadable};

/// The error codes with which authn refuses a password. `E0000207` is how the Identity Engine says the same.
const REFUSED: [&str; 2] = ["E0000004", "E0000207"];
/// The error codes with which it judges a password otherwise: expired, known from a breach.
const JUDGED: [&str; 2] = ["E0000064", "E0000259"];

/// Builds the first request: the password, with no cookie but the device token. It is sent once and never repeated by
/// itself. Okta says whether the password will soon expire only to a client that asks for a warning, and that costs an
/// exchange.
pub(super) fn authn(org: &Org, password: &Secret, jar: &Jar, warn: bool) -> Request {
    let text = |text: &str| serde_json::to_string(text).expect("text is JSON");
    let password = Secret::new(text(password.expose()));
    // Okta must not offer optional factors here.
    let options =
        format!(r#"{{"multiOptionalFactorEnroll":false,"warnBeforePasswordExpired":{warn}}}"#);
    let body = Secret::concat(&[
        r#"{"username":"#,
        &text(&org.account),
        r#","password":"#,
        password.expose(),
        r#","options":"#,
        &options,
        "}",
    ]);
    Request::post(org.site.at("/api/v1/authn"), jar.header(), body)
}

/// The result of a password that Okta has accepted.
pub(super) enum AuthnOutcome {
    SessionToken(Secret),
    /// Okta requires more before it gives a session token.
    Transaction(Box<TransactionState>),
}

/// Judges the answer to [`authn`]. Only the status and the token have to be correct; an engine may leave out, null or
/// reshape everything else.
pub(super) fn judge_authn(
    org: &Org,
    login: &str,
    response: &Response,
) -> Result<AuthnOutcome, Stop> {
    if response.status != 200 {
        return Err(judge_refusal(org, response));
    }
    let Some(mut state) = TransactionState::parse(org, response) else {
        return Err(unreadable(response).into());
    };
    match (
        TransactionStatus::of(&state.status),
        state.session_token.take(),
    ) {
        (TransactionStatus::Success, Some(token)) => Ok(AuthnOutcome::SessionToken(token)),
        (TransactionStatus::Success | TransactionStatus::DeadEnd, _) => {
            Err(Stop::of_account(status_error(org, login, &state)))
        }
        _ => Ok(AuthnOutcome::Transaction(Box::new(state))),
    }
}

/// Returns whether the answer to a password is a verdict on it that is understood: `200` with a status that Okta
/// documents and the token that comes with it, or an error code that judges passwords. No HTTP status alone is one: a proxy, a firewall or a broken server
/// may have made it, while Okta counts the password as wrong.
pub(super) fn is_verdict(org: &Org, response: &Response) -> bool {
    match response.status {
        200 => TransactionState::parse(org, response).is_some_and(|state| is_authns(&state)),
        _ => Refusal::parse(response).is_some_and(|refusal| {
            let judges = |codes: &[&str]| codes.contains(&refusal.code.as_str());
            is_judgement(response) && (judges(&REFUSED) || judges(&JUDGED))
        }),
    }
}

/// Returns whether Okta can have judged a secret with this HTTP status: no failure of the server and no rate limit.
pub(super) fn is_judgement(response: &Response) -> bool {
    matches!(response.status, 400..=428 | 430..=499)
}

/// Judges an error status. Okta answers 401 with the same words for a wrong user or password, a hidden lock-out, a
/// deactivated user and a policy, so the message does not claim to know.
fn judge_refusal(org: &Org, response: &Response) -> Stop {
    let Some(refusal) = Refusal::parse(response) else {
        return unreadable(response).into();
    };
    match (is_judgement(response), refusal.code.as_str()) {
        (true, code) if REFUSED.contains(&code) => {
            let error = Error::refused(format!("Okta refused the password of {}: {}", org.account, refusal.words()))
                .caused_by("Okta says the same for a wrong password, a locked or deactivated account and a policy")
                .hint(Hint::settings("check", org.table(), &["password"]))
                .hint(format!("see whether {} can sign in at {}", org.account, org.site.url()));
            Stop {
                error: refusal.with_id(error),
                scope: FailureScope::Password,
            }
        }
        _ => Stop::of_account(refusal.error(org, response)),
    }
}

#[cfg(test)]
mod tests;

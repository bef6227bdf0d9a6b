//! The first exchange of the authn API: a password in, a session token out, or a transaction that goes on.

use super::refusal::{Refusal, unreadable};
use super::state::State;
use super::status::{Status, ended, status};
use crate::app::Org;
use crate::cookie::Jar;
use crate::error::Error;
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::{Blame, Stop};

/// The first step: the password, with nothing but the device token. It is sent once and never again by itself. Whether
/// the password will soon expire Okta says only to those who ask for a warning, and that costs an exchange.
pub(crate) fn authn(org: &Org, password: &Secret, jar: &Jar, warn: bool) -> Request {
    let text = |text: &str| serde_json::to_string(text).expect("text is JSON");
    let password = Secret::new(text(password.expose()));
    // An offer of optional factors may not get in the way.
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

/// What the right password leads to.
pub(crate) enum Answer {
    /// The session token.
    Token(Secret),
    /// A transaction that goes on.
    More(Box<State>),
}

/// Judges the answer to [`authn`]. Only the status and the token have to be what they should be; whatever else an
/// engine leaves out, nulls or reshapes says nothing.
pub(crate) fn judge_authn(org: &Org, response: &Response) -> Result<Answer, Stop> {
    if response.status != 200 {
        return Err(judge_refusal(org, response));
    }
    let Some(mut state) = State::parse(org, response) else {
        return Err(unreadable(response).into());
    };
    match (status(&state.status), state.session_token.take()) {
        (Status::Success, Some(token)) => Ok(Answer::Token(token)),
        (Status::Success | Status::Stop, _) => Err(Stop {
            error: ended(org, &state),
            blame: Blame::Account,
        }),
        _ => Ok(Answer::More(Box::new(state))),
    }
}

/// An error status. 401 says one word for a wrong user or password, a hidden lock-out, a deactivated user and a
/// policy's no, so the message does not claim to know.
fn judge_refusal(org: &Org, response: &Response) -> Stop {
    let Some(refusal) = Refusal::parse(response) else {
        return unreadable(response).into();
    };
    match (response.status, refusal.code.as_str()) {
        // E0000207 is how the Identity Engine says the same.
        (401, "E0000004" | "E0000207") => {
            let error = Error::refused(format!("Okta refused the password of {}: {}", org.account, refusal.words()))
                .caused_by("Okta says the same for a wrong password, a locked or deactivated account and a policy")
                .hint(format!("check the password of org {}", org.name))
                .hint(format!("see whether {} can sign in at {}", org.account, org.site.url()));
            Stop {
                error: refusal.with_id(error),
                blame: Blame::Password,
            }
        }
        (status, _) => Stop {
            error: refusal.error(org, status),
            blame: Blame::Account,
        },
    }
}

#[cfg(test)]
mod tests;

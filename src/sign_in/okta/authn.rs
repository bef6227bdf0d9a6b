//! The authn API: a password in, a session token out, or a status that says what else is wanted.

use serde::Deserialize;
use serde_json::Value;

use super::refusal::{Refusal, unreadable};
use crate::app::Org;
use crate::cookie::Jar;
use crate::error::{Error, foreign, hide};
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::{Blame, Stop};

/// The first step: the password, with nothing but the device token. It is sent once and never again by itself.
pub(crate) fn authn(org: &Org, password: &Secret, jar: &Jar) -> Request {
    let text = |text: &str| serde_json::to_string(text).expect("text is JSON");
    let password = Secret::new(text(password.expose()));
    // Neither a warning that the password will expire nor an offer of optional factors may get in the way.
    let options = r#"{"multiOptionalFactorEnroll":false,"warnBeforePasswordExpired":false}"#;
    let body = Secret::concat(&[
        r#"{"username":"#,
        &text(&org.account),
        r#","password":"#,
        password.expose(),
        r#","options":"#,
        options,
        "}",
    ]);
    Request::post(org.site.at("/api/v1/authn"), jar.header(), body)
}

/// What is read of an authn transaction.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Transaction {
    status: Value,
    #[serde(rename = "sessionToken")]
    session_token: Value,
    #[serde(rename = "_embedded")]
    embedded: Value,
}

/// Judges the answer to [`authn`]: the session token, or why there is none. Only the status and the token have to be
/// what they should be; whatever else an engine leaves out, nulls or reshapes says nothing.
pub(crate) fn judge_authn(org: &Org, response: &Response) -> Result<Secret, Stop> {
    if response.status != 200 {
        return Err(judge_refusal(org, response));
    }
    let transaction: Transaction = serde_json::from_slice(&response.body).unwrap_or_default();
    let Some(status) = transaction.status.as_str() else {
        return Err(unreadable(response).into());
    };
    match (status, transaction.session_token.as_str()) {
        ("SUCCESS", Some(token)) if !token.is_empty() => {
            let token = Secret::new(token.to_owned());
            hide(&token);
            Ok(token)
        }
        _ => Err(Stop {
            error: judge_status(org, status, &transaction.embedded["factors"]),
            blame: Blame::Account,
        }),
    }
}

/// A status without a session token: what it asks of a person.
fn judge_status(org: &Org, status: &str, factors: &Value) -> Error {
    let (host, account) = (org.site.authority(), &org.account);
    let browser = |what: &str| {
        Error::person(format!("Okta {what} ({})", foreign(status))).hint(format!(
            "sign in as {account} at {} in a browser",
            org.site.url()
        ))
    };
    match status {
        "SUCCESS" => browser("wants to go on in a browser after the password"),
        "MFA_REQUIRED" | "MFA_CHALLENGE" | "FACTOR_REQUIRED" | "FACTOR_CHALLENGE" => {
            Error::person(format!("Okta asks {account} for a second factor ({status}): {}", offered(factors)))
                .caused_by("this version cannot answer one")
                .hint(format!("ask the admins of {host} for a sign-on policy that asks this account for its password alone"))
        }
        "MFA_ENROLL" | "MFA_ENROLL_ACTIVATE" | "FACTOR_ENROLL" | "FACTOR_ENROLL_ACTIVATE" => {
            browser("wants a second factor to be enrolled")
        }
        "PASSWORD_EXPIRED" => browser("says that the password has expired"),
        "PASSWORD_RESET" => browser("wants the password to be reset"),
        "PASSWORD_WARN" => browser("warns that the password expires soon"),
        "LOCKED_OUT" => Error::refused(format!("Okta says that {account} is locked out ({status})"))
            .hint(format!("unlock the account at {} or ask its admins", org.site.url())),
        "RECOVERY" | "RECOVERY_CHALLENGE" | "UNAUTHENTICATED" | "POLL" | "CONSENT_REQUIRED" | "ADMIN_CONSENT_REQUIRED"
        | "PROFILE_REQUIRED" | "DEVICE_ACTIVATE" => browser("wants something that only a browser can do"),
        word => Error::network(format!("{host} answers the sign-in with an unknown status: {}", foreign(word))),
    }
}

/// The factors as a list of words.
fn offered(factors: &Value) -> String {
    let word = |factor: &Value, name: &str| foreign(factor[name].as_str().unwrap_or("unnamed"));
    let factors = factors.as_array().map(Vec::as_slice).unwrap_or_default();
    let names = factors.iter().map(|factor| {
        format!(
            "{} ({})",
            word(factor, "factorType"),
            word(factor, "provider")
        )
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        "it names none".into()
    } else {
        names.join(", ")
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

//! The statuses of an authn transaction, and the errors of those that end a sign-in.

use super::state::TransactionState;
use crate::app::Org;
use crate::error::{BrowserNeed, Error, Hint};
use crate::sign_in::okta::challenge::names;

/// The meaning of a status for a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TransactionStatus {
    Success,
    /// A factor has to be chosen.
    FactorRequired,
    /// A factor is being answered.
    FactorChallenge,
    /// Okta wants a factor to be set up. An offer may be skipped.
    FactorEnroll,
    /// The password expires soon.
    PasswordWarn,
    /// The password has to be changed.
    NewPasswordRequired,
    /// A directory is being asked.
    DirectoryPoll,
    /// There is no way on from here.
    DeadEnd,
}

/// Each of Okta's words with its meaning (Authentication API, "Transaction state"; the names with `FACTOR_` are those
/// of factor sequencing). Any other word stops the sign-in.
const STATUSES: [(&str, TransactionStatus); 20] = [
    ("SUCCESS", TransactionStatus::Success),
    ("MFA_REQUIRED", TransactionStatus::FactorRequired),
    ("FACTOR_REQUIRED", TransactionStatus::FactorRequired),
    ("MFA_CHALLENGE", TransactionStatus::FactorChallenge),
    ("FACTOR_CHALLENGE", TransactionStatus::FactorChallenge),
    ("MFA_ENROLL", TransactionStatus::FactorEnroll),
    ("FACTOR_ENROLL", TransactionStatus::FactorEnroll),
    ("MFA_ENROLL_ACTIVATE", TransactionStatus::FactorEnroll),
    ("FACTOR_ENROLL_ACTIVATE", TransactionStatus::FactorEnroll),
    ("PASSWORD_WARN", TransactionStatus::PasswordWarn),
    ("PASSWORD_EXPIRED", TransactionStatus::NewPasswordRequired),
    ("PASSWORD_RESET", TransactionStatus::NewPasswordRequired),
    ("POLL", TransactionStatus::DirectoryPoll),
    ("LOCKED_OUT", TransactionStatus::DeadEnd),
    ("RECOVERY", TransactionStatus::DeadEnd),
    ("RECOVERY_CHALLENGE", TransactionStatus::DeadEnd),
    ("UNAUTHENTICATED", TransactionStatus::DeadEnd),
    ("CONSENT_REQUIRED", TransactionStatus::DeadEnd),
    ("ADMIN_CONSENT_REQUIRED", TransactionStatus::DeadEnd),
    ("PROFILE_REQUIRED", TransactionStatus::DeadEnd),
];

/// Returns whether Okta documents the status `word`. An answer with any other one is not understood.
fn is_known(word: &str) -> bool {
    STATUSES.iter().any(|row| row.0 == word)
}

/// Returns whether authn itself says this, and not a server in its place whose JSON has a `status` too: the status is one
/// that Okta documents, and the token that belongs to it is there, or the end of a success. Within a transaction Okta need
/// not repeat its token.
pub(super) fn is_authns(state: &TransactionState) -> bool {
    match TransactionStatus::of(&state.status) {
        TransactionStatus::Success => state.session_token.is_some() || state.expires,
        TransactionStatus::DeadEnd => is_known(&state.status),
        _ => state.token.is_some(),
    }
}

impl TransactionStatus {
    /// Returns the meaning of Okta's `word`.
    pub(super) fn of(word: &str) -> Self {
        let row = STATUSES.iter().find(|row| row.0 == word);
        row.map_or(Self::DeadEnd, |row| row.1)
    }
}

/// Returns the error of a sign-in that ends with the status of `state`, and what a person can do about it.
pub(super) fn status_error(org: &Org, login: &str, state: &TransactionState) -> Error {
    let (word, account) = (state.status.as_str(), &org.account);
    let url = org.site.url();
    let browser = |what: &str| {
        let error = Error::person(format!("Okta {what} ({word})"));
        // A password can be changed here too.
        let error = match word.starts_with("PASSWORD_") {
            true => error,
            false => error.for_browser(BrowserNeed::Once),
        };
        let next = state.next.as_ref().filter(|next| next.own.is_none());
        match next {
            Some(next) => error.caused_by(format!("it sends to {}", next.shown)),
            None => error,
        }
        .hint(format!("sign in as {account} at {url} in a browser"))
    };
    // If another system keeps the passwords, Okta names its page and takes none itself.
    let leads_away = state.next.as_ref().is_some_and(|next| next.own.is_none());
    let or_here = |error: Error, what: &str| match leads_away {
        true => error,
        false => error.hint(Hint::login(login).after(format!("or {what} at a terminal: "))),
    };
    match word {
        "SUCCESS" => browser("wants to go on in a browser after the password"),
        "MFA_ENROLL" | "MFA_ENROLL_ACTIVATE" | "FACTOR_ENROLL" | "FACTOR_ENROLL_ACTIVATE" => {
            let error = browser("wants a second factor to be enrolled");
            match state.factors.is_empty() {
                true => error,
                false => error.caused_by(format!("it accepts: {}", names(&state.factors))),
            }
        }
        "PASSWORD_EXPIRED" => or_here(browser("says that the password has expired"), "change it"),
        "PASSWORD_RESET" => or_here(browser("wants the password to be reset"), "set a new one"),
        "PASSWORD_WARN" => browser(&expiry_words(state)),
        "LOCKED_OUT" => Error::refused(format!("Okta says that {account} is locked out ({word})"))
            .hint(format!("unlock the account at {url} or ask its admins")),
        "RECOVERY" | "RECOVERY_CHALLENGE" => {
            browser("is in the midst of a recovery of the account")
        }
        "UNAUTHENTICATED" => browser("wants another way to sign in than the password"),
        "POLL" => browser("waits for a directory and does not say where to ask again"),
        "CONSENT_REQUIRED" | "ADMIN_CONSENT_REQUIRED" => browser("wants a consent"),
        "PROFILE_REQUIRED" => browser("wants the account's profile to be completed"),
        "DEVICE_ACTIVATE" => browser("wants a device to be activated"),
        word => Error::network(format!(
            "{} answers the sign-in with an unknown status: {word}",
            org.site.authority()
        )),
    }
}

/// Says when the password expires.
pub(super) fn expiry_words(state: &TransactionState) -> String {
    match state.days_left {
        Some(0) => "says that the password expires today".into(),
        Some(1) => "says that the password expires tomorrow".into(),
        Some(days) => format!("says that the password expires in {days} days"),
        None => "says that the password expires soon".into(),
    }
}

#[cfg(test)]
mod tests;

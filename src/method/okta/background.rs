//! The limits of a background renewal: it sends no push and no message, and runs no program that may ask or open a
//! window.
//!
//! It may use the Okta session. It may use the password if this and the seed are in a variable or a file.

use crate::app::{Org, Passcode, Source};
use crate::error::Error;
use crate::sign_in::flow::{FailureScope, Stop};
use crate::store::Account;

/// Returns `org` without permission to send a push unattended.
pub(super) fn without_push(org: &Org) -> Org {
    Org {
        push_unattended: false,
        ..org.clone()
    }
}

/// Checks that the password of `org`, and the code that may follow it, can be read without a person. A code that is not
/// computed could be a message's, which Okta would have to send first.
pub(super) fn check(org: &Org) -> Result<(), Stop> {
    let is_ready = match &org.passcode {
        None => true,
        Some(Passcode::Totp(source)) => is_quiet(source),
        Some(Passcode::Code(_)) => false,
    };
    if is_ready && is_quiet(&org.password) {
        return Ok(());
    }
    Err(Stop {
        error: Error::person(format!(
            "the secrets of org {} need a person, and a background renewal has none",
            org.name
        )),
        scope: FailureScope::Caller,
    })
}

/// Checks that a renewal may go on with the claimed `record`: not after a logout, because the person does not want to be
/// signed in again, and not where Okta would send a push by itself.
pub(super) fn check_record(org: &Org, record: &Account, was_ended: bool) -> Result<(), Stop> {
    let why = match (was_ended, record.sends_push_unasked) {
        (true, _) => format!("the session at org {} was ended", org.name),
        (false, true) => format!("Okta sends a push at each sign-in to org {}", org.name),
        (false, false) => return Ok(()),
    };
    Err(Stop {
        error: Error::person(why),
        scope: FailureScope::Caller,
    })
}

/// Returns whether `source` is read without a program that could ask. A keyring may have to be unlocked.
pub(super) fn is_quiet(source: &Source) -> bool {
    match source {
        Source::Env(_) | Source::File(_) => true,
        Source::Command(_) | Source::Keyring(_) | Source::Prompt => false,
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::app::{Org, Passcode, Source};
    use crate::keyring::Item;
    use crate::output::fixture;

    fn command() -> Source {
        Source::Command(vec!["op".into()])
    }

    #[test]
    fn only_variables_and_files_are_used() {
        let file = || Source::File("p".into());
        let app = fixture::app("https://wiki.corp.example");
        let org = app.org().expect("an app of an org");
        let quiet = |password: Source, passcode: Option<Passcode>| {
            let org = Org {
                password,
                passcode,
                ..org.clone()
            };
            check(&org).is_ok()
        };
        assert!(quiet(file(), None));
        assert!(quiet(Source::Env("X".into()), Some(Passcode::Totp(file()))));
        let keyring = Source::Keyring(Item::own("corp.okta.com/ada/password".into()));
        for password in [command(), keyring, Source::Prompt] {
            assert!(!quiet(password, None));
        }
        for passcode in [
            Passcode::Totp(command()),
            Passcode::Totp(Source::Prompt),
            Passcode::Code(command()),
            Passcode::Code(file()),
        ] {
            assert!(!quiet(file(), Some(passcode)));
        }
    }
}

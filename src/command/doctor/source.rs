//! Checks the sources of the secrets: whether they have a secret, and whether Okta has refused it. A secret is fetched
//! and dropped, and never shown.

use std::time::Duration;

use super::Examination;
use super::report::Finding;
use crate::app::{Org, Passcode, Source};
use crate::clock;
use crate::error::{Error, Hint, Result, foreign, hide};
use crate::method::okta::{paused_codes, source_identity};
use crate::secret::Secret;
use crate::secret_source::{self, Fetch, source_words};
use crate::store::Account;
use crate::totp::Totp;

/// How long a command may take to print a secret.
const LIMIT: Duration = Duration::from_secs(60);

impl Examination<'_> {
    /// Checks that the password can be fetched, and that Okta has not refused it.
    pub(super) fn password(&mut self, org: &Org, account: &Account, is_alive: bool) {
        // A command or the keyring may ask at the terminal.
        self.progress = None;
        let what = format!(
            "the password of {} at {}",
            foreign(&org.account),
            org.site.authority()
        );
        let finding = match &org.password {
            Source::Prompt => self.prompt(org, is_alive),
            Source::Keyring(item) if item.is_own() && self.attended => {
                let wait = secret_source::patience(
                    self.context.terminal,
                    self.context.limit(LIMIT),
                    &|| false,
                );
                match secret_source::in_keyring(item, &what, &wait) {
                    Ok(Some(password)) => {
                        hide(&password);
                        match secret_source::check_line(&password, &org.password, &what) {
                            Ok(()) => self.judge_password(&org.password, account, &password),
                            Err(error) => Finding::Wrong(error),
                        }
                    }
                    Ok(None) => Finding::fine(
                        "it is not in the keyring yet; the sign-in asks for it, and keeps it there",
                    ),
                    Err(error) => Finding::Wrong(error),
                }
            }
            source => match self.fetch(org, source, &what) {
                Ok(password) => self.judge_password(source, account, &password),
                Err(error) => Finding::Wrong(error),
            },
        };
        self.put("password", finding);
    }

    fn prompt(&self, org: &Org, is_alive: bool) -> Finding {
        let error = || {
            Error::person("the sign-in would ask for it, but nobody can be asked here")
                .hint(Hint::login(&self.app.name))
                .hint(Hint::settings("or set", org.table(), &["password"]))
        };
        match (self.attended, is_alive) {
            (true, _) => Finding::fine("it is asked for when it is needed"),
            // Until the Okta session ends, the password is not needed.
            (false, true) => Finding::Doubtful(error()),
            (false, false) => Finding::Wrong(error()),
        }
    }

    fn judge_password(&self, source: &Source, account: &Account, password: &Secret) -> Finding {
        match account.refusals.of(password) {
            None => Finding::Fine(format!("comes from {}", source_words(source))),
            Some(error) => Finding::Wrong(
                refused("this password", error)
                    .hint(format!(
                        "put the right one into its source: {}",
                        source_words(source)
                    ))
                    .hint(Hint::login(&self.app.name).after("to send it all the same: ")),
            ),
        }
    }

    /// Checks that the passcode's source works, and that a code can be computed from a seed.
    pub(super) fn passcode(&mut self, org: &Org, account: &Account) {
        self.progress = None;
        let finding = match self.judge_passcode(org, account) {
            Ok(words) => Finding::Fine(words),
            Err(error) => Finding::Wrong(error),
        };
        self.put("passcode", finding);
    }

    fn judge_passcode(&self, org: &Org, account: &Account) -> Result<String> {
        let check = |source: &Secret| {
            let codes = &account.codes;
            let reason = match codes.refusal_of(source) {
                Some(error) => refused("the codes of this source", &error),
                None => match codes.pause(clock::now()) {
                    Some(pause) => paused_codes(&foreign(&org.account), pause),
                    None => return Ok(()),
                },
            };
            Err(reason.hint(format!("credential login {}", self.app.name)))
        };
        match &org.passcode {
            None => Ok("none is configured".to_owned()),
            Some(Passcode::Totp(Source::Prompt) | Passcode::Code(Source::Prompt)) => {
                Ok("it is asked for when it is needed".to_owned())
            }
            Some(Passcode::Totp(source)) => {
                let what = format!("the passcode seed of org {}", org.name);
                let seed = self.fetch_text(org, source, &what)?;
                check(&seed)?;
                let totp = Totp::parse(&seed, &what)?;
                drop(totp.code(totp.step(clock::now())));
                Ok(format!(
                    "a code can be computed, with the seed from {}",
                    source_words(source)
                ))
            }
            Some(Passcode::Code(source @ Source::Command(_))) => {
                check(&source_identity(source, &Secret::default()))?;
                Ok(format!(
                    "comes from {}, which runs only when Okta asks for a code: each code may be good once",
                    source_words(source)
                ))
            }
            Some(Passcode::Code(source)) => {
                let what = format!("the passcode of org {}", org.name);
                let code = source_identity(source, &self.fetch_text(org, source, &what)?);
                secret_source::check_line(&code, source, &what)?;
                check(&code)?;
                Ok(format!("comes from {}", source_words(source)))
            }
        }
    }

    fn fetch(&self, org: &Org, source: &Source, what: &str) -> Result<Secret> {
        let secret = self.fetch_text(org, source, what)?;
        secret_source::check_line(&secret, source, what)?;
        Ok(secret)
    }

    fn fetch_text(&self, org: &Org, source: &Source, what: &str) -> Result<Secret> {
        let fetch = Fetch {
            org,
            terminal: self.context.terminal,
            limit: self.context.limit(LIMIT),
            stop: &|| false,
        };
        let secret = fetch.text(source, what)?;
        hide(&secret);
        Ok(secret)
    }
}

/// Makes an error that Okta has refused `what`, and that it is not sent again.
fn refused(what: &str, error: &Error) -> Error {
    let mut error = error.clone();
    error.causes.insert(0, error.message);
    error.message = format!("Okta has refused {what} before, and it is not sent again");
    error
}

#[cfg(test)]
mod tests {
    use super::refused;
    use crate::error::Error;

    #[test]
    fn a_refusal_keeps_oktas_own_text() {
        let error = refused(
            "this password",
            &Error::refused("E0000004").caused_by("oae1"),
        );
        assert_eq!(error.causes, ["E0000004", "oae1"]);
        assert_eq!(error.kind.exit_code(), 5);
    }
}

//! Where the secrets come from: whether they are there, and whether Okta has refused them. A secret is looked at and
//! dropped; none of it is shown.

use std::time::Duration;

use super::Examination;
use super::report::Finding;
use crate::app::{Org, Passcode, Source};
use crate::clock;
use crate::error::{Error, Hint, Result, Table, foreign, hide};
use crate::method::okta::mark;
use crate::secret::Secret;
use crate::secret_source::{self, Fetch};
use crate::store::Account;
use crate::totp::Totp;

/// How long a command may take to print a secret.
const LIMIT: Duration = Duration::from_secs(60);

impl Examination<'_> {
    /// The password: there, and not one that Okta has refused.
    pub(super) fn password(&mut self, org: &Org, account: &Account, is_alive: bool) {
        let what = format!(
            "the password of {} at {}",
            foreign(&org.account),
            org.site.authority()
        );
        let finding = match &org.password {
            Source::Prompt => self.prompt(org, is_alive),
            Source::Keyring(item) if item.is_own() && self.attended => {
                let wait =
                    secret_source::patience(self.world.terminal, self.world.limit(LIMIT), &|| {
                        false
                    });
                match secret_source::in_keyring(item, &what, &wait) {
                    Ok(Some(password)) => {
                        hide(&password);
                        self.judge_password(&org.password, account, &password)
                    }
                    Ok(None) => Finding::fine(
                        "it is not in the keyring yet: it is asked for, and kept there",
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
            Error::person("it would be asked for, and there is nobody to ask")
                .hint(Hint::login(&self.app.name))
                .hint(Hint::settings(
                    "or set",
                    Table::Org(org.name.clone()),
                    &["password"],
                ))
        };
        match (self.attended, is_alive) {
            (true, _) => Finding::fine("it is asked for when it is needed"),
            // Until the Okta session ends nobody has to be asked.
            (false, true) => Finding::Doubtful(error()),
            (false, false) => Finding::Wrong(error()),
        }
    }

    fn judge_password(&self, source: &Source, account: &Account, password: &Secret) -> Finding {
        match account.refusals.of(password) {
            None => Finding::Fine(format!("comes from {}", place(source))),
            Some(error) => Finding::Wrong(
                refused("this password", error)
                    .hint(format!(
                        "put the right one where this one comes from: {}",
                        place(source)
                    ))
                    .hint(Hint::login(&self.app.name).after("to send it all the same: ")),
            ),
        }
    }

    /// The passcode: its source there, its seed one that codes can be computed from.
    pub(super) fn passcode(&mut self, org: &Org, account: &Account) {
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
                    Some(error) => error,
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
                let seed = self.fetch(org, source, &what)?;
                check(&seed)?;
                let totp = Totp::parse(&seed, &what)?;
                drop(totp.code(totp.step(clock::now())));
                Ok(format!(
                    "a code can be computed, with the seed from {}",
                    place(source)
                ))
            }
            Some(Passcode::Code(source @ Source::Command(_))) => {
                check(&mark(source, &Secret::default()))?;
                Ok(format!(
                    "comes from {}, which is run only when Okta wants one: each may be good once",
                    place(source)
                ))
            }
            Some(Passcode::Code(source)) => {
                let code = self.fetch(org, source, &format!("the passcode of org {}", org.name))?;
                check(&mark(source, &code))?;
                Ok(format!("comes from {}", place(source)))
            }
        }
    }

    fn fetch(&self, org: &Org, source: &Source, what: &str) -> Result<Secret> {
        let fetch = Fetch {
            org,
            terminal: self.world.terminal,
            limit: self.world.limit(LIMIT),
            stop: &|| false,
        };
        let secret = fetch.secret(source, what)?;
        hide(&secret);
        Ok(secret)
    }
}

/// Where a secret comes from, without the arguments of a command.
fn place(source: &Source) -> String {
    match source {
        Source::Command(words) => format!(
            "the command {}",
            foreign(words.first().map_or("", String::as_str))
        ),
        Source::Env(name) => format!("the variable {}", foreign(name)),
        Source::File(path) => format!("the file {}", foreign(&path.to_string_lossy())),
        Source::Keyring(item) => format!("the {}", item.words()),
        Source::Prompt => "the person at the terminal".to_owned(),
    }
}

/// What Okta said of `what`, with that it is not sent again.
fn refused(what: &str, error: &Error) -> Error {
    let mut error = error.clone();
    error.causes.insert(0, error.message);
    error.message = format!("Okta has refused {what} before, and it is not sent again");
    error
}

#[cfg(test)]
mod tests {
    use super::{place, refused};
    use crate::app::Source;
    use crate::error::Error;

    #[test]
    fn a_place_is_named_without_the_arguments_of_a_command() {
        let words = ["op", "--session", "s3cret"].map(str::to_owned);
        assert_eq!(place(&Source::Command(words.into())), "the command op");
        assert_eq!(place(&Source::Env("X".into())), "the variable X");
        assert_eq!(place(&Source::File("a/b".into())), "the file a/b");
    }

    #[test]
    fn a_refusal_keeps_the_words_of_okta() {
        let error = refused(
            "this password",
            &Error::refused("E0000004").caused_by("oae1"),
        );
        assert_eq!(error.causes, ["E0000004", "oae1"]);
        assert_eq!(error.kind.exit_code(), 5);
    }
}

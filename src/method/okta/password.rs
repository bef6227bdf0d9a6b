//! The password: from the configuration, the keyring or the person.

use super::memory::{Memory, Password};
use crate::app::Source;
use crate::error::{Error, Hint, Kind, Result, hide};
use crate::keyring::{self, Item};
use crate::method::host::interrupted;
use crate::secret::Secret;
use crate::secret_source::{self, Fetch};
use crate::sign_in::flow::{FailureScope, Stop};
use crate::terminal::{Echo, Line};

/// The words for a typed password that is not sent once more.
const REFUSED_BEFORE: &str = "Okta has refused that one before; type another, or Ctrl-D";

impl From<Secret> for Password {
    fn from(secret: Secret) -> Self {
        Self {
            secret,
            is_typed: false,
            place: None,
        }
    }
}

impl Memory<'_> {
    /// Returns the password, if it may be sent.
    pub(super) fn fetch_password(&self) -> Result<Password, Stop> {
        self.check_pauses()?;
        let password = self.find_password();
        // A signal at the question is meant for the whole sign-in.
        if self.host.call.attended && self.host.dialogue()?.is_interrupted() {
            return Err(interrupted());
        }
        let password = password.map_err(|error| Stop {
            error,
            scope: FailureScope::Caller,
        })?;
        self.check_proven(&password.secret)?;
        match self.check_refusals(&password.secret) {
            Err(stop) if password.is_typed && stop.scope == FailureScope::Password => {
                self.host.tell(REFUSED_BEFORE);
                self.retype(password.place)?.ok_or(stop)
            }
            checked => checked.map(|()| password),
        }
    }

    fn find_password(&self) -> Result<Password> {
        let what = self.what();
        match &self.org.password {
            Source::Prompt => Ok(Password {
                is_typed: true,
                ..self.typed(&what)?.into()
            }),
            Source::Keyring(item) if item.is_own() => self.kept_or_typed(item, &what),
            source => self.fetch_from(source, &what).map(Password::from),
        }
    }

    fn what(&self) -> String {
        let (account, host) = (&self.org.account, self.org.site.authority());
        format!("the password of {account} at {host}")
    }

    fn fetch_from(&self, source: &Source, what: &str) -> Result<Secret> {
        let fetch = Fetch {
            org: self.org,
            terminal: self.host.terminal(),
            limit: self.host.left(),
            stop: &|| false,
        };
        fetch.secret(source, what)
    }

    /// Asks the person for another password than those that were refused. `None` if the person leaves it at that.
    /// `place` is the keyring's item for it.
    pub(super) fn retype(&self, place: Option<Item>) -> Result<Option<Password>, Stop> {
        let what = self.what();
        let refusals = &self.record().refusals;
        let is_refused = |typed: &Secret| !self.host.call.insist && refusals.of(typed).is_some();
        loop {
            let question = format!("another password of {}: ", self.org.account);
            let typed = match self.line(&question)? {
                Line::Interrupted => return Err(interrupted()),
                Line::Typed(typed) if !typed.expose().is_empty() => typed,
                Line::Typed(_) | Line::GaveUp | Line::Over => return Ok(None),
            };
            hide(&typed);
            if self.typed.contains(&typed) || is_refused(&typed) {
                self.host.tell(REFUSED_BEFORE);
                continue;
            }
            secret_source::check_line(&typed, &Source::Prompt, &what)?;
            return Ok(Some(Password {
                secret: typed,
                is_typed: true,
                place,
            }));
        }
    }

    /// Asks one question in the dialogue that the rest of the sign-in is told in. The processes that wait learn for whom they
    /// do: a person may take minutes.
    fn line(&self, question: &str) -> Result<Line> {
        let limit = self.host.left();
        let dialogue = self.host.dialogue()?;
        self.tell_waiting(&format!("asks for {}", self.what()));
        let line = dialogue.ask(question, Echo::Unseen, limit);
        self.tell_waiting("");
        line
    }

    fn tell_waiting(&self, words: &str) {
        if let Some(held) = &self.held {
            held.tell(words);
        }
        (self.host.call.tell)(words);
    }

    /// Returns the password that a person types.
    fn typed(&self, what: &str) -> Result<Secret> {
        if !self.host.call.attended {
            let nobody = self.fetch_from(&Source::Prompt, what);
            return nobody.map_err(|error| match error.kind {
                Kind::Person => error.hint(self.login()).hint(Hint::settings(
                    "or set",
                    self.org.table(),
                    &["password"],
                )),
                _ => error,
            });
        }
        match self.line(&format!("{what}: "))? {
            Line::Typed(typed) if typed.expose().is_empty() => {
                Err(Error::usage(format!("{what} is empty")))
            }
            Line::Typed(typed) => {
                secret_source::check_line(&typed, &Source::Prompt, what)?;
                Ok(typed)
            }
            Line::GaveUp | Line::Over | Line::Interrupted => {
                Err(Error::person("the question was not answered"))
            }
        }
    }

    /// Returns the keyring's password. Asks the person for a missing one and, if the person insists, for another one
    /// than Okta has refused.
    fn kept_or_typed(&self, item: &Item, what: &str) -> Result<Password> {
        let call = self.host.call;
        let wait = secret_source::patience(self.host.terminal(), self.host.left(), &|| false);
        let kept = secret_source::in_keyring(item, what, &wait)?;
        let asks_anew = call.attended && call.insist;
        let refusals = &self.record().refusals;
        if let Some(kept) = &kept {
            secret_source::check_line(kept, &self.org.password, what)?;
        }
        match kept.filter(|kept| !asks_anew || refusals.of(kept).is_none()) {
            Some(kept) => Ok(kept.into()),
            None if call.attended => Ok(Password {
                secret: self.typed(what)?,
                is_typed: true,
                place: Some(item.clone()),
            }),
            None => {
                let error = secret_source::not_in_keyring(item, what);
                Err(error.hint(self.login().after("or, at a terminal: ")))
            }
        }
    }

    /// Keeps a typed password in the keyring. The sign-in succeeds even if the keyring cannot take it.
    pub(super) fn keep_password(&self, password: &Password) {
        let Some(place) = &password.place else { return };
        let terminal = self.host.terminal();
        let wait = secret_source::patience(terminal, self.host.left(), &|| false);
        match keyring::write(place, Some(&password.secret), &wait) {
            Ok(()) => terminal.notice("the password is kept in the keyring"),
            Err(error) => terminal.notice(&format!(
                "warning: the password is not kept in the keyring: {}",
                error.message
            )),
        }
    }
}

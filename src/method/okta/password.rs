//! The password: from the configuration, the keyring or the person.

use super::memory::{Memory, Password};
use crate::app::Source;
use crate::error::{Hint, Kind, Result};
use crate::keyring::{self, Item};
use crate::secret::Secret;
use crate::secret_source::{self, Fetch};
use crate::sign_in::flow::{FailureScope, Stop};

impl From<Secret> for Password {
    fn from(secret: Secret) -> Self {
        Self {
            secret,
            place: None,
        }
    }
}

impl Memory<'_> {
    /// Returns the password, if it may be sent.
    pub(super) fn fetch_password(&self) -> Result<Password, Stop> {
        self.check_pauses()?;
        let password = self.find_password().map_err(|error| Stop {
            error,
            scope: FailureScope::Caller,
        })?;
        self.check_refusals(&password.secret)?;
        self.check_proven(&password.secret)?;
        Ok(password)
    }

    fn find_password(&self) -> Result<Password> {
        let what = format!(
            "the password of {} at {}",
            self.org.account,
            self.org.site.authority()
        );
        match &self.org.password {
            Source::Prompt => self.typed(&what).map(Password::from),
            Source::Keyring(item) if item.is_own() => self.kept_or_typed(item, &what),
            source => self.fetch_from(source, &what).map(Password::from),
        }
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

    /// Returns the password that a person types.
    fn typed(&self, what: &str) -> Result<Secret> {
        let typed = self.fetch_from(&Source::Prompt, what);
        typed.map_err(|error| match error.kind {
            Kind::Person if !self.host.call.attended => error
                .hint(self.login())
                .hint(Hint::settings("or set", self.org.table(), &["password"])),
            _ => error,
        })
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

//! The answer to a `get`: a session, its app, and its end. A pure value.

use std::borrow::Cow;

use time::Duration;

use crate::app::{App, is_same_account};
use crate::clock::Moment;
use crate::session::Session;

/// The answer to a `get`.
#[derive(Debug)]
pub(crate) struct ServedSession<'a> {
    pub(crate) app: ServedApp<'a>,
    pub(crate) session: Session,
    /// The end of the session, as far as is known.
    pub(crate) end: Moment,
}

/// The part of an app that answers say: plain words, so that a hit need not read the configuration for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServedApp<'a> {
    /// The person's name for it.
    pub(crate) name: &'a str,
    /// Its URL, without a final slash.
    pub(crate) url: Cow<'a, str>,
    /// Its host without the port; IPv6 in brackets.
    pub(crate) host: &'a str,
    pub(crate) account: &'a str,
    /// The method's name in the configuration.
    pub(crate) method: &'a str,
}

impl<'a> ServedSession<'a> {
    /// Makes an answer of `session`, which lasts for `life` at most, if that is known.
    pub(crate) fn new(app: &'a App, session: Session, life: Option<Duration>) -> Self {
        Self {
            app: ServedApp::of(app),
            end: session.end(life),
            session,
        }
    }
}

impl<'a> ServedApp<'a> {
    /// Takes from `app` what answers say of it.
    pub(crate) fn of(app: &'a App) -> Self {
        Self {
            name: &app.name,
            url: app.site.url().into(),
            host: app.site.host(),
            account: app.account(),
            method: app.method_name(),
        }
    }

    /// Returns whether the configuration names the account that signs in.
    pub(crate) fn signs_in_at_org(&self) -> bool {
        self.method == "okta"
    }

    /// Returns whether its cookies are for https only.
    pub(crate) fn is_https(&self) -> bool {
        self.url.starts_with("https:")
    }

    /// Returns whether its account is called `name`.
    pub(crate) fn is_of_account(&self, name: &str) -> bool {
        is_same_account(name, self.account)
    }
}

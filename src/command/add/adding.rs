//! A new app: collects the values that only the user knows, and makes its tables.

use std::rc::Rc;

use super::look::{Found, Way};
use super::request::{self, AddRequest};
use super::{free, name, talk};
use crate::app::{Content, Org, SignIn, Source, own_item};
use crate::cli::Add;
use crate::environment::Variables;
use crate::error::{Error, Result};
use crate::settings::{Addition, NewApp, NewOrg, NewSignIn, Settings};
use crate::terminal::Terminal;

/// An app that will be added: the request, the findings, and the terminal for the remaining questions.
pub(super) struct Adding<'a> {
    pub(super) arguments: &'a Add,
    pub(super) terminal: Terminal,
    pub(super) is_attended: bool,
    pub(super) settings: &'a Settings,
    pub(super) variables: &'a Variables,
    pub(super) wanted: AddRequest,
    pub(super) found: Found,
    /// The app's org, if it is already configured.
    pub(super) org: Option<Rc<Org>>,
}

impl Adding<'_> {
    /// Fails if a person has to answer, and nobody is at the terminal.
    pub(super) fn check_attended(&self) -> Result<()> {
        let lacks_consent = !self.arguments.yes && !self.arguments.dry_run;
        let lacks_username = self.has_new_org() && self.wanted.username.is_none();
        let host = self.found.request.provider.authority();
        let needed = match (self.is_known(), lacks_consent) {
            _ if self.is_attended => return Ok(()),
            (true, true) => "a person has to confirm the additions".to_owned(),
            (false, true) => format!(
                "a person has to confirm that {host} is the right {}",
                match self.found.way {
                    Way::Password { .. } => "Okta org",
                    Way::Browser => "identity provider",
                }
            ),
            _ if lacks_username => format!("a person has to say who signs in at {host}"),
            _ => return Ok(()),
        };
        let username = lacks_username.then_some("--username USER");
        let how = match self.arguments.dry_run {
            true => "--dry-run",
            false => "--yes",
        };
        let more: Vec<_> = username.into_iter().chain([how]).collect();
        Err(
            Error::person(format!("{needed}, but there is nobody to ask"))
                .hint(format!("if it is right: {}", self.wanted.again(&more))),
        )
    }

    /// Makes the tables to write. Asks the user for the missing values.
    pub(super) fn addition(&self) -> Result<Addition> {
        if !self.is_known() {
            self.confirm()?;
        }
        let org_name = match (&self.org, &self.found.way) {
            (_, Way::Browser) => None,
            (Some(org), _) => Some(org.name.clone()),
            (None, _) => Some(self.org_name()),
        };
        let app = NewApp {
            name: self.name(org_name.as_deref())?,
            url: self.wanted.shown_url(),
            sign_in: match org_name.clone() {
                Some(org) => NewSignIn::Okta { org },
                None => NewSignIn::Browser {
                    idp: self.found.request.provider.url(),
                },
            },
            start: self.start(),
            cookie: self.wanted.cookie.clone(),
            session: self.wanted.session.clone(),
        };
        let new_org = org_name.filter(|_| self.has_new_org());
        let org = new_org.map(|name| self.new_org(name)).transpose()?;
        Ok(Addition { org, app })
    }

    pub(super) fn is_in_browser(&self) -> bool {
        matches!(self.found.way, Way::Browser)
    }

    /// Reports whether the org has to be added too.
    pub(super) fn has_new_org(&self) -> bool {
        !self.is_in_browser() && self.org.is_none()
    }

    /// Reports whether the configuration already names the identity provider.
    fn is_known(&self) -> bool {
        let provider = &self.found.request.provider;
        let is_org = self.settings.orgs.iter().any(|org| org.site == *provider);
        match self.found.way {
            Way::Password { .. } => self.org.is_some(),
            Way::Browser => is_org || self.app_at_provider().is_some(),
        }
    }

    /// Returns the name of an app that already signs in at the provider, in a browser.
    pub(super) fn app_at_provider(&self) -> Option<&str> {
        let provider = &self.found.request.provider;
        let is_there = |content: &Content| matches!(content, Content::Session(SignIn::Browser { provider: Some(own) }) if own == provider);
        let mut apps = self.settings.apps.iter();
        let app = apps.find(|app| is_there(&app.content))?;
        Some(&app.name)
    }

    /// Asks the user to confirm the provider's host, unless the options do.
    fn confirm(&self) -> Result<()> {
        if self.arguments.yes || self.arguments.dry_run {
            return Ok(());
        }
        let host = self.found.request.provider.authority();
        let question = match self.found.way {
            Way::Password { .. } => {
                format!("Is {host} your Okta org? Your password will be sent there.")
            }
            Way::Browser => {
                format!("Is {host} where you sign in to this app? A browser will be opened there.")
            }
        };
        talk::confirm(self.terminal, &host, &question)
    }

    fn new_org(&self, name: String) -> Result<NewOrg> {
        let site = &self.found.request.provider;
        let username = match &self.wanted.username {
            Some(username) => username.clone(),
            None => talk::username(self.terminal, site)?,
        };
        let own = own_item(site, &username, "password");
        let password = match self.wanted.password.clone() {
            Some(source) => source,
            None if self.wanted.in_keyring => Source::Keyring(own),
            None if self.may_ask() => talk::password(self.terminal, own)?,
            None => Source::Prompt,
        };
        Ok(NewOrg {
            name,
            url: site.url(),
            username,
            password,
        })
    }

    /// Reports whether the user is asked for values that have a default.
    pub(super) fn may_ask(&self) -> bool {
        self.is_attended && !self.arguments.yes
    }

    fn org_name(&self) -> String {
        let taken = |name: &str| self.has_name(name);
        let host = self.found.request.provider.host();
        let own = || name::of_org(host, taken);
        self.wanted.org.clone().unwrap_or_else(own)
    }

    /// Returns the app's name. A default name is never the name of an org, because `login` and `logout` accept both.
    fn name(&self, org: Option<&str>) -> Result<String> {
        if let Some(name) = &self.wanted.name {
            return Ok(name.clone());
        }
        let taken = |name: &str| Some(name) == org || self.has_name(name);
        let default = name::of_app(self.wanted.site.host(), taken);
        match self.may_ask() {
            true => talk::name(self.terminal, &default, |name| free(self.settings, name)),
            false => Ok(default),
        }
    }

    fn has_name(&self, name: &str) -> bool {
        let mut apps = self.settings.apps.iter();
        apps.any(|app| app.name == name) || self.settings.org(name).is_some()
    }

    /// Returns the protected page, if it is not the app's own URL.
    fn start(&self) -> Option<String> {
        let page = &self.found.page;
        (*page != self.wanted.url).then(|| request::path(page))
    }
}

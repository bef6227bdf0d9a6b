//! Describes a new app to the user, and collects the values that only the user knows.

use std::rc::Rc;

use super::look::Found;
use super::request::{self, AddRequest};
use super::{free, name, talk};
use crate::app::{DEFAULT_COOKIE, Org, Source, own_item};
use crate::cli::Add;
use crate::error::{Error, Result, foreign, shown};
use crate::settings::{Addition, ConfigFile, NewApp, NewOrg, Settings};
use crate::sign_in::okta::FirstStep;
use crate::terminal::Terminal;

/// An app that will be added: the request, the findings, and the terminal for the remaining questions.
pub(super) struct Adding<'a> {
    pub(super) arguments: &'a Add,
    pub(super) terminal: Terminal,
    pub(super) is_attended: bool,
    pub(super) settings: &'a Settings,
    pub(super) wanted: AddRequest,
    pub(super) found: Found,
    /// The app's org, if it is already configured.
    pub(super) org: Option<Rc<Org>>,
}

impl Adding<'_> {
    /// Fails if a person has to answer, and nobody is at the terminal.
    pub(super) fn check_attended(&self) -> Result<()> {
        let lacks_consent = !self.arguments.yes && !self.arguments.dry_run;
        let lacks_username = self.org.is_none() && self.wanted.username.is_none();
        let host = self.found.request.org.authority();
        let needed = match (&self.org, lacks_consent) {
            _ if self.is_attended => return Ok(()),
            (Some(_), true) => "a person has to confirm the additions".to_owned(),
            (None, true) => format!("a person has to confirm that {host} is the right Okta org"),
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

    /// Describes the findings and the additions, one line each.
    pub(super) fn findings(&self, file: &ConfigFile) -> Vec<String> {
        let Found {
            page,
            request,
            engine,
            first_step,
        } = &self.found;
        let (url, host) = (self.wanted.shown_url(), request.org.host());
        let org = match &self.org {
            Some(org) => format!("already configured as {}, for {}", org.name, org.account),
            None => "not configured yet".to_owned(),
        };
        let cookie = match &self.wanted.cookie {
            Some(name) => name.clone(),
            None => format!("{DEFAULT_COOKIE} (the default; for another one: --cookie NAME)"),
        };
        let what = match (&self.org, file.is_new()) {
            (_, true) => "an org and an app, into the new file",
            (None, _) => "an org and an app, at the end of",
            (Some(_), _) => "an app, at the end of",
        };
        let mut lines = vec![
            format!("app       {url}"),
            format!("ALB       yes, it protects {}", shown(page)),
            format!("org       {} ({}), {org}", request.org.url(), engine.name()),
            format!("client    {}", foreign(&request.client_id)),
            format!("callback  {}", shown(&request.callback)),
            format!("cookie    {cookie}"),
            format!("writes    {what} {}", file.name()),
        ];
        match first_step {
            Some(FirstStep::Answerable(words)) => lines.insert(3, format!("sign-in   {words}")),
            Some(FirstStep::Browser(words)) => {
                lines.insert(
                    3,
                    format!("sign-in   cannot be done here without a browser: {words}"),
                );
            }
            None => {}
        }
        if host.split('.').any(|label| label.starts_with("xn--")) {
            lines.insert(
                3,
                "          this name has letters beyond a to z, which may look like other letters"
                    .into(),
            );
        }
        lines
    }

    /// Makes the tables to write. Asks the user for the missing values.
    pub(super) fn addition(&self) -> Result<Addition> {
        if self.org.is_none() {
            self.confirm()?;
        }
        let org_name = match &self.org {
            Some(org) => org.name.clone(),
            None => self.org_name(),
        };
        let app = NewApp {
            name: self.name(&org_name)?,
            url: self.wanted.shown_url(),
            org: org_name.clone(),
            start: self.start(),
            cookie: self.wanted.cookie.clone(),
            session: self.wanted.session.clone(),
        };
        let org = match &self.org {
            Some(_) => None,
            None => Some(self.new_org(org_name)?),
        };
        Ok(Addition { org, app })
    }

    /// Asks the user to confirm the org's host, unless the options do.
    fn confirm(&self) -> Result<()> {
        match self.arguments.yes || self.arguments.dry_run {
            true => Ok(()),
            false => talk::confirm(self.terminal, &self.found.request.org),
        }
    }

    fn new_org(&self, name: String) -> Result<NewOrg> {
        let site = &self.found.request.org;
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
    fn may_ask(&self) -> bool {
        self.is_attended && !self.arguments.yes
    }

    fn org_name(&self) -> String {
        let taken = |name: &str| self.has_name(name);
        let host = self.found.request.org.host();
        let own = || name::of_org(host, taken);
        self.wanted.org.clone().unwrap_or_else(own)
    }

    /// Returns the app's name. A default name is never the name of an org, because `login` and `logout` accept both.
    fn name(&self, org: &str) -> Result<String> {
        if let Some(name) = &self.wanted.name {
            return Ok(name.clone());
        }
        let taken = |name: &str| name == org || self.has_name(name);
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

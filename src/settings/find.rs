//! Finds the app that a target means.

use url::Url;

use super::suggest::{list, near_miss, quoted};
use super::{Settings, from_environment};
use crate::app::{App, Target};
use crate::environment::{self, Variables};
use crate::error::{Error, Hint, Kind, Result, Untrusted, shown};
use crate::paths;
use crate::site::Site;

impl Settings {
    /// The app that `target` means. Without a name it is `ALB_CREDENTIAL_APP`, else the default, else the only app.
    pub(crate) fn find(&self, target: &Target, variables: &Variables) -> Result<&App> {
        match target {
            Target::Name(name) => self.by_name(name, variables),
            Target::Url(url) => self.by_url(url, variables),
            Target::Unnamed => match &variables.app {
                Some(text) => (Target::parse(text))
                    .and_then(|target| self.find(&target, variables))
                    .map_err(|error| error.while_doing(environment::APP.name)),
                None => self.by_default(variables),
            },
        }
    }

    /// Returns whether an app is at the host and port of `url`.
    pub(crate) fn has_app_at(&self, url: &Url) -> bool {
        self.apps.iter().any(|app| app.site.same_origin(url))
    }

    /// Fails if no app is configured, and says how to begin.
    pub(crate) fn check_begun(&self, variables: &Variables) -> Result<()> {
        match self.apps.is_empty() {
            true => Err(beginning(Error::usage("no app is configured"), variables)),
            false => Ok(()),
        }
    }

    fn by_name(&self, name: &str, variables: &Variables) -> Result<&App> {
        if let Some(app) = self.apps.iter().find(|app| app.name == name) {
            return Ok(app);
        }
        let error = Error::new(
            Kind::NoSuchApp,
            format!("no app is called {}", quoted(name)),
        );
        if self.apps.is_empty() {
            return Err(beginning(error, variables));
        }
        // A near miss is a guess, so the whole list follows.
        let error = match near_miss(name, self.names()) {
            Some(hint) => error.hint(hint),
            None => error,
        };
        Err(error.hint(format!("apps: {}", list(self.names()))))
    }

    /// The app at the origin of `url` with the longest path prefix that covers it. Of two apps with one URL (and different
    /// cookies) it is the first in the file; the other one is found by name.
    fn by_url(&self, url: &Url, variables: &Variables) -> Result<&App> {
        // Most apps have another host, and comparing hosts is cheaper than comparing origins.
        let here = |app: &&App| url.host_str() == Some(app.site.host()) && app.site.covers(url);
        let covering = self.apps.iter().filter(here);
        covering
            .reduce(|best, app| {
                let is_longer = app.site.prefix().len() > best.site.prefix().len();
                if is_longer { app } else { best }
            })
            .ok_or_else(|| self.no_app_at(url, variables))
    }

    /// Adds to the `error` of a name that no app has the orgs, for a command that takes these too.
    pub(crate) fn with_orgs(&self, error: Error, name: &str) -> Error {
        let names = self.orgs.iter().map(|org| org.name.as_str());
        if error.kind != Kind::NoSuchApp || self.orgs.is_empty() || name.contains("://") {
            return error;
        }
        let error = match near_miss(name, names.clone()) {
            Some(hint) => error.hint(hint),
            None => error,
        };
        error.hint(format!("orgs: {}", list(names)))
    }

    /// The first app of the only org, or of the only identity provider, where several apps are configured and none is
    /// named: its sign-in serves the others.
    pub(crate) fn first_of_only_provider(&self, variables: &Variables) -> Option<&App> {
        let is_named = self.default.is_some() || variables.app.is_some();
        let mut apps = self.apps.iter().filter(|app| app.signs_in());
        let first = apps.next().filter(|_| !is_named)?;
        let provider = first.provider()?;
        let is_only = apps.all(|app| app.provider() == Some(provider))
            && self.orgs.len() < 2
            && self.orgs.iter().all(|org| org.site == *provider);
        is_only.then_some(first)
    }

    fn by_default(&self, variables: &Variables) -> Result<&App> {
        match (&self.default, self.apps.as_slice()) {
            (Some(name), _) => self.by_name(name, variables),
            (None, [app]) => Ok(app),
            (None, []) => Err(beginning(Error::usage("no app is configured"), variables)),
            (None, _) => Err(Error::usage("there are several apps and none is named")
                .hint(format!("name one of them: {}", list(self.names())))
                .hint(format!("or set default or {}", environment::APP.name))),
        }
    }

    fn no_app_at(&self, url: &Url, variables: &Variables) -> Error {
        let error = Error::new(Kind::NoSuchApp, format!("no app is at {}", shown(url)));
        if self.apps.is_empty() {
            return beginning(error, variables);
        }
        let error = match (variables.org_url.is_some(), Site::parse(&shown(url))) {
            (_, Err(_)) => error,
            (true, Ok(_)) => error.hint(format!("check {}", environment::APP_URL.name)),
            (false, Ok(site)) => error.hint(Hint::run(&["credential", "add", &site.url()])),
        };
        error.hint(format!("apps: {}", list(self.names())))
    }

    fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.apps.iter().map(|app| app.name.as_str())
    }
}

/// Adds to `error` how to configure a first app.
fn beginning(error: Error, variables: &Variables) -> Error {
    let error = match from_environment::incomplete(variables) {
        Some(incomplete) => error.caused_by(incomplete.message),
        None => error,
    };
    let error = match paths::config_file(variables) {
        Some(file) => error
            .hint(Hint::run(&["credential", "add", "URL"]))
            .hint(format!(
                "or write [org.NAME] with url and username, and [app.NAME] with url, into {}",
                Untrusted::path(&file)
            )),
        None => error,
    };
    error.hint(format!(
        "or set {}, {}, {} and {}",
        environment::ORG_URL.name,
        environment::USERNAME.name,
        environment::PASSWORD.name,
        environment::APP_URL.name
    ))
}

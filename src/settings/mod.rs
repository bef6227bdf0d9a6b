//! The configuration: orgs and apps, from a file or from variables alone.
//!
//! Where `ALB_CREDENTIAL_ORG_URL` is set, the variables are the whole configuration and no file is read; otherwise
//! the file is. `validate` has the rules for values of both. `reader` walks the file table by table, so that each error has
//! its line and column.

mod addition;
mod app;
mod browser;
mod document;
mod edit;
mod factor;
pub(crate) mod file;
mod find;
mod from_environment;
mod org;
mod reader;
mod server;
mod source;
mod storage;
mod suggest;
pub(crate) mod validate;

use std::rc::Rc;

use crate::app::{App, Org, Source, Storage};
use crate::environment::Variables;
use crate::error::Result;
use crate::file_stamp::FileStamp;
use crate::paths;

pub(crate) use addition::{Addition, NewApp, NewOrg, NewSignIn};
pub(crate) use browser::BrowserSettings;
pub(crate) use edit::{ConfigFile, ConfigText};

/// Every table of the file, with its keys. The help has their meanings.
#[cfg(test)]
pub(crate) const TABLES: [(&str, &[&str]); 4] = [
    ("at the top", &file::KEYS),
    ("[org.NAME]", &org::KEYS),
    ("[app.NAME]", &app::KEYS),
    ("[browser]", &browser::KEYS),
];

/// The whole configuration.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// The app of a `credential get` without a name.
    pub(crate) default: Option<String>,
    /// The store of every record that is of no org, and of each org that names none.
    pub(crate) storage: Storage,
    pub(crate) browser: BrowserSettings,
    /// In the order of the file.
    pub(crate) orgs: Vec<Rc<Org>>,
    /// In the order of the file.
    pub(crate) apps: Vec<App>,
    /// The state of the file, if every later change of it can be seen.
    pub(crate) stamp: Option<FileStamp>,
}

impl Settings {
    /// Reads the variables or the file. Without either the settings are empty, which is an error only when an app is asked
    /// for.
    pub(crate) fn load(variables: &Variables) -> Result<Self> {
        from_environment::check_store(variables)?;
        if variables.org_url.is_some() {
            return from_environment::settings(variables);
        }
        match paths::config_file(variables) {
            Some(path) => file::load(&path, variables.config.is_some()),
            None => Ok(Self::default()),
        }
    }

    /// The org that is called `name`.
    pub(crate) fn org(&self, name: &str) -> Option<&Rc<Org>> {
        self.orgs.iter().find(|org| org.name == name)
    }

    /// The names of the variables that secrets are taken from.
    pub(crate) fn secret_variables(&self) -> Vec<&str> {
        let sources = self
            .orgs
            .iter()
            .flat_map(|org| org.sources().chain(org.storage.sources()))
            .chain(self.storage.sources());
        let names = sources.filter_map(|source| match source {
            Source::Env(name) => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    }

    /// The apps that sign in at `org`, in the order of the file.
    pub(crate) fn apps_of(&self, org: &Org) -> impl Iterator<Item = &App> {
        self.apps
            .iter()
            .filter(move |app| app.org().is_some_and(|own| std::ptr::eq(own, org)))
    }
}

#[cfg(test)]
mod tests;

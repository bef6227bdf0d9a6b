//! The configuration file while `credential add` changes it.
//!
//! Its text stays, byte for byte, and the new whole is parsed before it replaces the old one.

use std::io;
use std::path::PathBuf;

use super::{Addition, Settings, file};
use crate::atomic_file::{Owner, replace};
use crate::environment::{self, Variables};
use crate::error::{Error, Kind, Result, Untrusted};
use crate::paths;

/// The hint for a file that cannot be written.
const BY_HAND: &str = "add it by hand: the same command with --dry-run prints it";

/// The configuration file, as it was when it was opened.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    /// `None` where there is no file yet.
    text: Option<String>,
    pub(crate) settings: Settings,
}

impl ConfigFile {
    /// Reads the file, which need not exist. If variables are the whole configuration, that is an error.
    pub(crate) fn open(variables: &Variables) -> Result<Self> {
        if variables.org_url.is_some() {
            let name = environment::ORG_URL.name;
            let error = Error::usage(format!(
                "{name} is set, so variables are the whole configuration and no file is read"
            ));
            return Err(error.hint(format!("unset {name}")));
        }
        let path = paths::config_file(variables).ok_or_else(|| {
            let error = Error::usage("there is no home directory to keep a configuration in");
            error.hint(format!("name a file in {}", environment::CONFIG.name))
        })?;
        let text = file::read(&path)?;
        let settings = match &text {
            Some(text) => file::parse(&path, text)?,
            None => Settings::default(),
        };
        Ok(Self {
            path,
            text,
            settings,
        })
    }

    /// The file's path, for a message.
    pub(crate) fn name(&self) -> String {
        Untrusted::path(&self.path).to_string()
    }

    /// Returns whether there is no file yet.
    pub(crate) fn is_new(&self) -> bool {
        self.text.is_none()
    }

    /// The whole text with `addition`; an error if this program could not read it.
    pub(crate) fn with(&self, addition: &Addition) -> Result<String> {
        let before = self.text.as_deref().unwrap_or_default();
        let text = addition.after(before)?;
        file::parse(&self.path, &text).map_err(|error| {
            let error = error.while_doing(&format!("cannot add {}", addition.labels()));
            error.hint(BY_HAND)
        })?;
        Ok(text)
    }

    /// Replaces the text that was read by `text`, unless another process has changed the file since.
    pub(crate) fn replace(&self, text: &str) -> Result<()> {
        let is_unchanged = || file::read(&self.path).is_ok_and(|text| text == self.text);
        let changed = || {
            let error = format!("{} was changed meanwhile, nothing was written", self.name());
            Error::new(Kind::Other, error).hint("run the same command again")
        };
        if file::read(&self.path)? != self.text {
            return Err(changed());
        }
        replace(&self.path, text.as_bytes(), Owner::AsBefore, &is_unchanged).map_err(|error| {
            if error.kind() == io::ErrorKind::ResourceBusy {
                return changed();
            }
            let failed = Error::new(Kind::Other, format!("cannot write {}", self.name()));
            failed.caused_by(error).hint(BY_HAND)
        })
    }
}

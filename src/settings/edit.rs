//! The configuration file while `credential add` or a person changes it.
//!
//! Its text stays, byte for byte, and the new whole is parsed before it replaces the old one.

use std::io;
use std::path::{Path, PathBuf};

use super::{Addition, Settings, file};
use crate::atomic_file::{Owner, replace};
use crate::environment::{self, Variables};
use crate::error::{Error, Kind, Result, Untrusted};
use crate::paths;

/// The hint for a file that cannot be written.
const BY_HAND: &str = "add it by hand: the same command with --dry-run prints it";

/// The text of the configuration file, as it was when it was opened.
#[derive(Debug)]
pub(crate) struct ConfigText {
    path: PathBuf,
    /// `None` where there is no file yet.
    text: Option<String>,
}

impl ConfigText {
    /// The path of the file, which need not exist.
    pub(crate) fn path(variables: &Variables) -> Result<PathBuf> {
        paths::config_file(variables).ok_or_else(|| {
            let error = Error::usage("there is no home directory to keep a configuration in");
            error.hint(format!("name a file in {}", environment::CONFIG.name))
        })
    }

    /// Reads the file, which need not exist. If variables are the whole configuration, that is an error.
    pub(crate) fn open(variables: &Variables) -> Result<Self> {
        if variables.org_url.is_some() {
            let name = environment::ORG_URL.name;
            let error = Error::usage(format!(
                "{name} is set, so variables are the whole configuration and no file is read"
            ));
            return Err(error.hint(format!("unset {name}")));
        }
        let path = Self::path(variables)?;
        let text = file::read(&path)?;
        Ok(Self { path, text })
    }

    /// The text; empty where there is no file yet.
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The file's path, for a message.
    pub(crate) fn name(&self) -> String {
        Untrusted::path(&self.path).to_string()
    }

    /// The file's directory.
    pub(crate) fn directory(&self) -> Option<&Path> {
        let directory = self.path.parent()?;
        Some(match directory.as_os_str().is_empty() {
            true => Path::new("."),
            false => directory,
        })
    }

    /// Reports whether no other process has changed the file since it was read.
    pub(crate) fn is_as_read(&self) -> bool {
        file::read(&self.path).is_ok_and(|text| text == self.text)
    }

    /// The names of the variables that hold secrets with this `text`; all that it may name if it cannot be parsed.
    pub(crate) fn secret_variables(&self, text: &str) -> Vec<String> {
        match self.parse(text) {
            Ok(settings) => {
                let names = settings.secret_variables().into_iter();
                names.map(str::to_owned).collect()
            }
            Err(_) => named_variables(text),
        }
    }

    /// The settings that the file has with this `text`.
    pub(crate) fn parse(&self, text: &str) -> Result<Settings> {
        file::parse(&self.path, text)
    }

    /// Replaces the text that was read by `text`, unless another process has changed the file since. Where the file cannot
    /// be written, `hint` says what else can be done.
    pub(crate) fn replace(&self, text: &str, hint: &str) -> Result<()> {
        let changed = || {
            let error = format!("{} was changed meanwhile, nothing was written", self.name());
            Error::new(Kind::Other, error).hint("run the same command again")
        };
        if file::read(&self.path)? != self.text {
            return Err(changed());
        }
        replace(&self.path, text.as_bytes(), Owner::AsBefore, &|| {
            self.is_as_read()
        })
        .map_err(|error| {
            if error.kind() == io::ErrorKind::ResourceBusy {
                return changed();
            }
            let failed = Error::new(Kind::Other, format!("cannot write {}", self.name()));
            failed.caused_by(error).hint(hint)
        })
    }
}

/// The names in `env = "NAME"`, wherever they are in a text that cannot be parsed.
fn named_variables(text: &str) -> Vec<String> {
    let named = text.split("env").skip(1).filter_map(|after| {
        let value = after.trim_start_matches(['"', '\'']).trim_start();
        let value = value.strip_prefix('=')?.trim_start();
        let quote = value
            .chars()
            .next()
            .filter(|&first| "\"'".contains(first))?;
        let (name, _) = value[1..].split_once(quote)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        (!name.is_empty() && name.chars().all(is_name)).then(|| name.to_owned())
    });
    named.collect()
}

/// The configuration file, as it was when `add` opened it, and could read it.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    of: ConfigText,
    pub(crate) settings: Settings,
}

impl ConfigFile {
    /// Reads the file, which need not exist. If variables are the whole configuration, that is an error.
    pub(crate) fn open(variables: &Variables) -> Result<Self> {
        let of = ConfigText::open(variables)?;
        let settings = match &of.text {
            Some(text) => of.parse(text)?,
            None => Settings::default(),
        };
        Ok(Self { of, settings })
    }

    /// The file's path, for a message.
    pub(crate) fn name(&self) -> String {
        self.of.name()
    }

    /// Returns whether there is no file yet.
    pub(crate) fn is_new(&self) -> bool {
        self.of.text.is_none()
    }

    /// The whole text with `addition`; an error if this program could not read it.
    pub(crate) fn with(&self, addition: &Addition) -> Result<String> {
        let text = addition.after(self.of.text())?;
        self.of.parse(&text).map_err(|error| {
            let error = error.while_doing(&format!("cannot add {}", addition.labels()));
            error.hint(BY_HAND)
        })?;
        Ok(text)
    }

    /// Replaces the text that was read by `text`, unless another process has changed the file since.
    pub(crate) fn replace(&self, text: &str) -> Result<()> {
        self.of.replace(text, BY_HAND)
    }
}

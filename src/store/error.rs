//! Why a store cannot do what it is asked.

use std::io;
use std::path::Path;

use crate::error::{Error, Kind, foreign, typed};

/// Why the store could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    all(not(unix), not(test)),
    expect(dead_code, reason = "who may read a file is judged by its mode")
)]
pub(crate) enum StoreError {
    /// Others could read or write here. A person has to mend it; nothing goes on.
    Insecure {
        /// What is wrong, with the path.
        what: String,
        /// The command or the setting that mends it.
        mend: String,
    },
    /// The store cannot be used (no home, read-only, full, no locks). Work goes on without it.
    Unavailable(String),
    /// Another process has held the claim for too long.
    Busy(Error),
    /// The claim has gone to another process. The record that it covered is not written: the new holder writes.
    Lost,
}

impl StoreError {
    /// The store cannot be used because of `error` at `path`.
    pub(crate) fn at(path: &Path, error: &io::Error) -> Self {
        Self::unavailable(path, error)
    }

    /// The store cannot be used because of what is wrong at `path`, in words.
    pub(crate) fn unavailable(path: &Path, why: impl std::fmt::Display) -> Self {
        Self::Unavailable(format!("{}: {why}", shown(path)))
    }

    /// Something at `path` lets others in; the command `mend` of it mends that.
    #[cfg_attr(
        not(unix),
        expect(dead_code, reason = "who may read a file is judged by its mode")
    )]
    pub(crate) fn insecure(path: &Path, what: &str, mend: &str) -> Self {
        Self::Insecure {
            what: format!("{} {what}", shown(path)),
            mend: format!("{mend} {}", shown_typed(path)),
        }
    }

    /// The reason, as it ends a line.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Insecure { what, .. } => what.clone(),
            Self::Unavailable(why) => why.clone(),
            Self::Busy(error) => error.message.clone(),
            Self::Lost => "another process has taken over the claim".into(),
        }
    }

    /// As an error, where the work cannot go on without the store.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Insecure { what, mend } => {
                Error::usage(format!("the cache is refused: {what}")).hint(mend)
            }
            Self::Busy(error) => error,
            Self::Unavailable(why) => Error::new(Kind::Other, why),
            lost @ Self::Lost => Error::network(lost.reason()),
        }
    }
}

/// Why no place can take a record.
#[derive(Debug)]
pub(super) struct Unwritten {
    pub(super) store: StoreError,
    /// What is wrong with the fallback, if it was tried.
    pub(super) fallback: Option<String>,
}

impl Unwritten {
    /// As an error, where the record must not be forgotten.
    pub(super) fn into_error(self) -> Error {
        let (StoreError::Unavailable(store), Some(fallback)) = (&self.store, &self.fallback) else {
            return self.store.into_error();
        };
        Error::person("what must not be forgotten can be written nowhere")
            .caused_by(format!("the cache cannot be written: {store}"))
            .caused_by(format!("nor can its stand-in: {fallback}"))
            .hint("name a directory that can be written in ALB_CREDENTIAL_CACHE")
    }
}

impl std::fmt::Display for Unwritten {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.store.reason())?;
        match &self.fallback {
            Some(fallback) => write!(formatter, "; nor can its stand-in: {fallback}"),
            None => Ok(()),
        }
    }
}

/// A path as a message shows it.
pub(crate) fn shown(path: &Path) -> String {
    foreign(&path.to_string_lossy())
}

/// A path as a command in a hint has it.
pub(crate) fn shown_typed(path: &Path) -> String {
    foreign(&typed(&path.to_string_lossy()))
}

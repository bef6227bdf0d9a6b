//! Records in the system's keyring: one item a record.
//!
//! Only the texts are there, because only they are secret. No keyring has claims: those are the file store's, in the cache
//! directory ([`super::place`] puts the two together). The lock files, which are never deleted, also tell which records there
//! may be. A record that the file store left under the same name is removed before its successor is kept in the keyring, so
//! that no session stays on the disk of somebody who does not want it there; nothing is ever written there instead.

use std::path::PathBuf;
use std::time::Duration;

use super::claims::Claim;
use super::error::StoreError;
use super::file::FileStore;
use super::key::Name;
use super::records::Records;
use crate::keyring::{self, Item, Wait};
use crate::secret::Secret;

/// Records in the keyring.
#[derive(Debug)]
pub(super) struct KeyringRecords {
    /// Where the claims are, and perhaps records of the time before the keyring was used.
    files: FileStore,
    /// How long one call to the keyring may take.
    limit: Duration,
    /// Says that the keyring takes long.
    announce: fn(&str),
}

impl KeyringRecords {
    /// Records in the keyring, under claims that are taken in `files`.
    pub(super) fn new(files: FileStore, limit: Duration, announce: fn(&str)) -> Self {
        Self {
            files,
            limit,
            announce,
        }
    }

    /// The item that keeps the record called `name`. It is called like the file that would: each cache directory has
    /// records of its own, as it has claims of its own, and each version of the format too.
    fn item(&self, name: &Name) -> Result<Item, StoreError> {
        Ok(item_of(self.files.path(name)?))
    }

    fn wait(&self) -> Wait<'_> {
        Wait {
            limit: self.limit,
            stop: &|| false,
            announce: self.announce,
        }
    }
}

impl Records for KeyringRecords {
    fn read(&self, name: &Name) -> Result<Option<Secret>, StoreError> {
        let Ok(item) = self.item(name) else {
            return Ok(None);
        };
        keyring::read(&item, &self.wait()).map_err(|error| unavailable(&error))
    }

    fn read_former(&self, name: &Name) -> Result<Option<Secret>, StoreError> {
        let Ok(path) = self.files.former_path(name) else {
            return Ok(None);
        };
        keyring::read(&item_of(path), &self.wait()).map_err(|error| unavailable(&error))
    }

    fn write(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), StoreError> {
        let item = self.item(claim.name())?;
        self.files.write(claim, None)?;
        keyring::write(&item, text, &self.wait()).map_err(|error| unavailable(&error))
    }

    fn names(&self) -> Result<Vec<Name>, StoreError> {
        let mut names = self.files.names()?;
        names.extend(self.files.claimed()?);
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// The item that is called like the file at `path`.
fn item_of(path: PathBuf) -> Item {
    let path = std::path::absolute(&path).unwrap_or(path);
    let path = path.with_extension("");
    Item::own(path.to_string_lossy().into_owned())
}

/// The work goes on without the keyring, and says why, in the one line that a warning has.
fn unavailable(error: &crate::error::Error) -> StoreError {
    StoreError::Unavailable(error.parts().collect::<Vec<_>>().join("; "))
}

//! The store in the system's keyring: one item a record.
//!
//! Only the texts are there, because only they are secret. The claims are the file store's, in the cache directory:
//! no keyring has anything like them. The lock files, which are never deleted, also tell which records there may be. A
//! record that the file store left under the same name is removed before its successor is kept in the keyring, so that
//! no session stays on the disk of somebody who does not want it there; nothing is ever written there instead.

use std::time::Duration;

use super::{Claim, FileStore, Name, Patience, Store, Trouble};
use crate::keyring::{self, Item, Wait};
use crate::secret::Secret;

/// Records in the keyring.
#[derive(Debug)]
pub(crate) struct KeyringStore {
    /// Where the claims are.
    files: FileStore,
    /// How long one call to the keyring may take.
    limit: Duration,
    /// Told that the keyring lets itself be waited for.
    announce: fn(&str),
}

impl KeyringStore {
    /// A store in the keyring, with its claims where `files` has them.
    pub(crate) fn new(files: FileStore, limit: Duration, announce: fn(&str)) -> Self {
        Self {
            files,
            limit,
            announce,
        }
    }

    /// The item that keeps the record called `name`. It is called like the file that would: each cache directory has
    /// records of its own, as it has claims of its own, and each version of the format too.
    fn item(&self, name: &Name) -> Result<Item, Trouble> {
        let path = self.files.record(name)?;
        let path = std::path::absolute(&path).unwrap_or(path);
        let path = path.with_extension("");
        Ok(Item::own(path.to_string_lossy().into_owned()))
    }

    fn wait(&self) -> Wait<'_> {
        Wait {
            limit: self.limit,
            stop: &|| false,
            announce: self.announce,
        }
    }
}

impl Store for KeyringStore {
    fn read(&self, name: &Name) -> Result<Option<Secret>, Trouble> {
        let Ok(item) = self.item(name) else {
            return Ok(None);
        };
        keyring::read(&item, &self.wait()).map_err(|error| unavailable(&error))
    }

    fn claim(&self, name: &Name, patience: &Patience) -> Result<Claim, Trouble> {
        self.files.claim(name, patience)
    }

    fn write(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), Trouble> {
        let item = self.item(&claim.name)?;
        match text {
            Some(_) => self.files.remove_record(claim)?,
            None => self.files.write(claim, None)?,
        }
        keyring::write(&item, text, &self.wait()).map_err(|error| unavailable(&error))
    }

    fn names(&self) -> Result<Vec<Name>, Trouble> {
        let mut names = self.files.names()?;
        names.extend(self.files.claimed()?);
        names.sort_by(|one, other| one.0.cmp(&other.0));
        names.dedup();
        Ok(names)
    }

    /// What the keyring says has its own.
    fn advice(&self) -> &'static str {
        ""
    }
}

/// The work goes on without the keyring, and says why, in the one line that a warning has.
fn unavailable(error: &crate::error::Error) -> Trouble {
    Trouble::Unavailable(error.parts().collect::<Vec<_>>().join("; "))
}

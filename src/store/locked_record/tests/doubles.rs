//! Stores that fail on purpose.

use crate::secret::Secret;
use crate::store::claims::{Claim, Claims, Lease, WaitPolicy};
use crate::store::error::StoreError;
use crate::store::file::FileStore;
use crate::store::key::Name;
use crate::store::records::Records;

/// Records that read as a file store's, and answer each write with an error.
pub(super) struct Unwritable(pub(super) FileStore, pub(super) StoreError);

impl Records for Unwritable {
    fn read(&self, name: &Name) -> Result<Option<Secret>, StoreError> {
        self.0.read(name)
    }

    fn read_former(&self, name: &Name) -> Result<Option<Secret>, StoreError> {
        self.0.read_former(name)
    }

    fn write(&self, _claim: &Claim, _text: Option<&Secret>) -> Result<(), StoreError> {
        Err(self.1.clone())
    }

    fn names(&self) -> Result<Vec<Name>, StoreError> {
        self.0.names()
    }
}

/// Claims that are lost as soon as they are taken.
pub(super) struct Fleeting;

#[derive(Debug)]
struct Gone;

impl Claims for Fleeting {
    fn claim(&self, name: &Name, _policy: &WaitPolicy) -> Result<Claim, StoreError> {
        Ok(Claim::new(name.clone(), Box::new(Gone)))
    }
}

impl Lease for Gone {
    fn note(&self, _words: &str) {}

    fn extend(&self) -> Result<(), StoreError> {
        Err(StoreError::Lost)
    }
}

//! The claim on a record, in the store or in the fallback.

use crate::store::claims::Claim;
use crate::store::error::{StoreError, Unwritten};

/// The places where a record is claimed.
#[derive(Debug)]
pub(in crate::store) struct Grip {
    /// The claim in the store, or why it cannot be taken.
    pub(in crate::store) store: Result<Claim, StoreError>,
    /// The same of the fallback, where that stands in for the store.
    pub(in crate::store) fallback: Option<Result<Claim, StoreError>>,
}

impl Grip {
    /// The claim, wherever it was taken.
    pub(in crate::store) fn claim(&self) -> Option<&Claim> {
        let fallback = self.fallback.iter().flatten();
        self.store.iter().chain(fallback).next()
    }

    /// Why the store cannot be claimed, and perhaps the fallback neither.
    pub(in crate::store) fn trouble(&self) -> Option<Unwritten> {
        let fallback = self.fallback.as_ref();
        Some(Unwritten {
            store: self.store.as_ref().err()?.clone(),
            fallback: fallback.and_then(|claim| claim.as_ref().err().map(StoreError::reason)),
        })
    }
}

//! Records: small texts by name, and what a text is made of and made into.
//!
//! Where records are kept is one thing, and who may write them another ([`super::claims`]): the keyring keeps records
//! and has no locks, so its claims are the file store's.

use super::claims::Claim;
use super::error::StoreError;
use super::key::{Key, Name};
use crate::secret::Secret;

/// Where records are kept.
pub(crate) trait Records {
    /// The text of the record called `name`; takes no lock and creates nothing.
    fn read(&self, name: &Name) -> Result<Option<Secret>, StoreError>;

    /// Puts `text` in place of the claimed record, whole or not at all; `None` removes it. Nothing is written under a
    /// claim that was lost.
    fn write(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), StoreError>;

    /// The names of all records of this version, finished or not, each once.
    fn names(&self) -> Result<Vec<Name>, StoreError>;
}

/// What a record's text is made of and made into.
pub(crate) trait Record: Default {
    /// Whether a hit answers it as the store has it, without a look into the fallback.
    const IS_ANSWERED: bool = false;

    /// Reads a record; `None` if the text is broken, or is about another key.
    fn parse(text: &str, key: &Key) -> Option<Self>;

    /// The text of the record; `None` when it says nothing and need not be kept.
    fn to_text(&self, key: &Key) -> Option<Secret>;

    /// What it remembers of failures, without a secret.
    fn memory(&self) -> Self;

    /// The record with another one's `memory` in place of its own.
    fn with(self, memory: Self) -> Self;
}

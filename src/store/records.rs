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
    /// An error if the whole store is refused, because others could write to it.
    fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The text of the record called `name`; takes no lock and creates nothing.
    fn read(&self, name: &Name) -> Result<Option<Secret>, StoreError>;

    /// The text that the first version of the format has called `name`. It is read only, and never written.
    fn read_former(&self, name: &Name) -> Result<Option<Secret>, StoreError>;

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

    /// Whether a record of the first version of the format is taken over, once.
    const HAS_FORMER: bool = false;

    /// Reads a record; `None` if the text is broken, or is about another key.
    fn parse(text: &str, key: &Key) -> Option<Self>;

    /// Reads a record of the first version of the format: what an upgrade must not forget of it.
    fn parse_former(_text: &str, _key: &Key) -> Option<Self> {
        None
    }

    /// The text of the record; `None` when it says nothing and need not be kept.
    fn to_text(&self, key: &Key) -> Option<Secret>;

    /// Returns a record with only the memory of failures, without a secret.
    fn memory(&self) -> Self;

    /// The record with another one's `memory` in place of its own.
    fn with(self, memory: Self) -> Self;
}

/// The text of a record that says nothing, where one of the first version of the format is still there: without it that one
/// would be taken over once more.
const TAKEN_OVER: &str = "{}\n";

/// Reads the record of `key`, or takes over that of the first version of the format. A broken or foreign one is as good as
/// none.
pub(super) fn load<R: Record>(records: &dyn Records, key: &Key) -> Result<Option<R>, StoreError> {
    if let Some(text) = records.read(&key.name())? {
        return Ok(R::parse(text.expose(), key));
    }
    if !R::HAS_FORMER {
        return Ok(None);
    }
    let key = key.former();
    let text = records.read_former(&key.name())?;
    Ok(text.and_then(|text| R::parse_former(text.expose(), &key)))
}

/// Replaces the claimed record. With no text it is removed, unless its `former` name has a record of the first version.
pub(super) fn replace(
    records: &dyn Records,
    claim: &Claim,
    former: &Name,
    text: Option<&Secret>,
) -> Result<(), StoreError> {
    match text {
        None if records.read_former(former)?.is_some() => {
            records.write(claim, Some(&Secret::concat(&[TAKEN_OVER])))
        }
        text => records.write(claim, text),
    }
}

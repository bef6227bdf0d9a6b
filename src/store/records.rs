//! Records: small texts by name, and what a text is made of and made into.
//!
//! Where records are kept is one thing, and who may write them another ([`super::claims`]): the keyring keeps records
//! and has no locks, so its claims are the file store's.

use std::time::SystemTime;

use time::Duration;

use super::claims::Claim;
use super::error::StoreError;
use super::key::{Key, Name};
use crate::secret::Secret;

/// A place that keeps records.
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

    /// When the record that was read last was written, or last compared with the one that it is a copy of; `None` where that
    /// is not known.
    fn modified(&self) -> Option<SystemTime> {
        None
    }
}

/// A value that is kept as a record's text.
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

    /// How a fleet of machines keeps it.
    const SHARING: Sharing = Sharing::Never;

    /// The text that a machine of a fleet keeps of it.
    fn machines_text(&self, key: &Key) -> Option<Secret> {
        self.to_text(key)
    }

    /// The text that the fleet's store gets of it, `with_okta` with the Okta session.
    fn fleets_text(&self, _key: &Key, _with_okta: bool) -> FleetText {
        FleetText::Own
    }

    /// Joins a machine's own record with the fleet's.
    fn joined(self, fleet: Self) -> Self {
        fleet
    }

    /// The record as it follows `base`, which was read or written before: what is cleared in it since stays cleared.
    fn following(self, _base: &Self) -> Self {
        self
    }

    /// The record by a clock that is `ahead` of this machine's.
    fn by_clock(self, _ahead: Duration) -> Self {
        self
    }
}

/// How a machine of a fleet keeps a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// It stays on its machine.
    Never,
    /// The store has it, for as long as it can be of use, and each machine has a copy.
    Copied,
    /// The store has it for good, and each machine has the memory of failures.
    Remembered,
}

/// The part of a record that a fleet's store gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FleetText {
    /// Nothing: it is the machine's own.
    Own,
    /// That there is none any more.
    Gone,
    Text(Secret),
}

impl FleetText {
    /// The text of a record that is shared.
    pub(super) fn of(text: Option<Secret>) -> Self {
        text.map_or(Self::Gone, Self::Text)
    }
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

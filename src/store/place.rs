//! The place of a user's records: where they are kept, where they are claimed, and what stands in where that fails.
//!
//! Here alone the kinds of store are told apart. Another kind is another arm: its records, its claims, its fallback.

use std::path::PathBuf;
use std::time::Duration;

use super::claims::{Claims, WaitPolicy};
use super::error::StoreError;
use super::fallback::{Fallback, Found};
use super::file::FileStore;
use super::fleet::{Away, Fleet, FoundState, StoreUser};
use super::key::{Key, Name};
use super::keyring::KeyringRecords;
use super::record::Account;
use super::records::{self, Record, Records, Sharing};
use crate::app::Storage;

/// Records, claims and a fallback.
pub(crate) struct Place {
    pub(super) records: Box<dyn Records>,
    pub(super) claims: Box<dyn Claims>,
    pub(super) fallback: Fallback,
    /// The advice to a person where it cannot be used, as it ends a sentence.
    pub(super) advice: &'static str,
    /// The store that other machines share, where this place has the copies of it.
    pub(super) fleet: Option<Fleet>,
}

/// The result of a look at the fleet's store, besides the record.
pub(super) enum FleetLook {
    Fine,
    /// The record is to be sealed anew.
    OfFormerKey,
    Away(Away),
}

impl Place {
    /// The place that the configuration names, with files in `directory`. One call to a keyring may take as long as `limit`
    /// says; `announce` says that it takes long; `user` is for a store that machines share.
    pub(crate) fn open(
        storage: &Storage,
        directory: Option<PathBuf>,
        limit: impl Fn() -> Duration,
        announce: fn(&str),
        user: StoreUser,
    ) -> Self {
        let files = FileStore::new(directory.clone());
        match storage {
            Storage::File | Storage::Fleet(_) => Self {
                records: Box::new(files.clone()),
                claims: Box::new(files.clone()),
                fallback: Fallback::new(directory, false),
                advice: "; name another directory in ALB_CREDENTIAL_CACHE",
                fleet: (storage.fleet()).map(|fleet| Fleet::new(fleet.clone(), files, user)),
            },
            Storage::Keyring => Self {
                records: Box::new(KeyringRecords::new(files.clone(), limit(), announce)),
                claims: Box::new(files),
                // A user who wants sessions in the keyring wants none in a file instead.
                fallback: Fallback::new(directory, true),
                // The keyring's errors have a hint of their own.
                advice: "",
                fleet: None,
            },
        }
    }

    /// The record of `key` that the store has. A broken or foreign one is as good as none.
    pub(super) fn read<R: Record>(&self, key: &Key) -> Result<R, StoreError> {
        let record = records::load(self.records.as_ref(), key)?;
        Ok(record.unwrap_or_default())
    }

    /// Returns what counts of the record of `key`, of the store's and the fallback's.
    pub(super) fn find<R: Record>(&self, key: &Key) -> Result<Found<R>, StoreError> {
        let own = match self.read(key) {
            Err(StoreError::Unavailable(why)) => Err(why),
            own => Ok(own?),
        };
        Ok(self.fallback.join(key, own))
    }

    /// Returns the machine's `own` record of `key`, joined with the fleet's if that has more than a copy of it.
    pub(super) fn look_at_fleet<R: Record>(&self, key: &Key, own: R) -> (R, FleetLook) {
        let Some(fleet) = &self.fleet else {
            return (own, FleetLook::Fine);
        };
        if R::SHARING != Sharing::Remembered {
            return (own, FleetLook::Fine);
        }
        let found = match fleet.look(key, R::SHARING, 0) {
            Ok(found) => found,
            Err(away) => return (own, FleetLook::Away(away)),
        };
        let FoundState::Text(text) = &found.state else {
            return (own, FleetLook::Fine);
        };
        let look = match found.is_of_former_key() {
            true => FleetLook::OfFormerKey,
            false => FleetLook::Fine,
        };
        let theirs = R::parse(text.expose(), key).unwrap_or_default();
        let theirs = theirs.by_clock(-fleet.clock_offset());
        (own.joined(theirs), look)
    }

    /// Removes every record but those of `keep`, whatever they are about.
    pub(super) fn clear(&self, keep: &[Name], policy: &WaitPolicy) -> Result<(), StoreError> {
        // First what a store that cannot be used leaves no other way to reach.
        if let Ok(files) = self.fallback.files() {
            let names = files.names().unwrap_or_default();
            remove_all(&names, keep, files, files, policy)?;
        }
        let names = self.records.names()?;
        let (records, claims) = (self.records.as_ref(), self.claims.as_ref());
        remove_all(&names, keep, records, claims, policy)
    }
}

fn remove_all(
    names: &[Name],
    keep: &[Name],
    records: &dyn Records,
    claims: &dyn Claims,
    policy: &WaitPolicy,
) -> Result<(), StoreError> {
    // A refused one is no reason to keep the others.
    let mut removed = Ok(());
    for name in names.iter().filter(|name| !keep.contains(name)) {
        removed = removed.and(remove_one(name, records, claims, policy));
    }
    removed
}

fn remove_one(
    name: &Name,
    records: &dyn Records,
    claims: &dyn Claims,
    policy: &WaitPolicy,
) -> Result<(), StoreError> {
    let claim = claims.claim(name, policy)?;
    // The guard of an account that no configuration names stays: another one may name it.
    let guard = records.read(name)?.and_then(|text| {
        let (key, account) = Account::parse_any(text.expose())?;
        account.memory().to_text(&key)
    });
    records::replace(records, &claim, name, guard.as_ref())
}

//! The cache as the rest of the program uses it: records by key, and what happens where the store cannot be used.
//!
//! The answer matters more than the cache: a store that is unavailable (no home, read-only, full, without locks) is one
//! warning, and the work goes on in the fallback, so that it is still done once for everybody; where there is none
//! either, it goes on without. A store that others can write to stops everything.
//!
//! The hot read looks into the store alone. A process that finds no good record there claims it, and sees both.

use std::path::Path;
use std::time::Duration;

use super::claims::WaitPolicy;
use super::error::{StoreError, Unwritten};
use super::key::{Key, Name};
use super::locked_record::{Grip, LockedRecord};
use super::place::Place;
use super::records::Record;
use super::warning::Warning;
use crate::error::Result;

/// A place of records, and the warning that it cannot be used.
pub(crate) struct Cache {
    place: Place,
    warning: Warning,
    /// Says for whom this process waits; without words, that the wait is over.
    announce: Box<dyn Fn(&str)>,
}

impl Cache {
    /// A cache in `place` that tells `notify` what a person has to know, and `announce` for whom it waits.
    pub(crate) fn new(
        place: Place,
        notify: Box<dyn Fn(&str)>,
        announce: Box<dyn Fn(&str)>,
    ) -> Self {
        let warning = Warning::new(notify, place.advice);
        Self {
            place,
            warning,
            announce,
        }
    }

    /// An error if the whole store is refused. Where only one record is, the others still answer.
    pub(crate) fn check(&self) -> Result<()> {
        match self.place.records.check() {
            Err(error @ StoreError::Insecure { .. }) => Err(error.into_error()),
            _ => Ok(()),
        }
    }

    /// Reads the record of `key` in the store, without a claim. One that cannot be read is as good as none.
    pub(crate) fn read<R: Record>(&self, key: &Key) -> Result<R> {
        match self.place.read(key) {
            Ok(record) => Ok(record),
            Err(StoreError::Unavailable(why)) => {
                self.warn(why);
                Ok(R::default())
            }
            Err(error) => Err(error.into_error()),
        }
    }

    /// As [`Cache::read`], but also what the store could not take.
    pub(crate) fn find<R: Record>(&self, key: &Key) -> Result<R> {
        let found = self.place.find(key).map_err(StoreError::into_error)?;
        if let Some(why) = found.unread {
            self.warn(why);
        }
        Ok(found.record)
    }

    /// Warns that the store cannot be read, and names the fallback too where it is of no use.
    fn warn(&self, why: String) {
        let trouble = Unwritten {
            store: StoreError::Unavailable(why),
            fallback: self
                .place
                .fallback
                .check()
                .err()
                .map(|error| error.reason()),
        };
        self.warning.give("used", &trouble.to_string());
    }

    /// As [`Cache::find`]; it has to succeed, because something is to be forgotten.
    pub(crate) fn demand<R: Record>(&self, key: &Key) -> Result<R> {
        self.try_find(key).map_err(StoreError::into_error)
    }

    /// As [`Cache::find`], without a warning: the trouble is told to the caller.
    pub(crate) fn try_find<R: Record>(&self, key: &Key) -> Result<R, StoreError> {
        let found = self.place.find(key)?;
        match found.unread {
            Some(why) => Err(StoreError::Unavailable(why)),
            None => Ok(found.record),
        }
    }

    /// Claims `key` for `purpose`, waiting up to `limit`, and reads what is there then.
    pub(crate) fn hold<R: Record>(
        &self,
        key: &Key,
        purpose: &str,
        limit: Duration,
    ) -> Result<LockedRecord<'_, R>> {
        let policy = WaitPolicy {
            purpose,
            limit,
            announce: &*self.announce,
        };
        let grip = self.grip(key, &policy).map_err(StoreError::into_error)?;
        if let Some(trouble) = grip.trouble() {
            self.warning.give("used", &trouble.to_string());
        }
        self.locked(key, grip).map_err(StoreError::into_error)
    }

    /// As [`Cache::hold`], if nobody holds it, for what can as well be left undone.
    pub(crate) fn hold_if_free<R: Record>(&self, key: &Key) -> Option<LockedRecord<'_, R>> {
        let grip = self.grip(key, &WaitPolicy::NONE).ok()?;
        grip.claim()?;
        self.locked(key, grip).ok()
    }

    /// As [`Cache::hold`], in the store itself, at once or not at all, and without a warning: the trouble is told to the
    /// caller.
    pub(crate) fn try_hold<R: Record>(&self, key: &Key) -> Result<LockedRecord<'_, R>, StoreError> {
        let claim = self.place.claims.claim(&key.name(), &WaitPolicy::NONE)?;
        self.place.read::<R>(key)?;
        let grip = Grip {
            store: Ok(claim),
            fallback: None,
        };
        self.locked(key, grip)
    }

    /// Takes the claim where it can be taken. Nobody waits in the fallback for somebody who waits in the store, so no
    /// two wait for each other.
    fn grip(&self, key: &Key, policy: &WaitPolicy) -> Result<Grip, StoreError> {
        let name = key.name();
        let store = match self.place.claims.claim(&name, policy) {
            Err(error) if !matches!(error, StoreError::Unavailable(_)) => return Err(error),
            claim => claim,
        };
        let fallback = match &store {
            Ok(_) => None,
            Err(_) => Some(self.place.fallback.claim(&name, policy)),
        };
        match fallback {
            Some(Err(busy @ StoreError::Busy(_))) => Err(busy),
            fallback => Ok(Grip { store, fallback }),
        }
    }

    fn locked<R: Record>(&self, key: &Key, grip: Grip) -> Result<LockedRecord<'_, R>, StoreError> {
        LockedRecord::new(&self.place, &self.warning, key, grip)
    }

    /// The directory that stands in for a store that cannot be used, if there is one.
    pub(crate) fn fallback_directory(&self) -> Option<&Path> {
        self.place.fallback.directory()
    }

    /// Removes every record but those of `keep`, whatever they are about.
    pub(crate) fn clear(&self, keep: &[Name], limit: Duration) -> Result<()> {
        let policy = WaitPolicy {
            purpose: "remove a record",
            limit,
            announce: &|_| {},
        };
        let cleared = self.place.clear(keep, &policy);
        cleared.map_err(StoreError::into_error)
    }
}

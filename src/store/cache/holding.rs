//! Claiming a record: in its store or the fallback, on this machine or for a whole fleet.

use std::time::Duration;

use super::Cache;
use crate::error::Result;
use crate::store::claims::WaitPolicy;
use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::locked_record::{Grip, Joined, LockedRecord};
use crate::store::records::{Record, Sharing};

impl Cache {
    /// Claims `key` for `purpose`, waiting up to `limit`, on this machine and where machines share the record, for all of them.
    /// Reads what is there then.
    pub(crate) fn hold<R: Record>(
        &self,
        key: &Key,
        purpose: &str,
        limit: Duration,
    ) -> Result<LockedRecord<'_, R>> {
        let mut held = self.hold_here(key, purpose, limit)?;
        while held.join(purpose, limit)? == Joined::Newer {}
        Ok(held)
    }

    /// As [`Cache::hold`], on this machine. The record is then this machine's own, until it is joined with the
    /// fleet's ([`LockedRecord::join`]).
    pub(crate) fn hold_here<R: Record>(
        &self,
        key: &Key,
        purpose: &str,
        limit: Duration,
    ) -> Result<LockedRecord<'_, R>> {
        let policy = WaitPolicy {
            purpose,
            limit,
            announce: &|words| self.warning.wait(words),
        };
        let grip = self.grip(key, &policy).map_err(StoreError::into_error)?;
        if let Some(trouble) = grip.trouble() {
            let advice = self.place(key).advice;
            self.warning.give("used", &trouble.to_string(), advice);
        }
        self.locked(key, grip).map_err(StoreError::into_error)
    }

    /// As [`Cache::hold`], if nobody holds it, for what can as well be left undone. An entry is only claimed on this machine:
    /// what is written to it so concerns the machine's copy.
    pub(crate) fn hold_if_free<R: Record>(&self, key: &Key) -> Option<LockedRecord<'_, R>> {
        let grip = self.grip(key, &WaitPolicy::NONE).ok()?;
        grip.claim()?;
        let mut held = self.locked(key, grip).ok()?;
        if R::SHARING == Sharing::Remembered {
            held.join("", Duration::ZERO).ok()?;
        }
        Some(held)
    }

    /// As [`Cache::hold`], in the store itself, at once or not at all, and without a warning: the trouble is told to the
    /// caller.
    pub(crate) fn try_hold<R: Record>(&self, key: &Key) -> Result<LockedRecord<'_, R>, StoreError> {
        let place = self.place(key);
        let claim = place.claims.claim(&key.name(), &WaitPolicy::NONE)?;
        place.read::<R>(key)?;
        let grip = Grip {
            store: Ok(claim),
            fallback: None,
        };
        self.locked(key, grip)
    }

    /// Takes the claim where it can be taken. Nobody waits in the fallback for somebody who waits in the store, so no
    /// two wait for each other.
    fn grip(&self, key: &Key, policy: &WaitPolicy) -> Result<Grip, StoreError> {
        let (name, place) = (key.name(), self.place(key));
        let store = match place.claims.claim(&name, policy) {
            Err(error) if !matches!(error, StoreError::Unavailable(_)) => return Err(error),
            claim => claim,
        };
        let fallback = match &store {
            Ok(_) => None,
            Err(_) => Some(place.fallback.claim(&name, policy)),
        };
        match fallback {
            Some(Err(busy @ StoreError::Busy(_))) => Err(busy),
            fallback => Ok(Grip { store, fallback }),
        }
    }

    fn locked<R: Record>(&self, key: &Key, grip: Grip) -> Result<LockedRecord<'_, R>, StoreError> {
        LockedRecord::new(self.place(key), &self.warning, key, grip)
    }
}

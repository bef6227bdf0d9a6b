//! The cache as the rest of the program uses it: records by key, and what happens where the store cannot be used.
//!
//! The answer matters more than the cache: a store that is unavailable (no home, read-only, full, without locks) is one
//! warning, and the work goes on in the [`Spare`] place, so that it is still done once for everybody; where there is none
//! either, it goes on without. A store that others can write to stops everything.
//!
//! Which of two records counts: the one in the spare place, because that is only written when the store could not be, and
//! removed when the store was written again. (In a discreet spare place there are no secrets, and those of the store count.)
//! The hot read does not look there: whoever finds no good record in the store
//! claims it, and sees both.

use std::cell::Cell;
use std::time::Duration;

use super::held::{Grip, Held};
use super::{Key, Name, Patience, Record, Spare, Store, Trouble};
use crate::error::{Error, Kind, Result};

/// A store, its spare place, and whom to tell about them.
pub(crate) struct Cache {
    pub(super) store: Box<dyn Store>,
    pub(super) spare: Spare,
    notify: Box<dyn Fn(&str)>,
    warned: Cell<bool>,
}

impl Cache {
    /// A cache in `store` that tells `notify` what a person has to know.
    pub(crate) fn new(store: Box<dyn Store>, spare: Spare, notify: Box<dyn Fn(&str)>) -> Self {
        Self {
            store,
            spare,
            notify,
            warned: Cell::new(false),
        }
    }

    /// Reads the record of `key` in the store, without a claim. One that cannot be read is as good as none.
    pub(crate) fn read<R: Record>(&self, key: &Key) -> Result<R> {
        Ok(self.read_if_any(key)?.unwrap_or_else(|why| {
            self.warn("used", &why);
            R::default()
        }))
    }

    /// As [`Cache::find`]; it has to succeed, because something is to be forgotten.
    pub(crate) fn demand<R: Record>(&self, key: &Key) -> Result<R> {
        self.try_find(key).map_err(Trouble::into_error)
    }

    /// Reads the record of `key`, without a warning: the trouble is told to the caller. A broken or foreign one is as
    /// good as none.
    fn try_read<R: Record>(&self, key: &Key) -> Result<R, Trouble> {
        let text = self.store.read(&key.name())?;
        let record = text.and_then(|text| R::parse(text.expose(), key));
        Ok(record.unwrap_or_default())
    }

    /// The record of `key`, or why the store has none to give.
    pub(super) fn read_if_any<R: Record>(&self, key: &Key) -> Result<Result<R, String>> {
        match self.try_read(key) {
            Ok(record) => Ok(Ok(record)),
            Err(Trouble::Unavailable(why)) => Ok(Err(why)),
            Err(Trouble::Insecure(error) | Trouble::Busy(error)) => Err(error),
        }
    }

    /// As [`Cache::read`], but also what the store could not take.
    pub(crate) fn find<R: Record>(&self, key: &Key) -> Result<R> {
        match self.spared(key) {
            Some(spared) => {
                let own = self.read_if_any(key)?.unwrap_or_default();
                Ok(self.joined(own, spared))
            }
            None => self.read(key),
        }
    }

    /// As [`Cache::find`], without a warning: the trouble is told to the caller.
    pub(crate) fn try_find<R: Record>(&self, key: &Key) -> Result<R, Trouble> {
        match (self.try_read(key), self.spared(key)) {
            (Ok(own), Some(spared)) => Ok(self.joined(own, spared)),
            (Err(Trouble::Unavailable(_)), Some(spared)) if !self.spare.is_discreet => Ok(spared),
            (read, _) => read,
        }
    }

    /// The record that counts, of the store's `own` and the `spared` one.
    pub(super) fn joined<R: Record>(&self, own: R, spared: R) -> R {
        match self.spare.is_discreet {
            true => own.with(spared),
            false => spared,
        }
    }

    /// The record of `key` that lies in the spare place.
    pub(super) fn spared<R: Record>(&self, key: &Key) -> Option<R> {
        let text = self.spare.read(&key.name())?;
        R::parse(text.expose(), key)
    }

    /// Claims `key` for `purpose`, waiting up to `limit`, and reads what is there then.
    pub(crate) fn hold<R: Record>(
        &self,
        key: &Key,
        purpose: &str,
        limit: Duration,
    ) -> Result<Held<'_, R>> {
        let announce = |line: &str| (self.notify)(line);
        let patience = Patience {
            purpose,
            limit,
            announce: &announce,
        };
        let grip = self.grip(&key.name(), &patience)?;
        if let Grip::Spare(_, why) | Grip::Nothing(why) = &grip {
            self.warn("used", why);
        }
        Held::new(self, key, grip)
    }

    /// As [`Cache::hold`], if nobody holds it, for what can as well be left undone.
    pub(crate) fn hold_if_free<R: Record>(&self, key: &Key) -> Option<Held<'_, R>> {
        match self.grip(&key.name(), &Patience::NONE).ok()? {
            Grip::Nothing(_) => None,
            grip => Held::new(self, key, grip).ok(),
        }
    }

    /// As [`Cache::hold`], in the store itself, at once or not at all, and without a warning: the trouble is told to the
    /// caller.
    pub(crate) fn try_hold<R: Record>(&self, key: &Key) -> Result<Held<'_, R>, Trouble> {
        let claim = self.store.claim(&key.name(), &Patience::NONE)?;
        self.try_read::<R>(key)?;
        Held::new(self, key, Grip::Store(claim)).map_err(Trouble::Insecure)
    }

    /// Takes the claim where it can be taken. Nobody waits in the spare place for somebody who waits in the store, so no
    /// two wait for each other.
    fn grip(&self, name: &Name, patience: &Patience) -> Result<Grip> {
        let why = match self.store.claim(name, patience) {
            Ok(claim) => return Ok(Grip::Store(claim)),
            Err(Trouble::Unavailable(why)) => why,
            Err(Trouble::Insecure(error) | Trouble::Busy(error)) => return Err(error),
        };
        match self.spare.claim(name, patience) {
            Ok(claim) => Ok(Grip::Spare(claim, why)),
            Err(Trouble::Busy(error)) => Err(error),
            Err(Trouble::Unavailable(_) | Trouble::Insecure(_)) => Ok(Grip::Nothing(why)),
        }
    }

    /// The directory that stands in for a store that cannot be used, if there is one.
    pub(crate) fn spare_directory(&self) -> Option<&std::path::Path> {
        self.spare.directory().filter(|_| !self.spare.is_discreet)
    }

    /// Removes every record but those of `keep`, whatever they are about.
    pub(crate) fn clear(&self, keep: &[Name], limit: Duration) -> Result<()> {
        let patience = Patience {
            purpose: "remove a record",
            limit,
            announce: &|_| {},
        };
        let is_kept = |name: &Name| keep.contains(name);
        // First what a store that cannot be used leaves no other way to reach.
        for name in self.spare.names().iter().filter(|name| !is_kept(name)) {
            let removed = self
                .spare
                .claim(name, &patience)
                .and_then(|claim| self.spare.write(&claim, None));
            removed.map_err(Trouble::into_error)?;
        }
        let names = self.store.names().map_err(Trouble::into_error)?;
        for name in names.iter().filter(|name| !is_kept(name)) {
            let removed = self
                .store
                .claim(name, &patience)
                .and_then(|claim| self.store.write(&claim, None));
            removed.map_err(Trouble::into_error)?;
        }
        Ok(())
    }

    /// Warns that the cache cannot be `used` or `written`. Once is enough for one process: a second one says the same.
    pub(super) fn warn(&self, done: &str, why: &str) {
        if !self.warned.replace(true) {
            (self.notify)(&format!(
                "warning: the cache cannot be {done}: {why}{}",
                self.store.advice()
            ));
        }
    }
}

impl Trouble {
    /// As an error, where the work cannot go on without the store.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Insecure(error) | Self::Busy(error) => error,
            Self::Unavailable(why) => Error::new(Kind::Other, why),
        }
    }
}

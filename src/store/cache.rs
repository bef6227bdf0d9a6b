//! The cache as the rest of the program uses it: records by key, and what happens where no store can be used.
//!
//! The answer matters more than the cache: a store that is unavailable (no home, read-only, full) is one warning, and
//! the work goes on without it; one that others can write to stops everything.

use std::cell::Cell;
use std::time::Duration;

use super::{Claim, Key, Name, Patience, Record, Store, Trouble};
use crate::error::{Error, Kind, Result};

/// A store, and whom to tell about it.
pub(crate) struct Cache {
    store: Box<dyn Store>,
    notify: Box<dyn Fn(&str)>,
    warned: Cell<bool>,
}

/// A record that was read under its claim, or without one where the store cannot be used.
pub(crate) struct Held<'a, R> {
    cache: &'a Cache,
    key: Key,
    claim: Option<Claim>,
    /// Why the record could not be read, in which case there may be more to it than is here.
    unread: Option<String>,
    pub(crate) record: R,
}

impl Cache {
    /// A cache in `store` that tells `notify` what a person has to know.
    pub(crate) fn new(store: Box<dyn Store>, notify: Box<dyn Fn(&str)>) -> Self {
        Self {
            store,
            notify,
            warned: Cell::new(false),
        }
    }

    /// Reads the record of `key`, without a claim. One that cannot be read is as good as none.
    pub(crate) fn read<R: Record>(&self, key: &Key) -> Result<R> {
        Ok(self.read_if_any(key)?.unwrap_or_else(|why| {
            self.warn(&format!("warning: the cache cannot be used: {why}"));
            R::default()
        }))
    }

    /// Reads the record of `key`, which has to succeed, because something is to be forgotten.
    pub(crate) fn demand<R: Record>(&self, key: &Key) -> Result<R> {
        self.try_read(key).map_err(Trouble::into_error)
    }

    /// Reads the record of `key`, without a warning: the trouble is told to the caller. A broken or foreign one is as
    /// good as none.
    pub(crate) fn try_read<R: Record>(&self, key: &Key) -> Result<R, Trouble> {
        let text = self.store.read(&key.name())?;
        let record = text.and_then(|text| R::parse(text.expose(), key));
        Ok(record.unwrap_or_default())
    }

    /// The record of `key`, or why the store has none to give.
    fn read_if_any<R: Record>(&self, key: &Key) -> Result<Result<R, String>> {
        match self.try_read(key) {
            Ok(record) => Ok(Ok(record)),
            Err(Trouble::Unavailable(why)) => Ok(Err(why)),
            Err(Trouble::Insecure(error) | Trouble::Busy(error)) => Err(error),
        }
    }

    /// Claims `key` for `purpose`, waiting up to `limit`, and reads what is there then.
    pub(crate) fn hold<R: Record>(
        &self,
        key: &Key,
        purpose: &str,
        limit: Duration,
    ) -> Result<Held<'_, R>> {
        let announce = |line: &str| (self.notify)(line);
        let claim = match self.store.claim(
            &key.name(),
            &Patience {
                purpose,
                limit,
                announce: &announce,
            },
        ) {
            Ok(claim) => Some(claim),
            Err(Trouble::Unavailable(why)) => {
                self.warn(&format!("warning: the cache cannot be used: {why}"));
                None
            }
            Err(Trouble::Insecure(error) | Trouble::Busy(error)) => return Err(error),
        };
        let (record, unread) = match self.read_if_any(key)? {
            Ok(record) => (record, None),
            Err(why) => (R::default(), Some(why)),
        };
        Ok(Held {
            cache: self,
            key: key.clone(),
            claim,
            unread,
            record,
        })
    }

    /// As [`Cache::hold`], if nobody holds it, for what can as well be left undone.
    pub(crate) fn hold_if_free<R: Record>(&self, key: &Key) -> Option<Held<'_, R>> {
        self.try_hold(key).ok()
    }

    /// As [`Cache::hold`], at once or not at all, and without a warning: the trouble is told to the caller.
    pub(crate) fn try_hold<R: Record>(&self, key: &Key) -> Result<Held<'_, R>, Trouble> {
        let patience = Patience {
            purpose: "",
            limit: Duration::ZERO,
            announce: &|_| {},
        };
        let claim = self.store.claim(&key.name(), &patience)?;
        Ok(Held {
            cache: self,
            key: key.clone(),
            claim: Some(claim),
            unread: None,
            record: self.try_read(key)?,
        })
    }

    /// Removes every record but those of `keep`, whatever they are about.
    pub(crate) fn clear(&self, keep: &[Name], limit: Duration) -> Result<()> {
        let patience = Patience {
            purpose: "remove a record",
            limit,
            announce: &|_| {},
        };
        for name in self.store.names().map_err(Trouble::into_error)? {
            if !keep.contains(&name) {
                let removed = self
                    .store
                    .claim(&name, &patience)
                    .and_then(|claim| self.store.write(&claim, None));
                removed.map_err(Trouble::into_error)?;
            }
        }
        Ok(())
    }

    /// One warning is enough for one process: a second one says the same.
    fn warn(&self, warning: &str) {
        if !self.warned.replace(true) {
            (self.notify)(warning);
        }
    }
}

impl<R: Record> Held<'_, R> {
    /// Tells whoever waits for this claim what its holder is doing: "waits for …". With no words, nothing worth telling.
    pub(crate) fn tell(&self, words: &str) {
        if let Some(claim) = &self.claim {
            claim.guard.note(words);
        }
    }

    /// What the last holder was doing, if it was killed while it did.
    pub(crate) fn left(&self) -> Option<&str> {
        self.claim.as_ref()?.left.as_deref()
    }

    /// Whether the record is what the store has: of one that could not be read nothing can be forgotten.
    pub(crate) fn demand_read(&self) -> Result<()> {
        match &self.unread {
            Some(why) => Err(Error::new(Kind::Other, why)),
            None => Ok(()),
        }
    }

    /// Writes the record. A failed write is a warning: whatever was won is still answered.
    pub(crate) fn save(&self) {
        if self.claim.is_some()
            && let Err(error) = self.write()
        {
            self.cache.warn(&format!(
                "warning: the cache cannot be written: {}",
                error.message
            ));
        }
    }

    /// Writes the record, which has to succeed, because something was to be forgotten.
    pub(crate) fn write(&self) -> Result<()> {
        let claim = self
            .claim
            .as_ref()
            .ok_or_else(|| Error::new(Kind::Other, "the cache cannot be used"))?;
        self.cache
            .store
            .write(claim, self.record.to_text(&self.key).as_ref())
            .map_err(Trouble::into_error)
    }
}

impl Trouble {
    /// As an error, where the work cannot go on without the store.
    fn into_error(self) -> Error {
        match self {
            Self::Insecure(error) | Self::Busy(error) => error,
            Self::Unavailable(why) => Error::new(Kind::Other, why),
        }
    }
}

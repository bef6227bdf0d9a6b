//! A record that is locked: read under its claim, changed, and put where the claim was taken.
//!
//! A record is written only where it is claimed. A process that cannot lock it in the store (a file system without locks that
//! another machine may use too, a directory that cannot be written just now) has no lock in common with those that can, and
//! two that write one file without one can mix their records. So what was claimed in the fallback stays there.
//!
//! What was claimed in the store and cannot be written to it (a full disk) is put aside: into the fallback, under a claim there
//! too. The next process that can write the store brings it home. So what becomes of a record is:
//!
//! | claimed in | [`LockedRecord::save`], [`LockedRecord::commit`] | [`LockedRecord::write`] | [`LockedRecord::try_write`] |
//! |---|---|---|---|
//! | the store | stored; else put aside, and a warning | stored; else put aside if a hit would answer it | stored |
//! | the fallback | put aside | put aside, unless the store has one that a hit would answer | – |
//! | neither | – | – | – |
//!
//! Where none of that can be done, `save` has warned, and the others are an error. Nothing is written, and nothing put aside,
//! under a claim that was lost: its new holder writes. `save` says nothing then, because the answer is as good as before.

use std::cell::Cell;

use super::claims::{Claim, WaitPolicy};
use super::error::StoreError;
use super::fallback::Found;
use super::key::Key;
use super::place::Place;
use super::records::Record;
use super::warning::Warning;
use crate::error::{Error, Kind, Result};

/// Where a record is claimed.
#[derive(Debug)]
pub(super) enum Grip {
    /// In the store itself.
    Store(Claim),
    /// In the fallback, and why not in the store.
    Fallback(Claim, String),
    /// Nowhere.
    Nothing(Unwritten),
}

/// Why neither place can take a record.
#[derive(Debug, Clone)]
pub(super) struct Unwritten {
    pub(super) store: StoreError,
    /// `None` if the fallback was not tried.
    pub(super) fallback: Option<String>,
}

impl Unwritten {
    /// As an error, where the record must not be forgotten: both places with what is wrong there.
    fn into_error(self) -> Error {
        let StoreError::Unavailable(store) = self.store else {
            return self.store.into_error();
        };
        let error = Error::person("what must not be forgotten can be written nowhere")
            .caused_by(format!("the cache cannot be written: {store}"));
        let stand_in = self
            .fallback
            .map(|why| format!("nor can its stand-in: {why}"));
        stand_in
            .into_iter()
            .fold(error, Error::caused_by)
            .hint("name a directory that can be written in ALB_CREDENTIAL_CACHE")
    }
}

impl std::fmt::Display for Unwritten {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.store.reason())?;
        match &self.fallback {
            Some(fallback) => write!(formatter, "; nor can its stand-in: {fallback}"),
            None => Ok(()),
        }
    }
}

/// A record that was read under its claim, or without one where no place can be used.
pub(crate) struct LockedRecord<'a, R> {
    place: &'a Place,
    warning: &'a Warning,
    key: Key,
    grip: Grip,
    in_fallback: Cell<bool>,
    unread: Option<String>,
    pub(crate) record: R,
}

impl<'a, R: Record> LockedRecord<'a, R> {
    /// Reads the record of `key`, which `grip` holds.
    pub(super) fn new(
        place: &'a Place,
        warning: &'a Warning,
        key: &Key,
        grip: Grip,
    ) -> Result<Self, StoreError> {
        let Found {
            record,
            in_fallback,
            unread,
        } = place.find(key)?;
        let locked = Self {
            place,
            warning,
            key: key.clone(),
            grip,
            in_fallback: Cell::new(in_fallback),
            unread,
            record,
        };
        // What the store could not take before it may be able to take now: then the next call is a hit again.
        if in_fallback && locked.unread.is_none() && matches!(locked.grip, Grip::Store(_)) {
            locked.save();
        }
        Ok(locked)
    }

    /// Tells those who wait for this claim what its holder is doing: "waits for …". No words: nothing worth telling.
    pub(crate) fn tell(&self, words: &str) {
        if let Some(claim) = self.claim() {
            claim.note(words);
        }
    }

    /// What the last holder was doing, if it was killed meanwhile.
    pub(crate) fn left(&self) -> Option<&str> {
        self.claim()?.left()
    }

    fn claim(&self) -> Option<&Claim> {
        match &self.grip {
            Grip::Store(claim) | Grip::Fallback(claim, _) => Some(claim),
            Grip::Nothing(_) => None,
        }
    }

    /// Whether the record is what the store has: of one that could not be read nothing can be forgotten.
    pub(crate) fn demand_read(&self) -> Result<()> {
        match &self.unread {
            Some(why) => Err(Error::new(Kind::Other, why)),
            None => Ok(()),
        }
    }

    /// Writes the record. A failed write is a warning: what was won is still answered.
    pub(crate) fn save(&self) {
        match self.put() {
            Ok(()) => {}
            Err(unwritten) if unwritten.store == StoreError::Lost => {}
            Err(unwritten) => self.warning.give("written", &unwritten.to_string()),
        }
    }

    /// Writes the record, so that it survives the death of this process: to be called before something leaves that must not be
    /// forgotten. Where no place can take it, a person has to give it one.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the sign-in is about to call it")
    )]
    pub(crate) fn commit(&self) -> Result<()> {
        if let Some(claim) = self.claim() {
            claim.extend().map_err(StoreError::into_error)?;
        }
        self.put().map_err(Unwritten::into_error)
    }

    /// Puts the record where it was claimed; what the store cannot take, into the fallback.
    fn put(&self) -> Result<(), Unwritten> {
        match &self.grip {
            Grip::Store(claim) => {
                let Err(store) = self.put_into_store(claim) else {
                    return Ok(());
                };
                let is_unavailable = matches!(store, StoreError::Unavailable(_));
                match is_unavailable.then(|| self.put_aside_of_store()) {
                    Some(Ok(())) => {
                        let _ = self.remove_superseded(claim);
                        self.warning.give("written", &store.reason());
                        Ok(())
                    }
                    tried => Err(Unwritten {
                        store,
                        fallback: tried.and_then(Result::err).map(|error| error.reason()),
                    }),
                }
            }
            Grip::Fallback(claim, why) => {
                let put = self.put_aside(claim, Some(&self.record));
                put.map_err(|error| Unwritten {
                    store: StoreError::Unavailable(why.clone()),
                    fallback: Some(error.reason()),
                })
            }
            Grip::Nothing(unwritten) => Err(unwritten.clone()),
        }
    }

    /// Writes the record, which has to succeed, because something was to be forgotten: no record may be left that a hit would
    /// still answer.
    pub(crate) fn write(&self) -> Result<()> {
        let unusable =
            |why: &str| Error::new(Kind::Other, "the cache cannot be used").caused_by(why);
        let written = match &self.grip {
            Grip::Store(claim) => match self.put_into_store(claim) {
                Ok(()) if self.in_fallback.get() => Err(StoreError::Unavailable(
                    "the fallback cannot be written".into(),
                )),
                // What no hit answers is memory, or somebody's own: it does not move to where it may be gone tomorrow.
                Err(StoreError::Unavailable(why)) if self.place.fallback.supersedes::<R>() => {
                    let put = self.put_aside_of_store();
                    let put = put.and_then(|()| self.remove_superseded(claim));
                    put.map_err(|_| StoreError::Unavailable(why))
                }
                written => written,
            },
            Grip::Fallback(claim, why) => match self.place.records.read(&self.key.name()) {
                Ok(Some(_)) => return Err(unusable(why)),
                _ => self.put_aside(claim, Some(&self.record)),
            },
            Grip::Nothing(why) => return Err(unusable(&why.store.reason())),
        };
        written.map_err(StoreError::into_error)
    }

    /// Writes the store itself, if it was claimed there.
    pub(crate) fn try_write(&self) -> Result<(), StoreError> {
        match &self.grip {
            Grip::Store(claim) => self.put_into_store(claim),
            Grip::Fallback(_, why) => Err(StoreError::Unavailable(why.clone())),
            Grip::Nothing(why) => Err(why.store.clone()),
        }
    }

    /// Writes the store, and empties the fallback: what it has is older now.
    fn put_into_store(&self, claim: &Claim) -> Result<(), StoreError> {
        let text = self.record.to_text(&self.key);
        self.place.records.write(claim, text.as_ref())?;
        if self.in_fallback.get() {
            // Where somebody else has the claim there, what that one will write is newer than this.
            let _ = self.claim_and_put_aside(None);
        }
        Ok(())
    }

    /// Puts aside what the store could not take.
    fn put_aside_of_store(&self) -> Result<(), StoreError> {
        self.claim_and_put_aside(Some(&self.record))
    }

    /// Removes what a hit would answer in place of the record that was put aside. On a full disk nothing can be written, but
    /// something removed.
    fn remove_superseded(&self, claim: &Claim) -> Result<(), StoreError> {
        match self.place.fallback.supersedes::<R>() {
            true => self.place.records.write(claim, None),
            false => Ok(()),
        }
    }

    /// Writes the fallback under a claim there, if it can be had at once.
    fn claim_and_put_aside(&self, record: Option<&R>) -> Result<(), StoreError> {
        let fallback = &self.place.fallback;
        let claim = fallback.claim(&self.key.name(), &WaitPolicy::NONE)?;
        self.put_aside(&claim, record)
    }

    fn put_aside(&self, claim: &Claim, record: Option<&R>) -> Result<(), StoreError> {
        let fallback = &self.place.fallback;
        let has_one = fallback.put(claim, &self.key, record)?;
        self.in_fallback.set(has_one);
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests;

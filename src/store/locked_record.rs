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
//! Where it cannot be done, `save` warns, and the others are an error. Under a claim that was lost nothing is written, and nothing
//! put aside: its new holder writes. `save` does not warn then, because the answer is as good as before.

mod fleet_side;
mod grip;
mod joining;
mod writing;

use std::cell::Cell;

use super::claims::{Claim, WaitPolicy};
use super::error::{StoreError, Unwritten};
use super::fallback::Found;
use super::key::Key;
use super::place::Place;
use super::records::{self, Record};
use super::warning::Warning;
use crate::error::{Error, Kind, Result};

/// A record that was read under its claim, or without one where no place can be used.
pub(crate) struct LockedRecord<'a, R> {
    place: &'a Place,
    warning: &'a Warning,
    key: Key,
    grip: Grip,
    in_fallback: Cell<bool>,
    unread: Option<String>,
    /// The fleet's side of it, where machines share the record.
    shared: Option<Shared<'a>>,
    pub(crate) record: R,
}

use fleet_side::Shared;
pub(super) use grip::Grip;
pub(crate) use joining::Joined;
use writing::Written;

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
            shared: Shared::of::<R>(place, key),
            record,
        };
        if let Some(shared) = &locked.shared {
            shared.begin(&locked.record, key);
            if locked.record.to_text(key).is_none() {
                shared.forget_version();
            }
        }
        // The store may be able to take now what it could not take before: then the next call is a hit again.
        if in_fallback && locked.unread.is_none() && locked.grip.store.is_ok() {
            locked.save();
        }
        Ok(locked)
    }

    /// Tells those who wait for this claim what its holder is doing: "waits for …". No words: nothing worth telling.
    pub(crate) fn tell(&self, words: &str) {
        if let Some(claim) = self.grip.claim() {
            claim.note(words);
        }
        if let Some(shared) = &self.shared {
            shared.note(words);
        }
    }

    /// An error where the store could not be read: nothing can be forgotten of a record that nobody has seen.
    pub(crate) fn demand_read(&self) -> Result<()> {
        match &self.unread {
            Some(why) => Err(Error::new(Kind::Other, why)),
            None => Ok(()),
        }
    }

    /// Writes the record. A failed write is a warning: the new session is answered all the same.
    pub(crate) fn save(&self) {
        match self.put() {
            Err(unwritten) if unwritten.store != StoreError::Lost => {
                let advice = self.place.advice;
                self.warning.give("written", &unwritten.to_string(), advice);
            }
            _ => {}
        }
    }

    /// As [`Self::save`], for the last time: where it writes to a fleet's store, the claim there is released with it. What is
    /// held then goes when this is dropped.
    pub(crate) fn save_last(&self) {
        if let Some(shared) = &self.shared {
            shared.is_last.set(true);
        }
        self.save();
    }

    /// Has the claim on this record bring the state of another one too: the one that is read next.
    pub(crate) fn look_ahead(&self, key: Key) {
        if let Some(shared) = &self.shared {
            shared.fleet.look_ahead(key);
        }
    }

    /// Writes the record, so that it survives the death of this process: to be called before something leaves that must not be
    /// forgotten. Where no place can take it, a person has to name one.
    pub(crate) fn commit(&self) -> Result<()> {
        if let Some(claim) = self.grip.claim() {
            claim.extend().map_err(StoreError::into_error)?;
        }
        let was_held = self.shared.as_ref().is_some_and(Shared::is_held);
        self.guards(true);
        let put = self.put();
        self.guards(false);
        put.map_err(Unwritten::into_error)?;
        // The next holder, on another machine, would not know of it.
        let away = self.away().filter(|_| was_held);
        match away.or_else(|| self.unconfirmed()) {
            Some(why) => Err(Error::network(why)),
            None => Ok(()),
        }
    }

    /// The words, if too few replicas of the fleet's store know of the last write.
    fn unconfirmed(&self) -> Option<String> {
        self.shared.as_ref()?.unconfirmed.borrow().clone()
    }

    /// Says that what is written now guards a secret that is about to leave.
    fn guards(&self, is_guard: bool) {
        if let Some(shared) = &self.shared {
            shared.is_guard.set(is_guard);
        }
    }

    /// Puts the record into the store, or else into the fallback.
    fn put(&self) -> Result<(), Unwritten> {
        let store = match self.try_write() {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let is_unavailable = matches!(store, StoreError::Unavailable(_));
        match is_unavailable.then(|| self.put_aside(Some(&self.record))) {
            Some(Ok(())) => {
                if let Ok(claim) = &self.grip.store {
                    let _ = self.remove_superseded(claim);
                    let advice = self.place.advice;
                    self.warning.give("written", &store.reason(), advice);
                }
                Ok(())
            }
            tried => Err(Unwritten {
                store,
                fallback: tried.and_then(Result::err).map(|error| error.reason()),
            }),
        }
    }

    /// Writes the record, which has to succeed, because something was to be forgotten: no record may be left that a hit would
    /// still answer.
    pub(crate) fn write(&self) -> Result<()> {
        let written = match (&self.grip.store, self.try_write()) {
            // A record that no hit answers is memory, or somebody's own: it does not move to where it may be gone tomorrow.
            (Ok(claim), Err(error @ StoreError::Unavailable(_)))
                if self.place.fallback.supersedes::<R>() =>
            {
                let put = self.put_aside(Some(&self.record));
                put.and_then(|()| self.remove_superseded(claim))
                    .map_err(|_| error)
            }
            (Ok(_), written) | (Err(_), written @ Err(StoreError::Lost)) => written,
            (Err(why), _) => match (self.grip.claim(), self.place.records.read(&self.key.name())) {
                (Some(_), Ok(None) | Err(_)) => self.put_aside(Some(&self.record)),
                _ => {
                    let error = Error::new(Kind::Other, "the cache cannot be used");
                    return Err(error.caused_by(why.reason()));
                }
            },
        };
        written.map_err(StoreError::into_error)
    }

    /// Writes the store itself, if it was claimed there, and empties the fallback: what it has is older now, and would count.
    /// A fleet's store comes first: it can be written where this machine's cache cannot.
    pub(crate) fn try_write(&self) -> Result<(), StoreError> {
        let Written { text, end } = match &self.shared {
            None => Written {
                text: self.record.to_text(&self.key),
                end: Ok(()),
            },
            Some(shared) => self.write_shared(shared)?,
        };
        let claim = self.grip.store.as_ref().map_err(Clone::clone)?;
        let records = self.place.records.as_ref();
        match R::HAS_FORMER {
            true => records::replace(records, claim, &self.key.former().name(), text.as_ref())?,
            false => records.write(claim, text.as_ref())?,
        }
        if let Some(shared) = &self.shared {
            shared.copied(&self.key);
        }
        if self.in_fallback.get() {
            self.put_aside(None)?;
        }
        end
    }

    /// Removes what a hit would answer in place of the record that was put aside. On a full disk nothing can be written, but
    /// something removed.
    fn remove_superseded(&self, claim: &Claim) -> Result<(), StoreError> {
        match self.place.fallback.supersedes::<R>() {
            true => self.place.records.write(claim, None),
            false => Ok(()),
        }
    }

    /// Writes the fallback, under the claim there or, for what is claimed in the store, one that can be had at once.
    fn put_aside(&self, record: Option<&R>) -> Result<(), StoreError> {
        let fallback = &self.place.fallback;
        let at_once;
        let claim = match &self.grip.fallback {
            Some(claim) => claim.as_ref().map_err(Clone::clone)?,
            None => {
                at_once = fallback.claim(&self.key.name(), &WaitPolicy::NONE)?;
                &at_once
            }
        };
        let text = record.and_then(|record| match &self.shared {
            None => fallback.text(&self.key, record),
            // The store has the rest, if anybody has.
            Some(_) => record.machines_text(&self.key),
        });
        fallback.put(claim, text.as_ref())?;
        self.in_fallback.set(text.is_some());
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests;

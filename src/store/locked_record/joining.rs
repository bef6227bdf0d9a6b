//! Joining a locked record with the fleet's: with what other machines know of it.
//!
//! A record that was not joined is this machine's own copy: what is written to it stays here. Joining takes the fleet's claim,
//! or finds that the store has a newer record, or that it cannot be used. Then the machine goes on alone, under its own
//! claim, and what it writes is joined at the next contact.

use std::time::Duration;

use super::LockedRecord;
use super::fleet_side::{Shared, State};
use crate::error::Result;
use crate::store::claims::WaitPolicy;
use crate::store::error::StoreError;
use crate::store::fleet::{Entered, Fleet, Found, FoundState};
use crate::store::records::{Record, Sharing};

/// The outcome of joining a record with the fleet's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joined {
    /// The record is now the fleet's newer one, which may be all that was wanted. The claim is not taken.
    Newer,
    /// The claim is held for the whole fleet, or the record is of this machine alone.
    Held,
    /// The store cannot be used: the claim is this machine's alone.
    Away,
}

impl<R: Record> LockedRecord<'_, R> {
    /// Joins the record with the fleet's, and claims it for all machines, waiting up to `limit`. The first time it is enough
    /// that the store has a newer entry.
    pub(crate) fn join(&mut self, purpose: &str, limit: Duration) -> Result<Joined> {
        self.try_join(purpose, limit)
            .map_err(StoreError::into_error)
    }

    /// Why the fleet's store cannot be used, if this record is to be shared and is this machine's alone now.
    pub(crate) fn away(&self) -> Option<String> {
        match &*self.shared.as_ref()?.state.borrow() {
            State::Away(away) => Some(away.why.clone()),
            State::Here | State::Held(_) | State::Lost => None,
        }
    }

    /// Returns whether another machine has taken over the fleet's claim.
    pub(crate) fn is_lost(&self) -> bool {
        self.shared.as_ref().is_some_and(Shared::is_lost)
    }

    /// Gives up the fleet's claim if another machine has taken it over: the next [`Self::join`] asks anew.
    pub(crate) fn check_claim(&self) {
        if let Some(shared) = &self.shared {
            shared.check_claim();
        }
    }

    /// Compares this machine's copy with the store, and takes over a newer record; one that was removed there goes here too.
    /// Returns whether the copy was replaced.
    pub(crate) fn look(&mut self) -> Result<bool, String> {
        let Some(shared) = &self.shared else {
            return Ok(false);
        };
        let fleet = shared.fleet;
        let found = fleet.look(&self.key, R::SHARING, shared.version());
        // Whatever it says, the next call need not ask again at once.
        fleet.looked_at(&self.key);
        let told_before = shared.copy.borrow().trouble.clone();
        let found = found.inspect_err(|away| {
            // The whole store's trouble is kept once, for all copies.
            let own = (!fleet.is_paused()).then(|| away.why.clone());
            shared.set_trouble(own);
        });
        if let Ok(found) = &found
            && let Some(words) = shared.note_found(found, &self.key)
        {
            self.warning.give_line(&words);
        }
        if shared.copy.borrow().trouble != told_before {
            shared.copied(&self.key);
        }
        let found = found.map_err(|away| away.why)?;
        match found.state {
            FoundState::Unchanged | FoundState::Missing | FoundState::Unopened => Ok(false),
            FoundState::Gone | FoundState::Text(_) => {
                self.take(fleet, found);
                self.copy().map(|()| true).map_err(|error| error.reason())
            }
        }
    }

    /// Records that the copy is compared now, so that no other process begins to.
    pub(crate) fn looks_now(&self) {
        if let Some(shared) = &self.shared {
            shared.fleet.looked_at(&self.key);
        }
    }

    fn try_join(&mut self, purpose: &str, limit: Duration) -> Result<Joined, StoreError> {
        let Some(shared) = &self.shared else {
            return Ok(Joined::Held);
        };
        match &*shared.state.borrow() {
            State::Here | State::Lost => {}
            State::Held(_) => return Ok(Joined::Held),
            State::Away(_) => return Ok(Joined::Away),
        }
        let is_copied = R::SHARING == Sharing::Copied;
        let wants_newer = is_copied && !shared.has_asked.replace(true);
        let known = if is_copied { shared.version() } else { 0 };
        let policy = WaitPolicy {
            purpose,
            limit,
            announce: &|words| self.warning.wait(words),
        };
        let fleet = shared.fleet;
        match fleet.claim(&self.key, R::SHARING, (known, wants_newer), &policy)? {
            Err(away) => {
                if !away.is_known {
                    self.warning.give_line(&away.why);
                }
                shared.leave(away);
                Ok(Joined::Away)
            }
            Ok(Entered::Seen(found)) => {
                if let Some(words) = shared.note_found(&found, &self.key) {
                    self.warning.give_line(&words);
                }
                self.take(fleet, found);
                self.copy()?;
                Ok(Joined::Newer)
            }
            Ok(Entered::Held(claim, found)) => {
                shared.state.replace(State::Held(claim));
                if let Some(words) = shared.note_found(&found, &self.key) {
                    self.warning.give_line(&words);
                }
                let was_moved = found.is_of_former_key();
                self.take(fleet, found);
                if was_moved {
                    self.save();
                }
                Ok(Joined::Held)
            }
        }
    }

    /// Takes over the record in the store.
    fn take(&mut self, fleet: &Fleet, found: Found) {
        let is_copied = R::SHARING == Sharing::Copied;
        let mine = std::mem::take(&mut self.record);
        self.record = match found.state {
            // It is not written back: somebody may have emptied the store on purpose.
            FoundState::Missing | FoundState::Gone | FoundState::Unopened if is_copied => {
                mine.memory()
            }
            FoundState::Unchanged
            | FoundState::Missing
            | FoundState::Gone
            | FoundState::Unopened => mine,
            FoundState::Text(text) => match R::parse(text.expose(), &self.key) {
                Some(theirs) => mine.joined(theirs.by_clock(-fleet.clock_offset())),
                None if is_copied => mine.memory(),
                None => mine,
            },
        };
        if let Some(shared) = &self.shared {
            shared.set_version(found.version);
            shared.begin(&self.record, &self.key);
        }
    }

    /// Writes the copy alone.
    fn copy(&self) -> Result<(), StoreError> {
        if let Ok(claim) = &self.grip.store {
            let text = self.record.machines_text(&self.key);
            self.place.records.write(claim, text.as_ref())?;
            if let Some(shared) = &self.shared {
                shared.copied(&self.key);
            }
        }
        Ok(())
    }
}

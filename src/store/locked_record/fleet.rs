//! The fleet's side of a locked record: joined with what other machines know of it, and written for them first.
//!
//! A record that was not joined is this machine's own copy: what is written to it stays here. Joining takes the fleet's claim,
//! or finds that the store has a newer record, or that it cannot be used. Then the machine goes on alone, under its own
//! claim, and what it writes is joined at the next contact.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::LockedRecord;
use crate::error::Result;
use crate::secret::Secret;
use crate::store::claims::WaitPolicy;
use crate::store::error::StoreError;
use crate::store::fleet::{Away, Entered, Fleet, FleetClaim, Found, FoundState};
use crate::store::key::Key;
use crate::store::place::Place;
use crate::store::records::{FleetText, Record, Sharing};

/// How long a claim is waited for that was lost.
const AGAIN: Duration = Duration::from_secs(5);

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

/// The fleet's side of one record.
pub(super) struct Shared<'a> {
    fleet: &'a Fleet,
    state: RefCell<State<'a>>,
    /// The record's text as it was read or written last.
    base: RefCell<Option<Secret>>,
    /// The version in the store of which the copy is.
    version: Cell<u64>,
    has_asked: Cell<bool>,
    /// Whether what is written guards a secret that is about to leave: then a claim that was lost is not taken again, because
    /// what the others have written meanwhile may forbid it.
    pub(super) is_guard: Cell<bool>,
}

enum State<'a> {
    /// It is not joined.
    Here,
    Held(FleetClaim<'a>),
    /// Another machine has taken the claim over, and it could not be had back.
    Lost,
    Away(Away),
}

impl<'a> Shared<'a> {
    /// The fleet's side of the record of `key`, if there is one.
    pub(super) fn of<R: Record>(place: &'a Place, key: &Key) -> Option<Self> {
        let fleet = place.fleet.as_ref()?;
        (R::SHARING != Sharing::Never).then(|| Self {
            fleet,
            state: RefCell::new(State::Here),
            base: RefCell::new(None),
            version: Cell::new(fleet.versions().of(&key.name())),
            has_asked: Cell::new(false),
            is_guard: Cell::new(false),
        })
    }

    /// Keeps what the record is now, to know later what was cleared in it.
    pub(super) fn begin<R: Record>(&self, record: &R, key: &Key) {
        self.base.replace(record.to_text(key));
    }

    /// The copy is gone, whatever version it had.
    pub(super) fn forget_version(&self) {
        self.version.set(0);
    }

    pub(super) fn note(&self, words: &str) {
        if let State::Held(claim) = &*self.state.borrow() {
            claim.note(words);
        }
    }

    pub(super) fn is_held(&self) -> bool {
        matches!(&*self.state.borrow(), State::Held(_))
    }

    /// The copy is written: it is of the version that was written or read last.
    pub(super) fn copied(&self, key: &Key) {
        self.fleet.versions().put(&key.name(), self.version.get());
    }

    fn leave(&self, away: Away) {
        self.state.replace(State::Away(away));
    }
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

    /// Compares this machine's copy with the store, and takes over what is newer there; a record that was removed there goes
    /// here too. Returns whether the copy was replaced.
    pub(crate) fn look(&mut self) -> Result<bool, String> {
        let Some(shared) = &self.shared else {
            return Ok(false);
        };
        let fleet = shared.fleet;
        let found = fleet.look(&self.key, shared.version.get());
        // Whatever it says, the next call need not ask again at once.
        fleet.looked_at(&self.key);
        let found = found.map_err(|away| away.why)?;
        match found.state {
            FoundState::Unchanged | FoundState::Missing => Ok(false),
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

    /// Removes this machine's copy alone, and what is known of its version: the store may still have the record.
    pub(crate) fn write_here(&self) -> Result<()> {
        if let Some(shared) = &self.shared {
            shared.forget_version();
        }
        self.write()
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
        let known = if is_copied { shared.version.get() } else { 0 };
        let policy = WaitPolicy {
            purpose,
            limit,
            announce: &|words| self.warning.wait(words),
        };
        let fleet = shared.fleet;
        let entered = fleet.claim(&self.key, R::SHARING, (known, wants_newer), &policy);
        self.warning.wait("");
        match entered? {
            Err(away) => {
                if !away.is_known {
                    self.warning.give_line(&away.why);
                }
                shared.leave(away);
                Ok(Joined::Away)
            }
            Ok(Entered::Seen(found)) => {
                self.take(fleet, found);
                self.copy()?;
                Ok(Joined::Newer)
            }
            Ok(Entered::Held(claim, found)) => {
                shared.state.replace(State::Held(claim));
                let was_moved = found.is_of_former_key();
                self.take(fleet, found);
                if was_moved {
                    self.save();
                }
                Ok(Joined::Held)
            }
        }
    }

    /// Takes over what the store has.
    fn take(&mut self, fleet: &Fleet, found: Found) {
        let is_copied = R::SHARING == Sharing::Copied;
        let mine = std::mem::take(&mut self.record);
        self.record = match found.state {
            // It is not written back: somebody may have emptied the store on purpose.
            FoundState::Missing | FoundState::Gone if is_copied => mine.memory(),
            FoundState::Unchanged | FoundState::Missing | FoundState::Gone => mine,
            FoundState::Text(text) => match R::parse(text.expose(), &self.key) {
                Some(theirs) => mine.joined(theirs.by_clock(-fleet.clock_offset())),
                None if is_copied => mine.memory(),
                None => mine,
            },
        };
        if let Some(shared) = &self.shared {
            shared.version.set(found.version);
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

    /// Writes the record to the store, if it is claimed there, and returns the text of the copy.
    pub(super) fn write_shared(&self, shared: &Shared<'_>) -> Result<Option<Secret>, StoreError> {
        let record = self.next(shared);
        let sent = match self.send(shared, &record) {
            Err(StoreError::Lost) if !shared.is_guard.get() => self.write_again(shared, &record),
            sent => sent.map(|()| None),
        };
        let record = match sent {
            Ok(joined) => joined.unwrap_or(record),
            // The work goes on, and the next contact brings what it left here.
            Err(StoreError::Unavailable(why)) => {
                self.warning.give_line(&why);
                shared.leave(Away {
                    why,
                    is_known: true,
                });
                record
            }
            Err(other) => return Err(other),
        };
        shared.begin(&record, &self.key);
        Ok(record.machines_text(&self.key))
    }

    /// The record as it follows the one that was read or written last.
    fn next(&self, shared: &Shared<'_>) -> R {
        let record = self.again(self.record.to_text(&self.key).as_ref());
        let base = self.again(shared.base.borrow().as_ref());
        record.following(&base)
    }

    fn again(&self, text: Option<&Secret>) -> R {
        text.and_then(|text| R::parse(text.expose(), &self.key))
            .unwrap_or_default()
    }

    fn send(&self, shared: &Shared<'_>, record: &R) -> Result<(), StoreError> {
        let state = shared.state.borrow();
        let claim = match &*state {
            State::Held(claim) => claim,
            State::Lost => return Err(StoreError::Lost),
            State::Here | State::Away(_) => return Ok(()),
        };
        let offset = shared.fleet.clock_offset();
        let record = self
            .again(record.to_text(&self.key).as_ref())
            .by_clock(offset);
        let version = match record.fleets_text(&self.key, shared.fleet.shares_okta()) {
            FleetText::Own => return Ok(()),
            FleetText::Gone => claim.write(None)?,
            FleetText::Text(text) => claim.write(Some(&text))?,
        };
        shared.version.set(version);
        Ok(())
    }

    /// Writes the record once more, after the claim was lost: joined with what the others have written meanwhile. Returns it as it
    /// was joined, if there was something to join.
    fn write_again(&self, shared: &Shared<'_>, record: &R) -> Result<Option<R>, StoreError> {
        let policy = WaitPolicy {
            purpose: "write what a sign-in has left",
            limit: AGAIN,
            announce: &|_| {},
        };
        shared.state.replace(State::Lost);
        let fleet = shared.fleet;
        let (claim, found) = match fleet.claim(&self.key, R::SHARING, (0, false), &policy)? {
            Ok(Entered::Held(claim, found)) => (claim, found),
            Ok(Entered::Seen(_)) => return Err(StoreError::Lost),
            Err(away) => return Err(StoreError::Unavailable(away.why)),
        };
        let theirs = match &found.state {
            FoundState::Text(text) => R::parse(text.expose(), &self.key),
            _ => None,
        };
        let joined = theirs.map(|theirs| {
            let mine = self.again(record.to_text(&self.key).as_ref());
            mine.joined(theirs.by_clock(-fleet.clock_offset()))
        });
        shared.state.replace(State::Held(claim));
        self.send(shared, joined.as_ref().unwrap_or(record))?;
        Ok(joined)
    }
}

//! Writing a locked record for the whole fleet, before it is written here.

use std::time::Duration;

use super::LockedRecord;
use super::fleet_side::{Shared, State};
use crate::error::Result;
use crate::secret::Secret;
use crate::store::claims::WaitPolicy;
use crate::store::error::StoreError;
use crate::store::fleet::{Away, Done, Entered, FoundState, Then};
use crate::store::records::{FleetText, Record, Sharing};

/// How long a claim is waited for that was lost.
const AGAIN: Duration = Duration::from_secs(5);

/// A record that was written to the store, or could not be.
pub(super) struct Written {
    /// The text of this machine's copy.
    pub(super) text: Option<Secret>,
    /// Lost, if another machine holds the claim and keeps it: the copy has it alone, until the next contact.
    pub(super) end: Result<(), StoreError>,
}

impl<R: Record> LockedRecord<'_, R> {
    /// Writes the record to this machine's copy alone, and forgets of which version that was: the next look takes the store's.
    pub(crate) fn write_here(&self) -> Result<()> {
        if let Some(shared) = &self.shared {
            shared.forget_version();
        }
        self.write()
    }

    /// Takes back, by `change`, that a secret was sent which never left. In the record as it was read or written before it is
    /// taken back too: it is no clear, and the counts of other machines stay.
    pub(crate) fn take_back(&mut self, change: impl Fn(&mut R)) {
        change(&mut self.record);
        if let Some(shared) = &self.shared {
            let mut base = self.again(shared.base.borrow().as_ref());
            change(&mut base);
            shared.begin(&base, &self.key);
        }
    }

    /// Writes the record to the store, if it is claimed there. What guards a secret is then written nowhere if the claim was
    /// lost: nothing is sent.
    pub(super) fn write_shared(&self, shared: &Shared<'_>) -> Result<Written, StoreError> {
        let record = self.next(shared);
        let sent = match self.send(shared, &record) {
            Err(StoreError::Lost) if !shared.is_guard.get() => self.write_again(shared, &record),
            sent => sent.map(|()| None),
        };
        let (record, end) = match sent {
            Ok(joined) => (joined.unwrap_or(record), Ok(())),
            // The work goes on, and the next contact brings what it left here.
            Err(StoreError::Unavailable(why)) => {
                self.warning.give_line(&why);
                shared.leave(Away {
                    why,
                    is_known: true,
                });
                (record, Ok(()))
            }
            Err(StoreError::Lost | StoreError::Busy(_)) => {
                shared.state.replace(State::Lost);
                if shared.is_guard.get() {
                    return Err(StoreError::Lost);
                }
                (record, Err(StoreError::Lost))
            }
            Err(other) => return Err(other),
        };
        shared.begin(&record, &self.key);
        Ok(Written {
            text: record.machines_text(&self.key),
            end,
        })
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
        let then = match shared.is_last.get() {
            true => Then::Release,
            false => Then::Keep,
        };
        let offset = shared.fleet.clock_offset();
        let record = self
            .again(record.to_text(&self.key).as_ref())
            .by_clock(offset);
        let Done {
            version,
            unconfirmed,
        } = match record.fleets_text(&self.key, shared.fleet.shares_okta()) {
            FleetText::Own => return Ok(()),
            FleetText::Gone => claim.write(None, then)?,
            FleetText::Text(text) => claim.write(Some(&text), then)?,
        };
        // The claim is held all the same: only a secret has to wait for the replicas.
        if let Some(words) = &unconfirmed {
            self.warning.give_line(words);
        }
        shared.unconfirmed.replace(unconfirmed);
        shared.set_version(version);
        shared.set_trouble(None);
        Ok(())
    }

    /// Writes the record once more, after the claim was lost: joined with what the others have written meanwhile. Returns it as it
    /// was joined, if there was something to join. An entry that others have removed stays so, and of an account's last write the
    /// memory alone is left: others may have ended its session.
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
        let is_copied = R::SHARING == Sharing::Copied;
        let theirs = match &found.state {
            FoundState::Gone if is_copied => return Ok(None),
            FoundState::Gone => Some(R::default()),
            FoundState::Text(text) => R::parse(text.expose(), &self.key),
            _ => None,
        };
        let joined = theirs.map(|theirs| {
            let mine = self.again(record.to_text(&self.key).as_ref());
            let mine = match shared.is_last.get() && !is_copied {
                true => mine.memory(),
                false => mine,
            };
            mine.joined(theirs.by_clock(-fleet.clock_offset()))
        });
        shared.state.replace(State::Held(claim));
        self.send(shared, joined.as_ref().unwrap_or(record))?;
        Ok(joined)
    }
}

//! Entering a record: it is looked at, or claimed for all machines.

use std::time::Duration;

use super::claim::FleetClaim;
use super::question::{Mode, Question};
use super::reply::{Outcome, Seen};
use super::seal::{SealingKey, Unopened};
use super::wait::Wait;
use super::{Away, Fleet, life};
use crate::secret::{Secret, random_hex};
use crate::store::claims::WaitPolicy;
use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::records::Sharing;

/// The state of a record in the store.
#[derive(Debug)]
pub(crate) struct Found {
    /// 0 if the store has none, or has it under the name by a former key alone.
    pub(crate) version: u64,
    pub(crate) state: FoundState,
}

#[derive(Debug)]
pub(crate) enum FoundState {
    /// Nothing that is newer than the known version.
    Unchanged,
    /// It has never had the record, or has lost it.
    Missing,
    /// The record was removed.
    Gone,
    /// The fleet's key does not open it.
    Unopened,
    Text(Secret),
}

impl Found {
    /// Returns whether it is sealed with a key that the fleet has moved away from, and is to be sealed anew.
    pub(crate) fn is_of_former_key(&self) -> bool {
        self.version == 0 && matches!(self.state, FoundState::Text(_))
    }
}

/// The outcome of entering a record.
pub(crate) enum Entered<'a> {
    /// It was only seen.
    Seen(Found),
    /// The claim is held.
    Held(FleetClaim<'a>, Found),
}

/// The known version of a record, for a question.
#[derive(Clone, Copy)]
struct Known {
    version: u64,
    sharing: Sharing,
}

impl Fleet {
    /// Looks at the record of `key`, of which the version `known` is here.
    pub(crate) fn look(&self, key: &Key, sharing: Sharing, known: u64) -> Result<Found, Away> {
        let question = Question {
            key,
            token: "",
            mode: Mode::Look,
            known,
            life: Duration::ZERO,
            other: None,
        };
        let known = Known {
            version: known,
            sharing,
        };
        if let Some((at, seen)) = self.ahead.take(key) {
            return self.found(key, at, &seen, known);
        }
        match self.enter(&question)? {
            (at, Outcome::Seen(seen)) => self.found(key, at, &seen, known),
            _ => Err(self.confused()),
        }
    }

    /// Has the next claim bring the state of the record of `key` too, for the look at it that follows.
    pub(crate) fn look_ahead(&self, key: Key) {
        self.ahead.want(key);
    }

    /// Claims the record of `key`, and waits for its holder as long as `policy` says. With `wants_newer`, a record that is
    /// newer than the version `known` is returned without a claim, and without a wait.
    pub(crate) fn claim(
        &self,
        key: &Key,
        sharing: Sharing,
        (known, wants_newer): (u64, bool),
        policy: &WaitPolicy<'_>,
    ) -> Result<Result<Entered<'_>, Away>, StoreError> {
        let token = random_hex();
        let other = self.ahead.wanted_beside(key);
        let question = Question {
            key,
            token: &token,
            mode: if wants_newer { Mode::Want } else { Mode::Must },
            known,
            life: life(sharing),
            other: other.as_ref(),
        };
        let known = Known {
            version: known,
            sharing,
        };
        let mut wait = Wait::new(policy);
        loop {
            let (at, outcome) = match self.enter(&question) {
                Ok(entered) => entered,
                Err(away) => return Ok(Err(away)),
            };
            match outcome {
                Outcome::Seen(seen) => {
                    return Ok(self.found(key, at, &seen, known).map(Entered::Seen));
                }
                Outcome::Held { seen, fence, other } => {
                    self.ahead.put(at, other);
                    return Ok(self.held(&question, at, (&seen, known), fence));
                }
                Outcome::Busy { note } => wait.next(self.doing(key, at, note).as_deref())?,
            }
        }
    }

    fn doing(&self, key: &Key, at: usize, note: Option<Vec<u8>>) -> Option<String> {
        let sealing = &self.contact().ok()?.keys[at];
        self.open_note(sealing, key, &note?)
    }

    fn held(
        &self,
        question: &Question<'_>,
        at: usize,
        (seen, known): (&Seen, Known),
        fence: u64,
    ) -> Result<Entered<'_>, Away> {
        let contact = self.contact()?;
        let remote = self.named(&contact.keys[at], question.key);
        let token = question.token.to_owned();
        let claim = FleetClaim::new(self, contact, at, (token, remote), (fence, known.sharing));
        // An account that does not open is not replaced: the claim is released.
        let found = self.found(question.key, at, seen, known)?;
        Ok(Entered::Held(claim, found))
    }

    /// Reads what was seen under the name by the key `at`. A sign-in replaces an entry that does not open;
    /// an account that does not is left alone, since it guards the account.
    fn found(&self, key: &Key, at: usize, seen: &Seen, known: Known) -> Result<Found, Away> {
        let version = seen.version;
        let sealing: &SealingKey = &self.contact()?.keys[at];
        let text = match self.open(sealing, key, seen) {
            Err(Unopened::Foreign) if known.sharing == Sharing::Copied => {
                let state = FoundState::Unopened;
                return Ok(Found { version, state });
            }
            opened => opened.map_err(|unopened| self.unopened(unopened))?,
        };
        let state = match text {
            Some(text) => FoundState::Text(text),
            None if version == 0 => match self.look_former(key)? {
                Some(text) => FoundState::Text(text),
                None => FoundState::Missing,
            },
            None if version > known.version => FoundState::Gone,
            None => FoundState::Unchanged,
        };
        Ok(Found { version, state })
    }

    fn unopened(&self, unopened: Unopened) -> Away {
        let server = self.server();
        Away {
            why: match unopened {
                Unopened::NewerForm => format!("a newer program has written to {server}"),
                Unopened::Foreign => {
                    format!("{server} has a record that the fleet's key does not open")
                }
            },
            is_known: false,
        }
    }

    fn confused(&self) -> Away {
        Away {
            why: format!("{} does not answer as asked", self.server()),
            is_known: false,
        }
    }
}

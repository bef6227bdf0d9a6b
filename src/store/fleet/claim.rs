//! The fleet's claim on one record: taken with ENTER, kept by the thread, written under and released with LEAVE.

use std::cell::Cell;
use std::time::Duration;

use super::question::{Mode, Question, RemoteName};
use super::reply::{Outcome, Seen};
use super::scripts::{KEEP, LEAVE};
use super::seal::{SealedKind, Unopened};
use super::wait::Wait;
use super::{Away, ENTRY_LIFE, Fleet, LEASE};
use crate::secret::{Secret, random_hex};
use crate::store::claims::WaitPolicy;
use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::records::Sharing;
use crate::store_client::{Repeated, Reply, ScriptCall};

/// How long what was removed is remembered as removed: longer than any copy can be of use.
const GONE_LIFE: Duration = Duration::from_secs(8 * 24 * 60 * 60);

/// The state of a record in the store.
#[derive(Debug)]
pub(crate) struct Found {
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
    Text(Secret),
}

impl Found {
    /// Whether it is sealed with a key that the fleet has moved away from, and is to be sealed anew.
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

/// The fleet's claim on one record. Dropping it releases it.
pub(crate) struct FleetClaim<'a> {
    fleet: &'a Fleet,
    token: String,
    remote: RemoteName,
    /// The version of the next write: the fence, and what follows it.
    next: Cell<u64>,
    sharing: Sharing,
    repeated: Repeated,
    is_over: Cell<bool>,
}

impl Fleet {
    /// Looks at the record of `key`, of which the version `known` is here.
    pub(crate) fn look(&self, key: &Key, known: u64) -> Result<Found, Away> {
        let question = Question {
            key,
            token: "",
            mode: Mode::Look,
            known,
            life: Duration::ZERO,
        };
        match self.enter(&question)? {
            Outcome::Seen(seen) => self.found(key, &seen, known, Sharing::Remembered),
            _ => Err(self.confused()),
        }
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
        let question = Question {
            key,
            token: &token,
            mode: if wants_newer { Mode::Want } else { Mode::Must },
            known,
            life: match sharing {
                Sharing::Copied => ENTRY_LIFE,
                Sharing::Remembered | Sharing::Never => Duration::ZERO,
            },
        };
        let mut wait = Wait::new(policy);
        loop {
            let outcome = match self.enter(&question) {
                Ok(outcome) => outcome,
                Err(away) => return Ok(Err(away)),
            };
            match outcome {
                Outcome::Seen(seen) => {
                    return Ok(self.found(key, &seen, known, sharing).map(Entered::Seen));
                }
                Outcome::Held { seen, fence } => {
                    return Ok(self.held(key, sharing, token.clone(), (&seen, known), fence));
                }
                Outcome::Busy { note, .. } => {
                    let doing = note.and_then(|note| self.open_note(key, &note));
                    wait.next(doing.as_deref())?;
                }
                Outcome::OtherKey(_) => return Ok(Err(self.confused())),
            }
        }
    }

    fn confused(&self) -> Away {
        Away {
            why: format!(
                "the store {} does not answer as asked",
                self.settings().server
            ),
            is_known: false,
        }
    }

    fn held(
        &self,
        key: &Key,
        sharing: Sharing,
        token: String,
        (seen, known): (&Seen, u64),
        fence: u64,
    ) -> Result<Entered<'_>, Away> {
        let remote = self.remote_name(key)?;
        let keep = keep(&remote.key, &token, None);
        let claim = FleetClaim {
            repeated: self.contact()?.client.repeat(keep),
            fleet: self,
            token,
            remote,
            next: Cell::new(fence),
            sharing,
            is_over: Cell::new(false),
        };
        // What does not open and is not to be lost is not replaced: the claim is released.
        let found = self.found(key, seen, known, sharing)?;
        Ok(Entered::Held(claim, found))
    }

    /// Reads what was seen. An entry that does not open counts as none, and a sign-in replaces it; an account that does not is
    /// left alone, since it guards the account.
    fn found(&self, key: &Key, seen: &Seen, known: u64, sharing: Sharing) -> Result<Found, Away> {
        let version = seen.version;
        let text = match self.open(key, seen) {
            Err((Unopened::Foreign, _)) if sharing == Sharing::Copied => None,
            opened => opened.map_err(|(_, away)| away)?,
        };
        let state = match text {
            Some(text) => FoundState::Text(text),
            None if version == 0 => match self.look_former(key)? {
                Some(text) => FoundState::Text(text),
                None => FoundState::Missing,
            },
            None if version > known => FoundState::Gone,
            None => FoundState::Unchanged,
        };
        Ok(Found { version, state })
    }
}

/// The script that extends a claim, and with a note says what for.
fn keep(key: &str, token: &str, note: Option<Vec<u8>>) -> ScriptCall {
    let lease = LEASE.as_millis().to_string().into_bytes();
    let arguments = [token.as_bytes().to_vec(), lease].into_iter().chain(note);
    ScriptCall {
        script: KEEP,
        keys: vec![key.to_owned()],
        arguments: arguments.collect(),
        replicas: 0,
    }
}

impl FleetClaim<'_> {
    /// Tells those who wait what the holder is doing. They wait all the same if they cannot be told.
    pub(crate) fn note(&self, words: &str) {
        if self.is_over.get() {
            return;
        }
        let sealed = self
            .fleet
            .seal(&self.remote.name, SealedKind::Note, 0, words);
        let _ = self
            .fleet
            .call(keep(&self.remote.key, &self.token, Some(sealed)));
    }

    /// Writes the record, or that it is gone, and keeps the claim. Returns the version that it has then. Nothing is written
    /// under a claim that was lost.
    pub(crate) fn write(&self, text: Option<&Secret>) -> Result<u64, StoreError> {
        if self.is_over.get() || self.repeated.was_refused() {
            return Err(StoreError::Lost);
        }
        let version = self.next.get();
        let (value, life) = match text {
            None => (Vec::new(), GONE_LIFE),
            Some(text) => {
                let sealed = self.fleet.seal(
                    &self.remote.name,
                    SealedKind::Record,
                    version,
                    text.expose(),
                );
                let life = match self.sharing {
                    Sharing::Copied => ENTRY_LIFE,
                    Sharing::Remembered | Sharing::Never => Duration::ZERO,
                };
                (sealed, life)
            }
        };
        let life = life.as_millis().to_string();
        let words = [
            version.to_string().into_bytes(),
            value,
            life.into_bytes(),
            b"keep".to_vec(),
        ];
        match self.leave(words.into(), self.fleet.settings().replicas) {
            Ok(true) => {
                self.next.set(version + 1);
                Ok(version)
            }
            Ok(false) => self.look_for(version),
            Err(away) => Err(StoreError::Unavailable(away.why)),
        }
    }

    /// Returns whether the write of `version` has arrived after all: an answer may be lost, and the same write is refused when
    /// it is repeated.
    fn look_for(&self, version: u64) -> Result<u64, StoreError> {
        let written = self.fleet.version_of(&self.remote.key);
        match written {
            Ok(found) if found == version => {
                self.next.set(version + 1);
                Ok(version)
            }
            Ok(_) => {
                self.is_over.set(true);
                Err(StoreError::Lost)
            }
            Err(away) => Err(StoreError::Unavailable(away.why)),
        }
    }

    fn leave(&self, arguments: Vec<Vec<u8>>, replicas: u8) -> Result<bool, Away> {
        let token = self.token.as_bytes().to_vec();
        let call = ScriptCall {
            script: LEAVE,
            keys: vec![self.remote.key.clone()],
            arguments: std::iter::once(token).chain(arguments).collect(),
            replicas,
        };
        Ok(self.fleet.call(call)? == Reply::Number(1))
    }
}

impl Drop for FleetClaim<'_> {
    fn drop(&mut self) {
        if !self.is_over.replace(true) {
            let words = vec![Vec::new(), Vec::new(), b"0".to_vec(), b"leave".to_vec()];
            let _ = self.leave(words, 0);
        }
    }
}

//! The fleet's claim on one record: kept by the thread with KEEP, written under and released with LEAVE.

use std::cell::Cell;
use std::time::Duration;

use super::contact::Contact;
use super::question::RemoteName;
use super::scripts::{KEEP, LEAVE};
use super::seal::{SealedKind, SealingKey};
use super::{Away, Fleet, LEASE, life};
use crate::secret::Secret;
use crate::store::error::StoreError;
use crate::store::records::Sharing;
use crate::store_client::{Repeated, Reply, ScriptCall};

/// How long the store knows that a record was removed: longer than any copy can be of use.
const GONE_LIFE: Duration = Duration::from_secs(8 * 24 * 60 * 60);

/// The fleet's claim on one record. Dropping it releases it.
pub(crate) struct FleetClaim<'a> {
    fleet: &'a Fleet,
    contact: &'a Contact,
    /// The number of the key by which the record has its name. The fleet may move to another one while this is held.
    at: usize,
    token: String,
    /// The record's own name.
    name: String,
    names: Names,
    /// The version of the next write: the fence, and what follows it.
    next: Cell<u64>,
    sharing: Sharing,
    repeated: Repeated,
    /// Set while those who wait are told something.
    is_noted: Cell<bool>,
    is_over: Cell<bool>,
}

/// The fate of a claim after a write under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Keep,
    Release,
}

/// A write that the server has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Done {
    /// The version that the record has then.
    pub(crate) version: u64,
    /// The words, if too few replicas know of it.
    pub(crate) unconfirmed: Option<String>,
}

/// The names that each script under a claim is given.
struct Names {
    record: String,
    pin: String,
    /// The id of the key by which the record has its name.
    id: String,
}

impl Names {
    fn call(&self, script: &'static str, arguments: Vec<Vec<u8>>) -> ScriptCall {
        ScriptCall {
            script,
            keys: vec![self.record.clone(), self.pin.clone()],
            arguments,
            replicas: 0,
        }
    }

    /// The script that extends the claim of the token, and with a note says what for.
    fn keep(&self, token: &str, note: Option<Vec<u8>>) -> ScriptCall {
        let lease = LEASE.as_millis().to_string();
        let words = [token, &lease, &self.id].map(|word| word.as_bytes().to_vec());
        self.call(KEEP, words.into_iter().chain(note).collect())
    }
}

impl<'a> FleetClaim<'a> {
    /// The claim that the token holds on the record of this name, with this fence. The thread extends it from now on.
    pub(super) fn new(
        fleet: &'a Fleet,
        contact: &'a Contact,
        at: usize,
        (token, remote): (String, RemoteName),
        (fence, sharing): (u64, Sharing),
    ) -> Self {
        let names = Names {
            record: remote.key,
            pin: fleet.pin(),
            id: contact.keys[at].id(),
        };
        Self {
            repeated: contact.client.repeat(names.keep(&token, None)),
            fleet,
            contact,
            at,
            token,
            name: remote.name,
            names,
            next: Cell::new(fence),
            sharing,
            is_noted: Cell::new(false),
            is_over: Cell::new(false),
        }
    }

    fn sealing(&self) -> &SealingKey {
        &self.contact.keys[self.at]
    }

    fn seal(&self, kind: SealedKind, version: u64, text: &str) -> Vec<u8> {
        let place = self.fleet.place(&self.name, kind, version);
        self.sealing().seal(place, text)
    }

    /// Tells those who wait what the holder is doing. They wait all the same if they cannot be told.
    pub(crate) fn note(&self, words: &str) {
        let was_noted = self.is_noted.replace(!words.is_empty());
        if !self.is_over.get() && (was_noted || self.is_noted.get()) {
            let sealed = self.seal(SealedKind::Note, 0, words);
            let _ = self.fleet.call(self.names.keep(&self.token, Some(sealed)));
        }
    }

    /// Writes the record, or that it is gone. Nothing is written under a claim that was lost.
    pub(crate) fn write(&self, text: Option<&Secret>, then: Then) -> Result<Done, StoreError> {
        if self.is_over.get() || self.repeated.was_refused() {
            return Err(self.lost());
        }
        let version = self.next.get();
        let (value, life) = match text {
            None => (Vec::new(), GONE_LIFE),
            Some(text) => (
                self.seal(SealedKind::Record, version, text.expose()),
                life(self.sharing),
            ),
        };
        let version_text = version.to_string().into_bytes();
        let life = life.as_millis().to_string().into_bytes();
        let word = match then {
            Then::Keep => b"keep".to_vec(),
            Then::Release => b"leave".to_vec(),
        };
        let is_confirmed = match self.leave([version_text, value, life, word], self.replicas()) {
            Ok(Reply::Number(1)) => true,
            Ok(Reply::Unconfirmed) => false,
            Ok(_) => self.look_for(version, then)?,
            Err(away) => return Err(StoreError::Unavailable(away.why)),
        };
        self.next.set(version + 1);
        self.is_over.set(then == Then::Release);
        Ok(Done {
            version,
            unconfirmed: (!is_confirmed).then(|| self.fleet.unconfirmed()),
        })
    }

    /// Asks the server whether another machine has taken the claim over.
    pub(crate) fn is_taken_over(&self) -> bool {
        let call = self.names.keep(&self.token, None);
        let is_taken_over = self.is_over.get()
            || self.repeated.was_refused()
            || self.fleet.call(call) == Ok(Reply::Number(0));
        self.is_over.set(is_taken_over);
        is_taken_over
    }

    fn replicas(&self) -> u8 {
        self.fleet.settings().replicas
    }

    fn lost(&self) -> StoreError {
        self.is_over.set(true);
        StoreError::Lost
    }

    /// Finds out whether the write of `version` has arrived after all: an answer may be lost, and the same write is refused
    /// when it is repeated. Returns whether the replicas have confirmed it: they did not confirm the repetition, so a claim that is
    /// kept is extended, which they confirm with all that came before it; and which says that it is still held. After a write
    /// that releases the claim no secret leaves, so it needs no confirmation; and another machine may have written since, or
    /// removed the entry: its word stands.
    fn look_for(&self, version: u64, then: Then) -> Result<bool, StoreError> {
        let unavailable = |away: Away| StoreError::Unavailable(away.why);
        let found = (self.fleet).version_of(&self.names.record, self.sealing());
        let found = found.map_err(unavailable)?;
        let is_superseded = found > version && self.sharing == Sharing::Copied;
        if then == Then::Release && (found == version || is_superseded) {
            return Ok(true);
        }
        if found != version {
            return Err(self.lost());
        }
        let call = ScriptCall {
            replicas: self.replicas(),
            ..self.names.keep(&self.token, None)
        };
        match self.fleet.call(call).map_err(unavailable)? {
            Reply::Number(1) => Ok(true),
            Reply::Unconfirmed => Ok(false),
            _ => Err(self.lost()),
        }
    }

    fn leave(&self, words: [Vec<u8>; 4], replicas: u8) -> Result<Reply, Away> {
        let (token, id) = (self.token.clone().into_bytes(), self.names.id.clone());
        let words = std::iter::once(token).chain(words);
        let words = words.chain([id.into_bytes()]).collect();
        let call = ScriptCall {
            replicas,
            ..self.names.call(LEAVE, words)
        };
        self.fleet.call(call)
    }
}

impl Drop for FleetClaim<'_> {
    fn drop(&mut self) {
        if !self.is_over.replace(true) {
            let words = [Vec::new(), Vec::new(), b"0".to_vec(), b"leave".to_vec()];
            let _ = self.leave(words, 0);
        }
    }
}

//! The question about one record: looked at or claimed, under the name that it has by the fleet's key. Where the fleet has
//! moved to another key, or moves now, the former names are looked up too.

use std::time::Duration;

use super::contact::Contact;
use super::reply::{self, EnterReply, Outcome};
use super::scripts::{ENTER, MOVE};
use super::seal::SealingKey;
use super::{Away, Fleet, LEASE};
use crate::clock;
use crate::error::Result;
use crate::secret::Secret;
use crate::store::key::Key;
use crate::store_client::{Reply, ScriptCall};

/// How a record is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Look,
    Want,
    Must,
}

/// A record in the store, by the key that is used now.
pub(super) struct RemoteName {
    /// The record's own name.
    pub(super) name: String,
    /// The name of its hash.
    pub(super) key: String,
}

/// One question about a record.
pub(super) struct Question<'a> {
    pub(super) key: &'a Key,
    pub(super) token: &'a str,
    pub(super) mode: Mode,
    pub(super) known: u64,
    /// How long a record lives that is not there yet; zero for good.
    pub(super) life: Duration,
}

impl Fleet {
    /// Enters a record with the key that the fleet uses.
    pub(super) fn enter(&self, question: &Question<'_>) -> Result<Outcome, Away> {
        // The pin may move between two calls, but not for ever.
        for _ in 0..4 {
            let contact = self.contact()?;
            let at = contact.pinned.get();
            let sent = clock::now();
            let reply = self.call(self.question(question, at))?;
            let received = clock::now();
            let EnterReply { now, outcome } =
                reply::enter(reply).map_err(|trouble| self.troubled(&trouble))?;
            let (sent, received) = (sent.unix_timestamp_nanos(), received.unix_timestamp_nanos());
            let middle = sent.midpoint(received);
            let middle = i64::try_from(middle / 1_000_000).unwrap_or(now);
            contact.offset.set(now - middle);
            match outcome {
                Outcome::OtherKey(id) => self.use_key(contact, &id)?,
                outcome => return Ok(outcome),
            }
        }
        Err(self.away("its key changes all the time"))
    }

    fn question(&self, question: &Question<'_>, at: usize) -> ScriptCall {
        let contact = self.contact().expect("the caller has it");
        let mode = match question.mode {
            Mode::Look => "look",
            Mode::Want => "want",
            Mode::Must => "must",
        };
        let pinned = &contact.keys[contact.pinned.get()];
        let texts = [
            question.token,
            &LEASE.as_millis().to_string(),
            &question.known.to_string(),
            mode,
            &pinned.id(),
            &question.life.as_millis().to_string(),
        ];
        ScriptCall {
            script: ENTER,
            keys: vec![
                self.named(&contact.keys[at], question.key).key,
                format!("{}key", self.prefix()),
            ],
            arguments: texts.iter().map(|text| text.as_bytes().to_vec()).collect(),
            replicas: 0,
        }
    }

    /// Takes the key called `id`, which seals the fleet's records. A machine whose first key is another one moves the fleet
    /// to that, unless the fleet has come from there: then its list is the older one.
    fn use_key(&self, contact: &Contact, id: &str) -> Result<(), Away> {
        let known = contact.keys.iter().position(|key| key.id() == id);
        let Some(at) = known else {
            let words = "the fleet seals with another key than the configured ones: check key";
            return Err(self.away(words));
        };
        let moves = ScriptCall {
            script: MOVE,
            keys: vec![
                format!("{}key", self.prefix()),
                format!("{}former", self.prefix()),
            ],
            arguments: vec![id.into(), contact.keys[0].id().into()],
            replicas: 0,
        };
        let was_moved = at != 0 && self.call(moves)? == Reply::Number(1);
        contact.pinned.set(if was_moved { 0 } else { at });
        Ok(())
    }

    /// The version of the record in the hash called `key`.
    pub(super) fn version_of(&self, key: &str) -> Result<u64, Away> {
        let contact = self.contact()?;
        let id = contact.keys[contact.pinned.get()].id();
        let words = ["", "0", "0", "look", &id, "0"];
        let reply = self.call(ScriptCall {
            script: ENTER,
            keys: vec![key.to_owned(), format!("{}key", self.prefix())],
            arguments: words.iter().map(|word| word.as_bytes().to_vec()).collect(),
            replicas: 0,
        })?;
        match reply::enter(reply).map(|reply| reply.outcome) {
            Ok(Outcome::Seen(seen)) => Ok(seen.version),
            Ok(_) => Ok(0),
            Err(trouble) => Err(self.troubled(&trouble)),
        }
    }

    pub(super) fn named(&self, key: &SealingKey, record: &Key) -> RemoteName {
        let name = key.name(record.fields.iter());
        RemoteName {
            key: format!("{}{name}", self.prefix()),
            name,
        }
    }

    /// The record's name by the key in use.
    pub(super) fn remote_name(&self, record: &Key) -> Result<RemoteName, Away> {
        let contact = self.contact()?;
        Ok(self.named(&contact.keys[contact.pinned.get()], record))
    }

    /// Looks for a record that was sealed under another of the keys, before the fleet moved to this one.
    pub(super) fn look_former(&self, key: &Key) -> Result<Option<Secret>, Away> {
        let contact = self.contact()?;
        let others = (0..contact.keys.len()).filter(|at| *at != contact.pinned.get());
        for at in others {
            let question = Question {
                key,
                token: "",
                mode: Mode::Look,
                known: 0,
                life: Duration::ZERO,
            };
            let reply = self.call(self.question(&question, at))?;
            let reply = reply::enter(reply).map_err(|trouble| self.troubled(&trouble))?;
            if let Outcome::Seen(seen) = reply.outcome
                && let Ok(Some(text)) = self.open_with(&contact.keys[at], key, &seen)
            {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// How far the server's clock is ahead of this machine's. A second or two are the network's, and nobody's clock is exact.
    pub(in crate::store) fn clock_offset(&self) -> time::Duration {
        let contact = self.contact.get().and_then(|contact| contact.as_ref().ok());
        let offset = contact.map_or(0, |contact| contact.offset.get());
        match offset.abs() > 2_000 {
            true => time::Duration::milliseconds(offset),
            false => time::Duration::ZERO,
        }
    }
}

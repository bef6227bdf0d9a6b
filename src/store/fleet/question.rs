//! The question about one record: looked at or claimed, under the name that it has by the fleet's key. Where the fleet has
//! moved to another key, or moves now, the former names are looked up too.

use std::time::Duration;

use super::contact::Contact;
use super::reply::{self, Answer, Outcome};
use super::scripts::{ENTER, MOVE};
use super::seal::SealingKey;
use super::{Away, Fleet, LEASE};
use crate::clock::{self, Moment};
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
    /// The record that is looked at too, if this one is claimed.
    pub(super) other: Option<&'a Key>,
}

impl Fleet {
    /// Enters a record with the key that the fleet uses. Returns the number of that key with the outcome.
    pub(super) fn enter(&self, question: &Question<'_>) -> Result<(usize, Outcome), Away> {
        // The pin may move between two calls, but not for ever.
        for _ in 0..4 {
            let contact = self.contact()?;
            let at = contact.pinned.get();
            let sent = clock::now();
            let reply = self.call(self.question(contact, question, at))?;
            let received = clock::now();
            let reply = reply::enter(reply).map_err(|trouble| self.troubled(&trouble))?;
            contact.offset.set(offset(reply.now, sent, received));
            match reply.answer {
                Answer::OtherKey(id) => self.use_key(contact, &id)?,
                Answer::Entered(outcome) => return Ok((at, outcome)),
            }
        }
        Err(self.away("its key changes all the time"))
    }

    fn question(&self, contact: &Contact, question: &Question<'_>, at: usize) -> ScriptCall {
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
        let name = |key| self.named(&contact.keys[at], key).key;
        let names = [name(question.key), self.pin()].into_iter();
        ScriptCall {
            script: ENTER,
            keys: names.chain(question.other.map(name)).collect(),
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
            keys: vec![self.pin(), format!("{}former", self.prefix())],
            arguments: vec![id.into(), contact.keys[0].id().into()],
            replicas: 0,
        };
        let was_moved = at != 0 && self.call(moves)? == Reply::Number(1);
        contact.pinned.set(if was_moved { 0 } else { at });
        Ok(())
    }

    /// The version of the record in the hash called `key`, which has that name by `sealing`; 0 if the fleet has moved to
    /// another key.
    pub(super) fn version_of(&self, key: &str, sealing: &SealingKey) -> Result<u64, Away> {
        let words = ["", "0", "0", "look", &sealing.id(), "0"];
        let reply = self.call(ScriptCall {
            script: ENTER,
            keys: vec![key.to_owned(), self.pin()],
            arguments: words.iter().map(|word| word.as_bytes().to_vec()).collect(),
            replicas: 0,
        })?;
        match reply::enter(reply).map(|reply| reply.answer) {
            Ok(Answer::Entered(Outcome::Seen(seen))) => Ok(seen.version),
            Ok(_) => Ok(0),
            Err(trouble) => Err(self.troubled(&trouble)),
        }
    }

    /// The name of the pin: the id of the key that seals the fleet's records.
    pub(super) fn pin(&self) -> String {
        format!("{}key", self.prefix())
    }

    pub(super) fn named(&self, key: &SealingKey, record: &Key) -> RemoteName {
        let name = key.name(record.fields.iter());
        RemoteName {
            key: format!("{}{name}", self.prefix()),
            name,
        }
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
                other: None,
            };
            let reply = self.call(self.question(contact, &question, at))?;
            let reply = reply::enter(reply).map_err(|trouble| self.troubled(&trouble))?;
            if let Answer::Entered(Outcome::Seen(seen)) = reply.answer
                && let Ok(Some(text)) = self.open(&contact.keys[at], key, &seen)
            {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Returns whether the store has an older version than this machine knows: it was set back, brought back from a copy, or
    /// somebody plays an old record again. A known version that is more than a day ahead is a wrong clock's.
    pub(in crate::store) fn is_older(&self, known: u64, found: u64) -> bool {
        let now = clock::now().saturating_add(self.clock_offset() + time::Duration::DAY);
        let far = u64::try_from(now.unix_timestamp_nanos() / 1_000).unwrap_or(u64::MAX);
        found != 0 && found < known && known <= far
    }

    /// The words for that, about the record of `key`.
    pub(in crate::store) fn older_words(&self, key: &Key) -> String {
        let (server, host) = (self.server(), key.host());
        format!(
            "{server} has an older record of {host} than this machine had: it was set back, or is a copy from before"
        )
    }

    /// The words for a record of `key` that the fleet's key does not open.
    pub(in crate::store) fn unopened_words(&self, key: &Key) -> String {
        let (server, host) = (self.server(), key.host());
        format!(
            "{server} has a record of {host} that the fleet's key does not open: a sign-in replaces it"
        )
    }

    /// How far the server's clock is ahead of this machine's. A second or two are the network's, and nobody's clock is exact.
    pub(in crate::store) fn clock_offset(&self) -> time::Duration {
        let contact = self.contact.get().and_then(|contact| contact.as_ref().ok());
        let offset = contact.map_or(0, |contact| contact.offset.get());
        match offset.unsigned_abs() > 2_000 {
            true => time::Duration::milliseconds(offset),
            false => time::Duration::ZERO,
        }
    }
}

/// How far a server's clock that shows `server`, in milliseconds since 1970, is ahead of this machine's. It was read between the
/// two moments, and may show anything.
fn offset(server: i64, sent: Moment, received: Moment) -> i64 {
    let middle = (sent.unix_timestamp_nanos()).midpoint(received.unix_timestamp_nanos());
    let middle = i64::try_from(middle / 1_000_000).expect("a moment has a year of four digits");
    server.saturating_sub(middle)
}

#[cfg(test)]
mod tests {
    use super::offset;
    use time::Duration;
    use time::macros::datetime;

    #[test]
    fn no_clock_of_a_server_is_too_absurd() {
        let now = datetime!(2026-11-23 20:00 UTC);
        let then = now + Duration::seconds(2);
        let middle = 1_795_464_001_000;
        assert_eq!(offset(middle + 7, now, then), 7);
        assert_eq!(offset(i64::MIN, now, then), i64::MIN);
        assert_eq!(offset(i64::MAX, now, then), i64::MAX - middle);
    }
}

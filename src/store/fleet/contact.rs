//! Contact with the store: its keys, its server, and the one script by which a record is looked at and claimed.

use std::cell::Cell;
use std::time::Duration;

use super::breaker::seconds;
use super::reply::{self, EnterReply, Outcome, Seen};
use super::scripts::{COMMANDS, ENTER, MOVE};
use super::seal::{Place, SealedKind, SealingKey, Unopened};
use super::{Away, Entered, FIRST, Fleet, HURRIED, LEASE, NEXT};
use crate::clock;
use crate::error::Result;
use crate::secret::Secret;
use crate::store::claims::WaitPolicy;
use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::records::Sharing;
use crate::store_client::{Access, Reply, ScriptCall, StoreClient, Trouble, TroubleKind};

/// What is known of the store once it was reached.
pub(super) struct Contact {
    pub(super) client: StoreClient,
    keys: Vec<SealingKey>,
    /// Which of the keys seals the fleet's records.
    pinned: Cell<usize>,
    /// How far the server's clock is ahead of this machine's, in milliseconds.
    offset: Cell<i64>,
    was_reached: Cell<bool>,
}

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
    /// The contact, unless the store was found unusable lately.
    pub(super) fn contact(&self) -> Result<&Contact, Away> {
        if self.is_gone.get() {
            return Err(Away {
                why: format!("{} was lost", self.server()),
                is_known: true,
            });
        }
        if self.contact.get().is_none()
            && !self.insists.get()
            && let Some((why, left)) = self.breaker.holds()
        {
            return Err(Away {
                why: format!("{why}; it is tried again in {}", seconds(left)),
                is_known: true,
            });
        }
        let contact = self.contact.get_or_init(|| self.begin());
        contact.as_ref().map_err(|why| self.away(why))
    }

    /// Fetches the secrets of the store, and starts its thread.
    fn begin(&self) -> Result<Contact, String> {
        let settings = &self.settings;
        let name = &settings.namespace;
        let fetch = |source, what: &str| {
            (self.fetch)(source, &format!("{what} of the fleet {name}"))
                .map_err(|error| error.parts().take(2).collect::<Vec<_>>().join(": "))
        };
        let mut keys = Vec::new();
        for source in &settings.keys {
            let text: Secret = fetch(source, "the key")?;
            keys.push(SealingKey::parse(&text).ok_or_else(|| {
                format!(
                    "the key of the fleet {name} is not 32 bytes in hexadecimal digits or base64"
                )
            })?);
        }
        let password = settings.password.as_ref();
        let password = password.map(|source| fetch(source, "the password"));
        let access = Access {
            server: settings.server.clone(),
            ca: settings.ca.clone(),
            certificate: settings.certificate.clone(),
            username: settings.username.clone(),
            password: password.transpose()?,
        };
        Ok(Contact {
            client: StoreClient::start(access).map_err(|trouble| trouble.words)?,
            keys,
            pinned: Cell::new(0),
            offset: Cell::new(0),
            was_reached: Cell::new(false),
        })
    }

    fn server(&self) -> String {
        format!("the store {}", self.settings.server)
    }

    /// The store cannot be used because of `why`: other processes of this machine need not find that out too.
    fn away(&self, why: &str) -> Away {
        self.is_gone.set(true);
        let why = format!("{} cannot be used: {why}", self.server());
        let length = self.breaker.trip(&why);
        Away {
            why: format!("{why}; it is tried again in {}", seconds(length)),
            is_known: false,
        }
    }

    /// The same, for an answer of the server that names what is to be mended.
    fn troubled(&self, trouble: &Trouble) -> Away {
        let words = &trouble.words;
        match trouble.kind {
            TroubleKind::Away => self.away(words),
            // One record that is of another kind concerns itself alone.
            TroubleKind::Record => Away {
                why: format!("{}: {words}", self.server()),
                is_known: false,
            },
            TroubleKind::Refused => self.away(&format!("{words}: check username and password")),
            TroubleKind::Denied => self.away(&format!("{words}; it needs: {}", self.access_line())),
        }
    }

    /// The line of the server's access list that this program needs.
    pub(crate) fn access_line(&self) -> String {
        let user = self.settings.username.as_deref().unwrap_or("default");
        let name = &self.settings.namespace;
        let wait = if self.settings.replicas > 0 {
            " +wait"
        } else {
            ""
        };
        format!(
            "user {user} on >PASSWORD resetkeys ~ac1:{{{name}}}:* resetchannels -@all {COMMANDS}{wait}"
        )
    }

    /// Runs a script.
    pub(super) fn call(&self, call: ScriptCall) -> Result<Reply, Away> {
        let contact = self.contact()?;
        let limit = match (self.is_hurried.get(), contact.was_reached.get()) {
            (true, _) => HURRIED,
            (false, true) => NEXT,
            (false, false) => FIRST,
        };
        let answered = contact.client.call(call, limit);
        let reply = answered.map_err(|trouble| self.troubled(&trouble))?;
        if !contact.was_reached.replace(true) {
            self.breaker.reset();
        }
        Ok(reply)
    }

    /// Tries what a sign-in does: connects, claims a record that is nobody's, writes to it and releases it. Returns how far the
    /// server's clock is ahead.
    pub(crate) fn examine(&self) -> Result<time::Duration, String> {
        let key = Key::new("", [("probe", self.settings.namespace.clone())]);
        match self.claim(&key, Sharing::Copied, (0, false), &WaitPolicy::NONE) {
            // Another machine examines it too.
            Err(StoreError::Busy(_)) => Ok(self.clock_offset()),
            Err(error) => Err(error.reason()),
            Ok(Err(away)) => Err(away.why),
            Ok(Ok(entered)) => match entered {
                Entered::Held(claim, _) => claim
                    .write(None)
                    .map(|_| self.clock_offset())
                    .map_err(|error| error.reason()),
                Entered::Seen(_) => Ok(self.clock_offset()),
            },
        }
    }

    fn prefix(&self) -> String {
        format!("ac1:{{{}}}:", self.settings.namespace)
    }

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

    fn named(&self, key: &SealingKey, record: &Key) -> RemoteName {
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

    /// Opens the record that was seen, if there is one.
    pub(super) fn open(&self, key: &Key, seen: &Seen) -> Result<Option<Secret>, (Unopened, Away)> {
        let contact = self.contact().map_err(|away| (Unopened::NewerForm, away))?;
        let sealing = &contact.keys[contact.pinned.get()];
        self.open_with(sealing, key, seen)
            .map_err(|unopened| (unopened, self.unopened(unopened)))
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

    fn open_with(
        &self,
        sealing: &SealingKey,
        key: &Key,
        seen: &Seen,
    ) -> Result<Option<Secret>, Unopened> {
        let Some(value) = &seen.value else {
            return Ok(None);
        };
        let name = self.named(sealing, key).name;
        let place = self.place(&name, SealedKind::Record, seen.version);
        sealing.open(place, value).map(Some)
    }

    /// Seals `text` with the key in use.
    pub(super) fn seal(&self, name: &str, kind: SealedKind, version: u64, text: &str) -> Vec<u8> {
        let contact = self.contact.get().and_then(|contact| contact.as_ref().ok());
        let contact = contact.expect("a claim is held");
        let key = &contact.keys[contact.pinned.get()];
        key.seal(self.place(name, kind, version), text)
    }

    /// Opens a holder's note. It is for people: what does not open is no note.
    pub(super) fn open_note(&self, key: &Key, note: &[u8]) -> Option<String> {
        let contact = self.contact().ok()?;
        let sealing = &contact.keys[contact.pinned.get()];
        let name = self.named(sealing, key).name;
        let text = sealing
            .open(self.place(&name, SealedKind::Note, 0), note)
            .ok()?;
        Some(text.expose().to_owned())
    }

    fn place<'a>(&'a self, name: &'a str, kind: SealedKind, version: u64) -> Place<'a> {
        Place {
            namespace: &self.settings.namespace,
            name,
            kind,
            version,
        }
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

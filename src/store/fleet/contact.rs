//! Contact with the store: its secrets, the thread that reaches its server, and what is said where it cannot be used.

use std::cell::Cell;

use super::breaker::seconds;
use super::scripts::COMMANDS;
use super::seal::SealingKey;
use super::{Away, FIRST, Fleet, NEXT};
use crate::clock;
use crate::error::Result;
use crate::secret::Secret;
use crate::store_client::{Access, Reply, ScriptCall, StoreClient, Trouble, TroubleKind};

/// The contact with the store: its thread, and the facts that the first answer brought.
pub(super) struct Contact {
    pub(super) client: StoreClient,
    pub(super) keys: Vec<SealingKey>,
    /// Which of the keys seals the fleet's records.
    pub(super) pinned: Cell<usize>,
    /// How far the server's clock is ahead of this machine's, in milliseconds.
    pub(super) offset: Cell<i64>,
    was_reached: Cell<bool>,
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
        // It is read for a call that insists too: one that reaches the store ends the pause for all.
        if self.contact.get().is_none()
            && let Some((why, left)) = self.breaker.holds()
            && !self.insists.get()
        {
            return Err(Away {
                why: format!("{why}; it is tried again in {}", seconds(left)),
                is_known: true,
            });
        }
        if self.contact.get().is_none() {
            let begun = self.begin();
            if let (Err(why), Some(_)) = (&begun, self.hurried_until.get()) {
                return Err(self.too_late(why));
            }
            let _ = self.contact.set(begun);
        }
        let contact = self.contact.get().expect("it was set above");
        contact.as_ref().map_err(|why| self.away(why))
    }

    /// A caller that waits for less than the store may take got no answer in that time. That says nothing of the store: the
    /// next one may have longer.
    fn too_late(&self, why: &str) -> Away {
        Away {
            why: format!("{} did not answer in time: {why}", self.server()),
            is_known: false,
        }
    }

    /// Fetches the secrets of the store, and starts its thread.
    fn begin(&self) -> Result<Contact, String> {
        let settings = &self.settings;
        let name = &settings.namespace;
        let fetch = |source, what: &str| {
            (self.user.fetch)(source, &format!("{what} of the fleet {name}"), self.left())
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

    pub(super) fn server(&self) -> String {
        format!("the store {}", self.settings.server)
    }

    /// The store cannot be used because of `why`: other processes of this machine need not find that out too.
    pub(super) fn away(&self, why: &str) -> Away {
        self.is_gone.set(true);
        Away {
            why: self.paused(why),
            is_known: false,
        }
    }

    /// The same, for an answer of the server that names what is to be mended.
    pub(super) fn troubled(&self, trouble: &Trouble) -> Away {
        let words = &trouble.words;
        match trouble.kind {
            TroubleKind::Away
            | TroubleKind::Passing
            | TroubleKind::Moving
            | TroubleKind::Replica
            | TroubleKind::Late => self.away(words),
            // One record that is of another kind concerns itself alone.
            TroubleKind::Record => Away {
                why: format!("{}: {words}", self.server()),
                is_known: false,
            },
            TroubleKind::Refused => self.away(&format!("{words}: check username and password")),
            TroubleKind::Denied => self.away(&format!("{words}; it needs: {}", self.access_line())),
        }
    }

    /// Too few replicas know of a write: to the processes that come the store is away. This one still releases its claims.
    /// Returns the words.
    pub(super) fn unconfirmed(&self) -> String {
        let said = (self.unconfirmed)
            .get_or_init(|| self.paused("too few of its replicas have confirmed a write"));
        said.clone()
    }

    /// Holds the processes that come back for a while. Returns the words, with how long.
    fn paused(&self, why: &str) -> String {
        let why = format!("{} cannot be used: {why}", self.server());
        let length = self.breaker.trip(&why);
        format!("{why}; it is tried again in {}", seconds(length))
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
        let usual = match contact.was_reached.get() {
            true => NEXT,
            false => FIRST,
        };
        let limit = usual.min(self.left());
        // Of records on their way to another node the one that is looked at beside may be missing: a look of its own finds it.
        let alone = (call.keys.len() > 2).then(|| ScriptCall {
            keys: call.keys[..2].to_vec(),
            ..call.clone()
        });
        let begun = clock::ticks();
        let called = contact.client.call(call, limit);
        let called = match (called, alone) {
            (Err(trouble), Some(alone)) if trouble.kind == TroubleKind::Moving => {
                let left = limit.saturating_sub(begun.elapsed());
                contact.client.call(alone, left)
            }
            (called, _) => called,
        };
        let reply = match called {
            Ok(reply) => reply,
            Err(trouble) if trouble.kind == TroubleKind::Late && limit < usual => {
                return Err(self.too_late(&trouble.words));
            }
            Err(trouble) => return Err(self.troubled(&trouble)),
        };
        if !contact.was_reached.replace(true) {
            self.breaker.reset();
        }
        Ok(reply)
    }

    pub(super) fn prefix(&self) -> String {
        format!("ac1:{{{}}}:", self.settings.namespace)
    }
}

//! What is sealed and opened of one record, with the key that the fleet uses.

use super::reply::Seen;
use super::seal::{Place, SealedKind, SealingKey, Unopened};
use super::{Away, Fleet};
use crate::error::Result;
use crate::secret::Secret;
use crate::store::key::Key;

impl Fleet {
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

    pub(super) fn open_with(
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
}

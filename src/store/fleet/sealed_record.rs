//! Sealing and opening the texts of one record, with the key whose name the record has.

use super::Fleet;
use super::reply::Seen;
use super::seal::{Place, SealedKind, SealingKey, Unopened};
use crate::secret::Secret;
use crate::store::key::Key;

impl Fleet {
    /// Opens the record that was seen under its name by `sealing`, if there is one.
    pub(super) fn open(
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

    /// Opens a holder's note. It is for people: what does not open is no note.
    pub(super) fn open_note(&self, sealing: &SealingKey, key: &Key, note: &[u8]) -> Option<String> {
        let name = self.named(sealing, key).name;
        let place = self.place(&name, SealedKind::Note, 0);
        let text = sealing.open(place, note).ok()?;
        Some(text.expose().to_owned())
    }

    pub(super) fn place<'a>(&'a self, name: &'a str, kind: SealedKind, version: u64) -> Place<'a> {
        Place {
            namespace: &self.settings.namespace,
            name,
            kind,
            version,
        }
    }
}

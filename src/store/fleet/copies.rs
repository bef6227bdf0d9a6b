//! The versions of this machine's copies: a small file beside each, with the version of the store's record that it is of.
//!
//! The copy itself is written first. A process that dies in between leaves an older version, and the next look takes the
//! same record once more.

use crate::secret::Secret;
use crate::store::file::FileStore;
use crate::store::key::Name;

const END: &str = ".v2.version";

/// The versions of the copies in one directory.
pub(crate) struct Versions<'a> {
    files: &'a FileStore,
}

impl<'a> Versions<'a> {
    pub(super) fn new(files: &'a FileStore) -> Self {
        Self { files }
    }

    /// The version of the copy called `name`; 0 if it is of none.
    pub(in crate::store) fn of(&self, name: &Name) -> u64 {
        let text = self.files.text(name, END).ok().flatten();
        text.and_then(|text| text.expose().trim().parse().ok())
            .unwrap_or(0)
    }

    /// Records the version of the copy called `name`. A failure costs the next look a few bytes more.
    pub(in crate::store) fn put(&self, name: &Name, version: u64) {
        let text = Secret::new(format!("{version}\n"));
        let _ = self.files.put_unclaimed(name, END, &text);
    }
}

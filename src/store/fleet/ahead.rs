//! A look at one record that comes with the claim on another: the claim on an entry brings the account along, which its
//! holder reads next. That is one flight less.

use std::cell::RefCell;

use super::reply::Seen;
use crate::store::key::Key;

/// A look that is wanted, or was made.
#[derive(Default)]
pub(super) struct LookAhead {
    wanted: RefCell<Option<Key>>,
    found: RefCell<Option<(Key, usize, Seen)>>,
}

impl LookAhead {
    /// Asks for a look at the record of `key`.
    pub(super) fn want(&self, key: Key) {
        self.wanted.replace(Some(key));
    }

    /// The key of the record that is to be looked at beside the one of `key`.
    pub(super) fn wanted_beside(&self, key: &Key) -> Option<Key> {
        let wanted = self.wanted.borrow();
        wanted.clone().filter(|wanted| wanted != key)
    }

    /// A claim was granted: keeps what it has brought of the wanted record, under its name by the fleet's key with the number
    /// `at`.
    pub(super) fn put(&self, at: usize, seen: Option<Seen>) {
        let key = self.wanted.take();
        self.found
            .replace(key.zip(seen).map(|(key, seen)| (key, at, seen)));
    }

    /// Takes what was seen of the record of `key`, and the number of the fleet's key: once, since it grows old. A look that no
    /// claim has brought yet is not wanted any more.
    pub(super) fn take(&self, key: &Key) -> Option<(usize, Seen)> {
        self.wanted.take();
        let found = self.found.take();
        found
            .filter(|(of, ..)| of == key)
            .map(|(_, at, seen)| (at, seen))
    }
}

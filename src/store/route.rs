//! The way from a key to the place of its record.

use super::key::Key;
use crate::app::{Org, folded};

/// The place of the records of one account, and of its apps.
pub(super) struct Route {
    org: String,
    account: String,
    /// The fleet that shares them, if one does.
    fleet: Option<String>,
    /// The number of the place.
    pub(super) place: usize,
}

impl Route {
    /// Leads the account of `org` to the place of this number.
    pub(super) fn of(org: &Org, place: usize) -> Self {
        Self {
            org: org.site.url(),
            account: folded(&org.account),
            fleet: org.storage.fleet().map(|fleet| fleet.namespace.clone()),
            place,
        }
    }

    /// Returns whether the record of `key` is there.
    pub(super) fn leads(&self, key: &Key) -> bool {
        key.is_of(&self.org, &self.account, self.fleet.as_deref())
    }
}

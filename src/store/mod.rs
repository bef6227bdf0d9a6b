//! The shared cache: what all processes of a user know of their sessions.
//!
//! A store keeps small texts by [`Key`]. A reader takes no lock; a writer shows the claim, the exclusive right to renew one
//! record ([`claims`]). The meaning of the texts is the business of [`record`]; where they are kept ([`records`]) is the
//! business of one module per kind of store, [`file`] and [`keyring`]. A [`place`] is a kind of store put together, with the
//! [`fallback`] that stands in where it cannot be used. The rest of the program sees the [`Cache`] and the [`LockedRecord`].
//!
//! ```text
//! cache → locked_record → place → keyring, fallback → file → records, claims → key, error
//! record/… → records (what a record is)      fast/… → file, record (the short road of a hit)
//! ```

mod cache;
mod claims;
pub(crate) mod cookie_file;
mod copy_age;
mod error;
mod fallback;
mod fast;
pub(crate) mod file;
pub(crate) mod fleet;
mod json;
mod key;
mod keyring;
mod locked_record;
mod place;
mod record;
mod records;
mod route;
mod warning;

pub(crate) use cache::Cache;
pub(crate) use copy_age::is_to_recheck;
pub(crate) use error::StoreError;
pub(crate) use fast::{AppLookup, Bookmark, EntryPeek, Question};
pub(crate) use file::FileStore;
pub(crate) use fleet::{FetchSecret, ServerFacts, StoreUser};
pub(crate) use key::Key;
pub(crate) use locked_record::{Joined, LockedRecord};
pub(crate) use place::Place;
pub(crate) use record::{
    AcceptedPassword, Account, Backoff, BrowserNeeds, BrowserProfile, Credentials, Entry, Failure,
    KnownEngine, Lesson, Pause, Unanswered,
};
pub(crate) use records::{Record, Records};

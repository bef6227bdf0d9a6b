//! The short road of a hit: what a name means, and the beginning of an entry, each read without parsing more than it needs.
//!
//! Nothing depends on it: what these cannot read is left to the configuration and to the record itself.

mod app_lookup;
mod entry_peek;

pub(crate) use app_lookup::{AppLookup, Bookmark, Question};
pub(crate) use entry_peek::EntryPeek;

//! The second factor, for any engine: an account's factors, and the one that answers.

mod choose;
mod factor;
pub(super) mod limits;
mod number;

pub(crate) use choose::passcode_answers_kind;
pub(super) use choose::{Choice, answerable, browser_needed, choose, is_configured, person_needed};
pub(super) use factor::{Factor, key_of, names};
pub(super) use number::ShownNumber;

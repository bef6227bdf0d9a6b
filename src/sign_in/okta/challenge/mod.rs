//! The second factor, whatever the engine: what an account has, and which of it is to answer.

mod choose;
mod factor;

pub(crate) use choose::passcode_answers_kind;
pub(super) use choose::{Choice, answerable, browser_needed, choose, is_configured, person_needed};
pub(super) use factor::{Factor, names};

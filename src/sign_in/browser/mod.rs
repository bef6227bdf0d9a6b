//! Signing in by a browser: what it, or a person who copies from it, brings back.

mod callback_url;
mod pasted;
mod reason;

pub(crate) use callback_url::{Callback, judge_callback_url};
pub(crate) use pasted::{LONGEST, Pasted, judge};
pub(crate) use reason::Reason;

#[cfg(test)]
mod tests;

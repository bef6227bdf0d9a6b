//! Signing in at the identity provider's own pages, by a browser or a person who copies from it.
//!
//! [`authorizer`] is the flow; [`callback_url`] and [`pasted`] judge what comes back, before the ALB sees it.

mod authorizer;
mod callback_url;
mod pasted;
mod reason;

pub(crate) use authorizer::{BrowserSignIn, Tries};
pub(crate) use callback_url::{CallbackAnswer, judge_callback_url, may_answer};
pub(crate) use pasted::{LONGEST, Pasted, judge, pasted_cookies};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use reason::Reason;

#[cfg(test)]
mod tests;

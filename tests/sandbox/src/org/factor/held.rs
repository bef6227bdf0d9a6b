//! The org's memory of a person's factors: pushes on their way, codes sent, codes used.

use std::collections::HashMap;
use time::OffsetDateTime;

use crate::factor::FactorKind;
use crate::org::factor::Push;
use crate::pages::Passkey;

/// A code that was sent.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) factor: String,
    pub(crate) kind: FactorKind,
    pub(crate) code: String,
    pub(crate) sent: OffsetDateTime,
    /// Used, or superseded by a newer one.
    pub(crate) void: bool,
    /// A test has waited for it and got it.
    pub(crate) read: bool,
    /// The link of a mail was followed: here, or where the sign-in then goes on.
    pub(crate) followed: Option<bool>,
}

/// The changing side of a person's factors.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) pushes: Vec<Push>,
    pub(crate) messages: Vec<Message>,
    /// Codes that a token has shown and that are still good, by factor.
    pub(crate) displayed: HashMap<String, Vec<String>>,
    /// The position in a counter-based token's codes: the next to be shown, and the next to be taken.
    pub(crate) counters: HashMap<String, (usize, usize)>,
    /// The last step of a time-based code that was taken.
    pub(crate) steps: HashMap<String, i64>,
    /// The last counter of a security key.
    pub(crate) key_counters: HashMap<String, u32>,
    /// Until when a device is remembered; `None` is for ever.
    pub(crate) devices: HashMap<String, Option<OffsetDateTime>>,
    /// Wishes of the client about `autoPush`, by factor.
    pub(crate) auto_push: HashMap<String, bool>,
    /// Wrong codes in a row.
    pub(crate) wrong: u32,
    /// The number that the next number challenge will have.
    pub(crate) next_number: Option<u32>,
    /// Keys that were enrolled on a page.
    pub(crate) passkeys: Vec<Passkey>,
    /// Factors by their last use, the latest first.
    recent: Vec<String>,
}

impl Held {
    pub(crate) fn used(&mut self, factor: &str) {
        self.recent.retain(|known| known != factor);
        self.recent.insert(0, factor.to_owned());
    }

    /// A factor's place in the order of use; those that were never used keep theirs after all others.
    pub(crate) fn rank(&self, factor: &str) -> usize {
        let mut recent = self.recent.iter();
        recent
            .position(|known| known == factor)
            .unwrap_or(usize::MAX)
    }

    pub(crate) fn push(&mut self, id: u64) -> Option<&mut Push> {
        self.pushes.iter_mut().find(|push| push.id == id)
    }

    /// The latest push that the person could still answer.
    pub(crate) fn waiting(&mut self, now: OffsetDateTime) -> Option<&mut Push> {
        let mut pushes = self.pushes.iter_mut().rev();
        pushes.find(|push| push.is_waiting(now))
    }

    pub(crate) fn last_message(&mut self, kind: FactorKind) -> Option<&mut Message> {
        let mut messages = self.messages.iter_mut().rev();
        messages.find(|message| message.kind == kind)
    }
}

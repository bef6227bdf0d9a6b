//! The log of what happened, in order, for tests to assert on and for people to read.
//!
//! It names users, apps and reasons, and never holds a secret.

use std::fmt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use time::OffsetDateTime;

pub use crate::event::Event;
pub use crate::host::Host;

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When, by the sandbox's clock.
    pub at: OffsetDateTime,
    /// What.
    pub event: Event,
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.at.to_hms();
        let indent = match &self.event {
            Event::Request { .. } | Event::Answered { .. } | Event::Violated(_) => "",
            _ => "    ",
        };
        write!(
            formatter,
            "{hour:02}:{minute:02}:{second:02}  {indent}{}",
            self.event
        )
    }
}

/// The log and those who follow it.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    entries: Mutex<Vec<Entry>>,
    followers: Mutex<Vec<Sender<Entry>>>,
}

impl Audit {
    pub(crate) fn record(&self, at: OffsetDateTime, event: Event) {
        let entry = Entry { at, event };
        self.followers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|follower| follower.send(entry.clone()).is_ok());
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(entry);
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn follow(&self) -> Receiver<Entry> {
        let (sender, receiver) = channel();
        self.followers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(sender);
        receiver
    }

    pub(crate) fn clear(&self) {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

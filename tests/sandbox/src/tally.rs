//! What a test can ask of the log: what has happened, how often, and what should not have.

use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use crate::audit::{Entry, Event, Host};
use crate::demand::Violation;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// Everything that has happened, in order.
    #[must_use]
    pub fn audit(&self) -> Vec<Entry> {
        self.world.audit.entries()
    }

    /// The events alone.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.audit().into_iter().map(|entry| entry.event).collect()
    }

    /// Everything that will happen from now on, as it happens.
    #[must_use]
    pub fn follow(&self) -> Receiver<Entry> {
        self.world.audit.follow()
    }

    /// Forgets what has happened so far: the next part of a test begins with an empty log.
    pub fn clear_audit(&self) {
        self.world.audit.clear();
    }

    /// How many events are such.
    #[must_use]
    pub fn count(&self, such: impl Fn(&Event) -> bool) -> usize {
        self.events().iter().filter(|event| such(event)).count()
    }

    /// How many requests were made, to whatever host.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.count(|event| matches!(event, Event::Request { .. }))
    }

    /// How many requests were made to one host.
    #[must_use]
    pub fn requests_to(&self, to: &Host) -> usize {
        self.count(|event| matches!(event, Event::Request { host, .. } if host == to))
    }

    /// How many connections were opened, to whatever host, since the sandbox was started.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.world.connections.load(Ordering::Relaxed)
    }

    /// How many times a password was sent to Okta, whether it was looked at or not.
    #[must_use]
    pub fn password_tries(&self) -> usize {
        self.count(|event| matches!(event, Event::PasswordSent { .. }))
    }

    /// How many times a code, an answer or a password for a factor was sent to Okta, whether it was looked at or not.
    #[must_use]
    pub fn code_tries(&self) -> usize {
        self.count(|event| matches!(event, Event::CodePosted { .. }))
    }

    /// How many pushes went to phones.
    #[must_use]
    pub fn pushes(&self) -> usize {
        self.count(|event| matches!(event, Event::PushSent { .. }))
    }

    /// How many sessions the ALBs have issued.
    #[must_use]
    pub fn sessions_issued(&self) -> usize {
        self.count(|event| matches!(event, Event::SessionIssued { .. }))
    }

    /// What the client did that no correct client does.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let violation = |event| match event {
            Event::Violated(violation) => Some(violation),
            _ => None,
        };
        self.events().into_iter().filter_map(violation).collect()
    }
}

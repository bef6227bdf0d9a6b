//! The messages of one sign-in, for tests to ask about.

use std::time::{Duration, Instant};

/// One sign-in of the Identity Engine, from its page to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// The names of the steps that were taken, `introspect` too, in order.
    pub steps: Vec<String>,
    /// The passwords that came in.
    pub passwords: usize,
    /// The codes and answers that came in.
    pub codes: usize,
    /// The pushes that went to a phone.
    pub pushes: usize,
    /// The codes that were sent.
    pub messages: usize,
    /// The real time between two polls.
    pub spacing: Vec<Duration>,
    /// The values of `DT` that came, each once.
    pub devices: Vec<String>,
    /// The values of `User-Agent` that came, each once.
    pub agents: Vec<String>,
    /// A step has come at which a program has to stop.
    pub stopped: bool,
    /// The success link was given.
    pub succeeded: bool,
    polled: Option<Instant>,
}

impl Trail {
    pub(crate) fn new(device: Option<&str>, agent: Option<&str>) -> Self {
        let mut trail = Self::default();
        trail.seen(device, agent);
        trail
    }

    /// A request has come from such a device, with such an agent.
    pub(crate) fn seen(&mut self, device: Option<&str>, agent: Option<&str>) {
        let note = |known: &mut Vec<String>, value: Option<&str>| {
            let new = value.filter(|value| !known.iter().any(|one| one == value));
            known.extend(new.map(str::to_owned));
        };
        note(&mut self.devices, device);
        note(&mut self.agents, agent);
    }

    pub(crate) fn polled(&mut self, now: Instant) {
        let last = self.polled.replace(now);
        self.spacing.extend(last.map(|last| now - last));
    }
}

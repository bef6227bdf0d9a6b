//! Claims: the exclusive right to renew one record.
//!
//! A claim is taken, told of to those who wait, and dropped. It may also be lost. The kernel's lock on a file stays with
//! its process; but the claim in a store that machines share is a lease, which ends when its holder is not heard of in time. So a
//! holder asks with [`Claim::extend`] before something depends on it, and every write says whether it was still covered
//! ([`StoreError::Lost`]).

use std::time::{Duration, Instant};

use super::error::StoreError;
use super::key::Name;
use crate::clock;

/// A place where claims are taken.
pub(crate) trait Claims {
    /// Takes the exclusive right to renew the record called `name`, and waits for its holder as long as `policy` says.
    fn claim(&self, name: &Name, policy: &WaitPolicy) -> Result<Claim, StoreError>;
}

/// The exclusive right to renew one record. Dropping it releases it, and so does the death of the process.
#[derive(Debug)]
pub(crate) struct Claim {
    name: Name,
    lease: Box<dyn Lease>,
}

/// The means by which a store holds a claim. Dropping it releases the claim.
pub(super) trait Lease: std::fmt::Debug {
    /// Says what the holder is doing, to those who wait for it: "waits for …". Where it cannot be said, nothing is.
    fn note(&self, words: &str);

    /// Keeps the claim for longer, or says that it is lost.
    fn extend(&self) -> Result<(), StoreError>;
}

impl Claim {
    /// The claim on the record called `name`, which `lease` holds.
    pub(super) fn new(name: Name, lease: Box<dyn Lease>) -> Self {
        Self { name, lease }
    }

    /// The name of the record that is claimed.
    pub(super) fn name(&self) -> &Name {
        &self.name
    }

    /// Tells those who wait what the holder is doing: "waits for …". No words: nothing worth telling.
    pub(super) fn note(&self, words: &str) {
        self.lease.note(words);
    }

    /// Keeps the claim for longer, or says that it is lost.
    pub(super) fn extend(&self) -> Result<(), StoreError> {
        self.lease.extend()
    }
}

/// How long a claim is waited for, and who is told.
pub(crate) struct WaitPolicy<'a> {
    /// The holder's purpose, as it completes "waiting for … to".
    pub(crate) purpose: &'a str,
    pub(crate) limit: Duration,
    /// Called with a line for a person, when the wait takes over a second, and when the holder does something else. With no
    /// words when a wait ends of which something was said.
    pub(crate) announce: &'a dyn Fn(&str),
}

impl WaitPolicy<'_> {
    /// At once or not at all.
    pub(super) const NONE: Self = Self {
        purpose: "",
        limit: Duration::ZERO,
        announce: &|_| {},
    };
}

/// A wait for the holder of a claim. It is silent for a second; then its words are told, and told again when they change.
pub(super) struct Waiting<'a> {
    policy: &'a WaitPolicy<'a>,
    since: Instant,
    told: String,
}

impl<'a> Waiting<'a> {
    /// How long it is silent.
    pub(super) const SILENCE: Duration = Duration::from_secs(1);

    pub(super) fn new(policy: &'a WaitPolicy<'a>) -> Self {
        Self {
            policy,
            since: clock::ticks(),
            told: String::new(),
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    pub(super) fn left(&self) -> Duration {
        self.policy.limit.saturating_sub(self.elapsed())
    }

    /// Tells for whom it waits: "process 7 to sign in to grafana".
    pub(super) fn tell(&mut self, holder: &str) {
        if self.elapsed() >= Self::SILENCE && holder != self.told {
            (self.policy.announce)(&format!("waiting for {holder}"));
            holder.clone_into(&mut self.told);
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.told.is_empty() {
            (self.policy.announce)("");
        }
    }
}

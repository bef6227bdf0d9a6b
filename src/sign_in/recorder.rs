//! The facts that a flow has found, recorded before its next step is done.

use super::flow::{Fact, Step, Stop};
use crate::cookie::{DEVICE, Jar};
use crate::secret::Secret;

/// Facts of one flow, and the step that waits until they are recorded.
pub(crate) struct Recorder<T> {
    facts: Vec<Fact>,
    waiting: Option<Result<Step<T>, Stop>>,
    /// The device token that was noted last.
    device_token: Option<Secret>,
}

impl<T> Default for Recorder<T> {
    fn default() -> Self {
        Self {
            facts: Vec::new(),
            waiting: None,
            device_token: None,
        }
    }
}

impl<T> Recorder<T> {
    /// Returns a recorder of a flow that begins with the recorded device token of `jar`.
    pub(crate) fn knowing(jar: &Jar) -> Self {
        let token = jar.iter().find(|(name, _)| *name == DEVICE);
        Self {
            device_token: token.map(|(_, token)| token.clone()),
            ..Self::default()
        }
    }

    /// Has `fact` recorded before the next step.
    pub(crate) fn note(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    /// Has the device token of `jar` recorded, unless it was noted before.
    pub(crate) fn note_device_token(&mut self, jar: &Jar) {
        let token = jar.iter().find(|(name, _)| *name == DEVICE);
        if let Some((_, token)) = token
            && self.device_token.as_ref() != Some(token)
        {
            self.device_token = Some(token.clone());
            self.note(Fact::DeviceToken(token.clone()));
        }
    }

    /// Returns the step that records the facts, and holds `next` back until then; `next` itself if there are no facts.
    pub(crate) fn before(&mut self, next: Result<Step<T>, Stop>) -> Result<Step<T>, Stop> {
        if self.facts.is_empty() {
            return next;
        }
        self.waiting = Some(next);
        Ok(Step::Record(std::mem::take(&mut self.facts)))
    }

    /// Returns whether a step waits for its facts.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Returns the step that has waited.
    pub(crate) fn recorded(&mut self) -> Result<Step<T>, Stop> {
        let out_of_step = || Err(Stop::out_of_step());
        self.waiting.take().unwrap_or_else(out_of_step)
    }
}

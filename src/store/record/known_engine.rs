//! The engine that an org said it runs on.

use serde::{Deserialize, Serialize};
use time::Duration;

use crate::app::Engine;
use crate::clock::Moment;

/// An org's engine, and when it was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownEngine {
    pub(crate) engine: Engine,
    pub(crate) found_at: Moment,
}

/// How long an engine is known. An org moves to the other one once, or never.
const ENGINE_LIFE: Duration = Duration::days(7);

impl KnownEngine {
    /// Returns the engine, unless it was found out too long ago.
    pub(crate) fn at(&self, now: Moment) -> Option<Engine> {
        let is_recent = self.found_at <= now && now - self.found_at < ENGINE_LIFE;
        is_recent.then_some(self.engine)
    }
}

/// An engine as it stands in a record, in the configuration's word.
#[derive(Serialize, Deserialize)]
pub(super) struct EngineText {
    name: String,
    #[serde(with = "time::serde::rfc3339")]
    found_at: Moment,
}

impl EngineText {
    pub(super) fn new(known: &KnownEngine) -> Self {
        Self {
            name: known.engine.word().into(),
            found_at: known.found_at,
        }
    }

    /// Reads an engine; `None` for one that this version does not know.
    pub(super) fn read(self) -> Option<KnownEngine> {
        let engine = Engine::of_word(&self.name)?;
        Some(KnownEngine {
            engine,
            found_at: self.found_at,
        })
    }
}

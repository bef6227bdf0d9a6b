//! The requests that are being answered at this moment, and whether there are too many of them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many requests are under way, by what they share.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    counts: Mutex<HashMap<String, usize>>,
}

/// One request under way; dropping it ends that.
#[derive(Debug)]
pub(crate) struct Flight<'a> {
    flights: &'a Flights,
    keys: Vec<String>,
    /// It is one too many.
    pub(crate) crowded: bool,
}

impl Flights {
    fn counts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request under each key, of which each takes so many at once.
    pub(crate) fn take_off(&self, limits: Vec<(String, usize)>) -> Flight<'_> {
        let mut counts = self.counts();
        let mut crowded = false;
        for (key, most) in &limits {
            let count = counts.entry(key.clone()).or_default();
            *count += 1;
            crowded |= *count > *most;
        }
        Flight {
            flights: self,
            keys: limits.into_iter().map(|(key, _)| key).collect(),
            crowded,
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut counts = self.flights.counts();
        for key in &self.keys {
            if let Some(count) = counts.get_mut(key) {
                *count -= 1;
            }
        }
    }
}

//! The warden: ends what runs beyond every limit, so that a hang is counted and not waited for.

use std::collections::HashMap;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The program waits up to 200 s for another's sign-in, and takes up to 60 s for its own.
const LONGEST: Duration = Duration::from_secs(200 + 60 + 10);

/// The processes that run, by their id, with the end of their time.
#[derive(Default)]
pub(crate) struct Warden {
    watched: Mutex<HashMap<u32, Instant>>,
    is_dismissed: AtomicBool,
}

impl Warden {
    /// Watches a process from now on.
    pub(crate) fn entrust(&self, child: &Child) -> u32 {
        let end = Instant::now() + LONGEST;
        self.watched().insert(child.id(), end);
        child.id()
    }

    /// Stops watching; whether the process had to be ended. Only then may it be waited for: a process that was waited for
    /// gives its id to another one.
    pub(crate) fn release(&self, id: u32) -> bool {
        self.watched().remove(&id).is_none()
    }

    /// Ends what is overdue until it is dismissed.
    pub(crate) fn watch(&self) {
        while !self.is_dismissed.load(Ordering::Relaxed) {
            let now = Instant::now();
            self.watched().retain(|id, end| {
                let is_overdue = now >= *end;
                if is_overdue {
                    let id = i32::try_from(*id).ok().and_then(Pid::from_raw);
                    let _ = id.map(|id| kill_process(id, Signal::KILL));
                }
                !is_overdue
            });
            thread::park_timeout(Duration::from_secs(1));
        }
    }

    pub(crate) fn dismiss(&self) {
        self.is_dismissed.store(true, Ordering::Relaxed);
    }

    fn watched(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Instant>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Turns of tests that run browsers: each browser is eight processes, and a busy machine starts none in time.

use std::sync::{Condvar, Mutex};

/// The most turns that are taken at a time in one process.
const MOST: usize = 2;

static TAKEN: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

/// The turn of one test to run browsers, until it is dropped.
#[derive(Debug)]
pub struct Turn(());

impl Turn {
    /// Waits for a turn. A test takes one at most.
    ///
    /// # Panics
    ///
    /// Where another test has panicked in the middle of taking one.
    #[must_use]
    pub fn take() -> Self {
        let taken = TAKEN.0.lock().expect("no thread has panicked here");
        let mut taken = TAKEN
            .1
            .wait_while(taken, |taken| *taken >= MOST)
            .expect("no thread has panicked here");
        *taken += 1;
        Self(())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Ok(mut taken) = TAKEN.0.lock() {
            *taken -= 1;
        }
        TAKEN.1.notify_one();
    }
}

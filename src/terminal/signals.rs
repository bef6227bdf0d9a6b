//! The signals that would end the process, kept while the terminal is mute or a server has to be told first.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

/// Keeps the signals that come from its birth on, until [`Signals::obey`].
#[derive(Debug)]
pub(super) struct Signals {
    kept: Arc<AtomicUsize>,
    registered: Vec<signal_hook::SigId>,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        let mut signals = Self {
            kept: Arc::default(),
            registered: Vec::new(),
        };
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            let number = usize::try_from(signal).expect("signals are positive");
            signals.registered.push(signal_hook::flag::register_usize(
                signal,
                Arc::clone(&signals.kept),
                number,
            )?);
        }
        Ok(signals)
    }

    pub(super) fn have_come(&self) -> bool {
        self.kept.load(Ordering::Relaxed) != 0
    }

    /// Lets the signal that came do what it would have done at once.
    pub(super) fn obey(&self) -> io::Result<()> {
        match i32::try_from(self.kept.load(Ordering::Relaxed)) {
            Ok(signal) if signal != 0 => signal_hook::low_level::emulate_default_handler(signal),
            _ => Ok(()),
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in &self.registered {
            signal_hook::low_level::unregister(*id);
        }
    }
}

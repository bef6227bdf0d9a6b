//! Holds back the signals that would end the process: while the terminal is in raw mode, while a server has to be told
//! first, or while a child runs.
//!
//! The handlers stay registered for the rest of the process, because removing one does not restore what a signal did
//! before. While nobody holds signals back, they end the process as usual.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag::{register_conditional_default, register_usize};

/// The state that the signal handlers share with every [`Signals`].
#[derive(Debug, Default)]
struct SignalRegistry {
    /// Whether signals end the process, because nobody holds them back.
    is_idle: Arc<AtomicBool>,
    holders: AtomicUsize,
    /// The last signal that was held back; 0 if there was none.
    pending: Arc<AtomicUsize>,
}

static REGISTRY: OnceLock<Option<SignalRegistry>> = OnceLock::new();

impl SignalRegistry {
    fn new() -> io::Result<Self> {
        let registry = Self::default();
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            if !is_ignored(signal) {
                let number = usize::try_from(signal).expect("signals are positive");
                register_conditional_default(signal, Arc::clone(&registry.is_idle))?;
                register_usize(signal, Arc::clone(&registry.pending), number)?;
            }
        }
        Ok(registry)
    }
}

/// Reports whether the process was started with `signal` ignored, as `nohup` does. `false` if the system has no
/// `/proc/self/status`.
pub(crate) fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Holds signals back as long as it lives, or until [`Signals::re_raise`].
#[derive(Debug)]
pub(crate) struct Signals(&'static SignalRegistry);

impl Signals {
    /// Begins to hold signals back.
    pub(crate) fn new() -> io::Result<Self> {
        let registry = REGISTRY.get_or_init(|| SignalRegistry::new().ok());
        let registry = registry
            .as_ref()
            .ok_or_else(|| io::Error::other("signal handlers cannot be registered"))?;
        registry.holders.fetch_add(1, Ordering::SeqCst);
        registry.is_idle.store(false, Ordering::SeqCst);
        Ok(Self(registry))
    }

    /// Reports whether a signal was held back.
    pub(crate) fn have_arrived(&self) -> bool {
        self.0.pending.load(Ordering::SeqCst) != 0
    }

    /// Reports whether nobody else holds signals back.
    pub(crate) fn is_alone(&self) -> bool {
        self.0.holders.load(Ordering::SeqCst) == 1
    }

    /// Lets the signal that was held back end the process, as it would have done at once.
    pub(crate) fn re_raise(&self) -> io::Result<()> {
        match i32::try_from(self.0.pending.load(Ordering::SeqCst)) {
            Ok(signal) if signal != 0 => signal_hook::low_level::emulate_default_handler(signal),
            _ => Ok(()),
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        if self.0.holders.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.is_idle.store(true, Ordering::SeqCst);
        }
    }
}

//! The signals that would end the process, kept while the terminal is mute, a server has to be told first, or a child
//! runs.
//!
//! Handlers stay for the process's life once they are there, because taking one away does not bring back what a signal
//! did before. While nobody keeps signals, they end the process as ever.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag::{register_conditional_default, register_usize};

/// What the handlers share with whoever keeps signals.
#[derive(Debug, Default)]
struct Desk {
    /// Nobody keeps signals now.
    is_free: Arc<AtomicBool>,
    keepers: AtomicUsize,
    /// The last signal that was kept.
    kept: Arc<AtomicUsize>,
}

static DESK: OnceLock<Option<Desk>> = OnceLock::new();

impl Desk {
    fn new() -> io::Result<Self> {
        let desk = Self::default();
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            if !is_ignored(signal) {
                let number = usize::try_from(signal).expect("signals are positive");
                register_conditional_default(signal, Arc::clone(&desk.is_free))?;
                register_usize(signal, Arc::clone(&desk.kept), number)?;
            }
        }
        Ok(desk)
    }
}

/// Whether whoever started the process wanted it to ignore `signal`, as `nohup` does. Where the system does not say,
/// nobody did.
pub(super) fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Keeps the signals that come from its birth on, until [`Signals::obey`].
#[derive(Debug)]
pub(super) struct Signals(&'static Desk);

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        let desk = DESK.get_or_init(|| Desk::new().ok());
        let desk = desk
            .as_ref()
            .ok_or_else(|| io::Error::other("signals cannot be kept"))?;
        desk.keepers.fetch_add(1, Ordering::SeqCst);
        desk.is_free.store(false, Ordering::SeqCst);
        Ok(Self(desk))
    }

    pub(super) fn have_come(&self) -> bool {
        self.0.kept.load(Ordering::SeqCst) != 0
    }

    /// Lets the signal that came do what it would have done at once.
    pub(super) fn obey(&self) -> io::Result<()> {
        match i32::try_from(self.0.kept.load(Ordering::SeqCst)) {
            Ok(signal) if signal != 0 => signal_hook::low_level::emulate_default_handler(signal),
            _ => Ok(()),
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        if self.0.keepers.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.is_free.store(true, Ordering::SeqCst);
        }
    }
}

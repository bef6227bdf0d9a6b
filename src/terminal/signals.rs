//! The signals that would end the process, kept while the terminal is mute or a server has to be told first, and while a
//! child runs, to which they are passed on.
//!
//! Handlers stay for the process's life once they are there, because taking one away does not bring back what a signal
//! did before. While nobody keeps signals, they end the process as ever.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::flag::{register_conditional_default, register_usize};
use signal_hook::iterator;

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
pub(crate) fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Keeps the signals that come from its birth on, until [`Signals::obey`].
#[derive(Debug)]
pub(crate) struct Signals(&'static Desk);

impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
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

/// Stands between a child and the signals that this process gets, from before the child's birth on.
///
/// What a person types at the terminal, to interrupt or to stop, reaches the child by itself, because both are in the
/// terminal's foreground. What is sent to this process alone, to end it or to tell it something, is passed on.
#[derive(Debug)]
pub(crate) struct Relay {
    kept: Signals,
    arrivals: iterator::Signals,
}

impl Relay {
    pub(crate) fn new() -> io::Result<Self> {
        let wanted = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];
        let wanted = wanted.into_iter().filter(|signal| !is_ignored(*signal));
        Ok(Self {
            kept: Signals::new()?,
            arrivals: iterator::Signals::new(wanted.chain([SIGCHLD]))?,
        })
    }

    /// Whether a signal has come that would have ended the process.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.kept.have_come()
    }

    /// Lets that signal end the process.
    pub(crate) fn obey(&self) -> io::Result<()> {
        self.kept.obey()
    }

    /// Waits for the end of `child`. Its own children are not waited for.
    pub(crate) fn wait(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
        let id = Pid::from_child(child);
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            for signal in self.arrivals.wait().filter_map(passed_on) {
                // A child that has ended needs no signal. Nobody has waited for it yet, so its number is no other's.
                let _ = kill_process(id, signal);
            }
        }
    }
}

/// The signal, if the child does not get it by itself.
fn passed_on(signal: i32) -> Option<Signal> {
    match signal {
        SIGCHLD | SIGINT | SIGQUIT => None,
        _ => Signal::from_named_raw(signal),
    }
}

/// Ends the process by the signal that ended a child, so that whoever waits for this process sees what happened. Where
/// there was none, or it is one without a name, the exit status to end with, as a shell has it.
pub(crate) fn end_like(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| {
        let signal = status.signal()?;
        let _ = signal_hook::low_level::emulate_default_handler(signal);
        Some(128 + signal)
    });
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

//! The signals that would end this process while a client runs: they are the client's, which gets them from here too.
//!
//! A terminal sends its signals to both. A person's `kill` reaches this process alone.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::SigId;
use signal_hook::flag::register;
use signal_hook::low_level::{pipe, unregister};

use crate::terminal::{Signals, is_ignored};

/// Passes signals on as long as it lives.
pub(super) struct Relay {
    lines: Vec<Line>,
    /// Readable when a signal has come.
    bell: UnixStream,
    /// As long as it is there, they do not end this process. It outlives the lines.
    _kept: Signals,
}

/// One signal, and whether it has come.
struct Line {
    signal: Signal,
    has_come: Arc<AtomicBool>,
    handlers: [SigId; 2],
}

impl Relay {
    pub(super) fn new() -> io::Result<Self> {
        let kept = Signals::new()?;
        let (bell, rope) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        let all = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM].into_iter();
        // What this process was started to ignore, the client ignores too.
        let heard = all.filter(|signal| !is_ignored(signal.as_raw()));
        let lines = heard.map(|signal| Line::new(signal, &rope));
        Ok(Self {
            lines: lines.collect::<io::Result<_>>()?,
            bell,
            _kept: kept,
        })
    }

    pub(super) fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// Makes the bell ring again when the next one comes.
    pub(super) fn silence(&self) {
        let _ = (&self.bell).read(&mut [0; 64]);
    }

    /// Passes on what has come; whether anything had.
    pub(super) fn pass_on(&self, client: &Child) -> bool {
        let mut any = false;
        for line in &self.lines {
            if line.has_come.swap(false, Ordering::SeqCst) {
                any = true;
                // It has not been waited for, so that the number is still its own.
                let _ = kill_process(Pid::from_child(client), line.signal);
            }
        }
        any
    }
}

impl Line {
    fn new(signal: Signal, rope: &UnixStream) -> io::Result<Self> {
        let has_come = Arc::new(AtomicBool::new(false));
        // In this order: whoever hears the bell finds out why.
        let handlers = [
            register(signal.as_raw(), Arc::clone(&has_come))?,
            pipe::register(signal.as_raw(), rope.try_clone()?)?,
        ];
        Ok(Self {
            signal,
            has_come,
            handlers,
        })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        for handler in self.handlers {
            unregister(handler);
        }
    }
}

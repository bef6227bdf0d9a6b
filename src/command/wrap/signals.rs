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
use signal_hook::flag::{register, register_conditional_default};
use signal_hook::low_level::pipe;

use crate::terminal::is_ignored;

/// They are passed on as long as this lives. Then they end the process as ever.
pub(super) struct Signals {
    is_over: Arc<AtomicBool>,
    kept: Vec<(Signal, Arc<AtomicBool>)>,
    /// Readable when one has come.
    bell: UnixStream,
}

impl Signals {
    pub(super) fn keep() -> io::Result<Self> {
        let (bell, rope) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        let is_over = Arc::new(AtomicBool::new(false));
        let mut kept = Vec::new();
        for signal in [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM] {
            // What this process was started to ignore, the client ignores too.
            if !is_ignored(signal.as_raw()) {
                let flag = Arc::new(AtomicBool::new(false));
                register_conditional_default(signal.as_raw(), Arc::clone(&is_over))?;
                register(signal.as_raw(), Arc::clone(&flag))?;
                pipe::register(signal.as_raw(), rope.try_clone()?)?;
                kept.push((signal, flag));
            }
        }
        Ok(Self {
            is_over,
            kept,
            bell,
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
        let pid = i32::try_from(client.id()).ok().and_then(Pid::from_raw);
        let mut has_come = false;
        for (signal, flag) in &self.kept {
            if flag.swap(false, Ordering::SeqCst) {
                has_come = true;
                // It has not been waited for, so that the number is still its own.
                let _ = pid.map(|pid| kill_process(pid, *signal));
            }
        }
        has_come
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
    }
}

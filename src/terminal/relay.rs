//! Between a child and the signals that this process gets, from before the child's birth on.
//!
//! What a person types at the terminal, to interrupt or to stop, reaches the child by itself, because both are in the
//! terminal's foreground. What is sent to this process alone, to end it or to tell it something, is passed on.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::SigId;
use signal_hook::flag::register;
use signal_hook::low_level::{emulate_default_handler, pipe, unregister};

use super::signals::{Signals, is_ignored};
use super::tty;

/// How often a child is looked at whose end is told by nothing else.
const GLANCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// Keeps the signals that would end the process, and passes some on, as long as it lives.
#[derive(Debug)]
pub(crate) struct Relay {
    lines: Vec<Line>,
    /// Readable when a signal has come, or a child has ended.
    bell: UnixStream,
    of_children: SigId,
    /// It outlives the lines.
    kept: Signals,
}

/// One signal, and whether it has come.
#[derive(Debug)]
struct Line {
    signal: Signal,
    has_come: Arc<AtomicBool>,
    handlers: [SigId; 2],
}

impl Relay {
    /// Passes `signals` on. One that this process was started to ignore, the child ignores too.
    pub(crate) fn new(signals: &[Signal]) -> io::Result<Self> {
        let kept = Signals::new()?;
        let (bell, rope) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        let heard = signals.iter().filter(|signal| !is_ignored(signal.as_raw()));
        let lines = heard.map(|signal| Line::new(*signal, &rope));
        Ok(Self {
            lines: lines.collect::<io::Result<_>>()?,
            bell,
            of_children: pipe::register(Signal::CHILD.as_raw(), rope)?,
            kept,
        })
    }

    /// Readable when something has come.
    pub(crate) fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// Makes the bell ring again at the next one.
    pub(crate) fn silence(&self) {
        let _ = (&self.bell).read(&mut [0; 64]);
    }

    /// Passes on what has come; whether anything had. The child has not been waited for, so that its number is its own.
    pub(crate) fn pass_on(&self, child: &Child) -> bool {
        let mut any = false;
        for line in &self.lines {
            if line.has_come.swap(false, Ordering::SeqCst) {
                any = true;
                if !(is_typed(line.signal) && in_foreground()) {
                    let _ = kill_process(Pid::from_child(child), line.signal);
                }
            }
        }
        any
    }

    /// Waits for the end of `child`, and passes on what comes meanwhile. Its own children are not waited for.
    pub(crate) fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        let end = end_of(child);
        loop {
            self.silence();
            self.pass_on(child);
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            self.rest(end.as_ref())?;
        }
    }

    /// Waits until something has come, or the child has ended. This process may have been started with that signal
    /// blocked; without an `end` to look at, it looks every now and then.
    fn rest(&self, end: Option<&OwnedFd>) -> io::Result<()> {
        let mut ends = vec![PollFd::from_borrowed_fd(self.bell(), PollFlags::IN)];
        ends.extend(end.map(|end| PollFd::new(end, PollFlags::IN)));
        match poll(&mut ends, Some(&GLANCE).filter(|_| end.is_none())) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a signal has come that would have ended the process.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.kept.have_come()
    }

    /// Lets that signal end the process.
    pub(crate) fn obey(&self) -> io::Result<()> {
        self.kept.obey()
    }
}

/// What becomes readable when the child has ended, where the system has such a thing.
#[cfg(target_os = "linux")]
fn end_of(child: &Child) -> Option<OwnedFd> {
    use rustix::process::{PidfdFlags, pidfd_open};
    pidfd_open(Pid::from_child(child), PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn end_of(_child: &Child) -> Option<OwnedFd> {
    None
}

/// Whether a key of the terminal makes this signal, for the whole group of processes in its foreground.
fn is_typed(signal: Signal) -> bool {
    signal == Signal::INT || signal == Signal::QUIT
}

/// Whether this process, and so its child, is in the foreground of a terminal. Then what was typed has reached the child,
/// and twice would be too much: there are programs that take a second one for an order to drop everything.
fn in_foreground() -> bool {
    tty::open().is_ok_and(|terminal| tty::is_ours(&terminal))
}

impl Drop for Relay {
    fn drop(&mut self) {
        unregister(self.of_children);
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

/// Ends the process by the signal that ended a child, so that whoever waits for this process sees what happened. Where
/// there was none, or it is one without a name, the exit status to end with, as a shell has it.
pub(crate) fn end_like(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| {
        let signal = status.signal()?;
        let _ = emulate_default_handler(signal);
        Some(128 + signal)
    });
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

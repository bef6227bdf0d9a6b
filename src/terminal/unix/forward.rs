//! Forwards signals to a child process.
//!
//! Ctrl-C and Ctrl-\ reach the child without help, because the terminal signals its whole foreground process group. A
//! signal that was sent to this process alone is forwarded.

use std::io::{self, PipeReader, PipeWriter, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
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

/// How often a child is polled for its end if the system has no pidfd.
const POLL_INTERVAL: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// Holds back the signals that would end this process, and forwards some of them to a child, as long as it lives.
///
/// Create it before the child, so that no signal is lost in between.
#[derive(Debug)]
pub(crate) struct SignalForwarder {
    signals: Vec<ForwardedSignal>,
    /// Becomes readable when a signal has arrived or a child has ended.
    wake_reader: PipeReader,
    child_handler: SigId,
    /// Declared last, so that it is dropped last.
    held: Signals,
}

/// A signal that is forwarded, and whether it has arrived.
#[derive(Debug)]
struct ForwardedSignal {
    signal: Signal,
    has_arrived: Arc<AtomicBool>,
    handlers: [SigId; 2],
}

impl SignalForwarder {
    /// Begins to forward `signals`. Skips those that this process was started to ignore: the child ignores them too.
    pub(crate) fn new(signals: &[Signal]) -> io::Result<Self> {
        let held = Signals::new()?;
        // No socket: where those of Unix are forbidden, a pipe still is not.
        let (wake_reader, wake_writer) = io::pipe()?;
        rustix::io::ioctl_fionbio(&wake_reader, true)?;
        let signals = signals
            .iter()
            .filter(|signal| !is_ignored(signal.as_raw()))
            .map(|signal| ForwardedSignal::new(*signal, &wake_writer));
        Ok(Self {
            signals: signals.collect::<io::Result<_>>()?,
            wake_reader,
            child_handler: pipe::register(Signal::CHILD.as_raw(), wake_writer)?,
            held,
        })
    }

    /// Returns a descriptor that becomes readable when a signal has arrived or a child has ended.
    pub(crate) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake_reader.as_fd()
    }

    /// Empties the wake descriptor, so that it becomes readable again at the next event.
    pub(crate) fn drain(&self) {
        let _ = (&self.wake_reader).read(&mut [0; 64]);
    }

    /// Forwards the signals that have arrived; reports whether there were any. The caller must not have waited for the
    /// child yet, because its process number could belong to another process then.
    pub(crate) fn forward(&self, child: &Child) -> bool {
        let mut any = false;
        for forwarded in &self.signals {
            if forwarded.has_arrived.swap(false, Ordering::SeqCst) {
                any = true;
                if !(is_typed(forwarded.signal) && in_foreground()) {
                    let _ = kill_process(Pid::from_child(child), forwarded.signal);
                }
            }
        }
        any
    }

    /// Waits for the end of `child`, and forwards signals meanwhile. Does not wait for the child's own children.
    pub(crate) fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        let pidfd = pidfd_of(child);
        loop {
            self.drain();
            self.forward(child);
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            self.wait_for_event(pidfd.as_ref())?;
        }
    }

    /// Waits until a signal has arrived or the child has ended. SIGCHLD may be blocked from the start of this process,
    /// so the pidfd is polled too, or, without one, the wait ends after [`POLL_INTERVAL`].
    fn wait_for_event(&self, pidfd: Option<&OwnedFd>) -> io::Result<()> {
        let mut polled = vec![PollFd::from_borrowed_fd(self.wake_fd(), PollFlags::IN)];
        polled.extend(pidfd.map(|pidfd| PollFd::new(pidfd, PollFlags::IN)));
        match poll(
            &mut polled,
            Some(&POLL_INTERVAL).filter(|_| pidfd.is_none()),
        ) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Reports whether a signal has arrived that would have ended the process.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.held.have_arrived()
    }

    /// Lets that signal end the process.
    pub(crate) fn re_raise(&self) -> io::Result<()> {
        self.held.re_raise()
    }
}

impl Drop for SignalForwarder {
    fn drop(&mut self) {
        unregister(self.child_handler);
    }
}

/// Returns a descriptor that becomes readable when the child has ended, if the system has such a thing.
#[cfg(target_os = "linux")]
fn pidfd_of(child: &Child) -> Option<OwnedFd> {
    use rustix::process::{PidfdFlags, pidfd_open};
    pidfd_open(Pid::from_child(child), PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn pidfd_of(_child: &Child) -> Option<OwnedFd> {
    None
}

/// Reports whether a key of the terminal sends this signal. The terminal sends it to the whole foreground group.
fn is_typed(signal: Signal) -> bool {
    signal == Signal::INT || signal == Signal::QUIT
}

/// Reports whether this process, and so its child, is in the foreground of a terminal. Then the child has already got
/// the signal that was typed. A second one could do harm: some programs take it as the order to stop at once.
fn in_foreground() -> bool {
    tty::open().is_ok_and(|terminal| tty::is_foreground(&terminal))
}

impl ForwardedSignal {
    fn new(signal: Signal, wake_writer: &PipeWriter) -> io::Result<Self> {
        let has_arrived = Arc::new(AtomicBool::new(false));
        // The flag is registered first, so that it is set before the wake descriptor becomes readable.
        let handlers = [
            register(signal.as_raw(), Arc::clone(&has_arrived))?,
            pipe::register(signal.as_raw(), wake_writer.try_clone()?)?,
        ];
        Ok(Self {
            signal,
            has_arrived,
            handlers,
        })
    }
}

impl Drop for ForwardedSignal {
    fn drop(&mut self) {
        for handler in self.handlers {
            unregister(handler);
        }
    }
}

/// Ends this process by the signal that ended a child, so that the caller sees the same end. If no signal ended it, or
/// the signal cannot be repeated, returns the exit status to end with, as a shell reports it.
pub(crate) fn exit_like(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| {
        let signal = status.signal()?;
        let _ = emulate_default_handler(signal);
        Some(128 + signal)
    });
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

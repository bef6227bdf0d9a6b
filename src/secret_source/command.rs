//! Running a command that prints a secret, with limits for time and output.
//!
//! With a person at the terminal the command stays in this program's process group: it may have questions of its own, only
//! the terminal's foreground group may ask them, and Ctrl-C reaches both. Otherwise it gets a group of its own. At the time
//! limit the whole group is killed, and a signal that ends this process kills the group first.

use std::io::{self, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::{Fetch, LONGEST_KIB};
use crate::bounded_file::too_long;
use crate::child_status;
use crate::clock;
use crate::terminal::SignalForwarder;

/// How often to check whether the command has ended, and whether its secret is still wanted.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How long to wait for more output after the command's end, while a child (an agent) keeps its output open.
const GRACE: Duration = Duration::from_millis(300);

/// Runs `command` for at most `limit`, and gives its output. The error is the cause, without a byte of the output.
pub(super) fn output(
    mut command: Command,
    limit: Duration,
    fetch: &Fetch<'_>,
) -> Result<Vec<u8>, String> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    // Before the command starts: a signal in between would leave it running.
    let kept = (!fetch.terminal.is_attended()).then(|| SignalForwarder::new(&[]).ok());
    let kept = kept.flatten();
    let running = Running::start(&mut command, kept).map_err(|error| error.to_string())?;
    running.output(&Deadline::after(limit), fetch.stop)
}

/// The time limit of the command.
struct Deadline {
    start: Instant,
    limit: Duration,
}

impl Deadline {
    fn after(limit: Duration) -> Self {
        Self {
            start: clock::ticks(),
            limit,
        }
    }

    fn left(&self) -> Duration {
        self.limit.saturating_sub(self.start.elapsed())
    }
}

/// The command while it runs.
struct Running {
    child: Child,
    /// Its exit status, once it has ended.
    status: Option<ExitStatus>,
    /// Keeps the signals that would end this process, if the command has a process group of its own.
    kept: Option<SignalForwarder>,
    /// Its output, piece by piece.
    pieces: Receiver<io::Result<Vec<u8>>>,
}

impl Running {
    fn start(command: &mut Command, kept: Option<SignalForwarder>) -> io::Result<Self> {
        #[cfg(unix)]
        if kept.is_some() {
            std::os::unix::process::CommandExt::process_group(command, 0);
        }
        child_status::keep();
        let mut child = command.spawn()?;
        let mut output = child.stdout.take().expect("stdout is a pipe");
        let (sender, pieces) = mpsc::channel();
        let read = move || {
            loop {
                let mut piece = vec![0; 4096];
                let read = output.read(&mut piece);
                let is_last = !matches!(read, Ok(1..));
                let read = read.map(|length| {
                    piece.truncate(length);
                    piece
                });
                // After the time limit nobody receives it.
                if sender.send(read).is_err() || is_last {
                    return;
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().spawn(read) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
        Ok(Self {
            child,
            status: None,
            kept,
            pieces,
        })
    }

    /// The whole output, if the command succeeds.
    fn output(mut self, deadline: &Deadline, stop: &dyn Fn() -> bool) -> Result<Vec<u8>, String> {
        let read = self.read(deadline, stop).and_then(|bytes| {
            while !self.has_ended()? {
                self.check(deadline, stop)?;
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(bytes)
        });
        let Err(cause) = &read else {
            return match self.status {
                Some(status) if !status.success() => Err(status.to_string()),
                _ => read,
            };
        };
        let cause = Err(cause.clone());
        self.kill();
        // A kept signal ends this process now, unless the caller keeps signals too and will do that.
        if let Some(kept) = self.kept.as_ref().filter(|_| !stop()) {
            let _ = kept.re_raise();
        }
        cause
    }

    fn read(&mut self, deadline: &Deadline, stop: &dyn Fn() -> bool) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::with_capacity(4096);
        // When the command had ended and its output was last silent.
        let mut quiet_since: Option<Instant> = None;
        loop {
            match self.pieces.recv_timeout(POLL_INTERVAL.min(deadline.left())) {
                Ok(Ok(piece)) if piece.is_empty() => return Ok(bytes),
                Ok(piece) => {
                    bytes.extend_from_slice(&piece.map_err(|error| error.to_string())?);
                    quiet_since = None;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(bytes),
                Err(RecvTimeoutError::Timeout) => {
                    if self.has_ended()? {
                        let since = quiet_since.get_or_insert_with(clock::ticks);
                        if since.elapsed() >= GRACE {
                            return Ok(bytes);
                        }
                    }
                }
            }
            if bytes.len() as u64 > LONGEST_KIB * 1024 {
                return Err(too_long(LONGEST_KIB, "secret").to_string());
            }
            self.check(deadline, stop)?;
        }
    }

    /// The cause to kill the command, if there is one.
    fn check(&self, deadline: &Deadline, stop: &dyn Fn() -> bool) -> Result<(), String> {
        if stop()
            || self
                .kept
                .as_ref()
                .is_some_and(SignalForwarder::is_interrupted)
        {
            return Err("nobody waits for it any more".into());
        }
        if self.status.is_none() && wants_terminal(&self.child) {
            return Err("it has a question at the terminal, where nobody may be asked".into());
        }
        if deadline.left().is_zero() {
            let seconds = deadline.limit.as_secs();
            return Err(format!("it did not end within {seconds} s"));
        }
        Ok(())
    }

    fn has_ended(&mut self) -> Result<bool, String> {
        if self.status.is_none() {
            self.status = self.child.try_wait().map_err(|error| error.to_string())?;
        }
        Ok(self.status.is_some())
    }

    /// Kills the command, and its children if it has a process group of its own.
    fn kill(&mut self) {
        // After a wait, the number may belong to another process.
        if self.status.is_none() {
            #[cfg(unix)]
            if self.kept.is_some() {
                use rustix::process::{Pid, Signal, kill_process_group};
                let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Returns whether the terminal has stopped `child` because it used the terminal from the background.
#[cfg(unix)]
fn wants_terminal(child: &Child) -> bool {
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, waitid};
    let look = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let status = waitid(WaitId::Pid(Pid::from_child(child)), look);
    let signal = status
        .ok()
        .flatten()
        .and_then(|status| status.stopping_signal());
    signal.is_some_and(|signal| {
        [Signal::TTIN, Signal::TTOU]
            .iter()
            .any(|wanted| wanted.as_raw() == signal)
    })
}

#[cfg(not(unix))]
fn wants_terminal(_child: &Child) -> bool {
    false
}

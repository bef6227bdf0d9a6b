//! A command that prints a secret: started without a shell, bounded in time and in what it prints, ended whole.
//!
//! Where a person is at the terminal the command shares this program's process group, because it may have questions of its
//! own, and only the terminal's foreground group may ask them; what is typed to interrupt reaches both. Anywhere else it
//! gets a group of its own, so that nothing which it has started outlives the time limit, and the signals that would end
//! this process end the group first.

use std::io::{self, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::{Fetch, LONGEST_KIB};
use crate::bounded_file::too_long;
use crate::clock;
use crate::terminal::SignalForwarder;

/// How often to look whether the command has ended, and whether its secret is still wanted.
const GLANCE: Duration = Duration::from_millis(50);
/// How long to wait for more output once the command has ended and something that it has started (an agent) keeps its
/// output open.
const GRACE: Duration = Duration::from_millis(300);

/// Runs `command` for at most `limit`, and gives what it printed. The error says why there is none; no byte of the output
/// is in it.
pub(super) fn output(
    mut command: Command,
    limit: Duration,
    fetch: &Fetch<'_>,
) -> Result<Zeroizing<Vec<u8>>, String> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    // Before the command starts: a signal that came in between would leave it behind.
    let kept = (!fetch.terminal.is_attended()).then(|| SignalForwarder::new(&[]).ok());
    let kept = kept.flatten();
    let running = Running::start(&mut command, kept).map_err(|error| error.to_string())?;
    running.output(&Deadline::after(limit), fetch.stop)
}

/// When the command has to have ended.
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
    /// How it ended, once it has.
    status: Option<ExitStatus>,
    /// The signals that would end this process, kept where the command has a process group of its own.
    kept: Option<SignalForwarder>,
    /// What it prints, piece by piece.
    pieces: Receiver<io::Result<Zeroizing<Vec<u8>>>>,
}

impl Running {
    fn start(command: &mut Command, kept: Option<SignalForwarder>) -> io::Result<Self> {
        #[cfg(unix)]
        if kept.is_some() {
            std::os::unix::process::CommandExt::process_group(command, 0);
        }
        let mut child = command.spawn()?;
        let mut output = child.stdout.take().expect("stdout is a pipe");
        let (sender, pieces) = mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let mut piece = Zeroizing::new(vec![0; 4096]);
                let read = output.read(&mut piece);
                let is_last = !matches!(read, Ok(1..));
                let read = read.map(|length| {
                    piece.truncate(length);
                    piece
                });
                // Nobody listens any more when the time is over.
                if sender.send(read).is_err() || is_last {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            status: None,
            kept,
            pieces,
        })
    }

    /// What it prints until its output is closed, or until it has ended and nothing more comes; if it then ends well.
    fn output(
        mut self,
        deadline: &Deadline,
        stop: &dyn Fn() -> bool,
    ) -> Result<Zeroizing<Vec<u8>>, String> {
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
        // What has come for this process ends it now, unless the caller keeps signals too and sees to that.
        if let Some(kept) = self.kept.as_ref().filter(|_| !stop()) {
            let _ = kept.re_raise();
        }
        cause
    }

    fn read(
        &mut self,
        deadline: &Deadline,
        stop: &dyn Fn() -> bool,
    ) -> Result<Zeroizing<Vec<u8>>, String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        // Since when nothing has come of a command that has ended.
        let mut quiet_since: Option<Instant> = None;
        loop {
            match self.pieces.recv_timeout(GLANCE.min(deadline.left())) {
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

    /// Why it must not go on, if there is a reason.
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

    /// Ends it, with all that it has started where it has a process group of its own.
    fn kill(&mut self) {
        // The number of a child that was waited for may be another process's by now.
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

/// Whether the terminal has stopped `child`, which wanted to use it from the background.
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

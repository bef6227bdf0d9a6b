//! The browser's process and its streams: the pipe, and what it prints.
//!
//! Both ends of the pipe that this process has are close-on-exec, as std makes them: when this process dies, even by SIGKILL,
//! the pipe is closed, and the browser writes its cookies and ends. No program started meanwhile keeps it open.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Write as _};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};

use super::launch::Launch;
use super::log::Log;
use super::pipe::Frames;
use crate::{child_status, environment, waiting};

/// The browser reads its descriptor 3 and writes 4. The shell has the pipe as its stdin and stdout, moves it there, and gives
/// the browser its own place and number.
const SHELL: &str = r#"exec "$@" 3<&0 4>&1 0</dev/null 1>&2"#;
/// The most that is read at once.
const PIECE: usize = 64 * 1024;
/// The most that waits to be sent: commands are short, and a page is the longest.
const MOST_PENDING: usize = 1024 * 1024;
/// How often to look whether the process has ended, once its streams are closed.
const PAUSE: Duration = Duration::from_millis(2);

/// A browser's process. When it is dropped, the browser has ended.
pub(super) struct Process {
    child: Child,
    is_over: bool,
    /// Its exit status, once it is over and that could be had.
    status: Option<ExitStatus>,
    input: Option<ChildStdin>,
    output: Option<ChildStdout>,
    words: Option<ChildStderr>,
    frames: Frames,
    pending: Vec<u8>,
    log: Log,
    /// How long to wait for its end after each step to it.
    patience: Duration,
}

impl Process {
    /// Starts the browser.
    pub(super) fn spawn(launch: &Launch, arguments: &[OsString]) -> io::Result<Self> {
        child_status::keep();
        let mut child = command(launch, arguments).spawn()?;
        let process = Self {
            is_over: false,
            status: None,
            input: child.stdin.take(),
            output: child.stdout.take(),
            words: child.stderr.take(),
            child,
            frames: Frames::default(),
            pending: Vec::new(),
            log: Log::open(launch.log),
            patience: launch.limits.end,
        };
        // Dropped on an error, which ends the browser.
        unblock(process.input.as_ref())?;
        unblock(process.output.as_ref())?;
        unblock(process.words.as_ref())?;
        Ok(process)
    }

    /// Sends `frames`; what the pipe has no room for goes with the next turns. The pipe to a browser that reads nothing, and goes
    /// on telling of requests that have to be passed on, is closed.
    pub(super) fn send(&mut self, frames: &[u8]) {
        self.pending.extend_from_slice(frames);
        self.write();
        if self.pending.len() > MOST_PENDING {
            self.pending = Vec::new();
            self.input = None;
            self.output = None;
        }
    }

    /// Waits for the browser for at most `limit`, and gives each frame that came to `each`. Returns whether its end of the
    /// pipe is still open.
    pub(super) fn turn(&mut self, limit: Duration, each: impl FnMut(&[u8])) -> bool {
        self.wait_for_streams(limit);
        self.write();
        let mut piece = vec![0; PIECE];
        let length = read(&mut self.words, &mut piece);
        self.log.take(&piece[..length]);
        let length = read(&mut self.output, &mut piece);
        self.frames.take(&piece[..length], each);
        self.output.is_some()
    }

    /// Waits until a stream is ready. An interrupted wait ends too: the caller looks after signals.
    fn wait_for_streams(&self, limit: Duration) {
        let mut streams = Vec::new();
        if let Some(output) = &self.output {
            streams.push(PollFd::new(output, PollFlags::IN));
        }
        if let Some(words) = &self.words {
            streams.push(PollFd::new(words, PollFlags::IN));
        }
        if let Some(input) = self.input.as_ref().filter(|_| !self.pending.is_empty()) {
            streams.push(PollFd::new(input, PollFlags::OUT));
        }
        if streams.is_empty() {
            return std::thread::sleep(limit);
        }
        let limit = Timespec::try_from(limit).expect("a limit is less than centuries");
        let _ = poll(&mut streams, Some(&limit));
    }

    fn write(&mut self) {
        let Some(input) = self.input.as_mut().filter(|_| !self.pending.is_empty()) else {
            return;
        };
        match input.write(&self.pending) {
            Ok(length) => drop(self.pending.drain(..length)),
            Err(error) if is_passing(&error) => {}
            // Nobody reads any more; the other stream tells of the end.
            Err(_) => self.input = None,
        }
    }

    /// Our ends of its streams.
    #[cfg(test)]
    pub(super) fn streams(&self) -> [std::os::fd::BorrowedFd<'_>; 3] {
        let open = "nobody has closed it";
        [
            self.input.as_ref().expect(open).as_fd(),
            self.output.as_ref().expect(open).as_fd(),
            self.words.as_ref().expect(open).as_fd(),
        ]
    }

    /// Returns the log of the browser's words.
    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// The browser's exit status, if it ends within `limit` and that can be had. Its last words are in the log then.
    pub(super) fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let ended = waiting::until(limit, |pause| {
            let ended = self.has_ended();
            if !ended {
                self.turn(pause.min(PAUSE), |_| {});
            }
            ended.then_some(())
        });
        if ended.is_some() {
            self.take_last_words();
        }
        self.status
    }

    /// Takes what an ended browser printed last, which may still be in the pipe. A child of it that goes on printing is not
    /// listened to: a pipe has room for 1 MiB at most (`pipe(7)`).
    fn take_last_words(&mut self) {
        let mut piece = vec![0; PIECE];
        for _ in 0..16 {
            let length = read(&mut self.words, &mut piece);
            self.log.take(&piece[..length]);
            if length == 0 {
                break;
            }
        }
        self.log.end_line();
    }

    /// Returns whether it has ended. So has one that cannot be waited for: another part of this process has, or the system,
    /// and its number may be another process's by now.
    pub(super) fn has_ended(&mut self) -> bool {
        if !self.is_over {
            let waited = self.child.try_wait();
            self.is_over = !matches!(waited, Ok(None));
            self.status = waited.ok().flatten();
        }
        self.is_over
    }

    /// Waits for `patience` at most after each further step to the browser's end.
    pub(super) fn hurry(&mut self, patience: Duration) {
        self.patience = self.patience.min(patience);
    }

    /// Closes the pipe, which ends a browser that works; then interrupts it, and kills it at last. SIGTERM is not among the
    /// steps: Chromium loses its fresh cookies by it. Only this process is meant: its children end with it.
    fn end(&mut self) {
        self.input = None;
        self.output = None;
        self.wait(self.patience);
        if self.is_over {
            return;
        }
        // It was not waited for, so that the number is still its own.
        let _ = kill_process(Pid::from_child(&self.child), Signal::INT);
        self.wait(self.patience);
        if self.is_over {
            return;
        }
        let _ = self.child.kill();
        self.status = self.child.wait().ok();
        self.is_over = true;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.end();
        }
    }
}

/// The command of the browser. It gets a process group of its own: a Ctrl-C at the terminal, which would reach it too, is for
/// this process to judge. Its directory is `/`, so that it keeps none busy.
pub(super) fn command(launch: &Launch, arguments: &[OsString]) -> Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "a person's browser gets the person's environment, without our secrets"
    )]
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", SHELL, "sh"])
        .arg(&launch.installed.program)
        .args(arguments)
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    environment::withhold_secrets(&mut command);
    for name in launch.withheld {
        command.env_remove(name);
    }
    command
}

/// Makes our end of a stream non-blocking. The browser's end is a description of its own.
fn unblock(stream: Option<&impl AsFd>) -> io::Result<()> {
    let stream = stream.expect("each stream was piped");
    Ok(rustix::io::ioctl_fionbio(stream, true)?)
}

/// Reads what is there into `piece`; closes a stream that has ended.
fn read(stream: &mut Option<impl Read>, piece: &mut [u8]) -> usize {
    let Some(open) = stream else { return 0 };
    match open.read(piece) {
        Ok(length) if length > 0 => length,
        Err(error) if is_passing(&error) => 0,
        _ => {
            *stream = None;
            0
        }
    }
}

fn is_passing(error: &io::Error) -> bool {
    [ErrorKind::WouldBlock, ErrorKind::Interrupted].contains(&error.kind())
}

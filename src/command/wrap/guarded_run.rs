//! Runs curl and holds its output back until the response heads, which arrive here through `-D`, show that the ALB
//! accepted the session. From then on the output is forwarded as it comes, without a buffer.
//!
//! The caller cannot tell this from a direct call of curl: the exit status, forwarded signals, death by a signal, and
//! the error for an output that nobody reads are the same.
#![expect(
    clippy::disallowed_methods,
    reason = "the client's answers go through this process to where the client would write them"
)]

mod refused;

use std::io::{self, ErrorKind, IsTerminal as _, PipeReader, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStdout, ExitStatus, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::fstat;
use rustix::io::{Errno, ioctl_fionbio};
use rustix::process::Signal;
use zeroize::Zeroizing;

use crate::error::{Error, Kind, Result};
use crate::invocation::Delivery;
use crate::reply::Reply;
use crate::terminal::SignalForwarder;

use super::client::{Client, end};
use super::inherited_file::InheritedFile;
use super::response_heads::{ResponseHeads, Verdict};
use refused::Refused;

/// The most output that is held back, in bytes. A longer output is forwarded without a verdict.
const LARGEST_HELD: usize = 1 << 20;
/// How many bytes are read at once.
const READ_SIZE: usize = 1 << 16;
/// How many bytes a pipe takes without blocking once it is ready for writing: POSIX wants a `PIPE_BUF` of at least 512,
/// Linux has 4096.
const WRITE_SIZE: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };
/// curl's exit code for a failed write of its output (curl(1), 23).
const WRITE_FAILED: u8 = 23;
/// The signals that are forwarded to the client instead of ending this process.
const FORWARDED: [Signal; 4] = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM];
/// How often the client is polled for its end after a signal was forwarded.
const POLL_INTERVAL: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// How a guarded run ended.
pub(super) enum Ended {
    /// The ALB refused the session. No output was forwarded.
    Refused(Refused),
    /// The client has finished.
    Over(Reply),
}

/// Reports whether the output of this process can be held back. It cannot if stdout is a terminal, which curl has to
/// see itself, or if stdout and stderr are the same file, where both have to keep their order.
pub(super) fn is_possible() -> bool {
    let identity = |file: BorrowedFd<'_>| fstat(file).map(|status| (status.st_dev, status.st_ino));
    let (stdout, stderr) = (io::stdout(), io::stderr());
    !stdout.is_terminal() && identity(stdout.as_fd()) != identity(stderr.as_fd())
}

/// Runs the client with the session in `cookies`, until it ends or the ALB refuses the session.
pub(super) fn run(
    client: &Client,
    delivery: Delivery,
    cookies: InheritedFile,
    heads: &mut ResponseHeads,
) -> Result<Ended> {
    let forwarder = SignalForwarder::new(&FORWARDED).map_err(cannot_guard)?;
    let (head_reader, head_writer) = io::pipe().map_err(cannot_guard)?;
    let head_writer = InheritedFile::of(head_writer.into()).map_err(cannot_guard)?;
    let mut command = client.command(delivery, &cookies, &["-D", &head_writer.path()]);
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return Ok(Ended::Over(client.cannot_start(&error))),
    };
    // Now only the client holds these ends, so they close when it ends.
    drop((cookies, head_writer));
    let mut flow = Flow {
        heads: Some(head_reader),
        output: child.stdout.take(),
        ..Flow::default()
    };
    let ended = flow.run(&mut child, &forwarder, heads);
    let is_refused = ended.is_ok() && heads.verdict() == Verdict::Refused;
    if is_refused && !flow.is_interrupted {
        return Ok(Ended::Refused(Refused::stop(child, flow, forwarder)));
    }
    // A client that outlives a signal must not wait until somebody reads what it says after a refusal.
    (flow.heads, flow.output) = (None, None);
    finish(&mut child, flow, ended).map(Ended::Over)
}

fn cannot_guard(error: io::Error) -> Error {
    Error::new(Kind::Other, "cannot guard the client").caused_by(error)
}

/// Waits for the client's end after its streams have `ended`.
fn finish(child: &mut Child, flow: Flow, ended: io::Result<()>) -> Result<Reply> {
    let status = ended.and_then(|()| child.wait()).map_err(cannot_guard)?;
    Ok(flow.finish(status))
}

/// The streams of the client.
#[derive(Default)]
struct Flow {
    heads: Option<PipeReader>,
    output: Option<ChildStdout>,
    /// Output of the client that was read. The first `forwarded` bytes of it were written to stdout.
    held: Vec<u8>,
    forwarded: usize,
    /// Why output could not be forwarded.
    write_error: Option<io::Error>,
    /// Set once a signal was forwarded to the client.
    is_interrupted: bool,
}

/// The streams that are ready.
struct Ready {
    heads: bool,
    output: bool,
    stdout: bool,
}

impl Flow {
    /// Forwards until all output is written, the ALB refuses the session, or a signal kills the client.
    fn run(
        &mut self,
        child: &mut Child,
        forwarder: &SignalForwarder,
        heads: &mut ResponseHeads,
    ) -> io::Result<()> {
        if let Some(heads) = &self.heads {
            ioctl_fionbio(heads, true)?;
        }
        while !self.is_done(heads) {
            let ready = self.wait(forwarder, heads.verdict())?;
            self.is_interrupted |= forwarder.forward(child);
            if ready.heads || ready.output {
                // curl writes a head before the body, so the head of any output read here has arrived.
                self.read_heads(heads)?;
            }
            if ready.output {
                self.read_output(heads)?;
            }
            if ready.stdout {
                self.forward();
            }
            if self.is_interrupted && is_killed(child)? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn is_done(&self, heads: &mut ResponseHeads) -> bool {
        let is_closed = self.heads.is_none() && self.output.is_none();
        if is_closed {
            heads.accept();
        }
        match heads.verdict() {
            Verdict::Refused => true,
            Verdict::Pending => false,
            Verdict::Accepted => is_closed && self.held.is_empty(),
        }
    }

    fn wait(&self, forwarder: &SignalForwarder, verdict: Verdict) -> io::Result<Ready> {
        let stdout = io::stdout();
        let is_pending = verdict == Verdict::Pending;
        let heads = self.heads.as_ref();
        // After the verdict, the next chunk is read only when the last one is written. A slow reader slows the client.
        let may_read = is_pending || self.held.is_empty();
        let output = self.output.as_ref().filter(|_| may_read);
        let may_write = !is_pending && !self.held.is_empty();
        let stdout = Some(&stdout).filter(|_| may_write);
        let mut polled = vec![PollFd::from_borrowed_fd(forwarder.wake_fd(), PollFlags::IN)];
        polled.extend(heads.map(|heads| PollFd::new(heads, PollFlags::IN)));
        polled.extend(output.map(|output| PollFd::new(output, PollFlags::IN)));
        polled
            .extend(stdout.map(|stdout| PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::OUT)));
        let limit = Some(&POLL_INTERVAL).filter(|_| self.is_interrupted);
        match poll(&mut polled, limit) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        // The results stand in the order in which the streams were added.
        let mut results = polled.iter().map(|polled| !polled.revents().is_empty());
        let mut is_ready = |was_added: bool| was_added && results.next().unwrap_or_default();
        if is_ready(true) {
            forwarder.drain();
        }
        Ok(Ready {
            heads: is_ready(heads.is_some()),
            output: is_ready(output.is_some()),
            stdout: is_ready(stdout.is_some()),
        })
    }

    /// Reads all heads that have arrived.
    fn read_heads(&mut self, heads: &mut ResponseHeads) -> io::Result<()> {
        let mut chunk = Zeroizing::new([0; 4096]);
        while let Some(reader) = &mut self.heads {
            match reader.read(&mut *chunk) {
                Ok(0) => self.heads = None,
                Ok(length) => heads.read(&chunk[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read_output(&mut self, heads: &mut ResponseHeads) -> io::Result<()> {
        let Some(output) = &mut self.output else {
            return Ok(());
        };
        let before = self.held.len();
        self.held.resize(before + READ_SIZE, 0);
        let length = output.read(&mut self.held[before..]);
        self.held
            .truncate(before + length.as_ref().map_or(0, |length| *length));
        match length {
            Ok(0) => self.output = None,
            // Output without a head: curl before 7.71 writes heads late, and `file:` URLs have none.
            Ok(_) if !heads.has_begun() || self.held.len() > LARGEST_HELD => heads.accept(),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Writes as much as stdout takes without blocking, so that a slow reader never delays a signal.
    fn forward(&mut self) {
        let rest = &self.held[self.forwarded..];
        let length = rest.len().min(WRITE_SIZE);
        // Rust's own stdout would buffer lines.
        match rustix::io::write(io::stdout(), &rest[..length]) {
            Ok(length) => {
                self.forwarded += length;
                if self.forwarded == self.held.len() {
                    self.clear();
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => {
                self.write_error = Some(error.into());
                // The client's next write fails then, as it would have failed without us.
                self.output = None;
                self.clear();
            }
        }
    }

    fn clear(&mut self) {
        self.held.clear();
        self.forwarded = 0;
    }

    /// Ends as curl would have ended.
    fn finish(self, status: ExitStatus) -> Reply {
        match self.write_error {
            // The client had written everything before the error was known. It would have failed with this one.
            Some(error) if status.success() => Reply {
                stderr: match error.kind() {
                    ErrorKind::BrokenPipe => String::new(),
                    _ => Error::new(Kind::Other, "cannot write the client's output")
                        .caused_by(error)
                        .to_text(),
                },
                code: WRITE_FAILED,
                ..Reply::silent()
            },
            _ => end(status),
        }
    }
}

/// Reports whether a signal has killed the client.
fn is_killed(child: &mut Child) -> io::Result<bool> {
    let status = child.try_wait()?;
    Ok(status.is_some_and(|status| status.signal().is_some()))
}

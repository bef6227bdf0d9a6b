//! curl under watch: what it prints is held back until the heads of its answers, which `-D` brings here, say that the
//! ALB let it in; then it flows on as it comes, and nothing of it is kept.
//!
//! To the caller it is as if curl had been called: its exit status, its signals, its death by one, its complaint when
//! nobody reads any more.
#![expect(
    clippy::disallowed_methods,
    reason = "a client's own words pass through here"
)]

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
use crate::invocation::Form;
use crate::reply::Reply;
use crate::terminal::Relay;

use super::answers::{Answers, Verdict};
use super::client::{Client, end};
use super::given::Given;

/// The most that is held back: more is passed on unjudged.
const LARGEST: usize = 1 << 20;
/// How much is read at once.
const CHUNK: usize = 1 << 16;
/// What a pipe takes without blocking once it says that it is ready (POSIX, `PIPE_BUF`, is at least 512; Linux has 4096).
const WRITTEN_AT_ONCE: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };
/// curl's exit code for output that it could not write (curl(1), 23).
const NOT_WRITTEN: u8 = 23;
/// What would end this process ends the client.
const PASSED_ON: [Signal; 4] = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM];
/// How often a client is looked after that a signal was passed on to.
const PAUSE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// How a watched call ended.
pub(super) enum Ended {
    /// The ALB refused it; nothing was passed on.
    Refused,
    /// The client has done its work.
    Over(Reply),
}

/// Whether this process's output can be held back: curl has to see a terminal itself, and what it writes to stderr has
/// to keep its place among the output if both go to the same file.
pub(super) fn is_possible() -> bool {
    let identity = |file: BorrowedFd<'_>| fstat(file).map(|status| (status.st_dev, status.st_ino));
    let (stdout, stderr) = (io::stdout(), io::stderr());
    !stdout.is_terminal() && identity(stdout.as_fd()) != identity(stderr.as_fd())
}

/// Runs the client with the session in `given`, until it ends or is refused.
pub(super) fn run(
    client: &Client,
    form: Form,
    given: Given,
    answers: &mut Answers,
) -> Result<Ended> {
    let failed =
        |error: io::Error| Error::new(Kind::Other, "cannot watch the client").caused_by(error);
    let relay = Relay::new(&PASSED_ON).map_err(failed)?;
    let (heads, far_end) = io::pipe().map_err(failed)?;
    let far_end = Given::of(far_end.into()).map_err(failed)?;
    let mut command = client.command(form, &given, &["-D", &far_end.path()]);
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return Ok(Ended::Over(client.not_run(&error))),
    };
    // From here on only the client has them, so that its end is their end.
    drop((given, far_end));
    let mut flow = Flow {
        heads: Some(heads),
        output: child.stdout.take(),
        held: Vec::new(),
        passed: 0,
        lost: None,
        is_interrupted: false,
    };
    let ended = flow.run(&mut child, &relay, answers);
    let is_refused = answers.verdict() == Verdict::Refused && !flow.is_interrupted;
    if is_refused {
        // It may be on its way to another host.
        let _ = child.kill();
    }
    let status = ended.and_then(|()| child.wait()).map_err(failed)?;
    Ok(match is_refused {
        true => Ended::Refused,
        false => Ended::Over(flow.over(status)),
    })
}

/// What comes from the client.
struct Flow {
    heads: Option<PipeReader>,
    output: Option<ChildStdout>,
    /// Read, and passed on up to here.
    held: Vec<u8>,
    passed: usize,
    /// Why output could not be passed on.
    lost: Option<io::Error>,
    /// A signal that the client was sent came this way.
    is_interrupted: bool,
}

/// What can be done now.
struct Ready {
    heads: bool,
    output: bool,
    sink: bool,
}

impl Flow {
    /// Goes on until all that the client says has been passed on, or it is refused, or killed by a signal.
    fn run(&mut self, child: &mut Child, relay: &Relay, answers: &mut Answers) -> io::Result<()> {
        if let Some(heads) = &self.heads {
            ioctl_fionbio(heads, true)?;
        }
        while !self.is_done(answers) {
            let ready = self.wait(relay, answers.verdict())?;
            self.is_interrupted |= relay.pass_on(child);
            if ready.heads || ready.output {
                // A head is written before what follows it, and so it is here before that.
                self.read_heads(answers)?;
            }
            if ready.output {
                self.read_output(answers)?;
            }
            if ready.sink {
                self.pass_on();
            }
            if self.is_interrupted
                && child
                    .try_wait()?
                    .is_some_and(|status| status.signal().is_some())
            {
                return Ok(());
            }
        }
        Ok(())
    }

    fn is_done(&self, answers: &mut Answers) -> bool {
        if self.heads.is_none() && self.output.is_none() {
            answers.let_pass();
        }
        match answers.verdict() {
            Verdict::Refused => true,
            Verdict::Open => false,
            Verdict::Accepted => {
                self.heads.is_none() && self.output.is_none() && self.held.is_empty()
            }
        }
    }

    fn wait(&self, relay: &Relay, verdict: Verdict) -> io::Result<Ready> {
        let stdout = io::stdout();
        let is_held = verdict == Verdict::Open;
        let heads = self.heads.as_ref();
        // One chunk at a time, so that whoever reads slowly slows down the client.
        let output = self
            .output
            .as_ref()
            .filter(|_| is_held || self.held.is_empty());
        let sink = Some(&stdout).filter(|_| !is_held && !self.held.is_empty());
        let mut ends = vec![PollFd::from_borrowed_fd(relay.bell(), PollFlags::IN)];
        ends.extend(heads.map(|heads| PollFd::new(heads, PollFlags::IN)));
        ends.extend(output.map(|output| PollFd::new(output, PollFlags::IN)));
        ends.extend(sink.map(|sink| PollFd::from_borrowed_fd(sink.as_fd(), PollFlags::OUT)));
        match poll(&mut ends, Some(&PAUSE).filter(|_| self.is_interrupted)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut ends = ends.iter().map(|end| !end.revents().is_empty());
        let mut next = |is_there: bool| is_there && ends.next().unwrap_or_default();
        if next(true) {
            relay.silence();
        }
        Ok(Ready {
            heads: next(heads.is_some()),
            output: next(output.is_some()),
            sink: next(sink.is_some()),
        })
    }

    /// Reads all heads that are here.
    fn read_heads(&mut self, answers: &mut Answers) -> io::Result<()> {
        let mut chunk = Zeroizing::new([0; 4096]);
        while let Some(heads) = &mut self.heads {
            match heads.read(&mut *chunk) {
                Ok(0) => self.heads = None,
                Ok(length) => answers.read(&chunk[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read_output(&mut self, answers: &mut Answers) -> io::Result<()> {
        let Some(output) = &mut self.output else {
            return Ok(());
        };
        let before = self.held.len();
        self.held.resize(before + CHUNK, 0);
        let length = output.read(&mut self.held[before..]);
        self.held
            .truncate(before + length.as_ref().map_or(0, |length| *length));
        match length {
            Ok(0) => self.output = None,
            // An older curl, which writes heads late (before 7.71), or what has no head (`file:`).
            Ok(_) if !answers.has_begun() || self.held.len() > LARGEST => answers.let_pass(),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Passes on as much as is taken without waiting, so that a signal is never kept waiting by a slow reader.
    fn pass_on(&mut self) {
        let rest = &self.held[self.passed..];
        let length = rest.len().min(WRITTEN_AT_ONCE);
        // Not through the buffer of Rust's stdout, which would hold lines back.
        match rustix::io::write(io::stdout(), &rest[..length]) {
            Ok(length) => {
                self.passed += length;
                if self.passed == self.held.len() {
                    self.clear();
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => {
                // The client meets it at its next word.
                self.lost = Some(error.into());
                self.output = None;
                self.clear();
            }
        }
    }

    fn clear(&mut self) {
        self.held.clear();
        self.passed = 0;
    }

    /// The end of the call, as the caller sees it.
    fn over(self, status: ExitStatus) -> Reply {
        match self.lost {
            // It had said all before the loss was known: this is what it would have said of it.
            Some(error) if status.success() => Reply {
                stderr: match error.kind() {
                    ErrorKind::BrokenPipe => String::new(),
                    _ => Error::new(Kind::Other, "cannot write the client's output")
                        .caused_by(error)
                        .to_text(),
                },
                code: NOT_WRITTEN,
                ..Reply::silent()
            },
            _ => end(status),
        }
    }
}

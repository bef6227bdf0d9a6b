//! The one place that talks to a person: questions to the controlling terminal, notices to stderr.
//!
//! Rules: stdout is never touched. A question goes to `/dev/tty` (Windows: the console) and its answer comes from
//! there, so that a caller's pipes stay the caller's. stderr gets a line only when a person has to know or act, and
//! with `-v` every step and decision; never a secret.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::secret::Secret;

/// Whether the person may be asked questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Questions {
    /// The caller cannot wait for answers, or a variable forbids them.
    Forbidden,
    Allowed,
    /// Unless `credential.interactive` is set to `false` or `never` (git-config(1)), which git does not pass on.
    AsGitSays,
}

/// How the process may talk to the person who started it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// How many times `-v` was given.
    verbosity: u8,
    questions: Questions,
}

impl Terminal {
    /// A terminal that says as much and asks as much as it is told here.
    pub(crate) fn new(verbosity: u8, questions: Questions) -> Self {
        Self {
            verbosity,
            questions,
        }
    }

    /// Whether a person is there to be asked.
    pub(crate) fn is_attended(self) -> bool {
        let allowed = match self.questions {
            Questions::Forbidden => false,
            Questions::Allowed => true,
            Questions::AsGitSays => !git_forbids(),
        };
        allowed && tty::open().is_ok_and(|terminal| tty::is_ours(&terminal))
    }

    /// Says something that a person has to know.
    #[expect(
        clippy::unused_self,
        reason = "who speaks to the person holds the terminal"
    )]
    pub(crate) fn notice(self, text: &str) {
        say(text);
    }

    /// Says what happens and why, for `-v`.
    pub(crate) fn trace(self, text: &str) {
        if self.verbosity > 0 {
            say(text);
        }
    }

    /// The function that traces exchanges, if anybody listens.
    pub(crate) fn tracer(self) -> Option<fn(&str)> {
        (self.verbosity > 0).then_some(say as fn(&str))
    }

    /// Asks for something that must not be seen while it is typed, and waits for it up to `limit`.
    pub(crate) fn ask_secret(self, question: &str, limit: Duration) -> Result<Secret> {
        if !self.is_attended() {
            return Err(nobody());
        }
        let mut terminal = tty::open().map_err(|_| nobody())?;
        match tty::ask_secret(&mut terminal, question, limit) {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(Error::person("the question was not answered")),
            Err(error) => Err(Error::new(
                crate::error::Kind::Other,
                "cannot read from the terminal",
            )
            .caused_by(error)),
        }
    }
}

/// Whether git's configuration says not to ask. Without git it says nothing.
fn git_forbids() -> bool {
    use std::process::{Command, Stdio};
    let mut git = Command::new("git");
    git.args(["config", "--get", "credential.interactive"])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    git.output().is_ok_and(|output| {
        matches!(
            output.stdout.trim_ascii(),
            b"false" | b"never" | b"0" | b"no" | b"off"
        )
    })
}

/// There is nobody to ask.
fn nobody() -> Error {
    Error::person("a person is needed, and there is no terminal to ask on")
}

/// One line on stderr. A closed stderr is no reason to stop.
fn say(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "credential: {text}");
}

#[cfg(unix)]
mod tty {
    use std::fs::{File, OpenOptions};
    use std::io::{self, Read as _, Write as _};
    use std::time::Duration;

    use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
    use zeroize::Zeroizing;

    use crate::clock;
    use crate::secret::Secret;

    /// The most that one answer may have.
    const LONGEST: usize = 4096;

    pub(super) fn open() -> io::Result<File> {
        OpenOptions::new().read(true).write(true).open("/dev/tty")
    }

    /// Whether this process is in the terminal's foreground. One in the background would be stopped at the question,
    /// with the claim in its hands.
    pub(super) fn is_ours(terminal: &File) -> bool {
        termios::tcgetpgrp(terminal).is_ok_and(|group| group == rustix::process::getpgrp())
    }

    /// The terminal without echo and without signals from keys, put back as it was when dropped. Ctrl-C arrives as
    /// a byte, so that no signal can end the process while the terminal is still mute.
    struct Mute<'a> {
        terminal: &'a File,
        before: Termios,
    }

    impl<'a> Mute<'a> {
        fn new(terminal: &'a File) -> io::Result<Self> {
            let before = termios::tcgetattr(terminal)?;
            let mut mute = before.clone();
            mute.local_modes
                .remove(LocalModes::ECHO | LocalModes::ISIG | LocalModes::ICANON);
            // A read ends after a second at the latest, in tenths, so that the wait can end too.
            mute.special_codes[SpecialCodeIndex::VMIN] = 0;
            mute.special_codes[SpecialCodeIndex::VTIME] = 10;
            termios::tcsetattr(terminal, OptionalActions::Flush, &mute)?;
            Ok(Self { terminal, before })
        }
    }

    impl Drop for Mute<'_> {
        fn drop(&mut self) {
            let _ = termios::tcsetattr(self.terminal, OptionalActions::Now, &self.before);
        }
    }

    /// Reads one line unseen; `None` when the person gave up (Ctrl-C, or Ctrl-D on an empty line) or never came.
    pub(super) fn ask_secret(
        terminal: &mut File,
        question: &str,
        limit: Duration,
    ) -> io::Result<Option<Secret>> {
        terminal.write_all(question.as_bytes())?;
        let answer = {
            let mute = Mute::new(terminal)?;
            read_line(mute.terminal, limit)
        };
        terminal.write_all(b"\n")?;
        Ok(answer?.map(|line| Secret::concat(&[&line])))
    }

    fn read_line(mut terminal: &File, limit: Duration) -> io::Result<Option<Zeroizing<String>>> {
        let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
        let mut byte = [0];
        let start = clock::ticks();
        loop {
            if terminal.read(&mut byte)? == 0 {
                if start.elapsed() >= limit {
                    return Ok(None);
                }
                continue;
            }
            match byte[0] {
                b'\n' | b'\r' => break,
                0x03 => return Ok(None),
                0x04 if line.is_empty() => return Ok(None),
                0x08 | 0x7f => erase_character(&mut line),
                0x15 => line.clear(),
                _ if line.len() == LONGEST => return Err(io::ErrorKind::InvalidInput.into()),
                byte => line.push(byte),
            }
        }
        let text =
            std::str::from_utf8(&line).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        Ok(Some(Zeroizing::new(text.to_owned())))
    }

    /// Takes back the last character, which may be several bytes.
    fn erase_character(line: &mut Vec<u8>) {
        while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
    }
}

#[cfg(not(unix))]
mod tty {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::time::Duration;

    use crate::secret::Secret;

    pub(super) fn open() -> io::Result<File> {
        OpenOptions::new().read(true).write(true).open("CONIN$")
    }

    pub(super) fn is_ours(_terminal: &File) -> bool {
        true
    }

    pub(super) fn ask_secret(
        _terminal: &mut File,
        question: &str,
        _limit: Duration,
    ) -> io::Result<Option<Secret>> {
        rpassword::prompt_password(question).map(|answer| Some(Secret::new(answer)))
    }
}

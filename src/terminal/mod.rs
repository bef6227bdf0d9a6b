//! Talks to the user: asks questions on the controlling terminal, prints notices to stderr. No other module does.
//!
//! stdout is never touched. A question goes to `/dev/tty` (on Windows, the console), and its answer is read from there,
//! so the caller's pipes stay free. stderr gets a line only if the user has to know or do something, and with `-v` for
//! every step and decision. It never gets a secret.

mod dialogue;
mod looks;
mod progress;
mod stdin_line;
#[cfg(unix)]
mod unix;
#[cfg(not(unix))]
mod windows;

use std::time::{Duration, Instant};

use crate::caller_policy::Questions;
use crate::child_status;
use crate::environment;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::standard_stream::{self, Stream, write_words};

pub(crate) use dialogue::Dialogue;
pub(crate) use looks::{Looks, Meaning};
pub(crate) use progress::Progress;
pub(crate) use stdin_line::{is_stdin_terminal, read_line};
#[cfg(unix)]
pub(crate) use unix::forward::{SignalForwarder, exit_like};
#[cfg(unix)]
use unix::{signals, tty};
#[cfg(not(unix))]
use windows as signals;
#[cfg(not(unix))]
use windows as tty;
#[cfg(not(unix))]
pub(crate) use windows::{SignalForwarder, exit_like};

/// Whether the terminal shows what the user types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    Seen,
    Unseen,
}

/// The outcome of a question.
#[derive(Debug)]
#[cfg_attr(
    not(unix),
    expect(
        dead_code,
        reason = "the console is read by whole lines, without a limit"
    )
)]
pub(crate) enum Line {
    Typed(Secret),
    /// The user pressed Ctrl-D on an empty line.
    GaveUp,
    /// The time limit passed.
    Over,
    /// A signal arrived, and is held back.
    Interrupted,
}

/// The event that ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "the console's keys are not read during a wait")
)]
pub(crate) enum Key {
    /// The time limit passed.
    None,
    /// The user pressed a key. This is one byte of it.
    Byte(u8),
    /// A signal arrived, and is held back.
    Interrupt,
}

/// How this process may talk to the user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// How many times `-v` was given: 0 traces nothing, 1 every step, 2 every detail.
    verbosity: u8,
    questions: Questions,
    /// The variable that forbids questions, if there is one.
    silenced_by: Option<&'static str>,
}

impl Terminal {
    /// Makes a terminal that traces and asks as much as these options allow.
    pub(crate) fn new(
        verbosity: u8,
        questions: Questions,
        silenced_by: Option<&'static str>,
    ) -> Self {
        Self {
            verbosity,
            questions,
            silenced_by,
        }
    }

    /// Reports whether questions are allowed, and this process is in the foreground of a terminal.
    pub(crate) fn is_attended(self) -> bool {
        let is_allowed = self.silenced_by.is_none() && !self.is_forbidden();
        is_allowed && tty::open().is_ok_and(|terminal| tty::is_foreground(&terminal))
    }

    /// Reports whether the caller forbids questions.
    fn is_forbidden(self) -> bool {
        match self.questions {
            Questions::Forbidden => true,
            Questions::Allowed => false,
            Questions::AsGitSays => git_forbids(),
        }
    }

    /// Prints a line that the user has to know.
    #[expect(
        clippy::unused_self,
        reason = "a caller that prints to the user holds the terminal"
    )]
    pub(crate) fn notice(self, text: &str) {
        say(text);
    }

    /// Prints `text` alone on a line, for a person who copies it or a program that reads it.
    #[expect(
        clippy::unused_self,
        reason = "a caller that prints to the user holds the terminal"
    )]
    pub(crate) fn line(self, text: &str) {
        progress::wipe();
        write_words(&format!("{text}\n"));
    }

    /// Shows `words` on a terminal, once half a second has passed since `start`, until the value is dropped.
    pub(crate) fn progress(self, words: impl Into<String>, start: Instant) -> Option<Progress> {
        Progress::begin(words.into(), start, self.screen()?)
    }

    /// Says for whom this process waits: on a terminal until no words end it, elsewhere once and for all.
    pub(crate) fn wait(self, words: &str) {
        match (words, self.screen()) {
            ("", _) => progress::end(),
            (_, Some(width)) => progress::stand(words, width),
            (_, None) => say(words),
        }
    }

    /// Returns the columns of the terminal, if a line may be drawn there that goes again. Lines of `-v` take its place, and a
    /// process in the background has no place on the screen.
    fn screen(self) -> Option<usize> {
        let may_draw = self.verbosity == 0
            && self.silenced_by.is_none()
            && standard_stream::is_terminal(Stream::Stderr)
            && looks::is_able(environment::foreign);
        let terminal = may_draw.then(tty::open)?.ok()?;
        tty::is_foreground(&terminal).then(|| tty::width(&terminal))
    }

    /// With `-v`, prints what happens and why. Without it, `text` is not called.
    pub(crate) fn trace(self, text: impl FnOnce() -> String) {
        if self.verbosity > 0 {
            write_words(&format!("credential: {}\n", text()));
        }
    }

    /// Asks for a secret without echo, and waits for `limit` at most.
    pub(crate) fn ask_secret(self, question: &str, limit: Duration) -> Result<Secret> {
        self.ask(question, Echo::Unseen, limit)
    }

    /// Asks, and waits for an answer for `limit` at most. Ctrl-C restores the terminal and then ends the process.
    pub(crate) fn ask(self, question: &str, echo: Echo, limit: Duration) -> Result<Secret> {
        let dialogue = self.dialogue()?;
        if !dialogue.is_attended() {
            return Err(self.nobody_to_ask());
        }
        match dialogue.ask(question, echo, limit)? {
            Line::Typed(answer) => Ok(answer),
            Line::GaveUp | Line::Over => Err(Error::person("the question was not answered")),
            Line::Interrupted => {
                dialogue.re_raise();
                Err(Error::person("interrupted"))
            }
        }
    }

    /// Begins a dialogue, with the user if [`Terminal::is_attended`].
    pub(crate) fn dialogue(self) -> Result<Dialogue> {
        let terminal = self.is_attended().then(tty::open).and_then(Result::ok);
        Dialogue::new(terminal)
    }

    /// Explains why nobody can be asked.
    fn nobody_to_ask(self) -> Error {
        match self.silenced_by {
            Some(variable) => Error::person(format!(
                "a person is needed, and the variable {variable} forbids questions"
            )),
            None if self.is_forbidden() => {
                Error::person("a person is needed, and the caller allows no questions")
            }
            None if tty::open().is_ok() => Error::person(
                "a person is needed, and this process is not in the terminal's foreground",
            )
            .hint("bring it to the foreground: fg"),
            None => Error::person("a person is needed, and there is no terminal to ask on"),
        }
    }
}

/// Reports whether git's configuration forbids questions. `false` if git cannot be run.
fn git_forbids() -> bool {
    use std::process::{Command, Stdio};
    #[expect(
        clippy::disallowed_methods,
        reason = "git's own settings may be in the environment"
    )]
    let mut git = Command::new("git");
    git.args(["config", "--get", "credential.interactive"])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    child_status::keep();
    git.output().is_ok_and(|output| {
        matches!(
            output.stdout.trim_ascii(),
            b"false" | b"never" | b"0" | b"no" | b"off"
        )
    })
}

/// Prints one line to stderr. A closed stderr is not an error.
pub(crate) fn say(text: &str) {
    write_laid_out(&format!("credential: {text}\n"), false);
}

/// Says on a terminal what was done. A pipe gets nothing: a success is silent there.
pub(crate) fn confirm(text: &str) {
    if standard_stream::is_terminal(Stream::Stderr) {
        say(text);
    }
}

/// Prints `text`, in the form of errors and notices, to stderr. `is_failure` if it tells why the call failed.
pub(crate) fn write_laid_out(text: &str, is_failure: bool) {
    // The asking costs system calls, and a success has nothing to say.
    if !text.is_empty() {
        progress::wipe();
        write_words(&looks(Stream::Stderr).lay_out(text, is_failure));
    }
}

/// Returns what `stream` can show.
pub(crate) fn looks(stream: Stream) -> Looks {
    match standard_stream::is_terminal(stream) {
        true => Looks::of_terminal(
            tty::open()
                .ok()
                .and_then(|terminal| tty::columns(&terminal)),
        ),
        false => Looks::of_pipe(),
    }
}

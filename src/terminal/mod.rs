//! The one place that talks to a person: questions to the controlling terminal, notices to stderr.
//!
//! Rules: stdout is never touched. A question goes to `/dev/tty` (Windows: the console) and its answer comes from
//! there, so that a caller's pipes stay the caller's. stderr gets a line only when a person has to know or act, and
//! with `-v` every step and decision; never a secret.

mod dialogue;
#[cfg(unix)]
mod relay;
#[cfg(not(unix))]
#[path = "passed.rs"]
mod relay;
#[cfg(unix)]
mod signals;
#[cfg(not(unix))]
#[path = "unkept.rs"]
mod signals;
#[cfg(not(unix))]
#[path = "console.rs"]
mod tty;
#[cfg(unix)]
mod tty;

use std::time::Duration;

use crate::error::{Error, Result};
use crate::secret::Secret;

pub(crate) use dialogue::Dialogue;
pub(crate) use relay::{Relay, end_like};

/// Whether what is typed stands on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    Seen,
    Unseen,
}

/// What came of a question.
#[derive(Debug)]
pub(crate) enum Line {
    Typed(Secret),
    /// Ctrl-D on an empty line.
    GaveUp,
    /// Nobody answered in time.
    Over,
    /// A signal came; it waits to be obeyed.
    Interrupted,
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The time.
    None,
    /// A key, or one of the bytes that it makes.
    Byte(u8),
    /// A signal; it waits to be obeyed.
    Interrupt,
}

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
    /// How many times `-v` was given: 0 nothing is said of what happens, 1 every step, 2 every detail.
    verbosity: u8,
    questions: Questions,
    /// The variable that forbids questions, where one does.
    silenced_by: Option<&'static str>,
}

impl Terminal {
    /// A terminal that says as much and asks as much as it is told here.
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

    /// Whether a person is there to be asked.
    pub(crate) fn is_attended(self) -> bool {
        let allowed = self.silenced_by.is_none()
            && match self.questions {
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

    /// Says what happens and why, for `-v`. The words are made only if somebody listens.
    pub(crate) fn trace(self, words: impl FnOnce() -> String) {
        if self.verbosity > 0 {
            say(&words());
        }
    }

    /// Asks for something that must not be seen while it is typed, and waits for it up to `limit`.
    pub(crate) fn ask_secret(self, question: &str, limit: Duration) -> Result<Secret> {
        self.ask(question, Echo::Unseen, limit)
    }

    /// Asks, and waits for an answer up to `limit`. Ctrl-C ends the process, as everywhere, when the terminal is as it
    /// was.
    pub(crate) fn ask(self, question: &str, echo: Echo, limit: Duration) -> Result<Secret> {
        let dialogue = self.dialogue()?;
        if dialogue.is_deaf() {
            return Err(self.nobody());
        }
        match dialogue.ask(question, echo, limit)? {
            Line::Typed(answer) => Ok(answer),
            Line::GaveUp | Line::Over => Err(Error::person("the question was not answered")),
            Line::Interrupted => {
                dialogue.obey();
                Err(Error::person("interrupted"))
            }
        }
    }

    /// Begins a talk: with the person, where one is there to be asked.
    pub(crate) fn dialogue(self) -> Result<Dialogue> {
        let terminal = self.is_attended().then(tty::open).and_then(Result::ok);
        Dialogue::new(terminal)
    }

    /// There is nobody to ask, and why.
    fn nobody(self) -> Error {
        match self.silenced_by {
            Some(variable) => Error::person(format!(
                "a person is needed, and the variable {variable} forbids questions"
            )),
            None => Error::person("a person is needed, and there is no terminal to ask on"),
        }
    }
}

/// Whether git's configuration says not to ask. Without git it says nothing.
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
    git.output().is_ok_and(|output| {
        matches!(
            output.stdout.trim_ascii(),
            b"false" | b"never" | b"0" | b"no" | b"off"
        )
    })
}

/// One line on stderr. A closed stderr is no reason to stop.
pub(crate) fn say(text: &str) {
    use std::io::Write as _;
    #[expect(clippy::disallowed_methods, reason = "the owner of notices")]
    let _ = writeln!(std::io::stderr(), "credential: {text}");
}

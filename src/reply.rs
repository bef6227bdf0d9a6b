//! The whole output of the process and its exit status, as one value.

use std::io::ErrorKind;

use crate::error::{Error, Kind};
use crate::secret::Secret;
use crate::standard_stream::write_answer;
use crate::terminal::write_laid_out;

/// Everything that the process writes at its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reply {
    /// The answer and nothing else. Empty on every failure, unless the dialect's protocol demands a text there.
    pub(crate) stdout: Secret,
    /// Text for the user. Empty on success, unless the user has to know something.
    pub(crate) stderr: String,
    /// The exit status.
    pub(crate) code: u8,
}

impl Reply {
    /// Makes an empty reply with exit status 0.
    pub(crate) fn silent() -> Self {
        Self::default()
    }

    /// Makes a reply with an answer on stdout.
    pub(crate) fn answer(stdout: Secret) -> Self {
        Self {
            stdout,
            ..Self::default()
        }
    }

    /// Makes a reply with the error's text on stderr and the exit code of its kind.
    pub(crate) fn failure(error: &Error) -> Self {
        Self {
            stdout: Secret::default(),
            stderr: error.to_text(),
            code: error.kind.exit_code(),
        }
    }

    /// Writes the reply, and returns the exit status.
    pub(crate) fn send(self) -> u8 {
        let Self {
            stdout,
            mut stderr,
            mut code,
        } = self;
        match write_answer(stdout.expose().as_bytes()) {
            // The reader may close the pipe when it has read enough, as `head` does. That is not an error.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                let error = Error::new(Kind::Other, "cannot write the answer").caused_by(error);
                stderr.push_str(&error.to_text());
                code = error.kind.exit_code();
            }
            _ => {}
        }
        write_laid_out(&stderr, code != 0);
        code
    }
}

/// Writes the beginning of an answer that takes long. Where it cannot be written, its end cannot either, and says so.
pub(crate) fn begin_answer(text: &str) {
    let _ = write_answer(text.as_bytes());
}

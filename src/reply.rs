//! What the process says and how it ends, as one value.
#![expect(clippy::disallowed_methods, reason = "the owner of stdout and stderr")]

use std::io::{ErrorKind, Write as _};

use crate::error::{Error, Kind};
use crate::secret::Secret;

/// Everything that goes out of the process at its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reply {
    /// The answer and nothing else; empty on every failure, unless the dialect's protocol demands otherwise.
    pub(crate) stdout: Secret,
    /// For a person; empty on success, unless that person has to know something.
    pub(crate) stderr: String,
    /// The exit status.
    pub(crate) code: u8,
}

impl Reply {
    /// Nothing said, nothing wrong.
    pub(crate) fn silent() -> Self {
        Self::default()
    }

    /// An answer on stdout.
    pub(crate) fn answer(stdout: Secret) -> Self {
        Self {
            stdout,
            ..Self::default()
        }
    }

    /// The error's text on stderr and its kind's exit code.
    pub(crate) fn failure(error: &Error) -> Self {
        Self {
            stdout: Secret::default(),
            stderr: error.to_text(),
            code: error.kind.exit_code(),
        }
    }

    /// Says it all, and gives the exit status.
    pub(crate) fn send(self) -> u8 {
        let Self {
            stdout,
            mut stderr,
            mut code,
        } = self;
        let mut out = std::io::stdout().lock();
        match out
            .write_all(stdout.expose().as_bytes())
            .and_then(|()| out.flush())
        {
            // A reader that has gone away has had enough, and is nobody to complain to.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                let error = Error::new(Kind::Other, "cannot write the answer").caused_by(error);
                stderr.push_str(&error.to_text());
                code = error.kind.exit_code();
            }
            _ => {}
        }
        let _ = std::io::stderr().write_all(stderr.as_bytes());
        code
    }
}

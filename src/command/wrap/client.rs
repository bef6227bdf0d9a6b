//! Starts the client with its cookies, and ends as it ended.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus};

use crate::invocation::{Delivery, skips_config};
use crate::reply::Reply;
use crate::secret::leave_dumps_to_others;
use crate::terminal::{exit_like, say};

use super::inherited_file::InheritedFile;

/// An HTTP client with the user's arguments.
pub(super) struct Client<'a> {
    program: &'a str,
    arguments: &'a [OsString],
}

impl<'a> Client<'a> {
    pub(super) fn new(program: &'a str, arguments: &'a [OsString]) -> Self {
        Self { program, arguments }
    }

    pub(super) fn name(&self) -> &str {
        self.program
    }

    /// Replaces this process with the client, as it was called.
    pub(super) fn run_unchanged(&self) -> Reply {
        #[expect(
            clippy::disallowed_methods,
            reason = "the client is what the person has called, with the person's environment"
        )]
        let mut command = Command::new(self.program);
        command.args(self.arguments);
        leave_dumps_to_others();
        self.cannot_start(&command.exec())
    }

    /// Replaces this process with the client, as it was called, and says why it gets no cookie.
    pub(super) fn run_without(&self, why: &str) -> Reply {
        say(&format!("no cookie for {}: {why}", self.program));
        self.run_unchanged()
    }

    /// Replaces this process with the client, which reads the sessions from `cookies`.
    pub(super) fn run_with(&self, delivery: Delivery, cookies: &InheritedFile) -> Reply {
        self.cannot_start(&self.command(delivery, cookies, &[]).exec())
    }

    /// Builds the client's command: it reads the sessions from `cookies`, and gets `options` before the user's
    /// arguments.
    pub(super) fn command(
        &self,
        delivery: Delivery,
        cookies: &InheritedFile,
        options: &[&str],
    ) -> Command {
        #[expect(
            clippy::disallowed_methods,
            reason = "the client is what the person has called, with the person's environment"
        )]
        let mut command = Command::new(self.program);
        let file = cookies.path();
        match (delivery, self.program) {
            // curl obeys -q only as the first argument.
            (_, "curl") => {
                let first = self.arguments.first().and_then(|first| first.to_str());
                command.args(first.filter(|first| skips_config(first)).map(|_| "-q"));
                let is_config = delivery == Delivery::CurlConfig;
                command.args([if is_config { "-K" } else { "-b" }, &file]);
            }
            (Delivery::SessionFile, _) => {
                command.arg(format!("--session-read-only={file}"));
            }
            (Delivery::CurlConfig | Delivery::CookieJar, _) => {
                command.arg(format!("--load-cookies={file}"));
            }
        }
        command
            .args(options.iter().map(OsStr::new))
            .args(self.arguments);
        command
    }

    /// Reports that the client could not be started, with the text and the exit status of a shell (POSIX, "Exit Status
    /// for Commands").
    pub(super) fn cannot_start(&self, error: &io::Error) -> Reply {
        let (code, why) = match error.kind() {
            io::ErrorKind::NotFound => (127, "command not found".to_owned()),
            _ => (126, error.to_string()),
        };
        Reply {
            stderr: format!("credential: {}: {why}\n", self.program),
            code,
            ..Reply::silent()
        }
    }
}

/// Ends as the client ended: with its exit status, or by the signal that killed it.
pub(super) fn end(status: ExitStatus) -> Reply {
    Reply {
        code: exit_like(status),
        ..Reply::silent()
    }
}

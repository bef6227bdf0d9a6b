//! The client: its command line with what it is given, its start, and its end as the caller sees it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus};

use crate::invocation::{Form, heeds_no_defaults};
use crate::reply::Reply;
use crate::secret::leave_dumps_to_others;
use crate::terminal::end_like;

use super::given::Given;

/// An HTTP client with the arguments that a person typed.
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

    /// Puts the client in this process's place, as it was called.
    pub(super) fn run_plainly(&self) -> Reply {
        #[expect(
            clippy::disallowed_methods,
            reason = "the client is what the person has called, with the person's environment"
        )]
        let mut command = Command::new(self.program);
        command.args(self.arguments);
        leave_dumps_to_others();
        self.not_run(&command.exec())
    }

    /// Puts the client in this process's place, with the sessions in `given`.
    pub(super) fn run_with(&self, form: Form, given: &Given) -> Reply {
        self.not_run(&self.command(form, given, &[]).exec())
    }

    /// The client's command with the sessions in `given` and options of ours.
    pub(super) fn command(&self, form: Form, given: &Given, options: &[&str]) -> Command {
        #[expect(
            clippy::disallowed_methods,
            reason = "the client is what the person has called, with the person's environment"
        )]
        let mut command = Command::new(self.program);
        let file = given.path();
        match (form, self.program) {
            // A -q is heeded only if it comes first.
            (_, "curl") => {
                let first = self.arguments.first().and_then(|first| first.to_str());
                command.args(first.filter(|first| heeds_no_defaults(first)).map(|_| "-q"));
                command.args([if form == Form::Curl { "-K" } else { "-b" }, &file]);
            }
            (Form::Httpie, _) => {
                command.arg(format!("--session-read-only={file}"));
            }
            (Form::Curl | Form::Netscape, _) => {
                command.arg(format!("--load-cookies={file}"));
            }
        }
        command
            .args(options.iter().map(OsStr::new))
            .args(self.arguments);
        command
    }

    /// A client that could not be started: what a shell says of it, and its exit status (POSIX, "Exit Status for
    /// Commands").
    pub(super) fn not_run(&self, error: &io::Error) -> Reply {
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

/// Ends as a client has ended: with its exit status, or by the signal that killed it.
pub(super) fn end(status: ExitStatus) -> Reply {
    Reply {
        code: end_like(status),
        ..Reply::silent()
    }
}

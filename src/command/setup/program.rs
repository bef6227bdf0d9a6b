//! git and go, which keep their own configuration: their commands read and change it.

use std::io::ErrorKind;
use std::process::{Command, Output, Stdio};

use crate::child_status;
use crate::environment;
use crate::error::{Error, Kind, Result, Untrusted, typed};

/// A program with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProgramCall {
    program: Program,
    arguments: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Git,
    Go,
}

impl Program {
    fn name(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Go => "go",
        }
    }
}

impl ProgramCall {
    /// git with `arguments`.
    pub(super) fn git(arguments: &[&str]) -> Self {
        Self::new(Program::Git, arguments)
    }

    /// go with `arguments`. It reads its stored settings, without the variable GOAUTH, and downloads no other version of
    /// itself (<https://go.dev/doc/toolchain>).
    pub(super) fn go(arguments: &[&str]) -> Self {
        Self::new(Program::Go, arguments)
    }

    fn new(program: Program, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        Self {
            program,
            arguments: arguments.collect(),
        }
    }

    /// Runs it, and gives its stdout; an error if it fails.
    pub(super) fn run(&self) -> Result<String> {
        self.answer()?.ok_or_else(|| self.failed("it ended with 1"))
    }

    /// Runs it; `None` if it exits with 1 in silence, as git does when a key is not set.
    pub(super) fn answer(&self) -> Result<Option<String>> {
        let output = self.output()?;
        if output.status.success() {
            return Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned()));
        }
        let said = Untrusted::new(String::from_utf8_lossy(&output.stderr)).to_string();
        match said.is_empty() {
            true if output.status.code() == Some(1) => Ok(None),
            true => Err(self.failed(&output.status.to_string())),
            false => Err(self.failed(&said)),
        }
    }

    fn output(&self) -> Result<Output> {
        let name = self.program.name();
        #[expect(
            clippy::disallowed_methods,
            reason = "a program's own settings may be in the environment"
        )]
        let mut command = Command::new(name);
        command.args(&self.arguments).stdin(Stdio::null());
        environment::search_absolutely(&mut command);
        if self.program == Program::Go {
            command.env_remove("GOAUTH").env("GOTOOLCHAIN", "local");
        }
        child_status::keep();
        command.output().map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::new(Kind::Other, format!("there is no {name} on PATH")),
            _ => self.failed(&error.to_string()),
        })
    }

    fn failed(&self, why: &str) -> Error {
        let call = format!("{} {}", self.program.name(), self.typed());
        Error::new(Kind::Other, format!("{} failed", Untrusted::new(call))).caused_by(why)
    }

    fn typed(&self) -> String {
        let words: Vec<String> = self.arguments.iter().map(|word| typed(word)).collect();
        words.join(" ")
    }

    /// The line of a plan.
    pub(super) fn to_text(&self) -> String {
        format!("{:8}{}", self.program.name(), self.typed())
    }
}

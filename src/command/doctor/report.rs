//! The findings of an examination, one per step, and their text. Pure.

use std::fmt::Write as _;

use crate::error::Error;
use crate::reply::Reply;
use crate::secret::Secret;

/// The finding of one step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finding {
    Fine(String),
    /// Nothing fails now, but the user should know this.
    Doubtful(Error),
    Wrong(Error),
    /// The step was skipped, for this reason.
    Skipped(String),
}

/// All findings, in the order of the steps.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: Vec<(&'static str, Finding)>,
}

impl Finding {
    /// Makes a finding that the step is fine.
    pub(super) fn fine(words: impl Into<String>) -> Self {
        Self::Fine(words.into())
    }

    /// Makes a finding that the step was skipped.
    pub(super) fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped(reason.into())
    }

    fn mark(&self) -> &'static str {
        match self {
            Self::Fine(_) => "ok",
            Self::Doubtful(_) => "warn",
            Self::Wrong(_) => "FAIL",
            Self::Skipped(_) => "skip",
        }
    }
}

impl Report {
    /// Adds the finding of `step`.
    pub(super) fn put(&mut self, step: &'static str, finding: Finding) {
        self.lines.push((step, finding));
    }

    /// Returns the first step that failed, and why.
    pub(super) fn first_wrong(&self) -> Option<(&'static str, &Error)> {
        self.lines.iter().find_map(|(step, finding)| match finding {
            Finding::Wrong(error) => Some((*step, error)),
            _ => None,
        })
    }

    /// Makes the reply: the whole report on stdout, and the exit code of the first step that failed.
    pub(super) fn reply(&self) -> Reply {
        let code = self
            .first_wrong()
            .map_or(0, |(_, error)| error.kind.exit_code());
        Reply {
            stdout: Secret::new(self.text()),
            stderr: String::new(),
            code,
        }
    }

    fn text(&self) -> String {
        let lengths = self.lines.iter().map(|(step, _)| step.len());
        let width = lengths.max().unwrap_or(0);
        let mut text = String::new();
        for (step, finding) in &self.lines {
            let mark = finding.mark();
            let _ = write!(text, "{mark:4}  {step:width$}  ");
            match finding {
                Finding::Fine(words) | Finding::Skipped(words) => {
                    let _ = writeln!(text, "{words}");
                }
                Finding::Doubtful(error) | Finding::Wrong(error) => explain(&mut text, error),
            }
        }
        text
    }
}

/// Writes an error's message, and below it, indented, its causes and hints.
fn explain(text: &mut String, error: &Error) {
    let _ = writeln!(text, "{}", error.message);
    for cause in &error.causes {
        let _ = writeln!(text, "  caused by: {cause}");
    }
    for hint in &error.hints {
        let _ = writeln!(text, "  hint: {hint}");
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, Report};
    use crate::error::Error;

    #[test]
    fn steps_are_aligned_and_the_first_failure_gives_the_exit_code() {
        let mut report = Report::default();
        report.put("ALB", Finding::fine("protects it"));
        report.put(
            "clock",
            Finding::Doubtful(Error::usage("late").hint("mend")),
        );
        let refused = Error::refused("no").caused_by("it is so").hint("ask");
        report.put("password", Finding::Wrong(refused));
        report.put("seed", Finding::Wrong(Error::usage("none")));
        report.put("sign-in", Finding::skipped("not tried"));
        let reply = report.reply();
        assert_eq!(
            reply.stdout.expose(),
            "ok    ALB       protects it\n\
             warn  clock     late\n  hint: mend\n\
             FAIL  password  no\n  caused by: it is so\n  hint: ask\n\
             FAIL  seed      none\n\
             skip  sign-in   not tried\n"
        );
        assert_eq!((reply.stderr.as_str(), reply.code), ("", 5));
        assert_eq!(report.first_wrong().expect("one failed").0, "password");
    }

    #[test]
    fn warnings_alone_do_not_fail() {
        let mut report = Report::default();
        report.put("clock", Finding::Doubtful(Error::network("late")));
        assert_eq!((report.reply().code, report.first_wrong()), (0, None));
    }
}

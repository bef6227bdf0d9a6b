//! What an examination found, one line a step, and how that is said. Pure.

use std::fmt::Write as _;

use crate::error::Error;
use crate::reply::Reply;
use crate::secret::Secret;

/// What was found at one step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finding {
    Fine(String),
    /// Nothing fails for it now, but a person should know.
    Doubtful(Error),
    Wrong(Error),
    /// It was not looked at, for this reason.
    Skipped(String),
}

/// What was found, in the order of the steps.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: Vec<(&'static str, Finding)>,
}

impl Finding {
    /// It is fine.
    pub(super) fn fine(words: impl Into<String>) -> Self {
        Self::Fine(words.into())
    }

    /// It was not looked at.
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
    /// Puts down what was found at `step`.
    pub(super) fn put(&mut self, step: &'static str, finding: Finding) {
        self.lines.push((step, finding));
    }

    /// The first step that failed, and why.
    pub(super) fn first_wrong(&self) -> Option<(&'static str, &Error)> {
        self.lines.iter().find_map(|(step, finding)| match finding {
            Finding::Wrong(error) => Some((*step, error)),
            _ => None,
        })
    }

    /// The whole report on stdout, with the exit code of the first step that failed.
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

/// An error's sentence, and below it, a little to the right, its causes and hints.
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
    fn steps_are_aligned_and_the_first_that_failed_gives_the_exit_code() {
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
    fn warnings_alone_are_no_failure() {
        let mut report = Report::default();
        report.put("clock", Finding::Doubtful(Error::network("late")));
        assert_eq!((report.reply().code, report.first_wrong()), (0, None));
    }
}

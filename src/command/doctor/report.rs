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

/// The width of the steps' names.
const WIDTH: usize = "session cookie".len();

/// All findings, in the order of the steps.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: Vec<(&'static str, Finding)>,
    /// How many of them are written already.
    written: usize,
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

    /// Gives the text of the findings that are new since the last call.
    pub(super) fn news(&mut self) -> String {
        let news = self.lines[self.written..].iter();
        let text = news.map(|(step, finding)| text(step, finding)).collect();
        self.written = self.lines.len();
        text
    }

    /// Makes the reply: the findings that are not written yet and the summary on stdout, and the exit code of the first
    /// step that failed.
    pub(super) fn reply(mut self) -> Reply {
        let code = self
            .first_wrong()
            .map_or(0, |(_, error)| error.kind.exit_code());
        Reply {
            stdout: Secret::new(self.news() + &self.summary()),
            stderr: String::new(),
            code,
        }
    }

    /// Counts the findings, and names the step to begin with.
    fn summary(&self) -> String {
        let count = |mark: &&str| {
            let marked = self.lines.iter().filter(|line| line.1.mark() == *mark);
            marked.count()
        };
        let counts = ["ok", "warn", "FAIL", "skip"].map(|mark| (count(&mark), mark));
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(count, mark)| format!("{count} {mark}"))
            .collect();
        let first = self
            .first_wrong()
            .map(|(step, _)| format!("; begin with: {step}"));
        format!(
            "result: {}{}\n",
            counts.join(", "),
            first.unwrap_or_default()
        )
    }
}

/// The line of one step, with those below it.
fn text(step: &str, finding: &Finding) -> String {
    let mut text = format!("{:4}  {step:WIDTH$}  ", finding.mark());
    match finding {
        Finding::Fine(words) | Finding::Skipped(words) => {
            let _ = writeln!(text, "{words}");
        }
        Finding::Doubtful(error) | Finding::Wrong(error) => explain(&mut text, error),
    }
    text
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
        assert_eq!(report.first_wrong().expect("one failed").0, "password");
        assert_eq!(
            report.news(),
            "ok    ALB             protects it\n\
             warn  clock           late\n  hint: mend\n\
             FAIL  password        no\n  caused by: it is so\n  hint: ask\n\
             FAIL  seed            none\n"
        );
        report.put("sign-in", Finding::skipped("not tried"));
        let reply = report.reply();
        assert_eq!(
            reply.stdout.expose(),
            "skip  sign-in         not tried\n\
             result: 1 ok, 1 warn, 2 FAIL, 1 skip; begin with: password\n"
        );
        assert_eq!((reply.stderr.as_str(), reply.code), ("", 5));
    }

    #[test]
    fn warnings_alone_do_not_fail() {
        let mut report = Report::default();
        report.put("clock", Finding::Doubtful(Error::network("late")));
        assert_eq!(report.first_wrong(), None);
        assert_eq!(report.reply().code, 0);
    }
}

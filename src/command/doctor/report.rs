//! The findings of an examination, one per step, and their text. Pure.

use std::fmt::Write as _;

use serde::Serialize;

use crate::error::Error;
use crate::reply::Reply;
use crate::secret::Secret;
use crate::terminal::{Looks, Meaning};

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

/// The width of the marks.
const MARK: usize = "FAIL".len();
/// The width of the steps' names.
const WIDTH: usize = "session cookie".len();

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Lines for a person, each as soon as it is known.
    Lines(Looks),
    /// One JSON list.
    Json,
}

/// All findings, in the order of the steps.
#[derive(Debug)]
pub(super) struct Report {
    form: Form,
    lines: Vec<(&'static str, Finding)>,
    /// How many of them are written already.
    written: usize,
}

/// A finding as `--json` has it.
#[derive(Serialize)]
struct Row<'a> {
    step: &'a str,
    state: &'a str,
    words: String,
    hint: Option<String>,
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

    fn meaning(&self) -> Option<Meaning> {
        match self {
            Self::Fine(_) => Some(Meaning::Fine),
            Self::Doubtful(_) => Some(Meaning::Warning),
            Self::Wrong(_) => Some(Meaning::Failure),
            Self::Skipped(_) => None,
        }
    }
}

impl Report {
    /// Makes a report without findings.
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            lines: Vec::new(),
            written: 0,
        }
    }

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

    /// Gives the text of the findings that are new since the last call. A list is written whole, at the end.
    pub(super) fn news(&mut self) -> String {
        let Form::Lines(looks) = self.form else {
            return String::new();
        };
        let news = self.lines[self.written..].iter();
        let text = news.map(|(step, finding)| text(looks, step, finding));
        let text = text.collect();
        self.written = self.lines.len();
        text
    }

    /// Makes the reply: what is not written yet, with the summary, on stdout, and the exit code of the first step that
    /// failed.
    pub(super) fn reply(mut self) -> Reply {
        let code = self
            .first_wrong()
            .map_or(0, |(_, error)| error.kind.exit_code());
        let rest = match self.form {
            Form::Lines(looks) => self.news() + &self.summary(looks),
            Form::Json => self.json(),
        };
        Reply {
            stdout: Secret::new(rest),
            stderr: String::new(),
            code,
        }
    }

    /// Counts the steps, and names those that a person has to look at.
    fn summary(&self, looks: Looks) -> String {
        let marked = |mark: &str| -> Vec<&str> {
            let marked = self.lines.iter().filter(|line| line.1.mark() == mark);
            marked.map(|line| line.0).collect()
        };
        let (all, fine) = (self.lines.len(), marked("ok").len());
        let (wrong, doubtful, skipped) = (marked("FAIL"), marked("warn"), marked("skip"));
        let (meaning, head) = match wrong.len() {
            0 => (Meaning::Fine, "no step fails".to_owned()),
            1 => (Meaning::Failure, format!("1 of {all} steps needs you")),
            many => (Meaning::Failure, format!("{many} of {all} steps need you")),
        };
        let mut rest = match wrong.is_empty() {
            true => String::new(),
            false => format!(": {}", wrong.join(", ")),
        };
        let _ = write!(rest, "; {fine} of {all} ok");
        if !doubtful.is_empty() {
            let _ = write!(rest, ", {} warn: {}", doubtful.len(), doubtful.join(", "));
        }
        if !skipped.is_empty() {
            let _ = write!(rest, ", {} skipped", skipped.len());
        }
        let rest = looks.hang_after(2, head.len(), &rest);
        format!("{}{rest}\n", looks.paint(meaning, &head))
    }

    fn json(&self) -> String {
        let lines = self.lines.iter();
        let steps: Vec<Row> = lines
            .map(|(step, finding)| Row::of(step, finding))
            .collect();
        let text = serde_json::to_string_pretty(&steps).expect("strings are JSON");
        text + "\n"
    }
}

impl<'a> Row<'a> {
    fn of(step: &'a str, finding: &Finding) -> Self {
        let (state, words, hints) = match finding {
            Finding::Fine(words) => ("ok", words.clone(), Vec::new()),
            Finding::Skipped(words) => ("skip", words.clone(), Vec::new()),
            Finding::Doubtful(error) => ("warn", told(error), hints(error)),
            Finding::Wrong(error) => ("fail", told(error), hints(error)),
        };
        let hint = (!hints.is_empty()).then(|| hints.join("\n"));
        Self {
            step,
            state,
            words,
            hint,
        }
    }
}

/// Returns an error's sentence with its causes.
fn told(error: &Error) -> String {
    let causes = error.causes.iter();
    causes.fold(error.message.clone(), |told, cause| {
        format!("{told}: {cause}")
    })
}

fn hints(error: &Error) -> Vec<String> {
    error.hints.iter().map(ToString::to_string).collect()
}

/// The line of one step, with those below it.
fn text(looks: Looks, step: &str, finding: &Finding) -> String {
    let mark = finding.mark();
    let painted = finding
        .meaning()
        .map_or_else(|| mark.to_owned(), |meaning| looks.paint(meaning, mark));
    let blank = " ".repeat(MARK - mark.len());
    let mut text = format!("{painted}{blank}  {step:WIDTH$}  ");
    let indent = MARK + 2 + WIDTH + 2;
    match finding {
        Finding::Fine(words) | Finding::Skipped(words) => {
            let _ = writeln!(text, "{}", looks.hang(indent, words));
        }
        Finding::Doubtful(error) | Finding::Wrong(error) => {
            let _ = writeln!(text, "{}", looks.hang(indent, &error.message));
            explain(looks, &mut text, error);
        }
    }
    text
}

/// Writes an error's causes and hints, indented.
fn explain(looks: Looks, text: &mut String, error: &Error) {
    let hang = |label: &str, words: &str| looks.hang(label.len(), words);
    for cause in &error.causes {
        let label = "  caused by: ";
        let _ = writeln!(text, "{label}{}", hang(label, cause));
    }
    for hint in &error.hints {
        let words = hang("  hint: ", &hint.to_string());
        let _ = writeln!(text, "  {} {words}", looks.paint(Meaning::Act, "hint:"));
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, Form, Report};
    use crate::error::Error;
    use crate::terminal::Looks;

    fn examined(form: Form) -> Report {
        let mut report = Report::new(form);
        report.put("ALB", Finding::fine("protects it"));
        report.put(
            "clock",
            Finding::Doubtful(Error::usage("late").hint("mend")),
        );
        let refused = Error::refused("no").caused_by("it is so").hint("ask");
        report.put("password", Finding::Wrong(refused));
        report.put("seed", Finding::Wrong(Error::usage("none")));
        report
    }

    #[test]
    fn steps_are_aligned_and_the_first_failure_gives_the_exit_code() {
        let mut report = examined(Form::Lines(Looks::default()));
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
             2 of 5 steps need you: password, seed; 1 of 5 ok, 1 warn: clock, 1 skipped\n"
        );
        assert_eq!((reply.stderr.as_str(), reply.code), ("", 5));
    }

    #[test]
    fn warnings_alone_do_not_fail() {
        let mut report = Report::new(Form::Lines(Looks::default()));
        report.put("clock", Finding::Doubtful(Error::network("late")));
        assert_eq!(report.first_wrong(), None);
        let reply = report.reply();
        assert_eq!(reply.code, 0);
        let end = "no step fails; 0 of 1 ok, 1 warn: clock\n";
        assert!(reply.stdout.expose().ends_with(end), "{reply:?}");
    }

    #[test]
    fn a_program_gets_every_step_in_one_list() {
        let mut report = examined(Form::Json);
        assert_eq!(report.news(), "");
        let reply = report.reply();
        let list: serde_json::Value =
            serde_json::from_str(reply.stdout.expose()).expect("it is JSON");
        assert_eq!(
            list,
            serde_json::json!([
                {"step": "ALB", "state": "ok", "words": "protects it", "hint": null},
                {"step": "clock", "state": "warn", "words": "late", "hint": "mend"},
                {"step": "password", "state": "fail", "words": "no: it is so", "hint": "ask"},
                {"step": "seed", "state": "fail", "words": "none", "hint": null},
            ])
        );
        assert_eq!(reply.code, 5);
    }
}

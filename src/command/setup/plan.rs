//! The changes of a setup as a value: shown with a line for each change, and made in that order.

use std::path::{Path, PathBuf};

use super::program::ProgramCall;
use super::rewrite::Rewrite;
use crate::error::{Error, Kind, Result, Untrusted, foreign, is_control};

/// One change of the machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Make a link at `path` to `target`.
    Link { path: PathBuf, target: PathBuf },
    /// Remove the link at `path`.
    Unlink { path: PathBuf },
    /// Run a program that changes its own configuration.
    Call(ProgramCall),
    /// Rewrite a file.
    Rewrite(Rewrite),
}

impl Change {
    fn make(&self) -> Result<()> {
        match self {
            Self::Link { path, target } => {
                make_link(path, target).map_err(|error| failed("make the link", path, error))
            }
            Self::Unlink { path } => {
                std::fs::remove_file(path).map_err(|error| failed("remove the link", path, error))
            }
            Self::Call(call) => call.run().map(|_| ()),
            Self::Rewrite(rewrite) => rewrite.write(),
        }
    }

    /// The lines that show it.
    fn lines(&self) -> Vec<String> {
        let line = match self {
            Self::Link { path, target } => {
                format!("link    {} -> {}", path.display(), target.display())
            }
            Self::Unlink { path } => format!("unlink  {}", path.display()),
            Self::Call(call) => call.to_text(),
            Self::Rewrite(rewrite) => return rewrite.lines(),
        };
        vec![line]
    }
}

/// Makes a link at `path`, where nothing is.
#[cfg(unix)]
fn make_link(path: &Path, target: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

/// Makes a link at `path`, where nothing is.
#[cfg(not(unix))]
fn make_link(path: &Path, target: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(target, path)
}

fn failed(what: &str, path: &Path, error: std::io::Error) -> Error {
    let message = format!("cannot {what} {}", Untrusted::path(path));
    Error::new(Kind::Other, message).caused_by(error)
}

/// One line of a plan.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Change(Change),
    /// Something that is there already.
    There(String),
    /// Something that an undo leaves, and why.
    Left {
        what: String,
        why: String,
    },
    /// A note for the person.
    Note(String),
}

impl Line {
    fn shown(&self) -> Vec<String> {
        match self {
            Self::Change(change) => change.lines(),
            Self::There(what) => vec![format!("there   {what}")],
            Self::Left { what, why } => vec![format!("leaves  {what}: {why}")],
            Self::Note(words) => vec![format!("note    {words}")],
        }
    }
}

/// All lines, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan(pub(super) Vec<Line>);

impl Plan {
    /// Returns whether following it changes anything.
    pub(super) fn changes_something(&self) -> bool {
        self.changes().next().is_some()
    }

    /// All lines as they are shown.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        for line in self.0.iter().flat_map(Line::shown) {
            // The names of files and the values of others must not command the terminal, or look like another line.
            text.extend(line.chars().filter(|c| !is_control(*c)));
            text.push('\n');
        }
        text
    }

    /// Refuses a plan that is known to fail.
    pub(super) fn check(&self) -> Result<()> {
        let mut changes = self.changes();
        changes.try_for_each(|change| match change {
            Change::Rewrite(rewrite) => rewrite.check(),
            _ => Ok(()),
        })
    }

    /// Makes the changes. If one fails, those before it stay, and the error lists them.
    pub(super) fn follow(&self) -> Result<()> {
        for (at, change) in self.changes().enumerate() {
            change.make().map_err(|error| self.after(at, error))?;
        }
        Ok(())
    }

    /// Adds to an `error` the changes that were `made` before it.
    fn after(&self, made: usize, mut error: Error) -> Error {
        if made == 0 {
            return error;
        }
        for line in self.changes().take(made).flat_map(Change::lines) {
            error = error.caused_by(format!("made before that: {}", foreign(&line)));
        }
        error.hint("run the same command again: what is made is kept; or with --undo")
    }

    fn changes(&self) -> impl Iterator<Item = &Change> {
        self.0.iter().filter_map(|line| match line {
            Line::Change(change) => Some(change),
            _ => None,
        })
    }
}

impl FromIterator<Line> for Plan {
    fn from_iter<T: IntoIterator<Item = Line>>(lines: T) -> Self {
        Self(lines.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Plan};

    #[test]
    fn the_words_of_others_cannot_forge_a_line_of_a_plan() {
        let plan = Plan(vec![Line::There(
            "a\nlink    /x -> /y\u{1b}[2J\u{202e}".into(),
        )]);
        assert_eq!(plan.to_text(), "there   alink    /x -> /y[2J\n");
    }
}

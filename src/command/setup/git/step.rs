//! The lines of a plan for git: a change by git's own command, what is there already, what stays.

use super::configuration::Entry;
use crate::command::setup::plan::{Change, Line};
use crate::command::setup::program::Call;
use crate::error::typed;

/// Why something stays that a setup did not make.
pub(super) const NOT_OURS: &str = "this command has not made it";

/// A call of git's that changes its configuration.
pub(super) fn change(arguments: &[&str]) -> Line {
    Line::Change(Change::Call(Call::git(arguments)))
}

/// What is in the configuration already.
pub(super) fn there_is(key: &str, value: &str) -> Line {
    Line::There(format!("{key} {}", typed(value)))
}

/// What stays, and why.
pub(super) fn left(entry: &Entry) -> Line {
    let stands = |file: &String| format!("it stands in {file}");
    Line::Left {
        what: format!("{} {}", entry.key, typed(&entry.value)),
        why: entry.file.as_ref().map_or(NOT_OURS.into(), stands),
    }
}

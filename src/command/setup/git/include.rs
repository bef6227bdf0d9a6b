//! The include of this program's own file at the end of git's global configuration.

use std::path::{Path, PathBuf};

use super::configuration::{Configuration, Entry};
use super::own_file::quoted;
use crate::command::setup::plan::{Change, Line};
use crate::command::setup::program::ProgramCall;
use crate::command::setup::rewrite::{Rewrite, read};
use crate::environment;
use crate::error::{Error, Result, typed};
use crate::paths;

const KEY: &str = "include.path";

/// The line that the file `own` is included already, or the change that includes it.
pub(super) fn line(configuration: &Configuration, own: &Path) -> Result<Line> {
    let shown = format!("{KEY} {}", typed(&own.to_string_lossy()));
    if configuration.reads_own || find(configuration, own).is_some() {
        return Ok(Line::There(shown));
    }
    let path = global_file().ok_or_else(|| Error::usage("there is no home directory"))?;
    let before = read(&path)?;
    let mut after = before.clone().unwrap_or_default();
    if !after.is_empty() && !after.ends_with(b"\n") {
        after.push(b'\n');
    }
    let text = format!("[include]\n\tpath = {}\n", quoted(&own.to_string_lossy()));
    after.extend_from_slice(text.as_bytes());
    Ok(Line::Change(Change::Rewrite(Rewrite {
        caller: "git",
        path,
        before,
        after: Some(after),
        differences: vec![format!("+ {shown}")],
    })))
}

/// The change that removes the include of `own`. An include in another file than the global one stays.
pub(super) fn undo(configuration: &Configuration, own: &Path) -> Option<Line> {
    let entry = find(configuration, own)?;
    if global_file().is_none_or(|file| Path::new(&entry.file) != file) {
        return Some(entry.left());
    }
    let unset = [
        "config",
        "--global",
        "--fixed-value",
        "--unset-all",
        KEY,
        &entry.value,
    ];
    Some(Line::Change(Change::Call(ProgramCall::git(&unset))))
}

fn find<'a>(configuration: &'a Configuration, own: &Path) -> Option<&'a Entry> {
    let is_it = |entry: &&Entry| entry.key == KEY && Path::new(&entry.value) == own;
    configuration.entries.iter().find(is_it)
}

/// The file that `git config --global` writes (git-config(1), "FILES").
fn global_file() -> Option<PathBuf> {
    if let Some(file) = environment::foreign_path("GIT_CONFIG_GLOBAL") {
        return Some(file);
    }
    let home = paths::home()?;
    let own = home.join(".gitconfig");
    let base = environment::foreign_path("XDG_CONFIG_HOME");
    let other = base
        .unwrap_or_else(|| home.join(".config"))
        .join("git/config");
    Some(match !own.exists() && other.exists() {
        true => other,
        false => own,
    })
}

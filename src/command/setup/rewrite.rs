//! A file of somebody else's that is changed here: read whole, replaced whole.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result, foreign};
use crate::replace::{Owner, replace};

/// A file with other text than it has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rewrite {
    /// Whose file it is: the first word of its lines.
    pub(super) caller: &'static str,
    pub(super) path: PathBuf,
    /// The text as it was read; `None` where there is no file.
    pub(super) before: Option<String>,
    pub(super) after: String,
    /// What becomes different: `+ …` and `- …`, for a person.
    pub(super) differences: Vec<String>,
}

impl Rewrite {
    /// Writes it, unless somebody else was faster.
    pub(super) fn write(&self) -> Result<()> {
        let shown = foreign(&self.path.to_string_lossy());
        let is_unchanged = || read(&self.path).is_ok_and(|text| text == self.before);
        let text = self.after.as_bytes();
        replace(&self.path, text, Owner::AsBefore, &is_unchanged).map_err(|error| {
            if error.kind() == ErrorKind::ResourceBusy {
                let message = format!("{shown} was changed meanwhile, and was not written");
                return Error::new(Kind::Other, message).hint("run the same command again");
            }
            Error::new(Kind::Other, format!("cannot write {shown}")).caused_by(error)
        })
    }

    /// The lines of a plan.
    pub(super) fn to_text(&self) -> String {
        let path = self.path.display();
        let line = |difference| format!("{:8}{path}: {difference}", self.caller);
        let lines: Vec<String> = self.differences.iter().map(line).collect();
        lines.join("\n")
    }
}

/// The text of a file; `None` where it does not exist.
pub(super) fn read(path: &Path) -> Result<Option<String>> {
    let shown = || foreign(&path.to_string_lossy());
    match std::fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Error::usage(format!("{}: this is not UTF-8", shown()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::usage(format!("cannot read {}", shown())).caused_by(error)),
    }
}

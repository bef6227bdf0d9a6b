//! A file of somebody else's that is changed here: read whole, replaced whole.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result, foreign, typed};
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

    /// Refuses what is known to fail: a file that is not to be written.
    pub(super) fn check(&self) -> Result<()> {
        let is_read_only = |file: std::fs::Metadata| file.permissions().readonly();
        if !std::fs::metadata(&self.path).is_ok_and(is_read_only) {
            return Ok(());
        }
        let shown = foreign(&self.path.to_string_lossy());
        let error = Error::new(Kind::Other, format!("cannot write {shown}"));
        let command = format!("chmod u+w {}", typed(&shown));
        Err(error.caused_by("it is read-only").hint(command))
    }

    /// The lines of a plan.
    pub(super) fn lines(&self) -> Vec<String> {
        let path = self.path.display();
        let line = |difference| format!("{:8}{path}: {difference}", self.caller);
        self.differences.iter().map(line).collect()
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

#[cfg(test)]
mod tests {
    use super::{Rewrite, read};

    #[test]
    fn whoever_was_faster_is_not_overruled() {
        let directory = tempfile::tempdir().expect("a directory");
        let rewrite = Rewrite {
            caller: "docker",
            path: directory.path().join("config.json"),
            before: None,
            after: "{}".into(),
            differences: Vec::new(),
        };
        rewrite.write().expect("it is as it was read");
        let error = rewrite.write().expect_err("there is a file by now");
        assert!(
            error.message.contains("was changed meanwhile"),
            "{}",
            error.message
        );
        assert_eq!(read(&rewrite.path), Ok(Some("{}".into())));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("config.json");
        std::fs::write(&path, b"\xff").expect("it is ours");
        assert!(
            read(&path)
                .expect_err("no text")
                .message
                .contains("not UTF-8")
        );
        assert!(read(directory.path()).is_err());
    }
}

//! Changing a file of another program: read whole, replaced whole.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::atomic_file::{Owner, replace};
use crate::error::{Error, Hint, Kind, Result, Untrusted};

/// A change of one file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rewrite {
    /// The program that owns it: the first word of its lines.
    pub(super) caller: &'static str,
    pub(super) path: PathBuf,
    /// The content that was read; `None` without a file.
    pub(super) before: Option<Vec<u8>>,
    /// The new content; `None` removes the file.
    pub(super) after: Option<Vec<u8>>,
    /// The differences for a person: `+ …` and `- …`.
    pub(super) differences: Vec<String>,
}

impl Rewrite {
    /// Writes it, unless the file has changed since it was read.
    pub(super) fn write(&self) -> Result<()> {
        let shown = Untrusted::path(&self.path);
        let is_unchanged = || read(&self.path).is_ok_and(|bytes| bytes == self.before);
        let done = match &self.after {
            Some(after) => replace(&self.path, after, Owner::AsBefore, &is_unchanged),
            None if is_unchanged() => std::fs::remove_file(&self.path),
            None => Err(ErrorKind::ResourceBusy.into()),
        };
        done.map_err(|error| {
            if error.kind() == ErrorKind::ResourceBusy {
                let message = format!("{shown} was changed meanwhile, and was not written");
                return Error::new(Kind::Other, message).hint("run the same command again");
            }
            Error::new(Kind::Other, format!("cannot write {shown}")).caused_by(error)
        })
    }

    /// Refuses a read-only file.
    pub(super) fn check(&self) -> Result<()> {
        let is_read_only = |file: std::fs::Metadata| file.permissions().readonly();
        if !std::fs::metadata(&self.path).is_ok_and(is_read_only) {
            return Ok(());
        }
        let shown = Untrusted::path(&self.path);
        let error = Error::new(Kind::Other, format!("cannot write {shown}"));
        let command = Hint::run(&["chmod", "u+w", &self.path.to_string_lossy()]);
        Err(error.caused_by("it is read-only").hint(command))
    }

    /// The lines of a plan.
    pub(super) fn lines(&self) -> Vec<String> {
        let path = self.path.display();
        let line = |difference| format!("{:8}{path}: {difference}", self.caller);
        self.differences.iter().map(line).collect()
    }
}

/// The content of a file; `None` if it does not exist.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("cannot read {}", Untrusted::path(path));
            Err(Error::usage(message).caused_by(error))
        }
    }
}

/// The same as text.
pub(super) fn read_text(path: &Path) -> Result<Option<String>> {
    let text = read(path)?.map(String::from_utf8).transpose();
    text.map_err(|_| Error::usage(format!("{}: this is not UTF-8", Untrusted::path(path))))
}

#[cfg(test)]
mod tests {
    use super::{Rewrite, read_text};

    #[test]
    fn a_file_that_changed_meanwhile_is_not_overwritten() {
        let directory = tempfile::tempdir().expect("a directory");
        let rewrite = Rewrite {
            caller: "docker",
            path: directory.path().join("config.json"),
            before: None,
            after: Some("{}".into()),
            differences: Vec::new(),
        };
        rewrite.write().expect("it is as it was read");
        let error = rewrite.write().expect_err("there is a file by now");
        assert!(
            error.message.contains("was changed meanwhile"),
            "{}",
            error.message
        );
        assert_eq!(read_text(&rewrite.path), Ok(Some("{}".into())));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("config.json");
        std::fs::write(&path, b"\xff").expect("it is ours");
        assert!(
            read_text(&path)
                .expect_err("no text")
                .message
                .contains("not UTF-8")
        );
        assert!(read_text(directory.path()).is_err());
    }
}

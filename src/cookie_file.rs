//! The cookie file that a program such as git reads by itself (`http.cookieFile`).

use std::fs;
use std::io;
use std::path::Path;

use crate::atomic_file::{Owner, replace, unfinished};
use crate::error::{Error, Kind, Result, Untrusted};
use crate::file_owner;
use crate::secret::Secret;

/// Writes `text` to the file at `path`, with mode 0600. A private file that has the same text already is left alone.
pub(crate) fn write(path: &Path, text: &Secret) -> Result<()> {
    let text = text.expose().as_bytes();
    if is_private(path) && fs::read(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    replace(path, text, Owner::Private, &|| true).map_err(|error| {
        let message = format!("cannot write the cookie file {}", Untrusted::path(path));
        Error::new(Kind::Other, message).caused_by(error)
    })
}

/// Returns whether the file at `path` is this user's and only its owner can use or replace it, as far as the system tells.
fn is_private(path: &Path) -> bool {
    let directory = path.parent().unwrap_or(path);
    if file_owner::check_directory(directory).is_err() {
        return false;
    }
    #[cfg(unix)]
    {
        // No bit for group and others.
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs::metadata(path);
        metadata.is_ok_and(|metadata| {
            metadata.is_file()
                && file_owner::is_own(&metadata)
                && metadata.mode().trailing_zeros() >= 6
        })
    }
    #[cfg(not(unix))]
    path.exists()
}

/// Removes the file at `path`, and the temporary file of a killed writer, if they exist.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let unfinished = unfinished(path);
    for file in [path, &unfinished] {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let message = format!("cannot remove the cookie file {}", Untrusted::path(file));
                return Err(Error::new(Kind::Other, message).caused_by(error));
            }
            _ => {}
        }
    }
    Ok(())
}

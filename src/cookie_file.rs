//! The cookie file that a caller reads by itself, such as git (`http.cookieFile`).

use std::fs;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use crate::atomic_file::{Owner, replace, unfinished};
use crate::error::{Error, Kind, Result, Untrusted};
use crate::secret::Secret;

/// Makes `text` the file at `path`, private to this user.
pub(crate) fn write(path: &Path, text: &Secret) -> Result<()> {
    let text = text.expose().as_bytes();
    if is_private(path) && fs::read(path).is_ok_and(|old| *Zeroizing::new(old) == text) {
        return Ok(());
    }
    replace(path, text, Owner::Private, &|| true).map_err(|error| {
        let message = format!("cannot write the cookie file {}", Untrusted::path(path));
        Error::new(Kind::Other, message).caused_by(error)
    })
}

/// Whether nobody else can use the file at `path`, as far as the system tells.
fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        // No bit for group and others.
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs::metadata(path);
        metadata.is_ok_and(|metadata| metadata.is_file() && metadata.mode().trailing_zeros() >= 6)
    }
    #[cfg(not(unix))]
    path.exists()
}

/// Removes the file at `path`, if there is one, and what a killed writer left: its cookie is not wanted any more.
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

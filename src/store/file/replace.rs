//! Putting a file in the place of another, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::permissions;
use crate::size_limit;

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Write, flush to the disk, rename: after a crash or a loss of power at any moment the old record or the new one is there,
/// whole.
///
/// That needs the flush before the rename: else the new name can reach the disk before the text that it names. It does not
/// need the directory flushed after it. Without that, a loss of power can bring the old record back, or none if it was the
/// first, for as long as the file system keeps a rename in memory (seconds): a sign-in more, or a refused password sent once
/// more. That is the price of a power failure, and not worth a second wait for the disk in each sign-in.
pub(super) fn replace(path: &Path, unfinished: &Path, text: &[u8]) -> io::Result<()> {
    write(unfinished, text)?.sync_all()?;
    fs::rename(unfinished, path)
}

/// Writes a file that is not yet in its place, anew.
pub(super) fn write(unfinished: &Path, text: &[u8]) -> io::Result<File> {
    let _ = fs::remove_file(unfinished);
    let mut options = OpenOptions::new();
    let mut file = permissions::open(options.write(true).create_new(true), unfinished)?;
    size_limit::expect_errors();
    file.write_all(text)?;
    Ok(file)
}

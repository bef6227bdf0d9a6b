//! Finds other users who could change a file, or the content of a directory, where the system has owners and modes.
//!
//! This user and root may. A group may only if it is the one of this process. In a sticky directory others can make files,
//! but cannot take away those of this user.

use std::fs::Metadata;
use std::io;
#[cfg(unix)]
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

#[cfg(unix)]
use crate::error::{foreign, typed};

/// In a directory with this bit, only its owner and a file's own can rename or remove the file.
#[cfg(unix)]
const STICKY: u32 = 0o1000;

/// Returns whether a file is this user's.
#[cfg(unix)]
pub(crate) fn is_own(metadata: &Metadata) -> bool {
    metadata.uid() == user()
}

/// Returns whether a file is this user's or root's.
#[cfg(unix)]
fn is_trusted(metadata: &Metadata) -> bool {
    is_own(metadata) || metadata.uid() == 0
}

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(unix)]
fn is_writable_by_others(metadata: &Metadata) -> bool {
    let is_own_group = metadata.gid() == rustix::process::getegid().as_raw();
    metadata.mode() & if is_own_group { 0o002 } else { 0o022 } != 0
}

/// Returns whether others can rename and remove what is in a directory.
#[cfg(unix)]
pub(crate) fn lets_others_rename(directory: &Metadata) -> bool {
    is_writable_by_others(directory) && directory.mode() & STICKY == 0
}

/// Refuses the file at `path` if others could have changed it.
#[cfg(unix)]
pub(crate) fn check_file(path: &Path, metadata: &Metadata) -> io::Result<()> {
    if !is_trusted(metadata) {
        return Err(refused(path, "belongs to another user", None));
    }
    if is_writable_by_others(metadata) {
        return Err(refused(path, "can be written by others", Some(metadata)));
    }
    Ok(())
}

/// Refuses a `directory` where others could put a file in the place of this user's, or could rename one above it.
#[cfg(unix)]
pub(crate) fn check_directory(directory: &Path) -> io::Result<()> {
    let whole = std::fs::canonicalize(directory)?;
    if !is_trusted(&std::fs::metadata(&whole)?) {
        return Err(refused(&whole, "belongs to another user", None));
    }
    for above in whole.ancestors() {
        let metadata = std::fs::metadata(above)?;
        if lets_others_rename(&metadata) {
            return Err(refused(above, "can be written by others", Some(&metadata)));
        }
    }
    Ok(())
}

/// Refuses a link that another user has made.
#[cfg(unix)]
pub(crate) fn check_link(path: &Path) -> io::Result<()> {
    match is_trusted(&std::fs::symlink_metadata(path)?) {
        true => Ok(()),
        false => Err(refused(path, "is a link of another user's", None)),
    }
}

/// The error of a `path` that others have a hand in, with the command that ends that, if this user may run it.
#[cfg(unix)]
fn refused(path: &Path, what: &str, mendable: Option<&Metadata>) -> io::Error {
    let path = path.to_string_lossy();
    let mend = match mendable {
        Some(metadata) if is_own(metadata) || user() == 0 => {
            format!(" (chmod go-w {})", foreign(&typed(&path)))
        }
        _ => String::new(),
    };
    let words = format!("{} {what}{mend}", foreign(&path));
    io::Error::new(io::ErrorKind::PermissionDenied, words)
}

/// Elsewhere a file inherits the protection of the user's own directories.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "this can fail on Unix")]
mod elsewhere {
    use super::{Metadata, Path, io};

    pub(crate) fn is_own(_metadata: &Metadata) -> bool {
        true
    }

    pub(crate) fn check_file(_path: &Path, _metadata: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn check_directory(_directory: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn check_link(_path: &Path) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(not(unix))]
pub(crate) use elsewhere::{check_directory, check_file, check_link, is_own};

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{check_directory, check_file};
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
    }

    fn judged(path: &Path, mode: u32) -> bool {
        set_mode(path, mode);
        let metadata = fs::metadata(path).expect("it is there");
        match metadata.is_dir() {
            true => check_directory(path).is_ok(),
            false => check_file(path, &metadata).is_ok(),
        }
    }

    #[test]
    fn what_others_can_write_is_refused_but_for_a_sticky_directory() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("file");
        fs::write(&file, "").expect("a file");
        for (mode, is_fine) in [(0o600, true), (0o644, true), (0o664, true), (0o666, false)] {
            assert_eq!(judged(&file, mode), is_fine, "{mode:o}");
        }
        let below = directory.path().join("a dir");
        fs::create_dir(&below).expect("a directory");
        for (mode, is_fine) in [
            (0o700, true),
            (0o775, true),
            (0o777, false),
            (0o1777, true),
            (0o757, false),
        ] {
            assert_eq!(judged(&below, mode), is_fine, "{mode:o}");
        }
        let error = check_directory(&below).expect_err("0757").to_string();
        let path = below.display();
        assert_eq!(
            error,
            format!("{path} can be written by others (chmod go-w '{path}')")
        );
        set_mode(&below, 0o700);
        set_mode(directory.path(), 0o777);
        assert!(check_directory(&below).is_err(), "it can be renamed");
    }
}

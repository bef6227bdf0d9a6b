//! The programs in `PATH`.

use std::path::{Path, PathBuf};

use super::foreign_path;

/// The directories of `PATH`, in order.
pub(crate) fn search_path() -> Vec<PathBuf> {
    let path = foreign_path("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect()
}

/// Returns the program called `name` in a directory of `PATH`. Relative directories are passed over: the current one may be a
/// stranger's checkout.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let directories = search_path().into_iter();
    let absolute = directories.filter(|directory| directory.is_absolute());
    let mut paths = absolute.map(|directory| directory.join(name));
    paths.find(|path| is_program(path))
}

/// Returns whether the file at `path` is a program.
#[cfg(unix)]
pub(crate) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
pub(crate) fn is_program(path: &Path) -> bool {
    path.is_file()
}

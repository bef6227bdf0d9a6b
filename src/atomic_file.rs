//! Replacing a file whole, by one process at a time: write a temporary file in the same directory, flush it, rename it. A
//! link stays a link, and a reader sees the old file or the new one, never a part.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use fs4::FileExt;

use crate::size_limit;

#[cfg(target_os = "linux")]
mod attributes;

/// How many links may lead from the file's name to the file (Linux's own limit).
const LONGEST_CHAIN: usize = 40;

/// Owner and mode of the new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Those of the file that it replaces.
    AsBefore,
    /// This user, mode 0600.
    Private,
}

/// Replaces the file that `path` leads to by `text`, and makes its directory if that is missing. A new file has mode 0600.
///
/// The lock on the temporary file keeps other writers away. `is_unchanged` is asked under that lock, so that of two writers
/// at once the second one fails ([`io::ErrorKind::ResourceBusy`]).
pub(crate) fn replace(
    path: &Path,
    text: &[u8],
    owner: Owner,
    is_unchanged: &dyn Fn() -> bool,
) -> io::Result<()> {
    let target = followed(path)?;
    let before = match fs::metadata(&target) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a file",
        ));
    }
    if before
        .as_ref()
        .is_some_and(|before| before.permissions().readonly())
    {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is read-only",
        ));
    }
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create(directory)?;
    let unfinished = unfinished(&target);
    // The lock lasts until the rename.
    let file = begin(&unfinished)?;
    let done = match is_unchanged() {
        true => fill(
            &file,
            text,
            before.as_ref().filter(|_| owner == Owner::AsBefore),
            &target,
        )
        .and_then(|()| fs::rename(&unfinished, &target)),
        false => Err(io::ErrorKind::ResourceBusy.into()),
    };
    if done.is_err() {
        let _ = fs::remove_file(&unfinished);
    } else if let Ok(directory) = File::open(directory) {
        // The file is whole either way; this makes it less likely that a crash brings the old one back.
        let _ = directory.sync_all();
    }
    done
}

/// The name of the temporary file for `path`. A killed writer leaves it behind.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp"))
}

/// Follows `path` through all links; the end of them need not exist.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LONGEST_CHAIN {
        match fs::read_link(&path) {
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

fn create(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(directory)
}

/// Opens the temporary file, empty and locked. It waits for another writer, and takes over the file of a killed one. On a
/// file system without locks it does not wait.
fn begin(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let no_links = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
        options.mode(0o600).custom_flags(no_links);
    }
    options.read(true).write(true).create(true).truncate(false);
    loop {
        let file = options.open(path)?;
        let _ = FileExt::lock(&file);
        if is_at(&file, path) {
            file.set_len(0)?;
            return Ok(file);
        }
    }
}

/// Returns whether `file` is still the one at `path`: the writer that held its lock may have renamed it.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(own), Ok(there)) => identity(own) == identity(there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// Writes `text` into the empty `file`, copies owner, mode and attributes of the file `before` it, at `path`, and flushes
/// it to the disk.
fn fill(
    mut file: &File,
    text: &[u8],
    before: Option<&fs::Metadata>,
    path: &Path,
) -> io::Result<()> {
    size_limit::expect_errors();
    file.write_all(text)?;
    if let Some(before) = before {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, fchown};
            // Only root may give a file away; others replace their own files.
            let _ = fchown(file, Some(before.uid()), Some(before.gid()));
        }
        file.set_permissions(before.permissions())?;
        #[cfg(target_os = "linux")]
        attributes::copy(path, file)?;
        #[cfg(not(target_os = "linux"))]
        let _ = path;
    }
    file.sync_all()
}

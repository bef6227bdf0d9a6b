//! Replacing a file whole, by one process at a time: write a temporary file in the same directory, flush it, rename it. A
//! link stays a link, and a reader sees the old file or the new one, never a part.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs4::FileExt;

use crate::error::Untrusted;
use crate::file_owner;
use crate::size_limit;
use crate::terminal::say;
use crate::waiting;

#[cfg(target_os = "linux")]
mod attributes;

/// How many links may lead from the file's name to the file (Linux's own limit).
const LONGEST_CHAIN: usize = 40;

/// The longest wait for another writer, which needs the time of one flush.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long that wait is silent.
const SILENCE: Duration = Duration::from_secs(1);

/// Owner and mode of the new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Those of the file that it replaces.
    AsBefore,
    /// This user, mode 0600.
    Private,
}

/// Replaces the file that `path` leads to by `text`, and makes its directory if that is missing. A new file has mode 0600.
/// A directory where others could put a file in the place of this one is refused.
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
    file_owner::check_directory(directory)?;
    let unfinished = unfinished(&target);
    // The lock lasts until the rename.
    let file = begin(&unfinished, PATIENCE)?;
    let done = match is_unchanged() {
        true => fill(
            &file,
            text,
            before.as_ref().filter(|_| owner == Owner::AsBefore),
            &target,
        )
        .and_then(|()| finish(&file, &unfinished, &target)),
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

/// Follows `path` through all links, none of them another user's; the end of them need not exist.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LONGEST_CHAIN {
        match fs::read_link(&path) {
            Ok(next) => {
                file_owner::check_link(&path)?;
                path = path.parent().unwrap_or(Path::new("")).join(next);
            }
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

/// Makes the temporary file anew, locked. It waits for another writer, and removes the file of a killed one. On a file
/// system without locks it does not wait.
fn begin(path: &Path, patience: Duration) -> io::Result<File> {
    let try_it = |pause| match try_begin(path) {
        Ok(None) => {
            std::thread::sleep(pause);
            None
        }
        begun => begun.transpose(),
    };
    let writer = || format!("another process, which writes {}", Untrusted::path(path));
    let begun = waiting::until(SILENCE, try_it).or_else(|| {
        say(&format!("waiting for {}", writer()));
        waiting::until(patience, try_it)
    });
    begun.unwrap_or_else(|| {
        let words = format!("waited {} s for {}", patience.as_secs(), writer());
        Err(io::Error::new(io::ErrorKind::TimedOut, words))
    })
}

/// Makes the temporary file and locks it; `None` if another writer has one. Nothing that is already there is written to:
/// it may be another user's, or have another name.
fn try_begin(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.write(true).create_new(true).open(path) {
        // Before it was locked, another writer may have taken it for the file of a killed one.
        Ok(file) => Ok((lock(&file) && is_at(&file, path)).then_some(file)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            remove_left(path).map(|()| None)
        }
        Err(error) => Err(error),
    }
}

/// Removes the temporary file at `path`, unless a living writer has it locked.
fn remove_left(path: &Path) -> io::Result<()> {
    let is_own_file = |metadata: fs::Metadata| metadata.is_file() && file_owner::is_own(&metadata);
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        let no_links = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, no_links);
    }
    let file = match fs::symlink_metadata(path).is_ok_and(is_own_file) {
        true => options.write(true).open(path).ok(),
        false => None,
    };
    if file.is_some_and(|file| !lock(&file) || !is_at(&file, path)) {
        return Ok(());
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let words = format!("{} is in the way: {error}", Untrusted::path(path));
            Err(io::Error::new(error.kind(), words))
        }
        _ => Ok(()),
    }
}

/// Locks `file`, or finds it locked by another process: whether it is ours now. Where the file system has no locks it is.
fn lock(file: &File) -> bool {
    !matches!(FileExt::try_lock(file), Err(fs4::TryLockError::WouldBlock))
}

/// Renames the temporary file. Without locks, another writer may have removed it.
fn finish(file: &File, unfinished: &Path, target: &Path) -> io::Result<()> {
    match is_at(file, unfinished) {
        true => fs::rename(unfinished, target),
        false => Err(io::ErrorKind::ResourceBusy.into()),
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

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::{Owner, begin, replace, unfinished};
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::time::Duration;

    #[test]
    fn a_writer_that_never_ends_is_waited_for_with_a_limit() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = unfinished(&directory.path().join("jar"));
        let first = begin(&path, Duration::ZERO).expect("it is free");
        let error = begin(&path, Duration::ZERO).expect_err("it is locked");
        let words = format!(
            "waited 0 s for another process, which writes {}",
            path.display()
        );
        assert_eq!(error.to_string(), words);
        drop(first);
        begin(&path, Duration::ZERO).expect("it is that of a killed writer");
    }

    #[test]
    fn no_byte_goes_into_a_file_that_is_there_under_the_temporary_name() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("jar");
        let other = directory.path().join("other");
        fs::write(&other, "of somebody").expect("a file");
        fs::set_permissions(&other, fs::Permissions::from_mode(0o666)).expect("it is ours");
        let plants: [fn(&_, &_) -> _; 2] = [
            |other, place| fs::hard_link(other, place),
            |other, place| std::os::unix::fs::symlink(other, place),
        ];
        for plant in plants {
            plant(&other, &unfinished(&path)).expect("planted");
            replace(&path, b"secret", Owner::Private, &|| true).expect("written");
            assert_eq!(fs::read(&other).expect("a file"), b"of somebody");
            let made = fs::symlink_metadata(&path).expect("a file");
            assert_eq!((made.mode() & 0o7777, made.nlink()), (0o600, 1));
        }
    }
}

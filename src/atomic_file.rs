//! A file that is replaced whole, by one process at a time: a temporary file in the same directory, flushed, renamed. A
//! link stays a link, and whoever reads the file meanwhile sees the old one or the new one.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use fs4::FileExt;

/// How many links may lead from the file's name to the file (Linux's own limit).
const LONGEST_CHAIN: usize = 40;

/// Whose the new file is, and who may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// As with the file that it replaces.
    AsBefore,
    /// This user's, and nobody else's.
    Private,
}

/// Puts `text` in the place of the file that `path` leads to, with its directory where that is missing; readable by
/// nobody else if it is new.
///
/// While the unfinished file is there no other process writes one, and that what is replaced `is_unchanged` is looked at
/// then: of two at once, one is told.
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
    // Its lock is held until it is in its place.
    let file = begin(&unfinished)?;
    let done = match is_unchanged() {
        true => fill(
            &file,
            text,
            before.as_ref().filter(|_| owner == Owner::AsBefore),
        )
        .and_then(|()| fs::rename(&unfinished, &target)),
        false => Err(io::ErrorKind::ResourceBusy.into()),
    };
    if done.is_err() {
        let _ = fs::remove_file(&unfinished);
    } else if let Ok(directory) = File::open(directory) {
        // The file is whole either way; this only makes a crash less likely to bring the old one back.
        let _ = directory.sync_all();
    }
    done
}

/// The name of the file at `path` while it is written: it is there when a writer was killed.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp"))
}

/// Where the links end that `path` may be, also if nothing is there.
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

/// The unfinished file, empty and locked: another process that writes one is waited for, and what a killed one left is
/// taken over. Where the system has no locks, nobody is waited for.
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

/// Whether `file` is still the one at `path`: whoever held its lock may have put it in its place.
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

/// Fills the empty `file` with `text`, flushed to the disk, with owner and mode of the file that it will replace.
fn fill(mut file: &File, text: &[u8], before: Option<&fs::Metadata>) -> io::Result<()> {
    file.write_all(text)?;
    if let Some(before) = before {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, fchown};
            // Only root may give a file away; anybody else replaces files of their own.
            let _ = fchown(file, Some(before.uid()), Some(before.gid()));
        }
        file.set_permissions(before.permissions())?;
    }
    file.sync_all()
}

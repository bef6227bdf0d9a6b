//! Whose a file is and who else may use it, where the system has such a thing.

#[cfg(unix)]
pub(super) use unix::{
    check_directory, check_file, create_directories, create_directory, is_same, judge_open,
    keeps_others_from_renaming, open,
};

#[cfg(not(unix))]
pub(super) use elsewhere::{
    check_directory, check_file, create_directories, create_directory, is_same, judge_open,
    keeps_others_from_renaming, open,
};

#[cfg(unix)]
mod unix {
    use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
    use std::path::Path;
    use std::sync::OnceLock;

    use rustix::fs::OFlags;

    use crate::error::Error;
    use crate::store::Trouble;
    use crate::store::file::unavailable;

    /// Creates a directory that only its owner can use.
    pub(in super::super) fn create_directory(path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(path)
    }

    /// Creates what is missing of a directory and of those above it, each for its owner alone.
    pub(in super::super) fn create_directories(path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).recursive(true).create(path)
    }

    /// Whether two names lead to one directory.
    pub(in super::super) fn is_same(one: &Path, other: &Path) -> bool {
        let identity = |path| {
            fs::metadata(path)
                .ok()
                .map(|metadata| (metadata.dev(), metadata.ino()))
        };
        identity(one).is_some_and(|one| identity(other) == Some(one))
    }

    /// Whether nobody but this user and root can rename or remove what this user makes in a directory.
    pub(in super::super) fn keeps_others_from_renaming(path: &Path) -> bool {
        const STICKY: u32 = 0o1000;
        fs::metadata(path).is_ok_and(|metadata| {
            let mode = metadata.mode();
            let is_trusted = [0, user()].contains(&metadata.uid());
            metadata.is_dir() && is_trusted && (mode & 0o022 == 0 || mode & STICKY != 0)
        })
    }

    /// Opens a file that is private from birth, follows no link, and does not hang on what is no file.
    pub(in super::super) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options
            .mode(0o600)
            .custom_flags(flags.bits().cast_signed())
            .open(path)
    }

    /// Why a file that is there could not be opened.
    pub(in super::super) fn judge_open(path: &Path, error: &io::Error) -> Trouble {
        match error
            .raw_os_error()
            .map(rustix::io::Errno::from_raw_os_error)
        {
            Some(rustix::io::Errno::LOOP) => insecure(path, "is a link", "rm"),
            Some(rustix::io::Errno::NXIO) => insecure(path, "is not a file", "rm"),
            Some(rustix::io::Errno::ISDIR) => insecure(path, "is a directory", "rm -r"),
            _ => unavailable(path, error),
        }
    }

    /// Whether the directory is there, and refuses it if others could put something into it.
    pub(in super::super) fn check_directory(path: &Path) -> Result<bool, Trouble> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(unavailable(path, &error)),
        };
        if metadata.is_symlink() {
            return Err(insecure(path, "is a link", "rm"));
        }
        if !metadata.is_dir() {
            return Err(Trouble::Unavailable(format!(
                "{}: it is not a directory",
                path.display()
            )));
        }
        check_owner(path, &metadata, || {
            "name a directory of your own in ALB_CREDENTIAL_CACHE".into()
        })?;
        if metadata.mode() & 0o022 != 0 {
            return Err(insecure(path, "can be written by others", "chmod 700"));
        }
        Ok(true)
    }

    /// The file's length, unless it is no plain file of ours that is closed to others.
    pub(in super::super) fn check_file(file: &File, path: &Path) -> Result<u64, Trouble> {
        let metadata = file.metadata().map_err(|error| unavailable(path, &error))?;
        if !metadata.is_file() {
            return Err(insecure(path, "is not a file", "rm -r"));
        }
        // Whoever owns the directory can remove it, as after a call with sudo.
        check_owner(path, &metadata, || format!("rm {}", path.display()))?;
        if metadata.mode() & 0o077 != 0 {
            return Err(insecure(path, "is open to others", "rm"));
        }
        Ok(metadata.len())
    }

    /// Who this process is. It stays so, and is asked for with every file.
    fn user() -> u32 {
        static USER: OnceLock<u32> = OnceLock::new();
        *USER.get_or_init(|| rustix::process::geteuid().as_raw())
    }

    fn check_owner(
        path: &Path,
        metadata: &Metadata,
        mend: impl Fn() -> String,
    ) -> Result<(), Trouble> {
        if metadata.uid() == user() {
            return Ok(());
        }
        let error = Error::usage(format!(
            "the cache is refused: {} belongs to another user",
            path.display()
        ));
        Err(Trouble::Insecure(error.hint(mend())))
    }

    fn insecure(path: &Path, what: &str, mend: &str) -> Trouble {
        let error = Error::usage(format!("the cache is refused: {} {what}", path.display()));
        Trouble::Insecure(error.hint(format!("{mend} {}", path.display())))
    }
}

/// Elsewhere a file inherits the protection of the user's own directories.
#[cfg(not(unix))]
mod elsewhere {
    use std::fs::{self, File, OpenOptions};
    use std::io;
    use std::path::Path;

    use crate::store::Trouble;
    use crate::store::file::unavailable;

    pub(in super::super) fn create_directory(path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    pub(in super::super) fn create_directories(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    pub(in super::super) fn is_same(one: &Path, other: &Path) -> bool {
        let whole = |path| fs::canonicalize(path).ok();
        whole(one).is_some_and(|one| whole(other) == Some(one))
    }

    pub(in super::super) fn keeps_others_from_renaming(path: &Path) -> bool {
        path.is_dir()
    }

    pub(in super::super) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
        options.open(path)
    }

    pub(in super::super) fn judge_open(path: &Path, error: &io::Error) -> Trouble {
        unavailable(path, error)
    }

    pub(in super::super) fn check_directory(path: &Path) -> Result<bool, Trouble> {
        path.try_exists().map_err(|error| unavailable(path, &error))
    }

    pub(in super::super) fn check_file(file: &File, path: &Path) -> Result<u64, Trouble> {
        file.metadata()
            .map(|metadata| metadata.len())
            .map_err(|error| unavailable(path, &error))
    }
}

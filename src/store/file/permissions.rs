//! Whose a file is and who else may use it, where the system has such a thing.

#[cfg(unix)]
pub(crate) use unix::{
    check_above, check_directory, check_file, create_directories, create_directory, is_same,
    judge_open, keeps_others_from_renaming, open,
};

#[cfg(not(unix))]
pub(crate) use elsewhere::{
    check_above, check_directory, check_file, create_directories, create_directory, is_same,
    judge_open, keeps_others_from_renaming, open,
};

#[cfg(unix)]
mod unix {
    use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
    use std::path::Path;
    use std::sync::OnceLock;

    use rustix::fs::OFlags;

    use crate::file_owner::lets_others_rename;
    use crate::paths;
    use crate::store::error::{StoreError, shown, shown_typed};

    /// Creates a directory that only its owner can use.
    pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(path)
    }

    /// Creates what is missing of a directory and of those above it, each for its owner alone.
    pub(crate) fn create_directories(path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).recursive(true).create(path)
    }

    /// Returns whether two names lead to one directory.
    pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
        let identity = |path| {
            fs::metadata(path)
                .ok()
                .map(|metadata| (metadata.dev(), metadata.ino()))
        };
        identity(one).is_some_and(|one| identity(other) == Some(one))
    }

    /// In a directory with this bit, only its owner and a file's own can rename or remove the file.
    const STICKY: u32 = 0o1000;

    /// Returns whether nobody but this user and root can rename or remove what this user makes in a directory.
    pub(crate) fn keeps_others_from_renaming(path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|metadata| {
            let mode = metadata.mode();
            let is_trusted = [0, user()].contains(&metadata.uid());
            metadata.is_dir() && is_trusted && (mode & 0o022 == 0 || mode & STICKY != 0)
        })
    }

    /// Refuses a directory that others could rename, because they can write one above it: they could take it away with all
    /// that it remembers, or put theirs in its place. This process's own group is no other.
    pub(crate) fn check_above(path: &Path) -> Result<(), StoreError> {
        let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let open = whole.ancestors().skip(1).find_map(|above| {
            let metadata = fs::metadata(above).ok()?;
            lets_others_rename(&metadata).then_some((above, metadata))
        });
        let Some((above, metadata)) = open else {
            return Ok(());
        };
        let mend = match [0, metadata.uid()].contains(&user()) {
            true => format!("chmod go-w {}", shown_typed(above)),
            false => OWN_DIRECTORY.to_owned(),
        };
        let (path, above) = (shown(path), shown(above));
        Err(StoreError::Insecure {
            what: format!("{path} can be renamed by others, who can write {above}"),
            mend,
        })
    }

    /// The remedy for a directory that this user cannot change.
    const OWN_DIRECTORY: &str = "name a directory of your own in ALB_CREDENTIAL_CACHE";

    /// Opens a file that is private from birth, follows no link, and does not hang on what is no file.
    pub(crate) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options
            .mode(0o600)
            .custom_flags(flags.bits().cast_signed())
            .open(path)
    }

    /// Why a file that is there could not be opened.
    pub(crate) fn judge_open(path: &Path, error: &io::Error) -> StoreError {
        match error
            .raw_os_error()
            .map(rustix::io::Errno::from_raw_os_error)
        {
            Some(rustix::io::Errno::LOOP) => StoreError::insecure(path, "is a link", "rm"),
            Some(rustix::io::Errno::NXIO) => StoreError::insecure(path, "is not a file", "rm"),
            Some(rustix::io::Errno::ISDIR) => StoreError::insecure(path, "is a directory", "rm -r"),
            _ => StoreError::at(path, error),
        }
    }

    /// Returns whether the directory is there, and refuses it if others could put something into it.
    pub(crate) fn check_directory(path: &Path) -> Result<bool, StoreError> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(StoreError::at(path, &error)),
        };
        if metadata.is_symlink() {
            return Err(StoreError::insecure(path, "is a link", "rm"));
        }
        if !metadata.is_dir() {
            return Err(StoreError::unavailable(path, "it is not a directory"));
        }
        check_owner(path, &metadata, || match is_left_by_root(path, &metadata) {
            // As after a call with sudo.
            true => format!("sudo chown -R {} {}", paths::user_name(), shown_typed(path)),
            false => OWN_DIRECTORY.into(),
        })?;
        if metadata.mode() & 0o022 != 0 {
            return Err(StoreError::insecure(
                path,
                "can be written by others",
                "chmod 700",
            ));
        }
        Ok(true)
    }

    /// Returns the system's facts about the file, unless it is no plain file of ours that is closed to others.
    pub(crate) fn check_file(file: &File, path: &Path) -> Result<Metadata, StoreError> {
        let metadata = file
            .metadata()
            .map_err(|error| StoreError::at(path, &error))?;
        if !metadata.is_file() {
            return Err(StoreError::insecure(path, "is not a file", "rm -r"));
        }
        // The owner of the directory can remove it, as after a call with sudo.
        check_owner(path, &metadata, || format!("rm {}", shown_typed(path)))?;
        if metadata.mode() & 0o077 != 0 {
            return Err(StoreError::insecure(path, "is open to others", "rm"));
        }
        Ok(metadata)
    }

    /// Returns the user of this process. It stays the same, and is asked for with every file.
    fn user() -> u32 {
        static USER: OnceLock<u32> = OnceLock::new();
        *USER.get_or_init(|| rustix::process::geteuid().as_raw())
    }

    fn check_owner(
        path: &Path,
        metadata: &Metadata,
        mend: impl Fn() -> String,
    ) -> Result<(), StoreError> {
        if metadata.uid() == user() {
            return Ok(());
        }
        Err(StoreError::Insecure {
            what: format!("{} belongs to another user", shown(path)),
            mend: mend(),
        })
    }

    /// Returns whether this is root's directory below one of this user's own.
    fn is_left_by_root(path: &Path, metadata: &Metadata) -> bool {
        let is_own = |above: &Path| fs::metadata(above).is_ok_and(|above| above.uid() == user());
        metadata.uid() == 0 && path.ancestors().skip(1).any(is_own)
    }
}

/// Elsewhere a file inherits the protection of the user's own directories.
#[cfg(not(unix))]
mod elsewhere {
    use std::fs::{self, File, OpenOptions};
    use std::io;
    use std::path::Path;

    use crate::store::error::StoreError;

    pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    pub(crate) fn create_directories(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
        let whole = |path| fs::canonicalize(path).ok();
        whole(one).is_some_and(|one| whole(other) == Some(one))
    }

    pub(crate) fn keeps_others_from_renaming(path: &Path) -> bool {
        path.is_dir()
    }

    #[expect(clippy::unnecessary_wraps, reason = "this can fail on Unix")]
    pub(crate) fn check_above(_path: &Path) -> Result<(), StoreError> {
        Ok(())
    }

    pub(crate) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
        options.open(path)
    }

    pub(crate) fn judge_open(path: &Path, error: &io::Error) -> StoreError {
        StoreError::at(path, error)
    }

    pub(crate) fn check_directory(path: &Path) -> Result<bool, StoreError> {
        path.try_exists()
            .map_err(|error| StoreError::at(path, &error))
    }

    pub(crate) fn check_file(file: &File, path: &Path) -> Result<fs::Metadata, StoreError> {
        file.metadata()
            .map_err(|error| StoreError::at(path, &error))
    }
}

//! The private directory of a command: holds files for the command, and is removed when the command has ended.
//!
//! The owner of a directory holds the lock on a file in it, and the kernel releases the lock when the owner dies. So a directory
//! whose lock can be taken belongs to nobody, and the next process removes it. One race is left: the owner may have made the
//! directory a moment ago, and not have locked it yet. So a process renames a directory before it removes it, and an owner that
//! has taken the lock looks whether the directory still has its name. If it has, nobody can rename it any more; if not, the
//! owner makes another one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::secret::{Secret, random_hex};
use crate::size_limit;
use crate::store::StoreError;
use crate::store::file::{self, lock, permissions};

/// The directory for the commands of `exec`, below the runtime or the cache directory: it has one for each that runs.
const COMMANDS: &str = "exec";
/// The one for the copies of `config edit`.
const EDITS: &str = "edit";
/// In a private directory: the file that is locked as long as the command may use the others.
const LOCK: &str = "lock";

/// How often to try again if other processes interfere.
const ATTEMPTS: usize = 100;

/// The places for private directories.
#[derive(Debug)]
pub(crate) struct PrivateDirs {
    /// The name of the directory that has them all, in each place.
    name: &'static str,
    /// The best one first.
    places: Vec<PathBuf>,
}

impl PrivateDirs {
    /// Prefers the `runtime` directory, if its parent exists and is the user's own, to the `cache` directory.
    pub(crate) fn new(runtime: Option<PathBuf>, cache: Option<PathBuf>) -> Self {
        let is_ours = |runtime: &PathBuf| {
            let above = runtime.parent();
            above.is_some_and(|above| matches!(permissions::check_directory(above), Ok(true)))
        };
        let runtime = runtime.filter(is_ours);
        Self {
            name: COMMANDS,
            places: [runtime, cache].into_iter().flatten().collect(),
        }
    }

    /// The same for copies that a person edits. Prefers the `cache` directory, which outlives the end of the session.
    pub(crate) fn of_edits(runtime: Option<PathBuf>, cache: Option<PathBuf>) -> Self {
        let mut dirs = Self::new(runtime, cache);
        dirs.name = EDITS;
        dirs.places.reverse();
        dirs
    }

    /// Makes a private directory with `files` (names with contents), in the first place where that succeeds.
    pub(crate) fn make(&self, files: &[(&str, &Secret)]) -> Result<PrivateDir> {
        let mut causes = Vec::new();
        for place in &self.places {
            match self.make_in(place, files) {
                Ok(made) => return Ok(made),
                Err(error) => causes.push(error.reason()),
            }
        }
        let error = Error::new(Kind::Other, "there is no place for private files");
        Err(causes.into_iter().fold(error, Error::caused_by))
    }

    fn make_in(&self, place: &Path, files: &[(&str, &Secret)]) -> Result<PrivateDir, StoreError> {
        let within = place.join(self.name);
        file::create(place)?;
        file::create(&within)?;
        let made = own(&within)?;
        for (name, content) in files {
            let path = made.path(name);
            permissions::open(OpenOptions::new().write(true).create_new(true), &path)
                .and_then(|mut file| {
                    size_limit::expect_errors();
                    file.write_all(content.expose().as_bytes())
                })
                .map_err(|error| StoreError::at(&path, &error))?;
        }
        Ok(made)
    }

    /// Removes the directories of owners that were killed. A directory that cannot be removed stays until the next sweep.
    pub(crate) fn sweep(&self) {
        self.sweep_but(|_| false);
    }

    /// The same, but leaves a directory of which `is_kept` says so.
    pub(crate) fn sweep_but(&self, mut is_kept: impl FnMut(&Path) -> bool) {
        for place in &self.places {
            let place = place.join(self.name);
            if !matches!(permissions::check_directory(&place), Ok(true)) {
                continue;
            }
            let directories = fs::read_dir(&place).into_iter().flatten().flatten();
            for directory in directories.map(|entry| entry.path()) {
                if is_private_dir(&directory) {
                    let _ = remove_dead(&directory, &mut is_kept);
                }
            }
        }
    }
}

/// A private directory. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct PrivateDir {
    directory: PathBuf,
    /// Locked as long as it is open.
    lock: Option<File>,
}

impl PrivateDir {
    /// Returns the path of the file called `name`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Removes the directory with its files. A second call is no error.
    pub(crate) fn remove(&mut self) -> io::Result<()> {
        // A directory that cannot be renamed may still be removable.
        let path = set_aside(&self.directory).unwrap_or_else(|_| self.directory.clone());
        drop(self.lock.take());
        remove_all(&path)
    }
}

impl Drop for PrivateDir {
    fn drop(&mut self) {
        let _ = self.remove();
    }
}

/// Makes a directory and locks it.
fn own(within: &Path) -> Result<PrivateDir, StoreError> {
    for _ in 0..ATTEMPTS {
        let directory = within.join(random_hex());
        permissions::create_directory(&directory)
            .map_err(|error| StoreError::at(&directory, &error))?;
        match locked(&directory, true) {
            Ok(Some(lock)) if is_there(&directory) => {
                return Ok(PrivateDir {
                    directory,
                    lock: Some(lock),
                });
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let _ = fs::remove_dir_all(&directory);
                return Err(StoreError::at(&directory, &error));
            }
            // Another process took it for a dead owner's directory.
            _ => {}
        }
    }
    let why = "other processes remove what is made there";
    Err(StoreError::unavailable(within, why))
}

/// Takes the lock of a directory. `None` if another process holds it. `create` makes the lock file if there is none.
fn locked(directory: &Path, create: bool) -> io::Result<Option<File>> {
    let path = directory.join(LOCK);
    let mut options = OpenOptions::new();
    let file = permissions::open(options.read(true).write(true).create(create), &path)?;
    Ok(lock::try_lock(&file)?.then_some(file))
}

fn is_there(directory: &Path) -> bool {
    directory.join(LOCK).exists()
}

/// Returns whether this is the name of a private directory, or of one under removal.
fn is_private_dir(directory: &Path) -> bool {
    let name = directory.file_stem().and_then(|name| name.to_str());
    let is_random = |name: &str| name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let is_whole = directory.extension().is_none();
    name.is_some_and(is_random) && (is_whole || of_the_dead(directory) == directory)
}

/// Removes a directory, unless its owner lives, it belongs to another user, or it `is_kept`.
fn remove_dead(directory: &Path, is_kept: &mut dyn FnMut(&Path) -> bool) -> io::Result<()> {
    if !matches!(permissions::check_directory(directory), Ok(true)) {
        return Ok(());
    }
    // Nobody makes a lock file in a directory that is being removed, or it would never become empty.
    let is_whole = directory.extension().is_none();
    let lock = match locked(directory, is_whole) {
        Ok(None) => return Ok(()),
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if is_whole && is_kept(directory) {
        return Ok(());
    }
    let path = set_aside(directory)?;
    // Some systems cannot remove an open file.
    drop(lock);
    remove_all(&path)
}

/// Renames a directory together with its lock file, so that its owner no longer finds it. Returns the new path.
fn set_aside(directory: &Path) -> io::Result<PathBuf> {
    let dead = of_the_dead(directory);
    fs::rename(directory, &dead).map(|()| dead)
}

/// Returns the path that a directory has while it is being removed.
fn of_the_dead(directory: &Path) -> PathBuf {
    directory.with_extension("dead")
}

/// Removes a directory. Other processes may be removing it too.
fn remove_all(path: &Path) -> io::Result<()> {
    let mut last = Ok(());
    for _ in 0..ATTEMPTS {
        last = fs::remove_dir_all(path);
        if last.is_ok() || fs::symlink_metadata(path).is_err() {
            return Ok(());
        }
    }
    last
}

#[cfg(all(test, unix))]
mod tests;

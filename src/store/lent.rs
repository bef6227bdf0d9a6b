//! Files that are lent to a command: a private directory for each, gone when the command has ended.
//!
//! The owner of a directory holds the lock on a file in it. The kernel releases that when the owner dies, so a directory
//! whose lock can be taken belongs to nobody, and whoever comes next removes it. It may also be one whose owner has made
//! it a moment ago and has not locked it yet. So a directory is renamed before it is removed, and an owner who has taken
//! the lock looks whether it is still where it was made: it is the owner's then, because nobody can rename it any more;
//! else the owner makes another one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Trouble, file, lock, private};
use crate::error::{Error, Kind, Result};
use crate::paths;
use crate::secret::{Secret, random_hex};

/// How often something is tried again that others were in the way of.
const ATTEMPTS: usize = 100;

/// Where files can be lent.
#[derive(Debug)]
pub(crate) struct Lender {
    /// The directories for lent directories, the best one first.
    places: Vec<PathBuf>,
}

impl Lender {
    /// Lends in the `runtime` directory, where what is above it is there and the user's own; else in the `cache`
    /// directory.
    pub(crate) fn new(runtime: Option<PathBuf>, cache: Option<PathBuf>) -> Self {
        let is_ours = |runtime: &PathBuf| {
            let above = runtime.parent();
            above.is_some_and(|above| matches!(private::check_directory(above), Ok(true)))
        };
        let runtime = runtime.filter(is_ours);
        Self {
            places: [runtime, cache].into_iter().flatten().collect(),
        }
    }

    /// Lends `files`, names with contents, in the first place where it can be done.
    pub(crate) fn lend(&self, files: &[(&str, &Secret)]) -> Result<Lent> {
        let mut causes = Vec::new();
        for place in &self.places {
            match lend_in(place, files) {
                Ok(lent) => return Ok(lent),
                Err(trouble) => causes.push(trouble),
            }
        }
        let error = Error::new(Kind::Other, "there is no place for private files");
        Err(causes.into_iter().fold(error, |error, cause| match cause {
            Trouble::Unavailable(cause) => error.caused_by(cause),
            Trouble::Insecure(cause) | Trouble::Busy(cause) => error.caused_by(cause.message),
        }))
    }

    /// Removes what owners have left who were killed. What cannot be removed stays until the next time.
    pub(crate) fn sweep(&self) {
        for place in &self.places {
            let place = place.join(paths::LENT);
            if !matches!(private::check_directory(&place), Ok(true)) {
                continue;
            }
            let directories = fs::read_dir(&place).into_iter().flatten().flatten();
            for directory in directories.map(|entry| entry.path()) {
                if is_lent(&directory) {
                    let _ = remove_dead(&directory);
                }
            }
        }
    }
}

/// A lent directory. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Lent {
    directory: PathBuf,
    /// Locked as long as it is open.
    lock: Option<File>,
}

impl Lent {
    /// The path of the file called `name`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Removes the directory with all that is in it; again is no error.
    pub(crate) fn take_back(&mut self) -> io::Result<()> {
        // Where it cannot be renamed, it may still be removed.
        let path = set_aside(&self.directory).unwrap_or_else(|_| self.directory.clone());
        drop(self.lock.take());
        remove_all(&path)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let _ = self.take_back();
    }
}

fn lend_in(place: &Path, files: &[(&str, &Secret)]) -> Result<Lent, Trouble> {
    let within = place.join(paths::LENT);
    file::create(place)?;
    file::create(&within)?;
    let lent = own(&within)?;
    for (name, content) in files {
        let path = lent.path(name);
        private::open(OpenOptions::new().write(true).create_new(true), &path)
            .and_then(|mut file| file.write_all(content.expose().as_bytes()))
            .map_err(|error| file::unavailable(&path, &error))?;
    }
    Ok(lent)
}

/// A new directory, locked.
fn own(within: &Path) -> Result<Lent, Trouble> {
    for _ in 0..ATTEMPTS {
        let directory = within.join(random_hex());
        private::create_directory(&directory)
            .map_err(|error| file::unavailable(&directory, &error))?;
        match locked(&directory, true) {
            Ok(Some(lock)) if is_there(&directory) => {
                return Ok(Lent {
                    directory,
                    lock: Some(lock),
                });
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let _ = fs::remove_dir_all(&directory);
                return Err(file::unavailable(&directory, &error));
            }
            // It was taken for a dead process's.
            _ => {}
        }
    }
    let why = "other processes remove what is made there";
    Err(Trouble::Unavailable(format!("{}: {why}", within.display())))
}

/// The lock of a directory, if nobody else has it; made first, where `create` says so.
fn locked(directory: &Path, create: bool) -> io::Result<Option<File>> {
    let path = directory.join(paths::LENT_LOCK);
    let mut options = OpenOptions::new();
    let file = private::open(options.read(true).write(true).create(create), &path)?;
    Ok(lock::is_taken_at_once(&file)?.then_some(file))
}

fn is_there(directory: &Path) -> bool {
    directory.join(paths::LENT_LOCK).exists()
}

/// Whether this is the name of a lent directory, or of one that somebody is removing.
fn is_lent(directory: &Path) -> bool {
    let name = directory.file_stem().and_then(|name| name.to_str());
    let is_random = |name: &str| name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let is_whole = directory.extension().is_none();
    name.is_some_and(is_random) && (is_whole || paths::lent_by_the_dead(directory) == directory)
}

/// Removes a directory, unless its owner lives, or it is no directory of this user's.
fn remove_dead(directory: &Path) -> io::Result<()> {
    if !matches!(private::check_directory(directory), Ok(true)) {
        return Ok(());
    }
    // In one that is being removed already, nobody makes a lock, or it would never be empty.
    let is_whole = directory.extension().is_none();
    let lock = match locked(directory, is_whole) {
        Ok(None) => return Ok(()),
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let path = set_aside(directory)?;
    // Some systems remove no file that is open.
    drop(lock);
    remove_all(&path)
}

/// Renames a directory by its lock, so that no owner finds it any more.
fn set_aside(directory: &Path) -> io::Result<PathBuf> {
    let dead = paths::lent_by_the_dead(directory);
    fs::rename(directory, &dead).map(|()| dead)
}

/// Removes a directory. Others may be at it too.
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

//! The store of files: one directory that only its owner can use, one file a record, one lock beside it.
//!
//! Readers take no lock: a record is replaced whole, by renaming a finished file over it, so a reader sees the old
//! one or the new one. Writers hold the claim, an exclusive lock on the record's `.lock` file, which is never
//! deleted (a deleted lock file can be locked by two processes at once) and which the kernel releases when its
//! holder dies. The format's version is part of the record's name, so an older and a newer program never touch each
//! other's records.

mod listing;
pub(crate) mod lock;
pub(crate) mod permissions;
mod replace;

use std::cell::Cell;
use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use self::lock::Lock;
use self::replace::{remove, replace, write};
use super::claims::{Claim, Claims, WaitPolicy};
use super::error::{StoreError, shown, shown_typed};
use super::key::Name;
use super::records::Records;
use crate::atomic_file;
use crate::clock;
use crate::secret::Secret;

/// The end of every record's file name, with the version of the format.
const RECORD: &str = ".v2.json";
/// The end of the file name of a record of the format's first version.
const FORMER: &str = ".v1.json";
/// The end of an unfinished record's file name.
const UNFINISHED: &str = ".tmp";
/// The end of the name of the file that the holder of the claim on a record locks.
const LOCK: &str = ".lock";
/// A record is a few dozen KiB at most; a larger file is none.
const LARGEST: u64 = 1 << 20;

/// Records and claims as files in one directory.
#[derive(Debug, Clone)]
pub(crate) struct FileStore {
    /// `None` where this user has no place for it.
    directory: Option<PathBuf>,
    /// Set once the directory was found to be there and nobody else's. It is looked at once, and again with each claim.
    is_sound: Cell<bool>,
    /// When the record that was read last was written, or last compared with what it is a copy of.
    modified: Cell<Option<SystemTime>>,
}

impl FileStore {
    /// A store in `directory`, which is created when something is first claimed there.
    pub(crate) fn new(directory: Option<PathBuf>) -> Self {
        Self {
            directory,
            is_sound: Cell::new(false),
            modified: Cell::default(),
        }
    }

    /// The directory, if there is a place for one; it need not be there yet.
    pub(super) fn directory(&self) -> Result<&Path, StoreError> {
        let directory = self.directory.as_deref();
        directory.ok_or_else(|| {
            StoreError::Unavailable("there is no home directory for the cache".into())
        })
    }

    /// The path of the record called `name`.
    pub(super) fn path(&self, name: &Name) -> Result<PathBuf, StoreError> {
        self.beside(name, RECORD)
    }

    /// The path of the record of the format's first version called `name`.
    pub(super) fn former_path(&self, name: &Name) -> Result<PathBuf, StoreError> {
        self.beside(name, FORMER)
    }

    /// The path of the file beside the record called `name` that has another `end`.
    fn beside(&self, name: &Name, end: &str) -> Result<PathBuf, StoreError> {
        Ok(self.directory()?.join(format!("{name}{end}")))
    }

    /// The text of the file called `name` that has this `end`.
    pub(super) fn text(&self, name: &Name, end: &str) -> Result<Option<Secret>, StoreError> {
        let Ok(directory) = self.directory() else {
            return Ok(None);
        };
        if !self.is_sound.get() && !permissions::check_directory(directory)? {
            return Ok(None);
        }
        self.is_sound.set(true);
        let path = directory.join(format!("{name}{end}"));
        let mut file = match permissions::open(OpenOptions::new().read(true), &path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(permissions::judge_open(&path, &error)),
        };
        let metadata = permissions::check_file(&file, &path)?;
        let length = metadata.len().min(LARGEST);
        self.modified.set(metadata.modified().ok());
        let mut text = String::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
        // A record never grows: it is replaced. Bytes that are no text are a broken record, and a broken record is none.
        let read = Read::by_ref(&mut file)
            .take(length)
            .read_to_string(&mut text);
        match read {
            Ok(_) => Ok(Some(Secret::new(text))),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Ok(Some(Secret::new(String::new())))
            }
            Err(error) => Err(StoreError::at(&path, &error)),
        }
    }

    /// Removes the file called `name` that has this `end`, if it is there: one that can always be made again.
    pub(super) fn remove_unclaimed(&self, name: &Name, end: &str) {
        if let Ok(path) = self.beside(name, end) {
            let _ = fs::remove_file(path);
        }
    }

    /// Records that the record called `name` is compared now.
    pub(super) fn look_at(&self, name: &Name) {
        let file = self
            .path(name)
            .ok()
            .and_then(|path| permissions::open(OpenOptions::new().write(true), &path).ok());
        if let Some(file) = file {
            let _ = file.set_modified(clock::now().into());
        }
    }

    /// Replaces the file called `name` that has this `end`, without a claim and without a flush: for what can always be
    /// made again, and can tell that it is not whole.
    pub(super) fn put_unclaimed(
        &self,
        name: &Name,
        end: &str,
        text: &Secret,
    ) -> Result<(), StoreError> {
        create(self.directory()?)?;
        let path = self.beside(name, end)?;
        let unfinished = atomic_file::unfinished(&path);
        write(&unfinished, text.expose().as_bytes())
            .and_then(|_| fs::rename(&unfinished, &path))
            .map_err(|error| {
                let _ = fs::remove_file(&unfinished);
                StoreError::at(&path, &error)
            })
    }
}

impl Records for FileStore {
    fn check(&self) -> Result<(), StoreError> {
        self.files().map(|_| ())
    }

    fn read(&self, name: &Name) -> Result<Option<Secret>, StoreError> {
        self.text(name, RECORD)
    }

    fn read_former(&self, name: &Name) -> Result<Option<Secret>, StoreError> {
        self.text(name, FORMER)
    }

    fn write(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), StoreError> {
        let path = self.path(claim.name())?;
        // One name for the unfinished file: what a killed writer left is in the way of nobody but the next one.
        let unfinished = self.beside(claim.name(), UNFINISHED)?;
        let Some(text) = text else {
            return remove(&unfinished)
                .and_then(|()| remove(&path))
                .map_err(|error| StoreError::at(&path, &error));
        };
        if text.expose().len() as u64 >= LARGEST {
            let why = "it would be larger than a record can be";
            return Err(StoreError::unavailable(&path, why));
        }
        replace(&path, &unfinished, text.expose().as_bytes()).map_err(|error| {
            let _ = fs::remove_file(&unfinished);
            match unfinished.is_dir() {
                // Nothing else is left there by the removal, whatever it was.
                true => in_the_way(&unfinished),
                false => StoreError::at(&path, &error),
            }
        })
    }

    fn names(&self) -> Result<Vec<Name>, StoreError> {
        self.names_with(&[RECORD, UNFINISHED])
    }

    fn modified(&self) -> Option<SystemTime> {
        self.modified.get()
    }
}

impl Claims for FileStore {
    fn claim(&self, name: &Name, policy: &WaitPolicy) -> Result<Claim, StoreError> {
        let directory = self.directory()?;
        create(directory)?;
        permissions::check_above(directory)?;
        let path = self.beside(name, LOCK)?;
        let mut options = OpenOptions::new();
        let file = permissions::open(options.read(true).write(true).create(true), &path)
            .map_err(|error| permissions::judge_open(&path, &error))?;
        permissions::check_file(&file, &path)?;
        let lock = Lock::take(file, &path, policy)?;
        Ok(Claim::new(name.clone(), Box::new(lock)))
    }
}

/// Creates a directory, private from birth, with what is missing above it. An existing one has to be as private.
pub(crate) fn create(directory: &Path) -> Result<(), StoreError> {
    if !directory.exists() {
        if let Some(parent) = directory.parent() {
            permissions::create_directories(parent)
                .map_err(|error| StoreError::at(parent, &error))?;
        }
        match permissions::create_directory(directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(StoreError::at(directory, &error));
            }
            _ => {}
        }
    }
    permissions::check_directory(directory).map(|_| ())
}

/// The store cannot be used because somebody has made a directory of that name.
fn in_the_way(path: &Path) -> StoreError {
    let (path, typed) = (shown(path), shown_typed(path));
    StoreError::Unavailable(format!("{path}: it is a directory (rm -r {typed})"))
}

//! The store of files: one directory that only its owner can use, one file a record, one lock beside it.
//!
//! Readers take no lock: a record is replaced whole, by renaming a finished file over it, so a reader sees the old
//! one or the new one. Writers hold the claim, an exclusive lock on the record's `.lock` file, which is never
//! deleted (a deleted lock file can be locked by two processes at once) and which the kernel releases when its
//! holder dies. The format's version is part of the record's name, so an older and a newer program never touch each
//! other's records.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use super::lock::Lock;
use super::{Claim, Name, Patience, Store, Trouble, VERSION, private};
use crate::atomic_file;
use crate::secret::Secret;

/// The end of an unfinished record's file name.
const UNFINISHED: &str = ".tmp";
/// The end of the name of the file that is locked by whoever holds the claim on a record.
const LOCK: &str = ".lock";
/// The end of the name of a cookie file that was made of a record.
pub(super) const COOKIE_FILE: &str = ".cookies";
/// The end of a bookmark's file name, with the version of its format.
const BOOKMARK: &str = ".v1.bookmark";
/// A record is a few dozen KiB at most; what is larger is not one of ours.
const LARGEST: u64 = 1 << 20;

/// Records as files in one directory.
#[derive(Debug)]
pub(crate) struct FileStore {
    /// `None` where this user has no place for it.
    pub(super) directory: Option<PathBuf>,
    /// Whether the directory was found to be there and nobody else's. It is looked at once, and again with each claim.
    is_sound: Cell<bool>,
}

impl FileStore {
    /// A store in `directory`, which is created when something is first claimed there.
    pub(crate) fn new(directory: Option<PathBuf>) -> Self {
        Self {
            directory,
            is_sound: Cell::new(false),
        }
    }

    fn directory(&self) -> Result<&Path, Trouble> {
        self.directory
            .as_deref()
            .ok_or_else(|| Trouble::Unavailable("there is no home directory for the cache".into()))
    }

    /// Removes the record that is claimed, and nothing else.
    pub(super) fn remove_record(&self, claim: &Claim) -> Result<(), Trouble> {
        let unfinished = format!("{}{UNFINISHED}", claim.name.0);
        for path in [
            self.directory()?.join(unfinished),
            self.record(&claim.name)?,
        ] {
            remove(&path).map_err(|error| unavailable(&path, &error))?;
        }
        Ok(())
    }

    /// The names of all records that have ever been claimed here.
    pub(super) fn claimed(&self) -> Result<Vec<Name>, Trouble> {
        let files = self.file_names()?.into_iter();
        let names = files.filter_map(|file| Some(Name(file.strip_suffix(LOCK)?.to_owned())));
        Ok(names.collect())
    }

    fn file_names(&self) -> Result<Vec<String>, Trouble> {
        let Ok(directory) = self.directory() else {
            return Ok(Vec::new());
        };
        if !private::check_directory(directory)? {
            return Ok(Vec::new());
        }
        let files = fs::read_dir(directory).map_err(|error| unavailable(directory, &error))?;
        let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        Ok(names.collect())
    }

    /// The file of the record called `name`.
    pub(super) fn record(&self, name: &Name) -> Result<PathBuf, Trouble> {
        Ok(self.directory()?.join(format!("{}{}", name.0, suffix())))
    }

    /// The text of the file of `name` that ends in `suffix`.
    fn text(&self, name: &Name, suffix: &str) -> Result<Option<Secret>, Trouble> {
        let Ok(directory) = self.directory() else {
            return Ok(None);
        };
        if !self.is_sound.get() && !private::check_directory(directory)? {
            return Ok(None);
        }
        self.is_sound.set(true);
        let path = directory.join(format!("{}{suffix}", name.0));
        let mut file = match private::open(OpenOptions::new().read(true), &path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(private::judge_open(&path, &error)),
        };
        let length = private::check_file(&file, &path)?;
        let length = length.min(LARGEST);
        let mut text = zeroize::Zeroizing::new(String::with_capacity(
            usize::try_from(length).unwrap_or(0) + 1,
        ));
        // A record never grows: it is replaced. What cannot be read as text is broken, and a broken record is none.
        let read = Read::by_ref(&mut file)
            .take(length)
            .read_to_string(&mut text);
        Ok(read
            .is_ok()
            .then(|| Secret::new(std::mem::take(&mut *text))))
    }

    /// The text of the bookmark that is kept as `place`, if there is one.
    pub(crate) fn bookmark(&self, place: &Name) -> Option<Secret> {
        self.text(place, BOOKMARK).ok()?
    }

    /// Keeps a bookmark. No claim and no disk is waited for: it can always be made again, and one that is not whole is none.
    pub(crate) fn keep_bookmark(&self, place: &Name, text: &Secret) -> Result<(), Trouble> {
        let directory = self.create()?;
        let path = directory.join(format!("{}{BOOKMARK}", place.0));
        let unfinished = atomic_file::unfinished(&path);
        write(&unfinished, text.expose().as_bytes())
            .and_then(|_| fs::rename(&unfinished, &path))
            .map_err(|error| {
                let _ = fs::remove_file(&unfinished);
                unavailable(&path, &error)
            })
    }

    fn create(&self) -> Result<&Path, Trouble> {
        let directory = self.directory()?;
        create(directory)?;
        Ok(directory)
    }
}

impl Store for FileStore {
    fn read(&self, name: &Name) -> Result<Option<Secret>, Trouble> {
        self.text(name, &suffix())
    }

    fn claim(&self, name: &Name, patience: &Patience) -> Result<Claim, Trouble> {
        let path = self.create()?.join(format!("{}{LOCK}", name.0));
        let file = private::open(
            OpenOptions::new().read(true).write(true).create(true),
            &path,
        )
        .map_err(|error| private::judge_open(&path, &error))?;
        private::check_file(&file, &path)?;
        let lock = Lock::take(file, &path, patience)?;
        Ok(Claim {
            name: name.clone(),
            left: lock.left.clone(),
            guard: Box::new(lock),
        })
    }

    fn write(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), Trouble> {
        let path = self.record(&claim.name)?;
        if text.is_some_and(|text| text.expose().len() as u64 >= LARGEST) {
            return Err(Trouble::Unavailable(format!(
                "{}: it would be larger than a record can be",
                path.display()
            )));
        }
        // One name for the unfinished file: what a killed writer left is in the way of nobody but the next one.
        let unfinished = self
            .directory()?
            .join(format!("{}{UNFINISHED}", claim.name.0));
        let Some(text) = text else {
            let made_of_it = self
                .directory()?
                .join(format!("{}{COOKIE_FILE}", claim.name.0));
            let half_made = atomic_file::unfinished(&made_of_it);
            let mut all = [&unfinished, &made_of_it, &half_made, &path].into_iter();
            return all
                .try_for_each(|path| remove(path))
                .map_err(|error| unavailable(&path, &error));
        };
        replace(&path, &unfinished, text.expose().as_bytes()).map_err(|error| {
            let _ = fs::remove_file(&unfinished);
            match unfinished.is_dir() {
                // Nothing else is left there by the removal, whatever it was.
                true => in_the_way(&unfinished),
                false => unavailable(&path, &error),
            }
        })
    }

    fn names(&self) -> Result<Vec<Name>, Trouble> {
        let names = self.file_names()?.into_iter();
        // What stands before another's name is an unfinished file of that name.
        let names = names.map(|file| file.trim_start_matches('.').to_owned());
        let suffix = suffix();
        let mut names: Vec<Name> = names
            .filter_map(|file| {
                file.strip_suffix(&suffix)
                    .or(file.strip_suffix(UNFINISHED))
                    .or(Some(file.as_str()))
                    .map(|name| name.strip_suffix(COOKIE_FILE).unwrap_or(name))
                    .filter(|name| *name != file && !name.ends_with(BOOKMARK))
                    .map(|name| Name(name.to_owned()))
            })
            .collect();
        names.sort_by(|one, other| one.0.cmp(&other.0));
        names.dedup();
        Ok(names)
    }

    fn advice(&self) -> &'static str {
        "; name another directory in ALB_CREDENTIAL_CACHE"
    }
}

/// Creates a directory, private from birth, with what is missing above it. One that is there has to be as private.
pub(super) fn create(directory: &Path) -> Result<(), Trouble> {
    if !directory.exists() {
        if let Some(parent) = directory.parent() {
            private::create_directories(parent).map_err(|error| unavailable(parent, &error))?;
        }
        match private::create_directory(directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(unavailable(directory, &error));
            }
            _ => {}
        }
    }
    private::check_directory(directory).map(|_| ())
}

/// The end of every record's file name: the version of the format.
fn suffix() -> String {
    format!(".v{VERSION}.json")
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Write, flush to the disk, rename: after a crash or a loss of power at any moment the old record or the new one is there,
/// whole.
///
/// That needs the flush before the rename: else the new name can reach the disk before the text that it names. It does not
/// need the directory flushed after it. Without that, a loss of power can bring the old record back, or none if it was the
/// first, for as long as the file system keeps a rename in memory (seconds): a sign-in more, or a refused password sent once
/// more. That is the price of a power failure, and not worth a second wait for the disk in each sign-in.
fn replace(path: &Path, unfinished: &Path, text: &[u8]) -> io::Result<()> {
    write(unfinished, text)?.sync_all()?;
    fs::rename(unfinished, path)
}

/// Writes a file that is not yet in its place, anew.
fn write(unfinished: &Path, text: &[u8]) -> io::Result<File> {
    let _ = fs::remove_file(unfinished);
    let mut file = private::open(OpenOptions::new().write(true).create_new(true), unfinished)?;
    file.write_all(text)?;
    Ok(file)
}

/// The store cannot be used because somebody has made a directory of that name.
fn in_the_way(path: &Path) -> Trouble {
    let path = path.display();
    Trouble::Unavailable(format!("{path}: it is a directory (rm -r {path})"))
}

/// The store cannot be used because of `error` at `path`.
pub(super) fn unavailable(path: &Path, error: &io::Error) -> Trouble {
    Trouble::Unavailable(format!("{}: {error}", path.display()))
}

//! The fallback: a second store of files, for what the place itself cannot take.
//!
//! A home that is read-only, full, or on a file system without locks must not make a thousand callers sign in a thousand
//! times, nor let each of them send a wrong password. So what can be neither claimed nor written there is claimed and
//! written here, in a directory that has nothing to do with the first: the runtime directory, which is in memory, or else the
//! one for temporary files or for shared memory. The fallback looks for it when it is first needed, which a hit never does.
//!
//! It is as private as the cache. But nobody has chosen it; so one that others could use is no error: it is not used.
//!
//! A record is in the fallback only where the store could not be written, and is removed from it when the store was written
//! again. So of two records the fallback's counts. A *discreet* fallback has no secrets, only what is remembered of
//! failures; there the store's secrets count, and the fallback's memory.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::claims::{Claim, Claims as _, WaitPolicy};
use super::error::{StoreError, shown};
use super::file::{FileStore, permissions};
use super::key::{Key, Name};
use super::records::{Record, Records as _};
use crate::paths;
use crate::secret::Secret;

/// The fallback of a place.
#[derive(Debug)]
pub(crate) struct Fallback {
    /// The cache directory that it must not be.
    main: Option<PathBuf>,
    is_discreet: bool,
    files: OnceCell<Result<FileStore, StoreError>>,
}

/// A record as it counts, the fallback included.
#[derive(Debug)]
pub(super) struct Found<R> {
    pub(super) record: R,
    /// Whether the fallback has some of it.
    pub(super) in_fallback: bool,
    /// Why the store could not be read, if there may be more to the record than is here.
    pub(super) unread: Option<String>,
}

impl Fallback {
    /// The fallback of a cache in the directory `main`, where that has one; a discreet one for a store whose secrets belong in
    /// no file.
    pub(super) fn new(main: Option<PathBuf>, is_discreet: bool) -> Self {
        Self {
            main,
            is_discreet,
            files: OnceCell::new(),
        }
    }

    /// The fallback in `directory`, wherever this user's own would be.
    #[cfg(test)]
    #[cfg(unix)]
    pub(super) fn at(directory: PathBuf, is_discreet: bool) -> Self {
        Self {
            files: Ok(FileStore::new(Some(directory))).into(),
            ..Self::new(None, is_discreet)
        }
    }

    /// The directory that stands in for the cache's, or why it cannot be used now; it need not be there yet.
    pub(super) fn check(&self) -> Result<&Path, StoreError> {
        let directory = self.files()?.directory()?;
        permissions::check_directory(directory).map(|_| directory)
    }

    /// The same, where it takes whole records.
    pub(super) fn directory(&self) -> Option<&Path> {
        self.check().ok().filter(|_| !self.is_discreet)
    }

    /// Returns what counts of the record of `key`, where the store has its `own`, or why it could not be read.
    pub(super) fn join<R: Record>(&self, key: &Key, own: Result<R, String>) -> Found<R> {
        let kept = self.read::<R>(key);
        let in_fallback = kept.is_some();
        let (own, unread) = match own {
            Ok(own) => (own, None),
            Err(why) => (R::default(), Some(why)),
        };
        let (record, unread) = match kept {
            Some(kept) if !self.is_discreet => (kept, None),
            Some(memory) => (own.with(memory), unread),
            None => (own, unread),
        };
        Found {
            record,
            in_fallback,
            unread,
        }
    }

    fn read<R: Record>(&self, key: &Key) -> Option<R> {
        let text = self.files().ok()?.read(&key.name()).ok()??;
        R::parse(text.expose(), key)
    }

    /// Takes the exclusive right to renew the record called `name` here.
    pub(super) fn claim(&self, name: &Name, policy: &WaitPolicy) -> Result<Claim, StoreError> {
        self.files()?.claim(name, policy)
    }

    /// Returns the text of `record` that the fallback takes: all, or the memory of failures.
    pub(super) fn text<R: Record>(&self, key: &Key, record: &R) -> Option<Secret> {
        match self.is_discreet {
            true => record.memory().to_text(key),
            false => record.to_text(key),
        }
    }

    /// Puts `text` in place of the record that the fallback has under this claim; `None` removes it.
    pub(super) fn put(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), StoreError> {
        self.files()?.write(claim, text)
    }

    /// Returns whether the store's record must go when the fallback takes a newer one: a hit would still answer it.
    pub(super) fn supersedes<R: Record>(&self) -> bool {
        R::IS_ANSWERED && !self.is_discreet
    }

    /// The files, or why there is no place for them.
    pub(super) fn files(&self) -> Result<&FileStore, StoreError> {
        let found = self.files.get_or_init(|| {
            let directory = choose(paths::runtime_fallback(), paths::temporary_fallbacks())?;
            let main = self.main.as_ref();
            match main.is_none_or(|main| differ(main, &directory)) {
                true => Ok(FileStore::new(Some(directory))),
                false => Err(StoreError::unavailable(
                    &directory,
                    "it is the cache itself",
                )),
            }
        });
        found.as_ref().map_err(Clone::clone)
    }
}

/// Returns whether these are two directories. In one and the same, each record would be its own in the fallback, and be
/// removed as such.
fn differ(one: &Path, other: &Path) -> bool {
    one != other && !permissions::is_same(one, other)
}

/// All processes of a user have to come to the same place, so it is chosen by what is there, never by what can be written.
/// (Where there is no runtime directory, processes with a `TMPDIR` of their own have a place of their own.) A user who has put
/// the cache itself into the runtime directory wants no secret on a disk, and this one is then there too.
fn choose(runtime: PathBuf, temporary: [PathBuf; 2]) -> Result<PathBuf, StoreError> {
    // The directory of the user's session, and ours in it.
    let session = runtime.parent().and_then(Path::parent);
    if session.is_some_and(|session| matches!(permissions::check_directory(session), Ok(true))) {
        return Ok(runtime);
    }
    let above = |place: &PathBuf| place.parent().unwrap_or(Path::new(".")).to_owned();
    let tried = temporary.each_ref().map(|place| shown(&above(place)));
    let is_safe = |place: &PathBuf| permissions::keeps_others_from_renaming(&above(place));
    temporary.into_iter().find(is_safe).ok_or_else(|| {
        let tried = tried.join(" and ");
        StoreError::Unavailable(format!(
            "{tried} are missing, or others could rename what is in them"
        ))
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::{choose, differ};
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
    }

    #[test]
    fn the_users_own_runtime_directory_comes_before_a_safe_temporary_one() {
        let directory = tempfile::tempdir().expect("a directory");
        let session = directory.path().join("run");
        let [temporary, shared] = ["tmp", "shm"].map(|name| directory.path().join(name));
        fs::create_dir(&temporary).expect("a directory");
        let in_runtime = session.join("ours/spare");
        let [in_temporary, in_shared] = [&temporary, &shared].map(|above| above.join("ours-7"));
        let both = [in_temporary.clone(), in_shared.clone()];
        let chosen = || choose(in_runtime.clone(), both.clone()).ok();
        assert_eq!(chosen(), Some(in_temporary.clone()), "there is none");
        fs::create_dir(&session).expect("a directory");
        set_mode(&session, 0o700);
        assert_eq!(chosen(), Some(in_runtime.clone()));
        set_mode(&session, 0o1777);
        assert_eq!(
            chosen(),
            Some(in_temporary.clone()),
            "others can write there"
        );
        set_mode(&temporary, 0o1777);
        assert_eq!(
            chosen(),
            Some(in_temporary.clone()),
            "others cannot rename it"
        );
        set_mode(&temporary, 0o777);
        assert_eq!(chosen(), None, "others could put theirs in its place");
        fs::create_dir(&shared).expect("a directory");
        assert_eq!(chosen(), Some(in_shared));
    }

    #[test]
    fn one_directory_by_two_names_is_one() {
        let directory = tempfile::tempdir().expect("a directory");
        let [one, other, link] = ["one", "other", "link"].map(|name| directory.path().join(name));
        assert!(!differ(&one, &one) && differ(&one, &other), "none is there");
        fs::create_dir(&one).expect("a directory");
        fs::create_dir(&other).expect("a directory");
        std::os::unix::fs::symlink(&one, &link).expect("a link");
        assert!(!differ(&one, &link) && differ(&other, &link));
    }
}

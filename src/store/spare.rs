//! The spare place: a second store of files, for what the cache itself cannot take.
//!
//! A home that is read-only, full, or on a file system without locks must not make a thousand callers sign in a thousand
//! times, nor a wrong password be sent by each of them. So what can be neither claimed nor written there is claimed and
//! written here, in a directory that has nothing to do with the first: the runtime directory, which is in memory, or else the
//! temporary one. It is looked for when it is first needed, which a hit never does.
//!
//! It is as private as the cache. But as nobody has chosen it, one that others could use is no error: it is not used.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::file::FileStore;
use super::{Claim, Name, Patience, Store as _, Trouble, private};
use crate::paths;
use crate::secret::Secret;

/// The spare place of a cache.
#[derive(Debug)]
pub(crate) struct Spare {
    /// The cache directory that it must not be.
    main: Option<PathBuf>,
    /// Whether it takes no secrets: only what is remembered of failures.
    pub(super) is_discreet: bool,
    store: OnceCell<Option<FileStore>>,
}

impl Spare {
    /// The spare place of a cache in the directory `main`, where that has one.
    pub(crate) fn of(main: Option<PathBuf>) -> Self {
        Self {
            main,
            is_discreet: false,
            store: OnceCell::new(),
        }
    }

    /// The spare place of a store that is not to be replaced by files: it has no secret, but what keeps a wrong password
    /// from being sent by each process.
    pub(crate) fn of_memory(main: Option<PathBuf>) -> Self {
        Self {
            is_discreet: true,
            ..Self::of(main)
        }
    }

    /// The directory, if it could be used now; it need not be there yet.
    pub(super) fn directory(&self) -> Option<&Path> {
        let directory = self.store()?.directory.as_deref()?;
        private::check_directory(directory).ok().map(|_| directory)
    }

    /// The text of the record called `name`, if one can be had.
    pub(super) fn read(&self, name: &Name) -> Option<Secret> {
        self.store()?.read(name).ok()?
    }

    /// Takes the exclusive right to renew the record called `name` here.
    pub(super) fn claim(&self, name: &Name, patience: &Patience) -> Result<Claim, Trouble> {
        let store = self.store().ok_or_else(nowhere)?;
        store.claim(name, patience)
    }

    /// Puts `text` in place of the record that is claimed here; `None` removes it.
    pub(super) fn write(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), Trouble> {
        let store = self.store().ok_or_else(nowhere)?;
        store.write(claim, text)
    }

    /// The names of all records here.
    pub(super) fn names(&self) -> Vec<Name> {
        let names = self.store().map(FileStore::names);
        names.and_then(Result::ok).unwrap_or_default()
    }

    fn store(&self) -> Option<&FileStore> {
        let found = self.store.get_or_init(|| {
            let directory = choose(paths::runtime_spare(), paths::temporary_spare())?;
            let is_other = self
                .main
                .as_ref()
                .is_none_or(|main| differ(main, &directory));
            is_other.then(|| FileStore::new(Some(directory)))
        });
        found.as_ref()
    }
}

/// Whether these are two directories. In one and the same, each record would be its own spare one, and removed as such.
fn differ(one: &Path, other: &Path) -> bool {
    one != other && !private::is_same(one, other)
}

fn nowhere() -> Trouble {
    Trouble::Unavailable("there is no place for a spare cache".into())
}

/// All processes of a user have to come to the same place, so it is chosen by what is there, never by what can be written.
/// (Where there is no runtime directory, processes with a `TMPDIR` of their own have a place of their own.) A user who has put
/// the cache itself into the runtime directory wants no secret on a disk, and this one is then there too.
fn choose(runtime: PathBuf, temporary: PathBuf) -> Option<PathBuf> {
    // The directory of the user's session, and ours in it.
    let session = runtime.parent().and_then(Path::parent);
    if session.is_some_and(|session| matches!(private::check_directory(session), Ok(true))) {
        return Some(runtime);
    }
    let above = temporary.parent();
    above
        .is_some_and(private::keeps_others_from_renaming)
        .then_some(temporary)
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
    fn the_runtime_directory_is_chosen_where_it_is_the_users_own_and_else_a_safe_temporary_one() {
        let directory = tempfile::tempdir().expect("a directory");
        let session = directory.path().join("run");
        let temporary = directory.path().join("tmp");
        fs::create_dir(&temporary).expect("a directory");
        let in_runtime = session.join("ours/spare");
        let in_temporary = temporary.join("ours-7");
        let chosen = || choose(in_runtime.clone(), in_temporary.clone());
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

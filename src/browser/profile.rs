//! A browser's profile: the directory with the cookies of identity providers.
//!
//! A reader of it has every session in it, so it is this user's alone before the browser sees it. The caller holds a claim
//! on it during each call here.

mod system;

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::find::Packaging;
use crate::clock::Moment;
use crate::{environment, file_owner};
use system::{host, is_alive, listens, make_private, private};

/// The files by which a browser marks a profile as its own.
const MARKS: [&str; 3] = ["SingletonLock", "SingletonSocket", "SingletonCookie"];
/// The file that a browser writes at each end.
const STATE: &str = "Local State";
/// The beginning of a temporary profile's name. No host is called so.
const TEMPORARY: &str = "_temporary_";
/// The most files that are counted.
const MOST: u32 = 200_000;

/// A profile's directory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    directory: PathBuf,
    is_kept: bool,
}

/// The facts about a profile that `status` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) bytes: u64,
    /// When a browser last ended on it.
    pub(crate) used_at: Moment,
}

impl Profile {
    /// The profile called `name`, in `directory` (an absolute path), or where a browser of this `packaging` can write. The name
    /// is a host, perhaps with a port.
    pub(crate) fn kept(directory: &Path, name: &str, packaging: Packaging) -> Self {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        let plain = name.replace(|c| !is_plain(c), "_");
        let plain = match plain.starts_with('.') || plain.is_empty() {
            true => format!("_{plain}"),
            false => plain,
        };
        Self {
            directory: place(directory, packaging).join(plain),
            is_kept: true,
        }
    }

    /// A new profile that is removed when this value is dropped. Those that killed processes left are removed now.
    pub(crate) fn temporary(directory: &Path, packaging: Packaging) -> io::Result<Self> {
        Self::sweep(directory, packaging);
        let name = format!("{}{}", own_beginning(), std::process::id());
        let profile = Self {
            directory: place(directory, packaging).join(name),
            is_kept: false,
        };
        profile.prepare()?;
        Ok(profile)
    }

    /// Removes the temporary profiles that killed processes left.
    pub(crate) fn sweep(directory: &Path, packaging: Packaging) {
        sweep(&place(directory, packaging), &own_beginning());
    }

    /// The directory's path.
    pub(crate) fn path(&self) -> &Path {
        &self.directory
    }

    /// Makes the directory, this user's alone, and removes the marks of a browser on another host.
    ///
    /// A browser takes over the mark of a dead process of its own host, but not that of another host, which it cannot ask: the
    /// directory may have come from there, or the host is a container with a new name.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        let above = self
            .directory
            .parent()
            .expect("a name was joined to a path");
        private(DirBuilder::new().recursive(true)).create(above)?;
        file_owner::check_directory(above)?;
        match private(&mut DirBuilder::new()).create(&self.directory) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.check()?,
            made => made?,
        }
        match self.holder() {
            Some((of, _)) if of != host() => self.unmark(),
            _ => Ok(()),
        }
    }

    /// Refuses a directory that is a link or another user's; takes others' rights from it.
    fn check(&self) -> io::Result<()> {
        let metadata = fs::symlink_metadata(&self.directory)?;
        if !metadata.is_dir() || !file_owner::is_own(&metadata) {
            let words = "it is not a directory of this user's";
            return Err(io::Error::new(ErrorKind::PermissionDenied, words));
        }
        make_private(&self.directory, &metadata)
    }

    /// Returns whether a browser has already run on it, so that there may be a session of a provider.
    pub(crate) fn is_used(&self) -> bool {
        self.directory.join(STATE).is_file()
    }

    /// The process that has the profile and is no browser of ours, since we hold the claim; none if there is no such process
    /// on this host. The number of a dead one may be another program's by now, so the browser's own socket is tried too.
    pub(crate) fn stranger(&self) -> Option<i32> {
        let (of, process) = self.holder()?;
        let is_there = of == host() && is_alive(process) && listens(&self.directory.join(MARKS[1]));
        is_there.then_some(process)
    }

    /// Its size and last use; `None` if it is not there.
    pub(crate) fn standing(&self) -> Option<Standing> {
        let directory = fs::symlink_metadata(&self.directory).ok()?;
        let state = fs::metadata(self.directory.join(STATE));
        let used_at = state.unwrap_or(directory).modified();
        Some(Standing {
            bytes: size(&self.directory),
            used_at: used_at.unwrap_or(SystemTime::UNIX_EPOCH).into(),
        })
    }

    /// Removes the directory with all that is in it; nothing if it is not there. Links in it are not followed.
    pub(crate) fn remove(&self) -> io::Result<()> {
        if let Some(process) = self.stranger() {
            let words = format!("a browser uses it (process {process})");
            return Err(io::Error::new(ErrorKind::ResourceBusy, words));
        }
        match fs::remove_dir_all(&self.directory) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The host and process in the mark, a link to `HOST-PID`.
    fn holder(&self) -> Option<(String, i32)> {
        let mark = fs::read_link(self.directory.join(MARKS[0])).ok()?;
        let (host, process) = mark.to_str()?.rsplit_once('-')?;
        Some((host.to_owned(), process.parse().ok()?))
    }

    fn unmark(&self) -> io::Result<()> {
        for mark in MARKS {
            match fs::remove_file(self.directory.join(mark)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        if !self.is_kept {
            // The next temporary profile's sweep takes what is left.
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// The directory for profiles. AppArmor keeps a snap out of hidden directories of the home, where caches are; this one is the
/// snap's own, and all its revisions have it (snapcraft.io/docs/data-locations).
fn place(directory: &Path, packaging: Packaging) -> PathBuf {
    let home = environment::foreign_path("HOME").filter(|_| packaging == Packaging::Snap);
    match home.filter(|home| home.is_absolute()) {
        Some(home) => home.join("snap/chromium/common/alb-credential"),
        None => directory.to_owned(),
    }
}

/// The beginning of the names of this host's temporary profiles.
fn own_beginning() -> String {
    format!("{TEMPORARY}{}_", host())
}

/// Removes the temporary profiles whose names begin with `own`, and whose processes have ended.
fn sweep(place: &Path, own: &str) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let process = process_of(&entry.file_name(), own);
        if process.is_some_and(|process| !is_alive(process) || is_this(process)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn process_of(name: &OsStr, own: &str) -> Option<i32> {
    name.to_str()?.strip_prefix(own)?.parse().ok()
}

/// A former process had this number, since this one has no temporary profile yet.
fn is_this(process: i32) -> bool {
    u32::try_from(process) == Ok(std::process::id())
}

/// The bytes of the files below `directory`.
fn size(directory: &Path) -> u64 {
    let mut waiting = vec![directory.to_owned()];
    let (mut bytes, mut files) = (0, 0);
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            files += 1;
            match entry.metadata() {
                _ if files > MOST => return bytes,
                Ok(metadata) if metadata.is_dir() => waiting.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}

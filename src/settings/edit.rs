//! The configuration file as something that the program itself adds to.
//!
//! What is there stays, byte for byte; the whole is read with the program's own rules before it takes the place of the
//! old one, and takes it at once: a temporary file in the same directory, flushed, renamed. A link stays a link.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Addition, Settings, Variables, file, variables};
use crate::error::{Error, Kind, Result, foreign};
use crate::paths;

/// How many links may lead from the file's name to the file (Linux's own limit).
const LONGEST_CHAIN: usize = 40;

/// What can be done about a file that cannot be written.
const BY_HAND: &str = "it can be put there by hand: the same command with --dry-run prints it";

/// The configuration file, as it was when it was opened.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    /// `None` where there is no file yet.
    text: Option<String>,
    pub(crate) settings: Settings,
}

impl ConfigFile {
    /// Reads the file, which need not exist. Where variables are the whole configuration there is none to add to.
    pub(crate) fn open(variables: &Variables) -> Result<Self> {
        if variables.org_url.is_some() {
            let name = variables::ORG_URL.name;
            let error = Error::usage(format!(
                "{name} is set, so variables are the whole configuration and no file is read"
            ));
            return Err(error.hint(format!("unset {name}")));
        }
        let path = paths::config_file(variables).ok_or_else(|| {
            let error = Error::usage("there is no home directory to keep a configuration in");
            error.hint(format!("name a file in {}", variables::CONFIG.name))
        })?;
        let text = file::read(&path)?;
        let settings = match &text {
            Some(text) => file::parse(&path, text)?,
            None => Settings::default(),
        };
        Ok(Self {
            path,
            text,
            settings,
        })
    }

    /// The file's name, fit for a message.
    pub(crate) fn name(&self) -> String {
        foreign(&self.path.to_string_lossy())
    }

    /// Whether there is no file yet.
    pub(crate) fn is_new(&self) -> bool {
        self.text.is_none()
    }

    /// The whole text with `addition`, which the program can read; an error where it could not.
    pub(crate) fn with(&self, addition: &Addition) -> Result<String> {
        let before = self.text.as_deref().unwrap_or_default();
        let text = addition.after(before)?;
        file::parse(&self.path, &text).map_err(|error| {
            let error = error.while_doing(&format!("cannot add {}", addition.labels()));
            error.hint(BY_HAND)
        })?;
        Ok(text)
    }

    /// Writes `text` in the place of what was read. An editor that was faster is not overruled.
    pub(crate) fn replace(&self, text: &str) -> Result<()> {
        let is_unchanged = || file::read(&self.path).is_ok_and(|text| text == self.text);
        let changed = || {
            let error = format!("{} was changed meanwhile, nothing was written", self.name());
            Error::new(Kind::Other, error).hint("run the same command again")
        };
        file::read(&self.path)?;
        if !is_unchanged() {
            return Err(changed());
        }
        write(&self.path, text, &is_unchanged).map_err(|error| {
            if error.kind() == io::ErrorKind::ResourceBusy {
                return changed();
            }
            let failed = Error::new(Kind::Other, format!("cannot write {}", self.name()));
            failed.caused_by(error).hint(BY_HAND)
        })
    }
}

/// Writes the file that `path` leads to, with its directory where that is missing; readable by nobody else if it is new.
///
/// While the unfinished file is there no other process writes one, and that what is replaced `is_unchanged` is looked at
/// then: of two at once, one is told.
fn write(path: &Path, text: &str, is_unchanged: &dyn Fn() -> bool) -> io::Result<()> {
    let target = followed(path)?;
    let before = match fs::metadata(&target) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
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
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = directory.join(format!(".{name}.tmp"));
    let file = begin(&unfinished)?;
    let done = match is_unchanged() {
        true => fill(file, text, before.as_ref()).and_then(|()| fs::rename(&unfinished, &target)),
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

/// The unfinished file, new and nobody else's. One that is there is another process's, which is waited for; an old one
/// was left by a process that was killed.
fn begin(path: &Path) -> io::Result<File> {
    const PAUSE: Duration = Duration::from_millis(20);
    const OLD: Duration = Duration::from_secs(10);
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    loop {
        match options.write(true).create_new(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let age = fs::symlink_metadata(path).and_then(|file| file.modified());
                match age.map(|at| at.elapsed().unwrap_or_default()) {
                    Ok(age) if age > OLD => fs::remove_file(path)?,
                    _ => std::thread::sleep(PAUSE),
                }
            }
            opened => return opened,
        }
    }
}

/// Fills the new `file` with `text`, flushed to the disk, with owner and mode of the file that it will replace.
fn fill(mut file: File, text: &str, before: Option<&fs::Metadata>) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    if let Some(before) = before {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, fchown};
            // Only root may give a file away; anybody else replaces files of their own.
            let _ = fchown(&file, Some(before.uid()), Some(before.gid()));
        }
        file.set_permissions(before.permissions())?;
    }
    file.sync_all()
}

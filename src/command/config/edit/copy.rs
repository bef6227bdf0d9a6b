//! The private copy that the editor changes, and the place where changes are kept.

use std::cell::Cell;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::command::exec::private_dir::{PrivateDir, PrivateDirs};
use crate::environment::Variables;
use crate::error::{Error, Kind, Result, Untrusted};
use crate::file_owner;
use crate::paths;
use crate::secret::Secret;
use crate::settings::ConfigText;
use crate::size_limit;
use crate::store::file::permissions;

/// The name of the private copy: editors know by its end what is in it.
const NAME: &str = "config.toml";
/// The name of the file beside it that has the path of the configuration.
const ORIGINAL: &str = "original";
/// How many kept files may lie side by side.
const MOST_KEPT: usize = 100;

/// The private copy of a configuration. Dropping it removes it.
pub(super) struct Copy<'a> {
    of: &'a ConfigText,
    path: PathBuf,
    /// Where changes are kept, the best place first.
    places: Vec<PathBuf>,
    /// Set if nothing is to be kept any more.
    is_over: Cell<bool>,
    _directory: PrivateDir,
}

impl<'a> Copy<'a> {
    pub(super) fn new(of: &'a ConfigText, variables: &Variables) -> Result<Self> {
        let runtime = paths::runtime_directory();
        let cache = paths::cache_directory(variables);
        let files = [
            (ORIGINAL, &Secret::new(original(variables)?)),
            (NAME, &Secret::new(of.text().to_owned())),
        ];
        let directory = PrivateDirs::of_edits(runtime.clone(), cache.clone()).make(&files)?;
        let places = [of.directory().map(Path::to_owned), cache, runtime];
        Ok(Self {
            of,
            path: directory.path(NAME),
            places: places.into_iter().flatten().collect(),
            is_over: Cell::new(false),
            _directory: directory,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(&self) -> Result<String> {
        fs::read_to_string(&self.path).map_err(|error| {
            let failed = Error::new(Kind::Other, "cannot read what the editor has written");
            failed.caused_by(error)
        })
    }

    /// The names of the variables that hold secrets, by the file and by the copy as it is now.
    pub(super) fn secret_variables(&self) -> Vec<String> {
        let now = fs::read(&self.path).unwrap_or_default();
        let now = String::from_utf8_lossy(&now);
        [self.of.text(), &now]
            .into_iter()
            .flat_map(|text| self.of.secret_variables(text))
            .collect()
    }

    /// The person gives the changes up.
    pub(super) fn drop_changes(&self) {
        self.is_over.set(true);
    }

    /// Keeps the changes, if there are any, and adds to `error` where they are.
    pub(super) fn keep_after(&self, error: Error) -> Error {
        if self.is_over.replace(true) {
            return error;
        }
        let text = fs::read(&self.path).ok();
        let Some(text) = text.filter(|text| is_change(self.of, text)) else {
            return error;
        };
        match self.keep(&text) {
            Ok(path) => error.hint(format!(
                "your changes are kept in {}",
                Untrusted::path(&path)
            )),
            Err(why) => error.caused_by(format!("your changes cannot be kept: {why}")),
        }
    }

    fn keep(&self, text: &[u8]) -> io::Result<PathBuf> {
        let mut last = Err(io::ErrorKind::NotFound.into());
        for place in &self.places {
            last = file_owner::check_directory(place)
                .and_then(|()| write_fresh(place, text).or_else(|_| self.move_to(place)));
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// Moves the copy: within one file system that needs no room on a full disk.
    fn move_to(&self, place: &Path) -> io::Result<PathBuf> {
        let path = place.join(name(&crate::secret::random_hex()));
        fs::rename(&self.path, &path).map(|()| path)
    }
}

/// Returns the copies of the configuration `of` that earlier calls have left with changes, because they were killed. Removes
/// those without changes. The copies stay where they are: an editor may still write one.
pub(super) fn left_behind(of: &ConfigText, variables: &Variables) -> Result<Vec<PathBuf>> {
    let original = original(variables)?;
    let dirs = PrivateDirs::of_edits(
        paths::runtime_directory(),
        paths::cache_directory(variables),
    );
    let mut found = Vec::new();
    dirs.sweep_but(|directory| {
        let copy = directory.join(NAME);
        let (Ok(text), Ok(path)) = (fs::read(&copy), fs::read(directory.join(ORIGINAL))) else {
            return false;
        };
        if path != original.as_bytes() {
            return true;
        }
        let is_changed = is_change(of, &text);
        found.extend(is_changed.then_some(copy));
        is_changed
    });
    Ok(found)
}

/// The path of the configuration, as copies have it beside them.
fn original(variables: &Variables) -> Result<String> {
    let path = ConfigText::path(variables)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    Ok(path.to_string_lossy().into_owned())
}

/// Returns whether `text` has changes to keep. An editor that is killed while it writes may leave nothing.
fn is_change(of: &ConfigText, text: &[u8]) -> bool {
    !text.is_empty() && text != of.text().as_bytes()
}

/// Writes a new file that is this user's alone, and returns its path.
fn write_fresh(place: &Path, text: &[u8]) -> io::Result<PathBuf> {
    for number in 1..=MOST_KEPT {
        let path = place.join(name(&number.to_string()));
        match permissions::open(OpenOptions::new().write(true).create_new(true), &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(mut file) => {
                size_limit::expect_errors();
                let written = file.write_all(text).and_then(|()| file.sync_all());
                return match written {
                    Ok(()) => Ok(path),
                    Err(error) => {
                        let _ = fs::remove_file(&path);
                        Err(error)
                    }
                };
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn name(suffix: &str) -> String {
    format!("{NAME}.kept-{suffix}")
}

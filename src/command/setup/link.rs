//! The link by which a caller finds this program, in a directory on PATH.
//!
//! The directory is the one of `credential` itself if the user owns it, else `~/.local/bin` if that is on PATH. A file of
//! another program with the link's name is an error.

use std::borrow::Cow;
use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::plan::{Change, Line};
use crate::environment;
use crate::error::{Error, Hint, Kind, Result, Untrusted, typed};
use crate::file_owner::check_directory;
use crate::paths;

/// This program's own name.
const PROGRAM: &str = "credential";

/// The file under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    Free,
    /// A link to this program.
    Link,
    /// This program itself.
    Program,
    /// Anything else.
    Foreign,
}

impl Spot {
    /// Looks at `path`; `program` is this program's own file.
    fn look(path: &Path, program: &Path) -> Self {
        let Ok(metadata) = fs::symlink_metadata(path) else {
            return Self::Free;
        };
        match fs::canonicalize(path).is_ok_and(|end| end == program) {
            true if metadata.is_symlink() => Self::Link,
            true => Self::Program,
            false => Self::Foreign,
        }
    }

    fn is_ours(self) -> bool {
        matches!(self, Self::Link | Self::Program)
    }
}

/// A directory that a link could be in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Directory {
    path: PathBuf,
    /// The path without links: PATH may name one directory twice.
    real: PathBuf,
    /// Its file `credential`.
    program: Spot,
    /// Its file with the helper's name.
    helper: Spot,
    /// Set if the user owns it and can write to it, and others cannot: they could put a program of theirs there.
    is_usable: bool,
}

impl Directory {
    fn look(path: &Path, name: &str, program: &Path) -> Self {
        let file = |name: &str| path.join(format!("{name}{EXE_SUFFIX}"));
        Self {
            path: path.to_owned(),
            real: fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
            program: Spot::look(&file(PROGRAM), program),
            helper: Spot::look(&file(name), program),
            is_usable: is_usable(path),
        }
    }

    fn refused(&self) -> Error {
        let path = shown(&self.path);
        let error = Error::usage(format!(
            "{path} is no directory of yours that can be written"
        ));
        match check_directory(&self.path) {
            Err(why) if why.kind() == ErrorKind::PermissionDenied => error.caused_by(why),
            _ => error,
        }
    }
}

/// The place of the link, and the directories around it.
#[derive(Debug)]
pub(super) struct Place {
    /// The link's name.
    name: String,
    /// This program's file.
    program: PathBuf,
    /// The directories of PATH, in order.
    on_path: Vec<Directory>,
    /// The directory of `--directory`.
    named: Option<Directory>,
    /// `~/.local/bin`.
    local: Option<PathBuf>,
}

impl Place {
    /// Looks for `name`, and for this program, in all of PATH and in the directory `named`.
    pub(super) fn look(name: &str, named: Option<&Path>) -> Result<Self> {
        let program = std::env::current_exe().and_then(fs::canonicalize);
        let program = program.map_err(|error| {
            Error::new(Kind::Other, "this program's own file cannot be found").caused_by(error)
        })?;
        let look = |path: &Path| Directory::look(path, name, &program);
        let path = environment::search_path();
        // A relative directory of PATH changes with the working directory.
        let on_path = path.iter().filter(|path| path.is_absolute());
        Ok(Self {
            name: format!("{name}{EXE_SUFFIX}"),
            on_path: on_path.map(|path| look(path)).collect(),
            named: named.map(look),
            local: paths::home().map(|home| home.join(".local/bin")),
            program,
        })
    }

    /// The link's path, and the changes for it. If the caller `searches` PATH, notes say whether it will find the link.
    pub(super) fn plan(&self, searches: bool) -> Result<(PathBuf, Vec<Line>)> {
        let found = self.on_path.iter().find(|one| one.helper != Spot::Free);
        if let (Some(found), None) = (found, &self.named)
            && found.helper.is_ours()
        {
            let path = found.path.join(&self.name);
            let there = Line::There(path.display().to_string());
            return Ok((path, vec![there]));
        }
        let directory = self.directory()?;
        let path = directory.path.join(&self.name);
        let first = match directory.helper {
            Spot::Link | Spot::Program => Line::There(path.display().to_string()),
            Spot::Free => Line::Change(Change::Link {
                path: path.clone(),
                target: self.target(directory),
            }),
            Spot::Foreign => return Err(in_the_way(&path)),
        };
        let notes = searches.then(|| self.note(directory)).flatten();
        let lines = std::iter::once(first).chain(notes.map(Line::Note));
        Ok((path, lines.collect()))
    }

    /// The changes that remove the link, unless it is still `used`.
    pub(super) fn undo(&self, used: Option<String>) -> Vec<Line> {
        let own = self.named.as_ref().or_else(|| self.directory().ok());
        let mut lines = Vec::new();
        if let Some(own) = own {
            let path = own.path.join(&self.name);
            let left = |why: String| Line::Left {
                what: path.display().to_string(),
                why,
            };
            lines.extend(match (own.helper, used) {
                (Spot::Free, _) => None,
                (Spot::Foreign, _) => Some(left("it is no link to this program".into())),
                (Spot::Program, _) => Some(left("it is no link, but this program itself".into())),
                (Spot::Link, Some(who)) => Some(left(format!("{who} needs it"))),
                (Spot::Link, None) => Some(Line::Change(Change::Unlink { path })),
            });
        }
        // A link in another user's directory is a package's: --write makes none there.
        let others = self
            .on_path
            .iter()
            .filter(|one| one.helper == Spot::Link && one.is_usable);
        let others = others.filter(|one| own.is_none_or(|own| own.real != one.real));
        lines.extend(others.map(|one| Line::Left {
            what: one.path.join(&self.name).display().to_string(),
            why: format!(
                "if it is to go: --directory {}",
                typed(&one.path.to_string_lossy())
            ),
        }));
        lines.dedup();
        lines
    }

    /// Checks that `credential` is found on PATH, and is this program.
    pub(super) fn check_program(&self) -> Result<()> {
        let mut found = self.on_path.iter().filter(|one| one.program != Spot::Free);
        let error = match found.next() {
            Some(first) if first.program.is_ours() => return Ok(()),
            Some(first) => Error::usage(format!(
                "{} is another program, and comes first on PATH",
                shown(&first.path.join(PROGRAM))
            )),
            None => Error::usage(format!("there is no {PROGRAM} on PATH")),
        };
        Err(error.hint(format!(
            "put the directory of {} on PATH",
            shown(&self.program)
        )))
    }

    /// The directory for the link.
    fn directory(&self) -> Result<&Directory> {
        if let Some(named) = &self.named {
            return match named.is_usable {
                true => Ok(named),
                false => Err(named.refused()),
            };
        }
        let beside = |one: &&Directory| one.program.is_ours();
        let local = |one: &&Directory| Some(&one.path) == self.local.as_ref();
        let usable = || self.on_path.iter().filter(|one| one.is_usable);
        usable()
            .find(beside)
            .or_else(|| usable().find(local))
            .ok_or_else(|| {
                let message = format!(
                    "no directory on PATH is yours and has {PROGRAM}, and neither is ~/.local/bin there"
                );
                Error::usage(message).hint("name a directory on PATH: --directory DIR")
            })
    }

    /// The target of the link: this program by its name on PATH, which stays when the program is updated.
    fn target(&self, directory: &Directory) -> PathBuf {
        let found = self.on_path.iter().find(|one| one.program.is_ours());
        match found {
            _ if directory.program.is_ours() => PROGRAM.into(),
            Some(found) => found.path.join(PROGRAM),
            None => self.program.clone(),
        }
    }

    /// The note that a search of PATH will not find the link in `directory`.
    fn note(&self, directory: &Directory) -> Option<String> {
        let mut earlier = self.on_path.iter();
        let is_on_path = earlier.any(|one| one.real == directory.real);
        if !is_on_path {
            return Some(format!(
                "{} is not on PATH: {} is not found there",
                directory.path.display(),
                self.name
            ));
        }
        let mut before = self.on_path.iter();
        let foreign = before
            .by_ref()
            .take_while(|one| one.real != directory.real)
            .find(|one| one.helper == Spot::Foreign)?;
        let path = foreign.path.join(&self.name);
        Some(format!(
            "{} comes earlier on PATH, and will be called instead",
            path.display()
        ))
    }
}

fn shown(path: &Path) -> Untrusted<Cow<'_, str>> {
    Untrusted::path(path)
}

fn in_the_way(path: &Path) -> Error {
    let remove = Hint::run(&["rm", &path.to_string_lossy()]);
    Error::usage(format!(
        "{} is there, and is no link to this program",
        shown(path)
    ))
    .hint(remove.after("if it is of no use: "))
    .hint("or put the link elsewhere: --directory DIR")
}

#[cfg(unix)]
fn is_usable(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    use std::os::unix::fs::MetadataExt as _;
    let is_own = fs::metadata(path).is_ok_and(|metadata| {
        metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw()
    });
    is_own
        && check_directory(path).is_ok()
        && access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn is_usable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

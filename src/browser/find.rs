//! Finding a Chromium-family browser: the configured one, or the first that is installed. Never downloads one.
//!
//! Chrome comes before Chromium, because Google refuses sign-ins from Chromium more often.

mod places;

use std::path::{Path, PathBuf};

use crate::environment;
use crate::error::{Error, Hint, Result, Table, Untrusted, foreign};

/// A browser that is installed here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installed {
    /// An absolute path.
    pub(crate) program: PathBuf,
    /// The words that the configured command has behind the program.
    pub(crate) first_arguments: Vec<String>,
    /// `Google Chrome`.
    pub(crate) name: &'static str,
    pub(crate) packaging: Packaging,
}

/// How a browser is installed, as far as it limits what can be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packaging {
    Plain,
    /// Confined by AppArmor: it can write neither to hidden directories of the home nor to `/tmp` of others.
    Snap,
    /// Confined by bubblewrap, which breaks inherited descriptors (flatpak#6582): it gets no pipe.
    Flatpak,
    /// A program of Windows, called from its Linux (WSL): it inherits no descriptors either.
    Foreign,
}

impl Installed {
    /// Its name and path for a message.
    pub(crate) fn shown(&self) -> String {
        format!("{} ({})", self.name, Untrusted::path(&self.program))
    }

    fn new(program: PathBuf, first_arguments: &[String]) -> Self {
        Self {
            name: places::name_of(&program),
            packaging: packaging(&program),
            first_arguments: first_arguments.to_vec(),
            program,
        }
    }
}

/// Returns the configured browser, or else the first one that is installed; an error if there is none.
pub(crate) fn find(command: Option<&[String]>) -> Result<Installed> {
    match command {
        Some([program, rest @ ..]) => configured(program, rest),
        _ => places::installed()
            .map(|program| Installed::new(program, &[]))
            .ok_or_else(none_found),
    }
}

fn configured(program: &str, rest: &[String]) -> Result<Installed> {
    let path = Path::new(program);
    let found = match path.components().count() {
        1 if !path.is_absolute() => environment::find_program(program),
        _ => std::path::absolute(path)
            .ok()
            .filter(|path| environment::is_program(path)),
    };
    found
        .map(|program| Installed::new(program, rest))
        .ok_or_else(|| {
            let hint = Hint::settings("correct", Table::Browser, &["command"]);
            Error::usage(format!("the browser {} is not there", foreign(program)))
                .hint(hint.then(", or leave it out to take the first browser that is found"))
        })
}

fn none_found() -> Error {
    Error::person("no browser was found")
        .caused_by(format!("looked for {}", places::LOOKED_FOR))
        .hint(
            Hint::settings("name one as", Table::Browser, &["command"])
                .after("install one of these, or "),
        )
}

/// Returns how the program is packaged, by where it lies and what it starts. `/snap/bin/chromium` is a link to the program
/// `snap`; Ubuntu's `/usr/bin/chromium-browser` is a script that starts it.
fn packaging(program: &Path) -> Packaging {
    let whole = std::fs::canonicalize(program).unwrap_or_else(|_| program.to_owned());
    let has = |words: &str| {
        [program, &whole]
            .iter()
            .any(|path| path.to_string_lossy().contains(words))
    };
    if has("/snap/") || whole.ends_with("bin/snap") || places::starts_snap(&whole) {
        return Packaging::Snap;
    }
    if has("/flatpak/exports/") || whole.ends_with("bin/flatpak") {
        return Packaging::Flatpak;
    }
    let is_of_windows = whole
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("exe"));
    match cfg!(unix) && is_of_windows {
        true => Packaging::Foreign,
        false => Packaging::Plain,
    }
}

//! The configuration file: TOML, walked by hand so that every error has its line and column.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use toml::de::DeTable;

use super::document::Document;
use super::reader::Section;
use super::suggest::{quoted, suggest};
use super::{Settings, app, browser, org, storage};
use crate::app::App;
use crate::bounded_file::{self, Bounds};
use crate::clock;
use crate::environment;
use crate::error::{Error, Result, Untrusted};
use crate::file_owner;
use crate::file_stamp::FileStamp;

/// How long to wait for the end of a configuration file that is not a regular file.
const PATIENCE: Duration = Duration::from_secs(5);
pub(super) const KEYS: [&str; 5] = ["default", "store", "browser", "org", "app"];

/// Reads the file at `path`. If it does not exist the settings are empty, or it is an error if a variable `named` it.
pub(super) fn load(path: &Path, named: bool) -> Result<Settings> {
    // Before it is read: a change during the read gives it another stamp.
    let stamp = FileStamp::at(path).filter(|stamp| stamp.is_settled(clock::now()));
    match read(path)? {
        Some(text) => Ok(Settings {
            stamp,
            ..parse(path, &text)?
        }),
        None if !named => Ok(Settings::default()),
        None => {
            let (name, shown) = (environment::CONFIG.name, Untrusted::path(path));
            let error = Error::usage(format!("{shown}: there is no such file"));
            Err(error.hint(format!(
                "{name} names it: write the file, or unset the variable"
            )))
        }
    }
}

/// The text of the file at `path`; `None` where it does not exist.
pub(super) fn read(path: &Path) -> Result<Option<String>> {
    let bounds = Bounds {
        kib: 1024,
        what: "configuration",
        limit: PATIENCE,
        stop: &|| false,
    };
    check_owner(path)?;
    match bounded_file::read(path, &bounds) {
        Ok(bytes) => decode(path, bytes).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let shown = Untrusted::path(path);
            Err(Error::usage(format!("cannot read {shown}")).caused_by(error))
        }
    }
}

/// Refuses a file that others could have changed: it names the hosts that get the passwords, and programs to run. A device
/// has no content of anybody's.
fn check_owner(path: &Path) -> Result<()> {
    let Ok(metadata) = std::fs::metadata(path) else {
        return Ok(());
    };
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_char_device(&metadata.file_type()) {
        return Ok(());
    }
    file_owner::check_file(path, &metadata).map_err(|error| {
        let message = format!("the configuration is refused: {error}");
        let hint = "it names the hosts that get your passwords: look whether it is as you wrote it, and let nobody else write it";
        Error::usage(message).hint(hint)
    })
}

/// Reads the `text` of the file at `path`.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Settings> {
    let document = Document { path, text };
    let table = DeTable::parse(text).map_err(|error| syntax(&document, &error))?;
    let root = Section::root(&document, table.get_ref(), &KEYS)?;
    let storage = storage::storage(&root)?.unwrap_or_default();
    let orgs = (root.named("org", &org::KEYS)?.iter())
        .map(|section| org::org(section, &storage).map(Rc::new))
        .collect::<Result<Vec<_>>>()?;
    storage::check_stores(orgs.iter().map(|org| &**org))
        .map_err(|error| error.while_doing(&document.name().to_string()))?;
    let sections = root.named("app", &app::KEYS)?;
    let apps = (sections.iter())
        .map(|section| app::app(section, &orgs))
        .collect::<Result<Vec<_>>>()?;
    check_distinct(&apps, &sections)?;
    Ok(Settings {
        default: root.read("default", |name| default(name, &apps))?,
        storage,
        browser: browser::browser(&root)?,
        orgs,
        apps,
        stamp: None,
    })
}

fn decode(path: &Path, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let document = Document { path, text: &text };
        document.locate(valid, Error::usage("this is not UTF-8"))
    })
}

/// A syntax error. The parser's messages quote nothing; the name of a duplicate key is added to them.
fn syntax(document: &Document<'_>, error: &toml::de::Error) -> Error {
    let span = error.span().unwrap_or_default();
    let message = match document.text.get(span.clone()) {
        Some(key) if error.message() == "duplicate key" => {
            format!("duplicate key {}", quoted(key.trim_matches(['"', '\''])))
        }
        _ => Untrusted::new(error.message()).to_string(),
    };
    document.locate(span.start, Error::usage(message))
}

fn default(name: &str, apps: &[App]) -> Result<String> {
    if apps.iter().any(|app| app.name == name) {
        return Ok(name.to_owned());
    }
    let error = Error::usage(format!("no app is called {}", quoted(name)));
    let names = apps.iter().map(|app| app.name.as_str());
    Err(suggest(error, name, "apps", names))
}

/// Two apps at one URL with one cookie would be one entry under two names.
fn check_distinct(apps: &[App], sections: &[Section<'_>]) -> Result<()> {
    let mut seen = BTreeMap::new();
    for (app, section) in apps.iter().zip(sections) {
        if let Some(first) = seen.insert((&app.site, &app.cookie), section) {
            let error = section.error(&format!("has the url and cookie of {}", first.label()));
            return Err(error.hint("remove one of them, or set a different cookie"));
        }
    }
    Ok(())
}

//! The source of a secret: `{ command = […] }`, `{ env = "…" }`, `{ file = "…" }`, `{ keyring = true }`,
//! `{ prompt = true }`.
//!
//! No message quotes the value: people write the secret itself where its source should be.

use std::path::{Path, PathBuf};

use super::reader::{Field, Section};
use super::validate;
use crate::app::{Passcode, Source};
use crate::error::{Error, Result};
use crate::keyring::{Item, check_build};
use crate::paths;

const SOURCES: [&str; 5] = ["command", "env", "file", "keyring", "prompt"];
const PASSCODES: [&str; 6] = ["command", "env", "file", "keyring", "prompt", "totp"];

/// Reads the source of a password or a seed. `own` is its name in the keyring, unless the file names another.
pub(super) fn source(field: &Field<'_, '_>, own: Item) -> Result<Source> {
    let section = section(field, &SOURCES)?;
    from_field(&only_field(&section)?, own)
}

/// Reads `passcode`: the source of the code itself, or `{ totp = … }` with the source of a seed. `own` gives their names in
/// the keyring.
pub(super) fn passcode(field: &Field<'_, '_>, own: impl Fn(&str) -> Item) -> Result<Passcode> {
    let section = section(field, &PASSCODES)?;
    let only = only_field(&section)?;
    match only.key {
        "totp" => source(&only, own("seed")).map(Passcode::Totp),
        _ => from_field(&only, own("passcode")).map(Passcode::Code),
    }
}

fn section<'a>(field: &Field<'_, 'a>, known: &[&str]) -> Result<Section<'a>> {
    let example = "{ command = [\"op\", \"read\", \"…\"] }, { env = \"…\" }, { file = \"…\" }, { keyring = true } \
        or { prompt = true }";
    field.section(known, || {
        format!("say where it comes from: {} = {example}", field.key)
    })
}

fn only_field<'s, 'a>(section: &'s Section<'a>) -> Result<Field<'s, 'a>> {
    let mut fields = section.fields().into_iter();
    match (fields.next(), fields.next()) {
        (Some(only), None) => Ok(only),
        (Some(one), Some(two)) => {
            let problem = format!("names two sources, {} and {}", one.key, two.key);
            Err(section.error(&problem).hint("keep one of them"))
        }
        (None, _) => {
            let error = section.error("names no source");
            Err(error.hint("a source is command, env, file, keyring or prompt"))
        }
    }
}

fn from_field(field: &Field<'_, '_>, own: Item) -> Result<Source> {
    match field.key {
        "command" => command(field),
        "env" => field.read(validate::variable).map(Source::Env),
        "file" => field
            .read(|text| path(text, field.section.directory()))
            .map(Source::File),
        "prompt" if field.flag()? => Ok(Source::Prompt),
        "prompt" => Err(field.error(Error::usage("it can only be true"))),
        _ => keyring(field, own).map(Source::Keyring),
    }
}

/// `true` means this program's own item; another program's item is named.
fn keyring(field: &Field<'_, '_>, own: Item) -> Result<Item> {
    check_build().map_err(|error| field.error(error))?;
    let form =
        || "{ keyring = true } or { keyring = { service = \"…\", username = \"…\" } }".to_owned();
    if field.is_table() {
        let section = field.section(&["service", "username"], form)?;
        return Ok(Item {
            service: section.demand("service", validate::item)?,
            username: section.demand("username", validate::item)?,
        });
    }
    match field.flag() {
        Ok(true) => Ok(own),
        Ok(false) => Err(field
            .error(Error::usage("it can only be true"))
            .hint(form())),
        Err(error) => Err(error.hint(form())),
    }
}

fn command(field: &Field<'_, '_>) -> Result<Source> {
    program_words(field, "[\"op\", \"read\", \"…\"]").map(Source::Command)
}

/// Reads a program and its arguments, as `example` has them.
pub(super) fn program_words(field: &Field<'_, '_>, example: &str) -> Result<Vec<String>> {
    let hint = format!("the program and its arguments, one string each: command = {example}");
    let words = field.list(|word| Ok(word.to_owned()));
    let mut words = words.map_err(|error| error.hint(hint))?;
    match words.first_mut() {
        Some(name) if !name.is_empty() => {
            let found = program(name, field.section.directory());
            *name = found.map_err(|error| field.error(error))?;
            Ok(words)
        }
        _ => Err(field.error(Error::usage("the program has no name"))),
    }
}

/// The program called `name`. One with a slash is relative to `directory`, and not to the directory of the caller, which may
/// be a stranger's checkout.
fn program(name: &str, directory: &Path) -> Result<String> {
    if !name.contains(std::path::is_separator) {
        return Ok(name.to_owned());
    }
    let path = path(name, directory)?.into_os_string().into_string();
    path.map_err(|_| Error::usage("the path of the program is not UTF-8"))
}

/// The path `text`, relative to `directory`; `~/` is the home directory.
pub(super) fn path(text: &str, directory: &Path) -> Result<PathBuf> {
    validate::filled(text)?;
    match text.strip_prefix("~/") {
        None => Ok(directory.join(text)),
        Some(rest) => (paths::home().map(|home| home.join(rest)))
            .ok_or_else(|| Error::usage("there is no home directory for ~/ to stand for")),
    }
}

#[cfg(test)]
mod tests {
    use super::path;
    #[cfg(unix)]
    use super::program;
    use crate::paths;
    use std::path::{Path, PathBuf};

    #[cfg(unix)]
    #[test]
    fn a_program_with_a_slash_starts_at_the_configuration() {
        let found = |name: &str| program(name, Path::new("/etc/corp")).expect("UTF-8");
        assert_eq!(found("op"), "op", "it is searched for");
        assert_eq!(found("./getpw"), "/etc/corp/./getpw");
        assert_eq!(found("bin/getpw"), "/etc/corp/bin/getpw");
        assert_eq!(found("../getpw"), "/etc/corp/../getpw");
        assert_eq!(found("/bin/op"), "/bin/op");
        let home = paths::home().expect("a home directory");
        assert_eq!(Path::new(&found("~/getpw")), home.join("getpw"));
    }

    #[test]
    fn a_path_starts_at_the_configuration_or_at_home() {
        let directory = Path::new("/etc/alb");
        assert_eq!(path("seed", directory), Ok(PathBuf::from("/etc/alb/seed")));
        assert_eq!(path("/run/seed", directory), Ok(PathBuf::from("/run/seed")));
        if let Some(home) = paths::home() {
            assert_eq!(path("~/seed", directory), Ok(home.join("seed")));
        }
        assert!(path("", directory).is_err());
    }
}

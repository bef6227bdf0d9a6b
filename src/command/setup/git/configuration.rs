//! git's configuration of the user and of the machine, as far as it is about helpers and requests, as git itself reads it.
//!
//! git reads several files, and those that they include, and `git config --global` writes one. What stands in another is
//! seen, and never changed.

use super::chain::Chain;
use crate::command::setup::program::Call;
use crate::error::{Error, Result, foreign, typed};
use crate::site::Site;

const KEYS: &str = "^(credential|http|lfs)\\.";

/// A value, and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: String,
    /// The file, unless it is the one that `git config --global` writes.
    pub(super) file: Option<String>,
}

impl Entry {
    /// The error that this is in the way.
    pub(super) fn in_the_way(&self) -> Error {
        let (key, value) = (foreign(&self.key), foreign(&self.value));
        let typed_key = foreign(&typed(&self.key));
        let (place, option) = match &self.file {
            None => (String::new(), "--global".to_owned()),
            Some(file) => {
                let file = foreign(file);
                (format!(" in {file}"), format!("--file {}", typed(&file)))
            }
        };
        let error = Error::usage(format!("{key} is set already{place}, to {value}"));
        error.hint(format!(
            "if it is of no use: git config {option} --unset-all {typed_key}"
        ))
    }
}

/// All that is set, in order.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    pub(super) entries: Vec<Entry>,
    /// The file that `git config --global` writes, if anything is in it.
    pub(super) own: Option<String>,
}

/// The helpers of one URL.
pub(super) struct Helpers {
    /// Those in the file that is written.
    pub(super) here: Chain,
    /// Those of each other file.
    elsewhere: Vec<(String, Chain)>,
}

impl Helpers {
    /// What a setup has made, and somebody has moved to another file.
    pub(super) fn moved(&self) -> Option<&(String, Chain)> {
        let mut files = self.elsewhere.iter();
        files.find(|(_, chain)| !self.here.has_own() && chain.has_own())
    }

    /// Whether a helper of ours writes the cookie file `path`.
    pub(super) fn have_file(&self, path: &str) -> bool {
        self.here.has_file(path) || self.moved().is_some_and(|(_, chain)| chain.has_file(path))
    }

    /// Whether a setup has made any of them.
    pub(super) fn have_own(&self) -> bool {
        self.here.has_own() || self.moved().is_some()
    }

    /// A helper that is neither ours nor the `next`, with its file.
    pub(super) fn foreign(&self, next: Option<&str>) -> Option<(Option<&str>, &str)> {
        let here = self.here.foreign(next).map(|helper| (None, helper));
        here.or_else(|| {
            let mut files = self.elsewhere.iter();
            files.find_map(|(file, chain)| Some((Some(file.as_str()), chain.foreign(next)?)))
        })
    }
}

impl Configuration {
    /// Asks git, from where no repository has a say.
    pub(super) fn read() -> Result<Self> {
        let own = ["config", "--global", "--no-includes", "--show-origin"];
        let own = Call::git(&[&own[..], &["--null", "--get-regexp", KEYS]].concat()).answer()?;
        let own = own.as_deref().and_then(|text| text.split_once('\0'));
        let own = own.map(|(file, _)| file);
        let all = ["-C", "/", "config", "--show-scope", "--show-origin"];
        let last = ["--includes", "--null", "--get-regexp", KEYS];
        let text = Call::git(&[&all[..], &last].concat()).answer()?;
        Ok(Self::parse(&text.unwrap_or_default(), own))
    }

    /// Scope, origin, and key with value, each with a NUL behind it.
    fn parse(text: &str, own: Option<&str>) -> Self {
        let fields: Vec<&str> = text.split_terminator('\0').collect();
        let (triples, _) = fields.as_chunks::<3>();
        let lasting = triples
            .iter()
            .filter(|[scope, ..]| matches!(*scope, "global" | "system"));
        let entries = lasting.map(|[_, file, entry]| {
            let (key, value) = entry.split_once('\n').unwrap_or((entry, ""));
            let is_own = own == Some(*file);
            let file = file.strip_prefix("file:").unwrap_or(file);
            Entry {
                key: key.to_owned(),
                value: value.to_owned(),
                file: (!is_own).then(|| file.to_owned()),
            }
        });
        Self {
            entries: entries.collect(),
            own: own
                .and_then(|file| file.strip_prefix("file:"))
                .map(str::to_owned),
        }
    }

    /// The values of `section.<url>.name` for the very place `site`: a URL can be spelled in many ways.
    pub(super) fn values<'a>(
        &'a self,
        section: &'a str,
        site: &'a Site,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| {
            let rest = entry.key.strip_prefix(section);
            let rest = rest.and_then(|rest| rest.strip_prefix('.')?.rsplit_once('.'));
            rest.is_some_and(|(url, last)| {
                last.eq_ignore_ascii_case(name) && Site::parse(url).as_ref() == Ok(site)
            })
        })
    }

    /// The helpers that stand under `key`.
    pub(super) fn helpers(&self, key: &str) -> Helpers {
        let all = self.entries.iter().filter(|entry| entry.key == key);
        let mut here = Vec::new();
        let mut elsewhere: Vec<(String, Vec<String>)> = Vec::new();
        for entry in all {
            let value = entry.value.clone();
            match (&entry.file, elsewhere.last_mut()) {
                (None, _) => here.push(value),
                (Some(file), Some((last, values))) if file == last => values.push(value),
                (Some(file), _) => elsewhere.push((file.clone(), vec![value])),
            }
        }
        let divide = |(file, values)| (file, Chain::divide(values));
        Helpers {
            here: Chain::divide(here),
            elsewhere: elsewhere.into_iter().map(divide).collect(),
        }
    }

    /// The place of a helper that `is_meant`, other than under `key` in the file that is written.
    pub(super) fn helper_elsewhere(&self, key: &str, is_meant: fn(&str) -> bool) -> Option<String> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| {
            let is_elsewhere = entry.key != key || entry.file.is_some();
            entry.key.ends_with(".helper") && is_elsewhere && is_meant(&entry.value)
        })?;
        let place = entry.file.as_ref().map(|file| format!(" in {file}"));
        Some(foreign(&format!(
            "{}{}",
            entry.key,
            place.unwrap_or_default()
        )))
    }

    /// The key that has git write the cookie files that it reads, without a lock.
    pub(super) fn saves_cookies(&self) -> Option<String> {
        let mut entries = self.entries.iter();
        let is_on = |value: &str| ["true", "yes", "on", "1"].contains(&value);
        let saves =
            entries.find(|entry| entry.key.ends_with(".savecookies") && is_on(&entry.value))?;
        Some(foreign(&saves.key))
    }
}

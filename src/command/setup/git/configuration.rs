//! git's configuration of the user and the machine, as git reads it: values about helpers and requests, except those in this
//! program's own file.

use std::path::Path;

use crate::command::setup::plan::Line;
use crate::command::setup::program::ProgramCall;
use crate::error::{Error, Hint, Result, Untrusted, typed};
use crate::site::Site;

const KEYS: &str = "^(credential|http|lfs)\\.|^include\\.path$";

/// A value, and its file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) file: String,
}

impl Entry {
    /// The error that this value is in the way.
    pub(super) fn in_the_way(&self) -> Error {
        let (key, value) = (Untrusted::new(&self.key), Untrusted::new(&self.value));
        let file = Untrusted::new(&self.file);
        let unset = [
            "git",
            "config",
            "--file",
            &self.file,
            "--unset-all",
            &self.key,
        ];
        Error::usage(format!("{key} is set already in {file}, to {value}"))
            .hint(Hint::run(&unset).after("if it is of no use: "))
    }

    /// The line that this value stays.
    pub(super) fn left(&self) -> Line {
        Line::Left {
            what: format!("{} {}", self.key, typed(&self.value)),
            why: format!("it stands in {}", self.file),
        }
    }
}

/// All values, in order.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    pub(super) entries: Vec<Entry>,
    /// Set if git reads this program's own file.
    pub(super) reads_own: bool,
}

impl Configuration {
    /// Asks git, outside of any repository.
    pub(super) fn read(own: &Path) -> Result<Self> {
        let all = ["-C", "/", "config", "--show-scope", "--show-origin"];
        let last = ["--includes", "--null", "--get-regexp", KEYS];
        let text = ProgramCall::git(&[&all[..], &last].concat()).answer()?;
        Ok(Self::parse(&text.unwrap_or_default(), own))
    }

    /// Parses scope, origin, and key with value, each with a NUL behind it.
    fn parse(text: &str, own: &Path) -> Self {
        let fields: Vec<&str> = text.split_terminator('\0').collect();
        let (triples, _) = fields.as_chunks::<3>();
        let lasting = (triples.iter()).filter(|[scope, ..]| matches!(*scope, "global" | "system"));
        let (ours, entries) = lasting
            .map(|[_, file, entry]| {
                let (key, value) = entry.split_once('\n').unwrap_or((entry, ""));
                Entry {
                    key: key.to_owned(),
                    value: value.to_owned(),
                    file: file.strip_prefix("file:").unwrap_or(file).to_owned(),
                }
            })
            .partition::<Vec<_>, _>(|entry| Path::new(&entry.file) == own);
        Self {
            entries,
            reads_own: !ours.is_empty(),
        }
    }

    /// The values of `section.<url>.name` for exactly `site`, in any spelling of its URL.
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

    /// Key and file of the first helper that `is_meant`, for any URL.
    pub(super) fn helper(&self, is_meant: fn(&str) -> bool) -> Option<String> {
        let mut entries = self.entries.iter();
        let entry =
            entries.find(|entry| entry.key.ends_with(".helper") && is_meant(&entry.value))?;
        Some(format!("{} in {}", entry.key, entry.file))
    }

    /// The key that makes git write the cookie files that it reads, without a lock.
    pub(super) fn saves_cookies(&self) -> Option<&str> {
        let mut entries = self.entries.iter();
        let is_on = |value: &str| ["true", "yes", "on", "1"].contains(&value);
        let saves =
            entries.find(|entry| entry.key.ends_with(".savecookies") && is_on(&entry.value))?;
        Some(&saves.key)
    }
}

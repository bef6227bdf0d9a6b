//! git's global configuration, as far as it is about helpers and requests, as git itself reads it.

use crate::command::setup::program::Call;
use crate::error::{Result, foreign};
use crate::site::Site;

/// Keys with their values, in order.
#[derive(Debug, Default)]
pub(super) struct Configuration(pub(super) Vec<(String, String)>);

impl Configuration {
    pub(super) fn read() -> Result<Self> {
        let arguments = [
            "config",
            "--global",
            "--includes",
            "--null",
            "--get-regexp",
            "^(credential|http|lfs)\\.",
        ];
        let text = Call::git(&arguments).answer()?.unwrap_or_default();
        let entries = text.split_terminator('\0').map(|entry| {
            let (key, value) = entry.split_once('\n').unwrap_or((entry, ""));
            (key.to_owned(), value.to_owned())
        });
        Ok(Self(entries.collect()))
    }

    /// The values of `section.<url>.name` for the very place `site`, with their keys: a URL can be spelled in many ways.
    pub(super) fn values<'a>(
        &'a self,
        section: &'a str,
        site: &'a Site,
        name: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(key, value)| {
            let (url, last) = key
                .strip_prefix(section)?
                .strip_prefix('.')?
                .rsplit_once('.')?;
            let is_meant = last.eq_ignore_ascii_case(name) && Site::parse(url).as_ref() == Ok(site);
            is_meant.then_some((key.as_str(), value.as_str()))
        })
    }

    /// The key of a helper that `is_meant`, other than `key`.
    pub(super) fn helper_elsewhere(&self, key: &str, is_meant: fn(&str) -> bool) -> Option<String> {
        let mut entries = self.0.iter();
        let is_it = |(other, value): &&(String, String)| {
            other.ends_with(".helper") && other != key && is_meant(value)
        };
        Some(foreign(&entries.find(is_it)?.0))
    }

    /// The key that has git write the cookie files that it reads, without a lock.
    pub(super) fn saves_cookies(&self) -> Option<String> {
        let mut entries = self.0.iter();
        let is_on = |value: &str| ["true", "yes", "on", "1"].contains(&value);
        let saves = entries.find(|(key, value)| key.ends_with(".savecookies") && is_on(value))?;
        Some(foreign(&saves.0))
    }
}

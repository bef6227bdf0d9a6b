//! The record of one identity provider's browser profile: the browser that used it last, and whether one starts at all.
//!
//! The profile itself is the browser's directory. This record's claim is the right to start a browser on it: a browser that
//! is started on a profile in use opens a tab in the other one, or ends.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Backoff;
use crate::clock::Moment;
use crate::secret::Secret;
use crate::store::json::to_json;
use crate::store::{Key, Record};

/// The last uses of a profile.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BrowserProfile {
    /// The browser as it names itself: `Chrome/156.0.8078.108`.
    pub(crate) product: Option<String>,
    /// When a session was last obtained with it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) used_at: Option<Moment>,
    /// Whether that needed no person.
    pub(crate) was_silent: bool,
    /// The URLs of the apps whose sessions were obtained with it. Not each app's configuration names its provider.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) apps: BTreeSet<String>,
    /// Until it ends, unattended callers start no browser: the last one did not start.
    pub(crate) backoff: Option<Backoff>,
}

/// The most apps that are kept. A person has fewer.
const MOST_APPS: usize = 1000;

impl BrowserProfile {
    /// Notes that a session of the app at `url` was obtained with it.
    pub(crate) fn note_app(&mut self, url: &str) {
        if self.apps.len() < MOST_APPS {
            self.apps.insert(url.to_owned());
        }
    }
}

/// The file's text.
#[derive(Serialize, Deserialize)]
struct ProfileText {
    key: BTreeMap<String, String>,
    #[serde(flatten)]
    profile: BrowserProfile,
}

impl Record for BrowserProfile {
    fn parse(text: &str, key: &Key) -> Option<Self> {
        let text: ProfileText = serde_json::from_str(text).ok()?;
        (text.key == key.fields).then_some(text.profile)
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        (*self != Self::default()).then(|| {
            to_json(&ProfileText {
                key: key.fields.clone(),
                profile: self.clone(),
            })
        })
    }

    fn memory(&self) -> Self {
        self.clone()
    }

    fn with(self, memory: Self) -> Self {
        match memory.used_at >= self.used_at {
            true => memory,
            false => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BTreeSet, BrowserProfile};
    use crate::error::Error;
    use crate::store::{Backoff, Key, Record as _};
    use time::macros::datetime;

    const AT: crate::clock::Moment = datetime!(2026-11-23 20:00 UTC);

    #[test]
    fn a_profile_is_read_as_it_was_written() {
        let key = Key::of_browser_profile("login.example");
        let profile = BrowserProfile {
            product: Some("Chrome/156.0".into()),
            used_at: Some(AT),
            was_silent: true,
            apps: BTreeSet::from(["https://wiki.corp.example".into()]),
            backoff: Some(Backoff::after(None, Error::network("no"), AT)),
        };
        let text = profile.to_text(&key).expect("it says something");
        assert_eq!(BrowserProfile::parse(text.expose(), &key), Some(profile));
        let other = Key::of_browser_profile("other.example");
        assert_eq!(BrowserProfile::parse(text.expose(), &other), None);
        assert!(BrowserProfile::default().to_text(&key).is_none());
    }

    #[test]
    fn the_later_use_counts() {
        let used = |at| BrowserProfile {
            used_at: at,
            ..BrowserProfile::default()
        };
        let (early, late) = (used(Some(AT)), used(Some(AT + time::Duration::HOUR)));
        assert_eq!(early.clone().with(late.clone()), late);
        assert_eq!(late.clone().with(early), late);
        assert_eq!(late.clone().with(used(None)), late);
    }
}

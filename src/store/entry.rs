//! The record of one app and account: its session, its last failure, and what was learnt about its sessions' life.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::failure::FailureText;
use super::{CookieText, Failure, Key, Record, to_json};
use crate::clock::Moment;
use crate::secret::Secret;
use crate::session::{Session, Shard};

/// What is known of one app's sessions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) session: Option<Session>,
    pub(crate) failure: Option<Failure>,
}

impl Record for Entry {
    fn parse(text: &str, key: &Key) -> Option<Self> {
        let text: EntryText = serde_json::from_str(text).ok()?;
        if text.key != key.fields {
            return None;
        }
        let session = match text.session {
            Some(session) => Some(session.parse()?),
            None => None,
        };
        Some(Self {
            session,
            failure: text.failure.map(FailureText::parse),
        })
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        let Self { session, failure } = self;
        if session.is_none() && failure.is_none() {
            return None;
        }
        Some(to_json(&EntryText {
            key: key.fields.clone(),
            session: session.as_ref().map(SessionText::new),
            failure: failure.as_ref().map(FailureText::new),
        }))
    }
}

/// The file's text. Members that a later program of the same version adds are passed over.
#[derive(Serialize, Deserialize)]
struct EntryText<'a> {
    key: BTreeMap<String, String>,
    #[serde(borrow)]
    session: Option<SessionText<'a>>,
    failure: Option<FailureText>,
}

#[derive(Serialize, Deserialize)]
struct SessionText<'a> {
    #[serde(with = "time::serde::rfc3339")]
    issued_at: Moment,
    #[serde(with = "time::serde::rfc3339")]
    bound: Moment,
    #[serde(with = "time::serde::rfc3339::option")]
    verified_at: Option<Moment>,
    #[serde(borrow)]
    cookies: Vec<CookieText<'a>>,
}

impl<'a> SessionText<'a> {
    fn new(session: &'a Session) -> Self {
        let Session {
            shards,
            issued_at,
            bound,
            verified_at,
        } = session;
        let cookies = shards
            .iter()
            .map(|shard| CookieText::new(&shard.name, &shard.value))
            .collect();
        Self {
            issued_at: *issued_at,
            bound: *bound,
            verified_at: *verified_at,
            cookies,
        }
    }

    /// The session, if it has cookies and all of them obey the grammar.
    fn parse(self) -> Option<Session> {
        let shards: Option<Vec<Shard>> = self
            .cookies
            .into_iter()
            .map(|cookie| cookie.checked().map(|(name, value)| Shard { name, value }))
            .collect();
        let shards = shards.filter(|shards| !shards.is_empty())?;
        Some(Session {
            shards,
            issued_at: self.issued_at,
            bound: self.bound,
            verified_at: self.verified_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Entry;
    use crate::error::Error;
    use crate::secret::Secret;
    use crate::session::{Session, Shard};
    use crate::store::{Failure, Key, Record};
    use time::macros::datetime;

    fn key(account: &str) -> Key {
        Key::new(
            "a.example",
            [
                ("app", "https://a.example".into()),
                ("account", account.into()),
            ],
        )
    }

    fn entry() -> Entry {
        let now = datetime!(2026-11-23 20:00:00.123456789 UTC);
        let shards = vec![Shard {
            name: "A-0".into(),
            value: Secret::new("x+/=".into()),
        }];
        Entry {
            session: Some(Session::issued(shards, now, None)),
            failure: Some(Failure::after(
                None,
                Error::person("no").hint("do"),
                now,
                true,
            )),
        }
    }

    #[test]
    fn an_entry_survives_its_text() {
        let text = entry().to_text(&key("ada")).expect("a text");
        assert_eq!(Entry::parse(text.expose(), &key("ada")), Some(entry()));
    }

    #[test]
    fn an_entry_of_another_key_is_none() {
        let text = entry().to_text(&key("ada")).expect("a text");
        assert_eq!(Entry::parse(text.expose(), &key("eve")), None);
    }

    #[test]
    fn broken_texts_and_hostile_cookies_are_none() {
        let text = entry().to_text(&key("ada")).expect("a text");
        for cut in 0..text.expose().len() - 2 {
            assert_eq!(Entry::parse(&text.expose()[..cut], &key("ada")), None);
        }
        let hostile = text.expose().replace("x+/=", "x\\u001b[2J");
        assert_eq!(Entry::parse(&hostile, &key("ada")), None);
    }

    #[test]
    fn nothing_known_needs_no_text() {
        assert!(Entry::default().to_text(&key("ada")).is_none());
    }
}

//! The record of one app and account: its session, its last failure, and its storm brake.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::Duration;

use super::failure::{BrakeText, FailureText};
use super::{Brake, CookieText, Failure, Key, Record, to_json};
use crate::app::App;
use crate::clock::Moment;
use crate::secret::Secret;
use crate::session::{Freshness, Session, Shard};

/// What is known of one app's sessions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) session: Option<Session>,
    pub(crate) failure: Option<Failure>,
    /// Holds back unattended sign-ins to this one app.
    pub(crate) brake: Option<Brake>,
}

impl Entry {
    /// When the session ends, as far as is known of it and of `app`.
    pub(crate) fn end(&self, app: &App) -> Option<Moment> {
        self.session
            .as_ref()
            .map(|session| session.end(app.session))
    }

    /// What the session is worth at `now`, if there is one; `least` is the life that has to be left.
    pub(crate) fn judge(&self, app: &App, now: Moment, least: Duration) -> Option<Freshness> {
        self.session
            .as_ref()
            .map(|session| session.judge(now, app.session, least))
    }
}

impl Record for Entry {
    fn parse(text: &str, key: &Key) -> Option<Self> {
        let EntryText {
            key: of,
            session,
            failure,
            brake,
        } = serde_json::from_str(text).ok()?;
        if of != key.fields {
            return None;
        }
        let session = match session {
            Some(session) => Some(session.parse()?),
            None => None,
        };
        Some(Self {
            session,
            failure: failure.map(FailureText::parse),
            brake: brake.map(BrakeText::parse),
        })
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        let Self {
            session,
            failure,
            brake,
        } = self;
        if session.is_none() && failure.is_none() && brake.is_none() {
            return None;
        }
        Some(to_json(&EntryText {
            key: key.fields.clone(),
            session: session.as_ref().map(SessionText::new),
            failure: failure.as_ref().map(FailureText::new),
            brake: brake.as_ref().map(BrakeText::new),
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
    brake: Option<BrakeText>,
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
    use crate::store::{Brake, Failure, Key, Record};
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
            failure: Some(Failure {
                error: Error::network("no").hint("do"),
                at: now,
                attended: true,
            }),
            brake: Some(Brake::after(None, Error::person("no"), now)),
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

//! The text of an entry in its file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::UtcOffset;

use super::super::{Backoff, CookieText, Failure};
use crate::clock::Moment;
use crate::session::{Session, Shard};

/// The file's text. Members that a later program of the same version adds are passed over. The members that a hit needs stand
/// first, because [`crate::store::EntryPeek`] reads no further.
#[derive(Serialize, Deserialize)]
pub(super) struct EntryText<'a> {
    pub(super) key: BTreeMap<String, String>,
    /// In seconds.
    #[serde(rename = "learnt_life")]
    pub(super) learnt: Option<i64>,
    #[serde(borrow)]
    pub(super) session: Option<SessionText<'a>>,
    pub(super) failure: Option<Failure>,
    pub(super) backoff: Option<Backoff>,
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) renewal_tried_at: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SessionText<'a> {
    #[serde(with = "time::serde::rfc3339")]
    issued_at: Moment,
    #[serde(with = "time::serde::rfc3339")]
    bound: Moment,
    #[serde(with = "time::serde::rfc3339::option")]
    verified_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pasted: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    by_browser: bool,
    #[serde(borrow)]
    cookies: Vec<CookieText<'a>>,
}

impl<'a> SessionText<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        let Session {
            shards,
            issued_at,
            bound,
            verified_at,
            is_pasted,
            is_by_browser,
        } = session;
        let cookies = shards
            .iter()
            .map(|shard| CookieText::new(&shard.name, &shard.value))
            .collect();
        Self {
            issued_at: *issued_at,
            bound: *bound,
            verified_at: *verified_at,
            pasted: *is_pasted,
            by_browser: *is_by_browser,
            cookies,
        }
    }

    /// The session, if it has cookies and all of them obey the grammar, and its times are such that can be told in UTC.
    pub(super) fn parse(self) -> Option<Session> {
        let shards: Option<Vec<Shard>> = self
            .cookies
            .into_iter()
            .map(|cookie| cookie.checked().map(|(name, value)| Shard { name, value }))
            .collect();
        let shards = shards.filter(|shards| !shards.is_empty())?;
        let verified_at = match self.verified_at {
            Some(moment) => Some(in_utc(moment)?),
            None => None,
        };
        Some(Session {
            shards,
            issued_at: in_utc(self.issued_at)?,
            bound: in_utc(self.bound)?,
            verified_at,
            is_pasted: self.pasted,
            is_by_browser: self.by_browser,
        })
    }
}

/// A moment of the file, if it can be told in UTC: RFC 3339 has years of four digits and no sign.
pub(crate) fn in_utc(moment: Moment) -> Option<Moment> {
    let moment = moment.checked_to_offset(UtcOffset::UTC);
    moment.filter(|moment| moment.year() >= 0)
}

//! The record of one app and account: its session, its last failure, and how long unattended callers have to wait.

#[cfg(test)]
mod tests;
mod text;

use time::Duration;

use super::{Backoff, Failure};
use crate::app::App;
use crate::clock::Moment;
use crate::secret::Secret;
use crate::served_session::ServedSession;
use crate::session::{Freshness, Session};
use crate::store::json::to_json;
use crate::store::records::{FleetText, Sharing};
use crate::store::{Key, Record};
pub(crate) use text::in_utc;
use text::{EntryText, SessionText};

/// The record of one app's sessions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) session: Option<Session>,
    pub(crate) failure: Option<Failure>,
    /// Holds back unattended sign-ins to this one app.
    pub(crate) backoff: Option<Backoff>,
    /// The shortest life that a session of this app had when the ALB was seen to refuse it. The ALB's own limit is
    /// no longer than that, and nothing that it says tells it (its `Expires` is always seven days ahead).
    pub(crate) learnt: Option<Duration>,
    /// The last attempt to renew the session ahead of its end.
    pub(crate) renewal_tried_at: Option<Moment>,
}

/// If the ALB refuses a session younger than this, somebody has revoked it: that says nothing about how long sessions live.
const REVOKED: Duration = Duration::minutes(5);

impl Entry {
    /// When the session ends, as far as is known of it and of `app`.
    pub(crate) fn end(&self, app: &App) -> Option<Moment> {
        self.session
            .as_ref()
            .map(|session| session.end(self.life(app)))
    }

    /// Returns how long sessions of `app` live at most: as its configuration says or as was learnt, whichever is less.
    pub(crate) fn life(&self, app: &App) -> Option<Duration> {
        [app.session, self.learnt].into_iter().flatten().min()
    }

    /// The session as an answer of `app`, if there is one.
    pub(crate) fn answer(self, app: &App) -> Option<ServedSession<'_>> {
        let life = self.life(app);
        self.session
            .map(|session| ServedSession::new(app, session, life))
    }

    /// The learnt life as it stands in a record; `None` for one so short that nothing can have been learnt of it.
    pub(crate) fn read_learnt(seconds: i64) -> Option<Duration> {
        (seconds >= REVOKED.whole_seconds()).then(|| Duration::seconds(seconds))
    }

    /// Returns whether a refusal of a session of this age teaches how long sessions live.
    pub(crate) fn is_lesson(age: Duration) -> bool {
        age >= REVOKED
    }

    /// Learns that the ALB refused a session of this age.
    pub(crate) fn learn_refused(&mut self, age: Duration) {
        if Self::is_lesson(age) {
            self.learnt = Some(self.learnt.map_or(age, |learnt| learnt.min(age)));
        }
    }

    /// Learns that the ALB took a session of this age, and forgets a shorter life.
    pub(crate) fn learn_taken(&mut self, age: Duration) {
        self.learnt = self.learnt.filter(|&learnt| learnt > age);
    }

    /// How fresh the session is at `now`, if there is one; `least` is the life that has to be left. If a caller asks for more
    /// than the learnt life, no new session could satisfy it either: then the learnt life does not count.
    pub(crate) fn judge(&self, app: &App, now: Moment, least: Duration) -> Option<Freshness> {
        let in_vain = self.learnt.is_some_and(|learnt| learnt <= least);
        let life = if in_vain { app.session } else { self.life(app) };
        self.session
            .as_ref()
            .map(|session| session.judge(now, life, least))
    }

    /// Returns whether only the learnt life says that the session has ended, or is about to.
    pub(crate) fn is_doubtful(&self, app: &App, now: Moment, least: Duration) -> bool {
        self.session.as_ref().is_some_and(|session| {
            session.judge(now, app.session, least) == Freshness::Fresh
                && session.judge(now, self.life(app), Duration::ZERO) != Freshness::Fresh
        })
    }
}

impl Record for Entry {
    const IS_ANSWERED: bool = true;

    fn parse(text: &str, key: &Key) -> Option<Self> {
        let EntryText {
            key: of,
            learnt,
            session,
            failure,
            backoff,
            renewal_tried_at,
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
            failure,
            backoff,
            learnt: learnt.and_then(Self::read_learnt),
            renewal_tried_at,
        })
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        let Self {
            session,
            failure,
            backoff,
            learnt,
            renewal_tried_at,
        } = self;
        if session.is_none() && failure.is_none() && backoff.is_none() && learnt.is_none() {
            return None;
        }
        Some(to_json(&EntryText {
            key: key.fields.clone(),
            learnt: learnt.map(Duration::whole_seconds),
            session: session.as_ref().map(SessionText::new),
            failure: failure.clone(),
            backoff: backoff.clone(),
            renewal_tried_at: *renewal_tried_at,
        }))
    }

    fn memory(&self) -> Self {
        Self {
            session: None,
            failure: self.failure.clone(),
            backoff: self.backoff.clone(),
            learnt: self.learnt,
            renewal_tried_at: self.renewal_tried_at,
        }
    }

    fn with(self, memory: Self) -> Self {
        Self {
            session: self.session,
            failure: memory.failure.or(self.failure),
            backoff: memory.backoff.or(self.backoff),
            learnt: [memory.learnt, self.learnt].into_iter().flatten().min(),
            renewal_tried_at: memory.renewal_tried_at.or(self.renewal_tried_at),
        }
    }

    const SHARING: Sharing = Sharing::Copied;

    /// A session that a person pasted, or a browser of this machine won, is somebody's own.
    fn fleets_text(&self, key: &Key, _with_okta: bool) -> FleetText {
        let session = self.session.as_ref();
        match session.is_none_or(Session::has_known_account) {
            true => FleetText::of(self.to_text(key)),
            false => FleetText::Own,
        }
    }

    /// The later session counts, and of failures this machine's own only if it is later than all that the fleet knows.
    fn joined(self, fleet: Self) -> Self {
        let issued = |entry: &Self| entry.session.as_ref().map(|session| session.issued_at);
        let failed = |entry: &Self| entry.failure.as_ref().map(|failure| failure.at);
        let is_later = failed(&self) > failed(&fleet).max(issued(&fleet));
        let (failure, backoff) = match is_later {
            true => (self.failure.clone(), self.backoff.clone()),
            false => (fleet.failure.clone(), fleet.backoff.clone()),
        };
        let own_is_later = issued(&self) > issued(&fleet);
        Self {
            learnt: fleet.learnt.or(self.learnt),
            renewal_tried_at: fleet.renewal_tried_at.max(self.renewal_tried_at),
            session: if own_is_later {
                self.session
            } else {
                fleet.session
            },
            failure,
            backoff,
        }
    }

    fn by_clock(mut self, ahead: Duration) -> Self {
        if let Some(session) = &mut self.session {
            session.shift(ahead);
        }
        if let Some(failure) = &mut self.failure {
            failure.at = failure.at.saturating_add(ahead);
        }
        if let Some(backoff) = &mut self.backoff {
            backoff.shift(ahead);
        }
        if let Some(at) = &mut self.renewal_tried_at {
            *at = at.saturating_add(ahead);
        }
        self
    }
}

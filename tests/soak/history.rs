//! The events so far, as far as an answer is judged by them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use time::{Duration, OffsetDateTime as Moment};

use crate::call::Call;

/// So many of what lies furthest back can be forgotten.
const KEPT: usize = 2000;

/// The past.
#[derive(Default)]
pub(crate) struct History {
    past: Mutex<Past>,
}

#[derive(Default)]
struct Past {
    /// When each session was first seen in an answer that had ended.
    seen: HashMap<String, Moment>,
    /// By user and app.
    forgotten: HashMap<(&'static str, &'static str), VecDeque<Forgotten>>,
    /// Before and after the moment at which an app's ALB has ended all of its sessions.
    revoked: HashMap<&'static str, Vec<(Moment, Moment)>>,
    faults: VecDeque<Played>,
    held_back: HashSet<&'static str>,
}

/// A successful call that has made the cache forget a session.
#[derive(Clone, Copy)]
struct Forgotten {
    began: Moment,
    ended: Moment,
    /// Also what a sign-in under way was about to bring.
    with_coming: bool,
}

/// A fault.
struct Played {
    at: Moment,
    /// So long it may take until the last that fails of it has done so.
    reach: Duration,
    /// It was played to a request to an app.
    at_app: bool,
}

impl History {
    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session was in an answer that ended at `at`.
    pub(crate) fn saw(&self, cookie: &str, at: Moment) {
        self.past().seen.entry(cookie.to_owned()).or_insert(at);
    }

    /// A call of `user` for `app` has made the cache forget.
    pub(crate) fn forgot(
        &self,
        (user, app): (&'static str, &'static str),
        began: Moment,
        ended: Moment,
        with_coming: bool,
    ) {
        let mut past = self.past();
        let forgotten = past.forgotten.entry((user, app)).or_default();
        forgotten.push_back(Forgotten {
            began,
            ended,
            with_coming,
        });
        if forgotten.len() > KEPT {
            forgotten.pop_front();
        }
    }

    /// Returns whether a session had to be forgotten when a call began at `began`.
    pub(crate) fn is_forgotten(
        &self,
        call: &Call,
        cookie: &str,
        issued: Moment,
        began: Moment,
    ) -> bool {
        let past = self.past();
        let seen = past.seen.get(cookie);
        let forgotten = past.forgotten.get(&(call.user, call.app));
        forgotten.into_iter().flatten().any(|forgotten| {
            let was_there = seen.is_some_and(|seen| *seen < forgotten.began);
            let was_coming = forgotten.with_coming && issued < forgotten.began;
            forgotten.ended < began && (was_there || was_coming)
        })
    }

    /// An app's ALB has ended its sessions between two moments.
    pub(crate) fn revoked(&self, app: &'static str, before: Moment, after: Moment) {
        self.past()
            .revoked
            .entry(app)
            .or_default()
            .push((before, after));
    }

    /// Returns whether a session that was issued at `issued` had been ended by the ALB before `began`.
    pub(crate) fn is_revoked(&self, app: &str, issued: Moment, began: Moment) -> bool {
        let past = self.past();
        let mut revoked = past.revoked.get(app).into_iter().flatten();
        revoked.any(|(before, after)| issued < *before && *after < began)
    }

    /// A fault was played.
    pub(crate) fn played(&self, at: Moment, reach: Duration, at_app: bool) {
        let mut past = self.past();
        past.faults.push_back(Played { at, reach, at_app });
        if past.faults.len() > KEPT {
            past.faults.pop_front();
        }
    }

    /// Returns whether a call between two moments may have failed because of a fault, or, if `at_app`, of one of an
    /// ALB's.
    pub(crate) fn is_troubled(&self, began: Moment, ended: Moment, at_app: bool) -> bool {
        let past = self.past();
        past.faults.iter().any(|fault| {
            let is_near = fault.at <= ended && began <= fault.at + fault.reach;
            is_near && (fault.at_app || !at_app)
        })
    }

    /// A user waits for a person.
    pub(crate) fn held_back(&self, user: &'static str) {
        self.past().held_back.insert(user);
    }

    /// The users who wait for a person, who comes now.
    pub(crate) fn take_held_back(&self) -> Vec<&'static str> {
        self.past().held_back.drain().collect()
    }
}

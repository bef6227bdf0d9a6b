//! The session cookie of an app as a family of shards, and how long it can be trusted. Pure values.
//!
//! What is known of the ALB (AWS, "Authenticate users using an Application Load Balancer", and captures of 2026):
//! the cookie is always called base name, `-`, index from 0, also when there is one; it is split at 4 KiB into at
//! most four; all of them are needed; its `Expires` is always seven days ahead and says nothing about the session,
//! whose real end is the rule's `SessionTimeout`, hidden inside the encrypted value.

#[cfg(test)]
mod tests;

use time::Duration;

use crate::clock::Moment;
use crate::cookie::{self, SetCookie};
use crate::secret::Secret;

/// The most shards that the ALB makes of one session.
const SHARDS: usize = 4;
/// What the ALB always says in `Expires`, and the longest session that it can be set to.
const LONGEST: Duration = Duration::days(7);
/// A session from further ahead than this was issued by a clock that has since been set back.
const CLOCK_SLACK: Duration = Duration::minutes(5);

/// One cookie of the family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shard {
    /// The whole name: base, `-`, index.
    pub(crate) name: String,
    pub(crate) value: Secret,
}

/// A session at one app: the whole family, in order, and its times by the local clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) shards: Vec<Shard>,
    pub(crate) issued_at: Moment,
    /// The upper bound that the cookie's own `Expires` sets.
    pub(crate) bound: Moment,
    /// When the ALB was last seen to accept it.
    pub(crate) verified_at: Option<Moment>,
    /// A person has pasted it: when it was really issued is not known, and its age teaches nothing.
    pub(crate) is_pasted: bool,
}

/// What a session is worth at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It can be answered.
    Fresh,
    /// Its end, less the margin, has passed, or less life is left than was asked for.
    Expired,
    /// It was issued in the future: the clock was set back, and nothing can be said about its age.
    FromTheFuture,
}

impl Session {
    /// A session of `shards` that the ALB set at `now` or a moment later, to live for `life` at most.
    pub(crate) fn issued(shards: Vec<Shard>, now: Moment, life: Option<Duration>) -> Self {
        let life = life.unwrap_or(LONGEST).clamp(Duration::ZERO, LONGEST);
        Self {
            shards,
            issued_at: now,
            bound: now.saturating_add(life),
            verified_at: None,
            is_pasted: false,
        }
    }

    /// The ALB took it at `now`, and may have given other shards in place of its own. They are the same session: its
    /// end does not move.
    pub(crate) fn admitted(&mut self, reissued: Option<Vec<Shard>>, now: Moment) {
        self.verified_at = Some(now);
        if let Some(shards) = reissued {
            self.shards = shards;
        }
    }

    /// The value of the `Cookie` header: shards in order, values verbatim.
    pub(crate) fn cookie(&self) -> Secret {
        cookie::header(
            self.shards
                .iter()
                .map(|shard| (shard.name.as_str(), &shard.value)),
        )
    }

    /// When it was issued, and until when the cookie's own `Expires` lets it live.
    fn span(&self) -> Span {
        Span {
            issued_at: self.issued_at,
            bound: self.bound,
        }
    }

    /// When it ends, as far as is known: the cookie's bound, or the configured life after its issue.
    pub(crate) fn end(&self, life: Option<Duration>) -> Moment {
        self.span().end(life)
    }

    /// Judges it at `now`; `least` is the life that has to be left.
    pub(crate) fn judge(&self, now: Moment, life: Option<Duration>, least: Duration) -> Freshness {
        self.span().judge(now, life, least)
    }
}

/// The times of a session, which are all that it is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) issued_at: Moment,
    /// The upper bound that the cookie's own `Expires` sets.
    pub(crate) bound: Moment,
}

impl Span {
    fn end(&self, life: Option<Duration>) -> Moment {
        life.map_or(self.bound, |life| {
            self.bound.min(self.issued_at.saturating_add(life))
        })
    }

    /// Whether it begins so far ahead of `now` that the clock must have been set back since.
    fn is_from_the_future(&self, now: Moment) -> bool {
        self.issued_at > now.saturating_add(CLOCK_SLACK)
    }

    /// Whether it is at `now` in the last `share` of its life, in which it is renewed ahead of its end.
    pub(crate) fn is_near_end(&self, now: Moment, life: Option<Duration>, share: f64) -> bool {
        is_near_end(self.issued_at, self.end(life), share, now)
    }

    /// Judges at `now`, with a margin of a minute, or 5 % of the life where that is less, so that what is answered here
    /// is still good when it arrives there. `least` is the life that has to be left.
    pub(crate) fn judge(&self, now: Moment, life: Option<Duration>, least: Duration) -> Freshness {
        let end = self.end(life);
        let margin = ((end - self.issued_at) / 20_i32).min(Duration::MINUTE);
        if self.is_from_the_future(now) {
            Freshness::FromTheFuture
        } else if end - margin <= now || end - now < least {
            Freshness::Expired
        } else {
            Freshness::Fresh
        }
    }
}

/// Whether a session that was issued at `issued_at` and lives until `end` is at `now` in the last `share` of its life, in
/// which it is renewed ahead of its end.
pub(crate) fn is_near_end(issued_at: Moment, end: Moment, share: f64, now: Moment) -> bool {
    share > 0.0 && now >= end.saturating_sub((end - issued_at) * share)
}

/// Why the cookies of an answer are not a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ShardFault {
    /// No cookie of this base name was set; these were.
    Missing(Vec<String>),
    /// The shards are not numbered 0, 1, … without a gap, or there are more than four.
    Numbering,
}

/// Picks the family called `base` out of the cookies of one answer: exactly base, `-`, one digit. A bare prefix is
/// not enough, because two families on one host can share one (`NAME-0` and `NAME-other-0`). A shard that the
/// answer clears is not part of it.
pub(crate) fn family(
    base: &str,
    cookies: &[SetCookie],
    date: Moment,
) -> Result<Vec<Shard>, ShardFault> {
    let mut shards: [Option<Shard>; SHARDS] = [const { None }; SHARDS];
    for cookie in cookies.iter().filter(|cookie| !cookie.clears(date)) {
        let Some(index) = index(base, &cookie.name) else {
            continue;
        };
        let place = shards.get_mut(index).ok_or(ShardFault::Numbering)?;
        *place = Some(Shard {
            name: cookie.name.clone(),
            value: cookie.value.clone(),
        });
    }
    let count = shards.iter().flatten().count();
    if count == 0 {
        let set = cookies.iter().filter(|cookie| !cookie.clears(date));
        return Err(ShardFault::Missing(
            set.map(|cookie| cookie.name.clone()).collect(),
        ));
    }
    if shards[..count].iter().any(Option::is_none) {
        return Err(ShardFault::Numbering);
    }
    Ok(shards.into_iter().flatten().collect())
}

/// The family called `base` out of the value of a `Cookie` header, as a person copies it from a browser: what else
/// stands there is left out. `None` if it is no such value, or the family is not whole.
pub(crate) fn pasted(base: &str, header: &str) -> Option<Vec<Shard>> {
    let cookies: Option<Vec<SetCookie>> = header
        .split(';')
        .filter(|pair| !pair.trim().is_empty())
        .map(|pair| SetCookie::parse(pair.as_bytes()).ok())
        .collect();
    family(base, &cookies?, Moment::UNIX_EPOCH).ok()
}

/// The index of the shard called `name` in the family `base`.
fn index(base: &str, name: &str) -> Option<usize> {
    let digits = name.strip_prefix(base)?.strip_prefix('-')?;
    if digits.is_empty()
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
        || (digits.len() > 1 && digits.starts_with('0'))
    {
        return None;
    }
    Some(digits.parse().unwrap_or(usize::MAX))
}

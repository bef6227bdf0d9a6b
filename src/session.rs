//! The session cookie of an app as a family of shards, and how long it can be trusted. Pure values.
//!
//! The ALB (AWS, "Authenticate users using an Application Load Balancer", and captures of 2026) names the cookie by its
//! base name, `-` and an index from 0, even if there is only one. It splits the cookie at 4 KiB into at most four, and
//! needs all of them back. `Expires` is always seven days ahead and says nothing about the session: its real end, the
//! rule's `SessionTimeout`, is inside the encrypted value.

#[cfg(test)]
mod tests;

use time::Duration;

use crate::clock::Moment;
use crate::cookie::{self, SetCookie};
use crate::secret::Secret;

/// The most shards of one session.
const SHARDS: usize = 4;
/// The ALB's `Expires`, and its longest `SessionTimeout`.
const LONGEST: Duration = Duration::days(7);
/// If a session was issued further ahead than this, the clock has been set back since.
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
    /// The last moment at which the ALB accepted it.
    pub(crate) verified_at: Option<Moment>,
    /// A person has pasted it: its time of issue is unknown, and its age teaches nothing.
    pub(crate) is_pasted: bool,
    /// A person signed in by a browser or a pasted address, as anybody: it is this machine's own.
    pub(crate) is_by_browser: bool,
}

/// The usability of a session at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// It can be used.
    Fresh,
    /// Its end, less the margin, has passed, or less life is left than was asked for.
    Expired,
    /// It was issued in the future: the clock was set back, and its age is unknown.
    FromTheFuture,
}

impl Session {
    /// Returns the session of `shards` that the ALB set at `now`, or a moment later, to live for `life` at most.
    pub(crate) fn issued(shards: Vec<Shard>, now: Moment, life: Option<Duration>) -> Self {
        let life = life.unwrap_or(LONGEST).clamp(Duration::ZERO, LONGEST);
        Self {
            shards,
            issued_at: now,
            bound: now.saturating_add(life),
            verified_at: None,
            is_pasted: false,
            is_by_browser: false,
        }
    }

    /// Returns the session of `shards` that a person has pasted at `now`, to live for `life` at most.
    pub(crate) fn pasted(shards: Vec<Shard>, now: Moment, life: Option<Duration>) -> Self {
        Self {
            is_pasted: true,
            ..Self::issued(shards, now, life)
        }
    }

    /// Records that the ALB accepted it at `now`, and may have `reissued` its shards. Those are the same session, with the
    /// same end.
    pub(crate) fn admitted(&mut self, reissued: Option<Vec<Shard>>, now: Moment) {
        self.verified_at = Some(now);
        if let Some(shards) = reissued {
            self.shards = shards;
        }
    }

    /// Tells its times by a clock that is `ahead` of this one.
    pub(crate) fn shift(&mut self, ahead: Duration) {
        self.issued_at = self.issued_at.saturating_add(ahead);
        self.bound = self.bound.saturating_add(ahead);
        self.verified_at = self.verified_at.map(|at| at.saturating_add(ahead));
    }

    /// Returns the last moment at which the ALB is known to have taken it, or to have issued it. A pasted one was issued
    /// at some time before.
    pub(crate) fn known_good_at(&self) -> Option<Moment> {
        let issued_at = (!self.is_pasted).then_some(self.issued_at);
        self.verified_at.or(issued_at)
    }

    /// Returns whether this program signed in, and so knows as whom. Any person can sign in at a provider's own pages.
    pub(crate) fn has_known_account(&self) -> bool {
        !(self.is_pasted || self.is_by_browser)
    }

    /// Returns the value of the `Cookie` header: the shards in order, their values verbatim.
    pub(crate) fn cookie(&self) -> Secret {
        cookie::header(
            self.shards
                .iter()
                .map(|shard| (shard.name.as_str(), &shard.value)),
        )
    }

    /// Returns its times.
    fn span(&self) -> Span {
        Span {
            issued_at: self.issued_at,
            bound: self.bound,
        }
    }

    /// Returns its end, as far as is known: at the cookie's bound, or `life` after its issue if that is earlier.
    pub(crate) fn end(&self, life: Option<Duration>) -> Moment {
        self.span().end(life)
    }

    /// Judges it at `now`; at least `least` of its life has to be left.
    pub(crate) fn judge(&self, now: Moment, life: Option<Duration>, least: Duration) -> Freshness {
        self.span().judge(now, life, least)
    }
}

/// The times of a session, by which it is judged.
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

    /// Returns whether it was issued so far after `now` that the clock must have been set back since.
    fn is_from_the_future(&self, now: Moment) -> bool {
        self.issued_at > now.saturating_add(CLOCK_SLACK)
    }

    /// Returns whether `now` is in the last `share` of its life, in which it is renewed in the background.
    pub(crate) fn is_near_end(&self, now: Moment, life: Option<Duration>, share: f64) -> bool {
        is_near_end(self.issued_at, self.end(life), share, now)
    }

    /// Judges it at `now`. It expires a minute early, or 5 % of its life if that is less, so that it is still valid when it
    /// reaches the ALB. At least `least` of its life has to be left.
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

/// Returns whether `now` is in the last `share` of the life between `issued_at` and `end`, in which a session is
/// renewed in the background.
pub(crate) fn is_near_end(issued_at: Moment, end: Moment, share: f64, now: Moment) -> bool {
    share > 0.0 && now >= end.saturating_sub((end - issued_at) * share)
}

/// The reason why the cookies of a response are no session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FamilyError {
    /// The response sets no cookie of this base name, but these.
    Missing(Vec<String>),
    /// The shards are not numbered 0, 1, … without a gap, or there are more than four.
    Numbering,
}

/// Picks the family `base` from the cookies of one response: exactly base, `-`, one digit. A prefix is not enough, because
/// two families on one host can share one (`NAME-0` and `NAME-other-0`). A shard that the response clears is left out.
pub(crate) fn family(
    base: &str,
    cookies: &[SetCookie],
    date: Moment,
) -> Result<Vec<Shard>, FamilyError> {
    let mut shards: [Option<Shard>; SHARDS] = [const { None }; SHARDS];
    for cookie in cookies.iter().filter(|cookie| !cookie.clears(date)) {
        let Some(index) = index(base, &cookie.name) else {
            continue;
        };
        let place = shards.get_mut(index).ok_or(FamilyError::Numbering)?;
        *place = Some(Shard {
            name: cookie.name.clone(),
            value: cookie.value.clone(),
        });
    }
    let count = shards.iter().flatten().count();
    if count == 0 {
        let set = cookies.iter().filter(|cookie| !cookie.clears(date));
        return Err(FamilyError::Missing(
            set.map(|cookie| cookie.name.clone()).collect(),
        ));
    }
    if shards[..count].iter().any(Option::is_none) {
        return Err(FamilyError::Numbering);
    }
    Ok(shards.into_iter().flatten().collect())
}

/// Picks the family `base` from the value of a `Cookie` header, as a person copies it from a browser; other cookies are left
/// out. `None` if it is no such value, or the family is not whole.
pub(crate) fn pasted(base: &str, header: &str) -> Option<Vec<Shard>> {
    let cookies: Option<Vec<SetCookie>> = header
        .split(';')
        .filter(|pair| !pair.trim().is_empty())
        .map(|pair| SetCookie::parse(pair.as_bytes()).ok())
        .collect();
    family(base, &cookies?, Moment::UNIX_EPOCH).ok()
}

/// Returns whether a cookie of this `name` belongs to the family `base`.
pub(crate) fn is_shard(base: &str, name: &str) -> bool {
    index(base, name).is_some()
}

/// Returns the index of the shard called `name` in the family `base`.
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

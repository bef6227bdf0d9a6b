//! The session cookie of an app as a family of shards, and how long it can be trusted. Pure values.
//!
//! What is known of the ALB (AWS, "Authenticate users using an Application Load Balancer", and captures of 2026):
//! the cookie is always called base name, `-`, index from 0, also when there is one; it is split at 4 KiB into at
//! most four; all of them are needed; its `Expires` is always seven days ahead and says nothing about the session,
//! whose real end is the rule's `SessionTimeout`, hidden inside the encrypted value.

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
    /// A session of `shards` that the ALB set at `now`, to live for `life` at most.
    pub(crate) fn issued(shards: Vec<Shard>, now: Moment, life: Option<Duration>) -> Self {
        let life = life.unwrap_or(LONGEST).clamp(Duration::ZERO, LONGEST);
        Self {
            shards,
            issued_at: now,
            bound: now.saturating_add(life),
            verified_at: None,
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

    /// When it ends, as far as is known: the cookie's bound, or the configured life after its issue.
    pub(crate) fn end(&self, life: Option<Duration>) -> Moment {
        life.map_or(self.bound, |life| {
            self.bound.min(self.issued_at.saturating_add(life))
        })
    }

    /// Whether it was issued so far ahead of `now` that the clock must have been set back since.
    pub(crate) fn is_from_the_future(&self, now: Moment) -> bool {
        self.issued_at > now.saturating_add(CLOCK_SLACK)
    }

    /// Judges it at `now`, with a margin of a minute, or 5 % of its life where that is less, so that what is
    /// answered here is still good when it arrives there. `least` is the life that has to be left.
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

/// Why the cookies of an answer are not a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No cookie of this base name was set; these were.
    Missing(Vec<String>),
    /// The shards are not numbered 0, 1, … without a gap, or there are more than four.
    Numbering,
}

/// Picks the family called `base` out of the cookies of one answer: exactly base, `-`, one digit. A bare prefix is
/// not enough, because two families on one host can share one (`NAME-0` and `NAME-other-0`). A shard that the
/// answer clears is not part of it.
pub(crate) fn family(base: &str, cookies: &[SetCookie], date: Moment) -> Result<Vec<Shard>, Fault> {
    let mut shards: [Option<Shard>; SHARDS] = [const { None }; SHARDS];
    for cookie in cookies.iter().filter(|cookie| !cookie.clears(date)) {
        let Some(index) = index(base, &cookie.name) else {
            continue;
        };
        let place = shards.get_mut(index).ok_or(Fault::Numbering)?;
        *place = Some(Shard {
            name: cookie.name.clone(),
            value: cookie.value.clone(),
        });
    }
    let count = shards.iter().flatten().count();
    if count == 0 {
        let set = cookies.iter().filter(|cookie| !cookie.clears(date));
        return Err(Fault::Missing(
            set.map(|cookie| cookie.name.clone()).collect(),
        ));
    }
    if shards[..count].iter().any(Option::is_none) {
        return Err(Fault::Numbering);
    }
    Ok(shards.into_iter().flatten().collect())
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

#[cfg(test)]
mod tests {
    use super::{Fault, Freshness, Session, Shard, family};
    use crate::cookie::SetCookie;
    use crate::secret::Secret;
    use time::{Duration, macros::datetime};

    const NOW: crate::clock::Moment = datetime!(2026-11-23 20:00:00 UTC);

    fn cookies(lines: &[&str]) -> Vec<SetCookie> {
        lines
            .iter()
            .map(|line| SetCookie::parse(line.as_bytes()).expect("a good line"))
            .collect()
    }

    fn names(shards: &[Shard]) -> Vec<&str> {
        shards.iter().map(|shard| shard.name.as_str()).collect()
    }

    fn session(life: Duration) -> Session {
        let shards = vec![Shard {
            name: "A-0".into(),
            value: Secret::new("x".into()),
        }];
        Session::issued(shards, NOW, Some(life))
    }

    #[test]
    fn a_family_is_exact_base_dash_digit_in_order() {
        let cookies = cookies(&[
            "A-1=b",
            "A-other-0=z",
            "AB-0=z",
            "A=z",
            "A-0=a",
            "A-00=z",
            "A-x=z",
        ]);
        assert_eq!(
            names(&family("A", &cookies, NOW).expect("a family")),
            ["A-0", "A-1"]
        );
        assert_eq!(
            names(&family("A-other", &cookies, NOW).expect("a family")),
            ["A-other-0"]
        );
    }

    #[test]
    fn gaps_and_fifth_shards_are_faults_and_cleared_shards_are_not_there() {
        assert_eq!(
            family("A", &cookies(&["A-0=a", "A-2=c"]), NOW),
            Err(Fault::Numbering)
        );
        assert_eq!(
            family("A", &cookies(&["A-1=a"]), NOW),
            Err(Fault::Numbering)
        );
        assert_eq!(
            family("A", &cookies(&["A-0=a", "A-4=c"]), NOW),
            Err(Fault::Numbering)
        );
        assert_eq!(
            family("A", &cookies(&["A-0=a", "A-99999999999999999999=c"]), NOW),
            Err(Fault::Numbering)
        );
        assert_eq!(
            family("A", &cookies(&["B-0=a"]), NOW),
            Err(Fault::Missing(vec!["B-0".into()]))
        );
        assert_eq!(
            names(&family("A", &cookies(&["A-0=a", "A-1=; Max-Age=0"]), NOW).expect("a family")),
            ["A-0"]
        );
    }

    #[test]
    fn a_session_is_fresh_until_a_margin_before_its_end() {
        let day = session(Duration::days(1));
        let at = |offset| day.judge(NOW + offset, None, Duration::ZERO);
        assert_eq!(at(Duration::ZERO), Freshness::Fresh);
        assert_eq!(
            at(Duration::days(1) - Duration::seconds(61)),
            Freshness::Fresh
        );
        assert_eq!(
            at(Duration::days(1) - Duration::seconds(60)),
            Freshness::Expired
        );
        let short = session(Duration::seconds(20));
        assert_eq!(
            short.judge(NOW + Duration::milliseconds(18_900), None, Duration::ZERO),
            Freshness::Fresh
        );
        assert_eq!(
            short.judge(NOW + Duration::seconds(19), None, Duration::ZERO),
            Freshness::Expired
        );
    }

    #[test]
    fn the_shorter_of_bound_and_life_ends_it() {
        let session = session(Duration::days(9));
        assert_eq!(session.end(None), NOW + Duration::days(7));
        assert_eq!(
            session.end(Some(Duration::hours(12))),
            NOW + Duration::hours(12)
        );
        assert_eq!(
            session.end(Some(Duration::days(8))),
            NOW + Duration::days(7)
        );
    }

    #[test]
    fn the_future_and_too_little_life_are_not_fresh() {
        let session = session(Duration::hours(1));
        assert_eq!(
            session.judge(NOW - Duration::minutes(6), None, Duration::ZERO),
            Freshness::FromTheFuture
        );
        assert_eq!(
            session.judge(NOW - Duration::minutes(4), None, Duration::ZERO),
            Freshness::Fresh
        );
        assert_eq!(
            session.judge(NOW, None, Duration::hours(2)),
            Freshness::Expired
        );
    }
}

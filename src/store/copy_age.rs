//! The age of a copy: how long ago this machine compared it with the fleet's store. It is the file's time, so that a hit
//! knows it without another call of the system. Anybody who can write there can set it to anything.

use std::time::SystemTime;

use time::Duration;

use crate::clock::Moment;

/// Returns whether a copy that was `compared` last then is to be compared again after `recheck`, or somewhat more or less:
/// many machines have theirs of one moment, and must not ask all at once.
pub(crate) fn is_to_recheck(compared: SystemTime, recheck: Duration, now: Moment) -> bool {
    let Some(compared) = moment(compared) else {
        return true;
    };
    let share = f64::from(compared.nanosecond() / 1_000 % 1_000) / 1_000.0;
    let limit = Duration::saturating_seconds_f64(recheck.as_seconds_f64() * (0.8 + 0.4 * share));
    let age = now - compared;
    age.is_negative() || age >= limit
}

/// A file's time as a moment; `None` if it is outside the years that a moment can have.
pub(super) fn moment(time: SystemTime) -> Option<Moment> {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => Moment::UNIX_EPOCH.checked_add(Duration::try_from(since).ok()?),
        Err(before) => Moment::UNIX_EPOCH.checked_sub(Duration::try_from(before.duration()).ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::is_to_recheck;
    use std::time::{Duration as Std, SystemTime};
    use time::Duration;
    use time::macros::datetime;

    const NOW: crate::clock::Moment = datetime!(2026-11-23 20:00 UTC);

    #[test]
    fn a_copy_is_compared_again_when_it_is_old_or_from_the_future() {
        let at = |seconds: i64| (NOW - Duration::seconds(seconds)).into();
        let minutes = Duration::minutes(5);
        assert!(!is_to_recheck(at(1), minutes, NOW) && is_to_recheck(at(361), minutes, NOW));
        assert!(is_to_recheck(at(-1), minutes, NOW));
    }

    #[test]
    fn no_time_of_a_file_is_too_absurd() {
        let far = [1_u64 << 33, 1 << 45, i64::MAX as u64 / 2].map(Std::from_secs);
        let after = far
            .iter()
            .map(|far| SystemTime::UNIX_EPOCH.checked_add(*far));
        let before = far
            .iter()
            .map(|far| SystemTime::UNIX_EPOCH.checked_sub(*far));
        for time in after.chain(before).flatten() {
            for recheck in [Duration::MAX, Duration::MIN, Duration::ZERO] {
                let _ = is_to_recheck(time, recheck, NOW);
            }
            assert!(is_to_recheck(time, Duration::ZERO, NOW));
        }
        assert!(!is_to_recheck(NOW.into(), Duration::MAX, NOW));
    }
}

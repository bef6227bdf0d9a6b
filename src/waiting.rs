//! Waiting with a time limit.

use std::time::Duration;

use crate::clock;

/// How long one step of a wait takes. A signal, or a caller that gave up, is noticed after this time at the latest.
const STEP: Duration = Duration::from_millis(50);

/// Calls `step` until it returns a value, for `limit` at most. `step` gets the time that it may take, and has to wait
/// that long if it returns `None`.
pub(crate) fn until<T>(limit: Duration, mut step: impl FnMut(Duration) -> Option<T>) -> Option<T> {
    let start = clock::ticks();
    loop {
        let left = limit.saturating_sub(start.elapsed());
        let found = step(STEP.min(left));
        if found.is_some() || left <= STEP {
            return found;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{STEP, until};
    use std::time::Duration;

    #[test]
    fn a_wait_ends_with_the_first_value_or_after_the_limit() {
        let mut steps = Vec::new();
        let found = until(Duration::from_secs(60), |pause| {
            steps.push(pause);
            (steps.len() == 3).then_some("here")
        });
        assert_eq!((found, steps), (Some("here"), vec![STEP; 3]));
        let mut calls = 0;
        assert_eq!(
            until(Duration::ZERO, |pause| {
                calls += 1;
                (pause > Duration::ZERO).then_some(())
            }),
            None
        );
        assert_eq!(calls, 1);
    }
}

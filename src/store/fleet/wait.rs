//! The wait for another machine that holds a claim: by asking again, the less often the longer it takes. That wakes a waiter as
//! soon as a message would, and needs no right and no connection more.

use std::time::Duration;

use crate::error::{Error, foreign};
use crate::secret::random_hex;
use crate::store::claims::{WaitPolicy, Waiting};
use crate::store::error::StoreError;

/// A wait for the holder of a claim, by asking again.
pub(super) struct Wait<'a> {
    policy: &'a WaitPolicy<'a>,
    waiting: Waiting<'a>,
    pause: Duration,
}

impl<'a> Wait<'a> {
    const FIRST: Duration = Duration::from_millis(50);
    const USUAL: Duration = Duration::from_millis(250);
    const LONGEST: Duration = Duration::from_secs(2);

    pub(super) fn new(policy: &'a WaitPolicy<'a>) -> Self {
        Self {
            policy,
            waiting: Waiting::new(policy),
            pause: Self::FIRST,
        }
    }

    /// Waits a while for a holder that is `doing` this; an error when the time is over. The longer it takes, the less often
    /// it is asked for.
    pub(super) fn next(&mut self, doing: Option<&str>) -> Result<(), StoreError> {
        let purpose = self.policy.purpose;
        let holder = match doing.filter(|doing| !doing.is_empty()) {
            Some(doing) => format!("another machine to {purpose}: it {}", foreign(doing)),
            None => format!("another machine to {purpose}"),
        };
        let left = self.waiting.left();
        if left.is_zero() {
            let limit = self.policy.limit.as_secs();
            return Err(StoreError::Busy(
                Error::network(format!("waited {limit} s for {holder}")).hint(
                    "look at what that machine waits for; its claim ends soon after its process",
                ),
            ));
        }
        self.waiting.tell(&holder);
        let most = (self.waiting.elapsed() / 20).clamp(Self::USUAL, Self::LONGEST);
        std::thread::sleep(self.pause.mul_f64(0.5 + random_share()).min(left));
        self.pause = self.pause.mul_f64(1.5).min(most);
        Ok(())
    }
}

/// A random number between 0 and 1.
fn random_share() -> f64 {
    let digits = u8::from_str_radix(&random_hex()[..2], 16);
    f64::from(digits.expect("they are hexadecimal")) / 255.0
}

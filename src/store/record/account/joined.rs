//! Two records of one account that become one: a machine's memory, and the fleet's record.
//!
//! Neither may be lost, since each holds back what would lock the account. So of refusals both count, and of numbers the
//! larger. But what one of them has cleared must not come back from the other: each record counts how often that happened,
//! and of two memories only the one with the higher count is heard.

use serde::{Deserialize, Serialize};

use super::Account;
use crate::store::record::Backoff;

/// How often an account's memory was cleared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Epochs {
    /// Refused passwords and the backoff.
    refusals: u64,
    /// Secrets without a verdict, or wrong ones, in a row.
    counts: u64,
}

impl Epochs {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The epochs of `record`, which was written after `base`.
    pub(super) fn after(base: &Account, record: &Account) -> Self {
        let fewer_refusals = !record.refusals.covers(&base.refusals);
        let is_released = base.backoff.is_some() && record.backoff.is_none();
        let fewer = record.unanswered.times() < base.unanswered.times()
            || record.refused_in_a_row.times() < base.refused_in_a_row.times()
            || record.codes.in_a_row() < base.codes.in_a_row();
        Self {
            refusals: base.epochs.refusals + u64::from(fewer_refusals || is_released),
            counts: base.epochs.counts + u64::from(fewer),
        }
    }
}

/// Joins a machine's memory with the fleet's record. The session and the device are the fleet's.
pub(super) fn join(own: Account, fleet: Account) -> Account {
    let epochs = Epochs {
        refusals: own.epochs.refusals.max(fleet.epochs.refusals),
        counts: own.epochs.counts.max(fleet.epochs.counts),
    };
    let (mut own, mut fleet) = (own, fleet);
    let steps = own.codes.clone().not_before(&fleet.codes);
    if own.epochs.refusals < epochs.refusals {
        (own.refusals, own.backoff) = Default::default();
    }
    if fleet.epochs.refusals < epochs.refusals {
        (fleet.refusals, fleet.backoff) = Default::default();
    }
    if own.epochs.counts < epochs.counts {
        (own.unanswered, own.refused_in_a_row, own.codes) = Default::default();
    }
    if fleet.epochs.counts < epochs.counts {
        (fleet.unanswered, fleet.refused_in_a_row, fleet.codes) = Default::default();
    }
    Account {
        refusals: fleet.refusals.joined(own.refusals),
        backoff: Backoff::later(fleet.backoff, own.backoff),
        unanswered: fleet.unanswered.worse(own.unanswered),
        refused_in_a_row: fleet.refused_in_a_row.worse(own.refused_in_a_row),
        // A code that was used is used, whatever was cleared.
        codes: fleet.codes.joined(own.codes).not_before(&steps),
        sends_push_unasked: fleet.sends_push_unasked || own.sends_push_unasked,
        browser_needs: fleet.browser_needs.or(own.browser_needs),
        accepted: own.accepted,
        epochs,
        ..fleet
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, join};
    use crate::error::Error;
    use crate::secret::Secret;
    use crate::store::{Backoff, Record as _};
    use time::macros::datetime;

    const NOW: crate::clock::Moment = datetime!(2026-11-23 20:00 UTC);

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    fn refusing(password: &str) -> Account {
        let mut account = Account::default();
        account
            .refusals
            .add(&secret(password), Error::refused("no"));
        account
    }

    #[test]
    fn refusals_of_both_count_and_the_larger_numbers() {
        let mut own = refusing("one");
        own.unanswered.add(NOW);
        own.codes.sent(Some(&secret("123456")), Some(9), NOW);
        let mut fleet = refusing("two");
        fleet.device = Some(secret("DIabc"));
        fleet.codes.sent(None, Some(7), NOW);
        fleet.codes.sent(None, Some(8), NOW);
        let both = join(own, fleet);
        assert!(both.refusals.of(&secret("one")).is_some());
        assert!(both.refusals.of(&secret("two")).is_some());
        assert_eq!(both.unanswered.times(), 1);
        assert_eq!((both.codes.step(), both.codes.in_a_row()), (Some(9), 2));
        assert_eq!(both.device, Some(secret("DIabc")));
        let again = join(both.memory(), both.clone());
        assert_eq!(again.refusals.count(), 2, "none is counted twice");
    }

    #[test]
    fn what_was_cleared_does_not_come_back_and_a_used_code_stays_used() {
        let mut old = refusing("one");
        old.unanswered.add(NOW);
        old.codes.sent(None, Some(9), NOW);
        old.backoff = Some(Backoff::after(None, Error::refused("no"), NOW));
        let mut forgiven = old.clone();
        forgiven.forgive();
        let forgiven = forgiven.following(&old);
        for both in [join(old.clone(), forgiven.clone()), join(forgiven, old)] {
            assert!(both.refusals.is_empty() && both.backoff.is_none());
            assert_eq!((both.unanswered.times(), both.codes.in_a_row()), (0, 0));
            assert_eq!(both.codes.step(), Some(9));
        }
    }

    #[test]
    fn a_refusal_that_came_after_a_clear_counts() {
        let old = refusing("one");
        let mut forgiven = old.clone();
        forgiven.forgive();
        let mut forgiven = forgiven.following(&old);
        let base = forgiven.clone();
        forgiven.refusals.add(&secret("two"), Error::refused("no"));
        let refused = forgiven.following(&base);
        let both = join(old, refused);
        assert!(both.refusals.of(&secret("two")).is_some());
        assert!(both.refusals.of(&secret("one")).is_none());
    }
}

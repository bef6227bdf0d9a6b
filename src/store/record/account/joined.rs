//! Two records of one account that become one: a machine's memory, and the fleet's record.
//!
//! Neither may be lost, since each holds back what would lock the account. So of refusals both count, and of numbers the
//! larger. But what one of them has cleared must not come back from the other: each record counts how often that happened,
//! and of two memories only the one with the higher count is heard.

use serde::{Deserialize, Serialize};

use super::{Account, UsedCodes};
use crate::store::record::Backoff;

/// How often an account's memory was cleared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Epochs {
    /// Refused passwords and the backoff.
    #[serde(default)]
    refusals: u64,
    /// Passwords without a verdict.
    #[serde(default)]
    unanswered: u64,
    /// Refused passwords in a row.
    #[serde(default)]
    in_a_row: u64,
    /// Codes that are not known to be right.
    #[serde(default)]
    codes: u64,
}

impl Epochs {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The epochs of `record`, which was written after `base`. A count that is lower was cleared: a secret that is taken back,
    /// because it never left, is taken back in `base` too.
    pub(super) fn after(base: &Account, record: &Account) -> Self {
        let refusals = !record.refusals.covers(&base.refusals)
            || base.backoff.is_some() && record.backoff.is_none();
        let unanswered = record.unanswered.times() < base.unanswered.times();
        let in_a_row = record.refused_in_a_row.times() < base.refused_in_a_row.times();
        let codes = record.codes.in_a_row() < base.codes.in_a_row();
        let after = |before: u64, was_cleared| before.saturating_add(u64::from(was_cleared));
        Self {
            refusals: after(base.epochs.refusals, refusals),
            unanswered: after(base.epochs.unanswered, unanswered),
            in_a_row: after(base.epochs.in_a_row, in_a_row),
            codes: after(base.epochs.codes, codes),
        }
    }

    /// The later of each.
    fn latest(self, other: Self) -> Self {
        Self {
            refusals: self.refusals.max(other.refusals),
            unanswered: self.unanswered.max(other.unanswered),
            in_a_row: self.in_a_row.max(other.in_a_row),
            codes: self.codes.max(other.codes),
        }
    }
}

/// Drops of one side's memory what the other has cleared since.
fn drop_cleared(account: &mut Account, latest: Epochs) {
    let own = account.epochs;
    if own.refusals < latest.refusals {
        (account.refusals, account.backoff) = Default::default();
    }
    if own.unanswered < latest.unanswered {
        account.unanswered.clear();
    }
    if own.in_a_row < latest.in_a_row {
        account.refused_in_a_row.clear();
    }
    if own.codes < latest.codes {
        account.codes = UsedCodes::default();
    }
}

/// Joins a machine's memory with the fleet's record. The session and the device are the fleet's.
pub(super) fn join(mut own: Account, mut fleet: Account) -> Account {
    let epochs = own.epochs.latest(fleet.epochs);
    let steps = own.codes.clone().not_before(&fleet.codes);
    drop_cleared(&mut own, epochs);
    drop_cleared(&mut fleet, epochs);
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
    fn a_clear_of_one_count_leaves_the_others() {
        let mut old = Account::default();
        old.unanswered.add(NOW);
        for _ in 0..5 {
            old.refused_in_a_row.add(NOW);
            old.codes.sent(None, None, NOW);
        }
        let mut base = Account::default();
        base.unanswered.add(NOW);
        let mut answered = base.clone();
        answered.unanswered.clear();
        answered.refused_in_a_row.add(NOW);
        let both = join(old, answered.following(&base));
        assert_eq!(both.unanswered.times(), 0);
        assert_eq!(both.refused_in_a_row.times(), 5);
        assert_eq!(both.codes.in_a_row(), 5);
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

//! The counters of wrong passwords, and the locks that they close.
//!
//! An org may count devices from which a user has signed in before apart from all others. Then wrong passwords from
//! unknown devices keep only unknown devices out, and the account itself stays open.

use time::OffsetDateTime;

use crate::setup::Lockout;

/// The outcome of comparing a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    Wrong,
    /// This wrong password was one too many.
    NowLocked,
    /// This wrong password was one too many from unknown devices.
    NowLockedForOthers,
    /// The lock was closed before, so the password was not looked at: the right one fails too.
    Locked,
}

/// One counter, with its lock.
#[derive(Debug, Default)]
struct Counter {
    wrong: u32,
    closed_at: Option<OffsetDateTime>,
}

/// The lock of an account, and the one for unknown devices.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    account: Counter,
    others: Counter,
}

impl Counter {
    /// Counts an answer; true where it closes the lock.
    fn count(&mut self, right: bool, lockout: &Lockout, now: OffsetDateTime) -> bool {
        self.wrong = if right { 0 } else { self.wrong + 1 };
        let closes = !right && lockout.attempts > 0 && self.wrong >= lockout.attempts;
        if closes {
            self.closed_at = Some(now);
        }
        closes
    }

    fn open_if_due(&mut self, lockout: &Lockout, now: OffsetDateTime) -> bool {
        let due = match (self.closed_at, lockout.unlock_after) {
            (Some(since), Some(after)) => now >= since + after,
            _ => false,
        };
        if due {
            *self = Self::default();
        }
        due
    }
}

impl Lock {
    pub(crate) fn is_closed(&self) -> bool {
        self.account.closed_at.is_some()
    }

    pub(crate) fn close(&mut self, now: OffsetDateTime) {
        self.account.closed_at = Some(now);
    }

    /// Opens each lock whose time has come. True where that has just happened to the account's.
    pub(crate) fn open_if_due(&mut self, lockout: &Lockout, now: OffsetDateTime) -> bool {
        self.others.open_if_due(lockout, now);
        self.account.open_if_due(lockout, now)
    }

    pub(crate) fn judge(
        &mut self,
        right: bool,
        known: bool,
        lockout: &Lockout,
        now: OffsetDateTime,
    ) -> Verdict {
        let apart = lockout.unknown_devices_apart && !known;
        if self.is_closed() || (apart && self.others.closed_at.is_some()) {
            return Verdict::Locked;
        }
        let counter = match apart {
            true => &mut self.others,
            false => &mut self.account,
        };
        match (right, counter.count(right, lockout, now)) {
            (true, _) => Verdict::Right,
            (false, false) => Verdict::Wrong,
            (false, true) if apart => Verdict::NowLockedForOthers,
            (false, true) => Verdict::NowLocked,
        }
    }
}

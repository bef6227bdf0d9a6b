//! The org's policy on second factors, and the manner of the phone that pushes go to.

use std::time::Duration;

/// When a second factor is asked for, and how.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the policy or of the public record"
)]
pub struct Mfa {
    /// When a user with factors is asked for one.
    pub when: MfaWhen,
    /// `allowRememberDevice`: a device may be remembered where the client asks for it.
    pub remember: bool,
    /// `rememberDeviceByDefault`: a hint for the client's check box, which changes nothing at the org.
    pub remember_by_default: bool,
    /// `rememberDeviceLifetimeInMinutes`: after so long a device is forgotten; 0 is never.
    pub remember_minutes: u32,
    /// The answers leave `_embedded.policy` out.
    pub policy_missing: bool,
    /// So many wrong codes in a row lock the account; 0 never does.
    pub attempts: u32,
    /// Whether the phone shows three numbers of which one is right.
    pub number_challenge: NumberChallenge,
    /// After how long an unanswered push ends in `TIMEOUT`. Okta does not document it.
    pub push_life: Duration,
    /// The factor that was used last comes first in the list.
    pub factor_order_changes: bool,
    /// `autoPushEnabled` of each push factor, until a request stores another wish.
    pub auto_push: bool,
}

impl Default for Mfa {
    fn default() -> Self {
        Self {
            when: MfaWhen::Always,
            remember: true,
            remember_by_default: false,
            remember_minutes: 15,
            policy_missing: false,
            attempts: 5,
            number_challenge: NumberChallenge::OnOpen,
            push_life: Duration::from_secs(5 * 60),
            factor_order_changes: true,
            auto_push: false,
        }
    }
}

/// When a user with factors is asked for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MfaWhen {
    /// At every sign-in, whatever is remembered.
    Always,
    /// Never.
    Never,
    /// Where the device is not remembered.
    PerDevice,
}

/// The number challenge of Okta Verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberChallenge {
    /// The phone asks yes or no.
    Never,
    /// The phone shows three numbers as soon as the person opens the push; only from then on do answers to polls say
    /// which is right.
    OnOpen,
}

/// Actions of the phone that no test asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneManner {
    /// Nothing: the test plays the person, through [`crate::Phone`].
    Manual,
    /// It approves once so many polls, and at least one, were told to wait.
    ApprovesAfter {
        /// The polls that are told to wait.
        polls: u32,
    },
    /// It rejects once so many polls, and at least one, were told to wait.
    RejectsAfter {
        /// The polls that are told to wait.
        polls: u32,
    },
    /// It is switched off.
    Silent,
}

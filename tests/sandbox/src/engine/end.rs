//! Steps before and after the factors of a sign-in, and its end.

use crate::engine::DeviceProof;

/// A step before the sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Okta Verify is asked for without a word (`device-challenge-poll`). Nothing answers, so only its `cancel` leads on.
    Probe(DeviceProof),
    /// The extension of Apple's systems is asked for, with status 401.
    AppleExtension,
    /// The org is read-only for so many polls.
    SafeMode {
        /// The polls that are told to wait.
        polls: u32,
    },
}

/// A step between the last factor and the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// `keep-me-signed-in`, where the client has not said so at `identify`.
    KeepMeSignedIn,
    /// An authenticator may be set up, and need not be.
    OptionalEnrolment,
    /// The same, as a promotion.
    Promotion,
    /// The profile may be completed, and need not be.
    ProfileUpdate,
    /// The password runs out in so many days.
    PasswordWarning(u32),
    /// The same, where the password is kept by another system.
    OtherPasswordWarning(u32),
    /// The device does not meet the policy, and is let in for a while.
    GracePeriod,
    /// The same in its other form: messages of class ERROR, beside a `skip`.
    Remediation,
    /// The org is read-only for so many polls.
    SafeMode {
        /// The polls that are told to wait.
        polls: u32,
    },
    /// A message that has a class, a text and no key, beside a `skip`.
    Notice,
}

/// When a program has to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// In place of the first step.
    Start,
    /// After the name.
    Identified,
    /// After the last factor.
    End,
}

/// A step at which a program has to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Another identity provider decides.
    RedirectIdp,
    /// A smart card does.
    PivIdp,
    /// An identity has to be proved to a vendor.
    RedirectIdVerify,
    /// The password has expired.
    PasswordExpired,
    /// The same, where it is kept by another system.
    OtherPasswordExpired,
    /// An authenticator has to be reset.
    PasswordReset,
    /// An authenticator has to be set up.
    Enrol,
    /// The profile has to be completed.
    Profile,
    /// A decision with a text to read.
    Consent,
    /// An administrator's decision.
    AdminConsent,
    /// A step that nobody has heard of.
    Unknown(String),
    /// `security.access_denied`, with status 403.
    Denied,
    /// `success` with a message of class ERROR beside it, which is no success.
    DeniedWithWay,
    /// `failure-redirect`.
    Failure,
    /// The device does not meet the policy, and there is no way on.
    DeviceAssurance,
    /// A message and nothing else, with links.
    Terminal {
        /// The key of the message; `None` for a text alone.
        key: Option<String>,
        /// INFO, WARNING or ERROR.
        class: String,
        /// The text.
        text: String,
    },
    /// Two messages of different class, and nothing else.
    TwoMessages,
}

/// The end of a sign-in that was given everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The success link.
    Success,
    /// The success link, with a `skip` beside it.
    SuccessBesideSkip,
}

/// The way from the success link to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// Nothing: the link redirects to the client.
    Straight,
    /// One more redirect within the org.
    Inner,
    /// A page with a token of its own: one more round.
    Page,
}

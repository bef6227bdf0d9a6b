//! The steps of the Identity Engine by their names, and what the program does at each.
//!
//! Facts (Okta's sign-in widget; recorded answers): a step is known by its name alone. Some stand beside the real one as
//! offers that may be left alone, some only a browser can do, and one that has `skip` beside it may be skipped.

use crate::error::BrowserNeed;

/// The action of the program at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepKind {
    /// Says who signs in, perhaps with the password.
    Identify,
    /// Chooses an authenticator, or one of its methods.
    Choose,
    /// Answers an authenticator.
    Answer,
    /// Asks again until another device has answered.
    Poll,
    /// Leaves a probe for Okta's app on this machine.
    Probe,
    /// Says whether Okta may remember this sign-in.
    Remember,
    /// Goes on with what the form has.
    GoOn,
    /// Waits until the org takes changes again.
    ReadOnly,
    /// An offer beside the real step.
    Offer,
    /// The end, with success.
    Success,
    /// The end, denied.
    Denied,
    /// Needs a browser, or a person at Okta's own pages: the words say what for.
    Browser(&'static str),
}

const ENROLMENT: StepKind = StepKind::Browser("it wants another factor set up first");
const RECOVERY: StepKind = StepKind::Browser("it leads to the recovery of an account");
const NEW_PASSWORD: StepKind = StepKind::Browser("it wants a new password");
const CONSENT: StepKind = StepKind::Browser("it wants a consent");
const OTHER_PROVIDER: StepKind = StepKind::Browser("another identity provider signs in");

/// Each step, and what is done at it.
const STEPS: [(&str, StepKind); 51] = [
    ("identify", StepKind::Identify),
    ("select-authenticator-authenticate", StepKind::Choose),
    ("authenticator-verification-data", StepKind::Choose),
    ("challenge-authenticator", StepKind::Answer),
    ("challenge-poll", StepKind::Poll),
    ("device-challenge-poll", StepKind::Probe),
    ("keep-me-signed-in", StepKind::Remember),
    ("device-assurance-grace-period", StepKind::GoOn),
    ("skip", StepKind::GoOn),
    ("cancel-transaction", StepKind::GoOn),
    ("poll", StepKind::ReadOnly),
    ("success-redirect", StepKind::Success),
    ("failure-redirect", StepKind::Denied),
    ("launch-authenticator", StepKind::Offer),
    ("resend", StepKind::Offer),
    ("select-enroll-profile", StepKind::Offer),
    ("unlock-account", StepKind::Offer),
    ("identify-recovery", StepKind::Offer),
    ("select-identify", StepKind::Offer),
    (
        "challenge-webauthn-autofillui-authenticator",
        StepKind::Offer,
    ),
    ("launch-webauthn-authenticator", StepKind::Offer),
    ("launch-passkeys-authenticator", StepKind::Offer),
    ("launch-nfc-authenticator", StepKind::Offer),
    ("enroll-webauthn-residentkey", StepKind::Offer),
    ("redirect-idp", OTHER_PROVIDER),
    (
        "redirect-idverify",
        StepKind::Browser("another provider verifies the identity"),
    ),
    ("piv-idp", StepKind::Browser("a smart card signs in")),
    (
        "device-apple-sso-extension",
        StepKind::Browser("an extension of the system signs in"),
    ),
    ("reenroll-authenticator", NEW_PASSWORD),
    ("reenroll-authenticator-warning", NEW_PASSWORD),
    ("reenroll-custom-password-expiry", NEW_PASSWORD),
    ("reenroll-custom-password-expiry-warning", NEW_PASSWORD),
    ("reset-authenticator", NEW_PASSWORD),
    ("select-authenticator-enroll", ENROLMENT),
    ("select-authenticator-enroll-data", ENROLMENT),
    ("authenticator-enrollment-data", ENROLMENT),
    ("enroll-authenticator", ENROLMENT),
    ("enroll-authenticator-promotion", ENROLMENT),
    ("select-enrollment-channel", ENROLMENT),
    ("enrollment-channel-data", ENROLMENT),
    ("enroll-poll", ENROLMENT),
    (
        "enroll-profile",
        StepKind::Browser("it wants a profile filled in"),
    ),
    (
        "profile-update",
        StepKind::Browser("it wants a profile filled in"),
    ),
    ("consent", CONSENT),
    ("admin-consent", CONSENT),
    ("granular-consent", CONSENT),
    ("email-challenge-consent", CONSENT),
    ("user-code", StepKind::Browser("it signs in another device")),
    (
        "request-activation-email",
        StepKind::Browser("the account is not activated yet"),
    ),
    (
        "device-enrollment-terminal",
        StepKind::Browser("it wants this device enrolled"),
    ),
    ("select-authenticator-unlock-account", RECOVERY),
];

/// The steps that only a browser can do, at each sign-in. The others are done once there, or are not known.
const EACH_TIME: [&str; 4] = [
    "redirect-idp",
    "redirect-idverify",
    "piv-idp",
    "device-apple-sso-extension",
];

/// Returns how lasting it is that only a browser can do the step called `name`.
pub(super) fn browser_need(name: &str) -> BrowserNeed {
    match EACH_TIME.contains(&name) {
        true => BrowserNeed::EachTime,
        false => BrowserNeed::Once,
    }
}

impl StepKind {
    /// Returns what is done at the step called `name`.
    pub(super) fn of(name: &str) -> Self {
        let row = STEPS.iter().find(|row| row.0 == name);
        row.map_or(Self::Browser("this program does not know it"), |row| row.1)
    }
}

#[cfg(test)]
mod tests {
    use super::{STEPS, StepKind};

    #[test]
    fn every_step_is_in_the_table_once() {
        for (index, (name, kind)) in STEPS.iter().enumerate() {
            assert_eq!(StepKind::of(name), *kind);
            assert!(STEPS[..index].iter().all(|row| row.0 != *name), "{name}");
        }
        let unknown = StepKind::of("frobnicate-device");
        assert_eq!(unknown, StepKind::Browser("this program does not know it"));
    }
}

//! The people of a setup, and what Okta answers to their right passwords.

use crate::factor::Factor;

/// One person of the org.
#[derive(Clone, Debug)]
pub struct User {
    /// The full login.
    pub login: String,
    /// The password that Okta takes.
    pub password: String,
    /// Okta's answer to the right password.
    pub state: UserState,
    /// The names of the apps that the user is assigned to; `None` for all.
    pub apps: Option<Vec<String>>,
    /// The size of the user's claims at the userinfo endpoint, which decides how many shards a session needs.
    pub claims_bytes: usize,
    /// The second factors, in the order of the list. The policy decides whether they are asked for.
    pub factors: Vec<Factor>,
}

impl User {
    /// An active user of all apps, whose session fits one shard.
    #[must_use]
    pub fn new(login: &str, password: &str) -> Self {
        Self {
            login: login.to_owned(),
            password: password.to_owned(),
            state: UserState::Active,
            apps: None,
            claims_bytes: 400,
            factors: Vec::new(),
        }
    }

    /// The same user with these second factors.
    #[must_use]
    pub fn with_factors(mut self, factors: impl IntoIterator<Item = Factor>) -> Self {
        self.factors = factors.into_iter().collect();
        self
    }

    /// The same user with claims that make a session of so many shards; five is more than an ALB can carry, and the
    /// sign-in ends in its 500.
    #[must_use]
    pub fn with_shards(mut self, shards: usize) -> Self {
        self.claims_bytes = [400, 400, 3_400, 6_400, 9_400, 11_000][shards.min(5)];
        self
    }
}

/// Okta's answer to a user's right password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserState {
    /// `SUCCESS` with a session token.
    Active,
    /// `MFA_REQUIRED`, whatever the policy says. A user without factors has a push to "Ada's phone", Okta's time-based
    /// code, a text message and a question.
    MfaRequired,
    /// `MFA_ENROLL`: a factor has to be set up first.
    MfaEnroll,
    /// `MFA_ENROLL` with a link to skip it, where the request asks for what may be set up, else `SUCCESS`.
    MfaEnrollOptional,
    /// `MFA_ENROLL_ACTIVATE`: a code waits to be scanned.
    MfaEnrollActivate,
    /// `PASSWORD_EXPIRED`.
    PasswordExpired,
    /// `PASSWORD_WARN` where the request asks to be warned, else `SUCCESS`. The number is the days that are left.
    PasswordWarn(u32),
    /// `PASSWORD_RESET`.
    PasswordReset,
    /// `RECOVERY` of a forgotten password, with a question.
    Recovery,
    /// `RECOVERY_CHALLENGE` by e-mail, which has neither state token nor next step.
    RecoveryChallenge,
    /// `UNAUTHENTICATED`: a transaction without a credential.
    Unauthenticated,
    /// `POLL`, for a directory's agent; what comes in the end is what comes to an active user.
    Polling {
        /// The milliseconds to wait between two polls.
        refresh: u32,
        /// How many polls are told to wait.
        polls: u32,
    },
    /// `CONSENT_REQUIRED`.
    ConsentRequired,
    /// `ADMIN_CONSENT_REQUIRED`.
    AdminConsentRequired,
    /// `PROFILE_REQUIRED`.
    ProfileRequired,
    /// `DEVICE_ACTIVATE`.
    DeviceActivate,
    /// Locked by an administrator: shown or hidden as `Lockout::shown` says.
    LockedOut,
    /// No longer a user: `E0000004`.
    Deactivated,
    /// The org's sign-on policy denies: 403 `E0000085`.
    Denied,
    /// `SUCCESS` without a session token, as in a step-up transaction.
    NoSessionToken,
    /// Any other status word, in an answer of the usual shape.
    Word(String),
}

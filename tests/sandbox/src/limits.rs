//! How much the org takes.

/// Okta's rate limits.
#[derive(Clone, Debug)]
pub struct Limits {
    /// `/api/v1/authn`, for one user name and second.
    pub authn_per_user_second: u32,
    /// `/api/v1/authn`, for the org and minute.
    pub authn_per_minute: u32,
    /// The authorize endpoints, for the org and minute.
    pub authorize_per_minute: u32,
    /// The authorize endpoints, for one client, address and device, and minute.
    pub authorize_per_client_minute: u32,
    /// `/api/v1/sessions`, for the org and minute.
    pub sessions_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            authn_per_user_second: 4,
            authn_per_minute: 600,
            authorize_per_minute: 1200,
            authorize_per_client_minute: 60,
            sessions_per_minute: 600,
        }
    }
}

/// Okta's rate limits on second factors.
#[derive(Clone, Debug)]
pub struct FactorLimits {
    /// The verification of factors, for the org and minute.
    pub verify_per_minute: u32,
    /// The Identity Engine's limit on `/api/v1/authn` and what is below it, for one state token and five seconds.
    pub token_per_five_seconds: u32,
    /// The Identity Engine's limit on `/api/v1/authn` and what is below it, for one user and five seconds.
    pub user_per_five_seconds: u32,
}

impl Default for FactorLimits {
    fn default() -> Self {
        Self {
            verify_per_minute: 600,
            token_per_five_seconds: 10,
            user_per_five_seconds: 20,
        }
    }
}

/// Okta's limits on requests that are answered at the same time.
#[derive(Clone, Debug)]
pub struct Concurrency {
    /// For the org.
    pub org: usize,
    /// The authorize endpoints, for one client and device.
    pub authorize_per_client: usize,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self {
            org: 75,
            authorize_per_client: 5,
        }
    }
}

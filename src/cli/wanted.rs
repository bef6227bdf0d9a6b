//! The options that say which session is wanted, of every command that gets one.

use clap::Args;

/// See the module.
#[derive(Debug, Default, Args)]
pub(crate) struct Wanted {
    /// Sign in even if the cached session is good
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Treat a session with less life left than this as expired, such as 10m
    #[arg(long, value_name = "DURATION", value_parser = crate::settings::parse_duration)]
    pub(crate) min_life: Option<time::Duration>,
    /// Ask the ALB first if the session was not verified within AGE [default AGE: 5m]
    #[arg(long, value_name = "AGE", num_args = 0..=1, require_equals = true, default_missing_value = "5m",
          value_parser = crate::settings::parse_duration)]
    pub(crate) verify: Option<time::Duration>,
    /// Only the cache; exit 3 when it cannot serve
    #[arg(long, conflicts_with = "fresh")]
    pub(crate) no_sign_in: bool,
}

//! The options about the session, of every command that gets one.

use clap::Args;

/// Which session a command accepts
#[derive(Debug, Default, Args)]
pub(crate) struct SessionOptions {
    /// Sign in even if the cached session is fresh
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Treat a session that ends sooner than this as expired, such as 10m
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse_duration)]
    pub(crate) min_life: Option<time::Duration>,
    /// Ask the ALB first if it has not accepted the session within AGE [default AGE: 5m]
    #[arg(long, value_name = "AGE", num_args = 0..=1, require_equals = true, default_missing_value = "5m",
          value_parser = crate::duration::parse_duration)]
    pub(crate) verify: Option<time::Duration>,
    /// Use only the cache; exit 3 if it has no fresh session
    #[arg(long, conflicts_with = "fresh")]
    pub(crate) no_sign_in: bool,
}

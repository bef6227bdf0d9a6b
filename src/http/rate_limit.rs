//! Rate limits, as the servers of this program tell them: 429 with `X-Rate-Limit-…` (Okta's rate-limit reference).

use std::time::Duration;

use super::Response;

impl Response {
    /// Returns how long from now the rate limit ends that this response met: `X-Rate-Limit-Reset` (seconds of Unix time)
    /// less the server's own `Date`, and a second. A limit of concurrent requests (`X-Rate-Limit-Limit: 0`) has no end to
    /// wait for, and is over in a moment.
    pub(crate) fn limit_ends(&self) -> Option<Duration> {
        let number = |name| self.header(name)?.trim().parse::<i64>().ok();
        if self.status != 429 {
            return None;
        }
        let seconds = match number("x-rate-limit-limit") {
            Some(0) => 0,
            _ => number("x-rate-limit-reset")?
                .saturating_sub(self.date().unix_timestamp())
                .max(0),
        };
        Some(Duration::from_secs(
            seconds.unsigned_abs().saturating_add(1),
        ))
    }
}

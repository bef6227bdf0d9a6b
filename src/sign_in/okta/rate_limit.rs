//! Okta's rate limits (its rate-limit reference).

use std::time::Duration;

use crate::http::Response;

/// Returns how long from now the rate limit ends that `response` met: `X-Rate-Limit-Reset` (seconds of Unix time) less the
/// server's own `Date`, and a second. A limit of concurrent requests (`X-Rate-Limit-Limit: 0`) has no end to wait for,
/// and is over in a moment (Okta's rate-limit reference).
pub(crate) fn limit_ends(response: &Response) -> Option<Duration> {
    let number = |name| response.header(name)?.trim().parse::<i64>().ok();
    if response.status != 429 {
        return None;
    }
    let seconds = match number("x-rate-limit-limit") {
        Some(0) => 0,
        _ => number("x-rate-limit-reset")?
            .saturating_sub(response.date().unix_timestamp())
            .max(0),
    };
    Some(Duration::from_secs(
        seconds.unsigned_abs().saturating_add(1),
    ))
}

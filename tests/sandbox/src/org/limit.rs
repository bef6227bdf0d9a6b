//! Rate limits: windows of fixed length, counted by the sandbox's clock.

use time::OffsetDateTime;

use crate::audit::Event;
use crate::org::Exchange;
use crate::org::error::rate_limited;
use crate::wire::Response;

/// The requests of one window.
#[derive(Debug)]
pub(crate) struct Bucket {
    window: i64,
    used: u32,
}

/// The words of an answer about the limit that its request is closest to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
    reset: i64,
}

impl Standing {
    pub(crate) fn unlimited(now: OffsetDateTime) -> Self {
        Self {
            limit: 10_000,
            remaining: 9_999,
            reset: now.unix_timestamp() + 60,
        }
    }

    pub(crate) fn headers(self) -> [(&'static str, String); 3] {
        [
            ("X-Rate-Limit-Limit", self.limit.to_string()),
            ("X-Rate-Limit-Remaining", self.remaining.to_string()),
            ("X-Rate-Limit-Reset", self.reset.to_string()),
        ]
    }
}

/// One limit: so many requests of a key in a window of so many seconds.
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    pub(crate) key: String,
    pub(crate) most: u32,
    pub(crate) seconds: i64,
}

impl Exchange<'_> {
    /// Counts a request; an error is the 429.
    pub(crate) fn count(&mut self, limit: &Limit) -> Result<(), Response> {
        let window = self.now.unix_timestamp().div_euclid(limit.seconds);
        let key = format!("{} {}", limit.name, limit.key);
        let bucket = self
            .state
            .buckets
            .entry(key)
            .or_insert(Bucket { window, used: 0 });
        if bucket.window != window {
            *bucket = Bucket { window, used: 0 };
        }
        bucket.used += 1;
        let used = bucket.used;
        self.standing = Standing {
            limit: limit.most,
            remaining: limit.most.saturating_sub(used),
            reset: (window + 1) * limit.seconds,
        };
        if used <= limit.most {
            return Ok(());
        }
        self.record(Event::RateLimited { bucket: limit.name });
        Err(rate_limited())
    }
}

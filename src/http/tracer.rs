//! Tells an exchange for `-v`: never a query, a cookie's value or a body.

use std::time::Duration;

use super::Response;
use crate::error::{Error, shown};

/// Tells every exchange.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tracer {
    pub(crate) say: fn(&str),
    /// Whether to tell where a redirect leads and which cookies are set, by name.
    pub(crate) is_detailed: bool,
}

impl Tracer {
    /// Tells of one exchange: method, host, path without query, status, time.
    pub(super) fn tell(self, request: &str, result: Result<&Response, &Error>, took: Duration) {
        let outcome = match result {
            Ok(response) => response.status.to_string(),
            Err(error) => error.message.clone(),
        };
        (self.say)(&format!("{request}: {outcome}, {} ms", took.as_millis()));
        if let (true, Ok(response)) = (self.is_detailed, result) {
            if let Some(location) = response.location() {
                (self.say)(&format!("  it sends to {}", shown(&location)));
            }
            for cookie in response.sound_cookies() {
                let does = if cookie.clears(response.date()) {
                    "clears"
                } else {
                    "sets"
                };
                (self.say)(&format!("  it {does} the cookie {}", cookie.name));
            }
        }
    }
}

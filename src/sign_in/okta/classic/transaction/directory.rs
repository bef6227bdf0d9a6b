//! The wait for a directory that Okta has to ask.
//!
//! Facts (recorded answers): status POLL says in `_embedded.transaction.profile.refresh` how many milliseconds to wait,
//! and in `_links.next` where to ask again. Nothing secret travels, so that an exchange that failed is tried again.

use std::time::Duration;

use super::Transaction;
use crate::error::Error;
use crate::secret::Secret;
use crate::sign_in::flow::{Step, Stop, TimedWait};
use crate::sign_in::okta::challenge::limits::again_in;
use crate::sign_in::okta::classic::expected::{Expected, ExpectedReply};

/// The least and the most that is waited, whatever Okta says.
const REFRESH: (u64, u64) = (1_000, 10_000);

impl Transaction<'_> {
    /// Asks again after `pause`, or when Okta says.
    pub(super) fn directory(
        &mut self,
        pause: Option<Duration>,
        failures: u32,
    ) -> Result<Step<Secret>, Stop> {
        let next = self.state.next.as_ref().and_then(|next| next.own.clone());
        let Some(url) = next else {
            return Err(self.dead_end());
        };
        let (least, most) = REFRESH;
        let refresh = self.state.refresh.unwrap_or(least).clamp(least, most);
        self.expected = Expected::Pause {
            request: self.post(url, &[]),
            expected: ExpectedReply::Directory { failures },
            active: None,
        };
        Ok(Step::Wait(TimedWait {
            pause: pause.unwrap_or(Duration::from_millis(refresh)),
            what: "the directory".into(),
            factor: None,
        }))
    }

    /// Asks once more after an exchange that failed.
    pub(super) fn directory_again(
        &mut self,
        failures: u32,
        error: Error,
        limit: Option<Duration>,
    ) -> Result<Step<Secret>, Stop> {
        match again_in(failures, limit, Duration::ZERO) {
            Some(pause) => self.directory(Some(pause), failures + 1),
            None => Err(error.into()),
        }
    }
}

//! The examination of a store, for `doctor`.

use super::{Entered, Fleet};
use crate::error::Result;
use crate::store::claims::WaitPolicy;
use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::records::Sharing;

impl Fleet {
    /// Tries what a sign-in does: connects, claims a record that is nobody's, writes to it and releases it. Returns how far the
    /// server's clock is ahead.
    pub(crate) fn examine(&self) -> Result<time::Duration, String> {
        let key = Key::new("", [("probe", self.settings.namespace.clone())]);
        match self.claim(&key, Sharing::Copied, (0, false), &WaitPolicy::NONE) {
            // Another machine examines it too.
            Err(StoreError::Busy(_)) => Ok(self.clock_offset()),
            Err(error) => Err(error.reason()),
            Ok(Err(away)) => Err(away.why),
            Ok(Ok(entered)) => match entered {
                Entered::Held(claim, _) => claim
                    .write(None)
                    .map(|_| self.clock_offset())
                    .map_err(|error| error.reason()),
                Entered::Seen(_) => Ok(self.clock_offset()),
            },
        }
    }
}

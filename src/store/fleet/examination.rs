//! The examination of a store, for `doctor`.

use super::{Entered, Fleet, NEXT, Then};
use crate::error::Result;
use crate::store::claims::WaitPolicy;
use crate::store::error::StoreError;
use crate::store::key::Key;
use crate::store::records::Sharing;
use crate::store_client::{Reply, ScriptCall};

/// Tells a section of INFO. It needs a right that nothing else needs, so it may be refused.
const INFO: &str = "return redis.call('INFO', ARGV[1])";

/// The facts about a store's server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServerFacts {
    /// How far its clock is ahead of this machine's.
    pub(crate) ahead: time::Duration,
    /// Its eviction policy, if it tells that.
    pub(crate) eviction: Option<String>,
    /// How many replicas it has, if it tells that.
    pub(crate) replicas: Option<u64>,
}

impl ServerFacts {
    /// Returns whether it is known to have fewer than the `wanted` replicas.
    pub(crate) fn lacks(&self, wanted: u8) -> bool {
        self.replicas.is_some_and(|there| there < u64::from(wanted))
    }
}

impl Fleet {
    /// Tries each thing that a sign-in does: connects, claims a record that is nobody's, writes to it and releases it. Returns
    /// the facts about its server.
    pub(crate) fn examine(&self) -> Result<ServerFacts, String> {
        let key = Key::new("", [("probe", self.settings.namespace.clone())]);
        match self.claim(&key, Sharing::Copied, (0, false), &WaitPolicy::NONE) {
            // Another machine examines it too.
            Err(StoreError::Busy(_)) | Ok(Ok(Entered::Seen(_))) => Ok(self.facts()),
            Err(error) => Err(error.reason()),
            Ok(Err(away)) => Err(away.why),
            Ok(Ok(Entered::Held(claim, _))) => {
                let facts = self.facts();
                let trouble = match claim.write(None, Then::Keep) {
                    Err(error) => Some(error.reason()),
                    Ok(done) => done.unconfirmed,
                };
                match trouble.filter(|_| !facts.lacks(self.settings.replicas)) {
                    Some(words) => Err(words),
                    None => Ok(facts),
                }
            }
        }
    }

    fn facts(&self) -> ServerFacts {
        let replicas = self.told("replication", "connected_slaves");
        ServerFacts {
            ahead: self.clock_offset(),
            eviction: self.told("memory", "maxmemory_policy"),
            replicas: replicas.and_then(|number| number.parse().ok()),
        }
    }

    /// Returns the value of a line of INFO. A refusal is no trouble of the store's.
    fn told(&self, section: &str, line: &str) -> Option<String> {
        let contact = self.contact().ok()?;
        let call = ScriptCall {
            script: INFO,
            keys: vec![self.pin()],
            arguments: vec![section.into()],
            replicas: 0,
        };
        let Ok(Reply::Bytes(text)) = contact.client.call(call, NEXT) else {
            return None;
        };
        let text = String::from_utf8_lossy(&text);
        let mut lines = text.lines();
        let value = lines.find_map(|told| told.strip_prefix(line)?.strip_prefix(':'))?;
        Some(value.trim().to_owned())
    }
}

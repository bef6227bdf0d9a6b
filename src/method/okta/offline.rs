//! Limits what a machine of a fleet sends while the fleet's store cannot be used, and nobody counts for all machines. Okta
//! locks an account after ten wrong passwords, or fewer, and a fleet has more machines than that.
//!
//! | `offline` | without a person |
//! |---|---|
//! | `proven` | a password that Okta has lately taken from this very machine, and nothing else |
//! | `cached` | nothing |
//! | `sign-in` | everything, as a machine without a fleet |
//!
//! A person at a terminal sees every attempt, and may send what there is to send.

use super::memory::Memory;
use crate::app::Offline;
use crate::clock;
use crate::error::{Error, Hint};
use crate::secret::Secret;
use crate::sign_in::flow::{FailureScope, Stop};

impl Memory<'_> {
    /// Returns what the fleet's settings allow now, and why its store cannot be used; `None` if it can, or if there is none.
    fn offline(&self) -> Option<(Offline, String)> {
        let fleet = self.org.storage.fleet()?;
        let why = self.held.as_ref()?.away()?;
        (!self.host.call.attended).then_some((fleet.offline, why))
    }

    /// Stops a sign-in that could send nothing.
    pub(super) fn check_may_send(&self) -> Result<(), Stop> {
        match self.offline() {
            Some((Offline::Cached, why)) => Err(self.stop_alone(CACHED, why)),
            Some((Offline::Proven, why)) if self.record().accepted.is_none() => {
                Err(self.stop_alone(UNPROVEN, why))
            }
            _ => Ok(()),
        }
    }

    /// Stops a password of which this machine has not seen that Okta takes it, and any where nothing may be sent: the store may
    /// have been lost since [`Self::check_may_send`].
    pub(super) fn check_proven(&self, password: &Secret) -> Result<(), Stop> {
        let why = match self.offline() {
            Some((Offline::Cached, why)) => return Err(self.stop_alone(CACHED, why)),
            Some((Offline::Proven, why)) => why,
            Some((Offline::SignIn, _)) | None => return Ok(()),
        };
        let accepted = self.record().accepted.as_ref();
        match accepted.is_some_and(|accepted| accepted.is(password, clock::now())) {
            true => Ok(()),
            false => Err(self.stop_alone(UNPROVEN, why)),
        }
    }

    /// Stops a code: another machine may compute and send the same one at this moment.
    pub(super) fn check_code_alone(&self) -> Result<(), Stop> {
        match self.offline() {
            Some((Offline::Proven | Offline::Cached, why)) => {
                let words = "no code is sent while another machine may send the same one";
                Err(self.stop_alone(words, why))
            }
            _ => Ok(()),
        }
    }

    fn stop_alone(&self, words: &str, why: String) -> Stop {
        if let Some(fleet) = self.host.context.cache.fleet(&self.key) {
            fleet.try_soon();
        }
        let account = &self.org.account;
        let error = Error::network(format!(
            "no secret of {account} is sent without the fleet's store"
        ))
        .caused_by(words)
        .caused_by(why)
        .hint(Hint::run(&["credential", "doctor"]).after("see what is wrong with the store: "))
        .hint(self.login().after("or, at a terminal: "));
        Stop {
            error,
            scope: FailureScope::Caller,
        }
    }
}

const CACHED: &str = "this machine sends nothing while it is alone";
const UNPROVEN: &str = "Okta has not taken this password from this machine in the last 30 days";

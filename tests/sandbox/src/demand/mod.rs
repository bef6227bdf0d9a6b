//! Demands of the sandbox on a client, apart from the answers of its servers.
//!
//! The servers answer as Okta and the ALB do, and those forgive much: a password that goes to the wrong host, a cookie
//! that goes to the wrong place, are answered with a friendly page. So every request is also held against this module,
//! which knows every secret that was handed out and writes down what no correct client does.

mod authorization;
mod authorize;
mod cookie;
mod issued;
mod manner;
mod secret;
mod violation;

pub(crate) use cookie::shard_number;
pub(crate) use issued::{Family, Issued, Kind};
pub(crate) use manner::{accepts_ion, accepts_json, is_browser, is_ion, is_json};
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;
pub use violation::Violation;

use crate::audit::Host;
use crate::setup::User;
use crate::wire::Request;

/// The demands, and what they have to know.
#[derive(Debug, Default)]
pub(crate) struct Demands {
    issued: Mutex<Issued>,
}

impl Demands {
    /// Returns what has been handed out so far.
    pub(crate) fn issued(&self) -> MutexGuard<'_, Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns what is secret about a user.
    pub(crate) fn learn(&self, user: &User) {
        let mut issued = self.issued();
        issued.passwords.push(user.password.clone());
        for (kind, secret) in crate::org::secrets(&crate::org::factors_of(user)) {
            issued.secret(kind, &secret);
        }
    }

    /// Everything that is wrong with a request, by what it says alone.
    pub(crate) fn check(
        &self,
        host: &Host,
        request: &Request,
        now: OffsetDateTime,
    ) -> Vec<Violation> {
        let issued = self.issued();
        let mut found = manner::check(host, request);
        found.extend(secret::check(&issued, host, request, now));
        found.extend(cookie::check(&issued, host, request));
        found.extend(authorize::check(&issued, host, request));
        found.extend(authorization::check(&issued, host, request));
        found
    }
}

//! The password that Okta took from this machine last: what a machine of a fleet may send while nobody counts.

use serde::{Deserialize, Serialize};
use time::Duration;

use crate::clock::Moment;
use crate::secret::{Secret, random_hex};
use crate::store::record::refused_passwords::hash;

/// How long it proves anything: passwords are changed.
const LIFE: Duration = Duration::days(30);

/// A password that Okta took, as a salted hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AcceptedPassword {
    salt: String,
    hash: String,
    #[serde(with = "time::serde::rfc3339")]
    at: Moment,
}

impl AcceptedPassword {
    /// Okta took `password` at `now`, and nothing more was needed.
    pub(crate) fn new(password: &Secret, now: Moment) -> Self {
        let salt = random_hex();
        Self {
            hash: hash(&salt, password),
            salt,
            at: now,
        }
    }

    /// Returns whether Okta lately took this `password`.
    pub(crate) fn is(&self, password: &Secret, now: Moment) -> bool {
        let is_recent = self.at <= now && now - self.at < LIFE;
        is_recent && self.hash == hash(&self.salt, password)
    }
}

#[cfg(test)]
mod tests {
    use super::AcceptedPassword;
    use crate::secret::Secret;
    use time::Duration;
    use time::macros::datetime;

    #[test]
    fn it_proves_one_password_for_thirty_days() {
        let at = datetime!(2026-11-23 20:00 UTC);
        let secret = |text: &str| Secret::new(text.into());
        let accepted = AcceptedPassword::new(&secret("hunter2"), at);
        assert!(accepted.is(&secret("hunter2"), at + Duration::days(29)));
        assert!(!accepted.is(&secret("hunter2"), at + Duration::days(30)));
        assert!(!accepted.is(&secret("hunter2"), at - Duration::SECOND));
        assert!(!accepted.is(&secret("hunter3"), at));
        assert!(!format!("{accepted:?}").contains("hunter"));
    }
}

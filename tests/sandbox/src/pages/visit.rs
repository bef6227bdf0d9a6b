//! Sign-ins by page that are under way: where each stands, and the value that its next submission has to bring.

use std::collections::HashMap;
use time::OffsetDateTime;

use crate::audit::Host;
use crate::factor::FactorKind;
use crate::random;

/// A form is good for so long.
const LIFE: time::Duration = time::Duration::hours(1);

/// One person's way through the pages of one site.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) id: String,
    /// The site whose pages these are.
    pub(crate) host: Host,
    /// Path and query that the browser goes on to at the end.
    pub(crate) onward: String,
    /// The client that the sign-in is for.
    pub(crate) client: Option<String>,
    /// The name that the field begins with.
    pub(crate) hint: String,
    /// The user whom the browser names, proved or not.
    pub(crate) user: Option<String>,
    /// The proofs, in order.
    pub(crate) proved: Vec<FactorKind>,
    pub(crate) stage: Stage,
    /// The failure of the last step, as the page says it.
    pub(crate) note: Option<&'static str>,
    /// The value that the next submission has to bring, once.
    csrf: String,
    until: OffsetDateTime,
}

/// The thing that a page asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Chooser,
    Password,
    Totp,
    Push {
        id: u64,
        approved: bool,
    },
    /// A challenge for a key that is known.
    Key {
        challenge: String,
    },
    /// A challenge for a new key.
    Enrolment {
        challenge: String,
    },
    Fastpass {
        challenge: String,
    },
    Duo,
    Consent,
    /// The end: a factor is wanted that no page asks for.
    NoWay,
}

impl Stage {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Chooser => "chooser",
            Self::Password => "password",
            Self::Totp => "code",
            Self::Push { .. } => "push",
            Self::Key { .. } => "security key",
            Self::Enrolment { .. } => "new security key",
            Self::Fastpass { .. } => "Okta Verify",
            Self::Duo => "Duo",
            Self::Consent => "consent",
            Self::NoWay => "no way on",
        }
    }
}

impl Visit {
    pub(crate) fn new(host: &Host, onward: &str, now: OffsetDateTime) -> Self {
        Self {
            id: random::word("v", 24),
            host: host.clone(),
            onward: onward.to_owned(),
            client: None,
            hint: String::new(),
            user: None,
            proved: Vec::new(),
            stage: Stage::Password,
            note: None,
            csrf: String::new(),
            until: now + LIFE,
        }
    }

    /// A new value for the next submission; the one before is good for nothing from now on.
    pub(crate) fn renew(&mut self) -> String {
        self.csrf = random::word("", 32);
        self.csrf.clone()
    }
}

/// All visits of a sandbox.
#[derive(Debug, Default)]
pub(crate) struct Visits {
    known: HashMap<String, Visit>,
}

impl Visits {
    pub(crate) fn keep(&mut self, visit: Visit) {
        self.known.insert(visit.id.clone(), visit);
    }

    pub(crate) fn forget(&mut self, id: &str) {
        self.known.remove(id);
    }

    /// A visit to this site.
    pub(crate) fn of(&mut self, host: &Host, id: &str, now: OffsetDateTime) -> Option<&mut Visit> {
        let visit = self.known.get_mut(id)?;
        (visit.host == *host && now < visit.until).then_some(visit)
    }

    /// Takes the visit that a submission belongs to. Its value is spent, whatever comes of it.
    pub(crate) fn take(
        &mut self,
        host: &Host,
        id: &str,
        csrf: &str,
        now: OffsetDateTime,
    ) -> Result<Visit, &'static str> {
        let visit = self.of(host, id, now).ok_or("no such form")?;
        if visit.csrf.is_empty() || visit.csrf != csrf {
            return Err("a wrong or used CSRF value");
        }
        visit.csrf.clear();
        Ok(visit.clone())
    }
}

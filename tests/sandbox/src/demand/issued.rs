//! Everything secret that the servers have handed out, and to whom it may come back.

use std::collections::HashMap;
use time::OffsetDateTime;

use crate::audit::Host;
use crate::authorization::Basic;

/// The kinds of secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    SessionToken,
    StateToken,
    OktaCookie,
    Code,
    PassCode,
    Answer,
    Seed,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SessionToken => "session token",
            Self::StateToken => "state token",
            Self::OktaCookie => "cookie of the org",
            Self::Code => "code",
            Self::PassCode => "passcode",
            Self::Answer => "answer to a question",
            Self::Seed => "seed of a time-based code",
        }
    }
}

/// One issued session of an app.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) app: String,
    pub(crate) user: String,
    pub(crate) at: OffsetDateTime,
    pub(crate) ends: OffsetDateTime,
    pub(crate) base: String,
    pub(crate) values: Vec<String>,
}

/// One sign-in that an ALB has started.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) app: String,
    pub(crate) nonce: String,
    /// Path and query of the authorize URL, as they were written.
    pub(crate) target: String,
}

/// The secrets that were handed out.
#[derive(Debug, Default)]
pub(crate) struct Issued {
    pub(crate) passwords: Vec<String>,
    pub(crate) secrets: Vec<(Kind, String)>,
    pub(crate) families: Vec<Family>,
    /// Cookies of providers, each with the only host that it may go to.
    pub(crate) homes: Vec<(Host, String)>,
    /// By `state`.
    pub(crate) attempts: HashMap<String, Attempt>,
    /// The callbacks whose state must be the ALB's.
    pub(crate) callbacks: Vec<String>,
    /// The authorization endpoints of providers.
    pub(crate) authorize: Vec<(Host, String)>,
    /// Base names of session cookies.
    pub(crate) bases: Vec<String>,
    /// The credentials that servers want of their own.
    pub(crate) basics: Vec<(Host, Basic)>,
}

impl Issued {
    pub(crate) fn secret(&mut self, kind: Kind, value: &str) {
        self.secrets.push((kind, value.to_owned()));
    }

    pub(crate) fn family(&mut self, family: Family) {
        self.families.push(family);
    }

    pub(crate) fn attempt(&mut self, state: &str, app: &str, nonce: &str, target: &str) {
        let attempt = Attempt {
            app: app.to_owned(),
            nonce: nonce.to_owned(),
            target: target.to_owned(),
        };
        self.attempts.insert(state.to_owned(), attempt);
    }
}

//! A store that a fleet of machines shares: one sign-in for all of them.
//!
//! Each machine keeps copies in its cache directory, and a hit reads its copy: no socket, no lock. The store's server
//! (Redis, Valkey) has the records and the claims, both in one hash a record, so that one script can compare and write. What
//! it has is sealed ([`seal`]), under names that say nothing.
//!
//! ```text
//! hit    the copy; one that is older than `recheck` is compared with the store, in the background
//! miss   the machine's own claim → the copy again → ENTER want → newer: that copy → else the fleet's claim: sign in
//! write  LEAVE, then the copy
//! ```
//!
//! - The machine's claim comes first: of all its processes one talks to the server at a time. That also keeps one sign-in a
//!   machine where the server is away.
//! - The fleet's claim is a lease of [`LEASE`], which [`crate::store_client`] extends in a thread of its own. It may be lost:
//!   to a clock, a pause, a failover. The token that the server compares at each write is what keeps a late holder from
//!   writing; the lease only ends the wait for a dead one.
//! - Before a secret leaves, the account's record says so in the store, under the claim ([`FleetClaim::write`] has answered
//!   that it was covered). The next claim reads that.
//! - An account's memory of failures is on each machine too, and merged both ways, so that it outlives either. What was
//!   cleared stays cleared: a record counts how often ([`crate::store::record`], epochs).
//! - A record that the server has not (evicted, flushed) is no order to forget: copies stay. A removed one leaves its
//!   version behind, and copies go.
//!
//! The rights of a machine without the store are decided elsewhere: see `src/method/okta/offline.rs`.

mod ahead;
mod breaker;
mod claim;
mod contact;
mod copies;
mod entering;
mod examination;
mod question;
mod reply;
mod scripts;
mod seal;
mod sealed_record;
mod wait;

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use self::ahead::LookAhead;
use self::breaker::Breaker;
use self::contact::Contact;
use super::file::FileStore;
use super::key::Key;
use super::records::Sharing;
use crate::app::{FleetSettings, Source};
use crate::clock;
use crate::error::Result;
use crate::secret::Secret;

pub(super) use claim::{Done, FleetClaim, Then};
pub(crate) use copies::CopyState;
pub(super) use copies::CopyStates;
pub(super) use entering::{Entered, Found, FoundState};
pub(crate) use examination::ServerFacts;

/// How long a claim lasts whose holder is not heard of.
const LEASE: Duration = Duration::from_secs(15);
/// The longest that the first call may take: name, connection, TLS, the server's own check, and the script.
const FIRST: Duration = Duration::from_millis(1_500);
/// The longest that a later call may take.
const NEXT: Duration = Duration::from_secs(1);
/// The longest that all calls together may take for a caller that has an answer.
const HURRIED: Duration = Duration::from_millis(500);
/// How long a record of an app outlives the longest session.
const ENTRY_LIFE: Duration = Duration::from_secs(15 * 24 * 60 * 60);

/// Fetches a secret of the store from its source, within a time.
pub(crate) type FetchSecret = Box<dyn Fn(&Source, &str, Duration) -> Result<Secret>>;

/// The store's view of the process that uses it.
pub(crate) struct StoreUser {
    pub(crate) fetch: FetchSecret,
    /// Returns the time for which the caller still waits.
    pub(crate) left: Box<dyn Fn() -> Duration>,
}

/// Why the store cannot be used now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Away {
    /// As it ends a line, with the server.
    pub(crate) why: String,
    /// Set if a process of this machine has said so lately.
    pub(crate) is_known: bool,
}

/// The store of one fleet.
pub(crate) struct Fleet {
    settings: Rc<FleetSettings>,
    user: StoreUser,
    copies: FileStore,
    breaker: Breaker,
    ahead: LookAhead,
    /// Made with the first contact.
    contact: OnceCell<Result<Contact, String>>,
    /// The words of a write that too few replicas have confirmed.
    unconfirmed: OnceCell<String>,
    /// Set once the server does not answer: a call waits for it once.
    is_gone: Cell<bool>,
    /// Set if a person wants it tried, however it was found lately.
    insists: Cell<bool>,
    /// Set while the caller has an answer already: the end of the time for all that is asked.
    hurried_until: Cell<Option<Instant>>,
}

impl Fleet {
    /// The store of these settings, with copies in `copies`. Nothing is read or opened yet.
    pub(crate) fn new(settings: Rc<FleetSettings>, copies: FileStore, user: StoreUser) -> Self {
        Self {
            breaker: Breaker::new(&copies, &settings.namespace),
            settings,
            user,
            copies,
            ahead: LookAhead::default(),
            contact: OnceCell::new(),
            unconfirmed: OnceCell::new(),
            is_gone: Cell::new(false),
            insists: Cell::new(false),
            hurried_until: Cell::new(None),
        }
    }

    /// Does `work` with the store in half a second at most, its secrets included: the caller has an answer already.
    pub(crate) fn hurried<T>(&self, work: impl FnOnce() -> T) -> T {
        self.hurried_until.set(Some(clock::ticks() + HURRIED));
        let done = work();
        self.hurried_until.set(None);
        done
    }

    /// Returns the time that the caller still has for the store.
    fn left(&self) -> Duration {
        let hurried = self.hurried_until.get();
        let left = hurried.map(|until| until.saturating_duration_since(clock::ticks()));
        (self.user.left)().min(left.unwrap_or(Duration::MAX))
    }

    /// Has the store tried whatever was found lately: a person, or a `--fresh`, wants it.
    pub(crate) fn insist(&self) {
        self.insists.set(true);
    }

    /// The store cannot be used, and somebody was told so: the next one tries soon, however long nobody could.
    pub(crate) fn try_soon(&self) {
        self.breaker.shorten();
    }

    /// The settings of the store.
    pub(crate) fn settings(&self) -> &FleetSettings {
        &self.settings
    }

    /// Returns whether the Okta session is shared too.
    pub(super) fn shares_okta(&self) -> bool {
        self.settings.shares_okta
    }

    /// Records that the copy of `key` is compared now.
    pub(super) fn looked_at(&self, key: &Key) {
        self.copies.look_at(&key.name());
    }

    /// The states of this machine's copies.
    pub(super) fn copy_states(&self) -> CopyStates<'_> {
        CopyStates::new(&self.copies)
    }

    /// Returns the state of this machine's copy of the record of `key`.
    pub(crate) fn copy_state(&self, key: &Key) -> CopyState {
        self.copy_states().of(&key.name())
    }

    /// Returns whether the store was found unusable, and not yet usable again.
    pub(super) fn is_paused(&self) -> bool {
        self.breaker.why().is_some()
    }

    /// Returns why the store could not be used when it was asked last, if it could not.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.breaker.why()
    }
}

/// How long the store keeps a record that is shared so; zero for good.
fn life(sharing: Sharing) -> Duration {
    match sharing {
        Sharing::Copied => ENTRY_LIFE,
        Sharing::Remembered | Sharing::Never => Duration::ZERO,
    }
}

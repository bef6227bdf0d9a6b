//! The fleet's side of one record: its claim for all machines, and the facts about this machine's copy.

use std::cell::{Cell, RefCell};

use crate::secret::Secret;
use crate::store::fleet::{Away, CopyState, Fleet, FleetClaim, Found, FoundState};
use crate::store::key::Key;
use crate::store::place::Place;
use crate::store::records::{Record, Sharing};

/// The fleet's side of one record.
pub(super) struct Shared<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) state: RefCell<State<'a>>,
    /// The record's text as it was read or written last.
    pub(super) base: RefCell<Option<Secret>>,
    /// The state of the copy.
    pub(super) copy: RefCell<CopyState>,
    pub(super) has_asked: Cell<bool>,
    /// Set while a write guards a secret that is about to leave: then a claim that was lost is not taken again, because the
    /// others may have written meanwhile that the secret must not be sent.
    pub(super) is_guard: Cell<bool>,
    /// The words, if too few replicas know of the last write.
    pub(super) unconfirmed: RefCell<Option<String>>,
    /// Set for the last write, which releases the claim.
    pub(super) is_last: Cell<bool>,
}

pub(super) enum State<'a> {
    /// It is not joined.
    Here,
    Held(FleetClaim<'a>),
    /// Another machine has taken the claim over.
    Lost,
    Away(Away),
}

impl<'a> Shared<'a> {
    /// The fleet's side of the record of `key`, if there is one.
    pub(super) fn of<R: Record>(place: &'a Place, key: &Key) -> Option<Self> {
        let fleet = place.fleet.as_ref()?;
        (R::SHARING != Sharing::Never).then(|| Self {
            fleet,
            state: RefCell::new(State::Here),
            base: RefCell::new(None),
            copy: RefCell::new(fleet.copy_states().of(&key.name())),
            has_asked: Cell::new(false),
            is_guard: Cell::new(false),
            unconfirmed: RefCell::new(None),
            is_last: Cell::new(false),
        })
    }

    /// Keeps the text of the record as it is now, to know later what was cleared in it.
    pub(super) fn begin<R: Record>(&self, record: &R, key: &Key) {
        self.base.replace(record.to_text(key));
    }

    /// The version in the store that the copy is of.
    pub(super) fn version(&self) -> u64 {
        self.copy.borrow().version
    }

    pub(super) fn set_version(&self, version: u64) {
        self.copy.borrow_mut().version = version;
    }

    /// The copy is gone, whatever version it had.
    pub(super) fn forget_version(&self) {
        self.set_version(0);
    }

    /// Sets the trouble with the record, and returns it if it is a new one.
    pub(super) fn set_trouble(&self, trouble: Option<String>) -> Option<String> {
        let mut copy = self.copy.borrow_mut();
        let is_new = copy.trouble != trouble;
        copy.trouble.clone_from(&trouble);
        trouble.filter(|_| is_new)
    }

    /// Compares what was `found` with the copy. Returns the trouble, if the store has an older record, or one that does not
    /// open, and nobody was told so yet.
    pub(super) fn note_found(&self, found: &Found, key: &Key) -> Option<String> {
        let trouble = match &found.state {
            _ if self.fleet.is_older(self.version(), found.version) => {
                Some(self.fleet.older_words(key))
            }
            FoundState::Unopened => Some(self.fleet.unopened_words(key)),
            _ => None,
        };
        self.set_trouble(trouble)
    }

    pub(super) fn note(&self, words: &str) {
        if let State::Held(claim) = &*self.state.borrow() {
            claim.note(words);
        }
    }

    pub(super) fn is_held(&self) -> bool {
        matches!(&*self.state.borrow(), State::Held(_))
    }

    pub(super) fn is_lost(&self) -> bool {
        matches!(&*self.state.borrow(), State::Lost)
    }

    /// Gives up a claim that another machine has taken over meanwhile: it is to be asked for again.
    pub(super) fn check_claim(&self) {
        let is_lost = match &*self.state.borrow() {
            State::Held(claim) => claim.is_taken_over(),
            State::Here | State::Lost | State::Away(_) => false,
        };
        if is_lost {
            self.state.replace(State::Lost);
            self.has_asked.set(false);
        }
    }

    /// The copy is written: it is of the version that was written or read last.
    pub(super) fn copied(&self, key: &Key) {
        self.fleet
            .copy_states()
            .put(&key.name(), &self.copy.borrow());
    }

    pub(super) fn leave(&self, away: Away) {
        self.state.replace(State::Away(away));
    }
}

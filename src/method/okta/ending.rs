//! The end of a sign-in for the account's record: what a success forgives, and what is saved.

use super::memory::{Memory, SHORT_WAIT};
use crate::app::Engine;
use crate::clock;
use crate::error::BrowserNeed;
use crate::sign_in::flow::{FailureScope, Stop};
use crate::store::AcceptedPassword;

impl Memory<'_> {
    /// Ends the sign-in's work on the record; `stop` says why it failed, unless a browser `goes_on` with it.
    pub(super) fn end(mut self, stop: Option<&Stop>, goes_on: bool) {
        // Another machine has the claim, and its record is the one that counts.
        if stop.is_some_and(|stop| stop.scope == FailureScope::Claim) {
            return;
        }
        if let Some(stop) = stop {
            self.note_browser_need(stop);
        }
        if self.held.is_none() {
            self.keep_unclaimed(stop.is_none());
            return;
        }
        let forgives = self.forgives();
        let backoff = stop
            .filter(|_| !goes_on)
            .and_then(|stop| self.backoff(stop));
        let Some(held) = &mut self.held else { return };
        match stop {
            None => {
                held.record.backoff = None;
                if forgives {
                    held.record.forgive();
                    // It has forgotten the old password too, which must stay refused.
                    if let (true, Some(password)) = (self.is_changed, &self.password) {
                        held.record.refuse_old(&password.secret);
                    }
                }
            }
            Some(_) => held.record.backoff = backoff.or_else(|| held.record.backoff.take()),
        }
        let is_proof = self.is_accepted && !self.is_changed && !self.needed_factor.get();
        if let (None, true, Some(password)) = (stop, is_proof, &self.password)
            && self.org.storage.fleet().is_some()
        {
            held.record.accepted = Some(AcceptedPassword::new(&password.secret, clock::now()));
        }
        held.save_last();
        if let (true, Some(password)) = (self.is_accepted && !self.is_changed, &self.password) {
            self.keep_password(password);
        }
    }

    /// Records that Okta wants a browser each time, for this app or for every app of the org.
    fn note_browser_need(&mut self, stop: &Stop) {
        let is_own = stop.scope == FailureScope::App || self.is_accepted_by_identity();
        if let (Some(BrowserNeed::EachTime), Some(held)) = (stop.error.browser_need, &mut self.held)
        {
            let app = is_own.then(|| self.app.site.url());
            let message = stop.error.message.clone();
            let why = std::iter::once(message).chain(stop.error.causes.clone());
            let needs = &mut held.record.browser_needs;
            needs.note(app, why.collect(), clock::now());
        }
    }

    /// Returns whether the Identity Engine has taken the password: what it wants after that, the app's own policy may want,
    /// and another app's may not.
    fn is_accepted_by_identity(&self) -> bool {
        let engine = self.record().engine.as_ref();
        let engine = engine.and_then(|known| known.at(clock::now()));
        self.is_accepted && self.org.engine.or(engine) == Some(Engine::Identity)
    }

    /// Returns whether a success forgives all that holds back a sign-in: a person wanted it. A `login` without a person
    /// may have needed no password at all, and must not let a refused one out again.
    fn forgives(&self) -> bool {
        self.host.call.insist && self.host.call.attended
    }

    /// Records the facts of a sign-in that needed no claim, if no other process holds the claim. After an insisting
    /// person's sign-in it waits for the claim, and forgets all that held others back.
    fn keep_unclaimed(&mut self, is_signed_in: bool) {
        let facts = std::mem::take(&mut self.unclaimed);
        let held = match (is_signed_in, self.host.call.insist) {
            (true, true) => self.hold(SHORT_WAIT).ok(),
            (true, false) if !facts.is_empty() => self.host.context.cache.hold_if_free(&self.key),
            _ => None,
        };
        let Some(held) = held else { return };
        let is_same = held.record.session == self.before.session;
        let (insist, forgives) = (self.host.call.insist, self.forgives());
        self.held = Some(held);
        if is_same {
            for fact in facts {
                self.apply(fact);
            }
        }
        let Some(held) = &mut self.held else { return };
        if insist {
            held.record.backoff = None;
        }
        if forgives {
            held.record.forgive();
        }
        if is_same || insist {
            held.save_last();
        }
    }
}

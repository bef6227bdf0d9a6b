//! Choosing among the factors that Okta offers, and those that it has chosen by itself.

use super::{
    Active, End, Expected, Form, MOST_SENT, NextAction, Parties, Sent, Transaction, sent_enough,
};
use crate::error::{BrowserNeed, Error};
use crate::factor::Challenge;
use crate::sign_in::flow::{Fact, Menu, Need, Step, Stop};
use crate::sign_in::okta::challenge::{self, Choice, Factor};
use crate::sign_in::okta::idx::offer::{self, Offer};

impl Transaction<'_> {
    /// Returns what Okta offers now, less a password that was sent. The list beside a question has that factor, too: it
    /// counts once.
    pub(super) fn offers(&self) -> Vec<Offer> {
        let mut offers: Vec<Offer> = Vec::new();
        for offer in offer::offers(&self.answer) {
            let is_spent = offer.is_password() && self.counts.password;
            let is_same = |earlier: &Offer| {
                earlier.form.name != offer.form.name && is_same(&earlier.factor, &offer.factor)
            };
            if !is_spent && !offers.iter().any(is_same) {
                offers.push(offer);
            }
        }
        offers
    }

    /// Chooses from what Okta offers: the password first, as it needs nobody; then as the configuration and the person
    /// want.
    pub(super) fn choose(&mut self) -> Result<Step<End>, Stop> {
        let offers = self.offers();
        if let Some(index) = offers.iter().position(Offer::is_password) {
            return self.begin(index);
        }
        // The step that asks for the method follows a choice.
        if let Some(active) = &self.active
            && self
                .answer
                .remediation("authenticator-verification-data")
                .is_some()
            && let Some(index) = offers
                .iter()
                .position(|offer| is_same(&offer.factor, &active.factor))
        {
            return self.begin(index);
        }
        let factors: Vec<Factor> = offers.iter().map(|offer| offer.factor.clone()).collect();
        match self.preference(&factors)? {
            Choice::Take(index) => self.begin(index),
            Choice::Ask(indices) => Ok(self.menu(&offers, &indices, None)),
        }
    }

    fn preference(&self, factors: &[Factor]) -> Result<Choice, Stop> {
        let Parties {
            app, org, person, ..
        } = self.parties;
        challenge::choose(org, &app.name, factors, person).map_err(Stop::of_account)
    }

    /// Returns the step that has the person choose: one of these offers, or what is being asked.
    fn menu(&mut self, offers: &[Offer], indices: &[usize], stay: Option<Active>) -> Step<End> {
        let mut labels: Vec<String> = indices
            .iter()
            .map(|index| offers[*index].factor.words())
            .collect();
        let mut actions: Vec<NextAction> = indices
            .iter()
            .map(|index| NextAction::Begin(*index))
            .collect();
        if let Some(active) = stay {
            labels.insert(0, active.factor.words());
            actions.insert(0, NextAction::Stay(active));
        }
        self.expected = Expected::Choice(actions);
        let title = format!("Okta asks {} for a second factor", self.parties.org.account);
        Step::Need(Need::Choice(Menu { title, labels }))
    }

    /// Begins the offer of this index.
    pub(super) fn begin(&mut self, index: usize) -> Result<Step<End>, Stop> {
        let Offer {
            factor,
            form,
            object,
        } = self.offers().swap_remove(index);
        if !factor.is_answerable() {
            return Err(self.unanswerable(&factor));
        }
        if self.is_spent(&factor) {
            return Err(Stop::of_account(
                Error::refused(format!(
                    "Okta asks for {} once more after a code",
                    factor.words()
                ))
                .caused_by("the configuration gives one code in a sign-in")
                .hint(self.login_hint()),
            ));
        }
        if matches!(factor.challenge, Challenge::Push | Challenge::Message) {
            if self.counts.sent >= MOST_SENT {
                return Err(Stop::of_account(sent_enough()));
            }
            self.counts.sent += 1;
            self.number.forget();
        }
        let request = self.request_of(&form, &[(&[offer::FIELD], object)])?;
        self.active = Some(self.active(factor, None));
        Ok(self.send(request, Sent::Choose))
    }

    /// Returns whether only the configuration could answer, and has done so.
    fn is_spent(&self, factor: &Factor) -> bool {
        let is_configured = challenge::is_configured(self.parties.org, factor);
        self.counts.configured_code && is_configured && !self.parties.person
    }

    fn active(&self, factor: Factor, form: Option<Form>) -> Active {
        Active {
            configured: !self.counts.configured_code
                && challenge::is_configured(self.parties.org, &factor),
            factor,
            form,
            words: None,
            rounds: 0,
        }
    }

    /// Returns the step at an authenticator that Okta has chosen by itself: it is answered, or another one is chosen.
    pub(super) fn preselected(&mut self, factor: Factor, form: &Form) -> Result<Step<End>, Stop> {
        let offers = self.offers();
        let is_probe =
            !factor.is_answerable() && self.answer.probe_cancel(&self.parties.org.site).is_some();
        if is_probe && offers.is_empty() {
            return self.leave_probe();
        }
        let Parties { org, person, .. } = self.parties;
        match factor.challenge {
            Challenge::Push if person || org.push_unattended => self.show_number(&factor),
            Challenge::Push => self.recorder.note(Fact::PushUnasked),
            _ => {}
        }
        let others: Vec<usize> = (0..offers.len())
            .filter(|index| !is_same(&offers[*index].factor, &factor))
            .collect();
        let mut factors = vec![factor.clone()];
        factors.extend(others.iter().map(|index| offers[*index].factor.clone()));
        let stay = self.active(factor, Some(form.clone()));
        match self.preference(&factors)? {
            Choice::Take(0) => self.answer_current(stay),
            Choice::Take(index) => self.begin(others[index - 1]),
            Choice::Ask(indices) => {
                let can_stay = indices.contains(&0);
                let indices = indices.iter().filter(|index| **index > 0);
                let indices: Vec<usize> = indices.map(|index| others[index - 1]).collect();
                Ok(self.menu(&offers, &indices, can_stay.then_some(stay)))
            }
        }
    }

    /// Goes back to the list, or ends the sign-in if the list has nothing else.
    pub(super) fn back(&mut self) -> Result<Step<End>, Stop> {
        let offers = self.offers();
        let factors: Vec<Factor> = offers.iter().map(|offer| offer.factor.clone()).collect();
        match challenge::answerable(&factors).as_slice() {
            [] => Err(Stop::of_account(Error::person(
                "the second factor was not answered",
            ))),
            indices => Ok(self.menu(&offers, indices, None)),
        }
    }

    /// Returns whether there is another factor that can be answered here.
    pub(super) fn has_others(&self) -> bool {
        let active = self.active.as_ref();
        let offers = self.offers();
        offers.iter().any(|offer| {
            offer.factor.is_answerable()
                && active.is_none_or(|active| !is_same(&offer.factor, &active.factor))
        })
    }

    pub(super) fn person_needed(&self, current: &Factor) -> Stop {
        let Parties { app, org, .. } = self.parties;
        Stop::of_account(challenge::person_needed(org, &app.name, &self.all(current)))
    }

    pub(super) fn unanswerable(&self, current: &Factor) -> Stop {
        Stop::of_account(challenge::browser_needed(
            self.parties.org,
            &self.all(current),
        ))
    }

    /// Returns the stop of a step that only a browser can do, with what could be used instead.
    pub(super) fn browser_needed(&self, need: BrowserNeed, why: &str) -> Stop {
        let org = self.parties.org;
        let error = Error::person(format!(
            "Okta wants what cannot be answered without a browser: {why}"
        ))
        .for_browser(need);
        let error = match self.answer.names() {
            names if names == "none" => error,
            names => error.caused_by(format!("it offers the steps {names}")),
        };
        Stop::of_account(error.hint(format!(
            "sign in as {} at {} in a browser, and see what it asks for",
            org.account,
            org.site.url()
        )))
    }

    /// Returns this factor, and the others that Okta offers.
    fn all(&self, current: &Factor) -> Vec<Factor> {
        let offers = self.offers().into_iter().map(|offer| offer.factor);
        let others = offers.filter(|other| !is_same(other, current));
        std::iter::once(current.clone()).chain(others).collect()
    }
}

/// Returns whether two factors are one: an enrolment has other ids at other steps.
pub(super) fn is_same(one: &Factor, other: &Factor) -> bool {
    one.name() == other.name()
        && (one.device() == other.device() || one.has_no_device() || other.has_no_device())
}

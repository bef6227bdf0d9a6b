//! The factors of a transaction: choosing one, having it answered, waiting for it, choosing another.
//!
//! Facts (Authentication API; recorded answers): a factor is begun by a POST to its own `verify` link, and gone on with
//! at `_links.next`; another one can only be begun after `prev`; the number of a push's challenge is not in the first
//! answers, and may be 0.

use std::time::Duration;

use super::{MOST_SENT, PACE, Transaction, sent_enough};
use crate::error::Error;
use crate::factor::Challenge;
use crate::secret::Secret;
use crate::sign_in::flow::{Code, Step, Stop, TimedWait};
use crate::sign_in::okta::challenge::limits::again_in;
use crate::sign_in::okta::challenge::{self, Choice, Factor};
use crate::sign_in::okta::classic::expected::{
    ActiveChallenge, Expected, ExpectedReply, NextAction,
};

/// The most lists of factors in one sign-in.
const MOST_LISTS: u8 = 8;

impl Transaction<'_> {
    pub(super) fn required(&mut self) -> Result<Step<Secret>, Stop> {
        self.count_factor()?;
        self.offer.clone_from(&self.state.factors);
        let choice = challenge::choose(self.org, self.login, &self.offer, self.person);
        match choice.map_err(|error| self.stop_here(error))? {
            Choice::Take(index) => self.begin_factor(index),
            Choice::Ask(indices) => Ok(self.menu_of(indices)),
        }
    }

    /// Counts a list of factors, or a factor that was in no list. One factor may follow another, but not for ever.
    fn count_factor(&mut self) -> Result<(), Stop> {
        self.counts.lists += 1;
        let site = self.org.site.authority();
        let endless = || Error::network(format!("{site} asks for one factor after another")).into();
        let is_one_more = self.counts.lists <= MOST_LISTS;
        is_one_more.then_some(()).ok_or_else(endless)
    }

    /// Begins the challenge of this factor of the last list.
    pub(super) fn begin_factor(&mut self, index: usize) -> Result<Step<Secret>, Stop> {
        let factor = self.offer[index].clone();
        let Some(target) = factor.verify.clone() else {
            return Err(Self::no_target(&factor));
        };
        let configured = challenge::is_configured(self.org, &factor);
        let active = ActiveChallenge::new(factor, target, configured);
        match active.factor.challenge {
            Challenge::Push | Challenge::Message if self.counts.sent >= MOST_SENT => {
                Err(Stop::of_account(sent_enough()))
            }
            Challenge::Push | Challenge::Message => {
                let url = self.remembering(active.target.clone());
                self.counts.sent += 1;
                self.number.forget();
                Ok(self.send(self.post(url, &[]), ExpectedReply::Message(active)))
            }
            Challenge::Password => self.password_again(active),
            Challenge::Totp | Challenge::Code | Challenge::Question => Ok(self.ask(active)),
            Challenge::Unsupported(_) => Err(self.browser_needed(&active.factor)),
        }
    }

    /// Answers a factor that asks for the password once more, with the one that Okta has just accepted. It is sent
    /// once. If the person has changed it on the way, the person is asked.
    fn password_again(&mut self, active: ActiveChallenge) -> Result<Step<Secret>, Stop> {
        if self.renewed && self.person {
            return Ok(self.ask(active));
        }
        if self.counts.repeated {
            return Err(Stop::of_account(Error::refused(
                "Okta does not take the password as a second factor",
            )));
        }
        self.counts.repeated = true;
        let password = Code::lasting(self.password.clone());
        Ok(self.answer(active, password))
    }

    /// Returns the step after an answer that concerns one factor.
    pub(super) fn challenged(
        &mut self,
        active: Option<ActiveChallenge>,
    ) -> Result<Step<Secret>, Stop> {
        let told = self.state.factors.first().cloned();
        let number = told.as_ref().and_then(|factor| factor.number.clone());
        // One factor may lead on to another.
        let is_about = |active: &ActiveChallenge| {
            let told = told.as_ref();
            told.is_none_or(|told| !told.is_other(&active.factor))
        };
        let active = active.filter(is_about);
        let Some(factor) = active.as_ref().map(|active| active.factor.clone()).or(told) else {
            return Err(self.browser_needed_of(&[]));
        };
        let next = self.state.next.as_ref().and_then(|next| next.own.clone());
        // Without a next step it is a list to choose from.
        let is_list = next.is_none() && self.state.result.is_none() && factor.verify.is_some();
        if is_list && active.is_none() {
            return self.required();
        }
        let (rounds, configured) = match &active {
            Some(active) => (active.rounds, active.configured),
            None => {
                self.count_factor()?;
                (0, challenge::is_configured(self.org, &factor))
            }
        };
        let target = next.or(active.map(|active| active.target));
        let Some(target) = target.filter(|_| factor.is_answerable()) else {
            return Err(self.browser_needed(&factor));
        };
        let mut active = ActiveChallenge {
            rounds,
            ..ActiveChallenge::new(factor, target, configured)
        };
        if let Some(step) = self.judge_result(&active)? {
            return Ok(step);
        }
        // The configuration has given its answer already, if Okta asks again.
        active.configured &= rounds == 0;
        match active.factor.challenge {
            Challenge::Push if !self.person && !self.org.push_unattended => {
                Err(self.person_needed())
            }
            Challenge::Push if self.is_push_over() => self.timed_out(&active),
            Challenge::Push => {
                self.show_number(number, active.factor.device());
                Ok(self.poll(active, PACE, 0))
            }
            Challenge::Password => self.password_again(active),
            _ if !self.person && !active.configured => Err(self.person_needed()),
            _ => Ok(self.ask(active)),
        }
    }

    /// Judges `factorResult`. `None` if the challenge goes on.
    fn judge_result(&mut self, active: &ActiveChallenge) -> Result<Option<Step<Secret>>, Stop> {
        let message = self.state.message.as_deref();
        let said = |result: &str| match message {
            Some(message) => format!("{message} ({result})"),
            None => result.to_owned(),
        };
        let what = active.words();
        let error = match self.state.result.as_deref() {
            None | Some("WAITING" | "CHALLENGE" | "SUCCESS") => return Ok(None),
            Some("TIMEOUT") => return self.timed_out(active).map(Some),
            Some(_) if message == Some("OKTA_VERIFY_UPGRADE_REQUIRED") => Error::person(
                "the Okta Verify app is too old for a number challenge (OKTA_VERIFY_UPGRADE_REQUIRED)",
            )
            .hint("update Okta Verify on the phone"),
            Some(result @ "REJECTED") => {
                Error::refused(format!("{what} was rejected ({})", said(result)))
                    .hint("a wrong number counts as a rejection; of a push that came unasked, tell the admins")
            }
            Some(result @ ("CANCELLED" | "FAILED")) => {
                Error::refused(format!("{what} has failed: {}", said(result)))
            }
            Some(result @ ("TIME_WINDOW_EXCEEDED" | "PASSCODE_REPLAYED"))
                if active.factor.challenge != Challenge::Push =>
            {
                return self.code_refused(active.clone(), &said(result), "").map(Some);
            }
            Some(result @ "ERROR") => {
                Error::network(format!("Okta could not use {what}: {}", said(result)))
            }
            Some(result) => Error::network(format!(
                "{} answers {what} with an unknown result: {}",
                self.org.site.authority(),
                said(result)
            )),
        };
        Err(Stop::of_account(error))
    }

    /// Returns whether no push is under way although none has ended: the next link would send another one.
    fn is_push_over(&self) -> bool {
        let next = self.state.next.as_ref();
        self.state.result.is_none() && next.is_some_and(|next| next.name == "verify")
    }

    /// Offers the person another push after one without an answer.
    fn timed_out(&mut self, active: &ActiveChallenge) -> Result<Step<Secret>, Stop> {
        let (title, word) = match &self.state.result {
            Some(word) => (
                format!("nobody answered {} in time", active.words()),
                format!(" ({word})"),
            ),
            None => (
                format!("{} is not under way", active.words()),
                String::new(),
            ),
        };
        if !self.person || self.counts.sent >= MOST_SENT {
            return Err(Stop::of_account(
                Error::person(format!("{title}{word}")).hint(self.login_hint()),
            ));
        }
        let mut entries = vec![(
            "send it again".to_owned(),
            NextAction::Resend(active.clone()),
        )];
        if self.has_others() {
            entries.push(("use another factor".to_owned(), NextAction::Back));
        }
        Ok(self.choose(title, entries))
    }

    /// Tells the person the number to choose, once, and again only when it changes.
    fn show_number(&mut self, number: Option<String>, device: &str) {
        let notice = number.and_then(|number| self.number.notice(&number, device));
        self.notices.extend(notice);
    }

    pub(super) fn poll(
        &mut self,
        active: ActiveChallenge,
        pause: Duration,
        failures: u32,
    ) -> Step<Secret> {
        let url = self.remembering(active.target.clone());
        let request = self.post(url, &[]);
        let wait = TimedWait {
            pause,
            what: format!("approval on {}", active.factor.device()),
            factor: Some(active.request(self.has_others(), self.state.ahead)),
        };
        self.expected = Expected::Pause {
            request,
            active: Some(active.clone()),
            expected: ExpectedReply::Poll { active, failures },
        };
        Step::Wait(wait)
    }

    /// Polls once more after a poll that failed, a little later each time; five failures in a row are enough.
    pub(super) fn poll_again(
        &mut self,
        active: ActiveChallenge,
        failures: u32,
        error: Error,
        limit: Option<Duration>,
    ) -> Result<Step<Secret>, Stop> {
        match again_in(failures, limit, Duration::ZERO) {
            Some(pause) => Ok(self.poll(active, pause, failures + 1)),
            None => Err(error.into()),
        }
    }

    pub(super) fn person_needed(&self) -> Stop {
        self.stop_here(challenge::person_needed(
            self.org,
            self.login,
            &self.state.factors,
        ))
    }

    fn no_target(factor: &Factor) -> Stop {
        Stop::of_account(Error::network(format!(
            "Okta does not say where {} is answered",
            factor.name()
        )))
    }

    fn browser_needed(&self, factor: &Factor) -> Stop {
        if factor.is_answerable() {
            return Self::no_target(factor);
        }
        let others = self.offer.iter().filter(|other| other.is_other(factor));
        let all: Vec<Factor> = std::iter::once(factor).chain(others).cloned().collect();
        self.browser_needed_of(&all)
    }

    pub(super) fn browser_needed_of(&self, offer: &[Factor]) -> Stop {
        self.stop_here(challenge::browser_needed(self.org, offer))
    }
}

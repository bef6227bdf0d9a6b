//! The choices and answers of the person: a code, a factor from the list, another message, the way back.

use super::{MOST_SENT, Transaction, sent_enough};
use crate::error::Error;
use crate::factor::Challenge;
use crate::secret::Secret;
use crate::sign_in::flow::{Code, Fact, Menu, Need, Step, Stop, UserInput};
use crate::sign_in::okta::challenge;
use crate::sign_in::okta::classic::expected::{
    ActiveChallenge, Expected, ExpectedReply, NextAction,
};
use crate::sign_in::okta::classic::status::TransactionStatus;

impl Transaction<'_> {
    /// Returns the step after the person, or the configuration, has answered.
    pub(super) fn answered(
        &mut self,
        active: ActiveChallenge,
        input: UserInput,
    ) -> Result<Step<Secret>, Stop> {
        match input {
            UserInput::Code(code) => Ok(self.answer(active, code)),
            UserInput::Resend => self.resend(active),
            UserInput::Back => self.back(),
            _ => Err(Stop::out_of_step()),
        }
    }

    /// Sends an answer, once the record says so.
    pub(super) fn answer(&mut self, active: ActiveChallenge, code: Code) -> Step<Secret> {
        let member = match active.factor.challenge {
            Challenge::Question => "answer",
            Challenge::Password => "password",
            _ => "passCode",
        };
        let url = self.remembering(active.target.clone());
        let request = self.post(url, &[(member, &code.secret)]);
        if active.factor.challenge == Challenge::Password {
            self.recorder.note(Fact::PasswordSent);
        }
        self.recorder.note(Fact::CodeSent(code));
        self.send(request, ExpectedReply::Answer(active))
    }

    /// Returns the step after the person chose the entry of this index, or none.
    pub(super) fn chosen(
        &mut self,
        actions: Vec<NextAction>,
        index: Option<usize>,
    ) -> Result<Step<Secret>, Stop> {
        match index.and_then(|index| actions.into_iter().nth(index)) {
            Some(NextAction::Begin(index)) => self.begin_factor(index),
            Some(NextAction::Resend(active)) => self.resend(active),
            Some(NextAction::Back) => self.back(),
            None => Err(Stop::of_account(Error::person(
                "no second factor was chosen",
            ))),
        }
    }

    /// Returns the step that has the person choose one of `entries`.
    pub(super) fn choose(
        &mut self,
        title: String,
        entries: Vec<(String, NextAction)>,
    ) -> Step<Secret> {
        let (labels, actions) = entries.into_iter().unzip();
        self.expected = Expected::Choice(actions);
        Step::Need(Need::Choice(Menu { title, labels }))
    }

    /// Requests another push, message or call.
    pub(super) fn resend(&mut self, active: ActiveChallenge) -> Result<Step<Secret>, Stop> {
        if self.counts.sent >= MOST_SENT {
            return Err(Stop::of_account(sent_enough()));
        }
        self.counts.sent += 1;
        self.number.forget();
        let url = self.state.resend.clone();
        let url = self.remembering(url.unwrap_or_else(|| active.target.clone()));
        Ok(self.send(self.post(url, &[]), ExpectedReply::Message(active)))
    }

    /// Goes back to the list, or ends the sign-in if the list has nothing else.
    pub(super) fn back(&mut self) -> Result<Step<Secret>, Stop> {
        match (
            TransactionStatus::of(&self.state.status),
            self.state.prev.clone(),
        ) {
            (TransactionStatus::FactorChallenge, Some(url)) => {
                Ok(self.send(self.post(url, &[]), ExpectedReply::FactorList))
            }
            _ if self.has_others() => self.menu(),
            _ => Err(Stop::of_account(Error::person(
                "the second factor was not answered",
            ))),
        }
    }

    /// Returns whether the list has more than one factor that can be answered here.
    pub(crate) fn has_others(&self) -> bool {
        challenge::answerable(&self.offer).len() > 1
    }

    /// Returns the menu of all factors that can be answered here, for a person who wants another one.
    pub(super) fn menu(&mut self) -> Result<Step<Secret>, Stop> {
        match challenge::answerable(&self.offer) {
            none if none.is_empty() => Err(self.browser_needed_of(&self.offer)),
            indices => Ok(self.menu_of(indices)),
        }
    }

    pub(super) fn menu_of(&mut self, indices: Vec<usize>) -> Step<Secret> {
        let entry = |index: usize| (self.offer[index].words(), NextAction::Begin(index));
        let entries = indices.into_iter().map(entry).collect();
        let title = format!("Okta asks {} for a second factor", self.org.account);
        self.choose(title, entries)
    }
}

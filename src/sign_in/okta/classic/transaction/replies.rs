//! The replies of Okta to a transaction's requests, and the exchanges that broke.

use super::Transaction;
use crate::cookie::DEVICE;
use crate::factor::Challenge;
use crate::http::{Broken, Response};
use crate::secret::Secret;
use crate::sign_in::flow::{Fact, Step, Stop};
use crate::sign_in::okta::classic::expected::{ActiveChallenge, ExpectedReply};
use crate::sign_in::okta::classic::state::TransactionState;
use crate::sign_in::okta::classic::status::{TransactionStatus, is_authns};

impl Transaction<'_> {
    /// Returns the step after the expected reply.
    pub(super) fn replied(
        &mut self,
        expected: ExpectedReply,
        reply: &Response,
    ) -> Result<Step<Secret>, Stop> {
        self.follow(reply);
        let expected = expected.counted();
        let state = (reply.status == 200).then(|| TransactionState::parse(self.org, reply));
        let Some(Some(state)) = state else {
            let step = self.judge_refusal(expected, reply);
            self.trace();
            return step;
        };
        self.take_over(state);
        self.trace();
        match expected {
            ExpectedReply::Answer(active) => {
                self.understood(&active);
                self.judge(Some(active))
            }
            ExpectedReply::Poll { active, .. } | ExpectedReply::Message(active) => {
                self.judge(Some(active))
            }
            ExpectedReply::FactorList
                if TransactionStatus::of(&self.state.status)
                    == TransactionStatus::FactorRequired =>
            {
                self.offer.clone_from(&self.state.factors);
                self.menu()
            }
            ExpectedReply::NewPassword(_) => {
                self.judge_change();
                self.judge(None)
            }
            ExpectedReply::Any | ExpectedReply::FactorList | ExpectedReply::Directory { .. } => {
                self.judge(None)
            }
        }
    }

    /// Keeps the device token that a reply sets, and no other cookie.
    pub(super) fn follow(&mut self, reply: &Response) {
        let mut cookies = reply.sound_cookies();
        cookies.retain(|cookie| cookie.name == DEVICE);
        self.jar.follow(&cookies, reply.date());
        self.recorder.note_device_token(&self.jar);
    }

    /// Records that Okta has understood the answer to `active`, if the reply is authn's. A refusal, which may follow, is a
    /// fact of its own. A result that says that the factor failed leaves the code counted: Okta may have counted it too.
    pub(super) fn understood(&mut self, active: &ActiveChallenge) {
        if !is_authns(&self.state) {
            return;
        }
        let result = self.state.result.as_deref();
        if matches!(result, None | Some("WAITING" | "CHALLENGE" | "SUCCESS")) {
            self.recorder.note(Fact::CodeAnswered);
        }
        if active.factor.challenge == Challenge::Password {
            self.recorder.note(Fact::PasswordAnswered);
        }
    }

    /// Returns the step after an exchange that broke. A poll is tried again; a request with a code or a password never
    /// is.
    pub(super) fn broken(
        &mut self,
        expected: ExpectedReply,
        broken: Broken,
    ) -> Result<Step<Secret>, Stop> {
        let error = broken.error;
        match expected {
            ExpectedReply::Poll { active, failures } => {
                self.poll_again(active, failures, error, None)
            }
            ExpectedReply::Directory { failures } => self.directory_again(failures, error, None),
            ExpectedReply::Answer(active) if !broken.may_have_arrived => {
                self.recorder.note(Fact::CodeUnsent);
                if active.factor.challenge == Challenge::Password {
                    self.recorder.note(Fact::PasswordUnsent);
                }
                Err(error.into())
            }
            ExpectedReply::NewPassword(_) if !broken.may_have_arrived => {
                self.recorder.note(Fact::PasswordUnsent);
                Err(error.into())
            }
            _ => Err(error.into()),
        }
    }
}

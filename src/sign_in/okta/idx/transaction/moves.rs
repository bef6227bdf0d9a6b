//! The steps that need no second factor: who signs in, the password, what may be skipped.

use serde_json::Value;

use super::{End, Expected, Form, NextAction, Sent, StepKind, Transaction, form, pace};
use crate::cookie::Jar;
use crate::error::{BrowserNeed, Error};
use crate::sign_in::flow::{Fact, Step, Stop, TimedWait};
use crate::sign_in::okta::idx::steps::browser_need;

impl Transaction<'_> {
    /// Returns what is done at the current step of the last answer.
    pub(super) fn next_step(&mut self) -> Result<Step<End>, Stop> {
        let Some(first) = self.answer.current_step().cloned() else {
            return Err(
                self.browser_needed(BrowserNeed::Once, "it names no step that can be done here")
            );
        };
        match StepKind::of(&first.name) {
            StepKind::Identify => self.identify(&first),
            StepKind::Choose => self.choose(),
            StepKind::Answer | StepKind::Poll => self.challenged(&first),
            StepKind::Probe => self.leave_probe(),
            StepKind::Remember => {
                let answer = Value::from(self.parties.org.remember_device);
                self.go_on(&first, &[(&["keepMeSignedIn"], answer)])
            }
            StepKind::GoOn => self.go_on(&first, &[]),
            StepKind::ReadOnly => self.wait_for_changes(&first),
            StepKind::Browser(why) => self.go_round(&first, why),
            StepKind::Offer | StepKind::Success | StepKind::Denied => Err(Stop::out_of_step()),
        }
    }

    /// Sends a form without a secret.
    fn go_on(&mut self, form: &Form, answers: &[form::FieldAnswer<'_>]) -> Result<Step<End>, Stop> {
        let request = self.request_of(form, answers)?;
        Ok(self.send(request, Sent::Move))
    }

    /// Goes round a step that cannot be done here: skips it, cancels it, or chooses another authenticator.
    fn go_round(&mut self, step: &Form, why: &'static str) -> Result<Step<End>, Stop> {
        for name in ["skip", "cancel-transaction"] {
            if let Some(way) = self.answer.remediation(name).cloned() {
                return self.go_on(&way, &[]);
            }
        }
        if self
            .answer
            .remediation("select-authenticator-authenticate")
            .is_some()
        {
            return self.choose();
        }
        let need = browser_need(&step.name);
        Err(self.browser_needed(need, &format!("{why} ({})", step.name)))
    }

    /// Says who signs in. The password goes with it where the form asks for both.
    fn identify(&mut self, form: &Form) -> Result<Step<End>, Stop> {
        if std::mem::take(&mut self.has_session) {
            // Whom Okta does not know has no session there any more. Without one in the record, a call that must not sign in
            // asks nobody.
            self.recorder.note(Fact::Session(Jar::default()));
        }
        if form.field(&["captchaVerify"]).is_some() {
            return Err(
                self.browser_needed(BrowserNeed::EachTime, "it asks for a CAPTCHA (identify)")
            );
        }
        if form.field(&["credentials", "passcode"]).is_some() {
            return self.need_password(form);
        }
        let answers = self.identity(form);
        self.counts.named = true;
        self.go_on(form, &answers)
    }

    /// Returns the answers that say who signs in.
    pub(super) fn identity(&self, form: &Form) -> Vec<form::FieldAnswer<'static>> {
        let org = self.parties.org;
        let answers: [form::FieldAnswer<'static>; 2] = [
            (&["identifier"], org.account.as_str().into()),
            (&["rememberMe"], org.remember_device.into()),
        ];
        answers
            .into_iter()
            .filter(|(path, _)| form.field(path).is_some())
            .collect()
    }

    /// Leaves a probe for Okta's app on this machine. No connection was made to it, as the reason says.
    pub(super) fn leave_probe(&mut self) -> Result<Step<End>, Stop> {
        let form = self.answer.probe_cancel(&self.parties.org.site);
        let request = form.and_then(|form| form::leave_probe(&form, &self.handle, &self.jar));
        match request {
            Some(request) => Ok(self.send(request, Sent::Move)),
            None if self
                .answer
                .remediation("select-authenticator-authenticate")
                .is_some() =>
            {
                self.choose()
            }
            None => Err(self.browser_needed(
                BrowserNeed::EachTime,
                "it wants Okta FastPass on this device",
            )),
        }
    }

    /// Waits until a read-only org takes changes again.
    fn wait_for_changes(&mut self, form: &Form) -> Result<Step<End>, Stop> {
        let request = self.request_of(form, &[])?;
        let host = self.parties.org.site.authority();
        self.expected = Expected::Pause {
            request: Box::new(request),
            sent: Sent::ReadOnly,
            otherwise: Some(
                Error::network(format!("{host} is read-only now")).hint("try again later"),
            ),
        };
        Ok(Step::Wait(TimedWait {
            pause: pace(form.refresh),
            what: "the org, which is read-only now".into(),
            factor: None,
        }))
    }

    /// Returns the step after the person chose the entry of this index, or none.
    pub(super) fn chosen(
        &mut self,
        actions: Vec<NextAction>,
        index: Option<usize>,
    ) -> Result<Step<End>, Stop> {
        match index.and_then(|index| actions.into_iter().nth(index)) {
            Some(NextAction::Begin(index)) => self.begin(index),
            Some(NextAction::Stay(active)) => self.answer_current(active),
            None => Err(Stop::of_account(Error::person(
                "no second factor was chosen",
            ))),
        }
    }
}

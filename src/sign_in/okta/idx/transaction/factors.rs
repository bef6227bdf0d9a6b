//! The factors of a transaction: choosing one, having it answered, waiting for it, choosing another.
//!
//! Facts (Okta's sign-in widget; live clients; recorded answers): choosing an authenticator may be the request that sends
//! the push or the message, or lead to a step that asks for the method and then sends it. Okta may choose by itself; then
//! the push is on the phone when the first answer arrives. The number is a text, and may come with a later poll.

use serde_json::Value;

use super::choosing::is_same;
use super::{
    Active, End, Expected, Form, MOST_SENT, Parties, Sent, StepKind, Transaction, pace, sent_enough,
};
use crate::error::{BrowserNeed, Error};
use crate::factor::Challenge;
use crate::sign_in::flow::{Code, Fact, Need, Step, Stop, TimedWait, UserInput};
use crate::sign_in::okta::challenge::{Factor, key_of};
use crate::sign_in::okta::idx::form::list;

impl Transaction<'_> {
    /// Returns the step at an authenticator that Okta asks for.
    pub(super) fn challenged(&mut self, form: &Form) -> Result<Step<End>, Stop> {
        let factor = self.current_factor(form);
        if factor.challenge == Challenge::Password {
            return self.need_password(form);
        }
        let active = match self.active.take() {
            Some(active) if is_same(&active.factor, &factor) => Active {
                factor,
                form: Some(form.clone()),
                ..active
            },
            // It was just begun, and Okta names it in fewer words.
            Some(active)
                if active.form.is_none() && active.factor.challenge == factor.challenge =>
            {
                Active {
                    factor: active.factor.shown_as(&factor),
                    form: Some(form.clone()),
                    ..active
                }
            }
            _ => return self.preselected(factor, form),
        };
        self.answer_current(active)
    }

    /// Returns the factor that is being asked for.
    pub(super) fn current_factor(&self, form: &Form) -> Factor {
        let current = self.answer.current();
        let first = current["methods"][0]["type"].as_str().unwrap_or_default();
        let is_key = key_of(current, "").starts_with("okta_verify");
        let has_push = list(&current["methods"])
            .iter()
            .any(|method| method["type"] == "push");
        let is_signed = current["contextualData"]["challenge"].is_object()
            || first == "signed_nonce" && !has_push;
        let method = match StepKind::of(&form.name) {
            StepKind::Poll if is_signed => "signed_nonce",
            StepKind::Poll => "push",
            _ if is_key && form.field(&["credentials", "totp"]).is_some() => "totp",
            _ => first,
        };
        Factor::of_authenticator(current, method, "")
    }

    /// Has the factor answered that Okta asks for.
    pub(super) fn answer_current(&mut self, mut active: Active) -> Result<Step<End>, Stop> {
        // The configuration has given its answer already, if Okta asks again.
        active.configured &= active.rounds == 0;
        let Parties { org, person, .. } = self.parties;
        self.active = Some(active.clone());
        match active.factor.challenge {
            Challenge::Unsupported(_) => Err(self.unanswerable(&active.factor)),
            Challenge::Push if !person && !org.push_unattended => {
                Err(self.person_needed(&active.factor))
            }
            Challenge::Push => {
                self.show_number(&active.factor);
                self.poll(active, None, 0)
            }
            _ if !person && !active.configured => Err(self.person_needed(&active.factor)),
            _ => match self
                .answer
                .action(&org.site, "send")
                .filter(|_| active.factor.challenge == Challenge::Message)
            {
                // Okta waits to be told before it sends the first mail.
                Some(send) if !self.counts.first_message => {
                    self.counts.first_message = true;
                    self.counts.sent += 1;
                    let request = self.request_of(&send, &[])?;
                    Ok(self.send(request, Sent::Resend(active)))
                }
                _ => self.ask(active),
            },
        }
    }

    /// Asks for the answer to a factor.
    pub(super) fn ask(&mut self, active: Active) -> Result<Step<End>, Stop> {
        if active.form.as_ref().and_then(answer_path).is_none() {
            let why = format!("{} takes no code here", active.factor.name());
            return Err(self.browser_needed(BrowserNeed::EachTime, &why));
        }
        let mut request = active.request(self.has_others(), self.can_resend(), self.ahead);
        request.look_after = self.link_poll().map(|poll| pace(poll.refresh));
        self.expected = Expected::Answer(active);
        Ok(Step::Need(Need::Code(request)))
    }

    /// Returns the form that says whether the link in a mail was followed.
    fn link_poll(&self) -> Option<Form> {
        let site = &self.parties.org.site;
        let poll = self.answer.action(site, "poll");
        poll.filter(|poll| poll.can_be_sent() && self.parties.person && self.counts.limits == 0)
    }

    /// Asks whether the link in the mail was followed.
    pub(super) fn look_at_link(&mut self, active: Active) -> Result<Step<End>, Stop> {
        let poll = self.link_poll().ok_or_else(Stop::out_of_step)?;
        let request = self.request_of(&poll, &[])?;
        Ok(self.send(request, Sent::Link(active)))
    }

    /// Returns the step after the person, or the configuration, has answered.
    pub(super) fn answered(&mut self, active: Active, input: UserInput) -> Result<Step<End>, Stop> {
        match input {
            UserInput::Code(code) => self.send_code(active, code),
            UserInput::Resend => self.resend(active),
            UserInput::Back => self.back(),
            _ => Err(Stop::out_of_step()),
        }
    }

    /// Sends an answer, once the record says so.
    fn send_code(&mut self, active: Active, code: Code) -> Result<Step<End>, Stop> {
        let form = active.form.clone().ok_or_else(Stop::out_of_step)?;
        let path = answer_path(&form).ok_or_else(Stop::out_of_step)?;
        let answer = Value::from(code.secret.expose());
        let request = self.request_of(&form, &[(path, answer)])?;
        self.counts.codes = true;
        self.counts.configured_code |= active.configured;
        self.recorder.note(Fact::CodeSent(code));
        Ok(self.send(request, Sent::Code(active)))
    }

    /// Requests another push, message or call.
    fn resend(&mut self, active: Active) -> Result<Step<End>, Stop> {
        let Some(form) = self.resend_form() else {
            self.tell("Okta cannot send another one now".into());
            return match active.factor.challenge {
                Challenge::Push => self.poll(active, None, 0),
                _ => self.ask(active),
            };
        };
        if self.counts.sent >= MOST_SENT {
            return Err(Stop::of_account(sent_enough()));
        }
        self.counts.sent += 1;
        self.number.forget();
        let request = self.request_of(&form, &[])?;
        Ok(self.send(request, Sent::Resend(active)))
    }

    fn resend_form(&self) -> Option<Form> {
        let action = self.answer.action(&self.parties.org.site, "resend");
        action.or_else(|| self.answer.remediation("resend").cloned())
    }

    fn can_resend(&self) -> bool {
        self.resend_form().is_some()
    }

    /// Tells the person the number to choose, once, and again only when it changes.
    pub(super) fn show_number(&mut self, factor: &Factor) {
        let number = factor.number.as_deref();
        let notice = number.and_then(|number| self.number.notice(number, factor.device()));
        self.notices.extend(notice);
    }

    /// Polls after a pause: Okta's own, or a longer one after failures.
    pub(super) fn poll(
        &mut self,
        active: Active,
        pause: Option<std::time::Duration>,
        failures: u32,
    ) -> Result<Step<End>, Stop> {
        let form = active.form.clone().ok_or_else(Stop::out_of_step)?;
        let request = self.request_of(&form, &[])?;
        let wait = TimedWait {
            pause: pause.unwrap_or_default().max(pace(form.refresh)),
            what: format!("approval on {}", active.factor.device()),
            factor: Some(active.request(self.has_others(), self.can_resend(), self.ahead)),
        };
        self.expected = Expected::Pause {
            request: Box::new(request),
            sent: Sent::Poll { active, failures },
            otherwise: None,
        };
        Ok(Step::Wait(wait))
    }

    /// Polls after a pause that a failure makes longer. Without the time for it, the failure is the end.
    pub(super) fn poll_later(
        &mut self,
        active: Active,
        pause: std::time::Duration,
        failures: u32,
        error: Error,
    ) -> Result<Step<End>, Stop> {
        let step = self.poll(active, Some(pause), failures)?;
        if let Expected::Pause { otherwise, .. } = &mut self.expected {
            *otherwise = Some(error);
        }
        Ok(step)
    }
}

/// Returns the path of the field that takes the answer to a factor. Okta Verify's codes have a name of their own.
fn answer_path(form: &Form) -> Option<&'static [&'static str]> {
    const PATHS: [&[&str]; 3] = [
        &["credentials", "totp"],
        &["credentials", "passcode"],
        &["credentials", "answer"],
    ];
    PATHS.into_iter().find(|path| form.field(path).is_some())
}

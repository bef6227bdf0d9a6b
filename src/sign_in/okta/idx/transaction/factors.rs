//! The factors of a transaction: choosing one, having it answered, waiting for it, choosing another.
//!
//! Facts (Okta's sign-in widget; live clients; recorded answers): choosing an authenticator may be the request that sends
//! the push or the message, or lead to a step that asks for the method and then sends it. Okta may choose by itself; then
//! the push is on the phone when the first answer arrives. The number is a text, and may come with a later poll.

use serde_json::Value;

use super::{
    Active, End, Expected, Form, MOST_SENT, NextAction, Parties, Sent, StepKind, Transaction, pace,
};
use crate::error::Error;
use crate::factor::Challenge;
use crate::sign_in::flow::{Code, Fact, Menu, Need, Step, Stop, TimedWait, UserInput};
use crate::sign_in::okta::challenge::{self, Choice, Factor};
use crate::sign_in::okta::idx::offer::{self, Offer};

impl Transaction<'_> {
    /// Returns what Okta offers now, less a password that was sent.
    pub(super) fn offers(&self) -> Vec<Offer> {
        let mut offers = offer::offers(&self.answer);
        offers.retain(|offer| !(offer.is_password() && self.counts.password));
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
        challenge::choose(org, &app.name, factors, person).map_err(Self::stop)
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
        if matches!(factor.challenge, Challenge::Push | Challenge::Message) {
            if self.counts.sent >= MOST_SENT {
                return Err(Self::sent_enough());
            }
            self.counts.sent += 1;
            self.number = None;
        }
        let request = self.request_of(&form, &[(&[offer::FIELD], object)])?;
        self.active = Some(self.active(factor, None));
        Ok(self.send(request, Sent::Choose))
    }

    fn active(&self, factor: Factor, form: Option<Form>) -> Active {
        Active {
            configured: challenge::is_configured(self.parties.org, &factor),
            factor,
            form,
            words: None,
            rounds: 0,
        }
    }

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
            _ => return self.preselected(factor, form),
        };
        self.answer_current(active)
    }

    /// Returns the factor that is being asked for.
    fn current_factor(&self, form: &Form) -> Factor {
        let current = self.answer.current();
        let first = current["methods"][0]["type"].as_str().unwrap_or_default();
        let is_key = current["key"]
            .as_str()
            .is_some_and(|key| key.starts_with("okta_verify"));
        let is_signed =
            current["contextualData"]["challenge"].is_object() || first == "signed_nonce";
        let method = match StepKind::of(&form.name) {
            StepKind::Poll if is_signed => "signed_nonce",
            StepKind::Poll => "push",
            _ if is_key && form.field(&["credentials", "totp"]).is_some() => "totp",
            _ => first,
        };
        Factor::of_authenticator(current, method, "")
    }

    /// Returns the step at an authenticator that Okta has chosen by itself: it is answered, or another one is chosen.
    fn preselected(&mut self, factor: Factor, form: &Form) -> Result<Step<End>, Stop> {
        let offers = self.offers();
        let is_probe =
            !factor.is_answerable() && self.answer.probe_cancel(self.parties.org).is_some();
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
                .action(org, "send")
                .filter(|_| self.counts.sent < MOST_SENT)
            {
                // Okta waits to be told before it sends the first mail.
                Some(send) if !self.can_resend() => {
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
            return Err(self.browser_needed(&why));
        }
        let request = active.request(self.has_others(), self.can_resend(), self.ahead);
        self.expected = Expected::Answer(active);
        Ok(Step::Need(Need::Code(request)))
    }

    /// Returns the step after the person, or the configuration, has answered.
    pub(super) fn answered(&mut self, active: Active, input: UserInput) -> Result<Step<End>, Stop> {
        match input {
            UserInput::Code(code) => self.send_code(active, code),
            UserInput::Resend => self.resend(active),
            UserInput::Back => self.back(),
            UserInput::Password(_) | UserInput::NewPassword(_) | UserInput::Choice(_) => {
                Err(Stop::out_of_step())
            }
        }
    }

    /// Sends an answer, once the record says so.
    fn send_code(&mut self, active: Active, code: Code) -> Result<Step<End>, Stop> {
        let form = active.form.clone().ok_or_else(Stop::out_of_step)?;
        let path = answer_path(&form).ok_or_else(Stop::out_of_step)?;
        let answer = Value::from(code.secret.expose());
        let request = self.request_of(&form, &[(path, answer)])?;
        self.counts.secrets = true;
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
            return Err(Self::sent_enough());
        }
        self.counts.sent += 1;
        self.number = None;
        let request = self.request_of(&form, &[])?;
        Ok(self.send(request, Sent::Resend(active)))
    }

    fn resend_form(&self) -> Option<Form> {
        let action = self.answer.action(self.parties.org, "resend");
        action.or_else(|| self.answer.remediation("resend").cloned())
    }

    fn can_resend(&self) -> bool {
        self.resend_form().is_some()
    }

    fn sent_enough() -> Stop {
        Self::stop(Error::person(format!(
            "{MOST_SENT} pushes and messages were sent, and none was answered"
        )))
    }

    /// Goes back to the list, or ends the sign-in if the list has nothing else.
    fn back(&mut self) -> Result<Step<End>, Stop> {
        let offers = self.offers();
        let factors: Vec<Factor> = offers.iter().map(|offer| offer.factor.clone()).collect();
        match challenge::answerable(&factors).as_slice() {
            [] => Err(Self::stop(Error::person(
                "the second factor was not answered",
            ))),
            indices => Ok(self.menu(&offers, indices, None)),
        }
    }

    /// Returns whether there is another factor that can be answered here.
    fn has_others(&self) -> bool {
        let active = self.active.as_ref();
        let offers = self.offers();
        offers.iter().any(|offer| {
            offer.factor.is_answerable()
                && active.is_none_or(|active| !is_same(&offer.factor, &active.factor))
        })
    }

    /// Tells the person the number to choose, once, and again only when it changes.
    fn show_number(&mut self, factor: &Factor) {
        if let Some(number) = &factor.number
            && self.number.as_ref() != Some(number)
        {
            self.tell(format!("choose {number} on {}", factor.device()));
            self.number = Some(number.clone());
        }
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
            pause: pause.unwrap_or(pace(form.refresh)),
            what: format!("approval on {}", active.factor.device()),
            factor: Some(active.request(self.has_others(), self.can_resend(), self.ahead)),
        };
        self.expected = Expected::Pause {
            request: Box::new(request),
            sent: Sent::Poll { active, failures },
        };
        Ok(Step::Wait(wait))
    }

    pub(super) fn person_needed(&self, current: &Factor) -> Stop {
        let Parties { app, org, .. } = self.parties;
        Self::stop(challenge::person_needed(org, &app.name, &self.all(current)))
    }

    fn unanswerable(&self, current: &Factor) -> Stop {
        Self::stop(challenge::browser_needed(
            self.parties.org,
            &self.all(current),
        ))
    }

    /// Returns this factor, and the others that Okta offers.
    fn all(&self, current: &Factor) -> Vec<Factor> {
        let offers = self.offers().into_iter().map(|offer| offer.factor);
        let others = offers.filter(|other| !is_same(other, current));
        std::iter::once(current.clone()).chain(others).collect()
    }
}

/// Returns the path of the field that takes the answer to a factor. Okta Verify's codes have a name of their own.
pub(super) fn answer_path(form: &Form) -> Option<&'static [&'static str]> {
    const PATHS: [&[&str]; 3] = [
        &["credentials", "totp"],
        &["credentials", "passcode"],
        &["credentials", "answer"],
    ];
    PATHS.into_iter().find(|path| form.field(path).is_some())
}

/// Returns whether two factors are one: an enrolment has other ids at other steps.
fn is_same(one: &Factor, other: &Factor) -> bool {
    one.name() == other.name()
        && (one.device() == other.device() || one.has_no_device() || other.has_no_device())
}

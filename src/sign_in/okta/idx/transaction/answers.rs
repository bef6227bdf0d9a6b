//! The replies of Okta, by the request that they answer: what they say about a secret.

use super::{Active, Answer, End, Meaning, Sent, StepKind, Transaction, decisive, meaning};
use crate::error::{Error, foreign};
use crate::factor::Challenge;
use crate::http::Response;
use crate::sign_in::flow::{Step, Stop};
use crate::sign_in::okta::idx::transaction::{MOST_ANSWERS, ends};
use crate::sign_in::okta::refusal::unreadable;

impl Transaction<'_> {
    /// Returns the step after the reply to `sent`.
    pub(super) fn replied(&mut self, sent: Sent, reply: &Response) -> Result<Step<End>, Stop> {
        self.follow(reply);
        let answer = Answer::parse(&self.parties.org.site, reply);
        let is_too_soon = |answer: &Answer| {
            let message = decisive(&answer.messages);
            message.is_some_and(|message| meaning(message).0 == Meaning::TooSoon)
        };
        match answer {
            Some(answer) if reply.status == 429 && !is_too_soon(&answer) => {
                self.limited(sent, &answer, reply)
            }
            None if reply.status == 429 => self.limited(sent, &Answer::default(), reply),
            Some(answer) if reply.status < 500 && answer.says_something() => {
                self.take_over(sent, answer)
            }
            _ => self.lost(sent, unreadable(reply)),
        }
    }

    /// Takes over a new answer, and judges it.
    fn take_over(&mut self, sent: Sent, answer: Answer) -> Result<Step<End>, Stop> {
        if let Some(handle) = &answer.handle {
            self.handle = handle.clone();
            self.has_handle = true;
        }
        let before = self.step();
        self.answer = answer;
        self.trace(format!("Okta's answer to the sign-in: {}", self.said()));
        self.check_request()?;
        if !matches!(
            sent,
            Sent::Poll { .. } | Sent::Link(_) | Sent::Resend(_) | Sent::ReadOnly | Sent::Lookup(_)
        ) {
            self.count_answer()?;
        }
        let is_unchanged = before == self.step() && !self.is_at_end();
        match sent {
            Sent::Lookup(None) => self.begun(),
            Sent::Lookup(Some(lost)) => self.found(*lost),
            Sent::Password => self.judge_password(is_unchanged),
            Sent::Code(active) => self.judge_code(active, is_unchanged),
            Sent::Choose if self.is_too_soon() => match self.active.clone() {
                Some(active) => self.judge_resent(active),
                None => self.judge(),
            },
            Sent::Choose | Sent::Move if is_unchanged => Err(self.unchanged()),
            Sent::Choose | Sent::Move | Sent::ReadOnly | Sent::Poll { .. } => self.judge(),
            Sent::Link(active) => self.judge_link(active, is_unchanged),
            Sent::Resend(active) => self.judge_resent(active),
        }
    }

    /// Returns the step after the first answer.
    fn begun(&mut self) -> Result<Step<End>, Stop> {
        if let Some(label) = self.answer.text(&["app", "label"]).map(foreign) {
            self.trace(format!("Okta signs in to {label}"));
        }
        self.judge()
    }

    /// Counts an answer. One step may follow another, but not for ever.
    fn count_answer(&mut self) -> Result<(), Stop> {
        self.counts.answers += 1;
        let site = self.parties.org.site.authority();
        let endless = || Error::network(format!("{site} asks for one step after another")).into();
        (self.counts.answers <= MOST_ANSWERS)
            .then_some(())
            .ok_or_else(endless)
    }

    /// Returns the current step's identity: its name, and what it asks for.
    pub(super) fn step(&self) -> (String, String) {
        let current = self.answer.current();
        let text = |name: &str| current[name].as_str().unwrap_or_default();
        let step = self.answer.current_step();
        (
            step.map(|form| form.name.clone()).unwrap_or_default(),
            format!("{} {}", text("id"), text("key")),
        )
    }

    fn is_at_end(&self) -> bool {
        self.answer.success.is_some() || self.answer.remediations.is_empty()
    }

    fn said(&self) -> String {
        let keys = self.answer.messages.iter().map(ends::words);
        let said: Vec<String> = std::iter::once(self.answer.names()).chain(keys).collect();
        match &self.answer.success {
            Some(_) => "success".into(),
            None => said.join("; "),
        }
    }

    /// Returns the stop of a step that comes back after its answer, although nothing says to answer it again.
    pub(super) fn unchanged(&mut self) -> Stop {
        let (step, _) = self.step();
        let host = self.parties.org.site.authority();
        self.stop_of_messages().unwrap_or_else(|| {
            let error =
                format!("{host} asks the same again after an answer, without a reason: {step}");
            Error::network(error).into()
        })
    }

    /// Checks that the transaction is about the ALB's request, where the answer says so. No secret is sent for another.
    fn check_request(&self) -> Result<(), Stop> {
        let text = |path: &[&str]| self.answer.text(path);
        let is_client = text(&["app", "name"]) == Some("oidc_client");
        let id = text(&["app", "id"]).filter(|_| is_client);
        let callback = text(&["authentication", "request", "redirect_uri"]);
        let state = text(&["authentication", "request", "state"]);
        let wanted = &self.parameters;
        let is_ours = id.is_none_or(|id| id == wanted.client_id)
            && callback.is_none_or(|callback| callback == wanted.callback.as_str())
            && state.is_none_or(|state| state == wanted.state);
        let other = || {
            let app = &self.parties.app.name;
            Error::network(format!(
                "Okta's sign-in page is not about the request of {app}"
            ))
            .into()
        };
        is_ours.then_some(()).ok_or_else(other)
    }

    /// Judges a look at the link in a mail: while nobody has followed it, the code is asked for on.
    fn judge_link(&mut self, mut active: Active, is_unchanged: bool) -> Result<Step<End>, Stop> {
        if !is_unchanged {
            return self.judge();
        }
        if let Some(stop) = self.stop_of_messages() {
            return Err(stop);
        }
        self.refresh(&mut active);
        self.ask(active)
    }

    /// Takes the form of the newest answer for the same factor. Returns whether Okta asks for it again.
    pub(super) fn refresh(&mut self, active: &mut Active) -> bool {
        let mut steps = self.answer.remediations.iter();
        let form = steps.find(|form| StepKind::of(&form.name) == StepKind::Answer);
        active.form = form.cloned();
        self.active = Some(active.clone());
        active.form.is_some()
    }

    /// Returns whether Okta sends no message because it has sent one just now, whose code is still good.
    fn is_too_soon(&self) -> bool {
        let message = decisive(&self.answer.messages);
        message.is_some_and(|message| meaning(message).0 == Meaning::TooSoon)
    }

    /// Returns the step after a push, a message or a call was asked for.
    fn judge_resent(&mut self, mut active: Active) -> Result<Step<End>, Stop> {
        let message = decisive(&self.answer.messages).cloned();
        if let Some(message) = message.filter(|_| self.is_too_soon())
            && self.parties.person
            && active.factor.challenge == Challenge::Message
            && self.refresh(&mut active)
        {
            self.tell(format!(
                "Okta has sent one a moment ago and sends no other yet: {}",
                ends::words(&message)
            ));
            return self.ask(active);
        }
        if !matches!(active.factor.challenge, Challenge::Push) {
            // The first mail that Okta waited to send: the code is asked for now.
            self.active = Some(active);
        }
        self.judge()
    }
}

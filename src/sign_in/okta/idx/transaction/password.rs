//! The password: asked for, sent once, judged, and typed anew by the person whose last one was refused.

use super::{End, Expected, Form, Meaning, Sent, StepKind, Transaction, ends, meaning};
use crate::error::{Error, Hint, hide};
use crate::secret::Secret;
use crate::sign_in::flow::{Fact, FailureScope, Need, Notice, Step, Stop, UserInput};
use crate::sign_in::okta::challenge::key_of;
use crate::sign_in::okta::challenge::limits::tries_left;
use crate::sign_in::okta::idx::answer::Message;

impl Transaction<'_> {
    /// Asks for the password. The configured one is sent once in an attempt.
    pub(super) fn need_password(&mut self, form: &Form) -> Result<Step<End>, Stop> {
        if let Some(password) = self.retyped.take() {
            self.counts.typed += 1;
            return self.send_password(form, &password);
        }
        if self.counts.password {
            return Err(self.password_again());
        }
        self.expected = Expected::Password(form.clone());
        Ok(Step::Need(Need::Password))
    }

    /// Returns the stop of a password that Okta asks for twice.
    pub(super) fn password_again(&self) -> Stop {
        Stop::of_account(
            Error::refused("Okta asks for the password once more after it was sent")
                .caused_by("a password is sent once in a sign-in")
                .hint(self.login_hint()),
        )
    }

    /// Returns the step after the person, or the configuration, has given a password, or the person has none to give.
    pub(super) fn password_given(
        &mut self,
        expected: Expected,
        input: UserInput,
    ) -> Result<Step<End>, Stop> {
        match (expected, input) {
            (Expected::Password(form), UserInput::Password(password)) => {
                self.send_password(&form, &password)
            }
            (Expected::Password(form), UserInput::TypedPassword(password)) => {
                self.counts.typed += 1;
                self.send_password(&form, &password)
            }
            (Expected::OtherPassword(_), UserInput::TypedPassword(password)) => {
                self.retyped = Some(password);
                self.next_step()
            }
            (Expected::OtherPassword(refused), UserInput::Back) => Err(refused),
            _ => Err(Stop::out_of_step()),
        }
    }

    /// Sends the password, once the record says so.
    fn send_password(&mut self, form: &Form, password: &Secret) -> Result<Step<End>, Stop> {
        hide(password);
        self.notices
            .push(Notice::Trace("signing in with the password".into()));
        let mut answers = self.identity(form);
        answers.push((&["credentials", "passcode"], password.expose().into()));
        let request = self.request_of(form, &answers)?;
        self.recorder.note(Fact::PasswordSent);
        self.counts.password = true;
        self.counts.named = true;
        Ok(self.send(request, Sent::Password))
    }

    pub(super) fn asks_for_password(&self) -> bool {
        let current = self.answer.current();
        let is_password = key_of(current, "") == "okta_password";
        let step = self.answer.current_step();
        step.is_some_and(|form| match StepKind::of(&form.name) {
            StepKind::Identify => form.field(&["credentials", "passcode"]).is_some(),
            StepKind::Answer => is_password,
            _ => false,
        })
    }

    /// Judges the answer to the password.
    pub(super) fn judge_password(&mut self, is_unchanged: bool) -> Result<Step<End>, Stop> {
        let judges = |message: &&Message| {
            matches!(
                meaning(message).0,
                Meaning::WrongPassword | Meaning::UnknownUser
            )
        };
        if let Some(message) = self.answer.messages.iter().find(judges).cloned() {
            return self.password_refused(&message);
        }
        if is_unchanged {
            return Err(self.unchanged());
        }
        if self.asks_for_password() {
            return Err(self
                .stop_of_messages()
                .unwrap_or_else(|| self.password_again()));
        }
        if let Some(stop) = self.stop_of_messages() {
            return Err(stop);
        }
        if self.answer.goes_on() {
            self.recorder.note(Fact::PasswordAccepted);
        }
        self.judge()
    }

    /// Records that the password was refused. Okta says the same for several reasons, so the error does not claim to know.
    /// The person who typed it may type another one, where Okta asks on.
    fn password_refused(&mut self, message: &Message) -> Result<Step<End>, Stop> {
        let org = self.parties.org;
        let said = ends::words(message);
        let error = Error::refused(format!(
            "Okta refused the password of {}: {said}",
            org.account
        ))
        .caused_by(
            "Okta says the same for a wrong password, a locked or deactivated account and a policy",
        )
        .hint(Hint::settings("check", org.table(), &["password"]))
        .hint(format!(
            "see whether {} can sign in at {}",
            org.account,
            org.site.url()
        ));
        self.recorder.note(Fact::PasswordRefused(error.clone()));
        let current = self.answer.current_step();
        let names = current.is_some_and(|form| StepKind::of(&form.name) == StepKind::Identify);
        let asks =
            meaning(message).0 == Meaning::WrongPassword && (names || self.asks_for_password());
        let line = tries_left(self.counts.typed, &error).filter(|_| asks);
        let stop = Stop {
            error,
            scope: FailureScope::Password,
        };
        let Some(line) = line else { return Err(stop) };
        self.tell(line);
        self.expected = Expected::OtherPassword(stop);
        Ok(Step::Need(Need::Password))
    }
}

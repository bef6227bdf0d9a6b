//! Judges Okta's answer to a code: it is right, wrong, or used before, or Okta wants the next one.

use super::{Active, End, Meaning, Transaction, decisive, ends, meaning};
use crate::app::Passcode;
use crate::error::{Error, Hint};
use crate::sign_in::flow::{Fact, Step, Stop};
use crate::sign_in::okta::challenge::limits::{MOST_IN_A_ROW, MOST_ROUNDS, MOST_WRONG};
use crate::sign_in::okta::idx::answer::Message;

impl Transaction<'_> {
    /// Judges the answer to a code.
    pub(super) fn judge_code(
        &mut self,
        mut active: Active,
        is_unchanged: bool,
    ) -> Result<Step<End>, Stop> {
        active.rounds = active.rounds.saturating_add(1);
        let message = decisive(&self.answer.messages).cloned();
        match message
            .as_ref()
            .map(|message| (message, meaning(message).0))
        {
            Some((message, Meaning::WrongAnswer)) => self.code_refused(active, message, ""),
            Some((message, Meaning::UsedCode)) => {
                self.code_refused(active, message, "; wait for the next code")
            }
            Some((message, Meaning::NextCode)) => self.next_code(active, message),
            _ if is_unchanged || self.asks_for_code(&active) => Err(self.unchanged()),
            _ => {
                if let Some(stop) = self.stop_of_messages() {
                    return Err(stop);
                }
                if self.answer.goes_on() {
                    self.recorder.note(Fact::CodeAnswered);
                }
                self.active = None;
                self.judge()
            }
        }
    }

    /// Records a wrong answer. Asks the person for another one; never sends a second one by itself, but for the code of
    /// the next time step after one that was used before.
    fn code_refused(
        &mut self,
        mut active: Active,
        message: &Message,
        advice: &str,
    ) -> Result<Step<End>, Stop> {
        active.words = None;
        let (what, said, org) = (
            active.factor.words(),
            ends::words(message),
            self.parties.org,
        );
        let mut error = Error::refused(format!("Okta refused {what}: {said}{advice}"))
            .caused_by("five wrong answers in a row block the factor, or lock the account");
        let was_used = meaning(message).0 == Meaning::UsedCode;
        let is_computed = matches!(org.passcode, Some(Passcode::Totp(_)));
        let may_repeat = active.configured && was_used && is_computed && active.rounds == 1;
        if active.configured && !may_repeat {
            // The same code would be wrong again.
            error = error.hint(Hint::settings("check", org.table(), &["passcode"]));
        }
        let of_configuration = (active.configured && !may_repeat).then(|| error.clone());
        self.recorder.note(Fact::CodeRefused(of_configuration));
        let is_asked_again = self.refresh(&mut active);
        let may_try_again = active.rounds < MOST_WRONG
            && self.counts.codes_in_a_row < MOST_IN_A_ROW
            && is_asked_again;
        if may_repeat && is_asked_again {
            return self.ask(active);
        }
        if self.parties.person && may_try_again {
            self.tell(format!("Okta refused {what}: {said}{advice}"));
            active.configured = false;
            return self.ask(active);
        }
        Err(Stop::of_account(error.hint(self.login_hint())))
    }

    /// Asks for the token's next code.
    fn next_code(&mut self, mut active: Active, message: &Message) -> Result<Step<End>, Stop> {
        if self.answer.goes_on() {
            self.recorder.note(Fact::CodeAnswered);
        }
        if !self.parties.person {
            let error = Error::person(format!(
                "{} wants a dialogue: {}",
                active.factor.words(),
                ends::words(message)
            ));
            return Err(Stop::of_account(error.hint(self.login_hint())));
        }
        if active.rounds > MOST_ROUNDS || !self.refresh(&mut active) {
            return Err(self.stop_of(message));
        }
        active.words = Some(message.text.trim_end_matches(['.', ':', ' ']).to_owned());
        active.configured = false;
        self.ask(active)
    }
}

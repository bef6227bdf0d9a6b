//! Judges a refusal, by the request that was refused.
//!
//! Facts (Okta's error-codes reference; support articles): a wrong code is 403 `E0000068`, one that was used before
//! `E0000082` (or the same as a wrong one), one of another time `E0000083`; five wrong ones in a row lock the account
//! (`E0000069`), so a person gets three; a message, call or mail that comes too soon after the last is 429 `E0000109`,
//! `E0000133` or `E0000118`, and the last one's code is still good; an RSA token's dialogue is 409 `E0000113`, with the
//! question as `errorSummary`; a new password that breaks a rule is 403 `E0000080` or `E0000014`; 401 `E0000011` is a
//! transaction that has ended.

use super::{MOST_SENT, PACE, Transaction};
use crate::error::{Error, Hint};
use crate::factor::Challenge;
use crate::http::Response;
use crate::secret::Secret;
use crate::sign_in::flow::{Fact, Step, Stop};
use crate::sign_in::okta::challenge::limits::{MOST_IN_A_ROW, MOST_ROUNDS, MOST_WRONG};
use crate::sign_in::okta::classic::authn::is_judgement;
use crate::sign_in::okta::classic::expected::{ActiveChallenge, ExpectedReply, PasswordChange};
use crate::sign_in::okta::refusal::{Refusal, unreadable};

impl Transaction<'_> {
    pub(super) fn judge_refusal(
        &mut self,
        expected: ExpectedReply,
        reply: &Response,
    ) -> Result<Step<Secret>, Stop> {
        let refusal = Refusal::parse(reply);
        let code = refusal.as_ref().map_or("", |refusal| refusal.code.as_str());
        let said = words(refusal.as_ref());
        let with_id = |mut stop: Stop| {
            if let Some(refusal) = &refusal {
                stop.error = refusal.with_id(stop.error);
            }
            stop
        };
        match (expected, code) {
            (ExpectedReply::Poll { active, failures }, _) => {
                self.poll_refused(active, failures, code, reply)
            }
            (ExpectedReply::Directory { failures }, _) => match (reply.status, code) {
                (200..=299, "") | (429 | 500..=599, _) => {
                    let error = self.refusal_stop(reply).error;
                    self.directory_again(failures, error, reply.limit_ends())
                }
                _ => Err(self.refusal_stop(reply)),
            },
            (ExpectedReply::Message(active), "E0000109" | "E0000133" | "E0000118")
                if active.factor.challenge == Challenge::Message =>
            {
                self.sent_too_soon(active, &said).map_err(with_id)
            }
            // A limit or a server's trouble is no verdict on a secret, whatever its code.
            (ExpectedReply::Answer(_) | ExpectedReply::NewPassword(_), _)
                if !is_judgement(reply) =>
            {
                Err(self.refusal_stop(reply))
            }
            (ExpectedReply::Answer(active), "E0000068") => {
                self.code_refused(active, &said, "").map_err(with_id)
            }
            (ExpectedReply::Answer(active), "E0000082") => {
                let next = "; wait for the next code";
                self.code_refused(active, &said, next).map_err(with_id)
            }
            (ExpectedReply::Answer(active), "E0000083") => {
                let clock = "; check the clock of the device that shows it";
                self.code_refused(active, &said, clock).map_err(with_id)
            }
            (ExpectedReply::Answer(active), "E0000113") => self.token_asked(active, &said, reply),
            (ExpectedReply::NewPassword(change), "E0000080" | "E0000014" | "E0000001") => {
                self.new_password_refused(change, &said, reply)
            }
            _ => Err(self.refusal_stop(reply)),
        }
    }

    /// Polls again after a failure that passes; any other refusal ends the sign-in.
    fn poll_refused(
        &mut self,
        active: ActiveChallenge,
        failures: u32,
        code: &str,
        reply: &Response,
    ) -> Result<Step<Secret>, Stop> {
        match (reply.status, code) {
            // Okta waits for the factor's own service.
            (202, "E0000070") => Ok(self.poll(active, PACE, failures)),
            (200..=299, "") | (429 | 500..=599, _) => {
                let error = self.refusal_stop(reply).error;
                self.poll_again(active, failures, error, reply.limit_ends())
            }
            (_, "E0000011" | "E0000191") => {
                let refused = self.refusal_stop(reply).error;
                let mut error =
                    Error::person(format!("nobody answered {} in time", active.words()))
                        .caused_by(refused.message)
                        .hint(self.login_hint());
                error.causes.extend(refused.causes);
                Err(Stop::of_account(error))
            }
            _ => Err(self.refusal_stop(reply)),
        }
    }

    /// Asks for the code of the message that was sent moments ago, and is still good.
    fn sent_too_soon(
        &mut self,
        active: ActiveChallenge,
        words: &str,
    ) -> Result<Step<Secret>, Stop> {
        if !self.person && !active.configured {
            return Err(self.person_needed());
        }
        self.counts.sent = self.counts.sent.min(MOST_SENT - 1);
        self.tell(format!(
            "Okta has sent one a moment ago and sends no other yet: {words}"
        ));
        Ok(self.ask(active))
    }

    /// Records a wrong answer. Asks the person for another one; never sends a second one by itself.
    pub(super) fn code_refused(
        &mut self,
        mut active: ActiveChallenge,
        words: &str,
        advice: &str,
    ) -> Result<Step<Secret>, Stop> {
        active.words = None;
        let what = active.words();
        let mut error = Error::refused(format!("Okta refused {what}: {words}{advice}"))
            .caused_by("five wrong answers in a row lock the account");
        let login = self.login_hint();
        if active.configured {
            // The same code would be wrong again.
            error = error.hint(Hint::settings("check", self.org.table(), &["passcode"]));
        }
        let of_configuration = active.configured.then(|| error.clone());
        self.recorder.note(Fact::CodeRefused(of_configuration));
        if active.factor.challenge == Challenge::Password {
            self.recorder.note(Fact::PasswordAnswered);
        }
        let may_try_again =
            active.rounds < MOST_WRONG && self.counts.codes_in_a_row < MOST_IN_A_ROW;
        if self.person && active.factor.challenge != Challenge::Password && may_try_again {
            self.tell(format!("Okta refused {what}: {words}{advice}"));
            return Ok(self.ask(active.answered_by_person()));
        }
        Err(Stop::of_account(error.hint(login)))
    }

    /// Asks the token's own next question: for a new PIN, or for the next code.
    fn token_asked(
        &mut self,
        mut active: ActiveChallenge,
        words: &str,
        reply: &Response,
    ) -> Result<Step<Secret>, Stop> {
        self.recorder.note(Fact::CodeAnswered);
        if !self.person {
            let error = Error::person(format!("{} wants a dialogue: {words}", active.words()));
            return Err(Stop::of_account(Error {
                causes: self.refusal_stop(reply).error.causes,
                ..error.hint(self.login_hint())
            }));
        }
        if active.rounds > MOST_ROUNDS {
            return Err(self.refusal_stop(reply));
        }
        let question = words.strip_suffix(" (E0000113)").unwrap_or(words);
        active.words = Some(question.trim_end_matches([':', ' ']).to_owned());
        Ok(self.ask(active.answered_by_person()))
    }

    /// Asks for another new password after one that breaks a rule.
    fn new_password_refused(
        &mut self,
        mut change: PasswordChange,
        words: &str,
        reply: &Response,
    ) -> Result<Step<Secret>, Stop> {
        self.recorder.note(Fact::PasswordAnswered);
        change.rounds += 1;
        if change.rounds >= MOST_WRONG {
            return Err(self.refusal_stop(reply));
        }
        self.tell(format!("Okta does not take this password: {words}"));
        Ok(self.need_new_password(change))
    }

    /// Returns the stop for a refusal. If it ended the transaction too, nothing is left to cancel.
    fn refusal_stop(&mut self, reply: &Response) -> Stop {
        let Some(refusal) = Refusal::parse(reply) else {
            return unreadable(reply).into();
        };
        match refusal.code.as_str() {
            "E0000011" => {
                self.state.token = None;
                let error = Error::person(format!(
                    "the sign-in took too long, or was ended elsewhere: {}",
                    refusal.words()
                ));
                Stop::of_account(refusal.with_id(error).hint(self.login_hint()))
            }
            code => {
                if code == "E0000069" {
                    self.state.token = None;
                }
                Stop::of_account(refusal.error(self.org, reply))
            }
        }
    }
}

/// Returns Okta's own words.
fn words(refusal: Option<&Refusal>) -> String {
    refusal.map(Refusal::words).unwrap_or_default()
}

//! The authn transaction as a machine: from the accepted password to the session token.
//!
//! ```text
//! MFA_REQUIRED → (choose) → verify ─┬→ MFA_CHALLENGE WAITING → poll … → SUCCESS      a push
//!                                   └→ MFA_CHALLENGE → (ask) → verify → SUCCESS      a code that Okta sends
//!              → (choose) → (ask) → verify → SUCCESS                                 a code, an answer
//! PASSWORD_EXPIRED → (ask) → change_password → SUCCESS
//! PASSWORD_WARN, MFA_ENROLL with nothing required → skip → SUCCESS
//! ```
//!
//! Facts (Authentication API; recorded answers): any step may be followed by any status, so each answer is judged
//! alike; `_links.next` of a rejected or timed-out push is another push, so that `factorResult` alone tells. A code or a
//! password goes out once for each time that a person typed it or the configuration gave it, and only after the record
//! says that it is sent.

use std::time::Duration;

use super::expected::{ActiveChallenge, Expected, ExpectedReply, PasswordChange};
use super::state::TransactionState;
use super::status::{self, TransactionStatus};
use crate::app::Org;
use crate::cookie::Jar;
use crate::error::{Error, Hint};
use crate::http::Request;
use crate::secret::Secret;
use crate::sign_in::flow::{
    Event, Fact, Flow, KnownAccount, Need, Notice, Peer, Step, Stop, UserInput,
};
use crate::sign_in::okta::challenge::limits::{MOST_SENT, sent_enough};
use crate::sign_in::okta::challenge::{Factor, ShownNumber};
use crate::sign_in::recorder::Recorder;

/// How long to wait between two polls of a push. The Identity Engine answers ten requests of a transaction in five
/// seconds; Okta's own page asks every four.
const PACE: Duration = Duration::from_secs(2);

/// A transaction that is going on.
pub(super) struct Transaction<'a> {
    pub(super) org: &'a Org,
    /// The name that a person signs in with: `credential login NAME`.
    pub(super) login: &'a str,
    pub(super) password: Secret,
    /// Whether a person is there to be asked.
    pub(super) person: bool,
    /// The device token alone: beside a session Okta would ignore the session token that is to come.
    pub(super) jar: Jar,
    /// The last answer.
    pub(super) state: TransactionState,
    pub(super) expected: Expected,
    pub(super) recorder: Recorder<Secret>,
    /// The factors of the last list.
    offer: Vec<Factor>,
    pub(super) counts: Counts,
    number: ShownNumber,
    /// Lines for the person, until [`Flow::notices`] takes them.
    pub(super) notices: Vec<Notice>,
    /// Whether the password was changed on the way.
    pub(super) renewed: bool,
}

/// The counts that keep a transaction from going on without end.
#[derive(Default)]
pub(super) struct Counts {
    /// The lists of factors that came, and factors that were in none.
    lists: u8,
    /// The pushes and messages that were sent.
    sent: u8,
    /// The offers that were declined: each kind of offer is, once.
    skipped: Vec<TransactionStatus>,
    /// Whether the password was given once more, as a factor.
    repeated: bool,
    /// The codes in a row that are not known to be right, as the account's record counts them.
    codes_in_a_row: u32,
}

impl<'a> Transaction<'a> {
    /// Returns the transaction that `state` begins, after Okta has accepted `password`. `login` names the app to sign
    /// in to again.
    pub(super) fn new(
        org: &'a Org,
        login: &'a str,
        password: Secret,
        person: bool,
        known: &KnownAccount,
        jar: Jar,
        state: TransactionState,
    ) -> Self {
        let mut transaction = Self {
            org,
            login,
            password,
            person,
            jar,
            state,
            expected: Expected::Nothing,
            recorder: Recorder::default(),
            offer: Vec::new(),
            counts: Counts {
                codes_in_a_row: known.codes_in_a_row,
                ..Counts::default()
            },
            number: ShownNumber::default(),
            notices: Vec::new(),
            renewed: false,
        };
        transaction.trace();
        transaction
    }

    /// Returns Okta's cookies: the device token, if it gave one.
    pub(super) fn into_jar(self) -> Jar {
        self.jar
    }

    /// Says Okta's answer for `-v`, in its own words.
    fn trace(&mut self) {
        let TransactionState { status, result, .. } = &self.state;
        let said = match result {
            Some(result) => format!("{status} {result}"),
            None => status.clone(),
        };
        let line = format!("Okta's answer to the sign-in: {said}");
        self.notices.push(Notice::Trace(line));
    }

    pub(super) fn tell(&mut self, line: String) {
        self.notices.push(Notice::Tell(line));
    }

    /// Returns the step that sends `request`, and expects its reply.
    pub(super) fn send(&mut self, request: Request, expected: ExpectedReply) -> Step<Secret> {
        self.expected = Expected::Reply(expected);
        Step::send(Peer::IdentityProvider, request)
    }

    /// Returns the step that asks for the answer to a challenge.
    pub(super) fn ask(&mut self, active: ActiveChallenge) -> Step<Secret> {
        let request = active.request(self.has_others(), self.state.ahead);
        self.expected = Expected::Answer(active);
        Step::Need(Need::Code(request))
    }

    /// Returns the step after `event`. The facts that come with it are recorded first.
    fn react(&mut self, event: Event) -> Result<Step<Secret>, Stop> {
        match (std::mem::take(&mut self.expected), event) {
            (Expected::Nothing, Event::Begin) => self.judge(None),
            (Expected::Reply(expected), Event::Replied(_, Ok(reply))) => {
                self.replied(expected, &reply)
            }
            (Expected::Reply(expected), Event::Replied(_, Err(broken))) => {
                self.broken(expected, broken)
            }
            (
                Expected::Pause {
                    request, expected, ..
                },
                Event::Elapsed,
            ) => Ok(self.send(request, expected)),
            (
                Expected::Answer(active)
                | Expected::Pause {
                    active: Some(active),
                    ..
                },
                Event::Input(input),
            ) => self.answered(active, input),
            (Expected::Choice(actions), Event::Input(UserInput::Choice(index))) => {
                self.chosen(actions, index)
            }
            (Expected::NewPassword(change), Event::Input(UserInput::NewPassword(password))) => {
                Ok(self.send_new_password(change, &password))
            }
            (Expected::NewPassword(_), Event::Input(UserInput::Back)) => {
                Err(self.old_password_kept())
            }
            (Expected::Pause { active: None, .. }, Event::Unanswered { what, seconds }) => {
                let error = format!("{what} did not answer within {seconds} s");
                Err(Error::network(error).into())
            }
            (_, Event::Unanswered { what, seconds }) => Err(self.unanswered(&what, seconds)),
            _ => Err(Stop::out_of_step()),
        }
    }

    /// Returns the step after the last answer, which concerns `active`, if any.
    fn judge(&mut self, active: Option<ActiveChallenge>) -> Result<Step<Secret>, Stop> {
        match (
            TransactionStatus::of(&self.state.status),
            self.state.session_token.take(),
        ) {
            (TransactionStatus::Success, Some(token)) => {
                self.state.token = None;
                self.recorder.note(Fact::CodesAccepted);
                Ok(Step::Done(token))
            }
            (TransactionStatus::FactorRequired, _) => self.required(),
            (TransactionStatus::FactorChallenge, _) => self.challenged(active),
            (TransactionStatus::NewPasswordRequired, _) if self.person => {
                let next = self.state.next.as_ref().ok_or_else(|| self.dead_end())?;
                let change = PasswordChange {
                    target: next.own.clone().ok_or_else(|| self.dead_end())?,
                    with_old: next.name != "resetPassword",
                    rounds: 0,
                };
                Ok(self.need_new_password(change))
            }
            (TransactionStatus::DirectoryPoll, _) => self.directory(None, 0),
            (offer @ (TransactionStatus::PasswordWarn | TransactionStatus::FactorEnroll), _) => {
                self.skip(offer)
            }
            _ => Err(self.dead_end()),
        }
    }

    /// Returns the stop after `seconds` without an answer.
    fn unanswered(&self, what: &str, seconds: u64) -> Stop {
        Stop::of_account(
            Error::person(format!("nobody answered within {seconds} s: {what}"))
                .hint(self.login_hint()),
        )
    }

    /// Returns the hint to sign in with a person.
    pub(super) fn login_hint(&self) -> Hint {
        Hint::login(self.login)
    }

    /// Keeps the new answer, with the old one's state token and ban on remembering the device, which it need not
    /// repeat.
    fn take_over(&mut self, mut state: TransactionState) {
        if !matches!(
            TransactionStatus::of(&state.status),
            TransactionStatus::Success | TransactionStatus::DeadEnd
        ) {
            state.token = state.token.or_else(|| self.state.token.take());
        }
        state.forgets_device |= self.state.forgets_device;
        self.state = state;
    }

    /// Declines an offer: to change the password, or to enrol a factor.
    fn skip(&mut self, offer: TransactionStatus) -> Result<Step<Secret>, Stop> {
        let url = self.state.skip.clone();
        let Some(url) = url.filter(|_| !self.counts.skipped.contains(&offer)) else {
            return Err(self.dead_end());
        };
        if offer == TransactionStatus::PasswordWarn {
            self.tell(format!("Okta {}", status::expiry_words(&self.state)));
        }
        self.counts.skipped.push(offer);
        Ok(self.send(self.post(url, &[]), ExpectedReply::Any))
    }

    /// Returns the stop for the last answer's status.
    fn dead_end(&self) -> Stop {
        Stop::of_account(status::status_error(self.org, self.login, &self.state))
    }

    /// Returns the stop for a reason that lies in this status, which the message names.
    fn stop_here(&self, mut error: Error) -> Stop {
        error.message = format!("{} ({})", error.message, self.state.status);
        Stop::of_account(error)
    }
}

impl Flow for Transaction<'_> {
    type Out = Secret;

    fn next(&mut self, event: Event) -> Result<Step<Secret>, Stop> {
        if let Event::Recorded { codes_in_a_row } = event {
            self.counts.codes_in_a_row = codes_in_a_row;
            return self.recorder.recorded();
        }
        let next = self.react(event);
        self.recorder.before(next)
    }

    /// Returns the request that ends the transaction at Okta, if it goes on there.
    fn cancel(&self) -> Option<Request> {
        let url = self.state.cancel.clone()?;
        self.state.token.as_ref()?;
        Some(self.post(url, &[]))
    }

    fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }
}

mod choices;
mod directory;
mod factors;
mod password;
mod refused;
mod replies;
mod requests;

#[cfg(test)]
mod tests;

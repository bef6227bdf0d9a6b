//! A transaction of the Identity Engine as a machine: from the state token to the link that ends it with success.
//!
//! ```text
//! introspect → (identify) → (choose → challenge → answer, or poll) … → (skip, remember) … → success link
//! ```
//!
//! Facts (Okta's sign-in widget; live clients; recorded answers): Okta decides the order, and each answer says what is
//! next; a step is chosen by its name and answered by its own form, at its own address, with the newest handle. A secret
//! leaves once for each time that it was given, and only after the record says that it is sent. If the answer to it is
//! lost, the transaction is looked up and nothing is sent again.

use std::time::Duration;

use url::Url;

use super::answer::{Answer, Message};
use super::form::{self, Form};
use super::messages::{Meaning, decisive, meaning};
use super::steps::StepKind;
use crate::cookie::Jar;
use crate::error::{BrowserNeed, Error, Hint};
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::alb::Parameters;
use crate::sign_in::flow::{Event, Flow, Notice, Peer, Step, Stop, UserInput};
use crate::sign_in::okta::challenge::ShownNumber;
use crate::sign_in::okta::challenge::limits::{MOST_SENT, sent_enough};
use crate::sign_in::okta::parties::Parties;
use crate::sign_in::recorder::Recorder;
use expected::{Active, Expected, NextAction, Sent};

/// The most answers of one transaction, without polls and other messages on demand.
const MOST_ANSWERS: u8 = 25;

/// The end of a transaction.
pub(super) enum End {
    /// The link that leads to the callback.
    Success(Url),
    /// The transaction is gone, and no secret was sent in it.
    Gone,
    /// It is another account's: the Okta session was that account's.
    OtherAccount,
}

/// A transaction that is going on.
pub(super) struct Transaction<'a> {
    parties: Parties<'a>,
    /// The ALB's request, which the transaction has to be about.
    parameters: Parameters,
    jar: Jar,
    /// Whether a kept session was shown, and the record has it still.
    has_session: bool,
    /// The page's token, and from the first answer on the newest handle.
    handle: Secret,
    /// Set once an answer has given a handle.
    has_handle: bool,
    /// The last answer.
    answer: Answer,
    expected: Expected,
    recorder: Recorder<End>,
    notices: Vec<Notice>,
    counts: Counts,
    /// The password that the person has typed after a refused one, until the form asks for it.
    retyped: Option<Secret>,
    /// The factor that was chosen, or is being answered.
    active: Option<Active>,
    number: ShownNumber,
    /// The messages that were last told.
    told: Vec<Message>,
    /// The lead of Okta's clock.
    ahead: time::Duration,
    /// Set once nothing is left to cancel.
    is_over: bool,
}

/// The counts that keep a transaction from going on without end.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says by itself what has happened"
)]
struct Counts {
    answers: u8,
    /// The pushes and messages that were sent.
    sent: u8,
    /// The exchanges whose answer was lost.
    lookups: u8,
    /// The rate limits that were waited for.
    limits: u8,
    /// Set once the password was sent.
    password: bool,
    /// The passwords that a person has typed.
    typed: u8,
    /// Set once a code was sent.
    codes: bool,
    /// Set once a code of the configuration was sent. Another one of it follows only a code that was used before.
    configured_code: bool,
    /// Set once Okta was told who signs in.
    named: bool,
    /// Set once the first message was sent, where Okta waits to be told.
    first_message: bool,
    /// The codes in a row that are not known to be right, as the account's record counts them.
    codes_in_a_row: u32,
}

impl<'a> Transaction<'a> {
    /// Returns the transaction of this state `token`, about the ALB's request of these `parameters`. `is_password_spent`
    /// says whether the password was sent before, in the same attempt, `has_session` whether a kept session was shown.
    pub(super) fn new(
        parties: Parties<'a>,
        parameters: Parameters,
        jar: Jar,
        token: Secret,
        codes_in_a_row: u32,
        is_password_spent: bool,
        has_session: bool,
    ) -> Self {
        Self {
            parties,
            parameters,
            recorder: Recorder::knowing(&jar),
            jar,
            has_session,
            handle: token,
            has_handle: false,
            answer: Answer::default(),
            expected: Expected::Nothing,
            notices: Vec::new(),
            counts: Counts {
                codes_in_a_row,
                password: is_password_spent,
                ..Counts::default()
            },
            retyped: None,
            active: None,
            number: ShownNumber::default(),
            told: Vec::new(),
            ahead: time::Duration::ZERO,
            is_over: false,
        }
    }

    /// Returns Okta's cookies, and whether the password was sent.
    pub(super) fn into_parts(self) -> (Jar, bool) {
        (self.jar, self.counts.password)
    }

    fn react(&mut self, event: Event) -> Result<Step<End>, Stop> {
        match (std::mem::take(&mut self.expected), event) {
            (Expected::Nothing, Event::Begin) => Ok(self.look_up(None)),
            (Expected::Reply(sent), Event::Replied(_, Ok(reply))) => self.replied(sent, &reply),
            (Expected::Reply(sent), Event::Replied(_, Err(broken))) => self.broken(sent, broken),
            (Expected::Pause { request, sent, .. }, Event::Elapsed) => {
                Ok(self.send(*request, sent))
            }
            (
                Expected::Pause {
                    sent: Sent::Poll { active, .. },
                    ..
                }
                | Expected::Answer(active),
                Event::Input(input),
            ) => self.answered(active, input),
            (Expected::Answer(active), Event::Elapsed) => self.look_at_link(active),
            (
                expected @ (Expected::Password(_) | Expected::OtherPassword(_)),
                Event::Input(input),
            ) => self.password_given(expected, input),
            (Expected::Choice(actions), Event::Input(UserInput::Choice(index))) => {
                self.chosen(actions, index)
            }
            (
                Expected::Pause {
                    otherwise: Some(error),
                    ..
                },
                Event::Unanswered { .. },
            ) => Err(error.into()),
            (_, Event::Unanswered { what, seconds }) => Err(Stop::of_account(
                Error::person(format!("nobody answered within {seconds} s: {what}"))
                    .hint(self.login_hint()),
            )),
            _ => Err(Stop::out_of_step()),
        }
    }

    /// Returns the step that sends `request`, and expects its reply.
    fn send(&mut self, request: Request, sent: Sent) -> Step<End> {
        self.expected = Expected::Reply(sent);
        Step::send(Peer::IdentityProvider, request)
    }

    /// Returns the step that asks where the transaction stands.
    fn look_up(&mut self, lost: Option<Sent>) -> Step<End> {
        let member = match self.has_handle {
            true => "stateHandle",
            false => "stateToken",
        };
        let org = &self.parties.org.site;
        let request = form::introspect(org, member, &self.handle, &self.jar);
        self.send(request, Sent::Lookup(lost.map(Box::new)))
    }

    /// Builds the request of a form with these answers.
    fn request_of(&self, form: &Form, answers: &[form::FieldAnswer<'_>]) -> Result<Request, Stop> {
        match form.request(&self.handle, &self.jar, answers) {
            Ok(Some(request)) => Ok(request),
            Ok(None) => Err(Stop::of_account(Error::network(format!(
                "Okta does not say where the step {} is answered, or says a place outside {}",
                form.name,
                self.parties.org.site.authority()
            )))),
            Err(missing) => Err(self.browser_needed(
                BrowserNeed::Once,
                &format!("the step {} asks for {}", form.name, missing.0),
            )),
        }
    }

    /// Judges the last answer: the end, or the next step.
    fn judge(&mut self) -> Result<Step<End>, Stop> {
        if let Some(end) = self.end()? {
            return Ok(end);
        }
        if let Some(stop) = self.stop_of_messages() {
            return Err(stop);
        }
        self.tell_messages();
        self.next_step()
    }

    /// Returns the hint to sign in with a person.
    fn login_hint(&self) -> Hint {
        Hint::login(&self.parties.app.name)
    }

    /// Keeps the cookies that Okta sets.
    fn follow(&mut self, reply: &Response) {
        self.jar.follow(&reply.sound_cookies(), reply.date());
        self.recorder.note_device_token(&self.jar);
        self.ahead = reply.date() - reply.at;
    }

    fn trace(&mut self, line: String) {
        self.notices.push(Notice::Trace(line));
    }

    fn tell(&mut self, line: String) {
        self.notices.push(Notice::Tell(line));
    }
}

impl Flow for Transaction<'_> {
    type Out = End;

    fn next(&mut self, event: Event) -> Result<Step<End>, Stop> {
        if let Event::Recorded { codes_in_a_row } = event {
            self.counts.codes_in_a_row = codes_in_a_row;
            return self.recorder.recorded();
        }
        let next = self.react(event);
        self.recorder.before(next)
    }

    /// Returns the request that ends the transaction at Okta, if it goes on there.
    fn cancel(&self) -> Option<Request> {
        if self.is_over || !self.has_handle {
            return None;
        }
        let form = self.answer.cancel(&self.parties.org.site)?;
        form.request(&self.handle, &self.jar, &[]).ok()?
    }

    fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }
}

/// Returns the pause between two polls: what Okta says, and a second at least.
fn pace(refresh: Option<u64>) -> Duration {
    const USUAL: u64 = 4_000;
    Duration::from_millis(refresh.unwrap_or(USUAL).max(1_000))
}

mod answers;
mod choosing;
mod codes;
mod ends;
mod expected;
mod factors;
mod lost;
mod moves;
mod password;

#[cfg(test)]
mod tests;

//! Okta's classic engine: the authn API, from the password to a session token.
//!
//! Facts (Okta's Authentication API reference; recorded answers of its SDKs): authn takes the password as JSON and gives
//! a `sessionToken` that any authorize URL of the org takes once. Beside a session of any kind Okta would ignore it, so of
//! authn's cookies only the device token is kept.

mod authn;
mod expected;
#[cfg(test)]
pub(in crate::sign_in) mod fixture;
mod state;
mod status;
mod transaction;

use crate::app::Org;
use crate::cookie::{DEVICE, Jar};
use crate::error::hide;
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::flow::{
    Event, Fact, FailureScope, Flow, KnownAccount, Need, Notice, Peer, Step, Stop, UserInput,
};
use crate::sign_in::okta::challenge::limits::tries_left;
use crate::sign_in::recorder::Recorder;
use authn::{AuthnOutcome, authn, is_verdict, judge_authn};
use status::is_authns;
use transaction::Transaction;

/// A conversation with authn. Its result is a session token.
pub(super) struct Conversation<'a> {
    org: &'a Org,
    /// The name that a person signs in with: `credential login NAME`.
    login: &'a str,
    /// Whether a person is there to be asked.
    person: bool,
    /// Whether Okta is asked for a warning before the password expires; the answer costs an exchange.
    warn: bool,
    known: KnownAccount,
    /// The device token alone.
    jar: Jar,
    /// The passwords that a person has typed.
    typed: u8,
    state: ConversationState<'a>,
    recorder: Recorder<Secret>,
    notices: Vec<Notice>,
}

#[derive(Default)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it lives for as long as a person thinks"
)]
enum ConversationState<'a> {
    #[default]
    Begin,
    /// The password is asked for.
    Password,
    /// The password is sent.
    Authn(Secret),
    /// Okta has refused what the person typed, and another password is asked for.
    Retyping(Stop),
    /// Okta has accepted the password and requires more.
    Transaction(Transaction<'a>),
}

impl<'a> Conversation<'a> {
    pub(super) fn new(
        org: &'a Org,
        login: &'a str,
        person: bool,
        warn: bool,
        known: KnownAccount,
    ) -> Self {
        let mut jar = Jar::default();
        if let Some(token) = &known.device_token {
            jar.put(DEVICE, token.clone());
        }
        Self {
            org,
            login,
            person,
            warn,
            known,
            jar,
            typed: 0,
            state: ConversationState::Begin,
            recorder: Recorder::default(),
            notices: Vec::new(),
        }
    }

    /// Returns Okta's cookies: the device token, if it gave one.
    pub(super) fn into_jar(self) -> Jar {
        match self.state {
            ConversationState::Transaction(transaction) => transaction.into_jar(),
            _ => self.jar,
        }
    }

    fn react(&mut self, event: Event) -> Result<Step<Secret>, Stop> {
        match (std::mem::take(&mut self.state), event) {
            (ConversationState::Begin, Event::Begin) => {
                self.state = ConversationState::Password;
                Ok(Step::Need(Need::Password))
            }
            (ConversationState::Password, Event::Input(UserInput::Password(password))) => {
                Ok(self.send_password(password))
            }
            (
                ConversationState::Password | ConversationState::Retyping(_),
                Event::Input(UserInput::TypedPassword(password)),
            ) => {
                self.typed += 1;
                Ok(self.send_password(password))
            }
            (ConversationState::Retyping(refused), Event::Input(UserInput::Back)) => Err(refused),
            (ConversationState::Authn(password), Event::Replied(_, Ok(reply))) => {
                self.judge(password, &reply)
            }
            (ConversationState::Authn(_), Event::Replied(_, Err(broken))) => {
                if !broken.may_have_arrived {
                    self.recorder.note(Fact::PasswordUnsent);
                }
                Err(broken.error.into())
            }
            (ConversationState::Transaction(mut transaction), event) => {
                let step = transaction.next(event);
                self.state = ConversationState::Transaction(transaction);
                step
            }
            _ => Err(Stop::out_of_step()),
        }
    }

    fn send_password(&mut self, password: Secret) -> Step<Secret> {
        hide(&password);
        let line = "signing in with the password".to_owned();
        self.notices.push(Notice::Trace(line));
        self.recorder.note(Fact::PasswordSent);
        let request = authn(self.org, &password, &self.jar, self.warn);
        self.state = ConversationState::Authn(password);
        Step::send(Peer::IdentityProvider, request)
    }

    /// Returns the step after authn's answer to the password.
    fn judge(&mut self, password: Secret, reply: &Response) -> Result<Step<Secret>, Stop> {
        let mut cookies = reply.sound_cookies();
        cookies.retain(|cookie| cookie.name == DEVICE);
        self.jar.follow(&cookies, reply.date());
        self.recorder.note_device_token(&self.jar);
        match judge_authn(self.org, self.login, reply) {
            Ok(AuthnOutcome::SessionToken(token)) => {
                self.recorder.note(Fact::PasswordAccepted);
                Ok(Step::Done(token))
            }
            Ok(AuthnOutcome::Transaction(state)) => {
                if is_authns(&state) {
                    self.recorder.note(Fact::PasswordAccepted);
                }
                let (org, login) = (self.org, self.login);
                let (known, jar) = (&self.known, self.jar.clone());
                let mut transaction =
                    Transaction::new(org, login, password, self.person, known, jar, *state);
                let step = transaction.next(Event::Begin);
                self.state = ConversationState::Transaction(transaction);
                step
            }
            Err(stop) => {
                if stop.scope == FailureScope::Password {
                    return self.refused(stop);
                }
                if is_verdict(self.org, reply) {
                    self.recorder.note(Fact::PasswordAnswered);
                }
                Err(stop)
            }
        }
    }

    /// Records a refused password. Asks the person who typed it for another one; a configured one is the end.
    fn refused(&mut self, stop: Stop) -> Result<Step<Secret>, Stop> {
        self.recorder
            .note(Fact::PasswordRefused(stop.error.clone()));
        let Some(line) = tries_left(self.typed, &stop.error) else {
            return Err(stop);
        };
        self.notices.push(Notice::Tell(line));
        self.state = ConversationState::Retyping(stop);
        Ok(Step::Need(Need::Password))
    }
}

impl Flow for Conversation<'_> {
    type Out = Secret;

    fn next(&mut self, event: Event) -> Result<Step<Secret>, Stop> {
        if let (true, Event::Recorded { .. }) = (self.recorder.is_waiting(), &event) {
            return self.recorder.recorded();
        }
        let next = self.react(event);
        self.recorder.before(next)
    }

    fn cancel(&self) -> Option<Request> {
        match &self.state {
            ConversationState::Transaction(transaction) => transaction.cancel(),
            _ => None,
        }
    }

    fn notices(&mut self) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        if let ConversationState::Transaction(transaction) = &mut self.state {
            notices.extend(transaction.notices());
        }
        notices
    }
}

#[cfg(test)]
mod tests;

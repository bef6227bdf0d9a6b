//! The vocabulary of a conversation: a flow says the next [`Step`], the driver does it and reports the [`Event`].
//!
//! A flow knows no client, clock, terminal or file. The driver (`method::driver`) owns all of them and knows no
//! protocol. A fact that guards an account is a step of its own: [`Step::Record`] comes before the [`Step::Send`] that it
//! guards, and the driver goes on only when the fact is on the disk.

use std::time::Duration;

use url::Url;

use crate::app::Engine;
use crate::clock::Moment;
use crate::cookie::Jar;
use crate::error::{Error, Kind};
use crate::http::{Broken, Request, Response};
use crate::secret::Secret;
use crate::session::Session;
use crate::sign_in::alb::AuthorizationRequest;

/// A conversation with servers, the account's memory and a person, as a machine.
pub(crate) trait Flow {
    /// The result of the conversation.
    type Out;

    /// Returns the step after `event`. A flow that has returned an error or [`Step::Done`] is over.
    fn next(&mut self, event: Event) -> Result<Step<Self::Out>, Stop>;

    /// Returns the request that cancels the conversation at the server, if one is under way there.
    fn cancel(&self) -> Option<Request> {
        None
    }

    /// Takes out the notices since the last call, in order.
    fn notices(&mut self) -> Vec<Notice> {
        Vec::new()
    }
}

/// A server of a sign-in. At most one exchange with each is under way at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// The app's host, with the ALB in front of it.
    App,
    /// The identity provider that the ALB sends people to.
    IdentityProvider,
}

/// A report about the last step, by the driver or by the flow around this one.
pub(crate) enum Event {
    /// The conversation begins.
    Begin,
    /// The ALB's authorization request has arrived, and is handed over beside this event. An [`Attempt`] sends it to its
    /// authorizer.
    ///
    /// [`Attempt`]: super::attempt::Attempt
    RequestArrived,
    /// A server has answered, or the exchange broke.
    Replied(Peer, Result<Response, Broken>),
    /// The account is claimed: what its record says, and when it was read.
    Claimed(KnownAccount, Moment),
    /// The person or the configuration has answered a [`Need`].
    Input(UserInput),
    /// The facts of the last [`Step::Record`] are recorded. The record counts so many codes in a row that are not known
    /// to be right.
    Recorded { codes_in_a_row: u32 },
    /// The pause of the last [`Step::Wait`] is over, or that after which a question is looked after.
    Elapsed,
    /// Nobody has answered `what` for so many seconds.
    Unanswered { what: String, seconds: u64 },
    /// The ALB has not taken the last callback (401). An [`Attempt`] asks its authorizer.
    ///
    /// [`Attempt`]: super::attempt::Attempt
    CallbackRefused(Error),
}

/// The next thing that a flow wants done.
pub(crate) enum Step<T> {
    /// Starts these exchanges, and waits for the first answer of all that are under way. With none, only waits.
    Send(Vec<(Peer, Request)>),
    /// Claims the account, so that no other process signs in with it meanwhile.
    Claim,
    /// Asks the configuration or the person.
    Need(Need),
    /// Lets time pass.
    Wait(TimedWait),
    /// Records these facts before anything else happens.
    Record(Vec<Fact>),
    /// Ends the conversation.
    Done(T),
}

impl<T> Step<T> {
    /// Returns the step of one request to one peer.
    pub(crate) fn send(peer: Peer, request: Request) -> Self {
        Self::Send(vec![(peer, request)])
    }

    /// Returns the step that waits for an answer under way, without a new request.
    pub(crate) fn pending() -> Self {
        Self::Send(Vec::new())
    }

    /// Returns the same step for a flow with another result. [`Step::Done`] becomes the step that `done` returns.
    pub(crate) fn map<U>(self, done: impl FnOnce(T) -> Step<U>) -> Step<U> {
        match self {
            Self::Send(requests) => Step::Send(requests),
            Self::Claim => Step::Claim,
            Self::Need(need) => Step::Need(need),
            Self::Wait(wait) => Step::Wait(wait),
            Self::Record(facts) => Step::Record(facts),
            Self::Done(result) => done(result),
        }
    }
}

/// An account's record, as far as a flow needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KnownAccount {
    /// The identity provider's session cookies, without the device token.
    pub(crate) session: Jar,
    /// Okta's own random `DT` cookie.
    pub(crate) device_token: Option<Secret>,
    /// The codes in a row that were refused or never answered, those of earlier sign-ins included.
    pub(crate) codes_in_a_row: u32,
    /// The org's engine, where it was found out lately.
    pub(crate) engine: Option<Engine>,
}

/// An answer that only the configuration or a person can give.
pub(crate) enum Need {
    /// The password; after one that a person has typed, another one.
    Password,
    /// A new password, typed twice; with the line that says why.
    NewPassword(String),
    Code(CodeRequest),
    Choice(Menu),
    Visit(Visit),
    /// The session's cookies from a browser, in place of a callback that the ALB has not taken with this error.
    SessionCookies(Error),
}

/// A visit of the identity provider's own pages. It ends when they send to the ALB's callback, which is not asked.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) request: Box<AuthorizationRequest>,
    pub(crate) way: VisitWay,
}

/// The way in which the identity provider's pages are visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VisitWay {
    /// In a browser without a window, which needs no person.
    Silent,
    /// In a browser's window, by a person.
    Window,
    /// In any browser anywhere: a person pastes the address of its last page.
    Paste,
}

/// A question for a code, or for another answer to a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of the factor by itself"
)]
pub(crate) struct CodeRequest {
    /// The sender of pushes and messages: "Okta".
    pub(crate) sender: &'static str,
    /// The question: "a code from Okta Verify".
    pub(crate) prompt: String,
    /// The factor as others are told of it: "a push to Ada's phone".
    pub(crate) factor: String,
    /// Whether the configuration answers it.
    pub(crate) is_configured: bool,
    /// Whether its answer is good once. The answer to a question, and a PIN, is good for ever.
    pub(crate) is_one_time: bool,
    /// Whether its answer may be seen while it is typed, and remembered as a hash: a code without a PIN.
    pub(crate) is_plain_code: bool,
    /// Whether the identity provider can send another one.
    pub(crate) can_resend: bool,
    /// Whether the account has another factor.
    pub(crate) has_others: bool,
    /// The pause after which the flow looks whether it was answered elsewhere, by a link in the mail.
    pub(crate) look_after: Option<Duration>,
    /// The lead of the identity provider's clock, by which it judges codes.
    pub(crate) server_ahead: time::Duration,
}

/// A choice by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Menu {
    pub(crate) title: String,
    pub(crate) labels: Vec<String>,
}

/// An answer to a [`Need`], or a wish during a [`Wait`].
pub(crate) enum UserInput {
    /// The configuration's password. It is sent once.
    Password(Secret),
    /// A password that a person has typed just now, and has not typed before in this conversation.
    TypedPassword(Secret),
    NewPassword(Secret),
    Code(Code),
    /// The index in the menu; `None` where the person chose nothing.
    Choice(Option<usize>),
    /// Another push, message or call.
    Resend,
    /// Another factor; or no other password.
    Back,
    /// The visit has ended with this callback, at this time.
    Callback(Url, Moment),
    /// The visit cannot be made in this way, or has ended without a callback; another way may do.
    NoCallback(Error),
    /// The person has pasted the session's cookies in place of the callback.
    Session(Box<Session>),
}

/// An answer to a second factor, on its way to the identity provider.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) secret: Secret,
    /// The time step of a computed code (RFC 6238).
    pub(crate) time_step: Option<u64>,
    /// Whether the record keeps its hash, so that no process sends it again.
    pub(crate) is_remembered: bool,
}

impl Code {
    /// Returns an answer that is good more than once. The record keeps nothing of it.
    pub(crate) fn lasting(secret: Secret) -> Self {
        Self {
            secret,
            time_step: None,
            is_remembered: false,
        }
    }

    /// Returns a code that is good once.
    pub(crate) fn once(secret: Secret, time_step: Option<u64>) -> Self {
        Self {
            secret,
            time_step,
            is_remembered: true,
        }
    }
}

/// Time that has to pass.
pub(crate) struct TimedWait {
    pub(crate) pause: Duration,
    /// The thing awaited: "approval on Ada's phone".
    pub(crate) what: String,
    /// The factor that a person answers meanwhile, if one does.
    pub(crate) factor: Option<CodeRequest>,
}

/// A fact about an account. The record keeps it for all processes.
#[derive(Clone)]
pub(crate) enum Fact {
    /// The password leaves next. Until a verdict it counts as possibly wrong.
    PasswordSent,
    /// The password never left.
    PasswordUnsent,
    /// The identity provider has given a verdict that is understood, whatever it is.
    PasswordAnswered,
    /// The identity provider has taken the password.
    PasswordAccepted,
    /// The identity provider has refused the password, with these words.
    PasswordRefused(Error),
    /// The person has changed the password: the old one must not be sent again.
    PasswordChanged,
    /// This code leaves next. Until a verdict it counts as possibly wrong.
    CodeSent(Code),
    /// The last code never left.
    CodeUnsent,
    /// The identity provider has understood the last code, and not refused it.
    CodeAnswered,
    /// The identity provider has refused the last code; with its words where the configuration gave the code.
    CodeRefused(Option<Error>),
    /// The second factor is complete: the identity provider counts wrong codes from nought again.
    CodesAccepted,
    /// The identity provider's session cookies, without the device token; empty where the session has ended.
    Session(Jar),
    DeviceToken(Secret),
    /// The engine that the org runs on; `None` where what was known may be wrong.
    Engine(Option<Engine>),
    /// Okta has sent a push by itself, at a sign-in without a person. It was cancelled.
    PushUnasked,
}

impl Fact {
    /// Returns whether it must be on the disk before the next step, which sends a secret.
    pub(crate) fn is_guard(&self) -> bool {
        matches!(self, Self::PasswordSent | Self::CodeSent(_))
    }
}

/// A line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A person has to know it.
    Tell(String),
    /// Only `-v` shows it.
    Trace(String),
}

/// The reason why a conversation ended without a result.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) error: Error,
    pub(crate) scope: FailureScope,
}

/// The thing that a failure concerns: it decides who else is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureScope {
    /// The identity provider refused this password.
    Password,
    /// The account lacks something: a factor, a new password, an unlocking.
    Account,
    /// The identity provider takes nothing of the account for so long: a limit.
    Limit(Duration),
    /// The person ended it by a signal, which is raised again later.
    Interrupt,
    /// This app, the network, or any other part outside.
    App,
    /// The caller's own side: a secret that is missing, or one that a pause holds back. No secret was sent.
    Caller,
}

impl Stop {
    /// Returns the end by an event that the flow does not expect: a defect of this program.
    pub(crate) fn out_of_step() -> Self {
        let error = Error::new(
            Kind::Other,
            "the sign-in received an event that it does not expect",
        );
        Self::from(error.hint("please report this as a bug of credential"))
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self {
            error,
            scope: FailureScope::App,
        }
    }
}

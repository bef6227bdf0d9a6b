//! The vocabulary of a conversation: a flow says the next [`Step`], the driver does it and reports the [`Event`].
//!
//! A flow knows no client, clock, terminal or file. The driver (`method::driver`) owns all of them and knows no
//! protocol. A fact that guards an account is a step of its own: [`Step::Record`] comes before the [`Step::Send`] that it
//! guards, and the driver goes on only when the fact is on the disk.

mod need;

use std::time::Duration;

use crate::app::Engine;
use crate::clock::Moment;
use crate::cookie::Jar;
use crate::error::{Error, Kind};
use crate::http::{Broken, Request, Response};
use crate::secret::Secret;
pub(crate) use need::{Code, CodeRequest, Menu, Need, UserInput, Visit, VisitWay};

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
    /// A person has to choose this number of a push, on this device.
    Number { number: String, device: String },
    /// Only `-v` shows it.
    Trace(String),
}

impl Notice {
    /// Returns its line. `emphasise` makes a number stand out.
    pub(crate) fn line(self, emphasise: impl Fn(&str) -> String) -> String {
        match self {
            Self::Tell(line) | Self::Trace(line) => line,
            Self::Number { number, device } => format!("choose {} on {device}", emphasise(&number)),
        }
    }
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
    /// The claim on the account, which went to another machine before a secret was sent: the sign-in can begin anew.
    Claim,
}

impl Stop {
    /// Returns a stop that concerns the account: it lacks something, or has to be spared.
    pub(crate) fn of_account(error: Error) -> Self {
        Self {
            error,
            scope: FailureScope::Account,
        }
    }

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

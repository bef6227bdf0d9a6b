//! Needs of a conversation that only the configuration or a person can meet, and their answers.

use std::time::Duration;

use url::Url;

use crate::clock::Moment;
use crate::error::Error;
use crate::secret::Secret;
use crate::session::Session;
use crate::sign_in::alb::AuthorizationRequest;

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
    /// Set if an answer serves once. The answer to a question, and a PIN, serve for ever.
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

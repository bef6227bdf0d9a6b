//! Obtains a session by the method that an app's configuration names.
//!
//! Each method is a file or folder of its own; `get` knows none of them. A method gives the [`driver`] a flow to carry
//! to its end, and an [`driver::AccountAccess`] to the account's record and secrets.

pub(crate) mod browser;
pub(crate) mod driver;
mod exchange;
mod host;
mod keys;
pub(crate) mod okta;
mod prompts;

use crate::app::{App, Content, SignIn};
use crate::caller_policy::ChosenWay;
use crate::clock::Moment;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::session::Session;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::flow::{FailureScope, Stop};
use browser::OpenBrowser;
use host::Host;

/// The call that needs a session.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each of them is so or not by itself"
)]
pub(crate) struct Call<'a> {
    /// When it began.
    pub(crate) asked_at: Moment,
    /// Whether a person is there to be asked.
    pub(crate) attended: bool,
    /// Whether a person wants another try even after earlier failures.
    pub(crate) insist: bool,
    /// Set if the last sign-in to the app failed.
    pub(crate) after_failure: bool,
    /// Whether it must not disturb a person: no push, no message, no window of a password manager.
    pub(crate) quiet: bool,
    /// Whether a fleet's store cannot be used, so that no other machine knows of this sign-in.
    pub(crate) is_alone: bool,
    /// The way that a person has chosen.
    pub(crate) way: ChosenWay,
    /// The ALB's request for this sign-in, if the app was asked already.
    pub(crate) request: Option<&'a AuthorizationRequest>,
    /// Tells the waiting processes about this sign-in: "waits for …".
    pub(crate) tell: &'a dyn Fn(&str),
}

/// A new session, and what is left to end once the caller has kept it.
pub(crate) struct SignedIn<'a> {
    pub(crate) session: Session,
    /// The browser that is still open. Others wait for the session, and nobody for the browser's end.
    pub(crate) browser: Option<OpenBrowser<'a>>,
}

/// A sign-in without a session.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    /// Whether unattended callers of this app are held back: only a person can mend the failure, and no other record
    /// says so.
    pub(crate) backoff: bool,
    /// Set if the claim went to another machine before a secret was sent, so that the sign-in can begin anew.
    pub(crate) is_unbegun: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self {
            error,
            backoff: false,
            is_unbegun: false,
        }
    }
}

/// Returns whether a person has to mend `error`.
fn needs_a_person(error: &Error) -> bool {
    matches!(error.kind, Kind::Person | Kind::Refused)
}

/// Ends a sign-in: tells those who wait that it is over, and raises a signal that has come meanwhile.
///
/// A failure of the account or its password is in the account's record, for all of its apps. A failure that never reached
/// a server needs no backoff: it costs nobody anything, and ends as soon as the caller has mended it.
fn end<'a>(
    host: &Host<'_>,
    result: Result<Session, Stop>,
    browser: Option<OpenBrowser<'a>>,
) -> Result<SignedIn<'a>, Failed> {
    let call = host.call;
    (call.tell)("");
    match result {
        Ok(session) => {
            host.reraise_signal();
            Ok(SignedIn { session, browser })
        }
        Err(Stop { error, scope }) => {
            drop(browser);
            host.reraise_signal();
            let is_held_back = !call.attended && call.way == ChosenWay::Any;
            let backoff = scope == FailureScope::App && is_held_back && needs_a_person(&error);
            Err(Failed {
                error,
                backoff,
                is_unbegun: scope == FailureScope::Claim,
            })
        }
    }
}

/// Signs in to `app`. The caller holds the claim on its entry.
pub(crate) fn sign_in<'a>(
    context: &'a Context,
    app: &App,
    call: &Call<'_>,
) -> Result<SignedIn<'a>, Failed> {
    match &app.content {
        Content::Session(_) if call.way != ChosenWay::Any => browser::sign_in(context, app, call),
        Content::Session(SignIn::Browser { .. }) => browser::sign_in(context, app, call),
        Content::Session(SignIn::Okta { org, client }) => {
            okta::sign_in(context, app, org, client.as_ref(), call)
        }
        Content::Credentials => {
            let error = format!("nobody signs in to {}: its method is none", app.name);
            Err(Error::usage(error).into())
        }
    }
}

//! Signing in: what goes to the servers and what their answers mean, as machines without a client, a clock or a file.
//!
//! [`Attempt`] says the next [`Step`]; [`drive`] does it and tells what came of it as an [`Event`]. `balancer` and
//! `okta` are pairs of plain functions, one that builds a request and one that judges its answer; `attempt` is the
//! order in which they depend on each other.

mod attempt;
mod balancer;
mod okta;

use crate::error::{Error, Result};
use crate::http::{Client, Request, Response};
use crate::session::Session;

pub(crate) use attempt::Attempt;
pub(crate) use balancer::{Challenge, judge_verify, verify};
pub(crate) use okta::{DEVICE, end_session};

/// What an attempt wants done next; with it, what it has to remember meanwhile.
#[derive(Debug)]
pub(crate) enum Step {
    Send(Request, attempt::State),
    /// Two requests at once, to the app and to the org.
    SendBoth(Request, Request, attempt::State),
    Done(Outcome),
}

/// What came of a step.
#[derive(Debug)]
pub(crate) enum Event {
    Reply(Response),
    /// The app's and the org's. One of them may have failed while the other still means something.
    Replies(Result<Response>, Result<Response>),
}

/// How an attempt ended, short of an error.
#[derive(Debug)]
pub(crate) enum Outcome {
    Signed(Session),
    /// Okta does not take the cached session and wants a sign-in; the ALB's state is still usable.
    Declined(Challenge, String),
}

/// Why an attempt ended without a session.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) error: Error,
    /// Whether it was the password that Okta refused.
    pub(crate) password: bool,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self {
            error,
            password: false,
        }
    }
}

/// Does what `attempt` wants until it is done.
pub(crate) async fn drive(
    client: &Client,
    attempt: &mut Attempt<'_>,
    first: Step,
) -> Result<Outcome, Stop> {
    let mut step = first;
    loop {
        step = match step {
            Step::Send(request, state) => {
                attempt.next(state, Event::Reply(client.send(request).await?))?
            }
            Step::SendBoth(app, org, state) => {
                let (app, org) = tokio::join!(client.send(app), client.send(org));
                attempt.next(state, Event::Replies(app, org))?
            }
            Step::Done(outcome) => return Ok(outcome),
        }
    }
}

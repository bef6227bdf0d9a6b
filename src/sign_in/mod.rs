//! Signing in: what goes to the servers and what their answers mean, as machines without a client, a clock or a file.
//!
//! There are two machines. [`Attempt`] is the redirects between app and org: it says the next [`Step`], [`drive`] does it
//! and comes back with the answer. Where the password is not enough for Okta, an attempt is [`Outcome::Unfinished`], and
//! [`Transaction`] is what follows until there is a session token; it asks and waits too, so whoever knows the person
//! drives it, and the attempt then goes on. `balancer` and `okta` are pairs of plain functions, one that builds a
//! request and one that judges its answer.

mod attempt;
pub(crate) mod balancer;
#[cfg(test)]
mod fixture;
pub(crate) mod okta;

use std::time::Duration;

use crate::error::Error;
use crate::http::{Client, Request, Response, Verb};
use crate::session::Session;

pub(crate) use attempt::Attempt;
pub(crate) use balancer::{Admission, Demand, Start, judge_start, judge_verify, start, verify};
use okta::limit_ends;
pub(crate) use okta::{
    Active, Engine, Given, Menu, Renewal, Standing, State, Transaction, Turn, Verdict, Waiting,
    authorize, end_session, judge_authorize, judge_end_session, judge_organization, judge_session,
    organization, passcode_answers_kind, session,
};

/// The longest that the end of a rate limit is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// What an attempt wants done next, with what it goes on from when that is done.
pub(crate) enum Step {
    Send(Request, attempt::Awaits),
    /// The app is asked and the password is sent at the same time. The org's answer is looked at as soon as it is
    /// there: a refusal ends the attempt, however long the app takes.
    SendBoth {
        app: Request,
        org: Request,
    },
    Done(Outcome),
}

/// How an attempt ended, short of an error.
pub(crate) enum Outcome {
    Signed(Session),
    /// Okta does not take the cached session and wants a sign-in; the ALB's demand still stands. In Okta's words.
    Declined(Demand, String),
    /// Okta took the password and wants more; with the ALB's demand, where it was already made.
    Unfinished(Box<State>, Option<Box<Demand>>),
}

/// Why an attempt ended without a session, and what the reason lies in.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) error: Error,
    pub(crate) blame: Blame,
}

/// What a failure lies in, which decides who else it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// Okta refused this password.
    Password,
    /// Okta wants something of this account that it has not been given: a factor, a new password, an unlocking.
    Account,
    /// The person ended it by a signal, which waits to be obeyed.
    Interrupt,
    /// This app, the network, or anything else out there.
    App,
    /// The caller's own side: a secret that is not to be had. No server was asked.
    Caller,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self {
            error,
            blame: Blame::App,
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
            Step::Send(request, awaits) => {
                let reply = send(client, request).await?;
                attempt.replied(awaits, &reply)?
            }
            Step::SendBoth { app, org } => {
                let (answer, reply) = send_both(client, attempt, app, org).await?;
                attempt.opened_with(answer, &reply)?
            }
            Step::Done(outcome) => return Ok(outcome),
        }
    }
}

/// Sends `request`; a GET that met a rate limit is sent once more when the limit ends, if that is soon. A password is
/// never sent again by itself.
async fn send(client: &Client, request: Request) -> Result<Response, Error> {
    let again = (request.verb == Verb::Get).then(|| request.clone());
    let reply = client.send(request).await?;
    match again.zip(limit_ends(&reply)) {
        Some((request, wait)) if wait <= LONGEST_WAIT => {
            tokio::time::sleep(wait).await;
            client.send(request).await
        }
        _ => Ok(reply),
    }
}

/// Sends both; what the org's answer leads to, and the app's answer.
async fn send_both(
    client: &Client,
    attempt: &mut Attempt<'_>,
    app: Request,
    org: Request,
) -> Result<(okta::Answer, Response), Stop> {
    let (app, org) = (client.send(app), client.send(org));
    tokio::pin!(app, org);
    tokio::select! {
        biased;
        reply = &mut org => {
            let answer = attempt.authenticated(&reply?)?;
            Ok((answer, app.await?))
        }
        reply = &mut app => {
            let answer = attempt.authenticated(&org.await?)?;
            Ok((answer, reply?))
        }
    }
}

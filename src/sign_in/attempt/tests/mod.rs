mod ladder;
mod stops;

use super::{Attempt, Awaits};
use crate::error::Error;
use crate::http::{Request, Response};
use crate::sign_in::fixture::{AUTHORIZE, CALLBACK, NONCE, START, answer, redirect, words};
use crate::sign_in::{Outcome, Step, Stop};

const SHARD: (&str, &str) = (
    "set-cookie",
    "AWSELBAuthSessionCookie-0=ab+/c==; Max-Age=604800",
);

/// The one request that a step sends, and what is awaited then.
fn sent(step: Result<Step, Stop>) -> (Request, Awaits) {
    match step {
        Ok(Step::Send(request, awaits)) => (request, awaits),
        Ok(Step::SendBoth { .. }) => panic!("two are sent"),
        Ok(Step::Done(_)) => panic!("it is done"),
        Err(Stop { error, .. }) => panic!("{}", words(&error)),
    }
}

/// The two requests of a cold start: the app's, the org's.
fn both(step: Step) -> (Request, Request) {
    match step {
        Step::SendBoth { app, org } => (app, org),
        _ => panic!("two are not sent"),
    }
}

fn done(step: Result<Step, Stop>) -> Outcome {
    match step {
        Ok(Step::Done(outcome)) => outcome,
        Ok(_) => panic!("it goes on"),
        Err(Stop { error, .. }) => panic!("{}", words(&error)),
    }
}

fn stopped(step: Result<Step, Stop>) -> Error {
    match step {
        Ok(_) => panic!("it goes on"),
        Err(Stop { error, .. }) => error,
    }
}

/// The `Cookie` header that a request has.
fn cookie(request: &Request) -> &str {
    request.cookie.as_ref().map_or("", |cookie| cookie.expose())
}

fn demand() -> Response {
    answer(START, 302, &[("location", AUTHORIZE), NONCE], "")
}

fn code() -> Response {
    redirect(AUTHORIZE, CALLBACK)
}

fn signed_in() -> Response {
    answer(CALLBACK, 302, &[("location", START), SHARD], "")
}

/// Goes through the last two answers: Okta's code and the ALB's session.
fn finish(attempt: &mut Attempt<'_>, awaits: Awaits) {
    let (request, awaits) = sent(attempt.replied(awaits, &code()));
    assert_eq!(request.url.as_str(), CALLBACK);
    assert_eq!(cookie(&request), "AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c");
    match done(attempt.replied(awaits, &signed_in())) {
        Outcome::Signed(session) => {
            assert_eq!(
                session.cookie().expose(),
                "AWSELBAuthSessionCookie-0=ab+/c=="
            );
        }
        _ => panic!("it is signed in"),
    }
}

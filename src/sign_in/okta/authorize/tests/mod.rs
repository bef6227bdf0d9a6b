mod answers;
mod errors;
mod random;
mod request;

use super::{AuthorizeOutcome, judge_authorize};
use crate::error::{Error, Result};
use crate::http::Response;
use crate::sign_in::fixture::{AUTHORIZE, answer, app, is_fit, org, redirect, request_of, words};

fn judge(reply: &Response) -> Result<AuthorizeOutcome> {
    let app = app();
    judge_authorize(&app, org(&app), &request_of(AUTHORIZE), reply)
}

/// Judges a redirect to `location`.
fn sent_to(location: &str) -> Result<AuthorizeOutcome> {
    judge(&redirect(AUTHORIZE, location))
}

/// Judges a redirect to the callback with this query or fragment.
fn back_with(query: &str) -> Result<AuthorizeOutcome> {
    sent_to(&format!(
        "https://wiki.corp.example/oauth2/idpresponse{query}"
    ))
}

/// Judges a page.
fn page(status: u16, body: &str) -> Result<AuthorizeOutcome> {
    judge(&answer(AUTHORIZE, status, &[], body))
}

fn wanted(verdict: Result<AuthorizeOutcome>) -> String {
    match verdict {
        Ok(AuthorizeOutcome::LoginRequired(words)) => words,
        Ok(AuthorizeOutcome::Code(url)) => panic!("it is taken for a code: {}", url.path()),
        Err(error) => panic!("{}", words(&error)),
    }
}

fn refusal(verdict: Result<AuthorizeOutcome>) -> Error {
    match verdict {
        Ok(AuthorizeOutcome::LoginRequired(words)) => panic!("it is taken for a wish: {words}"),
        Ok(AuthorizeOutcome::Code(url)) => panic!("it is taken for a code: {}", url.path()),
        Err(error) => {
            assert!(is_fit(&error), "{}", words(&error));
            error
        }
    }
}

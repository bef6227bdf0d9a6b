//! The ALB's side of a sign-in: the way into an app, the callback, and the question whether a session is still good.
//!
//! Facts: each file states those it relies on. Pages that the ALB itself makes say `Server: awselb/2.0`.

mod authorization_request;
mod callback;
mod entrance;
mod verify;

use crate::http::Response;

pub(crate) use authorization_request::{AuthorizationRequest, Parameters, parameter};
pub(crate) use callback::{callback, judge_callback};
pub(crate) use entrance::Entrance;
pub(crate) use verify::{Admission, Verification, Verified};

/// Returns whether the ALB made this page, and not the application behind it.
pub(crate) fn is_alb_page(response: &Response) -> bool {
    response
        .header("server")
        .is_some_and(|server| server.starts_with("awselb/"))
}

/// Returns the words that an error adds to a page of the ALB's own.
fn made_by_alb(response: &Response) -> &'static str {
    if is_alb_page(response) {
        " (made by the ALB)"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests;

//! The ALB's side of a sign-in: the way into an app, the callback, and the question whether a session is still good.
//!
//! Facts: each file states those it relies on. Pages that the ALB itself makes say `Server: awselb/2.0`.

mod callback;
mod entrance;
mod verify;

use crate::error::foreign;
use crate::http::Response;

pub(crate) use super::authorization_request::{
    AuthorizationRequest, Parameters, parameter, without_page,
};
pub(crate) use callback::{callback, judge_callback};
pub(crate) use entrance::Entrance;
pub(crate) use verify::{Admission, Verification, Verified};

/// Returns whether the ALB made this page, and not the application behind it.
pub(crate) fn is_alb_page(response: &Response) -> bool {
    response
        .header("server")
        .is_some_and(|server| server.starts_with("awselb/"))
}

/// Returns whether the AWS WAF made this page, for a browser to solve.
fn is_of_waf(response: &Response) -> bool {
    response.header("x-amzn-waf-action").is_some()
}

/// Returns the words for a request that the ALB itself, or the AWS WAF before it, has refused for its form or its sender.
///
/// Facts (AWS WAF, "CAPTCHA and Challenge"; ALB, "HTTP error codes"): a challenge is 202 and a CAPTCHA 405, both with
/// `x-amzn-waf-action`; 413, 414, 431, 460, 463 and 464 of the ALB's own are about the request's form.
fn refused_request(response: &Response) -> Option<String> {
    let status = response.status;
    match (response.header("x-amzn-waf-action"), status) {
        (Some(action), _) => Some(format!(
            "the AWS WAF wants a browser ({status}, {})",
            foreign(action)
        )),
        (None, 403) if is_alb_page(response) => Some("the AWS WAF denies it (403)".to_owned()),
        (None, 405 | 413 | 414 | 431 | 460 | 463 | 464) if is_alb_page(response) => {
            Some(format!("the ALB does not take the request ({status})"))
        }
        _ => None,
    }
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

mod accepted;
mod flow;
mod hostile;
mod random;
mod refused;

use super::{CallbackAnswer, Pasted, Reason, judge, judge_callback_url};
use crate::sign_in::fixture::{AUTHORIZE, CALLBACK, request_of, url};

const COOKIE: &str = "AWSELBAuthSessionCookie";

fn pasted(text: &str) -> Result<Pasted, Reason> {
    judge(text, &request_of(AUTHORIZE), COOKIE)
}

/// The URL that is read in `text`.
#[track_caller]
fn code(text: &str) -> String {
    match pasted(text) {
        Ok(Pasted::Callback(CallbackAnswer::Code(url))) => url.into(),
        Ok(Pasted::Callback(CallbackAnswer::Error(error))) => panic!("an error: {}", error.words()),
        Ok(Pasted::Cookies(_)) => panic!("cookies"),
        Err(reason) => panic!("{text:?}: {reason}"),
    }
}

#[track_caller]
fn reason(text: &str) -> Reason {
    match pasted(text) {
        Ok(_) => panic!("{text:?} is accepted"),
        Err(reason) => reason,
    }
}

/// The reason why a browser's callback with this query or fragment is refused.
#[track_caller]
fn hostile(tail: &str) -> Reason {
    let text = format!("https://wiki.corp.example/oauth2/idpresponse{tail}");
    match judge_callback_url(url(&text), &request_of(AUTHORIZE)) {
        Ok(_) => panic!("{tail:?} is accepted"),
        Err(reason) => reason,
    }
}

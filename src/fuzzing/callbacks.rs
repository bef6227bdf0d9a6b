//! Addresses and cookies that a browser, or a person who copies from one, brings back. Only a callback that answers our
//! request, or a whole family, is taken, and no error repeats a word of the rest.

use url::Url;

use super::servers::{COOKIE, ask_for_sign_in, go_in, is_family};
use super::{app, is_fit, is_tame, marks};
use crate::sign_in::alb::{AuthorizationRequest, Entrance};
use crate::sign_in::browser::{CallbackAnswer, LONGEST, Pasted, Reason, judge, judge_callback_url};

/// A pasted text; and a browser's callback.
pub(crate) fn pasted(input: &[u8]) {
    let app = app("whole");
    let request = go_in(app, Entrance::of_app(app), ask_for_sign_in(app));
    let request = request.expect("an ALB's request");
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match judge(text, &request, COOKIE) {
        Ok(Pasted::Callback(callback)) => answers(&request, &callback),
        Ok(Pasted::Cookies(shards)) => is_family(shards),
        Err(reason) => is_telling(&reason),
    }
    let tail = request.parameters.callback.join(text);
    for url in Url::parse(text).into_iter().chain(tail) {
        match judge_callback_url(url, &request) {
            Ok(callback) => answers(&request, &callback),
            Err(reason) => is_telling(&reason),
        }
    }
}

fn answers(request: &AuthorizationRequest, callback: &CallbackAnswer) {
    match callback {
        CallbackAnswer::Code(url) => {
            assert!(request.is_callback(url) && request.has_state(url));
            assert!(url.as_str().len() <= LONGEST && url.fragment().is_none());
            assert!(url.username().is_empty() && url.password().is_none());
            let codes = url.query_pairs().filter(|(name, _)| name == "code");
            let codes: Vec<_> = codes.map(|(_, code)| code.into_owned()).collect();
            assert!(codes.len() == 1 && !codes[0].contains(char::is_control));
        }
        CallbackAnswer::Error(error) => assert!(is_fit(&error.error("corp.okta.com"))),
    }
}

fn is_telling(reason: &Reason) {
    let words = reason.to_string();
    assert!(is_tame(&words) && words.chars().count() < 800, "{words}");
    if !matches!(reason, Reason::AnotherOrigin { .. }) {
        assert_eq!(marks(words.as_bytes()), 0);
    }
}

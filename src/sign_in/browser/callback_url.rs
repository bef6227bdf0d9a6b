//! The judge of a callback that a browser brings, or a person: nothing is sent to the ALB before it has passed.
//!
//! Any page in a browser can lead to the callback with a query of its own choice, so the URL is hostile until it has
//! proved to answer our authorization request. Facts (RFC 6749, 4.1.2): a callback has one `code` or one `error`, no
//! parameter twice, and the `state` of the request as it was; 3.1.2: it has no fragment. Providers add parameters of their
//! own (`session_state`, `iss`, `authuser`).

use url::Url;

use super::reason::Reason;
use crate::error::Untrusted;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::callback_error::CallbackError;

/// The longest callback, in bytes. The ALB takes a request line of 16 KiB (AWS, "Quotas for your Application Load
/// Balancers").
pub(super) const LONGEST_URL: usize = 16 * 1024;

/// The parameter with the words of an error. Microsoft Entra's have several lines (`AADSTS50058: …\r\nTrace ID: …`), against
/// RFC 6749, 4.1.2.1; where they are shown, they are made fit for it.
const DESCRIPTION: &str = "error_description";

/// A callback that answers our authorization request.
pub(crate) enum CallbackAnswer {
    /// It has a code, for the ALB.
    Code(Url),
    /// The identity provider refuses.
    Error(CallbackError),
}

/// Judges `url`: whether it is the callback of `request`, and what it brings.
pub(crate) fn judge_callback_url(
    url: Url,
    request: &AuthorizationRequest,
) -> Result<CallbackAnswer, Reason> {
    if url.as_str().len() > LONGEST_URL {
        return Err(Reason::TooLong);
    }
    check_place(&url, request)?;
    let found = Parameters::read(&url)?;
    // An error may come without the state: Okta's own does not always have it.
    if found.state && !request.has_state(&url) {
        return Err(Reason::ForeignState);
    }
    match (found.code, CallbackError::of(&url).filter(|_| found.error)) {
        (true, Some(_)) => Err(Reason::CodeAndError),
        (false, Some(error)) => Ok(CallbackAnswer::Error(error)),
        (false, None) => Err(Reason::Missing("code")),
        (true, None) if !found.state => Err(Reason::Missing("state")),
        (true, None) => Ok(CallbackAnswer::Code(url)),
    }
}

/// Returns whether `url`, which a browser is about to ask for, may answer `request`: it has its state. Any page of a person's
/// browser can lead to the callback without it. Where the browser `has_one_page`, ours, an error without a state answers too:
/// Okta's own does not always have it.
pub(crate) fn may_answer(url: &Url, request: &AuthorizationRequest, has_one_page: bool) -> bool {
    let is_bare_error = || {
        let found = Parameters::read(url);
        found.is_ok_and(|found| found.error && !found.state && !found.code)
    };
    request.is_callback(url) && (request.has_state(url) || has_one_page && is_bare_error())
}

/// Checks that `url` is at the callback's place, and has nothing but a query there.
fn check_place(url: &Url, request: &AuthorizationRequest) -> Result<(), Reason> {
    let callback = &request.parameters.callback;
    let wanted = || origin(callback);
    if !request.is_callback(url) {
        let is_start = request.url.origin() == url.origin() && request.url.path() == url.path();
        return Err(match url.origin() == callback.origin() {
            _ if is_start => Reason::AuthorizeUrl,
            true => Reason::AnotherPath { wanted: wanted() },
            false => Reason::AnotherOrigin {
                found: origin(url),
                wanted: wanted(),
            },
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Reason::UserInfo);
    }
    match url.fragment() {
        Some(_) => Err(Reason::Fragment),
        None => Ok(()),
    }
}

/// Returns the origin of `url`, fit to be shown. A URL such as `data:` has none.
fn origin(url: &Url) -> String {
    match url.origin() {
        origin if origin.is_tuple() => Untrusted::new(origin.ascii_serialization()).to_string(),
        _ => Untrusted::new(format!("{}:", url.scheme())).to_string(),
    }
}

/// The parameters of RFC 6749 that a callback has.
#[derive(Default)]
struct Parameters {
    code: bool,
    state: bool,
    error: bool,
}

impl Parameters {
    /// Reads them by their decoded names, as the ALB might. One without a value counts as left out (RFC 6749, 3.1).
    fn read(url: &Url) -> Result<Self, Reason> {
        let mut found = Self::default();
        let mut seen = Vec::new();
        for (name, value) in url.query_pairs() {
            let is_text = name == DESCRIPTION;
            if name.contains(char::is_control) || !is_text && value.contains(char::is_control) {
                return Err(Reason::ControlCharacter);
            }
            let (place, name) = match name.as_ref() {
                "code" => (&mut found.code, "code"),
                "state" => (&mut found.state, "state"),
                "error" => (&mut found.error, "error"),
                _ => continue,
            };
            if seen.contains(&name) {
                return Err(Reason::Doubled(name));
            }
            seen.push(name);
            *place = !value.is_empty();
        }
        Ok(found)
    }
}

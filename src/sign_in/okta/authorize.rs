//! The authorize endpoint: the ALB's own request, answered without a page, or an error in Okta's words.

use url::Url;

use super::refusal::{IMPOSTOR_HINT, Refusal, with_compression, with_request_id};
use crate::app::{App, Org};
use crate::cookie::Jar;
use crate::error::{Error, Kind, Result, foreign, shown};
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::alb::{AuthorizationRequest, parameter, without_page};
use crate::sign_in::callback_error::CallbackError;
use crate::site::CALLBACK;

/// Builds the request of the ALB's authorize URL without a page: every byte as it was, but for `prompt=none` in place
/// of any other prompt, and the session token, if there is one.
pub(crate) fn authorize(
    request: &AuthorizationRequest,
    token: Option<&Secret>,
    jar: &Jar,
) -> Request {
    Request::get(silent(&request.url, token), jar.header())
}

pub(super) fn silent(authorize: &Url, token: Option<&Secret>) -> Url {
    let mut url = without_page(authorize);
    if let Some(token) = token {
        let mut query = url.query().unwrap_or_default().to_owned();
        query.push_str("&sessionToken=");
        query.extend(url::form_urlencoded::byte_serialize(
            token.expose().as_bytes(),
        ));
        url.set_query(Some(&query));
    }
    url
}

/// Okta's answer to an authorize request.
pub(crate) enum AuthorizeOutcome {
    /// The callback, with a code for the ALB.
    Code(Url),
    /// Okta requires a login (`login_required`, or a page of its own), in these words.
    LoginRequired(String),
}

/// Judges the answer to [`authorize`]. Okta's redirect is read here, before the ALB could see it, because the ALB
/// would hide Okta's reason behind a page of its own.
pub(crate) fn judge_authorize(
    app: &App,
    org: &Org,
    request: &AuthorizationRequest,
    response: &Response,
) -> Result<AuthorizeOutcome> {
    let Some(location) = response.location() else {
        return judge_page(org, "the ALB's client", response).map(AuthorizeOutcome::LoginRequired);
    };
    if org.site.same_origin(&location) {
        // Classic engines send to their sign-in page.
        return Ok(AuthorizeOutcome::LoginRequired(format!(
            "it sends to its page {}",
            shown(&location)
        )));
    }
    if !request.is_callback(&location) {
        let error = Error::network(format!(
            "Okta sends to {}, which is not the callback of {}",
            shown(&location),
            app.site.authority()
        ));
        return Err(error);
    }
    if let Some(error) = CallbackError::of(&location) {
        return judge_error(app, &error).map(AuthorizeOutcome::LoginRequired);
    }
    if !request.has_state(&location)
        || parameter(&location, "code").is_none_or(|code| code.is_empty())
    {
        return Err(Error::network(format!(
            "Okta sends back to {} without a code or with another state",
            app.site.authority()
        )));
    }
    Ok(AuthorizeOutcome::Code(location))
}

/// Judges an answer to authorize without a redirect: a sign-in page, described in words, or an error. `client` names
/// the client whose request it was: "the ALB's client", or one of the configuration's.
pub(super) fn judge_page(org: &Org, client: &str, response: &Response) -> Result<String> {
    let host = response.host();
    match (response.status, Refusal::parse(response)) {
        (200, None) if is_form_post(response) => Err(form_post_error(client)),
        // The Identity Engine shows its sign-in page in place.
        (200, None) if response.is_html() => Ok("it shows a sign-in page".into()),
        (_, Some(refusal)) => Err(refusal.error(org, response)),
        (429, None) => Err(Error::network(format!(
            "{host} limits the rate of authorize requests (429)"
        ))
        .hint("try again in a minute")),
        // A page for people: such a request is never redirected back.
        (400, None) => Err(Error::refused(format!(
            "Okta refused the request of {client} (400): {}",
            page_text(&response.body)
        ))
        .caused_by("it does so when the client id is unknown or the redirect URI is not registered")
        .hint(format!(
            "compare {client} with the application's settings at Okta"
        ))),
        (200, None) => Err(with_compression(
            Error::network(format!(
                "{host} answers the request of {client} with 200, but without a redirect or a page"
            )),
            response,
        )
        .hint(IMPOSTOR_HINT)),
        (status, None) => Err(with_request_id(
            Error::network(format!(
                "{host} answers the request of {client} with {status}"
            )),
            response,
        )),
    }
}

/// Returns whether an answer to authorize is a form for the callback, as a request with `response_mode=form_post` gets it.
pub(super) fn is_form_post(response: &Response) -> bool {
    let is_asked = parameter(&response.url, "response_mode").as_deref() == Some("form_post");
    let page = String::from_utf8_lossy(&response.body);
    response.is_html() && page.contains("<form") && (is_asked || page.contains(CALLBACK))
}

/// Returns the error of such a form, in answer to the request of `client`.
pub(super) fn form_post_error(client: &str) -> Error {
    Error::usage(format!(
        "Okta answers the request of {client} with a form, which only a browser sends on"
    ))
    .caused_by("the request asks for that (response_mode=form_post)")
    .hint("ask the admins to take response_mode out of the extra parameters of the ALB's rule")
}

/// Returns the text of a page for people, without its tags, styles and scripts.
fn page_text(page: &[u8]) -> String {
    let page = String::from_utf8_lossy(page);
    let mut text = String::new();
    let mut hidden = false;
    for piece in page.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        let tag = tag.trim_start().to_ascii_lowercase();
        hidden = (hidden && !tag.starts_with('/'))
            || tag.starts_with("style")
            || tag.starts_with("script")
            || tag.starts_with("title");
        if !hidden {
            text.push(' ');
            text.push_str(words);
        }
    }
    foreign(&text)
}

/// Returns whether Okta's words for `login_required` concern the app's sign-on policy and not the session: of its four
/// texts this one says that "the client app requires re-authentication or MFA".
pub(super) fn is_about_policy(words: &str) -> bool {
    words.contains("re-authentication") || words.contains("MFA")
}

/// Returns the error that Okta hands back to the callback of `request`, as its OAuth error code.
pub(super) fn handed_back(request: &AuthorizationRequest, response: &Response) -> Option<String> {
    let location = response.location().filter(|to| request.is_callback(to))?;
    parameter(&location, "error")
}

/// Returns whether an OAuth error code says that the session is not enough, so that a new one may be.
pub(super) fn is_about_session(error: &str) -> bool {
    matches!(
        error,
        "login_required"
            | "interaction_required"
            | "account_selection_required"
            | "unmet_authentication_requirements"
    )
}

/// Returns whether an answer may concern the cookies of a cached session rather than the request: an error page, but no
/// rate limit and no failure of the server.
pub(super) fn is_about_cookies(response: &Response) -> bool {
    matches!(response.status, 400..=428 | 430..=499)
}

/// Judges an error that Okta hands back to the callback. Only `login_required`, returned in Okta's words, leaves a way to go
/// on.
pub(super) fn judge_error(app: &App, handed_back: &CallbackError) -> Result<String> {
    let error = handed_back.error("Okta");
    let words = handed_back.words();
    Err(match handed_back.code() {
        "login_required" => return Ok(words),
        "consent_required" => error.hint(format!(
            "open {} once in a browser and give the consent",
            app.site.url()
        )),
        "access_denied" if words.contains("Policy evaluation failed") => error.hint(format!(
            "ask the admins whether a rule of the authorization server's access policies is for {}, this account \
             and the scopes in the ALB's rule",
            app.name
        )),
        "access_denied" => error.hint(format!(
            "ask whether this account is assigned to {}",
            app.name
        )),
        // The sign-in that this program can make was made already.
        "interaction_required" | "account_selection_required" => Error {
            kind: Kind::Refused,
            ..error
        },
        _ => error,
    })
}

#[cfg(test)]
mod tests;

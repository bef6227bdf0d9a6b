//! Okta's side of a sign-in: the authn API, the authorize endpoint, the end of a session.
//!
//! Facts (Okta's Authentication API and OpenID Connect references, session-cookie guide, error codes; recorded
//! answers of its own SDKs): authn takes the password as JSON and gives a `sessionToken` that any authorize URL of
//! the org takes once, whether that then succeeds or not. With a live session cookie in the request the token is
//! ignored, so it travels alone. `prompt=none` turns every page into a redirect with an error. Okta answers an error
//! that concerns the client itself with 400, everything else with a redirect back, `error` and `error_description`.

use serde::Deserialize;
use url::Url;

use super::Stop;
use super::balancer::{Challenge, parameter};
use crate::app::{App, Client, Org, shown};
use crate::cookie::Jar;
use crate::error::{Error, Kind, Result, foreign};
use crate::http::{Request, Response};
use crate::secret::Secret;

/// The name of the device token, Okta's identity of this device.
pub(crate) const DEVICE: &str = "DT";

/// The first step: the password, with nothing but the device token. It is sent once and never again by itself.
pub(crate) fn authn(org: &Org, password: &Secret, jar: &Jar) -> Request {
    let text = |text: &str| serde_json::to_string(text).expect("text is JSON");
    let password = Secret::new(text(password.expose()));
    // Neither a warning that the password will expire nor an offer of optional factors may get in the way.
    let options = r#"{"multiOptionalFactorEnroll":false,"warnBeforePasswordExpired":false}"#;
    let body = Secret::concat(&[
        r#"{"username":"#,
        &text(&org.account),
        r#","password":"#,
        password.expose(),
        r#","options":"#,
        options,
        "}",
    ]);
    Request::post(org.site.at("/api/v1/authn"), jar.header(), body)
}

/// What is read of an authn transaction. Every other member is optional to us.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    status: String,
    session_token: Option<String>,
    #[serde(rename = "_embedded", default)]
    embedded: Embedded,
}

#[derive(Deserialize, Default)]
struct Embedded {
    #[serde(default)]
    factors: Vec<OfferedFactor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfferedFactor {
    #[serde(default)]
    factor_type: String,
    #[serde(default)]
    provider: String,
}

/// Okta's error body (its error-codes reference).
#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    #[serde(rename = "errorCode")]
    code: String,
    #[serde(rename = "errorSummary")]
    summary: String,
    /// What an admin finds the refusal by.
    #[serde(rename = "errorId")]
    id: String,
    #[serde(rename = "errorCauses")]
    causes: Vec<RefusalCause>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RefusalCause {
    #[serde(rename = "errorSummary")]
    summary: String,
}

/// Judges the answer to [`authn`]: the session token, or why there is none.
pub(crate) fn judge_authn(org: &Org, response: &Response) -> Result<Secret, Stop> {
    if response.status != 200 {
        return Err(judge_refusal(org, response));
    }
    let transaction: Transaction = serde_json::from_slice(&response.body).map_err(|_| {
        Error::network(format!(
            "{} answers the sign-in with something that is not Okta's JSON",
            response.host()
        ))
    })?;
    match (transaction.status.as_str(), transaction.session_token) {
        ("SUCCESS", Some(token)) if !token.is_empty() => Ok(Secret::new(token)),
        (status, _) => Err(judge_status(org, status, &transaction.embedded.factors).into()),
    }
}

/// A status without a session token: what it asks of a person.
fn judge_status(org: &Org, status: &str, factors: &[OfferedFactor]) -> Error {
    let (host, account) = (org.site.authority(), &org.account);
    let browser = |what: &str| {
        Error::person(format!("Okta {what} ({})", foreign(status))).hint(format!(
            "sign in as {account} at {} in a browser",
            org.site.url()
        ))
    };
    match status {
        "SUCCESS" => browser("wants to go on in a browser after the password"),
        "MFA_REQUIRED" | "MFA_CHALLENGE" | "FACTOR_REQUIRED" | "FACTOR_CHALLENGE" => {
            Error::person(format!("Okta asks {account} for a second factor ({})", foreign(status)))
                .caused_by(format!("this version answers none; on offer are {}", offered(factors)))
                .hint(format!("ask the admins of {host} for a sign-on policy that does not ask this account for one here"))
        }
        "MFA_ENROLL" | "MFA_ENROLL_ACTIVATE" | "FACTOR_ENROLL" | "FACTOR_ENROLL_ACTIVATE" => {
            browser("wants a second factor to be enrolled")
        }
        "PASSWORD_EXPIRED" => browser("says that the password has expired"),
        "PASSWORD_RESET" => browser("wants the password to be reset"),
        "PASSWORD_WARN" => browser("warns that the password expires soon"),
        "LOCKED_OUT" => Error::refused(format!("Okta says that {account} is locked out ({status})"))
            .hint(format!("unlock the account at {} or ask its admins", org.site.url())),
        "RECOVERY" | "RECOVERY_CHALLENGE" | "UNAUTHENTICATED" | "POLL" | "CONSENT_REQUIRED"
        | "ADMIN_CONSENT_REQUIRED" | "PROFILE_REQUIRED" | "DEVICE_ACTIVATE" => browser("wants something that only a browser can do"),
        word => Error::network(format!("{host} answers the sign-in with an unknown status: {}", foreign(word))),
    }
}

/// The factors as a list of words.
fn offered(factors: &[OfferedFactor]) -> String {
    let names = factors
        .iter()
        .map(|factor| foreign(&format!("{} ({})", factor.factor_type, factor.provider)));
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        "none that it names".into()
    } else {
        names.join(", ")
    }
}

/// An error status. 401 says one word for a wrong user or password, a hidden lock-out, a deactivated user and a
/// policy's no, so the message does not claim to know.
fn judge_refusal(org: &Org, response: &Response) -> Stop {
    let host = org.site.authority();
    let Ok(refusal) = serde_json::from_slice::<Refusal>(&response.body) else {
        return unreadable(response).into();
    };
    let code = foreign(&refusal.code);
    match (response.status, code.as_str()) {
        // E0000207 is how the Identity Engine says the same.
        (401, "E0000004" | "E0000207") => {
            let error = Error::refused(format!(
                "Okta refused the password of {}: {}",
                org.account,
                words(&refusal)
            ));
            let error = error
                .caused_by(format!("{host} says the same for a wrong password, a locked or deactivated account and a policy{}", id(&refusal)))
                .hint(format!("check the password of org {}, and whether {} can sign in at {}", org.name, org.account, org.site.url()));
            Stop {
                error,
                password: true,
            }
        }
        (429, _) => Error::network(format!(
            "{host} limits the rate of sign-ins: {}",
            words(&refusal)
        ))
        .hint("try again in a minute")
        .into(),
        (status @ (400 | 401 | 403 | 404 | 405 | 406 | 409 | 423), _) => {
            let error = Error::refused(format!(
                "Okta refused the sign-in ({status}): {}",
                words(&refusal)
            ));
            with_id(error, &refusal).into()
        }
        (status, _) => {
            let error = Error::network(format!(
                "{host} answers the sign-in with {status}: {}",
                words(&refusal)
            ));
            with_id(error, &refusal).into()
        }
    }
}

/// Okta's own words: its summary, its code, its causes.
fn words(refusal: &Refusal) -> String {
    let mut words = format!("{} ({})", foreign(&refusal.summary), foreign(&refusal.code));
    for cause in refusal
        .causes
        .iter()
        .filter(|cause| !cause.summary.is_empty())
        .take(3)
    {
        words.push_str("; ");
        words.push_str(&foreign(&cause.summary));
    }
    words
}

/// The id that an admin finds the refusal by.
fn id(refusal: &Refusal) -> String {
    if refusal.id.is_empty() {
        String::new()
    } else {
        format!(" (error id {})", foreign(&refusal.id))
    }
}

fn with_id(error: Error, refusal: &Refusal) -> Error {
    if refusal.id.is_empty() {
        error
    } else {
        error.caused_by(format!("error id {}", foreign(&refusal.id)))
    }
}

/// An answer of Okta's, or of something in between, that is not its JSON.
fn unreadable(response: &Response) -> Error {
    let error = Error::network(format!(
        "{} answers {} without Okta's JSON",
        response.host(),
        response.status
    ));
    match response.location() {
        Some(location) => error.caused_by(format!("it sends to {}", shown(&location))),
        None => error,
    }
}

/// The ALB's authorize URL, to be answered without a page: every byte as it was, but for `prompt=none` in place of
/// any other, and the session token where there is one.
pub(crate) fn authorize(challenge: &Challenge, token: Option<&Secret>, jar: &Jar) -> Request {
    Request::get(silent(&challenge.authorize, token), jar.header())
}

fn silent(authorize: &Url, token: Option<&Secret>) -> Url {
    let parts = authorize.query().unwrap_or_default().split('&');
    let mut query: String = parts
        .filter(|part| !part.is_empty() && part.split('=').next() != Some("prompt"))
        .flat_map(|part| [part, "&"])
        .collect();
    query.push_str("prompt=none");
    if let Some(token) = token {
        query.push_str("&sessionToken=");
        query.extend(url::form_urlencoded::byte_serialize(
            token.expose().as_bytes(),
        ));
    }
    let mut url = authorize.clone();
    url.set_query(Some(&query));
    url.set_fragment(None);
    url
}

/// What Okta makes of an authorize request.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The callback, with a code for the ALB.
    Code(Url),
    /// No page was allowed and one would be needed; in Okta's words.
    SignInWanted(String),
}

/// Judges the answer to [`authorize`]. Okta's redirect is read here, before the ALB could see it, because the ALB
/// would hide Okta's reason behind a page of its own.
pub(crate) fn judge_authorize(
    app: &App,
    org: &Org,
    challenge: &Challenge,
    response: &Response,
) -> Result<Verdict> {
    let Some(location) = response.location() else {
        return judge_page(response).map(Verdict::SignInWanted);
    };
    if org.site.same_origin(&location) {
        // Classic engines send to their sign-in page.
        return Ok(Verdict::SignInWanted(format!(
            "it sends to its page {}",
            shown(&location)
        )));
    }
    if !challenge.is_callback(&location) {
        let error = Error::network(format!(
            "Okta sends to {}, which is not the callback of {}",
            shown(&location),
            app.site.authority()
        ));
        return Err(error);
    }
    if let Some(error) = parameter(&location, "error") {
        return judge_error(app, &error, &location).map(Verdict::SignInWanted);
    }
    if !challenge.has_state(&location)
        || parameter(&location, "code").is_none_or(|code| code.is_empty())
    {
        return Err(Error::network(format!(
            "Okta sends back to {} without a code or with another state",
            app.site.authority()
        )));
    }
    Ok(Verdict::Code(location))
}

/// An answer to authorize that is no redirect: a sign-in page, told in words, or an error.
fn judge_page(response: &Response) -> Result<String> {
    let refusal = serde_json::from_slice::<Refusal>(&response.body)
        .ok()
        .filter(|refusal| !refusal.code.is_empty());
    match (response.status, refusal) {
        // The Identity Engine shows its sign-in page in place.
        (200, None) => Ok("it shows a sign-in page".into()),
        (429, _) => Err(Error::network(format!(
            "{} limits the rate of authorize requests (429)",
            response.host()
        ))
        .hint("try again in a minute")),
        (400..=499, Some(refusal)) => Err(with_id(
            Error::refused(format!(
                "Okta refused the ALB's request ({}): {}",
                response.status,
                words(&refusal)
            )),
            &refusal,
        )),
        (400, None) => Err(Error::refused("Okta refused the ALB's request (400)")
            .caused_by(
                "it does so when the client id is unknown or the redirect URI is not registered",
            )
            .hint("let the admins compare the ALB's rule with the application's settings at Okta")),
        (401 | 403, None) => Err(Error::refused(format!(
            "{} refused the ALB's request ({})",
            response.host(),
            response.status
        ))),
        (status, _) => Err(Error::network(format!(
            "{} answers the ALB's request with {status}",
            response.host()
        ))),
    }
}

/// An error that Okta hands back to the callback (its OAuth error codes). Only the wish for a sign-in, told in
/// Okta's words, leaves a way to go on.
fn judge_error(app: &App, error: &str, location: &Url) -> Result<String> {
    let words = match foreign(&parameter(location, "error_description").unwrap_or_default()) {
        description if description.is_empty() => foreign(error),
        description => format!("{description} ({})", foreign(error)),
    };
    let of_kind = |kind: Kind| Error::new(kind, format!("Okta: {words}"));
    match error {
        "login_required" => Ok(words),
        "consent_required" => Err(of_kind(Kind::Person).hint(format!(
            "open {} once in a browser and give the consent",
            app.site.url()
        ))),
        "access_denied" => Err(of_kind(Kind::Refused).hint(format!(
            "ask whether this account is assigned to {}",
            app.name
        ))),
        "interaction_required"
        | "invalid_client"
        | "invalid_request"
        | "invalid_scope"
        | "unauthorized_client"
        | "unsupported_response_type"
        | "unsupported_response_mode"
        | "unmet_authentication_requirements"
        | "account_selection_required"
        | "invalid_grant" => Err(of_kind(Kind::Refused)),
        "temporarily_unavailable" | "server_error" => Err(of_kind(Kind::Network)),
        _ => Err(of_kind(Kind::Network).caused_by("this error is not known here")),
    }
}

/// Okta still wants a page after a fresh password: a policy of the app's that this way cannot meet.
pub(crate) fn unmet(app: &App, words: &str) -> Error {
    Error::refused(format!("Okta took the password but still wants more for {}: {words}", app.name))
        .caused_by("an application's own sign-on policy (another factor, a known device, a new sign-in every time) cannot be met without a browser")
        .hint(format!("ask the admins for a policy rule for {} that a password from here can meet", app.name))
}

/// The authorize request of the configured client (`client_id`), whose only use is the Okta session that it makes.
/// The code is thrown away, so the PKCE challenge, which public clients have to send, needs no verifier.
pub(crate) fn introduce(org: &Org, client: &Client, token: &Secret, jar: &Jar) -> Request {
    let mut url = org.site.at("/oauth2/v1/authorize");
    let noise = crate::secret::random_hex();
    let pkce = format!("{noise}{}", &crate::secret::random_hex()[..11]);
    url.query_pairs_mut()
        .append_pair("client_id", &client.id)
        .append_pair("redirect_uri", &client.redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("response_mode", "query")
        .append_pair("scope", "openid")
        .append_pair("state", &noise)
        .append_pair("nonce", &noise)
        .append_pair("code_challenge", &pkce)
        .append_pair("code_challenge_method", "S256");
    Request::get(silent(&url, Some(token)), jar.header())
}

/// Judges the answer to [`introduce`]: a redirect to the client's own URI without an error. Nothing follows it.
pub(crate) fn judge_introduction(app: &App, client: &Client, response: &Response) -> Result<()> {
    let Some(location) = response.location() else {
        return Err(unmet(app, &judge_page(response)?));
    };
    let expected = Url::parse(&client.redirect_uri).ok();
    if expected.is_none_or(|expected| {
        expected.origin() != location.origin() || expected.path() != location.path()
    }) {
        return Err(Error::network(format!(
            "Okta sends to {}, which is not the redirect_uri of client {}",
            shown(&location),
            client.id
        )));
    }
    match parameter(&location, "error") {
        None => Ok(()),
        Some(error) => Err(unmet(app, &judge_error(app, &error, &location)?)),
    }
}

/// The request that ends the Okta session of `jar` (Sessions API).
pub(crate) fn end_session(org: &Org, jar: &Jar) -> Request {
    Request::delete(org.site.at("/api/v1/sessions/me"), jar.header())
}

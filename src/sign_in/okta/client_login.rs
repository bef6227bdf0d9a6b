//! The authorize step of a client that the configuration names: it makes the Okta session with which the app's own
//! redirects then go through.

use url::{Position, Url};

use super::authorize::{judge_error, judge_page, silent};
use super::login_required::login_required_error;
use crate::app::{App, OktaClient, Org};
use crate::cookie::Jar;
use crate::error::{Error, Result, shown};
use crate::http::{Request, Response};
use crate::secret::{Secret, random_hex};
use crate::sign_in::callback_error::CallbackError;

/// Builds the authorize request of the configured client (`client_id`), which makes the Okta session. Its code is
/// thrown away, so the PKCE challenge, which public clients have to send, needs no verifier.
pub(crate) fn client_login(org: &Org, client: &OktaClient, token: &Secret, jar: &Jar) -> Request {
    let mut url = org.site.at("/oauth2/v1/authorize");
    let noise = random_hex();
    let pkce = format!("{noise}{}", &random_hex()[..11]);
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

/// Judges the answer to [`client_login`]: a redirect to the client's own URI without an error. The redirect is not
/// followed.
pub(crate) fn judge_client_login(
    app: &App,
    org: &Org,
    client: &OktaClient,
    jar: &Jar,
    response: &Response,
) -> Result<()> {
    let Some(location) = response.location() else {
        return Err(login_required_error(
            app,
            jar,
            &judge_page(org, &format!("client {}", client.id), response)?,
        ));
    };
    let expected = Url::parse(&client.redirect_uri).ok();
    // Not by origin: a scheme of the client's own (`com.corp:/callback`) has none that equals another.
    if expected
        .is_none_or(|expected| expected[..Position::AfterPath] != location[..Position::AfterPath])
    {
        return Err(Error::network(format!(
            "Okta sends to {}, which is not the redirect_uri of client {}",
            shown(&location),
            client.id
        )));
    }
    match CallbackError::of(&location) {
        None => Ok(()),
        Some(error) => Err(login_required_error(app, jar, &judge_error(app, &error)?)),
    }
}

#[cfg(test)]
mod tests;

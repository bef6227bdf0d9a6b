//! Reads an authorize request, and says whether it is one at all.

use crate::audit::Event;
use crate::org::Exchange;
use crate::org::error::okta_error;
use crate::org::page;
use crate::query::Query;
use crate::setup::Client;
use crate::wire::Response;

/// The wishes of a request, once it is known where an answer may be sent.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) query: Query,
    pub(crate) client: Client,
    pub(crate) redirect_uri: String,
}

/// An error that is sent back to the client.
pub(crate) struct Refusal {
    pub(crate) error: &'static str,
    pub(crate) description: String,
}

/// The end of a request.
pub(crate) enum Outcome {
    Code { user: String },
    Refused(Refusal),
    Page,
}

pub(crate) fn refused(error: &'static str, description: &str) -> Outcome {
    Outcome::Refused(Refusal {
        error,
        description: description.to_owned(),
    })
}

/// Without a known client and its registered redirect URI there is nowhere to send an error: a page with status 400.
/// Redirect URIs are compared as strings.
pub(crate) fn identify(exchange: &Exchange<'_>, query: Query) -> Result<Asked, Response> {
    let id = query.get("client_id").unwrap_or_default();
    let Some(known) = exchange.world.org.client(&id) else {
        return Err(unknown(exchange, "client_id"));
    };
    let redirect_uri = query.get("redirect_uri").unwrap_or_default();
    if !known.client.redirect_uris.contains(&redirect_uri) {
        return Err(unknown(exchange, "redirect_uri"));
    }
    let client = known.client.clone();
    Ok(Asked {
        query,
        client,
        redirect_uri,
    })
}

fn unknown(exchange: &Exchange<'_>, parameter: &str) -> Response {
    exchange.record(Event::AuthorizeRefused {
        client: "unknown".to_owned(),
        error: format!("bad {parameter}"),
    });
    let json = crate::demand::accepts_json(exchange.request);
    if exchange.world.setup.variants.authorize_speaks_json && json {
        let text = format!("Invalid value for '{parameter}' parameter.");
        return okta_error(400, "invalid_client", &text);
    }
    page::bad_request(match parameter {
        "redirect_uri" => {
            "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings."
        }
        _ => "Invalid value for 'client_id' parameter.",
    })
}

/// Returns what is wrong with a request before anybody asks who makes it.
pub(crate) fn malformed(query: &Query) -> Option<Outcome> {
    let invalid = |text: &str| Some(refused("invalid_request", text));
    if query.repeated().is_some() {
        return invalid("OAuth parameters were included more than once.");
    }
    if query.get("state").unwrap_or_default().is_empty() {
        return invalid("The authentication request has an invalid 'state' parameter.");
    }
    if query.get("response_type").as_deref() != Some("code") {
        return Some(refused(
            "unsupported_response_type",
            "The response type is not supported by the authorization server.",
        ));
    }
    let scope = query.get("scope").unwrap_or_default();
    if scope.is_empty() {
        return invalid("The authentication request has an invalid 'scope' parameter.");
    }
    let known = [
        "openid",
        "email",
        "profile",
        "groups",
        "address",
        "phone",
        "offline_access",
    ];
    if scope.split(' ').any(|scope| !known.contains(&scope)) {
        return Some(refused(
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ));
    }
    let prompt = query.get("prompt").unwrap_or_default();
    let prompts: Vec<&str> = prompt.split(' ').filter(|word| !word.is_empty()).collect();
    let known = ["none", "login", "consent", "enroll_authenticator"];
    let alone = !prompts.contains(&"none") || prompts.len() == 1;
    if !alone || prompts.iter().any(|word| !known.contains(word)) {
        return invalid("The 'prompt' parameter is invalid.");
    }
    if prompts == ["none"] && query.get("max_age").as_deref() == Some("0") {
        return invalid("The 'max_age' parameter cannot be 0 when 'prompt' is 'none'.");
    }
    None
}

//! The identity provider that an app's ALB names, as `add` needs it. Pure.

use url::Url;

use crate::error::{Result, shown};
use crate::provider_name::provider_name;
use crate::settings::validate;
use crate::sign_in::alb::{AuthorizationRequest, Parameters};
use crate::site::Site;

/// An ALB's request for a sign-in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SignInRequest {
    /// The origin of the authorize URL.
    pub(super) provider: Site,
    /// The provider's name, where its host or path tells it.
    pub(super) name: Option<&'static str>,
    /// Whether the authorize URL is one of Okta's.
    pub(super) is_okta: bool,
    pub(super) client_id: String,
    pub(super) callback: Url,
}

/// Reads the `request` of an app's ALB.
pub(super) fn sign_in_request(request: &AuthorizationRequest) -> Result<SignInRequest> {
    let there = shown(&request.url);
    let Parameters {
        client_id,
        callback,
        is_okta,
        ..
    } = request.parameters.clone();
    let origin = request.url.origin().ascii_serialization();
    let provider = match is_okta {
        true => validate::org_site(&origin),
        false => validate::provider_site(&origin),
    };
    let provider = provider
        .map_err(|error| error.while_doing(&format!("the ALB signs people in at {there}")))?;
    Ok(SignInRequest {
        provider,
        name: provider_name(&request.url),
        is_okta,
        client_id,
        callback,
    })
}

#[cfg(test)]
mod tests;

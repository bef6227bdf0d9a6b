//! The identity provider that an app's ALB names, as `add` needs it. Pure.

use url::Url;

use crate::error::{Error, Result, shown};
use crate::settings::validate;
use crate::sign_in::alb::{AuthorizationRequest, Parameters};
use crate::site::Site;

/// An ALB's request for a sign-in at Okta.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OktaRequest {
    /// The origin of the authorize URL.
    pub(super) org: Site,
    pub(super) client_id: String,
    pub(super) callback: Url,
}

/// Reads the request of the ALB of the app at `site`.
pub(super) fn okta_request(site: &Site, request: &AuthorizationRequest) -> Result<OktaRequest> {
    let there = shown(&request.url);
    let Parameters {
        client_id,
        callback,
        is_okta,
        ..
    } = request.parameters.clone();
    if !is_okta {
        return Err(Error::usage(format!(
            "the ALB of {} signs people in at {there}, in a way that is not Okta's",
            site.authority()
        ))
        .hint("this program signs in at Okta alone"));
    }
    let origin = request.url.origin().ascii_serialization();
    let org = validate::org_site(&origin)
        .map_err(|error| error.while_doing(&format!("the ALB signs people in at {there}")))?;
    Ok(OktaRequest {
        org,
        client_id,
        callback,
    })
}

#[cfg(test)]
mod tests;

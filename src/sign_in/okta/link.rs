//! The links of Okta's answers: only those to the org itself are followed.

use serde_json::Value;
use url::Url;

use crate::site::Site;

/// Returns the address that a link names, if it is one of the org's. Nothing of a sign-in is sent to another host.
pub(super) fn own_url(org: &Site, href: &Value) -> Option<Url> {
    let url = org.at("/").join(href.as_str()?).ok()?;
    // A user name in front of the host would go out as one to sign in with; the origin of a `blob:` is that inside it.
    let is_plain = url.has_host() && url.username().is_empty() && url.password().is_none();
    (is_plain && org.same_origin(&url)).then_some(url)
}

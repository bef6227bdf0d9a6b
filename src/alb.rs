//! What an ALB says to whoever asks, before anything about the app is known: its demand to sign in, and its own pages.
//!
//! Facts (AWS, "Authenticate users using an Application Load Balancer"; captures of 2026): the demand is a redirect to
//! the IdP's authorize URL with `client_id`, `redirect_uri`, `response_type=code`, `scope` and `state`. The
//! `redirect_uri` is a path of the app's own host that cannot be configured. Pages that the ALB itself makes say
//! `Server: awselb/2.0`.

use url::Url;

use crate::http::Response;
use crate::site::Site;

/// The path that every ALB serves the callback at.
pub(crate) const CALLBACK: &str = "/oauth2/idpresponse";

/// The parts of an authorize URL that an ALB made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Authorize {
    pub(crate) client_id: String,
    /// At the app's own origin.
    pub(crate) callback: Url,
    /// Decoded.
    pub(crate) state: String,
    /// Whether it has the path of Okta's, at the org's own authorization server or at a custom one.
    pub(crate) is_okta: bool,
}

impl Authorize {
    /// Reads `url`, if it is one that an ALB in front of `site` makes, for whatever IdP.
    pub(crate) fn read(site: &Site, url: &Url) -> Option<Self> {
        let callback = Url::parse(&parameter(url, "redirect_uri")?).ok()?;
        let is_ours = site.same_origin(&callback) && callback.path() == CALLBACK;
        let is_code = parameter(url, "response_type").as_deref() == Some("code");
        let path = url.path();
        (is_ours && is_code).then_some(Self {
            client_id: parameter(url, "client_id")?,
            callback,
            state: parameter(url, "state")?,
            is_okta: path.starts_with("/oauth2/") && path.ends_with("/v1/authorize"),
        })
    }
}

/// The decoded value of a query parameter.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Whether the ALB made this page, and not the application behind it.
pub(crate) fn is_balancer(response: &Response) -> bool {
    response
        .header("server")
        .is_some_and(|server| server.starts_with("awselb/"))
}

#[cfg(test)]
mod tests {
    mod random;

    use super::Authorize;
    use crate::site::Site;
    use url::Url;

    fn read(url: &str) -> Option<Authorize> {
        let site = Site::parse("https://wiki.corp.example/graf").expect("a site");
        Authorize::read(&site, &Url::parse(url).expect("a URL"))
    }

    const QUERY: &str = "client_id=0oa1&redirect_uri=https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse\
        &response_type=code&scope=openid&state=a%2Bb";

    #[test]
    fn an_authorize_url_is_read_whoever_the_idp_is() {
        for (path, is_okta) in [
            ("https://corp.okta.com/oauth2/v1/authorize", true),
            ("https://login.corp.example/oauth2/aus1/v1/authorize", true),
            (
                "https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize",
                false,
            ),
            (
                "https://id.corp.example/realms/x/protocol/openid-connect/auth",
                false,
            ),
        ] {
            let authorize = read(&format!("{path}?{QUERY}")).expect(path);
            assert_eq!(
                (authorize.is_okta, authorize.state.as_str()),
                (is_okta, "a+b"),
                "{path}"
            );
            assert_eq!(authorize.client_id, "0oa1");
        }
    }

    #[test]
    fn what_no_alb_in_front_of_the_app_makes_is_none() {
        for (from, to) in [
            ("wiki.corp.example", "evil.example"),
            ("idpresponse", "idpresponse2"),
            ("client_id", "client"),
            ("state=", "s="),
            ("=code", "=token"),
            ("https%3A", "%3A"),
        ] {
            let url = format!(
                "https://corp.okta.com/oauth2/v1/authorize?{}",
                QUERY.replace(from, to)
            );
            assert_eq!(read(&url), None, "{to}");
        }
    }
}

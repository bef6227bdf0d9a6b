//! The ALB's authorization request: the redirect to the identity provider, and the callback that it requires.
//!
//! Facts (AWS, "Authenticate users using an Application Load Balancer"; captures of 2026): a request without a session
//! is answered `302` to the identity provider's authorize URL with `client_id`, `redirect_uri`, `response_type=code`,
//! `scope` and `state`, and sets the cookie `AWSALBAuthNonce`, without which the callback is refused (401). The
//! `redirect_uri` is a fixed path of the app's own host. The ALB takes the callback within 15 minutes.

use time::Duration;
use url::Url;

use crate::clock::Moment;
use crate::cookie::Jar;
use crate::http::host;
use crate::site::{CALLBACK, Site};

/// The ALB refuses a callback later than 15 minutes after its request; some of that is left for the way there.
const USABLE: Duration = Duration::minutes(14);

/// The ALB's request for a sign-in, with the cookies of the attempt that got it.
#[derive(Clone)]
pub(crate) struct AuthorizationRequest {
    /// The authorize URL, byte for byte as the ALB made it.
    pub(crate) url: Url,
    pub(crate) parameters: Parameters,
    /// The cookies of this attempt at the app's origin, the nonce among them. Private to the attempt: a second one that
    /// shared the jar would overwrite the nonce, and one of the two would end in a 401.
    pub(crate) jar: Jar,
    /// The protected page that was asked.
    pub(crate) page: Url,
    pub(crate) asked_at: Moment,
}

impl AuthorizationRequest {
    /// Returns whether the ALB still takes a callback for it.
    pub(crate) fn is_usable(&self, now: Moment) -> bool {
        now - self.asked_at < USABLE
    }

    /// Returns whether `other` is this request. The ALB makes another state for each.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.parameters.state == other.parameters.state && self.asked_at == other.asked_at
    }

    /// Returns whether `url` is the callback that the ALB named, whatever its query.
    pub(crate) fn is_callback(&self, url: &Url) -> bool {
        let callback = &self.parameters.callback;
        callback.origin() == url.origin() && callback.path() == url.path()
    }

    /// Returns whether the callback `url` brings back the state that the ALB gave.
    pub(crate) fn has_state(&self, url: &Url) -> bool {
        parameter(url, "state").as_deref() == Some(&self.parameters.state)
    }
}

/// The parameters of an authorize URL that an ALB made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub(crate) client_id: String,
    /// At the app's own origin.
    pub(crate) callback: Url,
    /// Decoded.
    pub(crate) state: String,
    /// Whether the path is Okta's, at the org's own authorization server or at a custom one.
    pub(crate) is_okta: bool,
}

impl Parameters {
    /// Reads `url`; `None` unless an ALB in front of `site` makes such a URL, for any identity provider.
    pub(crate) fn read(site: &Site, url: &Url) -> Option<Self> {
        Self::read_any(url).filter(|read| site.same_origin(&read.callback))
    }

    /// Reads `url`; `None` unless an ALB in front of any site makes such a URL.
    fn read_any(url: &Url) -> Option<Self> {
        if strange_parameter(url).is_some() {
            return None;
        }
        let callback = Url::parse(&parameter(url, "redirect_uri")?).ok()?;
        let is_code = parameter(url, "response_type").as_deref() == Some("code");
        (callback.path() == CALLBACK && is_code).then_some(Self {
            client_id: parameter(url, "client_id")?,
            callback,
            state: parameter(url, "state")?,
            is_okta: is_okta(url.path()),
        })
    }
}

/// Returns the callback in an authorize URL that an ALB makes which takes itself for another host than that of `site`.
pub(super) fn foreign_callback(site: &Site, url: &Url) -> Option<Url> {
    let callback = Parameters::read_any(url)?.callback;
    (is_host(&callback) && host(&callback) != site.authority()).then_some(callback)
}

/// Returns whether the host of `url` could exist: a name has at most 253 letters (RFC 1035, 2.3.4).
pub(super) fn is_host(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.len() <= 253)
}

/// Returns whether `path` is the authorize endpoint of one of Okta's authorization servers. A path parameter could name a
/// session (`;jsessionid=`).
fn is_okta(path: &str) -> bool {
    path.starts_with("/oauth2/") && path.ends_with("/v1/authorize") && !path.contains(';')
}

/// Parameters that bring a session of somebody else, or stand for a whole other request.
const NEVER_OF_AN_ALB: [&str; 3] = ["sessionToken", "request", "request_uri"];

/// Returns the name, as it is written, of a query parameter that no ALB makes: a name that is encoded or there twice could
/// be read differently here and at the identity provider.
pub(super) fn strange_parameter(url: &Url) -> Option<&str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let mut seen = Vec::new();
    let parts = url.query().unwrap_or_default().split('&');
    let parts = parts.filter(|part| !part.is_empty());
    let mut names = parts.filter_map(|part| part.split('=').next());
    names.find(|name| {
        let is_known = NEVER_OF_AN_ALB
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
        let is_strange = is_known || !name.chars().all(is_plain) || seen.contains(name);
        seen.push(*name);
        is_strange
    })
}

/// Returns an authorize URL that shows no page: every byte as it was, but for `prompt=none` in place of any other prompt
/// (OpenID Connect Core, 3.1.2.1).
pub(crate) fn without_page(authorize: &Url) -> Url {
    let parts = authorize.query().unwrap_or_default().split('&');
    let mut query: String = parts
        .filter(|part| !part.is_empty() && part.split('=').next() != Some("prompt"))
        .flat_map(|part| [part, "&"])
        .collect();
    query.push_str("prompt=none");
    let mut url = authorize.clone();
    url.set_query(Some(&query));
    url.set_fragment(None);
    url
}

/// Returns the decoded value of a query parameter.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::Parameters;
    use crate::site::Site;
    use url::Url;

    fn read(url: &str) -> Option<Parameters> {
        let site = Site::parse("https://wiki.corp.example/graf").expect("a site");
        Parameters::read(&site, &Url::parse(url).expect("a URL"))
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
    fn a_parameter_that_no_alb_makes_is_refused_in_any_encoding() {
        let okta = "https://corp.okta.com/oauth2/v1/authorize";
        for strange in [
            "sessionToken=20111x",
            "session%54oken=20111x",
            "%73essionToken=20111x",
            "SESSIONTOKEN=20111x",
            "sessionToken",
            "prompt=none&prompt=login",
            "prompt=none&%70rompt=login",
            "prompt=none&prompt",
            "+prompt=login",
            "state=another",
            "redirect_uri=https%3A%2F%2Fevil.example",
            "request=ey.ey.x",
            "request_uri=https%3A%2F%2Fevil.example",
        ] {
            assert_eq!(
                read(&format!("{okta}?{QUERY}&{strange}")),
                None,
                "{strange}"
            );
            assert_eq!(
                read(&format!("{okta}?{strange}&{QUERY}")),
                None,
                "{strange}"
            );
        }
        // An administrator may have an ALB add parameters.
        let added = read(&format!(
            "{okta}?{QUERY}&prompt=login&login_hint=a%26b&acr_values="
        ));
        assert!(added.expect("an ALB's").is_okta);
    }

    #[test]
    fn a_session_in_the_path_is_none_of_okta() {
        let path = "https://corp.okta.com/oauth2/x;jsessionid=1/v1/authorize";
        let request = read(&format!("{path}?{QUERY}")).expect("a request");
        assert!(!request.is_okta);
    }

    #[test]
    fn a_url_that_no_alb_of_the_app_makes_is_none() {
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

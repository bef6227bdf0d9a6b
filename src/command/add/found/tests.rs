//! The identity provider that an app's ALB names. The pages on the way to it: `sign_in::alb`.

use super::{SignInRequest, sign_in_request};
use crate::error::Result;
use crate::http::fixture::{answer, is_fit, words};
use crate::sign_in::alb::Entrance;
use crate::sign_in::fixture::opened;
use crate::site::Site;

const QUERY: &str = "client_id=0oa1&redirect_uri=https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse\
    &response_type=code&scope=openid&state=a%2Bb";

/// The request of an ALB that sends to `place`.
fn request(place: &str) -> Result<SignInRequest> {
    let site = Site::parse("https://wiki.corp.example").expect("a site");
    let entrance = Entrance::of_site(&site, site.at("/x"), "name a path".into());
    let location = format!("{place}?{QUERY}");
    let page = "https://wiki.corp.example/x?y";
    let reply = answer(page, 302, &[("location", &location)], "");
    sign_in_request(&opened(entrance, reply)?)
}

#[track_caller]
fn refusal(place: &str) -> String {
    let error = request(place).expect_err("it is no request");
    assert!(is_fit(&error), "{error:?}");
    assert_eq!(error.kind.exit_code(), 2);
    words(&error)
}

#[test]
fn a_request_names_the_org_whatever_its_host() {
    for (place, org) in [
        ("https://corp.okta.com", "https://corp.okta.com"),
        (
            "https://login.corp.example:8443",
            "https://login.corp.example:8443",
        ),
        ("https://xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com"),
        // The host that requests go to is shown; the text before it is no host.
        ("https://оkta.example", "https://xn--kta-red.example"),
        ("https://corp.okta.com@evil.example", "https://evil.example"),
    ] {
        let request = request(&format!("{place}/oauth2/v1/authorize")).expect(place);
        assert!(request.is_okta);
        assert_eq!(request.provider.url(), org);
        assert_eq!(request.client_id, "0oa1");
        assert_eq!(
            request.callback.as_str(),
            "https://wiki.corp.example/oauth2/idpresponse"
        );
    }
}

#[test]
fn another_provider_is_named_where_that_can_be_told() {
    for (place, name) in [
        (
            "https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize",
            Some("Cognito"),
        ),
        ("https://id.corp.example/authorize", None),
    ] {
        let request = request(place).expect(place);
        assert!(!request.is_okta);
        assert_eq!(request.name, name);
        assert!(place.starts_with(&request.provider.url()));
    }
}

#[test]
fn a_provider_without_https_is_refused() {
    for place in [
        "http://corp.okta.com/oauth2/v1/authorize",
        "http://id.corp.example/authorize",
    ] {
        let words = refusal(place);
        assert!(words.contains("it has to be https"), "{words}");
    }
}

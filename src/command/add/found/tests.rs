//! The org that an app's ALB names. The pages on the way to it: `sign_in::alb`.

use super::{OktaRequest, okta_request};
use crate::error::Result;
use crate::http::fixture::{answer, is_fit, words};
use crate::sign_in::alb::Entrance;
use crate::sign_in::fixture::opened;
use crate::site::Site;

const QUERY: &str = "client_id=0oa1&redirect_uri=https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse\
    &response_type=code&scope=openid&state=a%2Bb";

/// The request of an ALB that sends to `place`.
fn request(place: &str) -> Result<OktaRequest> {
    let site = Site::parse("https://wiki.corp.example").expect("a site");
    let entrance = Entrance::of_site(&site, site.at("/x"), "name a path".into());
    let location = format!("{place}?{QUERY}");
    let page = "https://wiki.corp.example/x?y";
    let reply = answer(page, 302, &[("location", &location)], "");
    okta_request(&site, &opened(entrance, reply)?)
}

#[track_caller]
fn refusal(place: &str) -> String {
    let error = request(place).expect_err("it is no request to Okta");
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
        // A host is shown as it is spoken to, and what is in front of it is nobody's host.
        ("https://оkta.example", "https://xn--kta-red.example"),
        ("https://corp.okta.com@evil.example", "https://evil.example"),
    ] {
        let request = request(&format!("{place}/oauth2/v1/authorize")).expect(place);
        assert_eq!(request.org.url(), org);
        assert_eq!(request.client_id, "0oa1");
        assert_eq!(
            request.callback.as_str(),
            "https://wiki.corp.example/oauth2/idpresponse"
        );
    }
}

#[test]
fn an_idp_that_is_not_okta_is_named() {
    let words = refusal("https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize");
    assert!(words.contains(
        "https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize, in a way that is not Okta's"
    ));
}

#[test]
fn an_org_without_https_is_refused() {
    let words = refusal("http://corp.okta.com/oauth2/v1/authorize");
    assert!(words.contains("it has to be https"), "{words}");
}

//! The verdicts on the ALB's answers.

use super::{Finding, judge_request, other_provider, protection};
use crate::error::Result;
use crate::http::fixture::{answer, is_fit, words};
use crate::output::fixture::app;
use crate::sign_in::alb::{AuthorizationRequest, Entrance};
use crate::sign_in::fixture::opened;
use url::Url;

const QUERY: &str = "client_id=0oa1&redirect_uri=https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse\
    &response_type=code&scope=openid%20email&state=a%2Bb";

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

/// Returns the request of an ALB that redirects to `location`.
fn request(location: &str) -> Result<AuthorizationRequest> {
    let app = app("https://wiki.corp.example");
    let page = "https://wiki.corp.example/";
    let reply = answer(page, 302, &[("location", location)], "");
    opened(Entrance::to_anywhere(&app), reply)
}

#[test]
fn another_org_and_another_idp_are_told_apart() {
    let app = app("https://wiki.corp.example");
    let org = app.org().expect("an org");
    let told = |place: &str| {
        let request = request(&format!("{place}?{QUERY}")).expect(place);
        let error = other_provider(&app, org, &request)?;
        assert!(is_fit(&error) && error.kind.exit_code() == 2);
        Some(words(&error))
    };
    assert_eq!(told("https://corp.okta.com/oauth2/v1/authorize"), None);
    let other = told("https://corp.oktapreview.com/oauth2/v1/authorize").expect("another org");
    assert!(
        other.contains("at https://corp.oktapreview.com, and org corp is https://corp.okta.com"),
        "{other}"
    );
    assert!(other.contains("set url = \"https://corp.oktapreview.com\" in [org.corp]"));
    for other in [
        "https://x.amazoncognito.com/oauth2/authorize",
        "http://corp.oktapreview.com/oauth2/v1/authorize",
    ] {
        let told = told(other).expect("another IdP");
        assert!(told.contains("not Okta's"), "{told}");
        assert!(!told.contains("set url"), "{told}");
    }
}

#[test]
fn a_page_elsewhere_is_no_request_and_not_taken_for_another_org() {
    let error = request("https://evil.example/").err().expect("no request");
    assert!(is_fit(&error) && error.kind.exit_code() == 2);
    let said = "https://wiki.corp.example/ sends to https://evil.example/, but not as an ALB does";
    assert!(error.message.starts_with(said), "{}", error.message);
}

#[test]
fn a_request_is_shown_without_its_state() {
    let page = url("https://wiki.corp.example/x?y");
    let judged = |query: &str| {
        let authorize = url(&format!(
            "https://corp.okta.com/oauth2/v1/authorize?{query}"
        ));
        judge_request("https://corp.okta.com", &page, &authorize)
    };
    assert_eq!(
        judged(QUERY),
        Finding::Fine(
            "protects https://wiki.corp.example/x and signs people in at https://corp.okta.com: client 0oa1, \
             callback https://wiki.corp.example/oauth2/idpresponse, scope openid email"
                .into()
        )
    );
    let without = judged(&QUERY.replace("openid%20", ""));
    assert!(matches!(without, Finding::Doubtful(error) if is_fit(&error)));
}

#[test]
fn an_app_without_a_sign_in_may_be_protected_or_not() {
    let app = app("https://wiki.corp.example");
    let page = "https://wiki.corp.example/";
    let request = format!("https://id.corp.example/auth?{QUERY}");
    let said = |status, to: &str| protection(&app, &answer(page, status, &[("location", to)], ""));
    assert_eq!(
        said(302, &request),
        "protects https://wiki.corp.example/ and signs people in at https://id.corp.example"
    );
    assert_eq!(said(302, "/x"), "https://wiki.corp.example/ answers 302");
}

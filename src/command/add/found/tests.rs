//! The answers of apps, and what they show.

use super::{Page, judge_page};
use crate::error::Result;
use crate::http::fixture::{answer, is_fit, words};
use crate::site::Site;

const QUERY: &str = "client_id=0oa1&redirect_uri=https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse\
    &response_type=code&scope=openid&state=a%2Bb";

fn page(status: u16, headers: &[(&str, &str)]) -> Result<Page> {
    let site = Site::parse("https://wiki.corp.example").expect("a site");
    judge_page(
        &site,
        &answer("https://wiki.corp.example/x?y", status, headers, ""),
    )
}

#[track_caller]
fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (u8, String) {
    let error = result.expect_err("it is no demand");
    assert!(is_fit(&error), "{error:?}");
    (error.kind.exit_code(), words(&error))
}

#[test]
fn a_demand_names_the_org_whatever_its_host() {
    for org in [
        "https://corp.okta.com",
        "https://login.corp.example:8443",
        "https://xn--80ak6aa92e.com",
    ] {
        let location = format!("{org}/oauth2/v1/authorize?{QUERY}");
        let Ok(Page::Demand(demand)) = page(302, &[("location", &location)]) else {
            panic!("{org} is an org");
        };
        assert_eq!(
            (demand.org.url().as_str(), demand.client_id.as_str()),
            (org, "0oa1")
        );
        assert_eq!(
            demand.callback.as_str(),
            "https://wiki.corp.example/oauth2/idpresponse"
        );
    }
    // A host is shown as it is spoken to, and what is in front of it is nobody's host.
    for (location, org) in [
        (
            format!("https://оkta.example/oauth2/v1/authorize?{QUERY}"),
            "https://xn--kta-red.example",
        ),
        (
            format!("https://corp.okta.com@evil.example/oauth2/v1/authorize?{QUERY}"),
            "https://evil.example",
        ),
    ] {
        let Ok(Page::Demand(demand)) = page(302, &[("location", &location)]) else {
            panic!("{org} is named");
        };
        assert_eq!(demand.org.url(), org);
    }
}

#[test]
fn a_page_of_the_app_s_own_is_followed_and_no_other() {
    for location in [
        "/login",
        "login?next=%2F",
        "https://wiki.corp.example:443/login",
    ] {
        assert!(
            matches!(page(302, &[("location", location)]), Ok(Page::Elsewhere(_))),
            "{location}"
        );
    }
    for (location, word) in [
        ("https://wiki.corp.example.evil.example/", "evil.example"),
        (
            "http://wiki.corp.example/login",
            "http://wiki.corp.example/login",
        ),
        (
            "https://x.auth.eu-west-1.amazoncognito.com/login?x=y",
            "amazoncognito.com",
        ),
    ] {
        let (code, words) = refusal(page(302, &[("location", location)]));
        assert_eq!(code, 2, "{location}");
        assert!(words.contains(word) && !words.contains("x=y"), "{words}");
    }
}

#[test]
fn an_idp_that_is_not_okta_is_named() {
    let location = format!("https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize?{QUERY}");
    let (code, words) = refusal(page(302, &[("location", &location)]));
    assert_eq!(code, 2);
    assert!(words.contains(
        "https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize, in a way that is not Okta's"
    ));
    let location = format!("http://corp.okta.com/oauth2/v1/authorize?{QUERY}");
    let (code, words) = refusal(page(302, &[("location", &location)]));
    assert_eq!(code, 2);
    assert!(words.contains("it has to be https"), "{words}");
}

#[test]
fn what_asks_for_no_sign_in_is_told_with_status_and_server() {
    let balancer = ("server", "awselb/2.0");
    for (status, server, code, says) in [
        (
            200,
            ("server", "ngin\u{1b}[2Jx"),
            2,
            "it answers 200 (server ngin [2Jx) | if only a part",
        ),
        (404, ("x", "y"), 2, "it answers 404 | "),
        (401, ("server", "nginx"), 2, "it answers 401 (server nginx)"),
        (
            401,
            balancer,
            2,
            "the ALB denies https://wiki.corp.example/x (401)",
        ),
        (403, balancer, 5, "firewall"),
        (302, balancer, 6, "sends nowhere"),
        (503, balancer, 6, "answers 503 (server awselb/2.0)"),
        (429, ("x", "y"), 6, "answers 429"),
    ] {
        let (found, words) = refusal(page(status, &[server]));
        assert_eq!(found, code, "{words}");
        assert!(words.contains(says), "{words}");
        let names_start = words.contains("credential add https://wiki.corp.example --start /PATH");
        assert_eq!(names_start, code == 2, "{words}");
    }
}

use super::{client_login, judge_client_login};
use crate::error::{Error, Kind, Result};
use crate::http::{Response, Verb};
use crate::sign_in::alb::parameter;
use crate::sign_in::fixture::{answer, app, client, is_fit, jar, org, redirect, secret, words};

const AUTHORIZE: &str = "https://corp.okta.com/oauth2/v1/authorize";
const HOME: &str = "http://localhost:8080/cb";

fn judge(redirect_uri: &str, reply: &Response) -> Result<()> {
    let app = app();
    judge_client_login(&app, org(&app), &client(redirect_uri), &jar(&[]), reply)
}

fn refusal(reply: &Response) -> Error {
    let error = judge(HOME, reply).expect_err("no session");
    assert!(is_fit(&error), "{}", words(&error));
    error
}

#[test]
fn the_clients_request_has_all_that_okta_requires_of_a_public_client() {
    let app = app();
    let (client, token) = (
        client("http://localhost:8080/cb?a=b&c"),
        secret("20111+/= x"),
    );
    let request = client_login(org(&app), &client, &token, &jar(&[("DT", "DI1")]));
    assert_eq!(request.verb, Verb::Get);
    assert_eq!(request.url.path(), "/oauth2/v1/authorize");
    assert_eq!(request.cookie.expect("a device token").expose(), "DT=DI1");
    let value = |name| parameter(&request.url, name).expect("a parameter");
    for (name, expected) in [
        ("client_id", "0oaCLI"),
        ("redirect_uri", "http://localhost:8080/cb?a=b&c"),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("scope", "openid"),
        ("code_challenge_method", "S256"),
        ("prompt", "none"),
        ("sessionToken", "20111+/= x"),
    ] {
        assert_eq!(value(name), expected);
    }
    assert_eq!(
        (value("state").len(), value("code_challenge").len()),
        (32, 43)
    );
    assert_eq!(request.url.query_pairs().count(), 11);
    let again = client_login(org(&app), &client, &token, &jar(&[]));
    assert_ne!(parameter(&again.url, "state"), Some(value("state")));
}

#[test]
fn a_redirect_to_the_clients_own_uri_without_an_error_is_a_session() {
    for (own, location) in [
        (HOME, "http://localhost:8080/cb?code=c0de&state=s"),
        (HOME, "http://localhost:8080/cb?state=s&code=c0de&iss=x"),
        (
            "https://wiki.corp.example/oauth2/idpresponse",
            "https://WIKI.corp.example:443/oauth2/idpresponse?code=1",
        ),
    ] {
        assert_eq!(
            judge(own, &redirect(AUTHORIZE, location)),
            Ok(()),
            "{location}"
        );
    }
}

#[test]
fn a_clients_own_scheme_is_a_redirect_uri_too() {
    let reply = redirect(AUTHORIZE, "com.okta.corp:/callback?code=c0de&state=s");
    assert_eq!(judge("com.okta.corp:/callback", &reply), Ok(()));
    let reply = redirect(AUTHORIZE, "com.okta.other:/callback?code=c0de&state=s");
    assert!(judge("com.okta.corp:/callback", &reply).is_err());
}

#[test]
fn a_redirect_elsewhere_is_no_answer_to_the_client() {
    for location in [
        "https://localhost:8080/cb?code=1",
        "http://localhost:8081/cb?code=1",
        "http://localhost:8080/cb/?code=1",
        "http://127.0.0.1:8080/cb?code=1",
        "https://evil.example/cb?code=SECRET",
        "https://corp.okta.com/login/login.htm",
    ] {
        let error = refusal(&redirect(AUTHORIZE, location));
        assert_eq!(error.kind, Kind::Network, "{location}");
        assert!(
            error
                .message
                .ends_with("which is not the redirect_uri of client 0oaCLI"),
            "{}",
            error.message
        );
        assert!(!error.message.contains("SECRET"));
    }
}

#[test]
fn an_error_of_the_clients_is_told_in_oktas_words() {
    for (query, kind, text) in [
        (
            "error=login_required&error_description=not+logged+in.",
            Kind::Refused,
            "not logged in. (login_required)",
        ),
        (
            "error=access_denied&error_description=not+assigned",
            Kind::Refused,
            "Okta: not assigned (access_denied)",
        ),
        (
            "error=consent_required",
            Kind::Person,
            "Okta: consent_required",
        ),
        ("error=server_error", Kind::Network, "Okta: server_error"),
        ("error=brand_new", Kind::Network, "Okta: brand_new"),
    ] {
        let error = refusal(&redirect(AUTHORIZE, &format!("{HOME}?{query}&state=s")));
        assert_eq!(error.kind, kind, "{query}");
        assert!(error.message.ends_with(text), "{}", error.message);
    }
}

#[test]
fn a_page_in_place_of_a_redirect_names_the_client() {
    for (status, body, kind, text) in [
        (200, "<html>", Kind::Refused, "it shows a sign-in page"),
        (
            400,
            "<p>Bad",
            Kind::Refused,
            "Okta refused the request of client 0oaCLI (400): Bad",
        ),
        (
            400,
            r#"{"errorCode":"invalid_client","errorSummary":"S"}"#,
            Kind::Refused,
            "S (invalid_client)",
        ),
        (
            429,
            "",
            Kind::Network,
            "limits the rate of authorize requests (429)",
        ),
        (
            503,
            "",
            Kind::Network,
            "corp.okta.com answers the request of client 0oaCLI with 503",
        ),
    ] {
        let error = refusal(&answer(AUTHORIZE, status, &[], body));
        assert_eq!(error.kind, kind, "{status}");
        assert!(error.message.contains(text), "{}", error.message);
    }
}

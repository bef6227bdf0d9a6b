use super::{SHARD, no_session, session};
use crate::error::Kind;
use crate::http::Verb;
use crate::sign_in::alb::callback;
use crate::sign_in::fixture::{AUTHORIZE, CALLBACK, answer, redirect, request_of, url, words};

#[test]
fn the_callback_is_sent_as_okta_gave_it_with_the_nonce_and_nothing_else() {
    let request = callback(&request_of(AUTHORIZE), url(CALLBACK));
    assert_eq!(request.verb, Verb::Get);
    assert_eq!(request.url.as_str(), CALLBACK);
    assert_eq!(
        request.cookie.expect("the nonce").expose(),
        "AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c"
    );
    assert!(request.body.is_none() && !request.wants_page);
}

#[test]
fn a_callback_that_sends_off_the_app_gives_no_session_even_with_cookies() {
    for location in [
        "https://evil.example/",
        "http://wiki.corp.example/",
        "https://wiki.corp.example:8443/",
        AUTHORIZE,
    ] {
        let reply = answer(
            CALLBACK,
            302,
            &[("location", location), ("set-cookie", SHARD)],
            "",
        );
        let error = no_session(&reply);
        assert_eq!(error.kind, Kind::Network);
        assert!(
            error.message.ends_with("which is not wiki.corp.example"),
            "{}",
            error.message
        );
        assert!(!error.message.contains('?'));
    }
}

#[test]
fn a_relative_location_is_the_apps_own() {
    let reply = answer(
        CALLBACK,
        302,
        &[("location", "/a?b"), ("set-cookie", SHARD)],
        "",
    );
    assert_eq!(session(&reply).shards.len(), 1);
}

#[test]
fn a_callback_that_does_not_redirect_is_told_by_its_status() {
    for (status, kind, text, cause) in [
        (
            401,
            Kind::Refused,
            "the ALB of wiki.corp.example refused the sign-in (401)",
            "15 minutes",
        ),
        (
            403,
            Kind::Refused,
            "the ALB of wiki.corp.example refused the sign-in (403)",
            "",
        ),
        (
            500,
            Kind::Network,
            "the ALB of wiki.corp.example failed at the sign-in (500)",
            "11 KB",
        ),
        (
            561,
            Kind::Network,
            "the ALB of wiki.corp.example could not finish the sign-in with Okta (561)",
            "client secret",
        ),
        (
            507,
            Kind::Network,
            "the callback of wiki.corp.example answers 507 (made by the ALB)",
            "",
        ),
        (
            503,
            Kind::Network,
            "the callback of wiki.corp.example answers 503 (made by the ALB)",
            "",
        ),
        (
            200,
            Kind::Network,
            "the callback of wiki.corp.example answers 200 (made by the ALB)",
            "",
        ),
        (
            302,
            Kind::Network,
            "the callback of wiki.corp.example answers 302 (made by the ALB)",
            "",
        ),
    ] {
        let headers = [("server", "awselb/2.0"), ("set-cookie", SHARD)];
        let error = no_session(&answer(CALLBACK, status, &headers, ""));
        assert_eq!((error.kind, error.message.as_str()), (kind, text));
        assert_eq!(error.causes.is_empty(), cause.is_empty(), "{status}");
        assert!(words(&error).contains(cause), "{status}: {}", words(&error));
    }
    let error = no_session(&answer(CALLBACK, 507, &[], ""));
    assert_eq!(
        error.message,
        "the callback of wiki.corp.example answers 507"
    );
    assert_eq!(
        no_session(&redirect(CALLBACK, "https://[")).kind,
        Kind::Network
    );
}

use super::{back_with, judge, page, refusal, sent_to, wanted};
use crate::error::Kind;
use crate::sign_in::fixture::{AUTHORIZE, CALLBACK, answer, words};
use crate::sign_in::okta::authorize::{AuthorizeOutcome, is_about_cookies, page_text};

const STATE: &str = "state=a%2Bb%2Fc%3D%3D";

#[test]
fn a_code_with_the_albs_state_is_for_the_alb() {
    for query in [
        format!("?code=c0de&{STATE}"),
        format!("?{STATE}&code=c0de&session_state=x&iss=https%3A%2F%2Fcorp.okta.com"),
        "?code=c0de&state=a%2bb/c==".into(),
        format!("?code=c0de&{STATE}#ignored"),
    ] {
        let Ok(AuthorizeOutcome::Code(url)) = back_with(&query) else {
            panic!("{query} is a code");
        };
        assert_eq!(
            url.as_str(),
            format!("https://wiki.corp.example/oauth2/idpresponse{query}")
        );
    }
    assert!(matches!(sent_to(CALLBACK), Ok(AuthorizeOutcome::Code(_))));
}

#[test]
fn a_redirect_back_without_a_code_or_with_another_state_stops() {
    for query in [
        String::new(),
        "?".into(),
        format!("?{STATE}"),
        format!("?code=&{STATE}"),
        "?code=c0de".into(),
        "?code=c0de&state=".into(),
        "?code=c0de&state=a+b%2Fc%3D%3D".into(),
        "?code=c0de&state=other".into(),
        format!("#code=c0de&{STATE}"),
        format!("?Code=c0de&{STATE}"),
    ] {
        let error = refusal(back_with(&query));
        assert_eq!(error.kind, Kind::Network, "{query}");
        assert_eq!(
            error.message,
            "Okta sends back to wiki.corp.example without a code or with another state"
        );
        assert!(!words(&error).contains("c0de"));
    }
}

#[test]
fn an_error_in_the_fragment_is_not_guessed_at() {
    let error = refusal(back_with(&format!("#error=login_required&{STATE}")));
    assert_eq!(error.kind, Kind::Network);
    let error = refusal(back_with(&format!("?{STATE}#error=login_required")));
    assert_eq!(error.kind, Kind::Network);
}

#[test]
fn a_redirect_to_any_other_place_stops_and_shows_no_code() {
    for location in [
        "http://wiki.corp.example/oauth2/idpresponse?code=c0de",
        "https://wiki.corp.example:8443/oauth2/idpresponse?code=c0de",
        "https://other.corp.example/oauth2/idpresponse?code=c0de",
        "https://wiki.corp.example@evil.example/oauth2/idpresponse?code=c0de",
        "https://wiki.corp.example/oauth2/idpresponse/?code=c0de",
        "https://wiki.corp.example/?code=c0de",
        "https://corp.okta.com:8443/?code=c0de",
        "com.evil:/oauth2/idpresponse?code=c0de",
    ] {
        let error = refusal(sent_to(location));
        assert_eq!(error.kind, Kind::Network, "{location}");
        assert!(
            error
                .message
                .ends_with("which is not the callback of wiki.corp.example"),
            "{}",
            error.message
        );
        assert!(!words(&error).contains("c0de"), "{}", words(&error));
    }
}

#[test]
fn a_redirect_to_a_page_of_the_org_requires_a_login() {
    for (location, shown) in [
        ("/login/login.htm?fromURI=%2Foauth2", "/login/login.htm"),
        (
            "https://corp.okta.com/oauth2/v1/authorize/redirect?okta_key=SECRET",
            "/oauth2/v1/authorize/redirect",
        ),
        (
            "https://corp.okta.com/signin/refresh-auth-state/02.id",
            "/signin/refresh-auth-state/02.id",
        ),
    ] {
        assert_eq!(
            wanted(sent_to(location)),
            format!("it sends to its page https://corp.okta.com{shown}")
        );
    }
}

#[test]
fn a_page_of_200_is_the_identity_engines_sign_in() {
    for body in [
        "<html>sign in</html>",
        "\u{feff}\r\n <!DOCTYPE html><p>sign in",
    ] {
        assert_eq!(wanted(page(200, body)), "it shows a sign-in page");
    }
}

#[test]
fn a_form_for_the_callback_is_told_as_such() {
    let form = r#"<form method="post" action="https://wiki.corp.example/oauth2/idpresponse">"#;
    let error = refusal(page(200, form));
    assert_eq!(error.kind, Kind::Usage);
    assert!(
        error.causes[0].contains("response_mode=form_post"),
        "{error:?}"
    );
    assert!(
        error.hints[0].contains("take response_mode out"),
        "{error:?}"
    );
}

#[test]
fn an_access_policy_that_has_no_rule_is_no_missing_assignment() {
    let told = "error=access_denied&error_description=Policy+evaluation+failed+for+this+request";
    let error = refusal(back_with(&format!("?{told}&state=s")));
    assert_eq!(error.kind, Kind::Refused);
    assert!(error.hints[0].contains("access policies"), "{error:?}");
}

#[test]
fn a_200_without_a_page_is_no_wish_for_a_login() {
    let json = ("content-type", "application/json");
    for (headers, body) in [
        (&[][..], ""),
        (&[], " \r\n"),
        (&[], r#"{"status":"#),
        (&[], "ok"),
        (&[json], "<p>"),
        (
            &[("content-type", "application/xml")],
            "<?xml version='1.0'?><Error/>",
        ),
        (&[("content-type", "text/html")], ""),
    ] {
        let error = refusal(judge(&answer(AUTHORIZE, 200, headers, body)));
        assert_eq!(error.kind, Kind::Network, "{body}");
        assert_eq!(
            error.message,
            "corp.okta.com answers the request of the ALB's client with 200, but without a redirect or a page"
        );
    }
    let gzip = ("content-encoding", "gzip");
    let error = refusal(judge(&answer(AUTHORIZE, 200, &[gzip], "\u{1f}")));
    assert!(
        words(&error).contains("compressed (gzip)"),
        "{}",
        words(&error)
    );
}

#[test]
fn a_page_of_400_is_told_in_its_words_and_is_about_the_client() {
    let body = "<!DOCTYPE html><html><head><title>corp - Error</title><style>body{color:red}</style>\n\
        <script>var x = 'no';</script></head><body><div class=\"c\"><h2>400</h2>\r\n<h3>Bad Request</h3>\
        <p>The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: \
        <a href=\"https://corp-admin.okta.com\">here</a></p></div></body></html>";
    let error = refusal(page(400, body));
    assert_eq!((error.kind, error.kind.exit_code()), (Kind::Refused, 5));
    assert_eq!(
        words(&error),
        "Okta refused the request of the ALB's client (400): 400 Bad Request The 'redirect_uri' parameter must be a \
         Login redirect URI in the client app settings: here | it does so when the client id is unknown or the redirect \
         URI is not registered | compare the ALB's client with the application's settings at Okta"
    );
}

#[test]
fn an_error_as_json_is_told_in_its_words() {
    let body = r#"{"errorCode":"invalid_client","errorSummary":"Invalid value for 'client_id' parameter.",
        "errorLink":"invalid_client","errorId":"oae1","errorCauses":[]}"#;
    for status in [400, 401] {
        let error = refusal(page(status, body));
        assert_eq!(error.kind, Kind::Refused);
        assert_eq!(
            words(&error),
            format!(
                "Okta refused the sign-in ({status}): Invalid value for 'client_id' parameter. (invalid_client) | \
                 Okta's error id is oae1"
            )
        );
    }
}

#[test]
fn any_other_page_is_told_by_its_status() {
    for (status, text) in [
        (
            429,
            "corp.okta.com limits the rate of authorize requests (429)",
        ),
        (
            403,
            "corp.okta.com answers the request of the ALB's client with 403",
        ),
        (
            404,
            "corp.okta.com answers the request of the ALB's client with 404",
        ),
        (
            500,
            "corp.okta.com answers the request of the ALB's client with 500",
        ),
        (
            502,
            "corp.okta.com answers the request of the ALB's client with 502",
        ),
        (
            302,
            "corp.okta.com answers the request of the ALB's client with 302",
        ),
        (
            204,
            "corp.okta.com answers the request of the ALB's client with 204",
        ),
    ] {
        let error = refusal(page(status, "<html>Bad Gateway"));
        assert_eq!((error.kind, error.message.as_str()), (Kind::Network, text));
        assert_eq!(error.hints.is_empty(), status != 429);
    }
    let limit = r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests."}"#;
    let error = refusal(page(429, limit));
    assert_eq!(error.kind, Kind::Network);
    assert!(error.message.contains("(E0000047)") && !error.hints.is_empty());
    let reply = answer(AUTHORIZE, 302, &[("location", "https://[")], "");
    assert_eq!(refusal(judge(&reply)).kind, Kind::Network);
}

#[test]
fn only_an_error_page_may_concern_cached_cookies() {
    for (status, about) in [
        (200, false),
        (302, false),
        (399, false),
        (400, true),
        (403, true),
        (428, true),
        (429, false),
        (430, true),
        (499, true),
        (500, false),
    ] {
        assert_eq!(
            is_about_cookies(&answer(AUTHORIZE, status, &[], "")),
            about,
            "{status}"
        );
    }
}

#[test]
fn the_words_of_a_page_are_what_a_person_would_read() {
    let page = b"<html><head><title>Oops</title><style>p {}</style></head><body><h2>400</h2>\n<p>Bad &lt; Request</p><script>x</script></body>";
    assert_eq!(page_text(page), "400 Bad &lt; Request");
    assert_eq!(page_text(b"\xff plain <"), "\u{fffd} plain");
}

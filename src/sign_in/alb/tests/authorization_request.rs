use super::{UNSOUND, judge, refusal, with};
use crate::cookie::Jar;
use crate::error::Kind;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::alb::entrance::Page;
use crate::sign_in::fixture::{
    AUTHORIZE, CALLBACK, NONCE, START, answer, cookies, edge_of_use, is_fit, jar, redirect,
    request_of, url, words,
};

#[test]
fn a_request_keeps_the_albs_url_byte_for_byte_and_its_nonce() {
    for authorize in [
        AUTHORIZE.to_owned(),
        with("/oauth2/v1/", "/oauth2/default/v1/"),
        with("/oauth2/v1/", "/oauth2/aus1X9/v1/"),
        format!("{AUTHORIZE}&prompt=login&acr_values=urn%3Aokta%3Aloa%3A2fa%3Aany"),
        with("&scope=openid%20profile", "&scope=openid+profile"),
    ] {
        let request = request_of(&authorize);
        assert_eq!(request.url.as_str(), authorize);
        assert_eq!(cookies(&request.jar), "AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c");
    }
}

#[test]
fn every_redirect_status_can_carry_the_request() {
    for status in [301, 302, 303, 307, 308] {
        let reply = answer(START, status, &[("location", AUTHORIZE), NONCE], "");
        assert!(
            matches!(judge(Jar::default(), &reply), Ok(Page::Request(_))),
            "{status}"
        );
    }
}

#[test]
fn a_request_adds_its_nonce_to_what_the_apps_own_pages_set() {
    let reply = answer(
        START,
        302,
        &[
            (
                "set-cookie",
                "AWSALB=sticky; Path=/; Expires=Mon, 30 Nov 2026 20:00:00 GMT",
            ),
            ("location", AUTHORIZE),
            NONCE,
            ("set-cookie", "old=; Max-Age=0"),
        ],
        "",
    );
    let Ok(Page::Request(request)) = judge(jar(&[("lang", "de"), ("old", "1")]), &reply) else {
        panic!("it is a request");
    };
    assert_eq!(
        cookies(&request.jar),
        "lang=de; AWSALB=sticky; AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c"
    );
}

#[test]
fn an_alb_that_signs_in_for_another_host_is_told_with_both_hosts() {
    for (there, host) in [
        ("other.corp.example", "other.corp.example"),
        (
            "wiki.corp.example.evil.example",
            "wiki.corp.example.evil.example",
        ),
        ("wiki.corp.example%3A8443", "wiki.corp.example:8443"),
        ("wiki.corp.example%40evil.example", "evil.example"),
    ] {
        let error = refusal(&redirect(START, &with("wiki.corp.example", there)));
        assert_eq!(error.kind, Kind::Usage, "{there}");
        assert_eq!(
            error.message,
            format!("the ALB of wiki.corp.example signs in for {host}, not for wiki.corp.example")
        );
        assert_eq!(
            error.hints,
            [
                format!("if people open the app there: set url = \"https://{host}\" in [app.wiki]"),
                "else ask the admins to have the proxy before the ALB (CloudFront) pass the Host header \
                 wiki.corp.example on"
                    .to_owned()
            ]
        );
    }
}

#[test]
fn an_authorize_url_that_lacks_what_an_alb_always_says_is_no_request() {
    for broken in [
        with("client_id=0oa1&", ""),
        with("&response_type=code", ""),
        with("response_type=code", "response_type=token"),
        with("response_type=code", "response_type=code%20id_token"),
        with("&state=a%2Bb%2Fc%3D%3D", ""),
        with(
            "&redirect_uri=https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse",
            "",
        ),
        with("https%3A%2F%2Fwiki", "http%3A%2F%2Fwiki"),
        with("%2Foauth2%2Fidpresponse", "%2Foauth2%2Fidpresponse%2F"),
        with("%2Foauth2%2Fidpresponse", "%2Fcallback"),
        with("https%3A%2F%2Fwiki.corp.example", ""),
        with("/oauth2/v1/authorize", "/oauth2/v1/token"),
        with("/oauth2/v1/authorize", "/app/v1/authorize"),
        with("/oauth2/v1/authorize", "/login/login.htm"),
        "https://corp.okta.com/".into(),
        "https://corp.okta.com/oauth2/v1/authorize".into(),
    ] {
        let error = refusal(&redirect(START, &broken));
        assert_eq!(error.kind, Kind::Usage, "{broken}");
        assert!(
            error
                .message
                .contains("but not as an ALB does that signs in for wiki.corp.example"),
            "{}",
            error.message
        );
        assert_eq!(
            error.hints,
            ["set start in [app.wiki] to a path that asks for a sign-in in a browser"]
        );
        assert!(!words(&error).contains('?'), "{}", words(&error));
    }
}

#[test]
fn the_same_origin_in_another_spelling_is_the_same() {
    for same in [
        AUTHORIZE.replace("corp.okta.com", "CORP.OKTA.COM:443"),
        AUTHORIZE.replace("https://corp", "https:\t//corp"),
        AUTHORIZE.replace("wiki.corp.example", "WIKI.corp.example%3A443"),
    ] {
        let reply = redirect(START, &same);
        assert!(
            matches!(judge(Jar::default(), &reply), Ok(Page::Request(_))),
            "{same}"
        );
    }
}

#[test]
fn a_nonce_outside_the_grammar_stops_and_is_not_shown() {
    for line in [
        "AWSALBAuthNonce=a b",
        "AWSALBAuthNonce=\u{1b}[2J",
        "AWSALBAuthNonce=\"q\"",
        "AWSALBAuthNonce",
    ] {
        let reply = answer(
            START,
            302,
            &[("location", AUTHORIZE), ("set-cookie", line)],
            "",
        );
        let error = refusal(&reply);
        assert_eq!(error.kind, Kind::Network);
        assert!(
            error
                .message
                .starts_with("wiki.corp.example sets a cookie whose "),
            "{}",
            error.message
        );
        assert!(is_fit(&error) && !error.message.contains("a b") && !error.message.contains("[2J"));
    }
}

#[test]
fn a_foreign_cookie_outside_the_grammar_is_left_out() {
    for line in UNSOUND {
        let headers = [("location", AUTHORIZE), NONCE, ("set-cookie", line)];
        let mut reply = answer(START, 302, &headers, "");
        reply
            .headers
            .push(("set-cookie".into(), b"x=\xff".to_vec()));
        let Ok(Page::Request(request)) = judge(Jar::default(), &reply) else {
            panic!("{line}");
        };
        assert_eq!(cookies(&request.jar), "AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c");
    }
}

#[test]
fn a_request_can_be_used_for_less_than_the_albs_fifteen_minutes() {
    let request: AuthorizationRequest = request_of(AUTHORIZE);
    let (last, over) = edge_of_use();
    assert!(request.is_usable(last));
    assert!(!request.is_usable(over));
}

#[test]
fn only_the_named_callback_with_the_given_state_belongs_to_a_request() {
    let request = request_of(AUTHORIZE);
    assert!(request.is_callback(&url(CALLBACK)) && request.has_state(&url(CALLBACK)));
    for other in [
        "http://wiki.corp.example/oauth2/idpresponse",
        "https://wiki.corp.example:8443/oauth2/idpresponse",
        "https://evil.example/oauth2/idpresponse",
        "https://wiki.corp.example/oauth2/idpresponse/",
        "https://wiki.corp.example/oauth2/idpresponse2",
        "https://wiki.corp.example/",
    ] {
        assert!(!request.is_callback(&url(other)), "{other}");
    }
    for other in [
        "?code=1",
        "?state=",
        "?state=a+b%2Fc%3D%3D",
        "?state=A%2Bb%2Fc%3D%3D",
        "#state=a%2Bb%2Fc%3D%3D",
    ] {
        let url = url(&format!(
            "https://wiki.corp.example/oauth2/idpresponse{other}"
        ));
        assert!(
            request.is_callback(&url) && !request.has_state(&url),
            "{other}"
        );
    }
}

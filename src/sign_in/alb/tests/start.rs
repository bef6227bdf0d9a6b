use super::{elsewhere, refusal};
use crate::error::Kind;
use crate::sign_in::alb::Entrance;
use crate::sign_in::fixture::{
    AUTHORIZE, CALLBACK, START, answer, app, cookies, is_fit, jar, redirect, url, words,
};
use crate::sign_in::flow::{Event, Flow, Peer, Step};

/// The server of a page that the ALB itself makes.
const ALB: (&str, &str) = ("server", "awselb/2.0");

#[test]
fn the_first_request_is_a_plain_get_of_the_start() {
    let app = app();
    let mut entrance = Entrance::of_app(&app);
    let Ok(Step::Send(requests)) = entrance.next(Event::Begin) else {
        panic!("it asks the app");
    };
    let [(Peer::App, request)] = requests.as_slice() else {
        panic!("and nobody else");
    };
    assert!(*request == crate::http::Request::glance(url(START), None));
}

#[test]
fn a_redirect_to_a_third_host_stops_and_shows_no_query() {
    for foreign in [
        "https://evil.example/oauth2/v1/authorize?state=SECRET",
        "https://corp.okta.com.evil.example/oauth2/v1/authorize",
        "https://corp.okta.com:8443/oauth2/v1/authorize",
        "http://corp.okta.com/oauth2/v1/authorize",
        "http://wiki.corp.example/login",
        "https://wiki.corp.example:8443/login",
        "https://corp.okta.com@evil.example/",
        "//evil.example/oauth2/v1/authorize",
        "\\\\evil.example\\x",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
    ] {
        let error = refusal(&redirect(START, foreign));
        assert_eq!(error.kind, Kind::Network, "{foreign}");
        assert!(
            error
                .message
                .contains("which is neither wiki.corp.example nor https://corp.okta.com"),
            "{}",
            error.message
        );
        let [hint] = &error.hints[..] else {
            panic!("one hint: {:?}", error.hints);
        };
        assert!(
            hint.starts_with("check url or start in [app.wiki]"),
            "{hint}"
        );
        assert!(is_fit(&error) && !words(&error).contains("SECRET"));
    }
}

#[test]
fn only_an_okta_request_with_our_callback_may_be_of_another_org() {
    let hint = |location: &str| refusal(&redirect(START, location)).hints.concat();
    let other = AUTHORIZE.replace("corp.okta.com", "corp.oktapreview.com");
    let set =
        "if people sign in to wiki there: set url = \"https://corp.oktapreview.com\" in [org.corp]";
    assert_eq!(hint(&other), set);
    for strange in [
        other.replace("https://corp", "http://corp"),
        other.replace("/v1/authorize", "/auth"),
        other.replace("wiki.corp.example", "www.wiki.corp.example"),
        other.replace("response_type=code", "response_type=token"),
        format!("{other}&sessionToken=20111x"),
    ] {
        assert!(
            hint(&strange).starts_with("check url or start"),
            "{strange}"
        );
    }
    assert!(hint("http://wiki.corp.example/").contains("the app leaves https"));
}

#[test]
fn a_request_that_names_a_user_is_not_of_an_alb() {
    for user in ["mallory@", "mallory:x@", ":x@"] {
        let authorize = AUTHORIZE.replace("https://", &format!("https://{user}"));
        let error = refusal(&redirect(START, &authorize));
        let words = "but not as an ALB does";
        assert!(error.message.contains(words), "{}", error.message);
    }
}

#[test]
fn another_page_of_the_apps_is_followed_with_its_cookies() {
    for (from, location, to) in [
        (
            START,
            "/login?next=%2F",
            "https://wiki.corp.example/login?next=%2F",
        ),
        (START, "login", "https://wiki.corp.example/login"),
        (
            "https://wiki.corp.example/a/b",
            "c",
            "https://wiki.corp.example/a/c",
        ),
        (
            "https://wiki.corp.example/a/b",
            "../c",
            "https://wiki.corp.example/c",
        ),
        (
            "https://wiki.corp.example/a?b",
            "?c",
            "https://wiki.corp.example/a?c",
        ),
        (
            START,
            "//wiki.corp.example/x",
            "https://wiki.corp.example/x",
        ),
        (
            START,
            "https://wiki.corp.example:443/x",
            "https://wiki.corp.example/x",
        ),
        (START, CALLBACK, CALLBACK),
    ] {
        let reply = answer(
            from,
            302,
            &[
                ("set-cookie", "lang=de"),
                ("location", location),
                ("set-cookie", "bad=a b"),
                ("set-cookie", "seen=1"),
            ],
            "",
        );
        let (url, jar) = elsewhere(jar(&[("first", "0")]), &reply);
        assert_eq!(url, to);
        assert_eq!(cookies(&jar), "first=0; lang=de; seen=1");
    }
}

#[test]
fn an_answer_without_a_redirect_is_judged_by_status_and_maker() {
    const APP: (&str, &str) = ("server", "nginx");
    for (status, server, kind, text) in [
        (
            200,
            APP,
            Kind::Usage,
            "no ALB asks for a sign-in at https://wiki.corp.example/: it answers 200 (server nginx)",
        ),
        (204, APP, Kind::Usage, "it answers 204 (server nginx)"),
        (404, ("x", "y"), Kind::Usage, "it answers 404"),
        (
            404,
            ("server", "ngin\u{1b}[2Jx"),
            Kind::Usage,
            "it answers 404 (server ngin [2Jx)",
        ),
        (401, APP, Kind::Usage, "it answers 401 (server nginx)"),
        (403, APP, Kind::Usage, "it answers 403 (server nginx)"),
        (
            401,
            ALB,
            Kind::Usage,
            "the ALB denies https://wiki.corp.example/ (401) instead of asking for a sign-in",
        ),
        (
            403,
            ALB,
            Kind::Refused,
            "https://wiki.corp.example/ cannot be asked: the AWS WAF denies it (403)",
        ),
        (
            302,
            ALB,
            Kind::Network,
            "answers 302 and sends nowhere that can be understood",
        ),
        (
            304,
            APP,
            Kind::Network,
            "answers 304 and sends nowhere that can be understood",
        ),
        (
            400,
            ALB,
            Kind::Network,
            "https://wiki.corp.example/ answers 400 (made by the ALB)",
        ),
        (
            429,
            APP,
            Kind::Network,
            "https://wiki.corp.example/ answers 429",
        ),
        (500, ALB, Kind::Network, "answers 500 (made by the ALB)"),
        (
            500,
            APP,
            Kind::Network,
            "https://wiki.corp.example/ answers 500",
        ),
        (502, ALB, Kind::Network, "answers 502 (made by the ALB)"),
        (503, APP, Kind::Network, "answers 503"),
        (507, ALB, Kind::Network, "answers 507 (made by the ALB)"),
        (561, ALB, Kind::Network, "answers 561 (made by the ALB)"),
        (999, APP, Kind::Network, "answers 999"),
    ] {
        let error = refusal(&answer(START, status, &[server], "<html>\x1b[2J"));
        assert_eq!(error.kind, kind, "{status} {server:?}");
        assert!(error.message.ends_with(text), "{status}: {}", error.message);
        let has_hint = matches!(kind, Kind::Usage | Kind::Refused);
        assert_eq!(error.hints.is_empty(), !has_hint, "{status}");
    }
}

#[test]
fn a_request_that_the_waf_or_the_alb_refuses_still_shows_protection() {
    const WAF: (&str, &str) = ("x-amzn-waf-action", "challenge");
    for (status, header, words) in [
        (202, WAF, "the AWS WAF wants a browser (202, challenge)"),
        (405, WAF, "the AWS WAF wants a browser (405, challenge)"),
        (403, ALB, "the AWS WAF denies it (403)"),
        (413, ALB, "the ALB does not take the request (413)"),
        (431, ALB, "the ALB does not take the request (431)"),
        (463, ALB, "the ALB does not take the request (463)"),
        (464, ALB, "the ALB does not take the request (464)"),
    ] {
        let error = refusal(&answer(START, status, &[header], ""));
        assert_eq!(error.kind, Kind::Refused, "{status}");
        assert_eq!(
            error.message,
            format!("https://wiki.corp.example/ cannot be asked: {words}")
        );
        assert!(error.hints[0].starts_with("ask the admins"), "{status}");
    }
}

#[test]
fn a_location_that_cannot_be_read_leads_nowhere() {
    for location in ["https://", "https://[::", "http://a b/", "https://a:99999/"] {
        let error = refusal(&redirect(START, location));
        assert_eq!(error.kind, Kind::Network, "{location}");
        assert!(
            error
                .message
                .contains("sends nowhere that can be understood")
        );
    }
    let mut reply = redirect(START, "");
    reply.headers = vec![("location".into(), b"/\xff".to_vec())];
    assert!(
        refusal(&reply)
            .message
            .contains("sends nowhere that can be understood")
    );
}

use super::with;
use crate::error::{Error, Kind};
use crate::http::{Request, Response};
use crate::sign_in::alb::{AuthorizationRequest, Entrance};
use crate::sign_in::fixture::{
    AUTHORIZE, NONCE, NOW, START, answer, app, broken, cookies, is_fit, opened, redirect, replied,
    words,
};
use crate::sign_in::flow::{Event, Flow, Peer, Step};
use crate::site::Site;

const COGNITO: &str = "https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize";

/// The way into an app that is not configured.
fn unknown(site: &Site) -> Entrance<'_> {
    let entrance = Entrance::of_site(site, site.at("/x"), "name a path with --start".into());
    entrance.with_other_host_hint("if the app is there, add that URL")
}

fn site() -> Site {
    Site::parse("https://wiki.corp.example").expect("a site")
}

/// The request that an entrance sends next.
fn asked(entrance: &mut Entrance<'_>, event: Event) -> Request {
    match entrance.next(event) {
        Ok(Step::Send(mut requests)) => match requests.pop() {
            Some((Peer::App, request)) if requests.is_empty() => request,
            _ => panic!("only the app is asked"),
        },
        Ok(_) => panic!("it is over"),
        Err(stop) => panic!("{}", words(&stop.error)),
    }
}

fn refusal(entrance: Entrance<'_>, reply: Response) -> Error {
    let error = opened(entrance, reply).err().expect("it is no request");
    assert!(is_fit(&error), "{error:?}");
    error
}

#[test]
fn the_apps_own_pages_are_followed_with_their_cookies() {
    let site = site();
    let mut entrance = unknown(&site);
    let first = asked(&mut entrance, Event::Begin);
    assert!(first == Request::glance(site.at("/x"), None));
    let headers = [
        ("location", "/login?next=%2F#fragment"),
        ("set-cookie", "lang=de"),
    ];
    let reply = answer(first.url.as_str(), 302, &headers, "");
    let second = asked(&mut entrance, replied(Peer::App, reply));
    assert_eq!(
        second.url.as_str(),
        "https://wiki.corp.example/login?next=%2F"
    );
    assert_eq!(second.cookie.expect("its cookie").expose(), "lang=de");
    let headers = [("location", AUTHORIZE), NONCE];
    let reply = answer(second.url.as_str(), 302, &headers, "");
    let request: AuthorizationRequest = opened(entrance, reply).expect("a request");
    assert_eq!((request.page, request.asked_at), (second.url, NOW));
    assert_eq!(
        cookies(&request.jar),
        "lang=de; AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c"
    );
}

#[test]
fn a_sixth_page_of_the_apps_own_is_a_circle() {
    let site = site();
    let mut entrance = unknown(&site);
    asked(&mut entrance, Event::Begin);
    for _ in 0..5 {
        asked(&mut entrance, replied(Peer::App, redirect(START, "/")));
    }
    let stop = entrance.next(replied(Peer::App, redirect(START, "/")));
    let error = stop.err().expect("it does not go on").error;
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(
        error.message,
        "https://wiki.corp.example/x sends through more than 5 pages of its own before any sign-in"
    );
}

#[test]
fn an_app_that_does_not_answer_ends_the_way() {
    let site = site();
    let mut entrance = unknown(&site);
    asked(&mut entrance, Event::Begin);
    let stop = entrance.next(broken(Peer::App, false));
    let error = stop.err().expect("it does not go on").error;
    assert_eq!(words(&error), "the line is dead");
}

#[test]
fn any_idp_is_taken_unless_the_app_has_an_org() {
    let (app, site) = (app(), site());
    let cognito = with("https://corp.okta.com/oauth2/v1/authorize", COGNITO);
    let preview = with("corp.okta.com", "corp.oktapreview.com");
    for (authorize, is_okta) in [(AUTHORIZE, true), (&preview, true), (&cognito, false)] {
        for entrance in [Entrance::to_anywhere(&app), unknown(&site)] {
            let request = opened(entrance, redirect(START, authorize)).expect(authorize);
            assert_eq!(request.url.as_str(), authorize);
            assert_eq!(request.parameters.is_okta, is_okta, "{authorize}");
        }
        let own = opened(Entrance::of_app(&app), redirect(START, authorize));
        assert_eq!(own.is_ok(), authorize == AUTHORIZE, "{authorize}");
    }
}

#[test]
fn a_page_elsewhere_is_not_followed_and_the_hint_says_what_it_may_be() {
    let site = site();
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
        let error = refusal(unknown(&site), redirect(START, location));
        assert_eq!(error.kind, Kind::Usage, "{location}");
        let words = words(&error);
        assert!(words.contains(word) && !words.contains("x=y"), "{words}");
        assert_eq!(
            error.hints,
            [
                "if the app is there, add that URL",
                "name a path with --start"
            ]
        );
    }
}

#[test]
fn a_start_is_asked_for_only_where_another_one_may_help() {
    let site = site();
    let balancer = ("server", "awselb/2.0");
    for (status, server, kind) in [
        (200, ("server", "nginx"), Kind::Usage),
        (404, ("x", "y"), Kind::Usage),
        (401, ("server", "nginx"), Kind::Usage),
        (401, balancer, Kind::Usage),
        (403, balancer, Kind::Refused),
        (302, balancer, Kind::Network),
        (503, balancer, Kind::Network),
        (429, ("x", "y"), Kind::Network),
    ] {
        let error = refusal(unknown(&site), answer(START, status, &[server], ""));
        assert_eq!(error.kind, kind, "{status} {server:?}");
        let named: &[&str] = match kind {
            Kind::Usage => &["name a path with --start"],
            Kind::Refused => &[
                "ask the admins of the app to let this program's requests through: its user agent is credential/…",
            ],
            _ => &[],
        };
        assert_eq!(error.hints, named, "{status} {server:?}");
    }
}

use proptest::prelude::*;
use time::macros::datetime;
use url::Url;

use super::broken::failed;
use super::fixture::{NOW, answer, is_fit};
use super::{Request, Verb};
use crate::app::Target;
use crate::error::Kind;
use crate::secret::Secret;
use crate::site::Site;

const PLACE: &str = "https://a.example/b/c?d";

fn location(status: u16, text: &str) -> Option<String> {
    let reply = answer(PLACE, status, &[("location", text)], "");
    reply.location().map(Into::into)
}

#[test]
fn a_request_is_what_its_name_says() {
    let (url, cookie) = (
        Url::parse(PLACE).expect("a URL"),
        Some(Secret::new("a=b".into())),
    );
    let body = Secret::new("{}".into());
    for (request, verb, has_body, wants_page) in [
        (
            Request::get(url.clone(), cookie.clone()),
            Verb::Get,
            false,
            true,
        ),
        (
            Request::glance(url.clone(), cookie.clone()),
            Verb::Get,
            false,
            false,
        ),
        (
            Request::post(url.clone(), cookie.clone(), body),
            Verb::Post,
            true,
            true,
        ),
        (
            Request::delete(url.clone(), cookie.clone()),
            Verb::Delete,
            false,
            true,
        ),
    ] {
        assert_eq!(
            (request.verb, request.body.is_some(), request.wants_page),
            (verb, has_body, wants_page)
        );
        assert!(request.url == url && request.cookie == cookie);
    }
}

#[test]
fn only_the_redirects_that_send_elsewhere_have_a_location() {
    for status in [301, 302, 303, 307, 308] {
        assert_eq!(
            location(status, "/x").as_deref(),
            Some("https://a.example/x")
        );
    }
    for status in [200, 201, 300, 304, 305, 306, 309, 400, 500] {
        assert_eq!(location(status, "/x"), None, "{status}");
    }
}

#[test]
fn a_location_is_resolved_against_what_was_asked() {
    for (text, expected) in [
        ("", Some("https://a.example/b/c?d")),
        ("e", Some("https://a.example/b/e")),
        ("?e", Some("https://a.example/b/c?e")),
        ("//x.example/y", Some("https://x.example/y")),
        ("../../../y", Some("https://a.example/y")),
        ("https://x.example:443/#f", Some("https://x.example/#f")),
        ("https://[", None),
        ("http://a:b:c/", None),
    ] {
        assert_eq!(location(302, text).as_deref(), expected, "{text}");
    }
    assert_eq!(answer(PLACE, 302, &[], "").location(), None);
}

#[test]
fn the_first_header_of_a_name_counts_and_has_to_be_text() {
    let mut reply = answer(PLACE, 200, &[("server", "one"), ("server", "two")], "");
    assert_eq!(reply.header("server"), Some("one"));
    assert_eq!(reply.header("Server"), None);
    reply.headers[0].1 = b"\xff".to_vec();
    assert_eq!(reply.header("server"), None);
}

#[test]
fn the_date_is_the_servers_or_else_ours() {
    let date = |text| answer(PLACE, 200, &[("date", text)], "").date();
    assert_eq!(
        date("Sun, 06 Nov 1994 08:49:37 GMT"),
        datetime!(1994-11-06 08:49:37 UTC)
    );
    assert_eq!(date("yesterday"), NOW);
    assert_eq!(answer(PLACE, 200, &[], "").date(), NOW);
}

#[test]
fn every_line_of_cookies_is_read_and_a_bad_one_is_an_error_or_left_out() {
    let good = answer(
        PLACE,
        200,
        &[("set-cookie", "a=1"), ("x", "y"), ("set-cookie", "b=2")],
        "",
    );
    let names: Vec<_> = good
        .cookies(|_| true)
        .expect("good cookies")
        .into_iter()
        .map(|cookie| cookie.name)
        .collect();
    assert_eq!(names, ["a", "b"]);
    let bad = answer(
        "https://a.example:8443/",
        200,
        &[("set-cookie", "a=SECRET x"), ("set-cookie", "b=2")],
        "",
    );
    assert_eq!(bad.sound_cookies().len(), 1);
    let others = bad.cookies(|name| name != "a");
    assert_eq!(others.expect("a is not needed").len(), 1);
    let error = bad.cookies(|name| name == "a").expect_err("a bad cookie");
    assert_eq!(
        (error.kind, error.message.as_str()),
        (
            Kind::Network,
            "a.example:8443 sets a cookie whose value has bytes that no cookie may have"
        )
    );
}

#[test]
fn a_host_has_its_port_where_it_is_not_the_schemes_own() {
    for (url, host) in [
        ("https://a.example/x", "a.example"),
        ("https://a.example:443/", "a.example"),
        ("https://u:p@A.example:8443/", "a.example:8443"),
        ("http://[::1]:80/", "[::1]"),
    ] {
        assert_eq!(answer(url, 200, &[], "").host(), host);
    }
}

#[test]
fn a_failed_exchange_names_the_place_without_what_may_be_secret() {
    let url = Url::parse("https://u:p@a.example/b?sessionToken=SECRET#x").expect("a URL");
    let error = failed(&url, "reset\r\n\u{1b}[2J by peer");
    assert_eq!(error.kind, Kind::Network);
    assert_eq!(
        error.message,
        "no answer from https://a.example/b: reset [2J by peer"
    );
}

proptest! {
    #[test]
    fn any_headers_are_read_without_a_panic(headers in prop::collection::vec(("location|date|set-cookie|server", any::<Vec<u8>>()), 0..6)) {
        let mut reply = answer(PLACE, 302, &[], "");
        reply.headers = headers;
        let _ = (reply.date(), reply.sound_cookies(), reply.header("server"));
        if let Some(url) = reply.location() {
            prop_assert!(is_fit(&failed(&url, "x")));
        }
        if let Err(error) = reply.cookies(|_| true) {
            prop_assert!(is_fit(&error));
        }
    }

    #[test]
    fn any_site_is_a_place_that_covers_itself_or_is_told_what_is_wrong(
        text in prop_oneof![any::<String>(), "(https|http|ftp)?:?/{0,3}([a-z]{1,3}:[a-z]{1,3}@)?[a-z.\\[\\]:0-9]{0,14}(/[a-z.%0-9]{0,5}){0,3}[?#]?[a-z]{0,3}"]
    ) {
        match Site::parse(&text) {
            Ok(site) => {
                let url = Url::parse(&site.url()).expect("a site is a URL");
                prop_assert!(site.covers(&url) && site.same_origin(&url));
                prop_assert_eq!(Site::parse(&site.url()), Ok(site.clone()));
                prop_assert!(!site.url().contains(['?', '#', '@']));
            }
            Err(words) => prop_assert!(!words.is_empty() && !words.chars().any(char::is_control)),
        }
        if let Err(error) = Target::parse(&text) {
            prop_assert!(is_fit(&error));
        }
    }
}

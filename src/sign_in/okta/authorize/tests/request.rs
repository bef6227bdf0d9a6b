use crate::cookie::Jar;
use crate::http::Verb;
use crate::sign_in::fixture::{AUTHORIZE, jar, request_of, secret, url};
use crate::sign_in::okta::authorize::{authorize, silent};

const PLACE: &str = "https://corp.okta.com/oauth2/v1/authorize";

#[test]
fn a_silent_try_sends_the_albs_url_with_session_and_device_token() {
    let okta = jar(&[("sid", "102x"), ("idx", "eyJ"), ("DT", "DI1")]);
    let request = authorize(&request_of(AUTHORIZE), None, &okta);
    assert_eq!(request.verb, Verb::Get);
    assert_eq!(request.url.as_str(), format!("{AUTHORIZE}&prompt=none"));
    assert_eq!(
        request.cookie.expect("cookies").expose(),
        "sid=102x; idx=eyJ; DT=DI1"
    );
    assert!(request.body.is_none() && request.wants_page);
}

#[test]
fn the_albs_nonce_never_goes_to_okta() {
    let request = authorize(
        &request_of(AUTHORIZE),
        Some(&secret("t0k")),
        &Jar::default(),
    );
    assert!(request.cookie.is_none());
    assert_eq!(
        request.url.as_str(),
        format!("{AUTHORIZE}&prompt=none&sessionToken=t0k")
    );
}

#[test]
fn every_byte_is_kept_but_for_an_existing_prompt() {
    for (before, after) in [
        ("a=1", "a=1&prompt=none"),
        ("prompt=login&a=1", "a=1&prompt=none"),
        ("a=1&prompt=login&b=2", "a=1&b=2&prompt=none"),
        ("a=1&prompt=login%20consent", "a=1&prompt=none"),
        ("prompt=login&a=1&prompt=consent", "a=1&prompt=none"),
        ("a=1&prompt", "a=1&prompt=none"),
        ("a=1&prompt=", "a=1&prompt=none"),
        ("a=1&prompt=none", "a=1&prompt=none"),
        ("a=1&prompt_x=login", "a=1&prompt_x=login&prompt=none"),
        ("promptx=1&xprompt=2", "promptx=1&xprompt=2&prompt=none"),
        (
            "a=prompt&b=prompt%3Dlogin",
            "a=prompt&b=prompt%3Dlogin&prompt=none",
        ),
        ("PROMPT=login", "PROMPT=login&prompt=none"),
        (
            "s=%2B%2F%3d%3D&t=a+b%20c",
            "s=%2B%2F%3d%3D&t=a+b%20c&prompt=none",
        ),
        (
            "s=a/b?c:d@e;f,g!h$i(j)*k~l",
            "s=a/b?c:d@e;f,g!h$i(j)*k~l&prompt=none",
        ),
        ("s=a==&empty=&bare", "s=a==&empty=&bare&prompt=none"),
        ("s=%27%00%zz%", "s=%27%00%zz%&prompt=none"),
        ("s=%C3%A9%FF", "s=%C3%A9%FF&prompt=none"),
        ("", "prompt=none"),
    ] {
        let url = silent(&url(&format!("{PLACE}?{before}")), None);
        assert_eq!(url.as_str(), format!("{PLACE}?{after}"), "{before}");
    }
    assert_eq!(
        silent(&url(PLACE), None).as_str(),
        format!("{PLACE}?prompt=none")
    );
}

#[test]
fn an_apostrophe_stays_what_it_means() {
    // A URL of http or https has no bare apostrophe in its query (WHATWG URL, special-query percent-encode set).
    let url = silent(&url(&format!("{PLACE}?claims=it's")), None);
    assert_eq!(url.query(), Some("claims=it%27s&prompt=none"));
}

#[test]
fn a_fragment_is_for_browsers_and_is_not_sent() {
    let url = silent(&url(&format!("{PLACE}?a=1#prompt=login")), None);
    assert_eq!(url.as_str(), format!("{PLACE}?a=1&prompt=none"));
}

#[test]
fn a_session_token_is_encoded_where_it_has_to_be() {
    for (token, encoded) in [
        ("20111aZ09_-.", "20111aZ09_-."),
        ("a+b/c==", "a%2Bb%2Fc%3D%3D"),
        ("a&prompt=login#x", "a%26prompt%3Dlogin%23x"),
        ("\u{e9}\r\n\u{0}%", "%C3%A9%0D%0A%00%25"),
    ] {
        let url = silent(&url(PLACE), Some(&secret(token)));
        assert_eq!(
            url.query(),
            Some(format!("prompt=none&sessionToken={encoded}").as_str())
        );
    }
}

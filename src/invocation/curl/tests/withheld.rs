//! Calls whose cookie would leave its origin, meet an impostor, or stand next to another one.

use super::{check, planned_with};

#[test]
fn a_server_that_nobody_checks_gets_no_cookie() {
    for options in ["-k", "-sk", "-sSkL", "--insecure", "--insec"] {
        let line = format!("curl {options} https://app.example/");
        assert_eq!(planned_with("", &line), "withheld", "{line}");
        let line = format!("curl https://app.example/ https://x.example/ {options}");
        assert_eq!(planned_with("", &line), "withheld", "{line}");
    }
}

#[test]
fn the_cookie_of_a_jar_follows_no_redirect_to_another_port() {
    for options in [
        "-L https://x.example/",
        "-sSL --next x.example",
        "--location --libcurl out.c",
        "--locat",
        "-L --proto-default https x.example",
        "--follow x.example",
        "--location-trusted",
    ] {
        let line = format!("curl https://app.example/ {options}");
        assert_eq!(planned_with("", &line), "withheld", "{line}");
    }
    let line = "curl -L https://ada:pass@app.example/";
    assert_eq!(planned_with("", line), "withheld");
}

#[test]
fn no_request_has_two_cookie_headers() {
    let header = "curl https://app.example/";
    check(&[
        // A file of headers is read. `text_of` has these.
        ("curl -H @accept https://app.example/", header),
        ("curl -H @host https://app.example/", header),
        ("curl -H @cookie https://app.example/", "own cookies"),
        ("curl -H@cookie https://app.example/", "own cookies"),
        (
            "curl -H @host https://app.example/ https://x.example/",
            "withheld",
        ),
        (
            "curl -H @accept https://app.example/ https://x.example/",
            "netscape https://app.example/",
        ),
        // Nobody knows what a pipe has.
        ("curl -H @- https://app.example/", "withheld"),
        ("curl -H @/dev/fd/63 https://app.example/", "withheld"),
        ("curl -K - https://app.example/", "options on stdin"),
        (
            "curl -K - -L https://app.example/ x.example",
            "options on stdin",
        ),
        // Line ends begin a header.
        (
            "curl -H A:b\nCookie:a=b https://app.example/",
            "own cookies",
        ),
        (
            "curl -H A:b\r\ncookie;\r\n https://app.example/",
            "own cookies",
        ),
        (
            "curl -A b\r\nCookie:a=b https://app.example/",
            "own cookies",
        ),
        (
            "curl --request-target /\nCookie:a https://app.example/",
            "own cookies",
        ),
        ("curl -d a\nCookie:b https://app.example/", header),
        // With -c curl brings the cookies of a response to the next request.
        ("curl -c jar https://app.example/", header),
        ("curl -c jar -L https://app.example/", "withheld"),
        ("curl -c jar --retry 2 https://app.example/", "withheld"),
        (
            "curl -c jar --anyauth -u a:b https://app.example/",
            "withheld",
        ),
        ("curl -c jar https://app.example/{a,b}", "withheld"),
        (
            "curl -c jar https://app.example/ https://app.example/",
            "withheld",
        ),
    ]);
    assert_eq!(planned_with("cookie-jar = j\n-L\n", header), "withheld");
}

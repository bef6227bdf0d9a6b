use super::{AUTHORIZE, CALLBACK, COOKIE, reason};

#[test]
fn every_wrong_text_has_its_own_sentence() {
    let app = "https://wiki.corp.example";
    let line = |value: &str| format!("Cookie: {COOKIE}-{value}");
    for (text, sentence) in [
        ("  \r\n", "it is empty"),
        ("<>", "it is empty"),
        ("c0de", "it is neither an address nor a Cookie line"),
        ("4/0AeanS0b", "it is neither an address nor a Cookie line"),
        (
            "javascript:alert(1)",
            "it is neither an address nor a Cookie line",
        ),
        ("https://", "it is neither an address nor a Cookie line"),
        (
            "data://x",
            "it leads to data:, not to https://wiki.corp.example",
        ),
        (
            &CALLBACK.replace("wiki.corp", "evil.corp"),
            "it leads to https://evil.corp.example, not to https://wiki.corp.example",
        ),
        (
            &CALLBACK.replace("https", "http"),
            "it leads to http://wiki.corp.example, not to https://wiki.corp.example",
        ),
        (
            &CALLBACK.replace(".example/", ".example:8443/"),
            "it leads to https://wiki.corp.example:8443, not to https://wiki.corp.example",
        ),
        (
            &format!("{app}/secret"),
            "it is a page of https://wiki.corp.example, but not /oauth2/idpresponse",
        ),
        (
            &CALLBACK.replace('?', "%3F"),
            "it is a page of https://wiki.corp.example, but not /oauth2/idpresponse",
        ),
        (
            AUTHORIZE,
            "it is the address where the sign-in starts, not where it ends",
        ),
        (
            &CALLBACK.replace("state=a", "state=b"),
            "it is from an earlier attempt: its state is another one",
        ),
        ("code=c0de", "it has no state"),
        ("code=c0de&state=", "it has no state"),
        ("state=a%2Bb%2Fc%3D%3D", "it has no code"),
        ("code=&state=a%2Bb%2Fc%3D%3D", "it has no code"),
        ("error=&state=a%2Bb%2Fc%3D%3D", "it has no code"),
        (
            app,
            "it is a page of https://wiki.corp.example, but not /oauth2/idpresponse",
        ),
        (
            &line("1=x"),
            "it is a Cookie line without the whole of AWSELBAuthSessionCookie-0, AWSELBAuthSessionCookie-1, …",
        ),
        (
            "cookie: other=x",
            "it is a Cookie line without the whole of AWSELBAuthSessionCookie-0, AWSELBAuthSessionCookie-1, …",
        ),
        ("co\0de", "it has a control character in it"),
        ("co\u{1b}de", "it has a control character in it"),
    ] {
        assert_eq!(reason(text).to_string(), sentence, "{text:?}");
    }
}

#[test]
fn a_text_of_over_sixteen_kibibytes_is_too_long_but_for_its_blanks() {
    let long = CALLBACK.replace("c0de", &"x".repeat(16_400));
    for text in [&long, "x=", "Cookie: a=b; x="] {
        let text = text.replace("x=", &"x=".repeat(8_200));
        assert_eq!(reason(&text).to_string(), "it is longer than 16 KiB");
    }
    assert_eq!(reason(&" ".repeat(100_000)).to_string(), "it is empty");
}

#[test]
fn no_sentence_repeats_the_query_the_path_or_a_password() {
    for text in [
        "https://wiki.corp.example/hunter2?hunter2#hunter2",
        "https://hunter2:hunter2@evil.example/hunter2?code=hunter2&state=hunter2",
        "hunter2",
        "hunter2/x?y",
        "hunter2:x",
        "code=hunter2&state=hunter2",
        "AWSELBAuthSessionCookie-1=hunter2",
        "hunter2\0",
    ] {
        let reason = reason(text);
        assert!(
            !format!("{reason} {reason:?}").contains("hunter2"),
            "{text}"
        );
    }
}

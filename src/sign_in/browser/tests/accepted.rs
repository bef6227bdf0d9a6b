use super::{CALLBACK, COOKIE, CallbackAnswer, Pasted, code, pasted};
use crate::error::Kind;

#[test]
fn the_whole_address_is_taken_however_it_is_wrapped_and_quoted() {
    let half = CALLBACK.len() / 2;
    let (start, end) = CALLBACK.split_at(half);
    for text in [
        CALLBACK.to_owned(),
        format!("  {CALLBACK}\r\n"),
        format!("\u{1b}[200~{CALLBACK}\u{1b}[201~"),
        format!("\u{1b}[200~{start}\r{end}\r\u{1b}[201~"),
        format!("{start}\r\n{end}"),
        format!("{start}\n    {end}\t"),
        format!("{start}\u{a0}\u{200b}{end}\u{feff}"),
        format!("{start}\u{1b}[1;5C{end}"),
        format!("<{CALLBACK}>"),
        format!("\"{CALLBACK}\""),
        format!("'{start}\n{end}' "),
        format!("\u{201c}{CALLBACK}\u{201d}"),
        format!("`<{CALLBACK}>`"),
    ] {
        assert_eq!(code(&text), CALLBACK, "{text:?}");
    }
}

#[test]
fn a_part_of_the_address_is_enough_from_the_query_on() {
    for text in [
        "code=c0de&state=a%2Bb%2Fc%3D%3D",
        "?code=c0de&state=a%2Bb%2Fc%3D%3D",
        "/oauth2/idpresponse?code=c0de&state=a%2Bb%2Fc%3D%3D",
        "//wiki.corp.example/oauth2/idpresponse?code=c0de&state=a%2Bb%2Fc%3D%3D",
        "wiki.corp.example/oauth2/idpresponse?code=c0de&state=a%2Bb%2Fc%3D%3D",
        "WIKI.corp.example:443/oauth2/idpresponse?code=c0de&state=a%2Bb%2Fc%3D%3D",
    ] {
        assert_eq!(code(text), CALLBACK, "{text}");
    }
}

#[test]
fn every_other_byte_of_the_query_stays_as_it_was() {
    let query = "iss=https%3A%2F%2Fid.example&state=a%2Bb%2Fc%3D%3D&session_state=1-2.3~&code=4/0A_b&authuser=0&hd";
    let whole = format!("https://wiki.corp.example/oauth2/idpresponse?{query}");
    assert_eq!(code(&whole), whole);
    assert_eq!(code(query), whole);
}

#[test]
fn a_code_of_almost_sixteen_kibibytes_is_taken() {
    let long = CALLBACK.replace("c0de", &"x".repeat(16_000));
    assert_eq!(code(&long), long);
}

#[test]
fn an_error_is_taken_with_our_state_or_without() {
    for (text, words, kind) in [
        ("error=access_denied", "access_denied", Kind::Refused),
        (
            "error=login_required&error_description=no+session&state=a%2Bb%2Fc%3D%3D",
            "no session (login_required)",
            Kind::Person,
        ),
        (
            "https://wiki.corp.example/oauth2/idpresponse?error=server_error&code=",
            "server_error",
            Kind::Network,
        ),
        (
            "error=login_required&error_description=AADSTS50058%3a+none.%0d%0aTrace+ID%3a+1&state=a%2Bb%2Fc%3D%3D",
            "AADSTS50058: none. Trace ID: 1 (login_required)",
            Kind::Person,
        ),
        ("error=brand_new", "brand_new", Kind::Network),
    ] {
        let Ok(Pasted::Callback(CallbackAnswer::Error(error))) = pasted(text) else {
            panic!("{text} is no error");
        };
        let error = error.error("id.example");
        assert_eq!(
            (error.kind, error.message),
            (kind, format!("id.example: {words}"))
        );
        assert_eq!(!error.causes.is_empty(), text.contains("brand_new"));
    }
}

#[test]
fn the_family_is_taken_from_a_cookie_line_with_or_without_its_name() {
    for text in [
        format!("Cookie: a=b; {COOKIE}-0=x+/=; {COOKIE}-1=y"),
        format!("cookie:{COOKIE}-1=y;{COOKIE}-0=x+/="),
        format!("{COOKIE}-0=x+/=; {COOKIE}-1=y\r\n"),
        format!("\u{1b}[200~{COOKIE}-0=x\r+/=;\r{COOKIE}-1=y\u{1b}[201~"),
    ] {
        let Ok(Pasted::Cookies(shards)) = pasted(&text) else {
            panic!("{text:?} has no family");
        };
        let shards: Vec<_> = shards
            .iter()
            .map(|shard| format!("{}={}", shard.name, shard.value.expose()))
            .collect();
        assert_eq!(
            shards,
            [format!("{COOKIE}-0=x+/="), format!("{COOKIE}-1=y")]
        );
    }
}

mod random;

use super::Bazel;
use crate::app::Target;
use crate::dialect::{Dialect, HelperOutcome, HelperRequest};
use crate::error::{Error, Kind};
use crate::output::fixture::{answer, app};
use crate::reply::Reply;
use crate::secret::Secret;

const REQUEST: &str = "{\"uri\":\"https://wiki.corp.example/docs?x=y\"}";

fn parse(action: &str, input: impl AsRef<[u8]>) -> Result<HelperRequest, Reply> {
    Bazel.parse(action, input.as_ref())
}

fn request(input: &str) -> HelperRequest {
    parse("get", input).expect("a request with something to do")
}

fn failed(stderr: &str, code: u8) -> Reply {
    Reply {
        stdout: Secret::default(),
        stderr: stderr.into(),
        code,
    }
}

#[test]
fn get_answers_the_header_and_the_expiry() {
    let app = app("https://wiki.corp.example");
    let outcome = HelperOutcome::Session(answer(&app, &["one", "two"]));
    assert_eq!(
        Bazel.render(&request(REQUEST), Ok(&outcome)),
        Reply {
            stdout: Secret::new(
                "{\"headers\":{\"Cookie\":[\"AWSELBAuthSessionCookie-0=one; AWSELBAuthSessionCookie-1=two\"]},\
                 \"expires\":\"2026-11-24T08:00:00Z\"}\n"
                    .into()
            ),
            stderr: String::new(),
            code: 0,
        }
    );
}

#[test]
fn a_request_may_have_more_members_spaces_and_escapes() {
    let target = Target::Url("https://a.example/b".parse().expect("a URL"));
    let long = format!(
        "{{\"uri\":\"https://a.example/b\",\"more\":\"{}\"}}",
        "x".repeat(70_000)
    );
    for input in [
        "{\"uri\":\"https://a.example/b\"}",
        "\r\n {\r\n\"more\": {\"x\": [1]},\r\n\"uri\": \"https:\\/\\/a.example/\\u0062\"\r\n}\r\n",
        &long,
    ] {
        assert_eq!(request(input).target, target, "{input:.80}");
    }
}

#[test]
fn an_unknown_uri_and_a_failed_sign_in_are_errors_on_stderr() {
    let unknown = Error::new(
        Kind::NoSuchApp,
        "no app covers https://wiki.corp.example/docs",
    );
    let refused = Error::refused("cannot sign in to wiki: Okta refused the password (E0000004)");
    assert_eq!(
        Bazel.render(&request(REQUEST), Err(&unknown)),
        failed(
            "credential: no app covers https://wiki.corp.example/docs\n",
            4
        )
    );
    assert_eq!(
        Bazel.render(&request(REQUEST), Err(&refused)),
        failed(
            "credential: cannot sign in to wiki: Okta refused the password (E0000004)\n",
            5
        )
    );
}

#[test]
fn a_malformed_request_is_refused_and_not_echoed() {
    let shape = "credential: cannot answer Bazel's request: it is not a JSON object with a member \"uri\"\n";
    let url = "credential: cannot answer Bazel's request: its uri is not a URL\n";
    let long = format!("{{\"uri\":\"{}\"}}", "x".repeat(70_000));
    for (input, stderr) in [
        ("", shape),
        ("\r\n", shape),
        ("{}", shape),
        ("[\"https://a.example\"]", shape),
        ("{\"uri\":5}", shape),
        ("{\"uri\":null}", shape),
        ("{\"url\":\"https://a.example\"}", shape),
        ("{\"uri\":\"https://a.example\"", shape),
        ("{\"uri\":\"https://a.example\"}{}", shape),
        ("{\"uri\":\"https://a\0.example\"}", shape),
        ("{\"uri\":\"https://a\r.example\"}", shape),
        ("{\"uri\":\"https://a\\r.example\"}", url),
        ("{\"uri\":\"https://a\\u0000.example\"}", url),
        ("{\"uri\":\"https://a.example\\\\@b.example\"}", url),
        ("{\"uri\":\"https:a.example\"}", url),
        ("{\"uri\":\"https:///a.example\"}", url),
        ("{\"uri\":\"https://%61.example\"}", url),
        ("{\"uri\":\"https://b.example@c@a.example\"}", url),
        ("{\"uri\":\"ftp://a.example\"}", url),
        ("{\"uri\":\"a.example\"}", url),
        ("{\"uri\":\"\"}", url),
        (&long, url),
    ] {
        assert_eq!(parse("get", input), Err(failed(stderr, 2)), "{input:.80?}");
    }
    assert_eq!(
        parse("get", b"{\"uri\":\"https://\xff\"}"),
        Err(failed(shape, 2))
    );
}

#[test]
fn any_other_action_gets_the_usage() {
    let usage = "credential: usage: bazel-credential-alb get, with {\"uri\": …} on stdin\n";
    for action in ["", "store", "erase", "list", "GET", "\u{1b}[2J"] {
        assert_eq!(parse(action, REQUEST), Err(failed(usage, 2)), "{action:?}");
    }
}

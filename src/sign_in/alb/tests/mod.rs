mod answers_random;
mod authorization_request;
mod callback;
mod entrance;
mod family;
mod random;
mod start;
mod verify;

use crate::cookie::Jar;
use crate::error::{Error, Result};
use crate::http::Response;
use crate::session::Session;
use crate::sign_in::alb::entrance::{Entrance, Page};
use crate::sign_in::alb::judge_callback;
use crate::sign_in::fixture::{AUTHORIZE, CALLBACK, START, answer, app, is_fit, words};

fn judge(jar: Jar, reply: &Response) -> Result<Page> {
    let app = app();
    let mut entrance = Entrance::of_app(&app);
    entrance.jar = jar;
    entrance.judge(reply)
}

fn refusal(reply: &Response) -> Error {
    match judge(Jar::default(), reply) {
        Ok(Page::Request(_)) => panic!("it is taken for a request"),
        Ok(Page::Own(url)) => panic!("it is followed to {url}"),
        Err(error) => error,
    }
}

/// The app's own page that an answer leads to, and the cookies that go there.
fn elsewhere(jar: Jar, reply: &Response) -> (String, Jar) {
    let app = app();
    let mut entrance = Entrance::of_app(&app);
    entrance.jar = jar;
    match entrance.judge(reply) {
        Ok(Page::Own(url)) => (url.into(), entrance.jar),
        Ok(Page::Request(_)) => panic!("it is taken for a request"),
        Err(error) => panic!("{}", words(&error)),
    }
}

/// The ALB's URL with `from` replaced.
fn with(from: &str, to: &str) -> String {
    assert!(AUTHORIZE.contains(from), "{from}");
    AUTHORIZE.replace(from, to)
}

/// Lines of `Set-Cookie` that real applications send, and that the grammar does not allow.
const UNSOUND: [&str; 9] = [
    "foo=hello world",
    "foo=\"q\"; Path=/",
    "foo=a,b",
    "foo",
    "",
    "=bar",
    "bad name=x",
    "foo={\"a\":1}",
    "n\u{7}=x",
];

const SHARD: &str = "AWSELBAuthSessionCookie-0=ab+/c==; Path=/; Secure; HttpOnly; \
    Expires=Mon, 30 Nov 2026 20:00:00 GMT";

/// The ALB's answer to the callback, with these lines of `Set-Cookie`.
fn sets(lines: &[&str]) -> Response {
    let mut headers = vec![("location", START), ("server", "awselb/2.0")];
    headers.extend(lines.iter().map(|line| ("set-cookie", *line)));
    answer(CALLBACK, 302, &headers, "")
}

fn session(reply: &Response) -> Session {
    judge_callback(&app(), reply).unwrap_or_else(|error| panic!("{}", words(&error)))
}

fn no_session(reply: &Response) -> Error {
    let error = judge_callback(&app(), reply).expect_err("no session");
    assert!(is_fit(&error), "{}", words(&error));
    error
}

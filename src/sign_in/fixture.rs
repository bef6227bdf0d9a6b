//! Shared by the tests of the machines: one app behind an ALB, its org, and the good answers of both.

mod script;

use time::Duration;
use url::Url;

pub(super) use crate::http::fixture::{NOW, answer, is_fit, words};
pub(super) use script::{Script, asked, broken, replied, stopped};

use super::alb::{AuthorizationRequest, Entrance};
use super::flow::{Event, Flow, Peer, Step};
use crate::app::{App, OktaClient, Org};
use crate::cookie::Jar;
use crate::error::Result;
use crate::http::Response;
use crate::output::fixture;
use crate::secret::Secret;

/// The page that a sign-in starts at.
pub(super) const START: &str = "https://wiki.corp.example/";
/// The ALB's own authorize URL, in the order and the encoding of the captures.
pub(crate) const AUTHORIZE: &str = "https://corp.okta.com/oauth2/v1/authorize?client_id=0oa1\
    &redirect_uri=https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse&response_type=code\
    &scope=openid%20profile&state=a%2Bb%2Fc%3D%3D";
/// The callback of a good sign-in.
pub(super) const CALLBACK: &str =
    "https://wiki.corp.example/oauth2/idpresponse?code=c0de&state=a%2Bb%2Fc%3D%3D";
/// Okta's authn endpoint.
pub(super) const AUTHN: &str = "https://corp.okta.com/api/v1/authn";
/// The nonce, as a header of the ALB's authorization request.
pub(super) const NONCE: (&str, &str) = (
    "set-cookie",
    "AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c; Path=/; Secure; HttpOnly",
);
/// The password that is never to be read in an error.
pub(super) const PASSWORD: &str = "hunter2 \"/\u{e9}";

/// The app `wiki` and, in it, the org `corp`.
pub(super) fn app() -> App {
    fixture::app("https://wiki.corp.example")
}

pub(super) fn org(app: &App) -> &Org {
    app.org().expect("an app of an org")
}

pub(super) fn client(redirect_uri: &str) -> OktaClient {
    OktaClient {
        id: "0oaCLI".into(),
        redirect_uri: redirect_uri.into(),
    }
}

pub(super) fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

pub(super) fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

/// A jar of these cookies.
pub(super) fn jar(cookies: &[(&str, &str)]) -> Jar {
    let mut jar = Jar::default();
    for (name, value) in cookies {
        jar.put(name, secret(value));
    }
    jar
}

/// The `Cookie` header's value.
pub(super) fn cookies(jar: &Jar) -> String {
    jar.header()
        .map(|header| header.expose().to_owned())
        .unwrap_or_default()
}

/// Returns the authorization request in `reply`, after going in by `entrance`.
pub(crate) fn opened(mut entrance: Entrance<'_>, reply: Response) -> Result<AuthorizationRequest> {
    match entrance.next(Event::Replied(Peer::App, Ok(reply))) {
        Ok(Step::Done(request)) => Ok(request),
        Ok(_) => panic!("it is another page of the app"),
        Err(stop) => Err(stop.error),
    }
}

/// The request of an ALB whose authorize URL is `authorize`.
pub(crate) fn request_of(authorize: &str) -> AuthorizationRequest {
    let app = app();
    let reply = answer(START, 302, &[("location", authorize), NONCE], "");
    opened(Entrance::of_app(&app), reply).expect("a request")
}

/// A redirect's answer of `from`.
pub(super) fn redirect(from: &str, location: &str) -> Response {
    answer(from, 302, &[("location", location)], "")
}

/// The last moment that a request made at [`NOW`] is good for, and the first that it is not.
pub(super) fn edge_of_use() -> (crate::clock::Moment, crate::clock::Moment) {
    let end = NOW + Duration::minutes(14);
    (end - Duration::SECOND, end)
}

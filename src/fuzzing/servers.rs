//! The answers of servers: whatever they say, nothing is sent off the app and the org, nothing that they say commands a
//! terminal, and the password comes out of no error.

use time::macros::datetime;
use url::Url;

use super::{app, is_fit, is_tame, marks};
use crate::app::{App, Org};
use crate::clock::Moment;
use crate::cookie::{Jar, SetCookie, is_name, is_value};
use crate::error::Error;
use crate::http::{Request, Response};
use crate::session::{Session, Shard, family, pasted};
use crate::sign_in::alb::{AuthorizationRequest, Entrance, Parameters};
use crate::sign_in::alb::{Verification, judge_callback};
use crate::sign_in::flow::{Event, Flow, Peer, Step};
use crate::sign_in::okta::{AuthorizeOutcome, judge_authorize, judge_organization};

pub(super) const NOW: Moment = datetime!(2026-11-23 20:00:00 UTC);
pub(super) const COOKIE: &str = "AWSELBAuthSessionCookie";
const AUTHORIZE: &str = "https://corp.okta.com/oauth2/v1/authorize?client_id=0oa1\
    &redirect_uri=https%3A%2F%2Fexample.com%2Foauth2%2Fidpresponse&response_type=code&scope=openid&state=a%2Bb";

/// Lines of `Set-Cookie`, and all of them as one value of `Cookie`, as a person copies it.
pub(crate) fn cookies(input: &[u8]) {
    let lines = input.split(|&byte| byte == b'\n');
    let cookies: Vec<SetCookie> = lines
        .filter_map(|line| SetCookie::parse(line).ok())
        .collect();
    let mut jar = Jar::default();
    jar.follow(&cookies, NOW);
    for cookie in &cookies {
        assert!(is_name(&cookie.name) && is_value(cookie.value.expose()));
        assert_eq!(marks(format!("{:?}", cookie.value).as_bytes()), 0);
        let _ = cookie.life(NOW);
    }
    if let Ok(shards) = family(COOKIE, &cookies, NOW) {
        is_family(shards);
    }
    if let Some(shards) = std::str::from_utf8(input)
        .ok()
        .and_then(|text| pasted(COOKIE, text))
    {
        is_family(shards);
    }
}

/// Asserts that `shards` are numbered without a gap, and that their header is one.
pub(super) fn is_family(shards: Vec<Shard>) {
    assert!((1..=4).contains(&shards.len()));
    for (index, shard) in shards.iter().enumerate() {
        assert_eq!(shard.name, format!("{COOKIE}-{index}"));
    }
    let header = Session::issued(shards, NOW, None).cookie();
    let printable = |byte: u8| (b' '..=b'~').contains(&byte);
    assert!(header.expose().bytes().all(printable));
}

/// An answer of `url`: a line with the status, lines of headers, an empty line, the body.
pub(super) fn answer(url: &str, input: &[u8]) -> Response {
    let (head, body) = match input.windows(2).position(|two| two == b"\n\n") {
        Some(end) => (&input[..end], &input[end + 2..]),
        None => (input, &[][..]),
    };
    let mut lines = head.split(|&byte| byte == b'\n');
    let status = lines
        .next()
        .and_then(|line| std::str::from_utf8(line).ok()?.parse().ok());
    let headers = lines.filter_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        Some((name, line[colon + 1..].trim_ascii().to_vec()))
    });
    Response {
        url: Url::parse(url).expect("a URL"),
        status: status.unwrap_or(200),
        headers: headers.collect(),
        body: body.to_vec(),
        asked_at: NOW,
        at: NOW,
    }
}

pub(super) fn org(app: &App) -> &Org {
    app.org().expect("an app of an org")
}

/// Asserts that an error that came about is fit to be shown.
pub(super) fn fit<T>(result: Result<T, Error>) -> Option<T> {
    result
        .inspect_err(|error| assert!(is_fit(error), "{error:?}"))
        .ok()
}

/// Checks how the answers of an ALB, of an application behind it, and of the authorize endpoint are judged.
pub(crate) fn balancer(input: &[u8]) {
    let app = app("whole");
    let reply = answer("https://example.com/", input);
    if let Some(request) = go_in(app, Entrance::of_app(app), reply.clone()) {
        assert!(org(app).site.same_origin(&request.url));
    }
    let _ = go_in(app, Entrance::to_anywhere(app), reply.clone());
    let sent_to = reply.location();
    if let Some(parameters) = sent_to.and_then(|url| Parameters::read(&app.site, &url)) {
        assert!(app.site.same_origin(&parameters.callback));
    }
    if let Some(session) = fit(judge_callback(app, &reply)) {
        is_family(session.shards);
    }
    let session = Session::issued(Vec::new(), NOW, None);
    let event = Event::Replied(Peer::App, Ok(reply.clone()));
    let verified = Verification::new(app, &session).next(event);
    let _ = fit(verified.map_err(|stop| stop.error));
    let _ = fit(judge_organization(&org(app).site, &reply));
    let request = go_in(app, Entrance::of_app(app), ask_for_sign_in(app));
    let request = request.expect("an ALB's request");
    match fit(judge_authorize(
        app,
        org(app),
        &request,
        &answer(AUTHORIZE, input),
    )) {
        Some(AuthorizeOutcome::Code(url)) => {
            assert!(app.site.same_origin(&url) && request.has_state(&url));
        }
        Some(AuthorizeOutcome::LoginRequired(words)) => assert!(is_tame(&words)),
        None => {}
    }
}

/// Goes into the app with this answer, which leads to the ALB's request, to another page of the app, or nowhere.
pub(super) fn go_in(
    app: &App,
    mut entrance: Entrance<'_>,
    reply: Response,
) -> Option<AuthorizationRequest> {
    let step = entrance.next(Event::Replied(Peer::App, Ok(reply)));
    match fit(step.map_err(|stop| stop.error))? {
        Step::Done(request) => {
            assert!(app.site.same_origin(&request.parameters.callback));
            let _ = request.is_usable(NOW);
            Some(request)
        }
        Step::Send(requests) => {
            let stays = |(peer, request): &(Peer, Request)| {
                *peer == Peer::App && app.site.same_origin(&request.url)
            };
            assert!(requests.iter().all(stays));
            None
        }
        _ => panic!("an entrance only asks the app"),
    }
}

/// The answer of an ALB that asks for a sign-in at the app's org.
pub(super) fn ask_for_sign_in(app: &App) -> Response {
    let location = AUTHORIZE.replace("example.com", &app.site.authority());
    let nonce = "set-cookie: AWSALBAuthNonce=hZ0";
    let text = format!("302\nlocation: {location}\n{nonce}");
    answer(app.start.as_str(), text.as_bytes())
}

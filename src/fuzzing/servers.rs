//! The answers of servers: whatever they say, nothing is sent off the app and the org, nothing that they say commands a
//! terminal, and the password comes out of no error.

use time::macros::datetime;
use url::Url;

use super::{MARK, app, is_fit, is_tame, marks};
use crate::alb::Authorize;
use crate::app::{App, Org};
use crate::clock::Moment;
use crate::cookie::{Jar, SetCookie, is_name, is_value};
use crate::error::Error;
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::session::{Session, Shard, family, pasted};
use crate::sign_in::balancer::{Start, judge_callback, judge_start, judge_verify};
use crate::sign_in::okta::{
    Answer, Verdict, judge_authn, judge_authorize, judge_organization, judge_session,
};
use crate::sign_in::{Given, Stop, Transaction, Turn};

const NOW: Moment = datetime!(2026-11-23 20:00:00 UTC);
const COOKIE: &str = "AWSELBAuthSessionCookie";
const AUTHN: &str = "https://corp.okta.com/api/v1/authn";
const AUTHORIZE: &str = "https://corp.okta.com/oauth2/v1/authorize?client_id=0oa1\
    &redirect_uri=https%3A%2F%2Fexample.com%2Foauth2%2Fidpresponse&response_type=code&scope=openid&state=a%2Bb";
/// The most answers of one transaction that are played.
const LONGEST_PLAY: usize = 60;
/// The most factors that one transaction may have answered out of the configuration.
const MOST_FACTORS: u32 = 8;

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
fn is_family(shards: Vec<Shard>) {
    assert!((1..=4).contains(&shards.len()));
    for (index, shard) in shards.iter().enumerate() {
        assert_eq!(shard.name, format!("{COOKIE}-{index}"));
    }
    let header = Session::issued(shards, NOW, None).cookie();
    let printable = |byte: u8| (b' '..=b'~').contains(&byte);
    assert!(header.expose().bytes().all(printable));
}

/// An answer of `url`: a line with the status, lines of headers, an empty line, the body.
fn answer(url: &str, input: &[u8]) -> Response {
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
        body: body.to_vec().into(),
        asked_at: NOW,
        at: NOW,
    }
}

fn org(app: &App) -> &Org {
    app.org().expect("an app of an org")
}

/// Asserts that an error that came about is fit to be shown.
fn fit<T>(result: Result<T, Error>) -> Option<T> {
    result
        .inspect_err(|error| assert!(is_fit(error), "{error:?}"))
        .ok()
}

/// What an ALB, an application behind it, and the authorize endpoint answer.
pub(crate) fn balancer(input: &[u8]) {
    let app = app("whole");
    let reply = answer("https://example.com/", input);
    match fit(judge_start(app, org(app), Jar::default(), &reply)) {
        Some(Start::Demand(demand)) => {
            assert!(org(app).site.same_origin(&demand.authorize));
            let _ = demand.is_usable(NOW);
        }
        Some(Start::Elsewhere(url, _)) => assert!(app.site.same_origin(&url)),
        None => {}
    }
    if let Some(authorize) = reply
        .location()
        .and_then(|url| Authorize::read(&app.site, &url))
    {
        assert!(app.site.same_origin(&authorize.callback));
    }
    if let Some(session) = fit(judge_callback(app, &reply)) {
        is_family(session.shards);
    }
    let _ = fit(judge_verify(app, &reply));
    let _ = fit(judge_organization(&org(app).site, &reply));
    let demand = answer(
        "https://example.com/",
        format!("302\nlocation: {AUTHORIZE}").as_bytes(),
    );
    let Ok(Start::Demand(demand)) = judge_start(app, org(app), Jar::default(), &demand) else {
        panic!("an ALB's demand")
    };
    match fit(judge_authorize(
        app,
        org(app),
        &demand,
        &answer(AUTHORIZE, input),
    )) {
        Some(Verdict::Code(url)) => assert!(app.site.same_origin(&url) && demand.has_state(&url)),
        Some(Verdict::SignInWanted(words)) => assert!(is_tame(&words)),
        None => {}
    }
}

/// Okta's answers to a password and all that follows, one after the other. They are separated by lines of `---`.
pub(crate) fn okta(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let replies = text
        .split("\n---\n")
        .map(|reply| answer(AUTHN, reply.as_bytes()));
    let replies: Vec<Response> = replies.collect();
    let _ = fit(judge_session(&replies[0]));
    // One that asks a person for everything, and one that is configured to answer by itself.
    let orgs = ["whole", "victim"].map(|name| org(app(name)));
    for (org, person) in orgs.into_iter().flat_map(|org| [(org, true), (org, false)]) {
        let password = Secret::concat(&[std::str::from_utf8(MARK).expect("ASCII")]);
        // Where a server says it by itself, it need not have it from us.
        let knows = marks(input) > 0;
        if let Err(stop) = play(org, &password, person, &replies) {
            assert!(is_fit(&stop.error), "{:?}", stop.error);
            assert!(knows || marks(stop.error.to_text().as_bytes()) == 0);
        }
    }
}

/// Plays a transaction with these answers, which come again and again.
fn play(org: &Org, password: &Secret, person: bool, replies: &[Response]) -> Result<(), Stop> {
    let mut replies = replies.iter().cycle();
    let mut next = || replies.next().expect("a circle has no end");
    let state = match judge_authn(org, next())? {
        Answer::Token(_) => return Ok(()),
        Answer::More(state) => *state,
    };
    let mut machine = Transaction::begin(org, password, person, Jar::default(), 0, state);
    let mut turn = machine.judge(None)?;
    let mut by_configuration = 0;
    for count in 0..LONGEST_PLAY {
        for line in machine.news() {
            assert!(is_tame(&line), "{line}");
        }
        turn = match turn {
            Turn::Token(_) => return Ok(()),
            Turn::Send(request, awaits) => {
                stays(org, &request);
                machine.replied(awaits, next())?
            }
            Turn::Wait(waiting) => {
                assert!(is_tame(&waiting.what));
                waiting.over()
            }
            Turn::Ask(active) => {
                assert!(is_tame(&active.prompt()) && (person || active.is_configured()));
                by_configuration += u32::from(!person);
                assert!(by_configuration <= MOST_FACTORS, "codes without an end");
                let given = match count % 5 {
                    _ if !person => Given::Typed(Secret::concat(&["123456"])),
                    3 => Given::Resend,
                    4 => Given::Back,
                    _ => Given::Typed(Secret::concat(&["123456"])),
                };
                machine.answered(active, given)?
            }
            Turn::Choose(menu) => {
                assert!(person && menu.labels().all(is_tame));
                let many = menu.labels().count();
                machine.chosen(menu, Some(count % many))?
            }
            Turn::Renew(renewal) => machine.renewed(renewal, &Secret::concat(&["new"])),
        };
    }
    Ok(())
}

/// Asserts that a request goes to the org, and with nobody's name in its URL.
fn stays(org: &Org, request: &Request) {
    let url = &request.url;
    assert!(org.site.same_origin(url), "{url}");
    assert_eq!((url.username(), url.password()), ("", None));
}

//! The answers of servers: whatever they say, nothing is sent off the app and the org, nothing that they say commands a
//! terminal, and the password comes out of no error.

use time::macros::datetime;
use url::Url;

use super::{MARK, app, is_fit, is_tame, marks};
use crate::app::{App, Engine, Org};
use crate::clock::Moment;
use crate::cookie::{Jar, SetCookie, is_name, is_value};
use crate::error::Error;
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::session::{Session, Shard, family, pasted};
use crate::sign_in::Attempt;
use crate::sign_in::alb::{AuthorizationRequest, Entrance, Parameters};
use crate::sign_in::alb::{Verification, judge_callback};
use crate::sign_in::flow::{
    Code, Event, Fact, Flow, KnownAccount, Need, Notice, Peer, Step, Stop, UserInput,
};
use crate::sign_in::okta::{
    AuthorizeOutcome, Ladder, Parties, judge_authorize, judge_organization, judge_session,
};

const NOW: Moment = datetime!(2026-11-23 20:00:00 UTC);
const COOKIE: &str = "AWSELBAuthSessionCookie";
const AUTHN: &str = "https://corp.okta.com/api/v1/authn";
const AUTHORIZE: &str = "https://corp.okta.com/oauth2/v1/authorize?client_id=0oa1\
    &redirect_uri=https%3A%2F%2Fexample.com%2Foauth2%2Fidpresponse&response_type=code&scope=openid&state=a%2Bb";
/// The most steps of one sign-in that are played.
const LONGEST_PLAY: usize = 80;
/// The most factors that one sign-in may have answered out of the configuration.
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

/// Checks how the answers of an ALB, of an application behind it, and of the authorize endpoint are judged.
pub(crate) fn balancer(input: &[u8]) {
    let app = app("whole");
    let reply = answer("https://example.com/", input);
    if let Some(request) = go_in(app, Entrance::to_org(app, org(app)), reply.clone()) {
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
    let request = go_in(app, Entrance::to_org(app, org(app)), ask_for_sign_in(app));
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
fn go_in(app: &App, mut entrance: Entrance<'_>, reply: Response) -> Option<AuthorizationRequest> {
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
fn ask_for_sign_in(app: &App) -> Response {
    let location = AUTHORIZE.replace("example.com", &app.site.authority());
    let nonce = "set-cookie: AWSALBAuthNonce=hZ0";
    let text = format!("302\nlocation: {location}\n{nonce}");
    answer(app.start.as_str(), text.as_bytes())
}

/// Okta's answers to a password and all that follows, one after the other. They are separated by lines of `---`.
pub(crate) fn okta(input: &[u8]) {
    play(Engine::Classic, input);
}

/// The answers of an org on the Identity Engine: its sign-in page, and all that follows.
pub(crate) fn identity(input: &[u8]) {
    play(Engine::Identity, input);
}

fn play(engine: Engine, input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let replies = text
        .split("\n---\n")
        .map(|reply| answer(AUTHN, reply.as_bytes()));
    let replies: Vec<Response> = replies.collect();
    let _ = fit(judge_session(&replies[0]));
    // One that asks a person for everything, and one that is configured to answer by itself.
    let apps = ["whole", "victim"].map(app);
    for (app, person) in apps.into_iter().flat_map(|app| [(app, true), (app, false)]) {
        // Where a server says it by itself, it need not have it from us.
        let knows = marks(input) > 0;
        if let Err(stop) = Play::new(app, person, engine).run(&replies) {
            assert!(is_fit(&stop.error), "{:?}", stop.error);
            assert!(knows || marks(stop.error.to_text().as_bytes()) == 0);
        }
    }
}

/// A sign-in at Okta, to an app that is well protected.
struct Play {
    app: &'static App,
    person: bool,
    attempt: Attempt<'static, Ladder<'static>>,
    /// The peers whose answer is outstanding.
    under_way: Vec<Peer>,
    /// Whether the last step recorded that a secret leaves.
    is_guarded: bool,
    by_configuration: u32,
    is_called_back: bool,
}

impl Play {
    fn new(app: &'static App, person: bool, engine: Engine) -> Self {
        let parties = Parties {
            app,
            org: org(app),
            client: None,
            person,
            insist: false,
        };
        let known = KnownAccount {
            engine: Some(engine),
            ..KnownAccount::default()
        };
        let ladder = Ladder::new(parties, known);
        Self {
            app,
            person,
            attempt: Attempt::new(app, Entrance::to_org(app, org(app)), ladder),
            under_way: Vec::new(),
            is_guarded: false,
            by_configuration: 0,
            is_called_back: false,
        }
    }

    /// Signs in with these answers of Okta, which come again and again.
    fn run(mut self, replies: &[Response]) -> Result<(), Stop> {
        let mut replies = replies.iter().cycle();
        let mut event = Event::Begin;
        for count in 0..LONGEST_PLAY {
            let step = self.attempt.next(event);
            for notice in self.attempt.notices() {
                let (Notice::Tell(line) | Notice::Trace(line)) = notice;
                assert!(is_tame(&line), "{line}");
            }
            event = match step? {
                Step::Send(requests) => {
                    for request in &requests {
                        self.sees(request);
                    }
                    // One server answers first, and then the other.
                    let peer = self.under_way.remove(count % self.under_way.len());
                    let is_asked = peer == Peer::App && !self.is_called_back;
                    let reply = match is_asked {
                        true => ask_for_sign_in(self.app),
                        false => replies.next().expect("a circle has no end").clone(),
                    };
                    Event::Replied(peer, Ok(reply))
                }
                Step::Claim => Event::Claimed(KnownAccount::default(), NOW),
                Step::Record(facts) => {
                    self.is_guarded = facts.iter().any(Fact::is_guard);
                    Event::Recorded {
                        codes_in_a_row: self.by_configuration,
                    }
                }
                Step::Wait(wait) => {
                    assert!(is_tame(&wait.what));
                    Event::Elapsed
                }
                Step::Need(need) => Event::Input(self.answers(&need, count)),
                Step::Done(session) => {
                    is_family(session.shards);
                    return Ok(());
                }
            };
        }
        Ok(())
    }

    /// Asserts that a request goes to the app or the org, with nobody's name in its URL, and that each secret in it was
    /// recorded before.
    fn sees(&mut self, (peer, request): &(Peer, Request)) {
        let url = &request.url;
        let site = match peer {
            Peer::App => &self.app.site,
            Peer::IdentityProvider => &org(self.app).site,
        };
        assert!(site.same_origin(url), "{url}");
        assert_eq!((url.username(), url.password()), ("", None));
        let body = request.body.as_ref().map_or("", |body| body.expose());
        let is_secret = [
            "assword\":",
            "\"passCode\":",
            "\"answer\":",
            "\"credentials\":",
        ]
        .iter()
        .any(|member| body.contains(member));
        assert!(
            !is_secret || std::mem::take(&mut self.is_guarded),
            "it was not recorded"
        );
        assert!(
            !self.under_way.contains(peer),
            "{peer:?} is asked twice at a time"
        );
        self.under_way.push(*peer);
        self.is_called_back |= url.path() == "/oauth2/idpresponse";
    }

    /// Returns what a person, or the configuration, answers.
    fn answers(&mut self, need: &Need, count: usize) -> UserInput {
        let text = |text: &str| Secret::concat(&[text]);
        match need {
            Need::Password => UserInput::Password(text(std::str::from_utf8(MARK).expect("ASCII"))),
            Need::NewPassword(_) => UserInput::NewPassword(text("new")),
            Need::Code(request) => {
                assert!(is_tame(&request.prompt) && (self.person || request.is_configured));
                self.by_configuration += u32::from(!self.person);
                assert!(
                    self.by_configuration <= MOST_FACTORS,
                    "codes without an end"
                );
                match count % 5 {
                    3 if self.person => UserInput::Resend,
                    4 if self.person => UserInput::Back,
                    _ => UserInput::Code(Code::once(text("123456"), None)),
                }
            }
            Need::Choice(menu) => {
                assert!(self.person && menu.labels.iter().all(|label| is_tame(label)));
                UserInput::Choice(Some(count % menu.labels.len()))
            }
        }
    }
}

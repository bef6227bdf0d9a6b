//! Whole sign-ins with an org's answers: no secret leaves that was not recorded, nothing goes to another host, and nothing
//! goes on without end.

use super::servers::{NOW, answer, ask_for_sign_in, fit, is_family, org};
use super::{MARK, app, is_fit, is_tame, marks};
use crate::app::{App, Engine};
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::Attempt;
use crate::sign_in::alb::Entrance;
use crate::sign_in::flow::{
    Code, Event, Fact, Flow, KnownAccount, Need, Peer, Step, Stop, UserInput,
};
use crate::sign_in::okta::{Ladder, Parties, judge_session};

/// The most factors that one sign-in may have answered out of the configuration.
const MOST_FACTORS: u32 = 8;
/// The most steps of one sign-in that are played.
const LONGEST_PLAY: usize = 80;
const AUTHN: &str = "https://corp.okta.com/api/v1/authn";
/// The code and the new password that a person or the configuration gives. (The password is the mark.)
const CODE: &str = "7019283";
const NEW_PASSWORD: &str = "n3w-hunter";

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
    // The first asks a person for everything, the second is configured to answer by itself.
    let apps = ["whole", "victim"].map(app);
    for (app, person) in apps.into_iter().flat_map(|app| [(app, true), (app, false)]) {
        // A server that says a secret by itself need not have it from us.
        let knows = has_secret(&text);
        if let Err(stop) = Play::new(app, person, engine, knows).run(&replies) {
            assert!(is_fit(&stop.error), "{:?}", stop.error);
            assert!(knows || marks(stop.error.to_text().as_bytes()) == 0);
        }
    }
}

/// Returns whether something that only we know is in `text`.
fn has_secret(text: &str) -> bool {
    marks(text.as_bytes()) > 0 || text.contains(CODE) || text.contains(NEW_PASSWORD)
}

/// A sign-in at Okta, to an app that is well protected.
#[expect(clippy::struct_excessive_bools, reason = "each is found by itself")]
struct Play {
    app: &'static App,
    person: bool,
    attempt: Attempt<'static, Ladder<'static>>,
    /// The peers whose answer is outstanding.
    under_way: Vec<Peer>,
    /// Set while the last step recorded that a secret leaves.
    is_guarded: bool,
    by_configuration: u32,
    is_called_back: bool,
    /// Set if the org says the secrets by itself.
    is_told: bool,
}

impl Play {
    fn new(app: &'static App, person: bool, engine: Engine, is_told: bool) -> Self {
        let parties = Parties {
            app,
            org: org(app),
            client: None,
            person,
            insist: false,
            needs_browser: false,
        };
        let known = KnownAccount {
            engine: Some(engine),
            ..KnownAccount::default()
        };
        let ladder = Ladder::new(parties, known);
        Self {
            app,
            person,
            attempt: Attempt::new(app, Entrance::of_app(app), ladder),
            under_way: Vec::new(),
            is_guarded: false,
            by_configuration: 0,
            is_called_back: false,
            is_told,
        }
    }

    /// Signs in with these answers of Okta, which come again and again.
    fn run(mut self, replies: &[Response]) -> Result<(), Stop> {
        let mut replies = replies.iter().cycle();
        let mut event = Event::Begin;
        for count in 0..LONGEST_PLAY {
            let step = self.attempt.next(event);
            for notice in self.attempt.notices() {
                let line = notice.line(str::to_owned);
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
        let is_secret = !self.is_told && has_secret(body);
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
            Need::Password => {
                let password = text(std::str::from_utf8(MARK).expect("ASCII"));
                match self.person {
                    true => UserInput::TypedPassword(password),
                    false => UserInput::Password(password),
                }
            }
            Need::NewPassword(_) => UserInput::NewPassword(text(NEW_PASSWORD)),
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
                    _ => UserInput::Code(Code::once(text(CODE), None)),
                }
            }
            Need::Visit(_) | Need::SessionCookies(_) => panic!("Okta's own API needs no browser"),
            Need::Choice(menu) => {
                assert!(self.person && menu.labels.iter().all(|label| is_tame(label)));
                UserInput::Choice(Some(count % menu.labels.len()))
            }
        }
    }
}

//! The flow by itself: which way comes next, and what becomes of a callback.

use super::super::{BrowserSignIn, Tries};
use crate::app::App;
use crate::error::Error;
use crate::session::Session;
use crate::sign_in::Attempt;
use crate::sign_in::alb::Entrance;
use crate::sign_in::fixture::{
    AUTHORIZE, CALLBACK, NONCE, NOW, START, Script, answer, app, asked, replied, url,
};
use crate::sign_in::flow::{Event, Peer, Step, UserInput, VisitWay};

const EVERY: &[VisitWay] = &[VisitWay::Silent, VisitWay::Window, VisitWay::Paste];
const SHARD: (&str, &str) = ("set-cookie", "AWSELBAuthSessionCookie-0=abc; Path=/");

/// A sign-in that is under way, up to its first visit.
struct SignIn<'a>(Script<Attempt<'a, BrowserSignIn<'a>>>);

impl<'a> SignIn<'a> {
    fn begin(app: &'a App, ways: &[VisitWay], tries: Tries) -> Self {
        let sign_in = BrowserSignIn::new(app, ways, tries);
        let mut sign_in = Self(Script::new(Attempt::new(
            app,
            Entrance::of_app(app),
            sign_in,
        )));
        assert_eq!(sign_in.meets(Event::Begin), format!("GET {START}"));
        let step = sign_in.is_asked();
        assert_eq!(step, visit(ways[0]));
        sign_in
    }

    fn meets(&mut self, event: Event) -> String {
        self.0.meets(event, |_, step| match step {
            Step::Done(Session { shards, .. }) => format!("{} shards", shards.len()),
            Step::Need(need) => asked(need),
            Step::Send(requests) => {
                let lines = requests
                    .iter()
                    .map(|(_, request)| format!("GET {}", request.url));
                lines.collect::<Vec<_>>().join(", ")
            }
            _ => "another step".into(),
        })
    }

    /// The ALB makes an authorization request.
    fn is_asked(&mut self) -> String {
        let request = answer(START, 302, &[("location", AUTHORIZE), NONCE], "");
        self.meets(replied(Peer::App, request))
    }

    /// The visit brings this callback.
    fn brings(&mut self, callback: &str) -> String {
        self.brings_at(callback, NOW)
    }

    fn brings_at(&mut self, callback: &str, at: crate::clock::Moment) -> String {
        self.meets(Event::Input(UserInput::Callback(url(callback), at)))
    }

    /// The visit cannot be made, or ends without a callback.
    fn has_none(&mut self) -> String {
        let error = Error::person("nobody is there");
        self.meets(Event::Input(UserInput::NoCallback(error)))
    }

    /// The ALB answers the callback.
    fn is_answered(&mut self, status: u16) -> String {
        let reply = match status {
            302 => answer(CALLBACK, 302, &[("location", START), SHARD], ""),
            status => answer(CALLBACK, status, &[("server", "awselb/2.0")], ""),
        };
        self.meets(replied(Peer::App, reply))
    }
}

fn visit(way: VisitWay) -> String {
    format!("visit {AUTHORIZE}: {way:?}")
}

#[test]
fn a_callback_goes_to_the_alb_with_the_nonce_and_brings_the_session() {
    let app = app();
    for way in EVERY {
        let mut sign_in = SignIn::begin(&app, &[*way], Tries::All);
        let sent = sign_in.brings(CALLBACK);
        assert!(sent.starts_with(&format!("GET {CALLBACK}")), "{sent}");
        assert_eq!(sign_in.is_answered(302), "1 shards");
    }
}

#[test]
fn a_way_that_brings_nothing_is_followed_by_the_next() {
    let app = app();
    let mut sign_in = SignIn::begin(&app, EVERY, Tries::All);
    assert_eq!(sign_in.has_none(), visit(VisitWay::Window));
    assert_eq!(sign_in.has_none(), visit(VisitWay::Paste));
    assert!(sign_in.has_none().contains("nobody is there"));
}

#[test]
fn only_a_silent_visit_that_wants_a_person_is_followed_by_another() {
    let app = app();
    let error = |code: &str| format!("{}?error={code}&state=a%2Bb%2Fc%3D%3D", callback_path());
    for (code, goes_on) in [
        ("login_required", true),
        ("interaction_required", true),
        ("access_denied", false),
        ("server_error", false),
        ("of_its_own", false),
    ] {
        let mut silent = SignIn::begin(&app, EVERY, Tries::All);
        let step = silent.brings(&error(code));
        assert_eq!(step == visit(VisitWay::Window), goes_on, "{code}: {step}");
        let mut window = SignIn::begin(&app, &EVERY[1..], Tries::All);
        assert!(window.brings(&error(code)).contains(code));
    }
}

fn callback_path() -> &'static str {
    CALLBACK.split('?').next().expect("a path")
}

#[test]
fn a_refused_or_late_callback_is_tried_once_more_in_the_same_way() {
    let app = app();
    let late = NOW + time::Duration::minutes(14);
    for is_late in [false, true] {
        let mut sign_in = SignIn::begin(&app, EVERY, Tries::All);
        let again = match is_late {
            true => sign_in.brings_at(CALLBACK, late),
            false => {
                let _ = sign_in.brings(CALLBACK);
                sign_in.is_answered(401)
            }
        };
        assert_eq!(again, format!("GET {START}"), "{is_late}");
        assert_eq!(sign_in.is_asked(), visit(VisitWay::Silent));
        let _ = sign_in.brings(CALLBACK);
        assert!(sign_in.is_answered(401).contains("(401)"), "and then ends");
    }
}

#[test]
fn after_a_second_refusal_of_a_pasted_address_the_cookies_are_asked_for() {
    let app = app();
    let mut sign_in = SignIn::begin(&app, &[VisitWay::Paste], Tries::All);
    let _ = sign_in.brings(CALLBACK);
    let _ = sign_in.is_answered(401);
    let _ = sign_in.is_asked();
    let _ = sign_in.brings(CALLBACK);
    let question = sign_in.is_answered(401);
    assert!(question.starts_with("ask for the cookies"), "{question}");
    let session = Session::pasted(Vec::new(), NOW, None);
    let done = sign_in.meets(Event::Input(UserInput::Session(Box::new(session))));
    assert_eq!(done, "0 shards");
}

#[test]
fn without_another_try_a_refused_callback_ends_it() {
    let app = app();
    let mut sign_in = SignIn::begin(&app, &[VisitWay::Paste], Tries::None);
    let _ = sign_in.brings(CALLBACK);
    assert!(sign_in.is_answered(401).contains("(401)"));
}

#[test]
fn other_failures_of_the_alb_are_not_tried_again() {
    let app = app();
    for status in [403, 500, 561] {
        let mut sign_in = SignIn::begin(&app, EVERY, Tries::All);
        let _ = sign_in.brings(CALLBACK);
        let end = sign_in.is_answered(status);
        assert!(end.contains(&format!("({status})")), "{end}");
    }
}

#[test]
fn a_hostile_callback_ends_it_before_the_alb_is_asked() {
    let app = app();
    let mut sign_in = SignIn::begin(&app, EVERY, Tries::All);
    let end = sign_in.brings(&format!("{CALLBACK}&code=another"));
    assert!(end.contains("more than one code"), "{end}");
}

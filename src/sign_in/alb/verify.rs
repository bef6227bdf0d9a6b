//! Asks the ALB whether it still takes a session.
//!
//! The question takes the way of a sign-in: the app may redirect to others of its own pages before it comes to one that
//! the ALB protects.

use super::entrance::{Entrance, MOST_REDIRECTS, Page};
use super::{is_alb_page, is_of_waf};
use crate::app::App;
use crate::cookie::{self, Jar};
use crate::error::{Error, Result};
use crate::http::{Request, Response};
use crate::session::{Session, Shard, family, is_shard};
use crate::sign_in::authorization_request::{AuthorizationRequest, Parameters};
use crate::sign_in::flow::{Event, Flow, Peer, Step, Stop};

/// The ALB's answer to a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It asks for a sign-in.
    Refused,
    /// It lets the request through, and may reissue the family of shards. The claims in a session are renewed when
    /// their access token ends, and since all of it is in the cookie, a new one has to come back.
    Admitted(Option<Vec<Shard>>),
}

/// The question whether the ALB still takes a session.
pub(crate) struct Verification<'a> {
    app: &'a App,
    session: &'a Session,
    /// The cookies that the app's own pages have set so far.
    jar: Jar,
    redirects: u8,
    reissued: Option<Vec<Shard>>,
}

/// The answer to a [`Verification`].
pub(crate) struct Verified {
    pub(crate) admission: Admission,
    /// The authorization request that refused the session. A sign-in at the app's org can go on from it.
    pub(crate) request: Option<Box<AuthorizationRequest>>,
}

impl<'a> Verification<'a> {
    pub(crate) fn new(app: &'a App, session: &'a Session) -> Self {
        Self {
            app,
            session,
            jar: Jar::default(),
            redirects: 0,
            reissued: None,
        }
    }

    /// Asks for a page with the session, and with the cookies so far.
    fn ask(&self, mut page: url::Url) -> Step<Verified> {
        page.set_fragment(None);
        let shards = self.session.shards.iter();
        let shards = shards.map(|shard| (shard.name.as_str(), &shard.value));
        let cookies = cookie::header(shards.chain(self.jar.iter()));
        Step::send(Peer::App, Request::glance(page, Some(cookies)))
    }

    /// Takes the cookies of one answer: the family that the ALB reissues, and those of the app itself.
    fn follow(&mut self, response: &Response) {
        self.reissued = reissued(self.app, response).or(self.reissued.take());
        let mut cookies = response.sound_cookies();
        cookies.retain(|cookie| !is_shard(&self.app.cookie, &cookie.name));
        self.jar.follow(&cookies, response.date());
    }

    /// Returns the authorization request of an answer, if it is one to the app's identity provider.
    fn request(&mut self, response: &Response) -> Option<Box<AuthorizationRequest>> {
        let mut entrance = Entrance::of_app(self.app);
        entrance.jar = std::mem::take(&mut self.jar);
        match entrance.judge(response) {
            Ok(Page::Request(request)) => Some(request),
            _ => None,
        }
    }
}

impl Flow for Verification<'_> {
    type Out = Verified;

    fn next(&mut self, event: Event) -> Result<Step<Verified>, Stop> {
        let reply = match event {
            Event::Replied(Peer::App, reply) => reply.map_err(|broken| broken.error)?,
            _ => return Ok(self.ask(self.app.start.clone())),
        };
        let own = reply.location().filter(|to| self.app.site.same_origin(to));
        if let Some(page) = own.filter(|_| self.redirects < MOST_REDIRECTS) {
            self.redirects += 1;
            self.follow(&reply);
            return Ok(self.ask(page));
        }
        let verified = match judge_verify(self.app, &reply)? {
            Admission::Refused => Verified {
                admission: Admission::Refused,
                request: self.request(&reply),
            },
            Admission::Admitted(reissued) => Verified {
                admission: Admission::Admitted(reissued.or(self.reissued.take())),
                request: None,
            },
        };
        Ok(Step::Done(verified))
    }
}

/// Judges the last answer of a [`Verification`]. A refusal is a redirect to an authorize URL with our callback, or a 401
/// of the ALB's own. Other pages of the ALB's own say nothing about the session; any answer of the application shows
/// that the ALB let the request through.
pub(super) fn judge_verify(app: &App, response: &Response) -> Result<Admission> {
    let asks_for_login = response.location().is_some_and(|location| {
        Parameters::read(&app.site, &location)
            .is_some_and(|parameters| parameters.is_okta || app.org().is_none())
    });
    match response.status {
        _ if asks_for_login => Ok(Admission::Refused),
        401 if is_alb_page(response) => Ok(Admission::Refused),
        // The application behind it did not answer: the ALB had let the request through.
        502..=504 => Ok(Admission::Admitted(None)),
        status if is_alb_page(response) || is_of_waf(response) => Err(Error::network(format!(
            "the ALB of {} answers {status} instead of saying whether the session is good",
            app.site.authority()
        ))),
        _ => Ok(Admission::Admitted(reissued(app, response))),
    }
}

/// Returns the family that an answer sets, if it is whole.
fn reissued(app: &App, response: &Response) -> Option<Vec<Shard>> {
    let cookies = response.cookies(|name| is_shard(&app.cookie, name)).ok()?;
    family(&app.cookie, &cookies, response.date()).ok()
}

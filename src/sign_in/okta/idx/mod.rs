//! Okta's Identity Engine: from the ALB's authorization request to the callback, by the API of Okta's own sign-in page.
//!
//! ```text
//! authorize, untouched, with Okta's cookies ─┬→ callback                     silently
//!                                            └→ page with a state token → claim → transaction → success link → callback
//! ```
//!
//! Facts (Okta's sign-in widget and SDKs; live clients of 2026): with a sufficient session the authorize URL is answered
//! with a redirect to the callback, else with a page. Its token begins a transaction that knows the account and what is
//! missing, where a session is there. The page sets the device token, and the success link is refused (403) without it or
//! from another client: one jar and one `User-Agent` serve the whole attempt. The success link leads to the callback, by a
//! few hops at the org, or to another page with a fresh token. A classic engine's page has an empty token.

mod answer;
mod form;
mod messages;
mod offer;
mod page;
mod steps;
mod transaction;

use super::authorize::{AuthorizeOutcome, is_about_cookies, judge_authorize, judge_page};
use super::login_required::login_required_error;
use super::parties::{Parties, jar_of};
use crate::cookie::{DEVICE, Jar};
use crate::error::Error;
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::attempt::Callback;
use crate::sign_in::flow::{Event, Fact, Flow, KnownAccount, Notice, Peer, Step, Stop};
use crate::sign_in::recorder::Recorder;
pub(super) use page::Page;
use transaction::{End, Transaction};

/// The most redirects within the org, to the page and from the success link.
const MOST_HOPS: u8 = 5;
/// The most pages with a token in one attempt.
const MOST_PAGES: u8 = 3;

/// The result of a conversation.
pub(super) enum Outcome {
    Callback(Callback),
    /// The page is a classic engine's. Says whether the account is claimed.
    Classic {
        is_claimed: bool,
    },
}

/// A conversation with the Identity Engine.
pub(super) struct Conversation<'a> {
    parties: Parties<'a>,
    /// The account's record as it was read last.
    known: KnownAccount,
    jar: Jar,
    is_claimed: bool,
    /// Whether the password was sent in this attempt.
    is_password_spent: bool,
    pages: u8,
    state: State<'a>,
    recorder: Recorder<Outcome>,
    notices: Vec<Notice>,
}

#[derive(Default)]
enum State<'a> {
    /// The ALB's request is awaited.
    #[default]
    Waiting,
    /// The ALB's own URL, or a redirect of it, is asked.
    Asking(Box<AuthorizationRequest>, u8),
    /// The page's token waits for the claim.
    Claiming(Box<AuthorizationRequest>, Secret),
    Transacting(Box<AuthorizationRequest>, Box<Transaction<'a>>),
    /// The success link, or a redirect of it, is asked.
    Succeeding(Box<AuthorizationRequest>, u8),
}

impl<'a> Conversation<'a> {
    /// Returns a conversation for an account that is `known` from its record, with Okta's cookies in `jar`.
    pub(super) fn new(
        parties: Parties<'a>,
        known: KnownAccount,
        jar: Jar,
        is_claimed: bool,
    ) -> Self {
        Self {
            parties,
            known,
            recorder: Recorder::knowing(&jar),
            jar,
            is_claimed,
            is_password_spent: false,
            pages: 0,
            state: State::Waiting,
            notices: Vec::new(),
        }
    }

    /// Returns the first step of a conversation that goes on from the `page` which Okta gave to `request`.
    /// `is_password_spent` says whether the password was sent in this attempt already, to the authn API.
    pub(super) fn go_on_from(
        &mut self,
        request: &AuthorizationRequest,
        page: &Response,
        is_password_spent: bool,
    ) -> Result<Step<Outcome>, Stop> {
        self.is_password_spent = is_password_spent;
        let next = self.judge_page(Box::new(request.clone()), 0, page);
        self.recorder.before(next)
    }

    /// Returns the step after `event`, as an authorizer does.
    pub(super) fn next(
        &mut self,
        request: Option<&AuthorizationRequest>,
        event: Event,
    ) -> Result<Step<Outcome>, Stop> {
        if let (true, Event::Recorded { .. }) = (self.recorder.is_waiting(), &event) {
            return self.recorder.recorded();
        }
        let next = self.react(request, event);
        self.recorder.before(next)
    }

    fn react(
        &mut self,
        request: Option<&AuthorizationRequest>,
        event: Event,
    ) -> Result<Step<Outcome>, Stop> {
        match (std::mem::take(&mut self.state), event) {
            (State::Waiting, Event::Begin | Event::RequestArrived) => Ok(self.ask(request)),
            (State::Asking(request, hops), Event::Replied(_, reply)) => {
                let reply = reply.map_err(|broken| broken.error)?;
                self.judge_page(request, hops, &reply)
            }
            (State::Claiming(asked, token), Event::Claimed(known, _)) => {
                self.claimed(request, asked, token, known)
            }
            (State::Transacting(asked, transaction), event) => {
                self.transact(asked, transaction, request, event)
            }
            (State::Succeeding(request, hops), Event::Replied(_, reply)) => {
                let reply = reply.map_err(|broken| broken.error)?;
                self.judge_success(request, hops, &reply)
            }
            _ => Err(Stop::out_of_step()),
        }
    }

    /// Asks the ALB's own URL, every byte as it was, with Okta's cookies.
    pub(super) fn ask(&mut self, request: Option<&AuthorizationRequest>) -> Step<Outcome> {
        let Some(request) = request else {
            self.state = State::Waiting;
            return Step::pending();
        };
        self.state = State::Asking(Box::new(request.clone()), 0);
        let request = Request::get(request.url.clone(), self.jar.header());
        Step::send(Peer::IdentityProvider, request)
    }

    /// Judges the answer to the ALB's URL: the callback, a page of its own, or another step on the way to one.
    fn judge_page(
        &mut self,
        request: Box<AuthorizationRequest>,
        hops: u8,
        reply: &Response,
    ) -> Result<Step<Outcome>, Stop> {
        self.follow(reply);
        let Parties { app, org, .. } = self.parties;
        if let Some(location) = reply.location() {
            if !org.site.same_origin(&location) {
                return self.callback(request, reply);
            }
            if is_classic_page(&location) {
                return self.classic();
            }
            if hops >= MOST_HOPS {
                return Err(self.too_many_hops());
            }
            let next = Request::get(location, self.jar.header());
            self.state = State::Asking(request, hops + 1);
            return Ok(Step::send(Peer::IdentityProvider, next));
        }
        if reply.status != 200 {
            // A page in place of a redirect may be about the kept cookies; without them it is told apart.
            if is_about_cookies(reply) && self.jar.iter().any(|(name, _)| name != DEVICE) {
                self.trace("Okta answers the kept session with an error; asking without it");
                self.jar.keep_only(DEVICE);
                return Ok(self.ask(Some(&request)));
            }
            judge_page(org, "the ALB's client", reply)?;
        }
        match Page::read(&reply.body) {
            Page::Token(token) => self.begin(request, token),
            Page::NoToken
                if reply
                    .header("content-type")
                    .is_none_or(|of| of.contains("html")) =>
            {
                self.classic()
            }
            Page::NoToken => Err(Error::network(format!(
                "{} answers the request of {} with no page and no redirect",
                reply.host(),
                app.name
            ))
            .into()),
            Page::Contradiction => Err(Error::network(format!(
                "the sign-in page of {} has two state tokens that differ",
                reply.host()
            ))
            .hint("look for what changes pages on their way: a proxy, or a network's sign-in page")
            .into()),
        }
    }

    /// Begins the transaction of a page's token, under the account's claim.
    fn begin(
        &mut self,
        request: Box<AuthorizationRequest>,
        token: Secret,
    ) -> Result<Step<Outcome>, Stop> {
        if !self.is_claimed {
            self.trace("Okta wants a sign-in");
            self.state = State::Claiming(request, token);
            return Ok(Step::Claim);
        }
        self.pages += 1;
        if self.pages > MOST_PAGES {
            let host = self.parties.org.site.authority();
            return Err(
                Error::network(format!("{host} shows one sign-in page after another")).into(),
            );
        }
        let mut transaction = Transaction::new(
            self.parties,
            request.parameters.clone(),
            self.jar.clone(),
            token,
            self.known.codes_in_a_row,
            self.is_password_spent,
        );
        let step = transaction.next(Event::Begin);
        self.state = State::Transacting(request, Box::new(transaction));
        Ok(step?.map(|_| Step::pending()))
    }

    /// Returns the step after the claim: another silent try, if another process has left another session meanwhile.
    fn claimed(
        &mut self,
        request: Option<&AuthorizationRequest>,
        asked: Box<AuthorizationRequest>,
        token: Secret,
        known: KnownAccount,
    ) -> Result<Step<Outcome>, Stop> {
        self.is_claimed = true;
        let is_changed = known.session != self.known.session;
        self.known = known;
        if is_changed {
            self.jar = jar_of(&self.known);
        }
        match request {
            Some(_) if !is_changed => self.begin(asked, token),
            request => Ok(self.ask(request)),
        }
    }

    fn transact(
        &mut self,
        asked: Box<AuthorizationRequest>,
        mut transaction: Box<Transaction<'a>>,
        request: Option<&AuthorizationRequest>,
        event: Event,
    ) -> Result<Step<Outcome>, Stop> {
        let step = transaction.next(event);
        self.notices.extend(transaction.notices());
        let end = match step {
            Ok(Step::Done(end)) => end,
            step => {
                self.state = State::Transacting(asked, transaction);
                return Ok(step?.map(|_| Step::pending()));
            }
        };
        let (jar, is_spent) = transaction.into_parts();
        self.jar = jar;
        self.is_password_spent |= is_spent;
        match end {
            End::Success(url) => {
                let link = Request::get(url, self.jar.header());
                self.state = State::Succeeding(asked, 0);
                Ok(Step::send(Peer::IdentityProvider, link))
            }
            End::Gone => {
                self.trace("the transaction is gone; asking for another one");
                Ok(self.ask(request))
            }
            End::OtherAccount => {
                self.trace("the kept Okta session is another account's; asking without it");
                self.jar.keep_only(DEVICE);
                Ok(self.ask(request))
            }
        }
    }

    /// Judges the answer to the success link: the callback, a hop at the org, or another page.
    fn judge_success(
        &mut self,
        request: Box<AuthorizationRequest>,
        hops: u8,
        reply: &Response,
    ) -> Result<Step<Outcome>, Stop> {
        self.follow(reply);
        let Parties { app, org, .. } = self.parties;
        if let Some(location) = reply.location() {
            if !org.site.same_origin(&location) {
                return self.callback(request, reply);
            }
            if hops >= MOST_HOPS {
                return Err(self.too_many_hops());
            }
            let next = Request::get(location, self.jar.header());
            self.state = State::Succeeding(request, hops + 1);
            return Ok(Step::send(Peer::IdentityProvider, next));
        }
        match (reply.status, Page::read(&reply.body)) {
            (200, Page::Token(token)) => self.begin(request, token),
            (200, Page::NoToken) => Err(Error::network(format!(
                "Okta answers the end of the sign-in with a page that only a browser can send on to {}",
                app.site.authority()
            ))
            .into()),
            (403, _) => Err(Error::refused("Okta took the sign-in and makes no session of it (403)")
                .caused_by("an org can demand that a session ends on the device and the network that it began on (\"device matching\")")
                .hint("keep to one network, VPN and proxy during a sign-in, and try again")
                .hint("ask the admins what Okta's system log says of this sign-in")
                .into()),
            (status, _) => Err(Error::network(format!(
                "{} answers the end of the sign-in with {status}",
                reply.host()
            ))
            .hint("try again")
            .into()),
        }
    }

    /// Returns the callback in a redirect away from the org, or the reason why there is none.
    fn callback(
        &mut self,
        request: Box<AuthorizationRequest>,
        reply: &Response,
    ) -> Result<Step<Outcome>, Stop> {
        let Parties { app, org, .. } = self.parties;
        match judge_authorize(app, org, &request, reply)? {
            AuthorizeOutcome::Code(url) => {
                if self.jar != jar_of(&self.known) {
                    self.note_session();
                }
                Ok(Step::Done(Outcome::Callback(Callback { request, url })))
            }
            AuthorizeOutcome::LoginRequired(words) => {
                Err(login_required_error(app, &self.jar, &words).into())
            }
        }
    }

    fn classic(&self) -> Result<Step<Outcome>, Stop> {
        let is_claimed = self.is_claimed;
        Ok(Step::Done(Outcome::Classic { is_claimed }))
    }

    /// Returns what another conversation with the same org goes on with: the record, and Okta's cookies.
    pub(super) fn into_parts(self) -> (KnownAccount, Jar) {
        (self.known, self.jar)
    }

    /// Returns the request that ends the transaction at Okta, if one goes on there.
    pub(super) fn cancel(&self) -> Option<Request> {
        match &self.state {
            State::Transacting(_, transaction) => transaction.cancel(),
            _ => None,
        }
    }

    /// Takes out the notices.
    pub(super) fn notices(&mut self) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        if let State::Transacting(_, transaction) = &mut self.state {
            notices.extend(transaction.notices());
        }
        notices
    }

    fn too_many_hops(&self) -> Stop {
        let host = self.parties.org.site.authority();
        Error::network(format!("{host} redirects more than {MOST_HOPS} times")).into()
    }

    fn follow(&mut self, reply: &Response) {
        self.jar.follow(&reply.sound_cookies(), reply.date());
        self.recorder.note_device_token(&self.jar);
    }

    fn note_session(&mut self) {
        let mut session = self.jar.clone();
        session.take(DEVICE);
        self.recorder.note(Fact::Session(session));
        self.recorder.note_device_token(&self.jar);
    }

    fn trace(&mut self, line: &str) {
        self.notices.push(Notice::Trace(line.into()));
    }
}

/// Returns whether `location` is the sign-in page of a classic engine.
fn is_classic_page(location: &url::Url) -> bool {
    location.path().starts_with("/login/login.htm") || location.path().starts_with("/login/default")
}

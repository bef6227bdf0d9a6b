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
mod asking;
mod ending;
mod form;
mod messages;
mod offer;
mod page;
mod preview;
mod steps;
mod transaction;

use url::Url;

use super::parties::Parties;
use crate::cookie::{DEVICE, Jar};
use crate::error::Error;
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::attempt::Callback;
use crate::sign_in::flow::{Event, Fact, Flow, KnownAccount, Notice, Peer, Step, Stop};
use crate::sign_in::recorder::Recorder;
pub(super) use page::Page;
pub(crate) use preview::{FirstStep, Preview};
use transaction::Transaction;

/// The most redirects within the org, to the page and from the success link.
const MOST_HOPS: u8 = 5;
/// The most pages with a token in one attempt.
const MOST_PAGES: u8 = 3;

/// The result of a conversation.
pub(super) enum Outcome {
    Callback(Callback),
    /// The page is a classic engine's.
    Classic,
}

/// A conversation with the Identity Engine.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says by itself what has happened"
)]
pub(super) struct Conversation<'a> {
    parties: Parties<'a>,
    /// The account's record as it was read last.
    known: KnownAccount,
    jar: Jar,
    is_claimed: bool,
    /// Set once the password was sent in this attempt.
    is_password_spent: bool,
    pages: u8,
    /// Set once Okta is asked without the kept session.
    has_left_session: bool,
    /// Set once another page was asked for, because a transaction was gone before a secret was sent.
    is_restarted: bool,
    /// Set once the ALB's request had become too old for its callback.
    is_late: bool,
    state: State<'a>,
    recorder: Recorder<Outcome>,
    notices: Vec<Notice>,
}

/// The position of a conversation.
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
            has_left_session: false,
            is_restarted: false,
            is_late: false,
            state: State::Waiting,
            notices: Vec::new(),
        }
    }

    /// Returns the first step of a conversation that goes on from the `page` with this `token`, which Okta gave to `request`.
    /// `is_password_spent` says whether the password was sent in this attempt already, to the authn API.
    pub(super) fn go_on_from(
        &mut self,
        request: &AuthorizationRequest,
        page: &Response,
        token: Secret,
        is_password_spent: bool,
    ) -> Result<Step<Outcome>, Stop> {
        self.is_password_spent = is_password_spent;
        self.follow(page);
        let next = self.begin(Box::new(request.clone()), token);
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
            (State::Asking(asked, hops), Event::Replied(_, reply)) => {
                let reply = reply.map_err(|broken| broken.error)?;
                self.judge_page(asked, hops, request, &reply)
            }
            (State::Claiming(asked, token), Event::Claimed(known, _)) => {
                self.claimed(request, asked, token, known)
            }
            (State::Transacting(asked, transaction), event) => {
                self.transact(asked, transaction, request, event)
            }
            (State::Succeeding(asked, hops), Event::Replied(_, reply)) => {
                let reply = reply.map_err(|broken| broken.error)?;
                self.judge_success(asked, hops, request, &reply)
            }
            _ => Err(Stop::out_of_step()),
        }
    }

    /// Returns what another conversation with the same org goes on with: the record, Okta's cookies, and whether the account
    /// is claimed.
    pub(super) fn into_parts(self) -> (KnownAccount, Jar, bool) {
        (self.known, self.jar, self.is_claimed)
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

    /// Follows a redirect within the org, after so many `hops`, in the state that `next` makes of their new number.
    fn hop(
        &mut self,
        location: Url,
        hops: u8,
        next: impl FnOnce(u8) -> State<'a>,
    ) -> Result<Step<Outcome>, Stop> {
        if hops >= MOST_HOPS {
            let host = self.parties.org.site.authority();
            let error = format!("{host} redirects more than {MOST_HOPS} times");
            return Err(Error::network(error).into());
        }
        self.state = next(hops + 1);
        let request = Request::get(location, self.jar.header());
        Ok(Step::send(Peer::IdentityProvider, request))
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

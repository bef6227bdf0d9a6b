//! The ways of an Okta sign-in, cheapest first, from the ALB's authorization request to the callback.
//!
//! ```text
//! rung 1, silently:      authorize with the kept Okta session → callback
//! rung 2, by password:   claim → authn … → authorize with the session token → callback
//! rung 3, by client_id:  claim → authn … → authorize of that client with the token → rung 1's authorize
//! Identity Engine:       the sign-in page's own conversation, in place of all three
//! ```
//!
//! The org says which engine it runs on, once, before any secret is sent; the page of a sign-in corrects it.
//!
//! The account is claimed if there is no kept session, or Okta does not take it. Of two apps that start together one so sends
//! the password, and the other signs in silently.

use super::authorize::{self, AuthorizeOutcome, judge_authorize};
use super::classic::Conversation;
use super::client_login::client_login;
use super::idx;
use super::login_required::login_required_error;
use super::parties::{Parties, jar_of};
use crate::app::Engine;
use crate::cookie::{DEVICE, Jar};
use crate::error::{BrowserNeed, Error, Hint};
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::attempt::{Authorizer, Callback};
use crate::sign_in::flow::{Event, Fact, Flow, KnownAccount, Notice, Peer, Step, Stop};
use crate::sign_in::recorder::Recorder;

/// A sign-in at Okta on its way up.
pub(crate) struct Ladder<'a> {
    parties: Parties<'a>,
    /// The account's record as it was read last.
    known: KnownAccount,
    /// Okta's cookies: the session and the device token.
    jar: Jar,
    is_claimed: bool,
    /// The org's engine, as the configuration or the record has it, or the org has said.
    engine: Option<Engine>,
    state: LadderState<'a>,
    recorder: Recorder<Callback>,
    notices: Vec<Notice>,
}

/// The position on the ladder.
#[derive(Default)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it lives for as long as a person thinks"
)]
enum LadderState<'a> {
    #[default]
    Begin,
    /// The org is asked which engine it runs on.
    FindingEngine,
    /// The Identity Engine's conversation goes on.
    Identity(idx::Conversation<'a>),
    /// The kept session waits for the ALB's request.
    Session,
    /// The kept session is shown.
    ShowingSession(Box<AuthorizationRequest>),
    Claiming,
    Conversing(Conversation<'a>),
    /// The session token waits for the ALB's request.
    Token(Secret),
    /// The session token is shown to the configured client's authorize endpoint.
    LoggingIn,
    /// The new session waits for the ALB's request.
    NewSession,
    /// The new session, or the session token, is shown. Nothing is left to try after it.
    Authorizing(Box<AuthorizationRequest>),
}

impl<'a> Ladder<'a> {
    /// Returns a sign-in of an account that is `known` from its record, read without a claim.
    pub(crate) fn new(parties: Parties<'a>, known: KnownAccount) -> Self {
        let Parties { org, client, .. } = parties;
        // The founding flow is authn's.
        let of_client = client.map(|_| Engine::Classic);
        Self {
            parties,
            jar: jar_of(&known),
            is_claimed: false,
            engine: org.engine.or(of_client).or(known.engine),
            known,
            state: LadderState::Begin,
            recorder: Recorder::default(),
            notices: Vec::new(),
        }
    }

    fn react(
        &mut self,
        request: Option<&AuthorizationRequest>,
        event: Event,
    ) -> Result<Step<Callback>, Stop> {
        match (std::mem::take(&mut self.state), event) {
            // Another request would end alike: Okta's part is done.
            (_, Event::CallbackRefused(error)) => Err(error.into()),
            (LadderState::Begin, Event::Begin) => self.begin(request),
            (LadderState::FindingEngine, Event::Replied(_, reply)) => {
                self.engine_found(request, reply.ok().as_ref())
            }
            (LadderState::Identity(conversation), event) => {
                self.identify(conversation, request, event)
            }
            (LadderState::Session, Event::RequestArrived) => Ok(self.show_session(request)),
            (LadderState::ShowingSession(request), Event::Replied(_, reply)) => {
                self.judge_session(request, &reply.map_err(|broken| broken.error)?)
            }
            (LadderState::Claiming, Event::Claimed(known, _)) => self.claimed(request, known),
            (LadderState::Conversing(conversation), event) => {
                self.converse(conversation, request, event)
            }
            (LadderState::Token(token), Event::RequestArrived) => {
                Ok(self.show_token(request, token))
            }
            (LadderState::LoggingIn, Event::Replied(_, reply)) => {
                self.logged_in(request, &reply.map_err(|broken| broken.error)?)
            }
            (LadderState::NewSession, Event::RequestArrived) => Ok(self.show_new_session(request)),
            (LadderState::Authorizing(request), Event::Replied(_, reply)) => {
                self.judge_last(request, &reply.map_err(|broken| broken.error)?)
            }
            _ => Err(Stop::out_of_step()),
        }
    }

    fn claim(&mut self) -> Step<Callback> {
        self.state = LadderState::Claiming;
        Step::Claim
    }

    /// Returns the step after the claim: another silent try, if another process has left another session meanwhile. Where
    /// none was shown, the ways of the org's engine begin now.
    fn claimed(
        &mut self,
        request: Option<&AuthorizationRequest>,
        known: KnownAccount,
    ) -> Result<Step<Callback>, Stop> {
        self.is_claimed = true;
        let is_changed = known.session != self.known.session;
        let was_declined = !self.known.session.is_empty();
        self.known = known;
        if !was_declined {
            self.jar = jar_of(&self.known);
            self.engine = self.engine.or(self.known.engine);
            return self.begin(request);
        }
        if is_changed {
            self.jar = jar_of(&self.known);
            if !self.known.session.is_empty() {
                return Ok(self.try_session(request));
            }
        } else {
            self.note_session();
        }
        self.begin_conversation(request)
    }

    /// Begins rungs 2 and 3.
    fn begin_conversation(
        &mut self,
        request: Option<&AuthorizationRequest>,
    ) -> Result<Step<Callback>, Stop> {
        let Parties {
            app,
            org,
            person,
            insist,
            ..
        } = self.parties;
        let mut known = self.known.clone();
        let token = self.jar.iter().find(|(name, _)| *name == DEVICE);
        known.device_token = token.map(|(_, token)| token.clone());
        let conversation = Conversation::new(org, &app.name, person, insist, known);
        self.converse(conversation, request, Event::Begin)
    }

    fn converse(
        &mut self,
        mut conversation: Conversation<'a>,
        request: Option<&AuthorizationRequest>,
        event: Event,
    ) -> Result<Step<Callback>, Stop> {
        let step = conversation.next(event);
        self.notices.extend(conversation.notices());
        match step {
            Ok(Step::Done(token)) => {
                self.jar = conversation.into_jar();
                Ok(self.show_token(request, token))
            }
            step => {
                self.state = LadderState::Conversing(conversation);
                Ok(step?.map(|_| Step::pending()))
            }
        }
    }

    /// Sends Okta the session token: to the configured client's authorize endpoint, or to the ALB's own URL.
    fn show_token(
        &mut self,
        request: Option<&AuthorizationRequest>,
        token: Secret,
    ) -> Step<Callback> {
        let Parties { org, client, .. } = self.parties;
        match (client, request) {
            (Some(client), _) => {
                self.state = LadderState::LoggingIn;
                let request = client_login(org, client, &token, &self.jar);
                Step::send(Peer::IdentityProvider, request)
            }
            (None, Some(request)) => {
                self.state = LadderState::Authorizing(Box::new(request.clone()));
                self.authorize(request, Some(&token))
            }
            (None, None) => {
                self.state = LadderState::Token(token);
                Step::pending()
            }
        }
    }

    /// Judges the last answer: the callback, or the reason why there is none.
    fn judge_last(
        &mut self,
        request: Box<AuthorizationRequest>,
        reply: &Response,
    ) -> Result<Step<Callback>, Stop> {
        self.follow(reply);
        self.note_new_session();
        if let Some(step) = self.go_on_with_page(&request, reply, true) {
            return step;
        }
        let Parties { app, org, .. } = self.parties;
        match judge_authorize(app, org, &request, reply)? {
            AuthorizeOutcome::Code(url) => Ok(Step::Done(Callback { request, url })),
            AuthorizeOutcome::LoginRequired(words) => {
                // The org may have moved to the other engine: it is asked next time.
                self.recorder.note(Fact::Engine(None));
                Err(login_required_error(app, &self.jar, &words).into())
            }
        }
    }

    fn authorize(&self, request: &AuthorizationRequest, token: Option<&Secret>) -> Step<Callback> {
        let request = authorize::authorize(request, token, &self.jar);
        Step::send(Peer::IdentityProvider, request)
    }

    /// Keeps the cookies that Okta sets, but for those that break the grammar and could not be sent back.
    fn follow(&mut self, reply: &Response) {
        self.jar.follow(&reply.sound_cookies(), reply.date());
    }

    fn note_session(&mut self) {
        let mut session = self.jar.clone();
        session.take(DEVICE);
        self.recorder.note(Fact::Session(session));
        self.recorder.note_device_token(&self.jar);
    }

    /// Records the session that the password made. If Okta gave none, the old one stays: one app's policy may have
    /// declined it, and the other apps can still use it.
    fn note_new_session(&mut self) {
        if self.jar.iter().any(|(name, _)| name != DEVICE) {
            self.note_session();
        }
        self.recorder.note_device_token(&self.jar);
    }

    /// Returns the stop before a password that would not be enough.
    fn browser_needed(&self) -> Stop {
        let name = &self.parties.app.name;
        let words = format!("Okta wanted a browser at the last sign-in to {name}");
        let error = Error::person(words).for_browser(BrowserNeed::EachTime);
        error.hint(Hint::login_in_browser(name)).into()
    }

    fn trace(&mut self, line: String) {
        self.notices.push(Notice::Trace(line));
    }
}

mod client;
mod engine;
mod silent;

impl Authorizer for Ladder<'_> {
    fn next(
        &mut self,
        request: Option<&AuthorizationRequest>,
        event: Event,
    ) -> Result<Step<Callback>, Stop> {
        if let (true, Event::Recorded { .. }) = (self.recorder.is_waiting(), &event) {
            return self.recorder.recorded();
        }
        let next = self.react(request, event);
        let next = match next {
            Ok(Step::Claim) if self.parties.needs_browser => Err(self.browser_needed()),
            next => next,
        };
        self.recorder.before(next)
    }

    fn cancel(&self) -> Option<Request> {
        match &self.state {
            LadderState::Conversing(conversation) => conversation.cancel(),
            LadderState::Identity(conversation) => conversation.cancel(),
            _ => None,
        }
    }

    fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }
}

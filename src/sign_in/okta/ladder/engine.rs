//! The org's engine: found out once, and corrected by the page of a sign-in.

use std::time::Duration;

use super::{Ladder, LadderState};
use crate::app::Engine;
use crate::error::{Error, Hint};
use crate::http::Response;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::attempt::Callback;
use crate::sign_in::flow::{Event, Fact, Peer, Step, Stop};
use crate::sign_in::okta::idx::{self, Outcome, Page};
use crate::sign_in::okta::organization::{judge_organization, organization};

/// How long the org may take to say which engine it runs on.
const ENGINE_LIMIT: Duration = Duration::from_secs(2);

impl<'a> Ladder<'a> {
    /// Begins the ways of the org's engine. Without a session there is no silent way: the account is claimed before anything
    /// is sent, so that a sign-in that must not go on yet costs Okta and the app nothing.
    pub(super) fn begin(
        &mut self,
        request: Option<&AuthorizationRequest>,
    ) -> Result<Step<Callback>, Stop> {
        if self.known.session.is_empty() && !self.is_claimed {
            return Ok(self.claim());
        }
        match self.engine {
            None => {
                self.state = LadderState::FindingEngine;
                let question = organization(&self.parties.org.site).within(ENGINE_LIMIT);
                Ok(Step::send(Peer::IdentityProvider, question))
            }
            Some(Engine::Identity) => {
                let (known, jar) = (self.known.clone(), self.jar.clone());
                let conversation =
                    idx::Conversation::new(self.parties, known, jar, self.is_claimed);
                self.identify(conversation, request, Event::Begin)
            }
            Some(Engine::Classic) if self.known.session.is_empty() => {
                self.begin_conversation(request)
            }
            Some(Engine::Classic) => Ok(self.try_session(request)),
        }
    }

    /// Begins the ways of the engine that the org has named. A failure is not remembered, and means the classic one for
    /// this attempt.
    pub(super) fn engine_found(
        &mut self,
        request: Option<&AuthorizationRequest>,
        reply: Option<&Response>,
    ) -> Result<Step<Callback>, Stop> {
        let engine = reply.and_then(|reply| judge_organization(&self.parties.org.site, reply).ok());
        self.trace(match engine {
            Some(engine) => format!("the org runs on {}", engine.name()),
            None => "the org does not say which engine it runs on".into(),
        });
        if let Some(engine) = engine {
            self.recorder.note(Fact::Engine(Some(engine)));
        }
        self.engine = Some(engine.unwrap_or(Engine::Classic));
        self.begin(request)
    }

    pub(super) fn identify(
        &mut self,
        mut conversation: idx::Conversation<'a>,
        request: Option<&AuthorizationRequest>,
        event: Event,
    ) -> Result<Step<Callback>, Stop> {
        let step = conversation.next(request, event);
        self.identity_step(conversation, step)
    }

    /// Passes a step of the Identity Engine's conversation on, or ends it.
    fn identity_step(
        &mut self,
        mut conversation: idx::Conversation<'a>,
        step: Result<Step<Outcome>, Stop>,
    ) -> Result<Step<Callback>, Stop> {
        self.notices.extend(conversation.notices());
        match step {
            Ok(Step::Done(Outcome::Callback(callback))) => Ok(Step::Done(callback)),
            Ok(Step::Done(Outcome::Classic)) => {
                (self.known, self.jar, self.is_claimed) = conversation.into_parts();
                self.go_on_classic()
            }
            step => {
                self.state = LadderState::Identity(conversation);
                Ok(step?.map(|_| Step::pending()))
            }
        }
    }

    /// Goes on with the password after a page of the classic engine.
    fn go_on_classic(&mut self) -> Result<Step<Callback>, Stop> {
        let org = self.parties.org;
        if org.engine == Some(Engine::Identity) {
            let host = org.site.authority();
            let table = org.table();
            return Err(
                Error::usage(format!("{host} does not run on the Identity Engine"))
                    .hint(Hint::set(table, "engine", "auto"))
                    .into(),
            );
        }
        self.trace("the sign-in page is a classic engine's".into());
        self.recorder.note(Fact::Engine(Some(Engine::Classic)));
        self.engine = Some(Engine::Classic);
        match self.is_claimed {
            true => self.begin_conversation(None),
            false => Ok(self.claim()),
        }
    }

    /// Goes on with the Identity Engine's page that `reply` is, if it is one and the configuration leaves the engine open.
    pub(super) fn go_on_with_page(
        &mut self,
        request: &AuthorizationRequest,
        reply: &Response,
        is_password_spent: bool,
    ) -> Option<Result<Step<Callback>, Stop>> {
        if reply.status != 200 || self.parties.org.engine.is_some() {
            return None;
        }
        let Page::Token(token) = Page::read(&reply.body) else {
            return None;
        };
        self.trace("the sign-in page is the Identity Engine's".into());
        self.recorder.note(Fact::Engine(Some(Engine::Identity)));
        self.engine = Some(Engine::Identity);
        let (known, jar) = (self.known.clone(), self.jar.clone());
        let mut conversation = idx::Conversation::new(self.parties, known, jar, self.is_claimed);
        let step = conversation.go_on_from(request, reply, token, is_password_spent);
        Some(self.identity_step(conversation, step))
    }
}

//! Rung 1: the kept Okta session, shown at the ALB's own authorize URL.

use super::{Ladder, LadderState, Parties, jar_of};
use crate::cookie::DEVICE;
use crate::http::Response;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::attempt::Callback;
use crate::sign_in::flow::{Step, Stop};
use crate::sign_in::okta::authorize::{
    AuthorizeOutcome, is_about_cookies, is_about_policy, judge_authorize,
};

impl Ladder<'_> {
    pub(super) fn try_session(&mut self, request: Option<&AuthorizationRequest>) -> Step<Callback> {
        self.trace("trying the cached Okta session".into());
        self.show_session(request)
    }

    /// Sends Okta the kept session, at the ALB's own authorize URL.
    pub(super) fn show_session(
        &mut self,
        request: Option<&AuthorizationRequest>,
    ) -> Step<Callback> {
        match request {
            Some(request) => {
                self.state = LadderState::ShowingSession(Box::new(request.clone()));
                self.authorize(request, None)
            }
            None => {
                self.state = LadderState::Session;
                Step::pending()
            }
        }
    }

    pub(super) fn judge_session(
        &mut self,
        request: Box<AuthorizationRequest>,
        reply: &Response,
    ) -> Result<Step<Callback>, Stop> {
        self.follow(reply);
        if let Some(step) = self.go_on_with_page(&request, reply, false) {
            return step;
        }
        let Parties { app, org, .. } = self.parties;
        match judge_authorize(app, org, &request, reply) {
            Ok(AuthorizeOutcome::Code(url)) => {
                if self.jar != jar_of(&self.known) {
                    self.note_session();
                }
                Ok(Step::Done(Callback { request, url }))
            }
            Ok(AuthorizeOutcome::LoginRequired(words)) => self.declined(&request, &words),
            // A page in place of a redirect may be about the cached cookies; without them it is told apart.
            Err(error) if is_about_cookies(reply) => self.declined(&request, &error.message),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends rung 1. Drops a session that Okta does not know any more; keeps one that only this app's policy finds too
    /// weak, for the other apps.
    pub(super) fn declined(
        &mut self,
        request: &AuthorizationRequest,
        words: &str,
    ) -> Result<Step<Callback>, Stop> {
        self.trace(format!("Okta does not take the cached session: {words}"));
        if !is_about_policy(words) {
            self.jar.keep_only(DEVICE);
        }
        match self.is_claimed {
            true => {
                self.note_session();
                self.begin_conversation(Some(request))
            }
            false => Ok(self.claim()),
        }
    }
}

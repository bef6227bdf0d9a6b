//! Rung 1: the kept Okta session, shown at the ALB's own authorize URL.

use super::{Ladder, LadderState, Parties, jar_of};
use crate::cookie::DEVICE;
use crate::error::{Error, Hint, Kind};
use crate::http::Response;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::attempt::Callback;
use crate::sign_in::flow::{Step, Stop};
use crate::sign_in::okta::authorize::{
    AuthorizeOutcome, handed_back, is_about_cookies, is_about_policy, is_about_session,
    judge_authorize,
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
            Err(error) => self.refused(&request, reply, error),
        }
    }

    /// Goes on to rung 2 if Okta's words concern the session, or if a person insists on this sign-in. Else stops, and keeps
    /// the session.
    fn refused(
        &mut self,
        request: &AuthorizationRequest,
        reply: &Response,
        error: Error,
    ) -> Result<Step<Callback>, Stop> {
        let Parties { org, insist, .. } = self.parties;
        match handed_back(request, reply) {
            Some(code) if is_about_session(&code) => self.declined(request, &error.message),
            Some(_) if insist => self.passed_over(request, &error.message),
            _ if reply.status == 429 || matches!(error.kind, Kind::Person | Kind::Usage) => {
                Err(error.into())
            }
            _ => {
                let hint = Hint::run(&["credential", "logout", &org.name]);
                let lead = "if it stays so, the kept Okta session may be why; to end it: ";
                Err(error.hint(hint.after(lead)).into())
            }
        }
    }

    /// Ends rung 1. Drops a session that Okta does not know any more; keeps one that only this app's policy finds too
    /// weak, for the other apps.
    fn declined(
        &mut self,
        request: &AuthorizationRequest,
        words: &str,
    ) -> Result<Step<Callback>, Stop> {
        if !is_about_policy(words) {
            self.jar.keep_only(DEVICE);
        }
        self.passed_over(request, words)
    }

    /// Goes on to rung 2. The session stays in the record until there is another one.
    fn passed_over(
        &mut self,
        request: &AuthorizationRequest,
        words: &str,
    ) -> Result<Step<Callback>, Stop> {
        self.trace(format!("Okta does not take the cached session: {words}"));
        match self.is_claimed {
            true => {
                self.note_session();
                self.begin_conversation(Some(request))
            }
            false => Ok(self.claim()),
        }
    }
}

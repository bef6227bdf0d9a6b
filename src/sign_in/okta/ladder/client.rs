//! Rung 3: the session token, shown to the client that the configuration names, makes a session for the ALB's request.

use super::{Ladder, LadderState, Parties};
use crate::http::Response;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::attempt::Callback;
use crate::sign_in::flow::{Step, Stop};
use crate::sign_in::okta::client_login::judge_client_login;

impl Ladder<'_> {
    pub(super) fn logged_in(
        &mut self,
        request: Option<&AuthorizationRequest>,
        reply: &Response,
    ) -> Result<Step<Callback>, Stop> {
        self.follow(reply);
        self.note_new_session();
        let Parties {
            app, org, client, ..
        } = self.parties;
        let client = client.ok_or_else(Stop::out_of_step)?;
        judge_client_login(app, org, client, &self.jar, reply)?;
        Ok(self.show_new_session(request))
    }

    pub(super) fn show_new_session(
        &mut self,
        request: Option<&AuthorizationRequest>,
    ) -> Step<Callback> {
        match request {
            Some(request) => {
                self.state = LadderState::Authorizing(Box::new(request.clone()));
                self.authorize(request, None)
            }
            None => {
                self.state = LadderState::NewSession;
                Step::pending()
            }
        }
    }
}

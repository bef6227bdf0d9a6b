//! The end of a transaction: the success link, and the way from it to the callback.

use super::transaction::{End, Transaction};
use super::{Conversation, Outcome, Page, Parties, State};
use crate::cookie::DEVICE;
use crate::error::Error;
use crate::http::{Request, Response};
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::attempt::Callback;
use crate::sign_in::flow::{Event, Flow as _, Peer, Step, Stop};
use crate::sign_in::okta::authorize::{
    AuthorizeOutcome, form_post_error, is_form_post, judge_authorize,
};
use crate::sign_in::okta::login_required::unmet_policy;
use crate::sign_in::okta::parties::jar_of;
use crate::sign_in::okta::refusal::with_request_id;

impl<'a> Conversation<'a> {
    pub(super) fn transact(
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
            End::Gone if self.is_restarted => Err(Error::network(
                "the sign-in took too long, or was ended elsewhere: Okta has dropped two in a row",
            )
            .hint("try again")
            .into()),
            End::Gone => {
                self.is_restarted = true;
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
    pub(super) fn judge_success(
        &mut self,
        request: Box<AuthorizationRequest>,
        hops: u8,
        current: Option<&AuthorizationRequest>,
        reply: &Response,
    ) -> Result<Step<Outcome>, Stop> {
        self.follow(reply);
        let Parties { app, org, .. } = self.parties;
        if let Some(location) = reply.location() {
            if !org.site.same_origin(&location) {
                return self.callback(request, current, reply);
            }
            return self.hop(location, hops, |hops| State::Succeeding(request, hops));
        }
        match (reply.status, Page::read(&reply.body)) {
            (200, Page::Token(token)) => self.begin(request, token),
            (200, Page::NoToken | Page::EmptyToken) if is_form_post(reply) => {
                Err(form_post_error("the ALB's client").into())
            }
            (200, Page::NoToken | Page::EmptyToken) => Err(Error::network(format!(
                "Okta answers the end of the sign-in with a page that only a browser can send on to {}",
                app.site.authority()
            ))
            .into()),
            (403, _) => Err(Error::refused("Okta took the sign-in and makes no session of it (403)")
                .caused_by("an org can demand that a session ends on the device and the network that it began on (\"device matching\")")
                .hint("keep to one network, VPN and proxy during a sign-in, and try again")
                .hint("ask the admins what Okta's system log says of this sign-in")
                .into()),
            (status, _) => {
                let host = reply.host();
                let error =
                    Error::network(format!("{host} answers the end of the sign-in with {status}"));
                Err(with_request_id(error, reply).hint("try again").into())
            }
        }
    }

    /// Returns the callback in a redirect away from the org, or the reason why there is none. If the ALB takes no callback
    /// for `request` any more, because `current` is another one or none, the new session answers that one silently.
    pub(super) fn callback(
        &mut self,
        request: Box<AuthorizationRequest>,
        current: Option<&AuthorizationRequest>,
        reply: &Response,
    ) -> Result<Step<Outcome>, Stop> {
        let Parties { app, org, .. } = self.parties;
        match judge_authorize(app, org, &request, reply)? {
            AuthorizeOutcome::Code(url) => {
                if self.jar != jar_of(&self.known) {
                    self.note_session();
                }
                if current.is_some_and(|current| current.is_same(&request)) {
                    return Ok(Step::Done(Outcome::Callback(Callback { request, url })));
                }
                self.trace(
                    "the ALB takes no callback so late; showing the new session to another request",
                );
                self.is_late = true;
                Ok(self.ask(current))
            }
            AuthorizeOutcome::LoginRequired(words) => Err(unmet_policy(app, &words).into()),
        }
    }
}

//! The ALB's own URL at Okta: the callback, or the page that a sign-in begins with, under the account's claim.

use super::transaction::Transaction;
use super::{Conversation, MOST_PAGES, Outcome, Page, Parties, State};
use crate::cookie::DEVICE;
use crate::error::{Error, Hint};
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::flow::{Event, Flow as _, KnownAccount, Peer, Step, Stop};
use crate::sign_in::okta::authorize::{
    handed_back, is_about_cookies, is_about_session, judge_page,
};
use crate::sign_in::okta::parties::jar_of;

impl Conversation<'_> {
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
    pub(super) fn judge_page(
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
                return self.silent_callback(request, current, reply);
            }
            if is_classic_page(&location) {
                return Ok(Step::Done(Outcome::Classic));
            }
            return self.hop(location, hops, |hops| State::Asking(request, hops));
        }
        if reply.status != 200 {
            // A page in place of a redirect may be about the kept cookies; without them it is told apart.
            if is_about_cookies(reply) && self.may_leave_session() {
                return Ok(self.ask_without_session(&request));
            }
            judge_page(org, "the ALB's client", reply)?;
        }
        match Page::read(&reply.body) {
            Page::Token(_) if self.is_late => Err(self.too_late()),
            Page::Token(token) => self.begin(request, token),
            Page::EmptyToken => Ok(Step::Done(Outcome::Classic)),
            Page::NoToken => Err(Error::network(format!(
                "{} answers the request of {} with a page that is no sign-in page of Okta's",
                reply.host(),
                app.name
            ))
            .hint("look for what answers in Okta's place: a proxy, or a network's sign-in page")
            .into()),
            Page::Contradiction => Err(Error::network(format!(
                "the sign-in page of {} has two state tokens that differ",
                reply.host()
            ))
            .hint("look for what changes pages on their way: a proxy, or a network's sign-in page")
            .into()),
        }
    }

    /// Returns the stop of a session that is not enough for a request that came after it: nothing is sent a second time.
    fn too_late(&self) -> Stop {
        let app = &self.parties.app.name;
        Error::network(format!(
            "the sign-in to {app} took longer than the ALB waits, and Okta wants all of it again"
        ))
        .caused_by("the ALB takes an answer within 15 minutes")
        .hint("try again, and answer a little faster")
        .into()
    }

    /// Returns whether a kept session was shown, which can be left once.
    fn may_leave_session(&self) -> bool {
        !self.known.session.is_empty() && !self.has_left_session
    }

    /// Asks the ALB's URL once more, without the kept session. The record keeps it until there is another one.
    fn ask_without_session(&mut self, request: &AuthorizationRequest) -> Step<Outcome> {
        self.trace("Okta does not take the kept session; asking without it");
        self.has_left_session = true;
        self.jar.keep_only(DEVICE);
        self.ask(Some(request))
    }

    /// Returns the callback that needs no sign-in. An error in it may concern the kept session: a person who insists, and
    /// everybody whose session is not good any more, goes on without it.
    fn silent_callback(
        &mut self,
        request: Box<AuthorizationRequest>,
        current: Option<&AuthorizationRequest>,
        reply: &Response,
    ) -> Result<Step<Outcome>, Stop> {
        let code = handed_back(&request, reply);
        let Parties { org, insist, .. } = self.parties;
        match code {
            Some(code) if self.may_leave_session() && (insist || is_about_session(&code)) => {
                Ok(self.ask_without_session(&request))
            }
            Some(_) if self.may_leave_session() => {
                self.callback(request, current, reply).map_err(|stop| {
                    let hint = Hint::run(&["credential", "logout", &org.name]);
                    let lead = "if it stays so, the kept Okta session may be why; to end it: ";
                    Stop {
                        error: stop.error.hint(hint.after(lead)),
                        ..stop
                    }
                })
            }
            _ => self.callback(request, current, reply),
        }
    }

    /// Begins the transaction of a page's token, under the account's claim.
    pub(super) fn begin(
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
            !self.known.session.is_empty() && !self.has_left_session,
        );
        let step = transaction.next(Event::Begin);
        self.state = State::Transacting(request, Box::new(transaction));
        Ok(step?.map(|_| Step::pending()))
    }

    /// Returns the step after the claim: another silent try, if another process has left another session meanwhile.
    pub(super) fn claimed(
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
}

/// Returns whether `location` is the sign-in page of a classic engine.
fn is_classic_page(location: &url::Url) -> bool {
    location.path().starts_with("/login/login.htm") || location.path().starts_with("/login/default")
}

//! One attempt to sign in to one app, by any method: the way into the app, the identity provider, the callback.
//!
//! ```text
//! app … → authorization request → authorizer → callback URL → session cookie
//! ```
//!
//! Only the middle differs between methods. The [`Authorizer`] is asked first: if it can send a request to the identity
//! provider already, that and the app's are under way at the same time. No redirect is followed by the client: each is
//! a decision of the flow.

use std::mem;

use url::Url;

use super::alb::{self, AuthorizationRequest, Entrance};
use super::flow::{Event, Flow, Notice, Peer, Step, Stop, UserInput};
use crate::app::App;
use crate::clock::Moment;
use crate::http::{Request, Response};
use crate::session::Session;

/// The part of a sign-in that turns the ALB's authorization request into a callback URL.
pub(crate) trait Authorizer {
    /// Returns the step after `event`. `request` is there once the ALB has made it, and again only while the ALB still
    /// takes a callback for it. [`Step::pending`] waits for it: [`Event::RequestArrived`] comes with it.
    fn next(
        &mut self,
        request: Option<&AuthorizationRequest>,
        event: Event,
    ) -> Result<Step<Callback>, Stop>;

    /// Returns the request that cancels it, as [`Flow::cancel`] does.
    fn cancel(&self) -> Option<Request>;

    /// Takes out the notices, as [`Flow::notices`] does.
    fn notices(&mut self) -> Vec<Notice>;
}

/// The identity provider's answer to the ALB's request, on its way to the ALB.
pub(crate) struct Callback {
    pub(crate) request: Box<AuthorizationRequest>,
    pub(crate) url: Url,
}

/// An attempt that is under way.
pub(crate) struct Attempt<'a, A> {
    app: &'a App,
    authorizer: A,
    /// The way into the app, for a new try.
    entrance: Entrance<'a>,
    progress: AppProgress<'a>,
    /// Whether the identity provider's answer is outstanding.
    awaits_provider: bool,
    /// A step, or an end, that waits for the other peer's answer.
    held_back: Option<Result<Step<Callback>, Stop>>,
}

/// The attempt's position at the app.
enum AppProgress<'a> {
    NotAsked,
    Entering(Entrance<'a>),
    Opened(Box<AuthorizationRequest>),
    /// The callback is sent.
    CallbackSent,
}

impl<'a, A: Authorizer> Attempt<'a, A> {
    /// Returns an attempt for `app` that goes in by `entrance`.
    pub(crate) fn new(app: &'a App, entrance: Entrance<'a>, authorizer: A) -> Self {
        Self {
            app,
            authorizer,
            entrance,
            progress: AppProgress::NotAsked,
            awaits_provider: false,
            held_back: None,
        }
    }

    /// Begins with the `request` that the ALB has made already, if it still takes a callback for it.
    pub(crate) fn open(&mut self, request: AuthorizationRequest, now: Moment) {
        self.progress = AppProgress::Opened(Box::new(request));
        self.forget_stale_request(now);
    }

    /// Judges an answer of the app: another page of its own, the authorization request, or the session.
    fn app_replied(&mut self, event: Event) -> Result<Step<Session>, Stop> {
        match mem::replace(&mut self.progress, AppProgress::CallbackSent) {
            AppProgress::CallbackSent => match event {
                Event::Replied(_, reply) => {
                    self.called_back(&reply.map_err(|broken| broken.error)?)
                }
                _ => Err(Stop::out_of_step()),
            },
            AppProgress::Entering(mut entrance) => match entrance.next(event) {
                Ok(Step::Done(request)) => {
                    self.progress = AppProgress::Opened(Box::new(request));
                    self.opened()
                }
                Ok(step) => {
                    self.progress = AppProgress::Entering(entrance);
                    Ok(step.map(|_| Step::pending()))
                }
                // Wait for the verdict on a secret that is under way, before the app's failure ends the attempt.
                Err(stop) if self.awaits_provider => {
                    self.held_back = Some(Err(stop));
                    Ok(Step::pending())
                }
                Err(stop) => Err(stop),
            },
            progress @ (AppProgress::NotAsked | AppProgress::Opened(_)) => {
                self.progress = progress;
                Err(Stop::out_of_step())
            }
        }
    }

    /// Judges the answer to the callback. What the ALB has not taken, another request may bring: the authorizer decides.
    fn called_back(&mut self, reply: &Response) -> Result<Step<Session>, Stop> {
        match alb::judge_callback(self.app, reply) {
            Ok(session) => Ok(Step::Done(session)),
            Err(error) if reply.status == 401 => {
                self.progress = AppProgress::NotAsked;
                self.ask_authorizer(Event::CallbackRefused(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the step after the authorization request: the one that was held back, or the authorizer's next one.
    fn opened(&mut self) -> Result<Step<Session>, Stop> {
        match self.held_back.take() {
            Some(step) => self.pass(step?),
            None if self.awaits_provider => Ok(Step::pending()),
            None => self.ask_authorizer(Event::RequestArrived),
        }
    }

    fn ask_authorizer(&mut self, event: Event) -> Result<Step<Session>, Stop> {
        let request = match &self.progress {
            AppProgress::Opened(request) => Some(&**request),
            _ => None,
        };
        let step = self.authorizer.next(request, event)?;
        self.pass(step)
    }

    /// Forgets an authorization request for which the ALB takes no callback any more.
    fn forget_stale_request(&mut self, now: Moment) {
        if let AppProgress::Opened(request) = &self.progress
            && !request.is_usable(now)
        {
            self.progress = AppProgress::NotAsked;
        }
    }

    /// Passes the authorizer's step on. Asks the app for its first page beside it, if that was not done yet.
    fn pass(&mut self, step: Step<Callback>) -> Result<Step<Session>, Stop> {
        if let (Some(Err(_)), false) = (&self.held_back, matches!(step, Step::Record(_)))
            && let Some(Err(stop)) = self.held_back.take()
        {
            return Err(stop);
        }
        match step {
            Step::Send(requests) => self.send(requests),
            // Ask the person only after the app is known to lead to a sign-in. Its answer could also be taken for the one to
            // the callback.
            Step::Need(_) | Step::Wait(_) | Step::Done(_)
                if matches!(self.progress, AppProgress::Entering(_)) =>
            {
                self.held_back = Some(Ok(step));
                Ok(Step::pending())
            }
            Step::Done(Callback { request, url }) => {
                self.progress = AppProgress::CallbackSent;
                Ok(Step::send(Peer::App, alb::callback(&request, url)))
            }
            Step::Record(_) | Step::Claim => Ok(step.map(|_| Step::pending())),
            Step::Need(_) | Step::Wait(_) => Ok(step.map(|_| Step::pending())),
        }
    }

    fn send(&mut self, mut requests: Vec<(Peer, Request)>) -> Result<Step<Session>, Stop> {
        self.awaits_provider |= !requests.is_empty();
        if let AppProgress::NotAsked = self.progress {
            let mut entrance = self.entrance.clone();
            if let Step::Send(first) = entrance.next(Event::Begin)? {
                requests.extend(first);
            }
            self.progress = AppProgress::Entering(entrance);
        }
        Ok(Step::Send(requests))
    }
}

impl<A: Authorizer> Flow for Attempt<'_, A> {
    type Out = Session;

    fn next(&mut self, event: Event) -> Result<Step<Session>, Stop> {
        match &event {
            Event::Replied(Peer::App, _) => return self.app_replied(event),
            Event::Claimed(_, now) | Event::Input(UserInput::Callback(_, now)) => {
                self.forget_stale_request(*now);
            }
            Event::Input(UserInput::Session(session)) => {
                return Ok(Step::Done((**session).clone()));
            }
            Event::Replied(Peer::IdentityProvider, reply) => {
                self.awaits_provider = false;
                if let Ok(reply) = reply {
                    self.forget_stale_request(reply.at);
                }
            }
            _ => {}
        }
        self.ask_authorizer(event)
    }

    fn cancel(&self) -> Option<Request> {
        self.authorizer.cancel()
    }

    fn notices(&mut self) -> Vec<Notice> {
        self.authorizer.notices()
    }
}

#[cfg(test)]
mod tests;

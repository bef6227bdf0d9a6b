//! The authorizer that visits the identity provider's own pages: silently, in a window, or by a pasted address.
//!
//! Facts: a request with `prompt=none` shows no page, and comes back with an error where the provider wants a person (OpenID
//! Connect Core, 3.1.2.1 and 3.1.2.6); some providers ignore it. The ALB takes a callback for 15 minutes, and answers 401 to
//! a late one, a spent one and one without its nonce alike. The provider's session outlives that, so a second request
//! needs no person.

use std::collections::VecDeque;

use super::{CallbackAnswer, judge_callback_url};
use crate::app::App;
use crate::error::{Error, Hint, Kind};
use crate::http::{Request, host};
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::attempt::{Authorizer, Callback};
use crate::sign_in::flow::{Event, Need, Notice, Step, Stop, UserInput, Visit, VisitWay};

/// A sign-in by visits of the identity provider's pages.
pub(crate) struct BrowserSignIn<'a> {
    app: &'a App,
    /// The ways that are left, the next one first.
    ways: VecDeque<VisitWay>,
    tries: Tries,
    notices: Vec<Notice>,
}

/// The tries that are left after a callback that the ALB does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tries {
    /// One more authorization request, and, where the address was pasted, the session's cookies.
    All,
    /// The session's cookies, where the address was pasted.
    Cookies,
    None,
}

impl<'a> BrowserSignIn<'a> {
    /// Returns a sign-in to `app` that tries these `ways`, one after the other.
    pub(crate) fn new(app: &'a App, ways: &[VisitWay], tries: Tries) -> Self {
        Self {
            app,
            ways: ways.iter().copied().collect(),
            tries,
            notices: Vec::new(),
        }
    }

    /// Visits the pages in the next way, once there is a request.
    fn visit(&self, request: Option<&AuthorizationRequest>) -> Result<Step<Callback>, Stop> {
        let Some(request) = request else {
            return Ok(Step::pending());
        };
        let way = self.ways.front().ok_or_else(Stop::out_of_step)?;
        Ok(Step::Need(Need::Visit(Visit {
            request: Box::new(request.clone()),
            way: *way,
        })))
    }

    /// Goes on in the next way, or ends with `error`, the reason why this one has no callback.
    fn next_way(
        &mut self,
        request: Option<&AuthorizationRequest>,
        error: Error,
    ) -> Result<Step<Callback>, Stop> {
        self.ways.pop_front();
        if self.ways.is_empty() {
            return Err(error.into());
        }
        self.trace(format!("no callback yet: {}", error.message));
        self.visit(request)
    }

    /// Judges a callback before the ALB sees it.
    fn judge(
        &mut self,
        request: Option<&AuthorizationRequest>,
        url: url::Url,
    ) -> Result<Step<Callback>, Stop> {
        let Some(request) = request else {
            let words = format!(
                "the ALB of {} takes no callback after 15 minutes",
                self.app.site.authority()
            );
            return self.refused(Error::refused(words));
        };
        let provider = host(&request.url);
        match judge_callback_url(url, request) {
            Ok(CallbackAnswer::Code(url)) => Ok(Step::Done(Callback {
                request: Box::new(request.clone()),
                url,
            })),
            Ok(CallbackAnswer::Error(error)) => {
                let error = error.error(&provider);
                let is_silent = self.ways.front() == Some(&VisitWay::Silent);
                match error.kind {
                    Kind::Person if is_silent => {
                        let login = Hint::login(&self.app.name);
                        self.next_way(Some(request), error.hint(login))
                    }
                    _ => Err(error.into()),
                }
            }
            Err(reason) => Err(Error::network(format!(
                "{provider} sends back to {} with a wrong address: {reason}",
                self.app.site.authority()
            ))
            .into()),
        }
    }

    /// Goes on after a callback that the ALB has not taken, or would not take any more. One more request needs no person:
    /// the provider's session is there now.
    fn refused(&mut self, error: Error) -> Result<Step<Callback>, Stop> {
        let is_pasted = self.ways.front() == Some(&VisitWay::Paste);
        match (self.tries, is_pasted) {
            (Tries::All, _) => {
                self.tries = Tries::Cookies;
                let line = format!("{}; asking for another sign-in", error.message);
                // A person has to do it again, and would wonder why.
                self.notices.push(match is_pasted {
                    true => Notice::Tell(line),
                    false => Notice::Trace(line),
                });
                Ok(Step::pending())
            }
            (Tries::Cookies, true) => {
                self.tries = Tries::None;
                Ok(Step::Need(Need::SessionCookies(error)))
            }
            _ => Err(error.into()),
        }
    }

    fn trace(&mut self, line: String) {
        self.notices.push(Notice::Trace(line));
    }
}

impl Authorizer for BrowserSignIn<'_> {
    fn next(
        &mut self,
        request: Option<&AuthorizationRequest>,
        event: Event,
    ) -> Result<Step<Callback>, Stop> {
        match event {
            Event::Begin | Event::RequestArrived => self.visit(request),
            Event::Input(UserInput::Callback(url, _)) => self.judge(request, url),
            Event::Input(UserInput::NoCallback(error)) => self.next_way(request, error),
            Event::CallbackRefused(error) => self.refused(error),
            _ => Err(Stop::out_of_step()),
        }
    }

    fn cancel(&self) -> Option<Request> {
        None
    }

    fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }
}

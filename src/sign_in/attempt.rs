//! One attempt to sign in to one app: the rungs of the ladder as a machine.
//!
//! ```text
//! rung 1, silently:      app → authorize with Okta's session → callback
//! rung 2, by password:   app ∥ authn → authorize with the session token → callback
//! rung 3, by client_id:  app ∥ authn → authorize of that client with the token → rung 1's second half
//! ```
//!
//! A state owns exactly what the next step needs. Each redirect is looked at and decided on here; none is followed
//! by the client.

use super::balancer::{self, Challenge, Start};
use super::okta::{self, DEVICE, Verdict};
use super::{Event, Outcome, Step, Stop};
use crate::app::{App, Client, Org, shown};
use crate::cookie::Jar;
use crate::error::{Error, Result};
use crate::http::Response;
use crate::secret::Secret;

/// How many of its own pages an application may send through before the ALB asks for a sign-in.
const HOPS: u8 = 5;

/// An attempt, and Okta's cookies as it goes.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    app: &'a App,
    org: &'a Org,
    client: Option<&'a Client>,
    /// Okta's cookies: the session and the device token.
    pub(crate) jar: Jar,
}

/// What an attempt is waiting for.
#[derive(Debug)]
pub(crate) enum State {
    /// The app's answer, at the given number of hops from the start; then `proof` goes to Okta.
    Opening { proof: Proof, jar: Jar, hops: u8 },
    /// The app's answer and authn's.
    OpeningBoth,
    /// Authn's answer; the ALB has already challenged.
    Authenticating(Box<Challenge>),
    /// The answer to the configured client's authorize request.
    Introducing(Box<Challenge>),
    /// Okta's answer to the ALB's authorize request. After a `password`, nothing more is left to try.
    Authorizing {
        challenge: Box<Challenge>,
        password: bool,
    },
    /// The ALB's answer to the callback.
    CallingBack,
}

/// What Okta is shown at the authorize step.
#[derive(Debug)]
pub(crate) enum Proof {
    /// The session cookies of an earlier sign-in.
    Session,
    /// A session token, fresh from the password.
    Token(Secret),
}

impl<'a> Attempt<'a> {
    /// An attempt for `app` at `org`, with Okta's cookies to begin with.
    pub(crate) fn new(app: &'a App, org: &'a Org, client: Option<&'a Client>, jar: Jar) -> Self {
        Self {
            app,
            org,
            client,
            jar,
        }
    }

    /// The first step of rung 1.
    pub(crate) fn silently(&self) -> Step {
        let state = State::Opening {
            proof: Proof::Session,
            jar: Jar::default(),
            hops: 0,
        };
        Step::Send(
            balancer::start(self.app.start.clone(), &Jar::default()),
            state,
        )
    }

    /// The first step of rungs 2 and 3. Where rung 1 left a challenge, that one is gone on with.
    pub(crate) fn by_password(&self, password: &Secret, challenge: Option<Challenge>) -> Step {
        let authn = okta::authn(self.org, password, &self.jar);
        match challenge {
            Some(challenge) => Step::Send(authn, State::Authenticating(Box::new(challenge))),
            None => {
                let app = balancer::start(self.app.start.clone(), &Jar::default());
                Step::SendBoth(app, authn, State::OpeningBoth)
            }
        }
    }

    /// The step after `event` in `state`.
    pub(crate) fn next(&mut self, state: State, event: Event) -> Result<Step, Stop> {
        match (state, event) {
            (State::OpeningBoth, Event::Replies(app, org)) => {
                // Okta's answer first: a refused password has to be known, whatever became of the app.
                let proof = Proof::Token(self.token(&org?)?);
                Ok(self.opened(proof, Jar::default(), 0, &app?)?)
            }
            (State::Opening { proof, jar, hops }, Event::Reply(reply)) => {
                Ok(self.opened(proof, jar, hops, &reply)?)
            }
            (State::Authenticating(challenge), Event::Reply(reply)) => {
                let token = self.token(&reply)?;
                Ok(self.authorize(challenge, &Proof::Token(token)))
            }
            (State::Introducing(challenge), Event::Reply(reply)) => {
                self.follow(&reply);
                let client = self.client.expect("only a configured client is introduced");
                okta::judge_introduction(self.app, client, &reply)?;
                let request = okta::authorize(&challenge, None, &self.jar);
                Ok(Step::Send(
                    request,
                    State::Authorizing {
                        challenge,
                        password: true,
                    },
                ))
            }
            (
                State::Authorizing {
                    challenge,
                    password,
                },
                Event::Reply(reply),
            ) => {
                self.follow(&reply);
                Ok(self.authorized(challenge, password, &reply)?)
            }
            (State::CallingBack, Event::Reply(reply)) => Ok(Step::Done(Outcome::Signed(
                balancer::judge_callback(self.app, &reply)?,
            ))),
            _ => unreachable!("drive answers every step with its own kind of event"),
        }
    }

    /// The session token out of authn's answer. Of its cookies only the device token is kept: beside a session of
    /// any kind Okta would ignore the session token.
    fn token(&mut self, reply: &Response) -> Result<Secret, Stop> {
        let mut cookies = reply.sound_cookies();
        cookies.retain(|cookie| cookie.name == DEVICE);
        self.jar.follow(&cookies, reply.date());
        okta::judge_authn(self.org, reply)
    }

    /// Keeps what Okta sets. A cookie of its that breaks the grammar could not be sent back anyway.
    fn follow(&mut self, reply: &Response) {
        self.jar.follow(&reply.sound_cookies(), reply.date());
    }

    /// What the app's answer leads to: Okta, another page of its own, or nowhere.
    fn opened(&self, proof: Proof, jar: Jar, hops: u8, reply: &Response) -> Result<Step> {
        match balancer::judge_start(self.app, self.org, jar, reply)? {
            Start::Challenge(challenge) => Ok(self.authorize(challenge, &proof)),
            Start::Elsewhere(url, jar) if hops < HOPS => {
                let request = balancer::start(url, &jar);
                Ok(Step::Send(
                    request,
                    State::Opening {
                        proof,
                        jar,
                        hops: hops + 1,
                    },
                ))
            }
            Start::Elsewhere(..) => Err(Error::usage(format!(
                "{} redirects in a circle",
                shown(&self.app.start)
            ))),
        }
    }

    /// Shows Okta the `proof`: at the ALB's own authorize URL, or first at the configured client's.
    fn authorize(&self, challenge: Box<Challenge>, proof: &Proof) -> Step {
        let (token, password) = match proof {
            Proof::Session => (None, false),
            Proof::Token(token) => (Some(token), true),
        };
        match (self.client, token) {
            (Some(client), Some(token)) => Step::Send(
                okta::introduce(self.org, client, token, &self.jar),
                State::Introducing(challenge),
            ),
            _ => {
                let request = okta::authorize(&challenge, token, &self.jar);
                Step::Send(
                    request,
                    State::Authorizing {
                        challenge,
                        password,
                    },
                )
            }
        }
    }

    /// What Okta's answer leads to: the callback, or the next rung.
    fn authorized(
        &self,
        challenge: Box<Challenge>,
        password: bool,
        reply: &Response,
    ) -> Result<Step> {
        match okta::judge_authorize(self.app, self.org, &challenge, reply)? {
            Verdict::Code(url) => Ok(Step::Send(
                balancer::callback(&challenge, url),
                State::CallingBack,
            )),
            Verdict::SignInWanted(words) if password => Err(okta::unmet(self.app, &words)),
            Verdict::SignInWanted(words) => Ok(Step::Done(Outcome::Declined(*challenge, words))),
        }
    }
}

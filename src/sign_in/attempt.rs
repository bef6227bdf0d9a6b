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

use super::balancer::{self, Demand, Start};
use super::okta::{self, Answer, Verdict};
use super::{Outcome, Step, Stop};
use crate::app::{App, Client, Org};
use crate::cookie::{DEVICE, Jar};
use crate::error::{Error, Result, hide, shown};
use crate::http::Response;
use crate::secret::Secret;

/// How many of its own pages an application may send through before the ALB asks for a sign-in.
const HOPS: u8 = 5;

/// An attempt, and Okta's cookies as it goes.
pub(crate) struct Attempt<'a> {
    app: &'a App,
    org: &'a Org,
    client: Option<&'a Client>,
    /// Okta's cookies: the session and the device token.
    pub(crate) jar: Jar,
    /// Whether Okta has said anything of the password.
    pub(crate) is_answered: bool,
}

/// The answer that an attempt waits for.
pub(crate) enum Awaits {
    /// The app's, so many hops from the start; then `proof` goes to Okta.
    App { proof: Proof, jar: Jar, hops: u8 },
    /// Authn's; the ALB has already made its demand.
    Authn(Box<Demand>),
    /// Okta's, to the configured client's authorize request.
    Introduction(Box<Demand>),
    /// Okta's, to the ALB's authorize request. After a `password`, nothing more is left to try.
    Authorize { demand: Box<Demand>, password: bool },
    /// The ALB's, to the callback.
    Callback,
}

/// What Okta is shown at the authorize step.
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
            is_answered: false,
        }
    }

    /// The first step of rung 1.
    pub(crate) fn silently(&self) -> Step {
        let jar = Jar::default();
        let request = balancer::start(self.app.start.clone(), &jar);
        Step::Send(
            request,
            Awaits::App {
                proof: Proof::Session,
                jar,
                hops: 0,
            },
        )
    }

    /// The first step of rungs 2 and 3. Where rung 1 left a demand of the ALB's, that one is gone on with.
    pub(crate) fn by_password(
        &self,
        password: &Secret,
        warn: bool,
        demand: Option<Demand>,
    ) -> Step {
        hide(password);
        let org = okta::authn(self.org, password, &self.jar, warn);
        match demand {
            Some(demand) => Step::Send(org, Awaits::Authn(Box::new(demand))),
            None => Step::SendBoth {
                app: balancer::start(self.app.start.clone(), &Jar::default()),
                org,
            },
        }
    }

    /// The step after the answer that was awaited.
    pub(crate) fn replied(&mut self, awaits: Awaits, reply: &Response) -> Result<Step, Stop> {
        match awaits {
            Awaits::App { proof, jar, hops } => Ok(self.opened(proof, jar, hops, reply)?),
            Awaits::Authn(demand) => Ok(match self.authenticated(reply)? {
                Answer::Token(token) => self.authorize(demand, &Proof::Token(token)),
                Answer::More(state) => Step::Done(Outcome::Unfinished(state, Some(demand))),
            }),
            Awaits::Introduction(demand) => {
                self.follow(reply);
                let client = self.client.expect("only a configured client is introduced");
                okta::judge_introduction(self.app, self.org, client, &self.jar, reply)?;
                let request = okta::authorize(&demand, None, &self.jar);
                Ok(Step::Send(
                    request,
                    Awaits::Authorize {
                        demand,
                        password: true,
                    },
                ))
            }
            Awaits::Authorize { demand, password } => {
                self.follow(reply);
                Ok(self.authorized(demand, password, reply)?)
            }
            Awaits::Callback => Ok(Step::Done(Outcome::Signed(balancer::judge_callback(
                self.app, reply,
            )?))),
        }
    }

    /// What authn's answer leads to. Of its cookies only the device token is kept: beside a session of
    /// any kind Okta would ignore the session token.
    pub(crate) fn authenticated(&mut self, reply: &Response) -> Result<Answer, Stop> {
        self.is_answered = true;
        let mut cookies = reply.sound_cookies();
        cookies.retain(|cookie| cookie.name == DEVICE);
        self.jar.follow(&cookies, reply.date());
        okta::judge_authn(self.org, reply)
    }

    /// The step after both the password and the app's first page were answered.
    pub(crate) fn opened_with(&mut self, answer: Answer, reply: &Response) -> Result<Step, Stop> {
        let jar = Jar::default();
        Ok(match answer {
            Answer::Token(token) => self.opened(Proof::Token(token), jar, 0, reply)?,
            Answer::More(state) => {
                let demand = match balancer::judge_start(self.app, self.org, jar, reply)? {
                    Start::Demand(demand) => Some(demand),
                    Start::Elsewhere(..) => None,
                };
                Step::Done(Outcome::Unfinished(state, demand))
            }
        })
    }

    /// The step after the transaction that followed the password has ended well. Where the ALB's demand is not there, or
    /// too old by now, the app is asked for another one.
    pub(crate) fn go_on(&self, token: Secret, demand: Option<Box<Demand>>) -> Step {
        let proof = Proof::Token(token);
        match demand {
            Some(demand) => self.authorize(demand, &proof),
            None => {
                let jar = Jar::default();
                let request = balancer::start(self.app.start.clone(), &jar);
                Step::Send(
                    request,
                    Awaits::App {
                        proof,
                        jar,
                        hops: 0,
                    },
                )
            }
        }
    }

    /// Keeps what Okta sets. A cookie of its that breaks the grammar could not be sent back anyway.
    fn follow(&mut self, reply: &Response) {
        self.jar.follow(&reply.sound_cookies(), reply.date());
    }

    /// What the app's answer leads to: Okta, another page of its own, or nowhere.
    fn opened(&self, proof: Proof, jar: Jar, hops: u8, reply: &Response) -> Result<Step> {
        match balancer::judge_start(self.app, self.org, jar, reply)? {
            Start::Demand(demand) => Ok(self.authorize(demand, &proof)),
            Start::Elsewhere(url, jar) if hops < HOPS => {
                let request = balancer::start(url, &jar);
                Ok(Step::Send(
                    request,
                    Awaits::App {
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
    fn authorize(&self, demand: Box<Demand>, proof: &Proof) -> Step {
        let token = match proof {
            Proof::Session => None,
            Proof::Token(token) => Some(token),
        };
        match (self.client, token) {
            (Some(client), Some(token)) => Step::Send(
                okta::introduce(self.org, client, token, &self.jar),
                Awaits::Introduction(demand),
            ),
            _ => {
                let request = okta::authorize(&demand, token, &self.jar);
                Step::Send(
                    request,
                    Awaits::Authorize {
                        demand,
                        password: token.is_some(),
                    },
                )
            }
        }
    }

    /// What Okta's answer leads to: the callback, or the next rung.
    fn authorized(
        &mut self,
        demand: Box<Demand>,
        password: bool,
        reply: &Response,
    ) -> Result<Step> {
        match okta::judge_authorize(self.app, self.org, &demand, reply) {
            Ok(Verdict::Code(url)) => Ok(Step::Send(
                balancer::callback(&demand, url),
                Awaits::Callback,
            )),
            Ok(Verdict::SignInWanted(words)) if password => {
                Err(okta::unmet(self.app, &self.jar, &words))
            }
            Ok(Verdict::SignInWanted(words)) => Ok(self.declined(*demand, words)),
            // A page in place of a redirect may be about the cached cookies; without them it is told apart.
            Err(error) if !password && okta::is_about_cookies(reply) => {
                Ok(self.declined(*demand, error.message))
            }
            Err(error) => Err(error),
        }
    }

    /// The end of rung 1. A session that Okta does not know any more is given up; one that only this app's policy finds
    /// too weak stays good for the others.
    fn declined(&mut self, demand: Demand, words: String) -> Step {
        if !okta::is_about_policy(&words) {
            self.jar.keep_only(DEVICE);
        }
        Step::Done(Outcome::Declined(demand, words))
    }
}

#[cfg(test)]
mod tests;

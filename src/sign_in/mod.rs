//! Signing in: builds requests and judges answers, as machines without a client, a clock or a file.
//!
//! [`flow`] is the vocabulary: a flow says the next step, the driver (`method::driver`) does it. An [`Attempt`] is a
//! sign-in by any method: the way into the app ([`alb`]), an [`attempt::Authorizer`] that turns the ALB's authorization
//! request into a callback URL, and the callback. [`okta`] and [`browser`] are such authorizers. An exchange of one request is a pair of
//! plain functions, one that builds the request and one that judges its answer.

pub(crate) mod alb;
pub(crate) mod attempt;
mod authorization_request;
pub(crate) mod browser;
mod callback_error;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod flow;
pub(crate) mod okta;
mod recorder;

pub(crate) use attempt::Attempt;

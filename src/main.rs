//! `credential`: the session cookie of an application behind an AWS ALB and Okta.

mod app;
mod clock;
mod cookie;
mod dialect;
mod error;
mod invocation;
mod output;
mod reply;
mod secret;
mod session;
mod settings;

fn main() {}

//! `credential`: the session cookie of an application behind an AWS ALB and Okta.
//!
//! # The map
//!
//! A call comes in as arguments, as a request on stdin, or by a helper's name, and goes out as one [`reply::Reply`].
//! [`command`] has a file for each verb. `get` is the tool: [`command::ask`] finds out what a caller wants and in
//! which [`dialect`], [`get`] answers from the [`store`] or has [`ladder`] sign in, and the dialect says it, in one
//! of the formats of [`output`].
//!
//! ```text
//! main → command → dialect → get → store
//!                              └→ ladder → store, source, sign_in → http
//! ```
//!
//! Who may know whom: only [`get`] and its [`ladder`] know both the store and the sign-in. A dialect never learns how
//! a session was made. The machines of [`sign_in`] know no client, no clock and no file. Values are [`app`],
//! [`session`] and [`cookie`]; the leaves ([`http`], [`terminal`], [`clock`], [`secret`], [`error`]) own one resource
//! each.

mod app;
mod cli;
mod clock;
mod command;
mod cookie;
mod dialect;
mod error;
mod get;
mod http;
mod invocation;
mod ladder;
mod output;
mod paths;
mod reply;
mod secret;
mod session;
mod settings;
mod sign_in;
mod source;
mod store;
mod terminal;
mod world;

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    secret::keep_out_of_dumps();
    let arguments: Vec<_> = std::env::args_os().collect();
    let reply::Reply {
        stdout,
        stderr,
        code,
    } = command::run(&arguments);
    // A reader that has gone away is nobody to complain to.
    let mut out = std::io::stdout().lock();
    let _ = out
        .write_all(stdout.expose().as_bytes())
        .and_then(|()| out.flush());
    let _ = std::io::stderr().write_all(stderr.as_bytes());
    ExitCode::from(code)
}

//! `credential`: the session cookie of an application behind an AWS ALB and Okta.
//!
//! # The map
//! A call comes in as arguments, as a request on stdin, or by a helper's name, and goes out as one [`reply::Reply`].
//! [`command`] has a file for each verb. For `get` it is `command/ask.rs`, which has a [`dialect`] read the request,
//! [`get`] find the [`answer`], and the dialect say it, in one of the formats of [`output`]. [`get`] looks into the
//! cache ([`store`]) and, if it has to, has the app's [`method`] sign in.
//!
//! ```text
//! command → dialect (read) → get → store
//!         → dialect (say)     └──→ method → store, source, sign_in → http
//! ```
//!
//! Who may know whom: only [`get`], the methods and `doctor`, which changes neither, know both the store and the
//! sign-in. A dialect never learns how a session was made. The machines of [`sign_in`] know no client, no clock and no
//! file. Values are [`app`], [`site`], [`session`], [`cookie`] and [`answer`]; [`settings`] makes them. [`alb`] reads
//! what any ALB says, [`invocation`] the command lines that `shell/` wraps; [`world`] holds what a call may touch. The
//! leaves own one resource each: [`http`], [`terminal`], [`keyring`], [`clock`], [`secret`], [`error`].

mod alb;
mod answer;
mod app;
mod cli;
mod clock;
mod command;
mod cookie;
mod credential;
mod dialect;
mod error;
mod get;
mod http;
#[cfg(unix)]
mod invocation;
mod jar;
mod keyring;
mod method;
mod output;
mod paths;
mod replace;
mod reply;
mod secret;
mod session;
mod settings;
mod sign_in;
mod site;
mod source;
mod store;
mod terminal;
mod totp;
mod world;

#[cfg(test)]
#[path = "../tests/fuzz/parsers/mod.rs"]
mod parsers;

fn main() -> std::process::ExitCode {
    secret::keep_out_of_dumps();
    let reply = command::run(&std::env::args_os().collect::<Vec<_>>());
    reply.send().into()
}

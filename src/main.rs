//! `credential`: the session cookie of an application behind an AWS ALB and Okta.
//!
//! A call comes in as arguments, as a request on stdin, or by a helper's name ([`start`]), and goes out as one
//! [`reply::Reply`]. [`command`] has a file for each verb. For `get` it is `command/ask.rs`: a [`dialect`] reads the
//! request, [`get`] finds the [`answer`] in the [`store`] or by the app's [`method`], the dialect says it ([`output`]).
//!
//! ```text
//! command → dialect (read) → get → store
//!         → dialect (say)     └──→ method → store, secret_source, sign_in → http
//! ```
//!
//! Who may know whom: only [`get`] and the methods know both the store and the sign-in, and `doctor`, which looks at
//! both. A dialect never learns how a session was made. The machines of [`sign_in`] know no client, no clock, no file.
//! Values are [`app`], [`site`], [`session`], [`cookie`] and [`answer`]; [`settings`] makes them of a configuration,
//! [`world`] holds what a call may touch, [`invocation`] reads the words of clients that
//! `shell/` wraps. The leaves ([`http`], [`terminal`], [`keyring`], [`clock`], [`secret`], [`error`]) own one each.
#![cfg_attr(all(bare_start, not(test)), no_main)]

mod answer;
mod app;
mod atomic_file;
mod bounded_file;
mod cli;
mod clock;
mod command;
mod cookie;
mod cookie_file;
mod credential;
mod dialect;
mod environment;
mod error;
mod file_stamp;
mod get;
mod http;
#[cfg(unix)]
mod invocation;
mod keyring;
mod method;
mod output;
#[cfg(test)]
#[path = "../tests/fuzz/parsers/mod.rs"]
mod parsers;
mod paths;
mod reply;
mod secret;
mod secret_source;
mod session;
mod settings;
mod sign_in;
mod site;
mod start;
mod store;
mod terminal;
mod totp;
mod waiting;
mod world;
#[cfg(not(bare_start))]
fn main() -> std::process::ExitCode {
    start::run().into()
}

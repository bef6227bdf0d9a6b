//! `credential`: the session cookie of an application behind an AWS ALB.
//!
//! The program is this library, and `src/main.rs` starts it. [`run`] is all that it exports: the rest is the crate's own,
//! so that the compiler finds what nothing uses.
//!
//! # The map
//! A call comes in as arguments, as a request on stdin, or by a helper's name, and goes out as one [`reply::Reply`].
//! [`command`] has a file for each verb. For `get` it is `command/helper`: a [`dialect`] reads the request, [`get`] finds
//! the [`served_session`], and the dialect says it, in one of the formats of [`output`]. [`get`] looks into the cache ([`store`])
//! and, if it has to, has the app's [`method`] sign in.
//!
//! ```text
//! command → dialect (read) → get → store
//!         → dialect (say)     └──→ method → store, secret_source, sign_in → http
//! ```
//!
//! Only [`get`] and the methods know both the store and the sign-in, and `doctor`, which looks at
//! both. A dialect never learns how a session was made. The machines of [`sign_in`] know no client, no clock, no file.
//! Values are [`app`], [`site`], [`session`], [`cookie`], [`credential`] and [`served_session`]; [`settings`] makes them of a configuration,
//! [`context`] holds what a call may touch, [`invocation`] reads the words of clients that
//! `shell/` wraps. The leaves ([`http`], [`terminal`], [`keyring`], [`clock`], [`secret`], [`error`]) own one resource each.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]
#![allow(
    rustdoc::private_intra_doc_links,
    reason = "the map is for those who read the code"
)]

use std::ffi::OsString;

mod app;
mod atomic_file;
mod base64;
mod bounded_file;
mod browser;
mod caller_policy;
mod child_status;
mod cli;
mod clock;
mod command;
mod context;
mod cookie;
mod cookie_file;
mod credential;
mod dialect;
mod duration;
mod environment;
mod error;
mod everyday_browser;
mod factor;
mod file_owner;
mod file_stamp;
mod get;
mod http;
#[cfg(unix)]
mod invocation;
mod keyring;
mod method;
mod output;
mod paths;
mod provider_name;
mod reply;
mod secret;
mod secret_source;
mod served_session;
mod session;
mod settings;
mod sign_in;
mod site;
mod size_limit;
mod standard_stream;
mod store;
mod store_client;
mod terminal;
mod totp;
mod waiting;

#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;

/// Does what the process was called for by its `arguments`, the program's name first, and gives its exit status.
#[must_use]
pub fn run(arguments: &[OsString]) -> u8 {
    secret::keep_out_of_dumps();
    let code = command::run(arguments).send();
    error::end_hiding();
    code
}

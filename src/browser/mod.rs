//! A Chromium-family browser of this machine: found, started with a profile of its own, watched, and ended.
//!
//! The browser is driven over `--remote-debugging-pipe` by seven commands of the Chrome DevTools Protocol
//! (<https://chromedevtools.github.io/devtools-protocol/>), all sent to the browser as a whole: no page is attached to, read
//! or changed. The request for one address is held before it is sent. Whose address that is, and what becomes of it, is not
//! known here; nor are apps, orgs, settings and records.
//!
//! [`watch`] is the conversation as a pure machine; [`pipe`] cuts frames; [`process`] owns the child and its streams; [`running`]
//! joins them. The caller holds a claim on the profile for as long as the browser lives.

#[cfg(unix)]
mod arguments;
#[cfg(unix)]
mod diagnosis;
mod display;
#[cfg(not(unix))]
mod elsewhere;
mod failure;
mod find;
mod launch;
#[cfg(unix)]
mod log;
mod page;
#[cfg(unix)]
mod pipe;
#[cfg(unix)]
mod process;
mod profile;
#[cfg(unix)]
mod running;
mod sight;
#[cfg(unix)]
mod watch;

#[cfg(not(unix))]
pub(crate) use elsewhere::Browser;
#[cfg(unix)]
pub(crate) use running::Browser;

pub(crate) use display::{NoWindow, check_display};
pub(crate) use failure::Failure;
#[cfg(test)]
#[cfg(unix)]
use failure::Reason;
pub(crate) use find::{Installed, Packaging, find};
pub(crate) use launch::{Launch, Limits};
pub(crate) use page::{Outcome, page};
pub(crate) use profile::Profile;
pub(crate) use sight::{Held, Sight};

#[cfg(test)]
#[cfg(unix)]
mod tests;

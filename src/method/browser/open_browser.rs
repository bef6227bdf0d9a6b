//! A running browser with its profile, under the profile's claim.
//!
//! There is one profile for each identity provider, so that one sign-in serves all of its apps. A profile that is not kept
//! (`keep = false`) is emptied before and after its use.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::browser::{self, Browser, Failure, Held, Launch, Sight, page, profile};
use crate::clock;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::method::host::Host;
use crate::paths;
use crate::sign_in::flow::Stop;
use crate::store::{Backoff, BrowserProfile, Key, LockedRecord};

/// Whether a browser has a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Headless,
    Window,
}

/// A browser that runs. Dropping it ends the browser, and then gives its profile back.
pub(crate) struct OpenBrowser<'a> {
    browser: Option<Browser>,
    mode: Mode,
    /// The callback that the browser waits for an answer to.
    held: Option<Held>,
    /// The profile's directory, if it is not kept.
    temporary: Option<PathBuf>,
    record: LockedRecord<'a, BrowserProfile>,
}

impl<'a> OpenBrowser<'a> {
    /// Starts a browser on the profile for `provider`, once no other process uses it. A browser that does not start is the
    /// inner error; it is remembered, so that not every unattended caller waits for the same one.
    pub(super) fn start(
        context: &'a Context,
        host: &Host<'_>,
        provider: &str,
        mode: Mode,
    ) -> Result<Result<Self, Failure>, Stop> {
        let settings = &context.settings.browser;
        let installed = browser::find(settings.command.as_deref()).map_err(Failure::into_error)?;
        let record = claim(context, host, provider)?;
        let directory = match directory(context, &installed, provider) {
            Ok(directory) => directory,
            Err(error) => return Err(error.into()),
        };
        let temporary = (!settings.keep).then(|| directory.clone());
        if temporary.is_some() {
            profile::remove(&directory)?;
        }
        profile::prepare(&directory)?;
        let launch = Launch {
            installed: &installed,
            arguments: &settings.arguments,
            profile: &directory,
            is_headless: mode == Mode::Headless,
        };
        let started = Browser::start(&launch);
        let mut open = Self {
            browser: None,
            mode,
            held: None,
            temporary,
            record,
        };
        Ok(match started {
            Ok(browser) => {
                open.record.record.product = Some(browser.product().to_owned());
                open.browser = Some(browser);
                Ok(open)
            }
            Err(failure) => {
                open.remember_failure(&failure);
                Err(failure)
            }
        })
    }

    pub(super) fn has_window(&self) -> bool {
        self.mode == Mode::Window
    }
}

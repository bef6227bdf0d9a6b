//! A running browser with its profile, under the profile's claim.
//!
//! There is one profile for each identity provider, so that one sign-in serves all of its apps.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use url::Url;

use crate::app::App;
use crate::browser::{
    self, Browser, Failure, Held, Installed, Launch, Limits, Outcome, Profile, Sight,
};
use crate::clock;
use crate::context::Context;
use crate::error::{Error, Kind, Untrusted};
use crate::method::host::{Host, interrupted};
use crate::paths;
use crate::sign_in::flow::Stop;
use crate::store::{Backoff, BrowserProfile, Key, LockedRecord};

/// The file with the words of the last browser, beside the profiles. It is replaced at each start.
pub(crate) const LOG: &str = "last.log";

/// The two kinds of browsers: without a window, and with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Headless,
    Window,
}

/// A browser that runs. Dropping it ends the browser, and then gives its profile back.
pub(crate) struct OpenBrowser<'a> {
    /// `None` once it is closed.
    browser: Option<Browser>,
    mode: Mode,
    /// When it was started: after the wait for the profile, which takes nothing from a visit's own time.
    started_at: Instant,
    /// The callback that the browser waits for an answer to.
    held: Option<Held>,
    /// Removed when it is dropped, if it is not kept.
    _profile: Profile,
    record: LockedRecord<'a, BrowserProfile>,
}

impl<'a> OpenBrowser<'a> {
    /// Starts a browser on the profile for `provider`, once no other process uses it; it may take `limit`, and no longer than
    /// any browser needs. A browser that does not start is the inner error; it is remembered, so that not every unattended
    /// caller waits for the same one.
    pub(super) fn start(
        context: &'a Context,
        host: &Host<'_>,
        app: &App,
        provider: &str,
        (mode, limit): (Mode, Duration),
    ) -> Result<Result<Self, Error>, Stop> {
        let settings = &context.settings.browser;
        let installed = match browser::find(settings.command.as_deref()) {
            Ok(installed) => installed,
            Err(error) => return Ok(Err(error)),
        };
        let mut record = claim(context, host, app, provider)?;
        let profile = profile(context, &installed, provider)?;
        let directory = profiles(context)?;
        let dialogue = host.dialogue()?;
        let started_at = clock::ticks();
        let wanted = Limits::starting_within(limit);
        let limits = Limits::starting_within(limit.min(host.left()));
        let started = Browser::start(&Launch {
            installed: &installed,
            arguments: &settings.arguments,
            profile: &profile,
            log: &directory.join(LOG),
            is_headless: mode == Mode::Headless,
            withheld: &context.settings.secret_variables(),
            limits,
            stop: &|| dialogue.is_interrupted(),
        });
        Ok(match started {
            Ok(browser) => {
                record.record.product = Some(browser.product().to_owned());
                Ok(Self {
                    browser: Some(browser),
                    mode,
                    started_at,
                    held: None,
                    _profile: profile,
                    record,
                })
            }
            Err(_) if dialogue.is_interrupted() => return Err(interrupted()),
            Err(failure) => {
                // A caller with less time than a visit has knows nothing of the browser.
                if limits.start == wanted.start {
                    remember_failure(&mut record, &failure, host.call.attended);
                }
                Err(failure.error)
            }
        })
    }

    pub(super) fn has_window(&self) -> bool {
        self.mode == Mode::Window
    }

    pub(super) fn started_at(&self) -> Instant {
        self.started_at
    }

    /// Opens `address`, and has the requests for `callback` held. A page that waits for an answer is told that another one
    /// follows.
    pub(super) fn open(&mut self, app: &str, callback: &Url, address: &Url) {
        self.reply(app, Outcome::OnceMore);
        if let Some(browser) = &mut self.browser {
            browser.open(callback, address);
        }
    }

    pub(super) fn watch(&mut self, pause: Duration) -> Result<Sight, Failure> {
        match &mut self.browser {
            Some(browser) => browser.watch(pause),
            None => Ok(Sight::WindowClosed),
        }
    }

    /// Keeps a held request back until the sign-in has ended.
    pub(super) fn keep(&mut self, held: Held) {
        self.held = Some(held);
    }

    /// Lets a request go to its server.
    pub(super) fn pass(&mut self, held: &Held) {
        if let Some(browser) = &mut self.browser {
            browser.pass(held);
        }
    }

    /// Answers the page that waits: how the sign-in to `app` has ended.
    pub(super) fn end(&mut self, app: &App, error: Option<&Error>) {
        match error {
            None => {
                self.reply(&app.name, Outcome::SignedIn);
                let record = &mut self.record.record;
                record.used_at = Some(clock::now());
                record.was_silent = self.mode == Mode::Headless;
                record.backoff = None;
                record.note_app(&app.site.url());
            }
            Some(error) => self.reply(&app.name, Outcome::Failed(&error.message)),
        }
    }

    /// Answers the request that is held back, if there is one.
    fn reply(&mut self, app: &str, outcome: Outcome<'_>) {
        if let (Some(held), Some(browser)) = (self.held.take(), &mut self.browser) {
            match self.mode {
                Mode::Window => browser.answer(&held, &browser::page(app, outcome)),
                Mode::Headless => browser.abort(&held),
            }
        }
    }
}

impl Drop for OpenBrowser<'_> {
    fn drop(&mut self) {
        if let Some(mut browser) = self.browser.take() {
            // Chromium would send a request on that is still held back when the pipe closes.
            if let Some(held) = self.held.take() {
                browser.abort(&held);
            }
            browser.close();
        }
        self.record.save();
    }
}

/// Returns whether there is a profile for `provider`, which may have its session.
pub(super) fn has_profile(context: &Context, provider: &str) -> bool {
    let settings = &context.settings.browser;
    let installed = browser::find(settings.command.as_deref());
    installed.is_ok_and(|installed| {
        settings.keep
            && kept_profile(context, &installed, provider).is_ok_and(|profile| profile.is_used())
    })
}

/// Returns the profile for `provider`, whether it is there or not.
pub(crate) fn kept_profile(
    context: &Context,
    installed: &Installed,
    provider: &str,
) -> Result<Profile, Error> {
    let directory = profiles(context)?;
    Ok(Profile::kept(&directory, provider, installed.packaging))
}

/// Returns the directory of the profiles, an absolute path: the browser starts in another directory.
fn profiles(context: &Context) -> Result<PathBuf, Error> {
    let directory = paths::browser_profiles(&context.variables)
        .ok_or_else(|| Error::usage("there is no home directory to keep a browser's profile in"))?;
    Ok(std::path::absolute(&directory).unwrap_or(directory))
}

/// Makes the profile for one sign-in at `provider`.
fn profile(context: &Context, installed: &Installed, provider: &str) -> Result<Profile, Error> {
    let failed = |path: &Path, error: std::io::Error| {
        let path = Untrusted::path(path);
        Error::new(
            Kind::Other,
            format!("cannot use the browser profile {path}"),
        )
        .caused_by(error)
    };
    if !context.settings.browser.keep {
        let directory = profiles(context)?;
        let made = Profile::temporary(&directory, installed.packaging);
        return made.map_err(|error| failed(&directory, error));
    }
    let profile = kept_profile(context, installed, provider)?;
    match profile.prepare() {
        Ok(()) => Ok(profile),
        Err(error) => Err(failed(profile.path(), error)),
    }
}

/// Claims the profile for `provider`. For an unattended caller a browser that did not start lately is the failure again.
fn claim<'a>(
    context: &'a Context,
    host: &Host<'_>,
    app: &App,
    provider: &str,
) -> Result<LockedRecord<'a, BrowserProfile>, Stop> {
    let key = Key::of_browser_profile(provider);
    let purpose = format!("use the browser profile for {provider}");
    let limit = context.limit(Context::patience_for_account(host.call.attended));
    let held: LockedRecord<BrowserProfile> =
        host.wait_for_others(|| context.cache.hold(&key, &purpose, limit))?;
    let now = clock::now();
    let backoff = held.record.backoff.as_ref();
    let is_held_back = !host.call.attended && !host.call.insist;
    match backoff.filter(|backoff| is_held_back && backoff.holds(now)) {
        Some(backoff) => Err(backoff.told(&app.name, now).into()),
        None => Ok(held),
    }
}

/// Records that the browser does not start, for the unattended callers that come later.
fn remember_failure(
    held: &mut LockedRecord<'_, BrowserProfile>,
    failure: &Failure,
    attended: bool,
) {
    if failure.is_at_start && !attended {
        let before = held.record.backoff.as_ref();
        let backoff = Backoff::after(before, failure.error.clone(), clock::now());
        held.record.backoff = Some(backoff);
        held.save();
    }
}

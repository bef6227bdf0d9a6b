//! A running browser with its profile, under the profile's claim.
//!
//! There is one profile for each identity provider, so that one sign-in serves all of its apps.

use std::time::{Duration, Instant};

use url::Url;

use super::profiles::{kept_profile, profile, profiles};
use crate::app::App;
use crate::browser::{
    self, Browser, Failure, Held, Installed, Launch, Limits, Outcome, Profile, Sight,
};
use crate::clock;
use crate::context::Context;
use crate::error::Error;
use crate::method::host::{Host, interrupted};
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
    /// Set if the caller had less time than a visit has: a browser that does not start then may be a slow one.
    is_hurried: bool,
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
        launch: (Mode, Duration),
    ) -> Result<Result<Self, Error>, Stop> {
        let command = context.settings.browser.command.as_deref();
        let installed = match browser::find(command) {
            Ok(installed) => installed,
            Err(error) => return Ok(Err(error)),
        };
        let mut record = claim(context, host, app, provider)?;
        let profile = profile(context, &installed, provider)?;
        let begun = begin(context, host, &installed, &profile, launch)?;
        match begun.browser {
            Ok(browser) => {
                let mut browser = Self {
                    browser: Some(browser),
                    mode: launch.0,
                    started_at: begun.at,
                    is_hurried: begun.is_hurried,
                    held: None,
                    _profile: profile,
                    record,
                };
                Ok(browser.come_up(host)?.map(|()| browser))
            }
            Err(failure) => {
                if !begun.is_hurried {
                    remember_failure(&mut record, &failure, host.call.attended);
                }
                Ok(Err(failure.error))
            }
        }
    }

    /// Starts a browser without a window on the kept profile for `provider`, and waits neither for the profile nor for the
    /// browser. `None` where something speaks against it: [`Self::start`] tells what.
    pub(super) fn start_early(
        context: &'a Context,
        host: &Host<'_>,
        provider: &str,
        limit: Duration,
    ) -> Option<Self> {
        let command = context.settings.browser.command.as_deref();
        let installed = browser::find(command).ok()?;
        let key = Key::of_browser_profile(provider);
        let record: LockedRecord<BrowserProfile> = context.cache.hold_if_free(&key)?;
        let backoff = record.record.backoff.as_ref();
        let profile = kept_profile(context, &installed, provider).ok()?;
        if profile.stranger().is_some() || holds_back(host, backoff).is_some() {
            return None;
        }
        profile.prepare().ok()?;
        let mode = Mode::Headless;
        let begun = begin(context, host, &installed, &profile, (mode, limit)).ok()?;
        Some(Self {
            browser: Some(begun.browser.ok()?),
            mode,
            started_at: begun.at,
            is_hurried: begun.is_hurried,
            held: None,
            _profile: profile,
            record,
        })
    }

    /// Waits until the browser answers, unless it has.
    pub(super) fn come_up(&mut self, host: &Host<'_>) -> Result<Result<(), Error>, Stop> {
        let Some(browser) = &mut self.browser else {
            return Err(Stop::out_of_step());
        };
        let dialogue = host.dialogue()?;
        match browser.come_up(&|| dialogue.is_interrupted()) {
            Ok(()) => {
                self.record.record.product = Some(browser.product().to_owned());
                Ok(Ok(()))
            }
            Err(_) if dialogue.is_interrupted() => Err(interrupted()),
            Err(failure) => {
                self.browser = None;
                if !self.is_hurried {
                    remember_failure(&mut self.record, &failure, host.call.attended);
                }
                Ok(Err(failure.error))
            }
        }
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

    /// Keeps a held request back until the sign-in has ended. Without a window nobody looks at its page, which is given up while
    /// the ALB is asked. It stays open: at the end of its last window a browser that lives on forgets its session's cookies.
    pub(super) fn keep(&mut self, held: Held) {
        match (self.mode, &mut self.browser) {
            (Mode::Headless, Some(browser)) => browser.abort(&held),
            _ => self.held = Some(held),
        }
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
            browser.answer(&held, &browser::page(app, outcome));
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
            browser.begin_close();
            // It takes longer to end than the record to be written.
            self.record.save();
            browser.close();
        } else {
            self.record.save();
        }
    }
}

/// The start of a browser, which need not answer yet.
struct Begun {
    browser: Result<Browser, Failure>,
    at: Instant,
    /// As in [`OpenBrowser`].
    is_hurried: bool,
}

fn begin(
    context: &Context,
    host: &Host<'_>,
    installed: &Installed,
    profile: &Profile,
    (mode, limit): (Mode, Duration),
) -> Result<Begun, Stop> {
    let settings = &context.settings.browser;
    let directory = profiles(context)?;
    let dialogue = host.dialogue()?;
    let at = clock::ticks();
    let wanted = Limits::starting_within(limit);
    let limits = Limits::starting_within(limit.min(host.left()));
    let browser = Browser::begin(&Launch {
        installed,
        arguments: &settings.arguments,
        profile,
        log: &directory.join(LOG),
        is_headless: mode == Mode::Headless,
        withheld: &context.settings.secret_variables(),
        limits,
        stop: &|| dialogue.is_interrupted(),
    });
    if browser.is_err() && dialogue.is_interrupted() {
        return Err(interrupted());
    }
    Ok(Begun {
        browser,
        at,
        is_hurried: limits.start != wanted.start,
    })
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
    match holds_back(host, held.record.backoff.as_ref()) {
        Some(backoff) => Err(backoff.told(&app.name, clock::now()).into()),
        None => Ok(held),
    }
}

/// Returns the backoff that holds this caller back, if it does.
fn holds_back<'b>(host: &Host<'_>, backoff: Option<&'b Backoff>) -> Option<&'b Backoff> {
    let is_meant = !host.call.attended && !host.call.insist;
    backoff.filter(|backoff| is_meant && backoff.holds(clock::now()))
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

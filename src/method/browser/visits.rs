//! Carries out the visits that a sign-in by a browser needs, in the way that it asks for.

use std::time::{Duration, Instant};

use super::open_browser::{Mode, OpenBrowser};
use super::profiles::has_profile;
use super::{by_person, without_window};
use crate::app::App;
use crate::browser::Sight;
use crate::clock;
use crate::context::Context;
use crate::error::{Error, Hint, Kind};
use crate::http::host;
use crate::method::driver::Visitor;
use crate::method::host::{Host, interrupted};
use crate::sign_in::alb::{AuthorizationRequest, without_page};
use crate::sign_in::browser::may_answer;
use crate::sign_in::flow::{Event, Stop, UserInput, Visit, VisitWay};
use crate::site::Site;

/// The longest that a visit without a window may take, the browser's start included, where no person can go on.
const SILENT_LIMIT: Duration = Duration::from_secs(13);
/// The same where a person goes on, at a window or with a paste.
const SHORT_SILENT_LIMIT: Duration = Duration::from_secs(5);
/// The longest that a person may take, at a window or with a paste: the ALB takes a callback for 15 minutes.
pub(super) const PERSON_LIMIT: Duration = Duration::from_secs(14 * 60);
/// The pause between two checks for a signal.
const POLL: Duration = Duration::from_millis(50);

/// The visits of one sign-in, and the browser that makes them.
pub(super) struct Visits<'a, 'h> {
    pub(super) context: &'a Context,
    pub(super) host: &'h Host<'h>,
    pub(super) app: &'h App,
    pub(super) browser: Option<OpenBrowser<'a>>,
}

impl<'a, 'h> Visits<'a, 'h> {
    pub(super) fn new(context: &'a Context, host: &'h Host<'h>, app: &'h App) -> Self {
        Self {
            context,
            host,
            app,
            browser: None,
        }
    }

    /// Tells the browser's page how the sign-in has ended, and returns the browser, still open.
    pub(super) fn end(mut self, error: Option<&Error>) -> Option<OpenBrowser<'a>> {
        let mut browser = self.browser.take()?;
        browser.end(self.app, error);
        Some(browser)
    }

    /// Starts the browser of a silent visit ahead of it, to come up while the app is asked: where the configuration names the
    /// provider, which the ALB has to name then. `is_likely` says that nothing is known against the app's answer.
    pub(super) fn start_early(&mut self, is_likely: bool) {
        let provider = self.app.provider().map(Site::authority);
        if let Some(provider) = provider.filter(|name| is_likely && self.may_look(name)) {
            let limit = self.silent_limit();
            self.browser = OpenBrowser::start_early(self.context, self.host, &provider, limit);
        }
    }

    /// Returns whether the pages may be visited without a window.
    fn may_look(&self, provider: &str) -> bool {
        self.context.settings.browser.headless && has_profile(self.context, provider)
    }

    fn silent_limit(&self) -> Duration {
        match by_person(self.host) {
            true => SHORT_SILENT_LIMIT,
            false => SILENT_LIMIT,
        }
    }

    /// Visits the pages without a window: only with a profile, which may have the provider's session.
    fn silently(&mut self, request: &AuthorizationRequest) -> Result<UserInput, Stop> {
        let provider = host(&request.url);
        if !self.may_look(&provider) {
            return Ok(UserInput::NoCallback(self.needs_person(&provider)));
        }
        let limit = self.silent_limit();
        let mut since = clock::ticks();
        match &mut self.browser {
            None => match self.start(&provider, Mode::Headless, limit)? {
                Ok(started_at) => since = started_at,
                Err(input) => return Ok(input),
            },
            Some(browser) => {
                if let Err(error) = browser.come_up(self.host)? {
                    self.browser = None;
                    return self.failed(error);
                }
            }
        }
        let until = (since + limit).min(clock::ticks() + self.host.left());
        let input = self.watch(request, &without_page(&request.url), until, &mut |_| Ok(()))?;
        Ok(match input {
            Some(input) => input,
            None => {
                self.browser = None;
                let what = format!("{provider} shows a page, and sends nothing back");
                UserInput::NoCallback(self.needs_person(&provider).caused_by(what))
            }
        })
    }

    /// Starts a browser, and returns when that began, once it was its turn. Where it does not start, the answer to the visit is
    /// the inner error.
    pub(super) fn start(
        &mut self,
        provider: &str,
        mode: Mode,
        limit: Duration,
    ) -> Result<Result<Instant, UserInput>, Stop> {
        let launch = (mode, limit);
        match OpenBrowser::start(self.context, self.host, self.app, provider, launch)? {
            Ok(browser) => {
                let started_at = browser.started_at();
                self.browser = Some(browser);
                Ok(Ok(started_at))
            }
            Err(error) => self.failed(error).map(Err),
        }
    }

    /// Returns the answer to a visit whose browser does not start, or ends by itself. A person has other ways.
    fn failed(&self, error: Error) -> Result<UserInput, Stop> {
        if error.kind == Kind::Usage || !self.host.call.attended {
            return Err(error.into());
        }
        let why = error.causes.first().map(|cause| format!(": {cause}"));
        let why = why.unwrap_or_default();
        self.host.tell(&format!("warning: {}{why}", error.message));
        Ok(UserInput::NoCallback(error))
    }

    /// Opens `address`, and waits for its callback until `until`. `meanwhile` runs between two looks.
    pub(super) fn watch(
        &mut self,
        request: &AuthorizationRequest,
        address: &url::Url,
        until: Instant,
        meanwhile: &mut dyn FnMut(&Host<'_>) -> Result<(), Stop>,
    ) -> Result<Option<UserInput>, Stop> {
        let host = self.host;
        let Some(browser) = &mut self.browser else {
            return Err(Stop::out_of_step());
        };
        // The dialogue keeps signals from here on, so that the browser is closed before one ends this process.
        let dialogue = host.dialogue()?;
        browser.open(&self.app.name, &request.parameters.callback, address);
        loop {
            if dialogue.is_interrupted() {
                return Err(interrupted());
            }
            let left = until.saturating_duration_since(clock::ticks());
            if left.is_zero() {
                return Ok(None);
            }
            let sight = match browser.watch(POLL.min(left)) {
                Ok(sight) => sight,
                Err(failure) => {
                    self.browser = None;
                    return self.failed(failure.error).map(Some);
                }
            };
            match sight {
                Sight::Held(held) if may_answer(&held.url, request, !browser.has_window()) => {
                    let url = held.url.clone();
                    browser.keep(held);
                    return Ok(Some(UserInput::Callback(url, clock::now())));
                }
                Sight::Held(held) => {
                    host.trace(
                        "the browser goes to the app's callback by itself; it is let through",
                    );
                    browser.pass(&held);
                }
                // Without a window, a page has closed itself: only a person can go on.
                Sight::WindowClosed if !browser.has_window() => return Ok(None),
                Sight::WindowClosed => {
                    return Err(Error::person("the browser window was closed").into());
                }
                Sight::Nothing => meanwhile(host)?,
            }
        }
    }

    /// Returns the error that only a person at a browser can go on. Where no window may be opened, a pasted address is the way.
    pub(super) fn needs_person(&self, provider: &str) -> Error {
        let name = &self.app.name;
        let error = Error::person(format!(
            "a person has to sign in at {provider} in a browser"
        ));
        match self.context.settings.browser.window {
            true => error.hint(Hint::login_in_browser(name)),
            false => without_window(name).into_iter().fold(error, Error::hint),
        }
    }
}

impl Visitor for Visits<'_, '_> {
    fn visit(&mut self, visit: &Visit) -> Result<Event, Stop> {
        let input = match visit.way {
            VisitWay::Silent => self.silently(&visit.request)?,
            VisitWay::Window => self.in_window(&visit.request)?,
            VisitWay::Paste => self.by_paste(&visit.request)?,
        };
        Ok(Event::Input(input))
    }

    fn session_cookies(&mut self, error: Error) -> Result<Event, Stop> {
        self.pasted_cookies(error).map(Event::Input)
    }
}

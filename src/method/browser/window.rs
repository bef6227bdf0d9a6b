//! A visit in a browser's window, by a person.

use std::time::Duration;

use super::open_browser::{Mode, OpenBrowser};
use super::visits::{PERSON_LIMIT, Visits};
use crate::caller_policy::ChosenWay;
use crate::clock;
use crate::error::{Error, Hint, Kind};
use crate::http::host;
use crate::method::host::{Host, interrupted};
use crate::sign_in::alb::AuthorizationRequest;
use crate::sign_in::flow::{Stop, UserInput};
use crate::terminal::{Echo, Key, Line};

impl Visits<'_, '_> {
    /// Visits the pages in a window. Where none can be had, a person may paste the address instead.
    pub(super) fn in_window(&mut self, request: &AuthorizationRequest) -> Result<UserInput, Stop> {
        let provider = host(&request.url);
        if let Err(why) = self.may_open_window() {
            return match self.host.call.way {
                ChosenWay::Window => Err(why.into()),
                _ => Ok(UserInput::NoCallback(why)),
            };
        }
        let is_open = self.browser.as_ref().is_some_and(OpenBrowser::has_window);
        if !is_open {
            self.browser = None;
            self.announce(&provider)?;
            if let Err(input) = self.start(&provider, Mode::Window, PERSON_LIMIT)? {
                return Ok(input);
            }
        }
        self.wait_for_person(request)
    }

    /// Opens the pages in the window that is there, and waits until the person has signed in: so long as the ALB takes the
    /// callback.
    pub(super) fn wait_for_person(
        &mut self,
        request: &AuthorizationRequest,
    ) -> Result<UserInput, Stop> {
        let limit = PERSON_LIMIT.min(self.host.left());
        let since = clock::ticks();
        (self.host.call.tell)("waits for a person at a browser window");
        let show = || {
            let (seconds, limit) = (since.elapsed().as_secs(), limit.as_secs());
            format!("waiting for the sign-in in the browser window: {seconds} s of {limit} s")
        };
        let mut meanwhile = |host: &Host<'_>| match host.dialogue()?.wait(Duration::ZERO, &show)? {
            Key::Interrupt => Err(interrupted()),
            Key::None | Key::Byte(_) => Ok(()),
        };
        let address = request.url.clone();
        let input = self.watch(request, &address, since + limit, &mut meanwhile)?;
        input.ok_or_else(|| {
            let provider = host(&request.url);
            let minutes = limit.as_secs() / 60;
            let words = format!("nobody has signed in at {provider} within {minutes} minutes");
            Error::person(words).into()
        })
    }

    /// Returns why no window can be opened here, if none can.
    fn may_open_window(&self) -> Result<(), Error> {
        let context = self.context;
        let settings = &context.settings.browser;
        let error = if let Some(org) = self.app.org().filter(|org| !org.browser) {
            return Err(Error::usage(format!("org {} allows no browser", org.name))
                .hint(Hint::settings("set", org.table(), &["browser = true"])));
        } else if let Err(why) = settings.check_window(&context.variables) {
            Error::usage(format!("no browser window can be opened here: {why}"))
        } else if !self.host.call.attended || !context.windows {
            Error::person("a browser window needs a person at a terminal")
        } else {
            return Ok(());
        };
        Err(error.hint(Hint::login_by_paste(&self.app.name)))
    }

    /// Says that a window comes. `login` wants it; any other call asks first, so that no window opens by surprise.
    fn announce(&self, provider: &str) -> Result<(), Stop> {
        let name = &self.app.name;
        if self.host.call.insist {
            let line = format!("sign in to {name} at {provider}, in the browser window that opens");
            self.host.tell(&line);
            return Ok(());
        }
        let question = format!(
            "{name} needs a sign-in at {provider}; press Enter to open a browser window (Ctrl-C: leave it) "
        );
        let limit = PERSON_LIMIT.min(self.host.left());
        match self.host.dialogue()?.ask(&question, Echo::Unseen, limit)? {
            Line::Typed(_) => Ok(()),
            Line::Interrupted => Err(interrupted()),
            Line::GaveUp | Line::Over => {
                Err(Error::new(Kind::Person, "the browser window was not wanted").into())
            }
        }
    }
}

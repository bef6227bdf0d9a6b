//! Checks the browser for sign-ins on a provider's own pages: which one, whether it starts, whether a window can be opened, and
//! what the profile has.
//!
//! The browser is started once, without a window, on a temporary profile, and closed. Nobody is signed in by that, and no
//! page is asked for.

use super::Examination;
use super::report::Finding;
use crate::app::Org;
use crate::browser::NoWindow;
use crate::browser::{self, Browser, Installed, Launch, Limits, Profile};
use crate::clock;
use crate::command::profiles;
use crate::command::status::providers::{last_use, show_size};
use crate::error::{Error, Hint, Kind, Untrusted};
use crate::store::{BrowserProfile, Key};

/// The name of the file, in the temporary profile, that takes what a browser prints at its start.
const LOG: &str = "doctor.log";

impl Examination<'_> {
    /// Checks all of it, for the provider at this host if that is known. Returns whether a sign-in without a person can be
    /// tried.
    pub(super) fn browser(&mut self, provider: Option<&str>) -> bool {
        let installed = self.installed();
        self.start(installed.as_ref());
        self.window(installed.is_some());
        let has_profile = self.profile(provider);
        let headless = self.context.settings.browser.headless;
        has_profile && headless && installed.is_some()
    }

    /// Finds the browser. A person without one can paste an address.
    fn installed(&mut self) -> Option<Installed> {
        const STEP: &str = "browser";
        let settings = &self.context.settings.browser;
        match browser::find(settings.command.as_deref()) {
            Ok(installed) => {
                self.put(STEP, Finding::Fine(installed.shown()));
                Some(installed)
            }
            Err(error) => {
                let finding = self.trouble(error);
                self.put(STEP, finding);
                None
            }
        }
    }

    /// Judges an error of the browser: a person at a terminal has another way, unless the configuration is wrong.
    fn trouble(&self, error: Error) -> Finding {
        match self.attended && error.kind != Kind::Usage {
            true => Finding::Doubtful(error.hint(paste(&self.app.name))),
            false => Finding::Wrong(error),
        }
    }

    /// Starts the browser without a window, and closes it.
    fn start(&mut self, installed: Option<&Installed>) {
        let settings = &self.context.settings.browser;
        let finding = match installed {
            None => Finding::skipped("there is none"),
            Some(_) if !settings.headless => Finding::skipped(
                "headless = false in [browser]: sessions are renewed by a person alone",
            ),
            Some(installed) => match self.product(installed) {
                Ok(product) => Finding::Fine(format!("{product} starts without a window")),
                Err(error) => self.trouble(error),
            },
        };
        self.put("browser start", finding);
    }

    /// Returns the name and version of a browser that was started for it.
    fn product(&self, installed: &Installed) -> Result<String, Error> {
        let context = self.context;
        let directory = profiles::directory(&context.variables).ok_or_else(|| {
            Error::usage("there is no home directory to keep a browser's profile in")
        })?;
        let profile = Profile::temporary(&directory, installed.packaging).map_err(|error| {
            let path = Untrusted::path(&directory);
            Error::new(
                Kind::Other,
                format!("cannot make a browser profile in {path}"),
            )
            .caused_by(error)
        })?;
        let launch = Launch {
            installed,
            arguments: &context.settings.browser.arguments,
            profile: &profile,
            log: &profile.path().join(LOG),
            is_headless: true,
            withheld: &context.settings.secret_variables(),
            limits: Limits::default(),
            stop: &|| false,
        };
        let browser = Browser::start(&launch).map_err(|failure| failure.error)?;
        let product = Untrusted::new(browser.product()).to_string();
        browser.close();
        Ok(product)
    }

    /// Says whether a window can be opened for a person.
    fn window(&mut self, is_installed: bool) {
        let settings = &self.context.settings.browser;
        let finding = match settings.check_window(&self.context.variables) {
            _ if !is_installed => Finding::skipped("there is no browser"),
            Ok(()) => Finding::fine("can be opened here, for a person"),
            Err(why) => Finding::Skipped(format!("none is opened here: {why}")),
        };
        self.put("window", finding);
    }

    /// Describes the profile. Returns whether it may have the provider's session.
    fn profile(&mut self, provider: Option<&str>) -> bool {
        const STEP: &str = "profile";
        let Some(provider) = provider else {
            self.put(STEP, Finding::skipped("the identity provider is not known"));
            return false;
        };
        if !self.context.settings.browser.keep {
            let words = "none is kept (keep = false in [browser]): each sign-in needs a person";
            self.put(STEP, Finding::fine(words));
            return false;
        }
        let profiles = profiles::of(&self.context.variables, provider);
        let used = profiles.into_iter().find(Profile::is_used);
        let finding = match &used {
            None => Finding::Fine(format!(
                "none yet for {provider}: the first sign-in needs a person"
            )),
            Some(profile) => self.describe_profile(profile, provider),
        };
        self.put(STEP, finding);
        used.is_some()
    }

    fn describe_profile(&self, profile: &Profile, provider: &str) -> Finding {
        let path = Untrusted::path(profile.path());
        let key = Key::of_browser_profile(provider);
        let record: BrowserProfile = self.context.cache.find(&key).unwrap_or_default();
        // Without the claim a browser of this program's own is a stranger too.
        let Some(held) = self.context.cache.hold_if_free::<BrowserProfile>(&key) else {
            return Finding::Fine(format!("{path}: in use by another call at the moment"));
        };
        let stranger = profile.stranger();
        drop(held);
        if let Some(process) = stranger {
            let error = Error::network(format!("another browser uses the profile {path}"));
            let error = error.caused_by(format!("it is process {process}"));
            return Finding::Wrong(error.hint("close that browser"));
        }
        let standing = profile.standing();
        let size = standing.map_or_else(String::new, |standing| show_size(standing.bytes));
        let seen = standing.map(|standing| standing.used_at);
        let last = last_use(&record, seen, clock::now());
        let product = record.product.map(|product| format!(" with {product}"));
        let product = product.unwrap_or_default();
        Finding::Fine(format!("{path}: {size}, last used {last}{product}"))
    }

    /// Says whether a browser can go on where Okta wants one, for an app that signs in with a password.
    pub(super) fn last_rung(&mut self, org: &Org) {
        let finding = match org.browser {
            true => self.judge_last_rung(),
            false => Finding::Skipped(format!(
                "browser = false in {}: where Okta wants a browser, the sign-in ends",
                org.table()
            )),
        };
        self.put("browser", finding);
    }

    fn judge_last_rung(&self) -> Finding {
        let context = self.context;
        let settings = &context.settings.browser;
        let installed = match browser::find(settings.command.as_deref()) {
            Ok(installed) => installed.shown(),
            Err(error) if error.kind == Kind::Usage => return Finding::Doubtful(error),
            Err(error) => {
                let words = error.message;
                return Finding::Skipped(format!("{words}: where Okta wants one, {PASTES}"));
            }
        };
        let how = match settings.check_window(&context.variables) {
            Ok(()) => "a person goes on in a window".to_owned(),
            Err(why @ NoWindow::Forbidden) => format!("nobody goes on in a window: {why}"),
            Err(why) => format!("{PASTES}, since no window is opened here: {why}"),
        };
        Finding::Fine(format!("{installed}; where Okta wants a browser, {how}"))
    }
}

/// The way of a person without a window.
const PASTES: &str = "a person pastes the address of the last page";

/// The hint about the way without a browser of this machine.
fn paste(app: &str) -> Hint {
    Hint::login_by_paste(app).after("a person has another way: ")
}

//! A sandbox with a real Chromium beside it, which holds the callback.

use sandbox::person::{Browser, Held, Page, Turn};
use sandbox::{Pages, Provider, Sandbox, Setup};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

use crate::browser::{Answer, Ask, Start, start};
use crate::factors::ADA;
use crate::tools::tools;

/// Longer than anything here takes.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A browser beside a sandbox.
pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) browser: Browser,
    profile: TempDir,
    _turn: Turn,
}

impl Desk {
    /// `None` where there is no Chromium, which is a failure under CI.
    pub(crate) fn new(setup: Setup) -> Option<Self> {
        Self::with(setup, &[])
    }

    pub(crate) fn with(setup: Setup, arguments: &[&str]) -> Option<Self> {
        if !tools(&["chromium"]) {
            return None;
        }
        let turn = Turn::take();
        let sandbox = Sandbox::start(setup);
        let profile = tempfile::tempdir().expect("a directory");
        let mut all = sandbox.browser_arguments();
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        let mut browser = Browser::start(&all, profile.path());
        browser.hold(&format!("{}*", sandbox.callback_url("grafana")));
        Some(Self {
            sandbox,
            browser,
            profile,
            _turn: turn,
        })
    }

    /// Opens what an ALB demands, and returns what is held in the end.
    pub(crate) fn sign_in(&mut self) -> (Start, Held) {
        let begun = start(&self.sandbox, "/");
        self.browser.open(&begun.authorize);
        let held = self.browser.held(LIMIT);
        let held = held.unwrap_or_else(|| panic!("no callback: {:#?}", self.sandbox.events()));
        (begun, held)
    }

    /// As a client does that has the nonce.
    pub(crate) fn redeem(&mut self, begun: &Start, held: &Held) -> Answer {
        let answer = Ask::get(&held.url)
            .cookie("AWSALBAuthNonce", &begun.nonce)
            .send(&self.sandbox);
        self.browser.fulfil(held);
        answer
    }

    /// Nobody but the client has called an app, and nothing else was wrong.
    pub(crate) fn assert_clean(&self) {
        assert_eq!(self.sandbox.violations(), []);
        let callbacks = self.sandbox.callbacks();
        assert!(
            callbacks.iter().all(|one| one.nonce && !one.browser),
            "{callbacks:?}"
        );
    }

    pub(crate) fn profile(&self) -> &Path {
        self.profile.path()
    }

    pub(crate) fn page(&mut self) -> Page {
        self.browser.page()
    }
}

/// A provider whose page signs in by itself, with an app behind it.
pub(crate) fn auto(provider: Provider, pages: Pages) -> Setup {
    Setup::with_provider(provider.with_pages(pages.signing_in(ADA, sandbox::PASSWORD)))
}

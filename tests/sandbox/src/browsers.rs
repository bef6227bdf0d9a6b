//! Needs of a test with a real browser: its arguments, its pages, and its trace in the log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::audit::{Event, Host};
use crate::pages::Pages;
use crate::provider::Provider;
use crate::sandbox::Sandbox;

/// A callback that has come to an ALB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The app whose ALB it has come to.
    pub app: String,
    /// `User-Agent` of whoever has brought it.
    pub agent: String,
    /// The cookie that the ALB has given for this sign-in came along.
    pub nonce: bool,
    /// A browser has brought it, by its own headers.
    pub browser: bool,
}

impl Sandbox {
    /// A provider: `https://HOST:PORT`.
    ///
    /// # Panics
    ///
    /// Where there is no provider of this name.
    #[must_use]
    pub fn provider_url(&self, name: &str) -> String {
        self.idp(name).url.clone()
    }

    /// The arguments with which Chromium trusts the sandbox and finds its hosts. It is the trust of a browser for tests:
    /// whoever has this key is believed to be anybody.
    #[must_use]
    pub fn browser_arguments(&self) -> Vec<String> {
        let key = STANDARD.encode(digest(&SHA256, &self.public_key));
        let mut arguments = vec![format!("--ignore-certificate-errors-spki-list={key}")];
        let org = self.world.setup.org_host.clone();
        let providers = self.world.setup.providers.iter();
        let names = providers.map(|provider| provider.host.clone()).chain([org]);
        // browsers know by themselves where these are
        let own = |name: &String| name != "localhost" && !name.ends_with(".localhost");
        let rules: Vec<String> = names
            .filter(own)
            .map(|name| format!("MAP {name} 127.0.0.1"))
            .collect();
        if !rules.is_empty() {
            arguments.push(format!("--host-resolver-rules={}", rules.join(", ")));
        }
        arguments
    }

    /// Changes the org's pages in place.
    pub fn change_pages(&self, change: impl FnOnce(&mut Pages)) {
        change(&mut self.world.org.state().pages);
    }

    /// Changes a provider in place: its pages, its errors, its manners. Its name, host, port and kind stay as they are.
    ///
    /// # Panics
    ///
    /// Where there is no provider of this name.
    pub fn change_provider(&self, name: &str, change: impl FnOnce(&mut Provider)) {
        change(&mut self.idp(name).state().plan);
    }

    /// Ends all sessions at a provider, as an administrator can.
    ///
    /// # Panics
    ///
    /// Where there is no provider of this name.
    pub fn end_provider_sessions(&self, name: &str) {
        self.idp(name).end_sessions();
    }

    /// Installs Okta Verify on this machine, or takes it away: a FastPass page goes on only where it is.
    pub fn install_okta_verify(&self, installed: bool) {
        self.world.okta_verify.install(installed);
    }

    /// The callbacks that have come to the ALBs, in order. Where a client signs in by a browser, all of them are its own,
    /// with the nonce.
    #[must_use]
    pub fn callbacks(&self) -> Vec<Callback> {
        let events = self.events().into_iter();
        let callback = |event| match event {
            Event::CallbackCame {
                app,
                agent,
                nonce,
                browser,
            } => Some(Callback {
                app,
                agent,
                nonce,
                browser,
            }),
            _ => None,
        };
        events.filter_map(callback).collect()
    }

    /// Who has come to the authorization endpoints of a site, in order, with the programs that have asked a provider for
    /// anything else: each `User-Agent`, and whether it is a browser's, by the headers that no program has to send.
    #[must_use]
    pub fn visitors(&self, at: &Host) -> Vec<(String, bool)> {
        let events = self.events().into_iter();
        let visitor = |event| match event {
            Event::Visited {
                host,
                agent,
                browser,
            } if host == *at => Some((agent, browser)),
            _ => None,
        };
        events.filter_map(visitor).collect()
    }

    /// Returns how many passwords were typed into forms, at the org and at all providers.
    #[must_use]
    pub fn typed_passwords(&self) -> usize {
        self.count(|event| matches!(event, Event::PasswordTyped { .. }))
    }

    /// Returns how many people have signed in by the pages of a site, up to its session.
    #[must_use]
    pub fn form_sign_ins(&self, at: &Host) -> usize {
        self.count(|event| matches!(event, Event::SignedInByForm { host, .. } if host == at))
    }

    /// Returns how many forms were refused before anything in them was looked at.
    #[must_use]
    pub fn refused_forms(&self) -> usize {
        self.count(|event| matches!(event, Event::FormRefused { .. }))
    }

    fn idp(&self, name: &str) -> &crate::provider::Idp {
        let provider = self.world.provider(name);
        provider.unwrap_or_else(|| panic!("there is no provider {name}"))
    }
}

//! The parts of a sandbox: users, apps, limits, and the points on which the public record is silent.
//!
//! Plain values with defaults. A test changes the fields that it is about.

use std::time::Duration;

pub use crate::app::{App, AppPolicy, Client, Mode, RefreshToken, Rule};
pub use crate::authorization::Basic;
use crate::engine::{Engine, Identity};
pub use crate::factor::{Assertion, Factor, FactorKind, RsaPrompt, SecurityKey};
pub use crate::limits::{Concurrency, FactorLimits, Limits};
pub use crate::mfa::{Mfa, MfaWhen, NumberChallenge, PhoneManner};
pub use crate::pages::{Back, PageFactor, Pages, Person};
pub use crate::provider::{Provider, ProviderError, ProviderKind};
pub use crate::registry::Registry;
pub use crate::target::{GitServer, Target};
pub use crate::user::{User, UserState};
pub use crate::variants::{ErrorCallback, InvalidCookie, LoginRequired, NoSession, Variants};

/// The password of the default user. It holds what breaks careless quoting: a quote, a backslash, a percent sign, a plus,
/// a space, an ampersand and a letter outside ASCII.
pub const PASSWORD: &str = "corr\"ect+h%6Frse \\ b\u{e4}ttery=1&2";

/// Everything that a sandbox is started with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The one of Okta's two engines that answers.
    pub pipeline: Pipeline,
    /// The manners of the engine beside `/api/v1/authn`.
    pub engine: Engine,
    /// The people of the org.
    pub users: Vec<User>,
    /// The protected applications, each with its own ALB.
    pub apps: Vec<App>,
    /// OIDC clients of the org that belong to no ALB.
    pub clients: Vec<Client>,
    /// When wrong passwords lock an account.
    pub lockout: Lockout,
    /// When second factors are asked for.
    pub mfa: Mfa,
    /// Actions of the users' phones that no test asks for.
    pub phone: PhoneManner,
    /// How many requests are answered.
    pub limits: Limits,
    /// How many requests about factors are answered.
    pub factor_limits: FactorLimits,
    /// How many requests are answered at once.
    pub concurrency: Concurrency,
    /// An Okta session ends when it was not used for so long; Okta's default is two hours.
    pub okta_idle: Duration,
    /// An Okta session ends so long after its start; Okta's default is never.
    pub okta_absolute: Option<Duration>,
    /// How long each exchange with the org or an ALB takes.
    pub delay: Duration,
    /// OIDC providers that are no Okta org.
    pub providers: Vec<Provider>,
    /// The org's pages for people with a browser.
    pub pages: Pages,
    /// Browsers may ask the apps themselves, as a person's own browser does that signs in for a program elsewhere. Else
    /// each request of one is [`crate::Violation::BrowserAtApp`].
    pub browsers_may_call_apps: bool,
    /// The org and the providers speak HTTP/2 with whoever can: with browsers. No fault is sent that way.
    pub http2: bool,
    /// The name of the org's host.
    pub org_host: String,
    /// The org's port; 0 takes a free one.
    pub org_port: u16,
    /// A container registry, which stands behind no ALB.
    pub registry: Option<Registry>,
    /// The choices between behaviours that the public record leaves open.
    pub variants: Variants,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            pipeline: Pipeline::Classic,
            engine: Engine::Classic,
            users: vec![User::new("ada@corp.example", PASSWORD)],
            apps: vec![App::new("grafana")],
            clients: Vec::new(),
            lockout: Lockout::default(),
            mfa: Mfa::default(),
            phone: PhoneManner::Manual,
            limits: Limits::default(),
            factor_limits: FactorLimits::default(),
            concurrency: Concurrency::default(),
            okta_idle: Duration::from_secs(2 * 60 * 60),
            okta_absolute: None,
            delay: Duration::ZERO,
            providers: Vec::new(),
            pages: Pages::default(),
            browsers_may_call_apps: false,
            http2: false,
            org_host: "localhost".to_owned(),
            org_port: 0,
            registry: None,
            variants: Variants::default(),
        }
    }
}

impl Setup {
    /// A setup of one user and one app, at an org of the Identity Engine.
    #[must_use]
    pub fn identity_engine(identity: Identity) -> Self {
        Self {
            pipeline: Pipeline::Identity,
            engine: Engine::Identity(identity),
            ..Self::default()
        }
    }

    /// A setup of one user and one app, with a provider to point the app at: see [`App::at_provider`].
    #[must_use]
    pub fn with_provider(provider: Provider) -> Self {
        let name = provider.name.clone();
        Self {
            providers: vec![provider],
            apps: vec![App::new("grafana").at_provider(&name)],
            ..Self::default()
        }
    }

    /// The Identity Engine's policies and manners, where its own protocol is spoken.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        match &self.engine {
            Engine::Classic => None,
            Engine::Identity(identity) => Some(identity),
        }
    }
}

/// Okta's engine, as `/.well-known/okta-organization` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipeline {
    /// `v1`: the session cookie is `sid`.
    Classic,
    /// `idx`: the session cookie is `idx`.
    Identity,
}

/// When wrong passwords lock an account.
#[derive(Clone, Debug)]
pub struct Lockout {
    /// How many in a row lock it. Okta's default is ten.
    pub attempts: u32,
    /// Answer `LOCKED_OUT` instead of the ordinary 401, which is Okta's default.
    pub shown: bool,
    /// Wrong passwords from devices that the user has not signed in from are counted apart, and keep only such devices
    /// out.
    pub unknown_devices_apart: bool,
    /// After how long the lock opens by itself.
    pub unlock_after: Option<Duration>,
}

impl Default for Lockout {
    fn default() -> Self {
        Self {
            attempts: 10,
            shown: false,
            unknown_devices_apart: false,
            unlock_after: None,
        }
    }
}

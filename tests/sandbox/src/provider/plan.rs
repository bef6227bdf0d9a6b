//! An OIDC provider as a test sets it up.

use std::time::Duration;

use crate::pages::Pages;
use crate::provider::kind::ProviderKind;

/// An OIDC provider that is no Okta org.
///
/// ```
/// use sandbox::{App, Pages, Provider, Sandbox, Setup};
///
/// let pages = Pages::default().signing_in("ada@corp.example", sandbox::PASSWORD);
/// let mut setup = Setup::with_provider(Provider::keycloak("id").with_pages(pages));
/// setup.apps = vec![App::new("grafana").at_provider("id")];
/// let sandbox = Sandbox::start(setup);
/// assert!(sandbox.provider_url("id").starts_with("https://id.localhost:"));
/// ```
#[derive(Clone, Debug)]
pub struct Provider {
    /// The name by which a test speaks of it.
    pub name: String,
    /// The name of its host. Browsers know by themselves that names below `localhost` are this machine.
    pub host: String,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Whose addresses, cookies and callbacks it has.
    pub kind: ProviderKind,
    /// How people sign in. Its people are those of [`crate::Setup::users`].
    pub pages: Pages,
    /// The characters of a code.
    pub code_length: usize,
    /// How long a code is good.
    pub code_life: Duration,
    /// How long a session is good at the provider, whatever its cookie says.
    pub session: Duration,
    /// The parameters of a callback in the place of the kind's own, for a provider that is not what it seems: `{code}` and
    /// `{state}` stand for the true ones.
    pub callback: Option<String>,
    /// Authorize requests end in this error.
    pub error: Option<ProviderError>,
}

/// An error that a provider answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderError {
    /// `error`.
    pub error: String,
    /// `error_description`, where there is one.
    pub description: Option<String>,
    /// Only requests with `prompt=none` end so.
    pub only_silent: bool,
}

impl ProviderError {
    /// This error, with a description.
    #[must_use]
    pub fn new(error: &str, description: &str) -> Self {
        Self {
            error: error.to_owned(),
            description: Some(description.to_owned()),
            only_silent: false,
        }
    }

    /// The same, where `prompt=none` was asked for.
    #[must_use]
    pub fn only_silent(mut self) -> Self {
        self.only_silent = true;
        self
    }
}

impl Provider {
    /// A provider of this kind, whose host is `NAME.localhost`.
    #[must_use]
    pub fn new(name: &str, kind: ProviderKind) -> Self {
        Self {
            name: name.to_owned(),
            host: format!("{name}.localhost"),
            port: 0,
            kind,
            pages: Pages::default(),
            code_length: kind.code_length(),
            code_life: Duration::from_secs(60),
            session: Duration::from_secs(10 * 60 * 60),
            callback: None,
            error: None,
        }
    }

    /// As Keycloak does it: `/realms/corp/protocol/openid-connect/auth`.
    #[must_use]
    pub fn keycloak(name: &str) -> Self {
        Self::new(name, ProviderKind::Keycloak)
    }

    /// As Entra ID does it: `/tenant/oauth2/v2.0/authorize`, and codes of 1,400 characters.
    #[must_use]
    pub fn entra(name: &str) -> Self {
        Self::new(name, ProviderKind::Entra)
    }

    /// As Google does it: `/o/oauth2/v2/auth`.
    #[must_use]
    pub fn google(name: &str) -> Self {
        Self::new(name, ProviderKind::Google)
    }

    /// As Cognito does it: `/oauth2/authorize`.
    #[must_use]
    pub fn cognito(name: &str) -> Self {
        Self::new(name, ProviderKind::Cognito)
    }

    /// The same provider with these pages.
    #[must_use]
    pub fn with_pages(mut self, pages: Pages) -> Self {
        self.pages = pages;
        self
    }

    /// The same provider, which answers with this error.
    #[must_use]
    pub fn failing(mut self, error: ProviderError) -> Self {
        self.error = Some(error);
        self
    }

    /// The same provider at another host name, which a browser has to be told of: see
    /// [`crate::Sandbox::browser_arguments`].
    #[must_use]
    pub fn at_host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }
}

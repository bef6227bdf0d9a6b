//! The hosts of a sandbox, as the log names them.

use std::fmt;

/// The host that a request went to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// The Okta org.
    Org,
    /// The OIDC provider of this name, which is no Okta org.
    Provider(String),
    /// The ALB of the app of this name.
    App(String),
    /// The listener without TLS of the app of this name.
    Plain(String),
    /// The container registry.
    Registry,
    /// A server that nobody has a reason to call.
    Elsewhere,
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Org => formatter.write_str("org"),
            Self::Provider(name) => write!(formatter, "provider {name}"),
            Self::App(name) => write!(formatter, "app {name}"),
            Self::Plain(name) => write!(formatter, "app {name} without TLS"),
            Self::Registry => formatter.write_str("registry"),
            Self::Elsewhere => formatter.write_str("elsewhere"),
        }
    }
}

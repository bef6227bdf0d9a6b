//! Where records are kept, as the configuration says it: in files, in the keyring, or in a store that machines share.

use std::path::PathBuf;
use std::rc::Rc;

use time::Duration;

use super::Source;
use crate::error::{Error, Result, Untrusted};

/// The kind of store for sessions and the records of accounts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) enum Storage {
    /// In files of the cache directory.
    #[default]
    File,
    /// In the system's keyring.
    Keyring,
    /// In a store that a fleet of machines shares.
    Fleet(Rc<FleetSettings>),
}

impl Storage {
    /// Returns the fleet that shares it, if it is shared.
    pub(crate) fn fleet(&self) -> Option<&Rc<FleetSettings>> {
        match self {
            Self::Fleet(fleet) => Some(fleet),
            Self::File | Self::Keyring => None,
        }
    }

    /// Returns the sources of its secrets.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        let fleet = self.fleet().into_iter();
        fleet.flat_map(|fleet| fleet.keys.iter().chain(&fleet.password))
    }
}

/// A store that machines share: the server, and what it must not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FleetSettings {
    pub(crate) server: StoreServer,
    /// The beginning of the names of all its keys, and the fleet's name.
    pub(crate) namespace: String,
    /// The sources of the sealing keys, the preferred one first. There is one at least.
    pub(crate) keys: Vec<Source>,
    /// The user of the server's access list; without it, the default user.
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Source>,
    /// The file of the authorities to trust in place of the system's.
    pub(crate) ca: Option<PathBuf>,
    /// The files of the client's certificate and its key.
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
    /// The age at which a machine's copy is compared with the store.
    pub(crate) recheck: Duration,
    /// Shares the Okta session too, beside the apps' sessions.
    pub(crate) shares_okta: bool,
    pub(crate) offline: Offline,
    /// How many replicas have to confirm what must not be lost.
    pub(crate) replicas: u8,
}

/// How the store's server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreServer {
    Tcp {
        host: String,
        port: u16,
        /// The name in the server's certificate; without it, the connection is not encrypted.
        tls: Option<String>,
    },
    Unix(PathBuf),
}

impl std::fmt::Display for StoreServer {
    /// As a message names it: host and port, or the socket's path.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp { host, port, .. } if host.contains(':') => {
                write!(formatter, "[{host}]:{port}")
            }
            Self::Tcp { host, port, .. } => write!(formatter, "{host}:{port}"),
            Self::Unix(path) => write!(formatter, "{}", Untrusted::path(path)),
        }
    }
}

/// The rights of a machine while the store cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offline {
    /// Without a person it sends only a password that Okta has lately taken from this machine.
    Proven,
    /// It sends nothing, and answers from its copies.
    Cached,
    /// It signs in as if it were alone.
    SignIn,
}

impl Offline {
    /// Every value, with its word in the configuration.
    pub(crate) const ALL: [(&'static str, Self); 3] = [
        ("proven", Self::Proven),
        ("cached", Self::Cached),
        ("sign-in", Self::SignIn),
    ];
}

/// Returns an error if this build cannot reach a shared store; then the configuration must not name one.
pub(crate) fn check_store_build() -> Result<()> {
    match cfg!(feature = "redis") {
        true => Ok(()),
        false => Err(Error::usage("this build has no shared store")
            .hint("name another store, or build with the feature redis, which is on by default")),
    }
}

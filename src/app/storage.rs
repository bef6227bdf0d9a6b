//! Where records are kept, as the configuration says it: in files, in the keyring, or in a store that machines share.

use std::net::IpAddr;
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

/// The place of a store's server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreServer {
    /// A server, or a node of a cluster.
    Node(StoreNode),
    /// The sentinels that know where the primary of this name is.
    Sentinels {
        primary: String,
        nodes: Vec<StoreNode>,
    },
    Unix(PathBuf),
}

/// One server in the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoreNode {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
}

/// The encryption of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// TLS, with a certificate for the host's own name.
    OfHost,
    /// TLS, with a certificate for this name.
    OfName(String),
    /// None: the server has to be on this machine.
    NoneHere,
    /// None, wherever the server is.
    NoneAnywhere,
}

impl StoreNode {
    /// Returns the name in its certificate, if the connection is encrypted.
    pub(crate) fn certificate_name(&self) -> Option<&str> {
        match &self.encryption {
            Encryption::OfHost => Some(&self.host),
            Encryption::OfName(name) => Some(name),
            Encryption::NoneHere | Encryption::NoneAnywhere => None,
        }
    }

    /// Returns the node at another place, which this one has named; `None` if a password may not go there without TLS.
    #[cfg_attr(
        not(feature = "redis"),
        expect(dead_code, reason = "no server names another one")
    )]
    pub(crate) fn other(&self, host: &str, port: u16) -> Option<Self> {
        let is_allowed = self.encryption != Encryption::NoneHere || is_here(host);
        is_allowed.then(|| Self {
            host: host.to_owned(),
            port,
            encryption: self.encryption.clone(),
        })
    }
}

/// Returns whether `host` is this machine.
pub(crate) fn is_here(host: &str) -> bool {
    let address: Option<IpAddr> = host.parse().ok();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

impl std::fmt::Display for StoreServer {
    /// As a message names it: host and port, or the socket's path.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Node(node) => node.fmt(formatter),
            Self::Sentinels { primary, nodes } => {
                let nodes: Vec<String> = nodes.iter().map(StoreNode::to_string).collect();
                let (primary, nodes) = (Untrusted::new(primary), nodes.join(", "));
                write!(formatter, "{primary} of the sentinels {nodes}")
            }
            Self::Unix(path) => write!(formatter, "{}", Untrusted::path(path)),
        }
    }
}

impl std::fmt::Display for StoreNode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, port, .. } = self;
        match host.contains(':') {
            true => write!(formatter, "[{host}]:{port}"),
            false => write!(formatter, "{host}:{port}"),
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

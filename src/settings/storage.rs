//! The setting `store`: `"file"`, `"keyring"`, or `{ redis = { url = "…", namespace = "…", key = … } }`.
//!
//! No message quotes the URL: people write passwords into it.

use std::path::PathBuf;
use std::rc::Rc;

use super::reader::{Field, Section};
use super::source::{path, source};
use super::suggest::{quoted, suggest};
use super::{server, validate};
use crate::app::{
    Encryption, FleetSettings, Offline, Org, Source, Storage, StoreNode, StoreServer,
    check_store_build, is_same_account,
};
use crate::error::{Error, Result};
use crate::keyring::{self, Item};

/// The known keys of `redis`.
const KEYS: [&str; 15] = [
    "url",
    "sentinel",
    "namespace",
    "key",
    "username",
    "password",
    "ca",
    "certificate",
    "certificate_key",
    "server_name",
    "plaintext",
    "recheck",
    "share",
    "offline",
    "replicas",
];
/// The stores that are named by a word.
const WORDS: [(&str, Storage); 2] = [("file", Storage::File), ("keyring", Storage::Keyring)];

/// Reads `store` of this section, if it is set.
pub(super) fn storage(section: &Section<'_>) -> Result<Option<Storage>> {
    section
        .field("store")
        .map(|field| match field.is_table() {
            true => shared(&field),
            false => field.read(word),
        })
        .transpose()
}

fn word(name: &str) -> Result<Storage> {
    let found = WORDS.into_iter().find(|(known, _)| *known == name);
    if let Some((_, Storage::Keyring)) = found {
        keyring::check_build()?;
    }
    found.map(|(_, storage)| storage).ok_or_else(|| {
        let error = Error::usage(format!("no store is called {}", quoted(name)));
        suggest(error, name, "stores", WORDS.iter().map(|(known, _)| *known))
    })
}

fn shared(field: &Field<'_, '_>) -> Result<Storage> {
    let form = || {
        "{ redis = { url = \"rediss://…\", namespace = \"…\", key = { file = \"…\" } } }".to_owned()
    };
    let section = field.section(&["redis"], form)?;
    let Some(redis) = section.field("redis") else {
        return Err(section.error("names no kind of store").hint(form()));
    };
    check_store_build().map_err(|error| redis.error(error))?;
    fleet(&redis.section(&KEYS, form)?).map(|fleet| Storage::Fleet(Rc::new(fleet)))
}

fn fleet(section: &Section<'_>) -> Result<FleetSettings> {
    let namespace = section.demand("namespace", namespace)?;
    let own = |what: &str| own_item(&namespace, what);
    let password = section.field("password");
    let password = password.map(|field| source(&field, own("password")));
    Ok(FleetSettings {
        server: server_of(section)?,
        keys: keys(section, &namespace)?,
        username: section.read("username", validate::account)?,
        password: password.transpose()?,
        ca: file(section, "ca")?,
        certificate: certificate(section)?,
        recheck: section.read("recheck", recheck)?.unwrap_or(RECHECK),
        shares_okta: section.read("share", share)?.unwrap_or(true),
        offline: section.read("offline", offline)?.unwrap_or(Offline::Proven),
        replicas: replicas(section)?,
        namespace,
    })
}

/// The item of the keyring that has the key, or another secret, of the fleet called `namespace`.
pub(super) fn own_item(namespace: &str, what: &str) -> Item {
    Item::own(format!("fleet/{namespace}/{what}"))
}

/// The age at which a copy is compared with the store, unless the configuration says otherwise.
pub(super) const RECHECK: time::Duration = time::Duration::minutes(5);
const LONGEST_RECHECK: time::Duration = time::Duration::DAY;
const MOST_REPLICAS: f64 = 9.0;

fn server_of(section: &Section<'_>) -> Result<StoreServer> {
    let plaintext = section.flag("plaintext")?.unwrap_or(false);
    let name = section.read("server_name", validate::filled)?;
    let primary = section.read("sentinel", validate::filled)?;
    let port = match primary {
        Some(_) => server::SENTINEL_PORT,
        None => server::PORT,
    };
    let rule = |text: &str| server::parse(text, plaintext, port);
    let servers = match section.field("url").filter(Field::is_list) {
        Some(field) => {
            let items = field.items()?;
            let servers: Result<Vec<_>> = items.iter().map(|item| item.read(rule)).collect();
            servers?
        }
        None => vec![section.demand("url", rule)?],
    };
    let servers: Result<Vec<_>> = (servers.into_iter())
        .map(|server| named(section, server, name.as_deref()))
        .collect();
    match (primary, servers?) {
        (Some(primary), servers) => sentinels(section, primary, servers),
        (None, mut servers) if servers.len() == 1 => Ok(servers.remove(0)),
        (None, _) => Err(section
            .error("has several URLs, and no sentinel")
            .hint("write one URL, of any node of a cluster; or add sentinel = \"…\", the name by which sentinels know the primary")),
    }
}

/// Sets the name in the server's certificate.
fn named(section: &Section<'_>, server: StoreServer, name: Option<&str>) -> Result<StoreServer> {
    match (server, name) {
        (server, None) => Ok(server),
        (StoreServer::Node(node), Some(name)) if node.certificate_name().is_some() => {
            Ok(StoreServer::Node(StoreNode {
                encryption: Encryption::OfName(name.to_owned()),
                ..node
            }))
        }
        (_, Some(_)) => Err(section
            .error("has a server_name, but the url has no TLS")
            .hint("take out server_name, or write rediss:// in url")),
    }
}

/// The servers as sentinels: in the network, and all of them with TLS or none. They lead to the primary the same way.
fn sentinels(
    section: &Section<'_>,
    primary: String,
    servers: Vec<StoreServer>,
) -> Result<StoreServer> {
    let nodes: Option<Vec<StoreNode>> = (servers.into_iter())
        .map(|server| match server {
            StoreServer::Node(node) => Some(node),
            StoreServer::Sentinels { .. } | StoreServer::Unix(_) => None,
        })
        .collect();
    let alike = nodes.filter(|nodes| {
        let is_encrypted = |node: &StoreNode| node.certificate_name().is_some();
        nodes
            .windows(2)
            .all(|two| is_encrypted(&two[0]) == is_encrypted(&two[1]))
    });
    let nodes = alike.ok_or_else(|| {
        section
            .error("has sentinels that are sockets, or only some with TLS")
            .hint("write each URL of a sentinel as rediss://HOST:26379")
    })?;
    Ok(StoreServer::Sentinels { primary, nodes })
}

/// Reads one key, or a list of them: the preferred one first, and those that others still use.
fn keys(section: &Section<'_>, namespace: &str) -> Result<Vec<Source>> {
    let Some(field) = section.field("key") else {
        return Err(section.error("has no key").hint(
            "make one with: openssl rand -hex 32; then add key = { command = […] } or { file = \"…\" } to it",
        ));
    };
    let own = || own_item(namespace, "key");
    match field.is_list() {
        false => source(&field, own()).map(|key| vec![key]),
        true => field
            .items()?
            .iter()
            .map(|item| source(item, own()))
            .collect(),
    }
}

fn file(section: &Section<'_>, key: &str) -> Result<Option<PathBuf>> {
    section.read(key, |text| path(text, section.directory()))
}

fn certificate(section: &Section<'_>) -> Result<Option<(PathBuf, PathBuf)>> {
    match (
        file(section, "certificate")?,
        file(section, "certificate_key")?,
    ) {
        (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(section
            .error("has a certificate without certificate_key")
            .hint("add certificate_key = \"…\" to it")),
        (None, Some(_)) => Err(section
            .error("has a certificate_key without certificate")
            .hint("add certificate = \"…\" to it")),
    }
}

/// The name of a fleet, which is part of the names of keys and of files. Braces would end the hash tag of a cluster.
pub(super) fn namespace(text: &str) -> Result<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.is_empty() || text.len() > 64 || !text.chars().all(allowed) {
        let error = Error::usage(format!("{} cannot be a namespace", quoted(text)));
        return Err(
            error.hint("a namespace is 1 to 64 letters (a-z, A-Z), digits, `-`, `_` and `.`")
        );
    }
    Ok(text.to_owned())
}

pub(super) fn recheck(text: &str) -> Result<time::Duration> {
    let length = crate::duration::parse_duration(text).map_err(Error::usage)?;
    match length <= LONGEST_RECHECK {
        true => Ok(length),
        false => Err(Error::usage(
            "a copy is compared with the store after a day at most",
        )),
    }
}

fn share(text: &str) -> Result<bool> {
    match text {
        "all" => Ok(true),
        "apps" => Ok(false),
        _ => Err(Error::usage(format!("{} cannot be shared", quoted(text)))
            .hint("share \"all\", or \"apps\" alone, without the Okta session")),
    }
}

pub(super) fn offline(text: &str) -> Result<Offline> {
    let words = Offline::ALL.iter().map(|(word, _)| *word);
    let found = Offline::ALL.iter().find(|(word, _)| *word == text);
    found.map(|(_, offline)| *offline).ok_or_else(|| {
        let error = Error::usage(format!(
            "{} is no way to go on without the store",
            quoted(text)
        ));
        suggest(error, text, "ways", words)
    })
}

fn replicas(section: &Section<'_>) -> Result<u8> {
    let rule = |number: f64| match number.fract() == 0.0 && (0.0..=MOST_REPLICAS).contains(&number)
    {
        true => Ok(number),
        false => Err(Error::usage("the number of replicas is between 0 and 9")),
    };
    let number = section.number("replicas", rule)?.unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the rule allows whole numbers between 0 and 9"
    )]
    Ok(number as u8)
}

/// Refuses stores that contradict each other: two of one name, by which machines tell their copies apart, and two of one
/// account on this machine, whose refused passwords are remembered in one place.
pub(super) fn check_stores<'a>(orgs: impl Iterator<Item = &'a Org>) -> Result<()> {
    let mut seen: Vec<&Org> = Vec::new();
    for org in orgs {
        seen.iter().try_for_each(|other| check_pair(other, org))?;
        seen.push(org);
    }
    Ok(())
}

fn check_pair(one: &Org, other: &Org) -> Result<()> {
    let is_same_account = one.site == other.site && is_same_account(&one.account, &other.account);
    match (one.storage.fleet(), other.storage.fleet()) {
        (Some(fleet), Some(another))
            if fleet.namespace == another.namespace && fleet != another =>
        {
            let name = &fleet.namespace;
            Err(Error::usage(format!(
                "two orgs name the namespace {name} of different stores"
            ))
            .hint("give one of them another namespace, or write the store once, before the tables of the orgs"))
        }
        (None, None) if is_same_account && one.storage != other.storage => {
            let (one, other) = (&one.name, &other.name);
            Err(Error::usage(format!(
                "the orgs {one} and {other} are one account, which has one store"
            ))
            .hint("write the same store for both"))
        }
        _ => Ok(()),
    }
}

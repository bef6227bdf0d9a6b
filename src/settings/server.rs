//! The URL of a store that machines share: `rediss://HOST:PORT`, `valkeys://…`, `unix:///PATH`, or without TLS
//! `redis://HOST:PORT` and `valkey://…`.
//!
//! No message quotes the URL: people write passwords into it.

use std::net::IpAddr;
use std::path::PathBuf;

use url::{Host, Url};

use crate::app::{Encryption, StoreNode, StoreServer, is_here};
use crate::error::{Error, Result};

/// The port of Redis and Valkey.
pub(super) const PORT: u16 = 6379;
/// The port of their sentinels.
pub(super) const SENTINEL_PORT: u16 = 26_379;

/// Reads the URL of a store, at this `port` if it names none. Without TLS it has to be on this machine, or `plaintext`
/// allowed: the records are sealed, but the password of the server is not.
pub(super) fn parse(text: &str, plaintext: bool, port: u16) -> Result<StoreServer> {
    let url = Url::parse(text).map_err(|error| not_a_url(&error.to_string()))?;
    let is_tls = match url.scheme() {
        "unix" => return socket(&url),
        "rediss" | "valkeys" => true,
        "redis" | "valkey" => false,
        _ => return Err(not_a_url("its scheme is another")),
    };
    check_parts(&url)?;
    let host = url.host().filter(|host| *host != Host::Domain(""));
    let host = host.ok_or_else(|| not_a_url("it has no host"))?;
    // Of a scheme that it does not know, the library reads no address of version 4.
    let host = host.to_string();
    let host = host.trim_matches(['[', ']']).to_owned();
    let address: Option<IpAddr> = host.parse().ok();
    if address.is_some_and(|address| address.is_unspecified()) {
        return Err(
            Error::usage("the host of the store is no address of a server")
                .hint("write the name that its certificate has"),
        );
    }
    if !is_tls && !is_here(&host) && !plaintext {
        return Err(
            Error::usage("without TLS the password of the store can be read on the way")
                .hint("write rediss:// in place of redis://, or add plaintext = true"),
        );
    }
    Ok(StoreServer::Node(StoreNode {
        encryption: match (is_tls, plaintext) {
            (true, _) => Encryption::OfHost,
            (false, true) => Encryption::NoneAnywhere,
            (false, false) => Encryption::NoneHere,
        },
        port: url.port().unwrap_or(port),
        host,
    }))
}

fn not_a_url(why: &str) -> Error {
    Error::usage(format!("this is no URL of a store: {why}"))
        .hint("write rediss://HOST:6379, or unix:///PATH for a socket")
}

/// Refuses parts of a URL that mean something to other programs, and would be passed over in silence here.
fn check_parts(url: &Url) -> Result<()> {
    if url.password().is_some() || !url.username().is_empty() {
        return Err(
            Error::usage("the URL of a store has no user and no password")
                .hint("write them as username = \"…\" and password = { command = […] }"),
        );
    }
    if url.fragment().is_some() || url.query().is_some() {
        return Err(Error::usage("the URL of a store has no options")
            .hint("end it with the port; an authority to trust is ca = \"FILE\""));
    }
    // A cluster has database 0 alone, and the name of the fleet keeps its keys apart.
    match url.path() {
        "" | "/" | "/0" => Ok(()),
        _ => Err(Error::usage("the store is database 0")
            .hint("end the URL with the port; namespace keeps fleets apart")),
    }
}

fn socket(url: &Url) -> Result<StoreServer> {
    let is_plain = url.host().is_none() && url.query().is_none() && url.fragment().is_none();
    let path = url.path();
    match is_plain && path.len() > 1 && cfg!(unix) {
        true => Ok(StoreServer::Unix(PathBuf::from(path))),
        false => Err(not_a_url("a socket is unix:// and an absolute path")),
    }
}

#[cfg(test)]
mod tests {
    use super::{PORT, SENTINEL_PORT, parse};

    #[test]
    fn a_store_is_a_host_with_tls_or_a_socket_and_without_tls_only_here() {
        for (text, shown) in [
            ("rediss://cache.corp.example", "cache.corp.example:6379"),
            (
                "valkeys://cache.corp.example:7000/0",
                "cache.corp.example:7000",
            ),
            ("rediss://[::2]:7", "[::2]:7"),
            ("redis://127.0.0.1:7000", "127.0.0.1:7000"),
            ("redis://localhost", "localhost:6379"),
            ("unix:///run/redis/redis.sock", "/run/redis/redis.sock"),
        ] {
            let server =
                parse(text, false, PORT).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            assert_eq!(server.to_string(), shown);
        }
        assert!(parse("redis://cache.corp.example", true, PORT).is_ok());
        let sentinel = parse("rediss://s.corp.example", false, SENTINEL_PORT);
        assert_eq!(
            sentinel.map(|node| node.to_string()),
            Ok("s.corp.example:26379".into())
        );
    }

    #[test]
    fn other_urls_are_refused_and_not_quoted() {
        for text in [
            "cache.corp.example",
            "https://cache.corp.example",
            "redis://cache.corp.example",
            "rediss://ada:hunter2@cache.corp.example",
            "rediss://:hunter2@cache.corp.example",
            "rediss://cache.corp.example#insecure",
            "rediss://cache.corp.example?hunter2",
            "rediss://cache.corp.example/1",
            "rediss://0.0.0.0",
            "rediss://",
            "unix://host/path",
            "unix:///",
        ] {
            let error = parse(text, false, PORT).expect_err(text).to_text();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}

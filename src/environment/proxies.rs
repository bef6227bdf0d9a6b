//! The variables that the HTTP and TLS libraries read by themselves: proxies, and trusted certificates.

use std::ffi::OsString;

use super::{SSL_CERT_DIR, SSL_CERT_FILE, Variable, look};
use crate::error::{Error, Result};

/// The variables that say how to reach a server. The libraries take them in upper and in lower case, the first that is set of
/// a kind; those for https before those for all.
pub(super) const PROXIES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// The names of the proxy variables that are set; their values may hold passwords.
pub(crate) fn proxies() -> Vec<&'static str> {
    let is_set = |name: &&str| look(|name| std::env::var_os(name), name).is_some();
    PROXIES.into_iter().filter(is_set).collect()
}

/// The value of a proxy variable as a client finds it, even an empty one. Bytes that are no UTF-8 are replaced.
#[cfg(unix)]
pub(crate) fn proxy_text(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Returns whether SSL_CERT_FILE is set to nothing, which the TLS library takes for a path, and no directory is named either.
pub(crate) fn has_empty_certificate_file() -> bool {
    let of = |variable: Variable| std::env::var_os(variable.name);
    of(SSL_CERT_FILE).is_some_and(|value| value.is_empty())
        && of(SSL_CERT_DIR).is_none_or(|value| value.is_empty())
}

/// Refuses a proxy that the HTTP library does not understand: it would ignore the variable, and reach the servers without.
pub(crate) fn check_proxies() -> Result<()> {
    check_proxies_in(|name| std::env::var_os(name))
}

pub(super) fn check_proxies_in(lookup: impl Fn(&str) -> Option<OsString>) -> Result<()> {
    let set = |name: &'static str| Some((name, look(&lookup, name)?));
    let found = PROXIES[..4].iter().copied().find_map(set);
    match found {
        Some((name, value)) if !value.to_str().is_some_and(is_proxy) => {
            let error = Error::usage(format!("{name} names no proxy that can be used"));
            Err(error
                .caused_by("it is none of http://HOST:PORT, https://HOST:PORT, HOST:PORT, perhaps with USER:PASSWORD@")
                .hint(format!("correct {name} (a special character of a password is written %XX), or unset it")))
        }
        _ => Ok(()),
    }
}

/// Returns whether the HTTP library takes `value` for a proxy. It has an error of its own for kinds that it knows and cannot
/// use.
fn is_proxy(value: &str) -> bool {
    const KINDS: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    let Some((kind, rest)) = value.split_once("://") else {
        return !value.contains('/') && is_proxy(&format!("http://{value}"));
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // RFC 3986, 3.2: what else is there must be encoded.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@[]%".contains(c);
    KINDS.contains(&kind.to_ascii_lowercase().as_str())
        && authority.chars().all(is_plain)
        && authority.matches('@').count() <= 1
        && url::Url::parse(&format!("http://{authority}")).is_ok_and(|url| url.has_host())
}

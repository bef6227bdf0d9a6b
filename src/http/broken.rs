//! The errors of exchanges without an answer: the host, the cause in plain words, and advice that fits this network.
//!
//! The libraries beneath tell causes as nested debug text. Here each is found by its type; where none has one, by the words
//! of hyper and hyper-util.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use url::Url;

use super::host;
use super::names::NotFound;
use super::tls::of_tls;
use crate::environment;
use crate::error::{Error, foreign, shown};

/// The error of an exchange with `url`, which is shown without its query.
pub(super) fn failed(url: &Url, cause: &str) -> Error {
    Error::network(format!("no answer from {}: {}", shown(url), foreign(cause)))
}

/// The error of a server that has not answered within `seconds`.
pub(super) fn too_late(url: &Url, seconds: u64) -> Error {
    let host = host(url);
    let error = Error::network(format!("{host} gives no whole answer within {seconds} s"));
    error.hint(way_out(url, &environment::proxies()))
}

/// The error of an exchange with `url` that the library broke off.
pub(super) fn broken(url: &Url, error: &reqwest::Error) -> Error {
    let mut beneath = error.source();
    let mut texts: Vec<String> = Vec::new();
    while let Some(cause) = beneath {
        let known = match inner(cause) {
            Some(wrapped) => of_type(url, wrapped),
            None => of_type(url, cause),
        };
        if let Some(known) = known {
            return known;
        }
        texts.push(cause.to_string());
        beneath = cause.source();
    }
    if error.is_timeout() {
        return unreachable(url, "does not answer");
    }
    of_words(url, &texts)
}

/// Returns the error that an I/O error wraps. The `source` of an I/O error leaves it out.
fn inner<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a (dyn std::error::Error + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>()?.get_ref()?;
    Some(inner(wrapped).unwrap_or(wrapped))
}

/// The error that the type of a `cause` stands for.
fn of_type(url: &Url, cause: &(dyn std::error::Error + 'static)) -> Option<Error> {
    if let Some(not_found) = cause.downcast_ref::<NotFound>() {
        return Some(nameless(url, not_found));
    }
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(of_tls(url, tls));
    }
    let words = match cause.downcast_ref::<io::Error>()?.kind() {
        ErrorKind::ConnectionRefused => "refuses connections",
        ErrorKind::TimedOut => "does not answer",
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => {
            "cannot be reached from this network"
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "breaks off the connection"
        }
        _ => return None,
    };
    Some(unreachable(url, words))
}

/// The error of a name that no service knows: the server's, or that of the proxy before it.
fn nameless(url: &Url, not_found: &NotFound) -> Error {
    let is_servers = url.host_str() == Some(&not_found.name);
    let proxies = deciding(&environment::proxies());
    let (what, hint) = match is_servers {
        true => ("", way_out(url, &proxies)),
        false => ("the proxy ", format!("correct {}", proxies.join(" and "))),
    };
    Error::network(format!(
        "cannot find {what}{} (DNS)",
        foreign(&not_found.name)
    ))
    .caused_by(foreign(&not_found.cause))
    .hint(hint)
}

/// The error that the words of the libraries stand for.
fn of_words(url: &Url, texts: &[String]) -> Error {
    let says = |words: &str| texts.iter().any(|text| text.contains(words));
    if says("tunnel error") || says("proxy") {
        return refused_by_proxy(url, says("authorization required"));
    }
    if says("connection closed") || says("reading a body") || says("end of file") {
        return unreachable(url, "breaks off the connection");
    }
    if says("invalid HTTP") || says("head is too large") {
        let message = format!("{} does not answer in HTTP", host(url));
        return Error::network(message).hint("look for what else answers at that port");
    }
    let last = texts
        .last()
        .map_or("the exchange broke off", String::as_str);
    failed(url, last).hint(way_out(url, &environment::proxies()))
}

/// The error of a proxy that opens no way to the server.
fn refused_by_proxy(url: &Url, wants_sign_in: bool) -> Error {
    let names = deciding(&environment::proxies()).join(" and ");
    let host = host(url);
    match wants_sign_in {
        true => Error::network(format!(
            "the proxy wants a sign-in before it connects to {host}"
        ))
        .hint(format!(
            "write USER:PASSWORD@ before the proxy's host in {names}"
        )),
        false => Error::network(format!("the proxy does not connect to {host}")).hint(format!(
            "check that {names} can reach this host, or exclude the host from it with NO_PROXY"
        )),
    }
}

/// The error of a server, or of the proxy that may be before it, that does `what`.
fn unreachable(url: &Url, what: &str) -> Error {
    let proxies = deciding(&environment::proxies());
    let host = host(url);
    let whose = match proxies.as_slice() {
        [] => host,
        _ if is_direct(url) => host,
        names => format!("{host}, or the proxy of {},", names.join(" and ")),
    };
    Error::network(format!("{whose} {what}")).hint(way_out(url, &proxies))
}

/// The advice for a server that cannot be reached, where these `proxies` are set.
fn way_out(url: &Url, proxies: &[&str]) -> String {
    match deciding(proxies).as_slice() {
        _ if is_direct(url) => format!("check that a server runs there: {} is this machine", host(url)),
        [] => "check the host's name, the network and the VPN; if a browser on this machine gets there, name the \
               browser's proxy in HTTPS_PROXY"
            .to_owned(),
        names => format!(
            "check that {} can reach this host, or exclude the host from it with NO_PROXY",
            names.join(" and ")
        ),
    }
}

/// Returns the variables among `proxies` that name a proxy.
fn deciding<'a>(proxies: &[&'a str]) -> Vec<&'a str> {
    let names = proxies.iter().copied();
    names
        .filter(|name| !name.eq_ignore_ascii_case("NO_PROXY"))
        .collect()
}

/// Returns whether no proxy is asked for `url`: http is for this machine alone.
fn is_direct(url: &Url) -> bool {
    url.scheme() == "http"
}

#[cfg(test)]
mod tests {
    use super::{of_words, way_out};
    use url::Url;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn advice_fits_the_proxies_and_the_place() {
        let there = url("https://a.example");
        assert!(way_out(&there, &[]).ends_with("proxy in HTTPS_PROXY"));
        assert!(way_out(&there, &["NO_PROXY"]).ends_with("proxy in HTTPS_PROXY"));
        let set = way_out(&there, &["HTTPS_PROXY", "no_proxy"]);
        assert!(
            set.starts_with("check that HTTPS_PROXY can reach this host"),
            "{set}"
        );
        let here = way_out(&url("http://127.0.0.1:1"), &["HTTPS_PROXY"]);
        assert!(here.starts_with("check that a server runs there"), "{here}");
    }

    #[test]
    fn the_libraries_words_become_ours() {
        let said = |text: &str| of_words(&url("https://a.example/x"), &[text.to_owned()]).message;
        for (theirs, ours) in [
            (
                "tunnel error: unsuccessful",
                "the proxy does not connect to a.example",
            ),
            (
                "tunnel error: proxy authorization required",
                "the proxy wants a sign-in before it connects to a.example",
            ),
            (
                "connection closed before message completed",
                "a.example breaks off the connection",
            ),
            (
                "invalid HTTP version parsed",
                "a.example does not answer in HTTP",
            ),
            ("odd", "no answer from https://a.example/x: odd"),
        ] {
            assert_eq!(said(theirs), ours);
        }
    }
}

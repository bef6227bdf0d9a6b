//! The errors of exchanges without an answer: the host, the cause in plain words, and advice that fits this network.
//!
//! The libraries beneath tell causes as nested debug text. Here each is found by its type; where none has one, by the words
//! of hyper and hyper-util.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use url::Url;

use super::host;
use super::names::NotFound;
use crate::environment;
use crate::error::{Error, Kind, foreign, shown};

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

/// The error of a server whose TLS is not taken.
fn of_tls(url: &Url, tls: &rustls::Error) -> Error {
    use rustls::Error as Tls;
    let host = host(url);
    let words = match tls {
        Tls::InvalidCertificate(fault) => return untrusted(&host, fault),
        Tls::InvalidMessage(_) => format!("{host} does not speak TLS"),
        Tls::PeerIncompatible(_) => {
            format!("{host} offers no TLS that is safe enough (1.2 or newer)")
        }
        Tls::AlertReceived(_) => format!("{host} breaks off the TLS handshake"),
        _ => format!("the TLS handshake with {host} fails"),
    };
    Error::network(words).hint(format!(
        "check the port of https://{host}, and look for a proxy or a firewall that answers in its place"
    ))
}

/// The error of a certificate that is not trusted, with the reason.
fn untrusted(host: &str, fault: &rustls::CertificateError) -> Error {
    use rustls::CertificateError as Fault;
    let authority =
        "where the network has a certificate authority of its own, name its file in SSL_CERT_FILE";
    let clock = "look at this machine's clock, and ask who runs that host about its certificate";
    let (why, hint) = match fault {
        // An authority of the same name with another key is seen as a bad signature.
        Fault::UnknownIssuer | Fault::BadSignature => (
            "it is self-signed, or signed by an authority that this machine does not know",
            authority,
        ),
        Fault::Expired | Fault::ExpiredContext { .. } => ("it has expired", clock),
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => ("it is not valid yet", clock),
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => (
            "it is for another name",
            "check the host's name, and look for a proxy or a network's sign-in page that answers in its place",
        ),
        Fault::Revoked => (
            "it is revoked",
            "ask who runs that host about its certificate",
        ),
        // Of webpki's own reasons this is the one that servers in the field meet.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            ("it is self-signed, an authority's own", authority)
        }
        _ => (
            "it breaks the rules for certificates",
            "ask who runs that host about its certificate",
        ),
    };
    let message = format!("the certificate of {host} is not trusted: {why}");
    Error::new(Kind::Untrusted, message).hint(hint)
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

/// Those of the proxy variables that name a proxy.
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
    use super::{of_tls, of_words, way_out};
    use crate::error::Kind;
    use rustls::{CertificateError, Error as Tls};
    use url::Url;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn each_fault_of_tls_is_told_in_words_without_debug_text() {
        let place = url("https://a.example:8443/b?sessionToken=SECRET");
        let of_certificate = |fault| of_tls(&place, &Tls::InvalidCertificate(fault));
        for (fault, why) in [
            (
                CertificateError::UnknownIssuer,
                "self-signed, or signed by an authority",
            ),
            (CertificateError::Expired, "it has expired"),
            (CertificateError::NotValidYet, "it is not valid yet"),
            (CertificateError::NotValidForName, "it is for another name"),
            (CertificateError::BadEncoding, "it breaks the rules"),
        ] {
            let error = of_certificate(fault);
            assert_eq!(error.kind, Kind::Untrusted);
            let begin = "the certificate of a.example:8443 is not trusted: ";
            assert!(error.message.starts_with(begin) && error.message.contains(why));
            assert_eq!(error.hints.len(), 1, "{why}");
        }
        let plain = Tls::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
        let plain = of_tls(&place, &plain);
        assert_eq!(plain.message, "a.example:8443 does not speak TLS");
        assert_eq!(plain.kind, Kind::Network);
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

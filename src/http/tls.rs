//! The errors of TLS: a certificate that is not trusted, a server that is none of TLS, an alert, each in plain words.

use url::Url;

use super::host;
use crate::error::{Error, Kind};

/// The error of a server whose TLS is not taken.
pub(super) fn of_tls(url: &Url, tls: &rustls::Error) -> Error {
    use rustls::Error as Tls;
    let host = host(url);
    let words = match tls {
        Tls::InvalidCertificate(fault) => return untrusted(&host, fault),
        Tls::InvalidMessage(_) => format!("{host} does not speak TLS"),
        Tls::PeerIncompatible(_) => {
            format!("{host} offers no TLS that is safe enough (1.2 or newer)")
        }
        Tls::AlertReceived(alert) => return alerted(&host, *alert),
        _ => format!("the TLS handshake with {host} fails"),
    };
    Error::network(words).hint(format!(
        "check the port of https://{host}, and look for a proxy or a firewall that answers in its place"
    ))
}

/// The error of a server that ends TLS with an alert (RFC 8446, 6.2), by the alert's name.
fn alerted(host: &str, alert: rustls::AlertDescription) -> Error {
    use rustls::AlertDescription as Alert;
    const ITS_SIDE: &str = "ask who runs that host what its log says of this connection";
    const CLIENTS: &str = "this program has no certificate of its own to show: reach the host by a way that wants none";
    let (words, hint) = match alert {
        Alert::HandshakeFailure | Alert::InsufficientSecurity => (
            "has no kind of encryption in common with this program",
            "ask who runs that host to allow TLS 1.2 or 1.3 with usual ciphers",
        ),
        Alert::ProtocolVersion | Alert::InappropriateFallback => (
            "takes none of the TLS versions of this program (1.2 and 1.3)",
            "ask who runs that host to allow TLS 1.2 or 1.3",
        ),
        Alert::CertificateRequired
        | Alert::NoCertificate
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::CertificateExpired
        | Alert::CertificateRevoked => ("wants a certificate from this program", CLIENTS),
        Alert::UnknownCA => (
            "does not know the authority of a certificate in this connection",
            "look for what changes connections on their way (a proxy, a firewall), and ask who runs that host",
        ),
        Alert::UnrecognisedName => (
            "serves no host of that name",
            "check the host's name and port, and the address that it has here (DNS)",
        ),
        Alert::AccessDenied => ("lets nobody from here in", ITS_SIDE),
        Alert::InternalError => ("has trouble of its own", ITS_SIDE),
        Alert::NoApplicationProtocol => (
            "does not speak HTTP",
            "check the port, and look for a proxy that answers in its place",
        ),
        _ => (
            "breaks off the TLS handshake",
            "look for a proxy or a firewall that answers in its place",
        ),
    };
    // The standard writes this one with a z.
    let name = match snake(&format!("{alert:?}")).replace("unrecognised", "unrecognized") {
        unnamed if unnamed.contains("0x") => u8::from(alert).to_string(),
        name => name,
    };
    Error::network(format!("{host} {words} (TLS alert {name})")).hint(hint)
}

/// Writes a name of Rust's kind as the standard does: `handshake_failure`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    let mut before_is_small = false;
    for letter in name.chars().filter(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && before_is_small {
            text.push('_');
        }
        before_is_small = letter.is_ascii_lowercase();
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// The error of a certificate that is not trusted, with the reason.
fn untrusted(host: &str, fault: &rustls::CertificateError) -> Error {
    let (why, hint) = reason(fault);
    let message = format!("the certificate of {host} is not trusted: it {why}");
    Error::new(Kind::Untrusted, message).hint(hint)
}

/// Returns the fault of a certificate, as it follows "it", and the way to mend it.
pub(crate) fn reason(fault: &rustls::CertificateError) -> (&'static str, &'static str) {
    use rustls::CertificateError as Fault;
    let authority =
        "where the network has a certificate authority of its own, name its file in SSL_CERT_FILE";
    let clock = "look at this machine's clock, and ask who runs that host about its certificate";
    match fault {
        // An authority of the same name with another key is seen as a bad signature.
        Fault::UnknownIssuer | Fault::BadSignature => (
            "is self-signed, or signed by an authority that this machine does not know",
            authority,
        ),
        Fault::Expired | Fault::ExpiredContext { .. } => ("has expired", clock),
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => ("is not valid yet", clock),
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => (
            "is for another name",
            "check the host's name, and look for a proxy or a network's sign-in page that answers in its place",
        ),
        Fault::Revoked => ("is revoked", "ask who runs that host about its certificate"),
        // Of webpki's own reasons this is the one that servers in the field meet.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            ("is self-signed, an authority's own", authority)
        }
        _ => (
            "breaks the rules for certificates",
            "ask who runs that host about its certificate",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::of_tls;
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
    fn an_alert_is_told_by_its_name_in_plain_words() {
        use rustls::AlertDescription as Alert;
        let place = url("https://a.example/b");
        for (alert, name, words) in [
            (
                Alert::HandshakeFailure,
                "handshake_failure",
                "no kind of encryption in common",
            ),
            (
                Alert::ProtocolVersion,
                "protocol_version",
                "none of the TLS versions",
            ),
            (
                Alert::CertificateRequired,
                "certificate_required",
                "wants a certificate from",
            ),
            (
                Alert::BadCertificate,
                "bad_certificate",
                "wants a certificate from",
            ),
            (
                Alert::UnknownCA,
                "unknown_ca",
                "does not know the authority",
            ),
            (
                Alert::UnrecognisedName,
                "unrecognized_name",
                "serves no host of that name",
            ),
            (
                Alert::InternalError,
                "internal_error",
                "has trouble of its own",
            ),
            (
                Alert::AccessDenied,
                "access_denied",
                "lets nobody from here in",
            ),
            (
                Alert::DecodeError,
                "decode_error",
                "breaks off the TLS handshake",
            ),
            (Alert::Unknown(77), "77", "breaks off the TLS handshake"),
        ] {
            let error = of_tls(&place, &Tls::AlertReceived(alert));
            assert_eq!(error.kind, Kind::Network);
            let message = &error.message;
            assert!(
                message.starts_with("a.example ") && message.contains(words),
                "{message}"
            );
            assert!(
                message.ends_with(&format!("(TLS alert {name})")),
                "{message}"
            );
            assert_eq!(error.hints.len(), 1, "{name}");
        }
    }
}

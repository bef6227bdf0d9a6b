//! Trust in servers: reads the one file of certificates that the environment names (`SSL_CERT_FILE`), and recognises the
//! errors that say that a server's certificate is not trusted.

use std::error::Error as _;
use std::path::Path;
use std::time::Duration;

use reqwest::Certificate;

use crate::bounded_file::{self, Bounds};
use crate::environment;
use crate::error::{Error, Result, Untrusted};

/// Where the distributions of Linux and the BSDs keep the certificates that they trust, in one file.
const BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
];

/// Reads the certificates in the file at `path`, which SSL_CERT_FILE names; `None` if one of them is damaged, since the TLS
/// library takes the others. It would read a file without an end on and on, and trust nobody where a file has none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<Certificate>>> {
    let read = read_pem(path);
    let read = read.and_then(|bundle| certificates(&bundle).map_err(str::to_owned));
    read.map_err(|cause| unusable(path, &cause))
}

/// Reads a file in PEM form. The error does not name the path.
pub(crate) fn read_pem(path: &Path) -> Result<Vec<u8>, String> {
    let bounds = Bounds {
        kib: 16 * 1024,
        what: "file of certificates",
        limit: Duration::from_secs(5),
        stop: &|| false,
    };
    let bundle = bounded_file::read(path, &bounds).map_err(|error| error.to_string())?;
    check_form(&bundle)?;
    Ok(bundle)
}

/// Refuses what editors and tools write in place of PEM.
fn check_form(bundle: &[u8]) -> Result<(), &'static str> {
    match bundle {
        [] => Err("it is empty"),
        [0xef, 0xbb, 0xbf, ..] | [0xff, 0xfe, ..] => {
            Err("it begins with a byte order mark, as some editors write it")
        }
        [0x30, 0x82, ..] => Err("it is in DER form, not in PEM form"),
        _ => Ok(()),
    }
}

/// The error of a file that SSL_CERT_FILE names, and that nobody can be trusted by.
fn unusable(path: &Path, cause: &str) -> Error {
    let shown = Untrusted::path(path);
    Error::usage(format!(
        "SSL_CERT_FILE: cannot read certificates from {shown}: {cause}"
    ))
    .hint("name a file of certificates in PEM form in SSL_CERT_FILE, or unset it")
}

/// The certificates in a PEM file, or the reason that it has none.
fn certificates(bundle: &[u8]) -> Result<Option<Vec<Certificate>>, &'static str> {
    check_form(bundle)?;
    match Certificate::from_pem_bundle(bundle) {
        Ok(found) if found.is_empty() => Err("it has no certificate in PEM form"),
        found => Ok(found.ok()),
    }
}

/// The error of a client that trusts nobody, where SSL_CERT_FILE names the `file`, or nothing does.
pub(super) fn none_trusted(file: Option<&Path>) -> Error {
    match file {
        Some(path) => unusable(path, "each certificate in it is damaged"),
        None => Error::usage("this machine has no certificates of authorities to trust")
            .hint("install the system's package ca-certificates, or name a file of certificates in SSL_CERT_FILE"),
    }
}

/// The certificates of the system, where SSL_CERT_FILE is set and empty: the TLS library takes that for a path.
pub(super) fn of_system() -> Option<Vec<Certificate>> {
    if cfg!(any(windows, target_vendor = "apple")) || !environment::has_empty_certificate_file() {
        return None;
    }
    let mut bundles = BUNDLES.into_iter();
    let bundle = bundles.find_map(|path| std::fs::read(path).ok())?;
    certificates(&bundle).ok()?
}

/// Returns whether `error` says that none of the trusted certificates vouches for the server. Nothing was sent then.
pub(super) fn is_unknown(error: &reqwest::Error) -> bool {
    use rustls::CertificateError::{BadSignature, UnknownIssuer};
    // An authority of the same name with another key is seen as a bad signature.
    let is_unknown = |tls: &rustls::Error| {
        matches!(
            tls,
            rustls::Error::InvalidCertificate(UnknownIssuer | BadSignature)
        )
    };
    error.source().and_then(tls_error).is_some_and(is_unknown)
}

/// The TLS library's error beneath `error`. An I/O error hides what it wraps from its `source`.
fn tls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match wrapped {
        Some(wrapped) => tls_error(wrapped),
        None => error.source().and_then(tls_error),
    }
}

//! Which servers are trusted: the one file of certificates that the environment names (`SSL_CERT_FILE`), and the errors
//! that say that a server's certificate is not.

use std::error::Error as _;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use reqwest::Certificate;

use crate::bounded_file::{self, Bounds};
use crate::error::{Error, Result, Untrusted};

/// Reads the certificates in the file at `path`; `None` if there are none. A file without an end is an error: the TLS
/// library would read it on and on.
pub(super) fn read(path: &Path) -> Result<Option<Vec<Certificate>>> {
    let bounds = Bounds {
        kib: 16 * 1024,
        what: "file of certificates",
        limit: Duration::from_secs(5),
        stop: &|| false,
    };
    match bounded_file::read(path, &bounds) {
        Ok(bundle) => Ok(Certificate::from_pem_bundle(&bundle).ok()),
        Err(error) if matches!(error.kind(), ErrorKind::FileTooLarge | ErrorKind::TimedOut) => {
            let shown = Untrusted::path(path);
            let error = Error::usage("cannot read the trusted certificates")
                .caused_by(format!("{shown}: {error}"));
            Err(error.hint("name another file in SSL_CERT_FILE, or unset it"))
        }
        Err(_) => Ok(None),
    }
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

/// Returns whether `error` says that the server's certificate is not trusted, for whatever reason.
pub(super) fn is_refused(error: &reqwest::Error) -> bool {
    let tls = error.source().and_then(tls_error);
    matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
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

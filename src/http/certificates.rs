//! The one file of trusted certificates that the environment names (`SSL_CERT_FILE`).

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

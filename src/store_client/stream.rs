//! The stream beneath a connection: TCP, TLS over it, or a Unix socket. The caller bounds the time of all that together.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Access, Trouble};
use crate::error::Untrusted;
use crate::http;

/// No more addresses of a host are tried.
const ADDRESSES: usize = 4;
/// The longest that one address may take, where there are others.
const ADDRESS_LIMIT: Duration = Duration::from_millis(500);

/// Any of the streams.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The streams of a process. All its connections have one configuration of TLS.
#[derive(Default)]
pub(super) struct Streams {
    tls: Option<Arc<ClientConfig>>,
}

impl Streams {
    pub(super) async fn tcp(&self, host: &str, port: u16) -> Result<TcpStream, Trouble> {
        let addresses = http::addresses_of(host).await.map_err(Trouble::away)?;
        let count = addresses.len().min(ADDRESSES);
        let mut trouble = Trouble::away("its host has no address");
        for (index, mut address) in addresses.into_iter().take(count).enumerate() {
            address.set_port(port);
            let connecting = TcpStream::connect(address);
            let connected = match index + 1 < count {
                true => tokio::time::timeout(ADDRESS_LIMIT, connecting)
                    .await
                    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
                false => connecting.await,
            };
            match connected {
                Ok(stream) => {
                    // A script is one small write, and waits for its answer.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => trouble = Trouble::of_system(&error),
            }
        }
        Err(trouble)
    }

    #[cfg(unix)]
    pub(super) async fn unix(&self, path: &Path) -> Result<tokio::net::UnixStream, Trouble> {
        let connected = tokio::net::UnixStream::connect(path).await;
        connected.map_err(|error| Trouble::of_system(&error))
    }

    /// Makes `stream` a TLS connection to the server that is called `name`.
    pub(super) async fn tls(
        &mut self,
        stream: TcpStream,
        name: &str,
        access: &Access,
    ) -> Result<TlsStream<TcpStream>, Trouble> {
        let name = ServerName::try_from(name.to_owned())
            .map_err(|_| Trouble::away("its name cannot stand in a certificate"))?;
        if self.tls.is_none() {
            self.tls = Some(Arc::new(configuration(access)?));
        }
        let tls = self.tls.clone().expect("it was made above");
        let connected = TlsConnector::from(tls).connect(name, stream).await;
        connected.map_err(|error| of_tls(&error))
    }
}

fn configuration(access: &Access) -> Result<ClientConfig, Trouble> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows the versions");
    let builder = match &access.ca {
        Some(path) => builder.with_root_certificates(roots(path)?),
        None => {
            let provider = builder.crypto_provider().clone();
            let verifier = rustls_platform_verifier::Verifier::new(provider)
                .map_err(|_| Trouble::away("this machine has no authorities to trust"))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        }
    };
    let Some((certificate, key)) = &access.certificate else {
        return Ok(builder.with_no_client_auth());
    };
    let (chain, key) = (certificates(certificate)?, private_key(key)?);
    let built = builder.with_client_auth_cert(chain, key);
    built.map_err(|_| Trouble::away("the client's certificate and its key do not fit"))
}

fn roots(path: &Path) -> Result<RootCertStore, Trouble> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates(path)?);
    match roots.is_empty() {
        true => Err(unusable(path, "it has no certificate")),
        false => Ok(roots),
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let text = http::read_pem(path).map_err(|why| unusable(path, &why))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    found.map_err(|_| unusable(path, "it is not in PEM form"))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Trouble> {
    let text = http::read_pem(path).map_err(|why| unusable(path, &why))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| unusable(path, "it has no key in PEM form"))
}

fn unusable(path: &Path, why: &str) -> Trouble {
    Trouble::away(format!("cannot read {}: {why}", Untrusted::path(path)))
}

/// The words of a failed handshake. The I/O error wraps that of the TLS library.
fn of_tls(error: &io::Error) -> Trouble {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref());
    Trouble::away(match tls {
        Some(rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        )) => "none of the trusted authorities vouches for its certificate".to_owned(),
        Some(rustls::Error::InvalidCertificate(fault)) => {
            format!("its certificate {}", http::certificate_reason(fault).0)
        }
        Some(rustls::Error::InvalidMessage(_)) => "it does not answer with TLS".to_owned(),
        Some(other) => format!("TLS: {other}"),
        None => return Trouble::of_system(error),
    })
}

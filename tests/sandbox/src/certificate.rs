//! The sandbox's certificate authority and the one certificate of all its listeners.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PublicKeyData,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::sync::Arc;

use crate::http2;

/// A certificate authority that lives as long as the sandbox, and what its servers present.
pub(crate) struct Certificates {
    /// The authority's certificate, which a client has to trust.
    pub(crate) authority_pem: String,
    /// The leaf and its key, for a server that is a program of its own.
    pub(crate) leaf_pem: [String; 2],
    /// The TLS configuration of the listeners.
    pub(crate) server: Arc<ServerConfig>,
    /// The public key of what they present, as DER.
    pub(crate) public_key: Vec<u8>,
}

impl Certificates {
    /// The same for listeners that speak HTTP/2 too.
    pub(crate) fn modern(&self) -> Arc<ServerConfig> {
        let mut server = ServerConfig::clone(&self.server);
        server.alpn_protocols.insert(0, http2::NAME.to_vec());
        Arc::new(server)
    }
}

/// Makes a new authority and a leaf for `localhost`, `127.0.0.1`, `::1` and these names.
pub(crate) fn issue(names: &[String]) -> Certificates {
    let authority = authority();
    let key = KeyPair::generate().expect("a key can be made");
    let usual = ["localhost", "127.0.0.1", "::1"].map(String::from);
    let names: Vec<String> = usual.iter().chain(names).cloned().collect();
    let mut leaf = CertificateParams::new(names).expect("the names are host names and addresses");
    leaf.distinguished_name
        .push(DnType::CommonName, "credential sandbox");
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let leaf = leaf
        .signed_by(&key, &authority)
        .expect("the authority signs its own leaf");
    let private =
        PrivateKeyDer::try_from(key.serialize_der()).expect("a generated key can be read back");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)
        .expect("key and certificate belong together");
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Certificates {
        leaf_pem: [leaf.pem(), key.serialize_pem()],
        public_key: key.subject_public_key_info(),
        authority_pem: authority.pem(),
        server: Arc::new(server),
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::default();
    parameters
        .distinguished_name
        .push(DnType::CommonName, "credential sandbox authority");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().expect("a key can be made");
    CertifiedIssuer::self_signed(parameters, key).expect("an authority can sign itself")
}

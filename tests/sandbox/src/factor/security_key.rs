//! A security key, as a test holds it: it signs what it is asked to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use serde_json::json;
use std::fmt;
use std::sync::Arc;

use crate::pages::Passkey;
use crate::random;

/// A key pair with the id that the org knows it by.
#[derive(Clone)]
pub struct SecurityKey {
    /// `profile.credentialId`: base64 for URLs, without padding.
    pub credential_id: String,
    /// The org asks for a PIN or a finger, not only for a touch.
    pub(crate) wants_person: bool,
    pair: Arc<EcdsaKeyPair>,
    document: Arc<Vec<u8>>,
}

/// A key's answer to a challenge, in bytes; a client sends each part in base64.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// `clientData`: a JSON text.
    pub client_data: Vec<u8>,
    /// `authenticatorData`: the hash of the host, flags, a counter. Empty in the older protocol.
    pub authenticator_data: Vec<u8>,
    /// `signatureData`.
    pub signature: Vec<u8>,
}

impl Assertion {
    /// The fields of the form that a page sends an assertion with.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, String); 3] {
        [
            ("client_data", URL_SAFE_NO_PAD.encode(&self.client_data)),
            (
                "authenticator_data",
                URL_SAFE_NO_PAD.encode(&self.authenticator_data),
            ),
            ("signature", URL_SAFE_NO_PAD.encode(&self.signature)),
        ]
    }
}

impl fmt::Debug for SecurityKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecurityKey({})", self.credential_id)
    }
}

impl SecurityKey {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)
            .expect("the system gives random bytes");
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random)
            .expect("a key that was just made can be read");
        Self {
            credential_id: URL_SAFE_NO_PAD.encode(random::bytes(32)),
            wants_person: false,
            pair: Arc::new(pair),
            document: Arc::new(document.as_ref().to_vec()),
        }
    }

    /// The private key in PKCS#8, for an authenticator that is made of it.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.document
    }

    /// The same key as a site's pages know it.
    pub(crate) fn passkey(&self, site: &str) -> Passkey {
        let id = URL_SAFE_NO_PAD.decode(&self.credential_id);
        let id = id.expect("the id is base64 for URLs");
        Passkey::new(id, site, self.pair.public_key().as_ref())
    }

    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, self.pair.public_key().as_ref());
        key.verify(message, signature).is_ok()
    }

    /// Returns what a touch of the key gives for a challenge: of this host, with these flags (1 is a touch, 4 a PIN or
    /// a finger) and this counter.
    #[must_use]
    pub fn sign(
        &self,
        challenge: &str,
        origin: &str,
        host: &str,
        flags: u8,
        counter: u32,
    ) -> Assertion {
        let client_data = json!({ "type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": false });
        let client_data = client_data.to_string().into_bytes();
        let authenticator_data = [
            digest(&SHA256, host.as_bytes()).as_ref(),
            &[flags],
            &counter.to_be_bytes(),
        ]
        .concat();
        let signed = [
            &authenticator_data[..],
            digest(&SHA256, &client_data).as_ref(),
        ]
        .concat();
        Assertion {
            signature: self.signature(&signed),
            client_data,
            authenticator_data,
        }
    }

    /// The same in the older protocol, for an application id.
    #[must_use]
    pub fn sign_u2f(&self, nonce: &str, origin: &str, app: &str, counter: u32) -> Assertion {
        let client_data =
            json!({ "typ": "navigator.id.getAssertion", "challenge": nonce, "origin": origin });
        let client_data = client_data.to_string().into_bytes();
        let head = [&[1][..], &counter.to_be_bytes()].concat();
        let signed = [
            digest(&SHA256, app.as_bytes()).as_ref(),
            &head,
            digest(&SHA256, &client_data).as_ref(),
        ]
        .concat();
        Assertion {
            signature: [head, self.signature(&signed)].concat(),
            client_data,
            authenticator_data: Vec::new(),
        }
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.pair.sign(&SystemRandom::new(), message);
        let signature = signature.expect("the system gives random bytes");
        signature.as_ref().to_vec()
    }
}

//! Security keys and passkeys of a browser: W3C Web Authentication, sections 7.1 and 7.2.
//!
//! Checks the answers of a browser as a careful provider does. Of a new key its own statement (`attestation`) alone
//! is not looked at, which is what nearly all providers leave out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Value;

/// The person has touched the key.
const PRESENT: u8 = 0x01;
/// The key knows the person, by PIN or finger.
const VERIFIED: u8 = 0x04;
/// The data hold a new key.
const ATTESTED: u8 = 0x40;

/// A key that was enrolled at a site.
#[derive(Clone, Debug)]
pub(crate) struct Passkey {
    pub(crate) id: Vec<u8>,
    /// The name of the site, of which it holds.
    pub(crate) site: String,
    /// A point of P-256, uncompressed.
    public: Vec<u8>,
}

impl Passkey {
    /// A key whose public half is known.
    pub(crate) fn new(id: Vec<u8>, site: &str, public: &[u8]) -> Self {
        Self {
            id,
            site: site.to_owned(),
            public: public.to_vec(),
        }
    }
}

/// The expectations that an answer of a browser is held against.
pub(crate) struct Expected<'a> {
    pub(crate) challenge: &'a str,
    pub(crate) origin: &'a str,
    /// The host's name.
    pub(crate) site: &'a str,
    pub(crate) user_verification: bool,
}

/// The answer of a browser, in bytes.
pub(crate) struct Sent {
    pub(crate) client_data: Vec<u8>,
    pub(crate) authenticator_data: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) credential: Vec<u8>,
}

impl Sent {
    /// Reads the fields of a form; what is missing is empty.
    pub(crate) fn read(field: impl Fn(&str) -> String) -> Self {
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(field(name)).unwrap_or_default();
        Self {
            client_data: bytes("client_data"),
            authenticator_data: bytes("authenticator_data"),
            signature: bytes("signature"),
            credential: bytes("credential"),
        }
    }

    fn check(&self, kind: &str, expected: &Expected<'_>) -> Result<(), &'static str> {
        let said: Value = serde_json::from_slice(&self.client_data).unwrap_or_default();
        if said["type"] != kind {
            return Err("another type");
        }
        if said["challenge"] != expected.challenge {
            return Err("another challenge");
        }
        if said["origin"] != expected.origin {
            return Err("another origin");
        }
        if said["crossOrigin"] == true {
            return Err("a frame of another origin");
        }
        let site = digest(&SHA256, expected.site.as_bytes());
        if self.authenticator_data.get(..32) != Some(site.as_ref()) {
            return Err("another site");
        }
        let flags = self.flags();
        if flags & PRESENT == 0 {
            return Err("nobody has touched the key");
        }
        if expected.user_verification && flags & VERIFIED == 0 {
            return Err("the key does not know the person");
        }
        Ok(())
    }

    fn flags(&self) -> u8 {
        self.authenticator_data.get(32).copied().unwrap_or_default()
    }

    /// The signature counter.
    pub(crate) fn counter(&self) -> u32 {
        let bytes = self.authenticator_data.get(33..37);
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes).unwrap_or_default()
    }
}

/// A new key, where everything about it is right.
pub(crate) fn enrol(sent: &Sent, expected: &Expected<'_>) -> Result<Passkey, &'static str> {
    sent.check("webauthn.create", expected)?;
    if sent.flags() & ATTESTED == 0 {
        return Err("no key in the data");
    }
    let (id, public) = attested(&sent.authenticator_data).ok_or("a key of another kind")?;
    if id != sent.credential {
        return Err("another id");
    }
    Ok(Passkey::new(id, expected.site, &public))
}

/// Returns whether one of these keys has signed, and which.
pub(crate) fn verify<'a>(
    sent: &Sent,
    expected: &Expected<'_>,
    keys: &'a [Passkey],
) -> Result<&'a Passkey, &'static str> {
    sent.check("webauthn.get", expected)?;
    let mut keys = keys.iter().filter(|key| key.site == expected.site);
    let key = keys
        .find(|key| key.id == sent.credential)
        .ok_or("an unknown key")?;
    let message = [
        sent.authenticator_data.as_slice(),
        digest(&SHA256, &sent.client_data).as_ref(),
    ]
    .concat();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &key.public);
    let right = public.verify(&message, &sent.signature);
    right.map_err(|_| "a wrong signature")?;
    Ok(key)
}

/// The id and the public key of attested credential data: 37 bytes of head, 16 of the make, the length of the id, the id,
/// and a COSE key. Authenticators write CBOR in its canonical form (CTAP 2, section 8), so an ES256 key is always these
/// bytes around its two numbers.
fn attested(data: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    const BEFORE_X: &[u8] = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
    const BEFORE_Y: &[u8] = b"\x22\x58\x20";
    let length: [u8; 2] = data.get(53..55)?.try_into().ok()?;
    let (id, key) = data
        .get(55..)?
        .split_at_checked(usize::from(u16::from_be_bytes(length)))?;
    let (x, rest) = key.strip_prefix(BEFORE_X)?.split_at_checked(32)?;
    let y = rest.strip_prefix(BEFORE_Y)?.get(..32)?;
    Some((id.to_vec(), [&[4], x, y].concat()))
}

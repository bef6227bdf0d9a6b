//! The sealing of records: what the server, and a thief of it, can see of them.
//!
//! A key of 32 random bytes seals, names and is known by an id, each under a key of its own (HKDF-SHA-256, RFC 5869). Each
//! text is sealed with ChaCha20-Poly1305 (RFC 8439) under a key that is used once: it is derived from 32 random bytes that
//! stand before the text. So no nonce can repeat, however many machines write. The associated data has the fleet, the
//! record's name, what the text is, and its version: no text can stand in for another one, nor an old one for a new one.
//!
//! ```text
//! 1 | key id 8 | salt 32 | ciphertext | tag 16
//! ```

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::hmac::{HMAC_SHA256, Key as HmacKey, sign};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use crate::base64;
use crate::secret::{Secret, hex};

/// The form of a sealed text.
const FORM: u8 = 1;
const SALT: usize = 32;
const KEY: usize = 32;
const ID: usize = 8;
const HEAD: usize = 1 + ID;

/// A fleet's sealing key.
pub(super) struct SealingKey {
    id: [u8; ID],
    bytes: Zeroizing<[u8; KEY]>,
    names: HmacKey,
}

/// The place where a sealed text belongs, and its kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) namespace: &'a str,
    /// The record's name in the store.
    pub(super) name: &'a str,
    pub(super) kind: SealedKind,
    pub(super) version: u64,
}

/// The kinds of sealed texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SealedKind {
    Record,
    /// A note of the holder of a claim.
    Note,
}

/// Why a sealed text does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unopened {
    /// A newer program has sealed it.
    NewerForm,
    /// It was changed, or it belongs elsewhere, or another key has sealed it.
    Foreign,
}

/// The length of a derived key.
struct Bytes;

impl KeyType for Bytes {
    fn len(&self) -> usize {
        KEY
    }
}

impl SealingKey {
    /// Reads a key: 32 bytes, as 64 hexadecimal digits or in base64. `None` for any other text: a passphrase is no key.
    pub(super) fn parse(text: &Secret) -> Option<Self> {
        let text = text.expose().trim();
        let bytes = match text.len() {
            64 => from_hex(text)?,
            _ => base64::decode(text)?,
        };
        let bytes: [u8; KEY] = bytes.as_slice().try_into().ok()?;
        Some(Self::new(Zeroizing::new(bytes)))
    }

    fn new(bytes: Zeroizing<[u8; KEY]>) -> Self {
        let mut id = [0; ID];
        let long = derive(&bytes, &[], "alb-credential fleet 1 id");
        id.copy_from_slice(&long[..ID]);
        let names = derive(&bytes, &[], "alb-credential fleet 1 name");
        Self {
            id,
            names: HmacKey::new(HMAC_SHA256, &*names),
            bytes,
        }
    }

    /// The id by which the store knows the key in use.
    pub(super) fn id(&self) -> String {
        hex(&self.id)
    }

    /// The name that the record with these `fields` has in the store: 32 hexadecimal digits. It tells the server nothing.
    pub(super) fn name<'a>(
        &self,
        fields: impl Iterator<Item = (&'a String, &'a String)>,
    ) -> String {
        let mut text = Vec::new();
        for (name, value) in fields {
            text.extend_from_slice(name.as_bytes());
            text.push(0);
            text.extend_from_slice(value.as_bytes());
            text.push(0);
        }
        let tag = sign(&self.names, &text);
        hex(&tag.as_ref()[..16])
    }

    /// Seals `text` for its `place`.
    pub(super) fn seal(&self, place: Place<'_>, text: &str) -> Vec<u8> {
        let mut salt = [0; SALT];
        SystemRandom::new()
            .fill(&mut salt)
            .expect("the system has random numbers");
        let mut sealed = Vec::with_capacity(HEAD + SALT + text.len() + 16);
        sealed.push(FORM);
        sealed.extend_from_slice(&self.id);
        let associated = associated(&sealed, place);
        sealed.extend_from_slice(&salt);
        let mut body = text.as_bytes().to_vec();
        self.once(&salt)
            .seal_in_place_append_tag(zero_nonce(), Aad::from(&associated), &mut body)
            .expect("a record is short");
        sealed.extend_from_slice(&body);
        sealed
    }

    /// Opens what was sealed for this `place`.
    pub(super) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Secret, Unopened> {
        match sealed.first() {
            Some(&FORM) => {}
            Some(form) if *form > FORM => return Err(Unopened::NewerForm),
            _ => return Err(Unopened::Foreign),
        }
        if sealed.len() < HEAD + SALT + CHACHA20_POLY1305.tag_len() || sealed[1..HEAD] != self.id {
            return Err(Unopened::Foreign);
        }
        let (head, rest) = sealed.split_at(HEAD);
        let (salt, body) = rest.split_at(SALT);
        let mut body = Zeroizing::new(body.to_vec());
        let text = self
            .once(salt)
            .open_in_place(zero_nonce(), Aad::from(associated(head, place)), &mut body)
            .map_err(|_| Unopened::Foreign)?;
        let text = std::str::from_utf8(text).map_err(|_| Unopened::Foreign)?;
        Ok(Secret::concat(&[text]))
    }

    /// The key of one text.
    fn once(&self, salt: &[u8]) -> LessSafeKey {
        let key = derive(&self.bytes, salt, "alb-credential fleet 1 seal");
        let key = UnboundKey::new(&CHACHA20_POLY1305, &*key);
        LessSafeKey::new(key.expect("the key is as long as the algorithm's"))
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SealingKey({})", self.id())
    }
}

/// The key is used for one text alone, so its nonce need not differ.
fn zero_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

fn derive(key: &[u8; KEY], salt: &[u8], purpose: &str) -> Zeroizing<[u8; KEY]> {
    let mut derived = Zeroizing::new([0; KEY]);
    Salt::new(HKDF_SHA256, salt)
        .extract(key)
        .expand(&[purpose.as_bytes()], Bytes)
        .and_then(|output| output.fill(&mut *derived))
        .expect("it is as long as one block");
    derived
}

fn associated(head: &[u8], place: Place<'_>) -> Vec<u8> {
    let kind = match place.kind {
        SealedKind::Record => "record",
        SealedKind::Note => "note",
    };
    let version = place.version.to_string();
    let words = [place.namespace, place.name, kind, &version];
    let mut data = head.to_vec();
    for word in words {
        data.push(0);
        data.extend_from_slice(word.as_bytes());
    }
    data
}

fn from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let pairs = text.as_bytes().chunks_exact(2);
    let bytes = pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?));
    bytes.collect::<Option<Vec<u8>>>().map(Zeroizing::new)
}

#[cfg(test)]
mod tests;

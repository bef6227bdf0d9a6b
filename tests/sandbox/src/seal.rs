//! Authenticated encryption for what the ALB leaves with its clients: the `state` parameter and the session cookie.
//!
//! The ALB keeps nothing about a session on its side. Whatever comes back is therefore believed only when it opens under
//! the ALB's key; a changed byte makes it worthless.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::random;

/// One ALB's key.
#[derive(Debug)]
pub(crate) struct Seal {
    key: LessSafeKey,
}

impl Seal {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are a key of AES-256");
        Self {
            key: LessSafeKey::new(key),
        }
    }

    /// Closes `plain` for one `purpose`: padded standard base64, as in every captured state and cookie.
    pub(crate) fn close(&self, purpose: &str, plain: &[u8]) -> String {
        let nonce: [u8; NONCE_LEN] = random::bytes(NONCE_LEN)
            .try_into()
            .expect("as many bytes as asked for");
        let mut sealed = plain.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(purpose.as_bytes()),
                &mut sealed,
            )
            .expect("a plaintext of this size can be sealed");
        STANDARD.encode([&nonce[..], &sealed].concat())
    }

    /// Opens what `close` made for the same purpose; `None` for anything else.
    pub(crate) fn open(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        let mut bytes = STANDARD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(purpose.as_bytes()), sealed)
            .ok()?;
        Some(plain.to_vec())
    }
}

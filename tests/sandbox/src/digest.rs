//! SHA-256 as contents are named by it: 64 lower-case hexadecimal digits.

use ring::digest::{SHA256, digest};
use std::fmt::Write as _;

/// The name of some content.
pub(crate) fn sha256(content: &[u8]) -> String {
    let mut name = String::with_capacity(64);
    for byte in digest(&SHA256, content).as_ref() {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// Returns whether a text has the form of such a name.
pub(crate) fn is_sha256(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(digit)
}

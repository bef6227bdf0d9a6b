//! Random strings in the shapes that Okta and the ALB hand out.

use ring::rand::{SecureRandom, SystemRandom};

const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `length` random letters and digits after `prefix`.
pub(crate) fn word(prefix: &str, length: usize) -> String {
    let letters = bytes(length)
        .into_iter()
        .map(|byte| char::from(LETTERS_AND_DIGITS[usize::from(byte) % LETTERS_AND_DIGITS.len()]));
    prefix.chars().chain(letters).collect()
}

/// `length` random hexadecimal digits.
pub(crate) fn hexadecimal(length: usize) -> String {
    bytes(length)
        .into_iter()
        .map(|byte| char::from(b"0123456789abcdef"[usize::from(byte) % 16]))
        .collect()
}

/// `length` random digits.
pub(crate) fn digits(length: usize) -> String {
    let digits = bytes(length).into_iter();
    digits.map(|byte| char::from(b'0' + byte % 10)).collect()
}

/// `length` random bytes.
pub(crate) fn bytes(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    bytes
}

/// A seed of a time-based code, in base32.
#[must_use]
pub fn seed() -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letter = |byte: u8| char::from(letters[usize::from(byte) % letters.len()]);
    bytes(32).into_iter().map(letter).collect()
}

/// A password that nobody can guess.
#[must_use]
pub fn password() -> String {
    word("", 24)
}

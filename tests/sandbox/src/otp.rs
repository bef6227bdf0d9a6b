//! One-time codes: HOTP (RFC 4226), TOTP (RFC 6238), base32, and the letters of a YubiKey.

use ring::hmac;
use time::OffsetDateTime;

use crate::random;

/// The seconds of one step of a time-based code.
const STEP: i64 = 30;
/// The alphabet of a YubiKey, which every keyboard layout types alike.
const MODHEX: &[u8] = b"cbdefghijklnrtuv";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Decodes base32 in either case, with or without padding and spaces.
pub(crate) fn base32(text: &str) -> Option<Vec<u8>> {
    let letters = text.chars().filter(|letter| !" -=".contains(*letter));
    let (mut bytes, mut held, mut count) = (Vec::new(), 0_u32, 0_u32);
    for letter in letters {
        let letter = u8::try_from(letter.to_ascii_uppercase()).ok()?;
        let value = BASE32.iter().position(|known| *known == letter)?;
        held = (held << 5) | u32::try_from(value).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((held >> count) & 0xff).ok()?);
            held &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// The six digits of a counter, leading zeros kept.
pub(crate) fn hotp(seed: &[u8], counter: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes[bytes.len() - 1] & 0x0f);
    let four = [
        bytes[offset] & 0x7f,
        bytes[offset + 1],
        bytes[offset + 2],
        bytes[offset + 3],
    ];
    format!("{:06}", u32::from_be_bytes(four) % 1_000_000)
}

/// The step that a moment lies in.
pub(crate) fn step(at: OffsetDateTime) -> i64 {
    at.unix_timestamp().div_euclid(STEP)
}

/// The code of a step.
pub(crate) fn totp(seed: &[u8], step: i64) -> String {
    hotp(seed, u64::try_from(step).unwrap_or_default())
}

/// A fresh one-time password of a YubiKey: twelve letters that name the key, and 32 that nobody can guess.
pub(crate) fn yubikey() -> String {
    let letters = random::bytes(32)
        .into_iter()
        .map(|byte| char::from(MODHEX[usize::from(byte) % MODHEX.len()]));
    "ccccccbdefgh".chars().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standards() {
        let seed = b"12345678901234567890";
        assert_eq!(hotp(seed, 0), "755224");
        assert_eq!(hotp(seed, 9), "520489");
        assert_eq!(totp(seed, 59 / 30), "287082");
        assert_eq!(totp(seed, 1_111_111_109 / 30), "081804");
    }

    #[test]
    fn base32_is_read_as_people_write_it() {
        let seed = b"12345678901234567890".to_vec();
        let text = "gezd gnbv gy3t qojq GEZD GNBV GY3T QOJQ";
        assert_eq!(base32(text), Some(seed));
        assert_eq!(base32("0189"), None);
    }
}

//! Base64 (RFC 4648): as the protocol of a browser and keys of stores have it.

use zeroize::Zeroizing;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes `bytes` with padding (section 4).
#[cfg_attr(
    all(not(unix), not(test)),
    expect(dead_code, reason = "no browser is started there")
)]
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| usize::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            text.push(match at > three.len() {
                true => '=',
                false => char::from(ALPHABET[bits >> (18 - 6 * at) & 63]),
            });
        }
    }
    text
}

/// Decodes `text` of either alphabet (sections 4 and 5), padded or not; `None` if it is none.
pub(crate) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 4 * 3 + 3));
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn the_vectors_of_the_specification_are_encoded_and_decoded() {
        let table = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in table {
            assert_eq!(encode(bytes.as_bytes()), text);
            for text in [text, text.trim_end_matches('=')] {
                let decoded = decode(text).expect("it is base64");
                assert_eq!(*decoded, bytes.as_bytes(), "{text}");
            }
        }
        assert_eq!(encode(&[0xfb, 0xff]), "+/8=");
        for text in ["+/8=", "-_8"] {
            assert_eq!(*decode(text).expect("either alphabet"), [0xfb, 0xff]);
        }
        for text in ["a b", "Zm9v!", "ä"] {
            assert!(decode(text).is_none(), "{text}");
        }
    }
}

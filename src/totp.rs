//! One-time codes computed from a seed and the time (RFC 6238), as authenticator apps show them.
//!
//! A seed is base32 (RFC 4648) in either case, with or without blanks, hyphens and padding, or an `otpauth://totp/…` URI,
//! whose `algorithm`, `digits` and `period` are used. ring has the hashes; the rest of the RFC is fewer lines than a crate
//! for it would bring.

use ring::hmac;
use url::Url;

use crate::clock::Moment;
use crate::error::{Error, Result};
use crate::secret::Secret;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A seed, and the parameters of its codes.
pub(crate) struct Totp {
    key: Vec<u8>,
    algorithm: hmac::Algorithm,
    digits: u32,
    period: u64,
}

impl Totp {
    /// Parses the seed that the configuration calls `what`. No error quotes it.
    pub(crate) fn parse(text: &Secret, what: &str) -> Result<Self> {
        let text = text.expose().trim();
        let bad = |problem: &str| Error::usage(format!("{what} {problem}"));
        let Ok(uri) = Url::parse(text) else {
            return Ok(Self {
                key: key(text).ok_or_else(|| bad("is neither base32 nor an otpauth URI"))?,
                algorithm: hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                digits: 6,
                period: 30,
            });
        };
        if uri.scheme() != "otpauth" || uri.host_str() != Some("totp") {
            return Err(bad("is not an otpauth://totp/ URI"));
        }
        let parameter = |name: &str| {
            let mut pairs = uri.query_pairs();
            let found = pairs.find(|pair| pair.0 == name);
            found.map(|pair| pair.1.into_owned())
        };
        let number = |name: &str, usually: u64| match parameter(name) {
            None => Some(usually),
            Some(text) => text.parse().ok(),
        };
        let secret = parameter("secret").ok_or_else(|| bad("has no secret in its URI"))?;
        let algorithm = match parameter("algorithm").map(|name| name.to_ascii_uppercase()) {
            None => Some(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            Some(name) => match name.as_str() {
                "SHA1" => Some(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
                "SHA256" => Some(hmac::HMAC_SHA256),
                "SHA512" => Some(hmac::HMAC_SHA512),
                _ => None,
            },
        };
        let digits = number("digits", 6).filter(|digits| (6..=8).contains(digits));
        Ok(Self {
            key: key(&secret).ok_or_else(|| bad("has a secret that is not base32"))?,
            algorithm: algorithm.ok_or_else(|| bad("wants an unknown algorithm"))?,
            digits: digits
                .and_then(|digits| u32::try_from(digits).ok())
                .ok_or_else(|| bad("wants a number of digits that is not 6 to 8"))?,
            period: number("period", 30)
                .filter(|period| (5..=300).contains(period))
                .ok_or_else(|| bad("wants a period that is not 5 to 300 seconds"))?,
        })
    }

    /// The number of the time step at `at`.
    pub(crate) fn step(&self, at: Moment) -> u64 {
        u64::try_from(at.unix_timestamp()).unwrap_or(0) / self.period
    }

    /// When a time step begins.
    pub(crate) fn begins(&self, step: u64) -> Moment {
        let seconds = i64::try_from(step.saturating_mul(self.period)).unwrap_or(i64::MAX);
        Moment::from_unix_timestamp(seconds).unwrap_or(Moment::UNIX_EPOCH)
    }

    /// The code of a time step (RFC 4226 §5.3), with its leading zeros.
    pub(crate) fn code(&self, step: u64) -> Secret {
        let key = hmac::Key::new(self.algorithm, &self.key);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[tag.len() - 1] & 0xf);
        let four = &tag[offset..offset + 4];
        let number = u32::from_be_bytes([four[0] & 0x7f, four[1], four[2], four[3]]);
        let width = self.digits as usize;
        Secret::new(format!("{:0width$}", number % 10_u32.pow(self.digits)))
    }
}

/// Decodes base32; `None` if it is invalid or empty.
fn key(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut left) = (0_u32, 0);
    for letter in text
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'-' | b'='))
    {
        let letter = letter.to_ascii_uppercase();
        let value = BASE32.iter().position(|known| *known == letter)?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        left += 5;
        if left >= 8 {
            left -= 8;
            bytes.push(u8::try_from(bits >> left & 0xff).ok()?);
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    mod random;

    use super::Totp;
    use crate::clock::Moment;
    use crate::secret::Secret;

    fn totp(text: &str) -> Totp {
        Totp::parse(&Secret::new(text.into()), "the seed").expect("a seed")
    }

    /// RFC 6238, appendix B: eight digits for each algorithm, whose seeds have different lengths.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        const SHA1: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        const SHA256: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA====";
        const SHA512: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA=";
        let table = [
            (59, SHA1, "SHA1", "94287082"),
            (59, SHA256, "SHA256", "46119246"),
            (59, SHA512, "SHA512", "90693936"),
            (1_111_111_109, SHA1, "SHA1", "07081804"),
            (1_111_111_109, SHA256, "SHA256", "68084774"),
            (20_000_000_000, SHA512, "SHA512", "47863826"),
        ];
        for (seconds, seed, algorithm, code) in table {
            let totp = totp(&format!(
                "otpauth://totp/Okta:ada?secret={seed}&algorithm={algorithm}&digits=8&issuer=Okta"
            ));
            let at = Moment::from_unix_timestamp(seconds).expect("a time");
            assert_eq!(
                totp.code(totp.step(at)).expose(),
                code,
                "{seconds} {algorithm}"
            );
        }
    }

    #[test]
    fn a_seed_is_read_as_pages_show_it() {
        let plain = totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").code(1);
        assert_eq!(plain.expose(), "287082");
        for text in [
            "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
            "GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ======\n",
            "otpauth://totp/x?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
        ] {
            assert_eq!(totp(text).code(1), plain, "{text}");
        }
    }

    #[test]
    fn a_time_step_begins_where_it_says() {
        let totp = totp("otpauth://totp/x?secret=GEZDGNBV&period=60");
        let at = Moment::from_unix_timestamp(600).expect("a time");
        assert_eq!(totp.step(at), 10);
        assert_eq!(totp.begins(10), at);
    }

    #[test]
    fn an_invalid_seed_is_refused_and_not_quoted() {
        for text in [
            "",
            "1890",
            "hunter2!",
            "https://corp.example/?secret=GEZDGNBV",
            "otpauth://hotp/x?secret=GEZDGNBV&counter=1",
            "otpauth://totp/x",
            "otpauth://totp/x?secret=!!",
            "otpauth://totp/x?secret=GEZDGNBV&algorithm=MD5",
            "otpauth://totp/x?secret=GEZDGNBV&digits=10",
            "otpauth://totp/x?secret=GEZDGNBV&period=0",
        ] {
            let Err(error) = Totp::parse(&Secret::new(text.into()), "the seed") else {
                panic!("{text} is no seed")
            };
            assert_eq!(error.kind, crate::error::Kind::Usage);
            assert!(text.is_empty() || !error.to_text().contains(text));
        }
    }
}

//! `Authorization` headers as they come in: their scheme, and what Basic hides (RFC 7617).

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::wire::Request;

/// The schemes that are told by their names. What else stands in front may be a secret.
const SCHEMES: [&str; 5] = ["Basic", "Bearer", "Digest", "Negotiate", "NTLM"];

/// A name and a password, as a server wants them in a Basic `Authorization`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basic {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl Basic {
    /// These credentials.
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.to_owned(),
            password: password.to_owned(),
        }
    }

    /// Returns whether a request brings these credentials, once.
    pub(crate) fn admits(&self, request: &Request) -> bool {
        let mut headers = request.all("authorization");
        let (Some(value), None) = (headers.next(), headers.next()) else {
            return false;
        };
        let sent = split(value).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
        let plain = sent.and_then(|(_, coded)| decoded(coded));
        plain.is_some_and(|plain| plain == format!("{}:{}", self.user, self.password))
    }
}

/// The scheme of a request's `Authorization`, by its name where it is a known one.
pub(crate) fn scheme(request: &Request) -> Option<String> {
    let value = request.header("authorization")?;
    let named = split(value).and_then(|(scheme, _)| {
        let mut known = SCHEMES.iter();
        known.find(|known| known.eq_ignore_ascii_case(scheme))
    });
    Some((*named.unwrap_or(&"another")).to_owned())
}

/// Returns what the coded part of an `Authorization` says, whatever its scheme: a session cookie is no better for being
/// called a bearer's token.
pub(crate) fn hidden(value: &str) -> Option<String> {
    decoded(split(value)?.1)
}

fn split(value: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    Some((scheme, rest.trim()))
}

/// Base64 as any sender may write it, with or without padding.
fn decoded(coded: &str) -> Option<String> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabets = [&STANDARD, &URL_SAFE].into_iter();
    let mut engines = alphabets.map(|alphabet| GeneralPurpose::new(alphabet, config));
    let bytes = engines.find_map(|engine| engine.decode(coded).ok())?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

//! Query strings, read and written byte for byte.

/// The parameters of one query, in order, as they were written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    raw: String,
}

impl Query {
    pub(crate) fn new(raw: &str) -> Self {
        Self {
            raw: raw.to_owned(),
        }
    }

    /// The `key=value` segments, undecoded.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.raw.split('&').filter(|segment| !segment.is_empty())
    }

    /// The first value of a parameter, decoded as a form value: `+` is a space.
    pub(crate) fn get(&self, key: &str) -> Option<String> {
        self.all(key).next()
    }

    pub(crate) fn count(&self, key: &str) -> usize {
        self.all(key).count()
    }

    /// A parameter that is given more than once.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.segments().map(key_of).find(|key| self.count(key) > 1)
    }

    fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = String> + 'a {
        self.segments()
            .filter(move |segment| key_of(segment) == key)
            .map(|segment| decode_form(segment.split_once('=').map_or("", |(_, value)| value)))
    }
}

/// The name of one undecoded segment.
pub(crate) fn key_of(segment: &str) -> &str {
    segment.split_once('=').map_or(segment, |(key, _)| key)
}

/// Percent-encodes all but the unreserved characters, with upper-case digits: the form seen in the ALB's own URLs.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(b"0123456789ABCDEF"[usize::from(byte >> 4)]));
            encoded.push(char::from(b"0123456789ABCDEF"[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// As `encode`, with `+` for a space: the form of Okta's error descriptions.
pub(crate) fn encode_form(text: &str) -> String {
    encode(text).replace("%20", "+")
}

/// Undoes percent-encoding and leaves `+` alone.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], escaped(bytes, at)) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Undoes form encoding, where `+` is a space.
pub(crate) fn decode_form(text: &str) -> String {
    decode(&text.replace('+', " "))
}

fn escaped(bytes: &[u8], at: usize) -> Option<u8> {
    let digits = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    plain.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

//! The records of git's credential protocol: `key=value` lines up to a blank line or the end.
//! Specification: git-credential(1), "INPUT/OUTPUT FORMAT".
//!
//! A record is bytes, and only LF ends a line. An attacker can make a parser see a host that git never sent if the
//! parser also splits lines at CR (CVE-2024-52006, CVE-2024-50338), splits long lines, or decodes a line end from a URL
//! (CVE-2020-5260). Such requests are refused as a whole.

#[cfg(test)]
mod tests;

use crate::credential::{Authorization, Credential, Pattern};
use crate::secret::Secret;

/// The longest line, line end included, that the protocol allows.
const LONGEST_LINE: usize = 65535;

/// All attributes in their order. A list (`key[]`) has one row per value.
#[derive(Default)]
pub(super) struct Record(pub(super) Vec<(Vec<u8>, Vec<u8>)>);

/// Why a request is not a record. Contains no byte of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordError {
    LongLine,
    ControlByte,
    NoEquals,
    Url,
}

impl std::fmt::Display for RecordError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::LongLine => "a line of it is longer than 65535 bytes",
            Self::ControlByte => "it has a carriage return or a NUL within a line",
            Self::NoEquals => "a line of it is not key=value",
            Self::Url => "its url is not a URL",
        })
    }
}

impl Record {
    /// Parses the first record of `input`.
    pub(super) fn parse(input: &[u8]) -> Result<Self, RecordError> {
        let mut record = Self::default();
        for line in input.split_inclusive(|&byte| byte == b'\n') {
            if line.len() > LONGEST_LINE {
                return Err(RecordError::LongLine);
            }
            let line = without_end(line);
            if line.is_empty() {
                break;
            }
            if line.iter().any(|byte| matches!(byte, b'\r' | 0)) {
                return Err(RecordError::ControlByte);
            }
            let (key, value) = split_at(line, b'=').ok_or(RecordError::NoEquals)?;
            record.add(key, value)?;
        }
        Ok(record)
    }

    /// Returns the value of the attribute `key`; the last one if it came twice.
    pub(super) fn value(&self, key: &str) -> Option<&[u8]> {
        let row = self.0.iter().find(|row| row.0 == key.as_bytes());
        row.map(|row| row.1.as_slice())
    }

    /// Returns which credential is meant. Bytes that are not UTF-8 become a text that no stored credential has.
    pub(super) fn pattern(&self) -> Pattern {
        let secret = self
            .secret("password")
            .or_else(|| self.secret("credential"));
        Pattern {
            path: self.text("path"),
            username: self.text("username"),
            secret,
            takes_authorization: self.has_capability(b"authtype"),
        }
    }

    /// Returns the credential to store. `None` if it is incomplete, if its helper calls it ephemeral, or if an
    /// attribute is not UTF-8 and so could not be returned unchanged.
    pub(super) fn credential(&self) -> Option<Credential> {
        let is_text = |row: &(Vec<u8>, Vec<u8>)| std::str::from_utf8(&row.1).is_ok();
        let is_ephemeral = self.value("ephemeral").is_some_and(is_true);
        let authorization = self.text("authtype").zip(self.secret("credential"));
        let credential = Credential {
            path: self.text("path").unwrap_or_default(),
            username: self.text("username"),
            password: self.secret("password"),
            authorization: authorization.map(|(scheme, credentials)| Authorization {
                scheme,
                credentials,
            }),
            expires_at: self.expiry(),
            refresh_token: self.secret("oauth_refresh_token"),
            ..Credential::default()
        };
        let is_storable = !is_ephemeral && credential.is_complete();
        (is_storable && self.0.iter().all(is_text)).then_some(credential)
    }

    /// Returns `password_expiry_utc`. To git, an absent value, 0 and text that is not a number mean "never"
    /// (`credential_read`).
    fn expiry(&self) -> Option<i64> {
        let text = self.text("password_expiry_utc")?;
        text.parse().ok().filter(|&seconds| seconds != 0)
    }

    fn has_capability(&self, name: &[u8]) -> bool {
        let mut rows = self.0.iter();
        rows.any(|row| row.0 == b"capability[]" && row.1.as_slice() == name)
    }

    fn text(&self, key: &str) -> Option<String> {
        Some(String::from_utf8_lossy(self.value(key)?).into_owned())
    }

    fn secret(&self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret::new)
    }

    /// Adds one attribute. An empty value of a list clears the list, and `url` clears everything before it.
    fn add(&mut self, key: &[u8], value: &[u8]) -> Result<(), RecordError> {
        if key == b"url" {
            *self = Self::of_url(value)?;
        } else if !key.ends_with(b"[]") {
            self.set(key, value.to_vec());
        } else if value.is_empty() {
            self.0.retain(|row| row.0 != key);
        } else {
            self.0.push((key.into(), value.to_vec()));
        }
        Ok(())
    }

    fn set(&mut self, key: &[u8], value: Vec<u8>) {
        self.0.retain(|row| row.0 != key);
        self.0.push((key.into(), value));
    }

    /// Makes a record from the parts of a URL, as git does (`credential_from_url`).
    fn of_url(url: &[u8]) -> Result<Self, RecordError> {
        let scheme = url.windows(3).position(|three| three == b"://");
        let scheme = scheme.filter(|&end| end > 0).ok_or(RecordError::Url)?;
        let rest = &url[scheme + 3..];
        let end = rest.iter().position(|byte| b"/?#".contains(byte));
        let (authority, path) = rest.split_at(end.unwrap_or(rest.len()));
        let (user, host) = match split_at(authority, b'@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let mut record = Self::default();
        record.set(b"protocol", url[..scheme].to_vec());
        record.set(b"host", decoded(host)?);
        if let Some(user) = user {
            let (name, password) = split_at(user, b':').unzip();
            record.set(b"username", decoded(name.unwrap_or(user))?);
            if let Some(password) = password {
                record.set(b"password", decoded(password)?);
            }
        }
        let path = without_slashes(path);
        if !path.is_empty() {
            record.set(b"path", decoded(path)?);
        }
        Ok(record)
    }
}

/// Returns the length of the first record of `input` with its blank line, if that has come.
pub(super) fn length(input: &[u8]) -> Option<usize> {
    let mut length = 0;
    let mut lines = input.split_inclusive(|&byte| byte == b'\n');
    let is_blank = |line: &[u8]| line.ends_with(b"\n") && without_end(line).is_empty();
    lines
        .any(|line| {
            length += line.len();
            is_blank(line)
        })
        .then_some(length)
}

/// Renders `credential` as a record, with its whole `Authorization` if the caller takes one. `None` if a value has a
/// line end, which is possible if docker stored it: git would read the rest as another attribute.
pub(super) fn to_text(credential: &Credential, takes_authorization: bool) -> Option<Secret> {
    let expiry = credential.expires_at.map(|end| end.to_string());
    let authorization = credential
        .authorization
        .as_ref()
        .filter(|_| takes_authorization);
    let rows = [
        (authorization.map(|_| "authtype"), "capability[]"),
        (authorization.map(|own| own.scheme.as_str()), "authtype"),
        (
            authorization.map(|own| own.credentials.expose()),
            "credential",
        ),
        (credential.username.as_deref(), "username"),
        (credential.password.as_ref().map(Secret::expose), "password"),
        (expiry.as_deref(), "password_expiry_utc"),
        (
            credential.refresh_token.as_ref().map(Secret::expose),
            "oauth_refresh_token",
        ),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(value, key)| Some((key, value?)));
    let rows: Vec<_> = rows.collect();
    if rows
        .iter()
        .any(|(_, value)| value.contains(['\n', '\r', '\0']))
    {
        return None;
    }
    let pieces: Vec<&str> = rows
        .into_iter()
        .flat_map(|(key, value)| [key, "=", value, "\n"])
        .collect();
    Some(Secret::concat(&pieces))
}

/// Reports whether git reads `value` as true (`git_parse_maybe_bool`).
fn is_true(value: &[u8]) -> bool {
    let words: [&[u8]; 4] = [b"1", b"true", b"yes", b"on"];
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Removes the LF at the end of `line`, and one CR before it.
fn without_end(line: &[u8]) -> &[u8] {
    match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    }
}

fn without_slashes(mut path: &[u8]) -> &[u8] {
    while let Some(rest) = path.strip_prefix(b"/") {
        path = rest;
    }
    while let Some(rest) = path.strip_suffix(b"/") {
        path = rest;
    }
    path
}

/// Splits `text` at the first `byte`.
fn split_at(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let index = text.iter().position(|&other| other == byte)?;
    Some((&text[..index], &text[index + 1..]))
}

/// Decodes percent escapes. Fails if one of them is a line end or a NUL.
fn decoded(text: &[u8]) -> Result<Vec<u8>, RecordError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let escape = (first == b'%').then(|| after.split_at_checked(2)).flatten();
        let byte = escape.and_then(|(digits, _)| hexadecimal(digits));
        bytes.push(byte.unwrap_or(first));
        rest = match (byte, escape) {
            (Some(_), Some((_, after))) => after,
            _ => after,
        };
    }
    if bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(RecordError::Url);
    }
    Ok(bytes)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0, |value: u8, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(value << 4 | u8::try_from(digit).ok()?)
    })
}

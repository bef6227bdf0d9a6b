//! The records of git's credential protocol: `key=value` lines up to a blank line or the end.
//! Specification: git-credential(1), "INPUT/OUTPUT FORMAT".
//!
//! Everything is bytes, and a line ends at LF alone: a reader that also breaks at CR can be made to see a host that
//! git never sent (CVE-2024-52006, CVE-2024-50338), as can one that splits over-long lines
//! or decodes a line end out of a URL (CVE-2020-5260). So those requests are refused whole.

use zeroize::Zeroizing;

/// The longest line, line end included, that the protocol allows.
const LONGEST_LINE: usize = 65535;

/// Bytes that may be a secret.
type Bytes = Zeroizing<Vec<u8>>;

/// All attributes in the order they came. A list (`key[]`) has one row for each of its values.
#[derive(Default)]
pub(super) struct Record(pub(super) Vec<(Vec<u8>, Bytes)>);

/// Why a request is no record. Holds no byte of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    LongLine,
    ControlByte,
    NoEquals,
    Url,
}

impl std::fmt::Display for Fault {
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
    /// Reads the first record of `input`.
    pub(super) fn parse(input: &[u8]) -> Result<Self, Fault> {
        let mut record = Self::default();
        for line in input.split_inclusive(|&byte| byte == b'\n') {
            if line.len() > LONGEST_LINE {
                return Err(Fault::LongLine);
            }
            let line = without_end(line);
            if line.is_empty() {
                break;
            }
            if line.iter().any(|byte| matches!(byte, b'\r' | 0)) {
                return Err(Fault::ControlByte);
            }
            let (key, value) = split_at(line, b'=').ok_or(Fault::NoEquals)?;
            record.take(key, value)?;
        }
        Ok(record)
    }

    /// The value of the attribute `key`, the last one where it came twice.
    pub(super) fn value(&self, key: &str) -> Option<&[u8]> {
        let row = self.0.iter().find(|row| row.0 == key.as_bytes());
        row.map(|row| row.1.as_slice())
    }

    /// Takes one attribute in. An empty value of a list clears the list, and `url` clears all that came before it.
    fn take(&mut self, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        if key == b"url" {
            *self = Self::of_url(value)?;
        } else if !key.ends_with(b"[]") {
            self.put(key, value.to_vec().into());
        } else if value.is_empty() {
            self.0.retain(|row| row.0 != key);
        } else {
            self.0.push((key.into(), value.to_vec().into()));
        }
        Ok(())
    }

    fn put(&mut self, key: &[u8], value: Bytes) {
        self.0.retain(|row| row.0 != key);
        self.0.push((key.into(), value));
    }

    /// The record that a URL stands for, taken apart as git does it (`credential_from_url`).
    fn of_url(url: &[u8]) -> Result<Self, Fault> {
        let scheme = url.windows(3).position(|three| three == b"://");
        let scheme = scheme.filter(|&end| end > 0).ok_or(Fault::Url)?;
        let rest = &url[scheme + 3..];
        let end = rest.iter().position(|byte| b"/?#".contains(byte));
        let (authority, path) = rest.split_at(end.unwrap_or(rest.len()));
        let (user, host) = match split_at(authority, b'@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let mut record = Self::default();
        record.put(b"protocol", url[..scheme].to_vec().into());
        record.put(b"host", decoded(host)?);
        if let Some(user) = user {
            let (name, password) = split_at(user, b':').unzip();
            record.put(b"username", decoded(name.unwrap_or(user))?);
            if let Some(password) = password {
                record.put(b"password", decoded(password)?);
            }
        }
        let path = without_slashes(path);
        if !path.is_empty() {
            record.put(b"path", decoded(path)?);
        }
        Ok(record)
    }
}

/// `line` without its LF, and without one CR before that.
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

/// What stands before and after the first `byte`.
fn split_at(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let place = text.iter().position(|&other| other == byte)?;
    Some((&text[..place], &text[place + 1..]))
}

/// `text` with its percent escapes taken out; a fault where one of them was a line end or a NUL.
fn decoded(text: &[u8]) -> Result<Bytes, Fault> {
    let mut bytes = Bytes::new(Vec::with_capacity(text.len()));
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
        return Err(Fault::Url);
    }
    Ok(bytes)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0, |value: u8, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(value << 4 | u8::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::{Fault, Record};

    /// The attributes of `input` as text, or its fault.
    fn read(input: &[u8]) -> Result<String, Fault> {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let rows = Record::parse(input)?.0;
        let rows = rows
            .iter()
            .map(|(key, value)| format!("{}={};", lossy(key), lossy(value)));
        Ok(rows.collect())
    }

    #[test]
    fn attributes_are_read_up_to_a_blank_line() {
        for (input, attributes) in [
            (&b""[..], ""),
            (b"\n", ""),
            (
                b"protocol=https\nhost=a=b\n\nhost=evil\n",
                "protocol=https;host=a=b;",
            ),
            (
                b"protocol=https\r\nhost=a\r\n\r\nhost=evil",
                "protocol=https;host=a;",
            ),
            (b"username=\npassword=x", "username=;password=x;"),
            (b"host=a\nhost=b\n", "host=b;"),
            (b"a[]=1\na[]=2\nb[]=3\n", "a[]=1;a[]=2;b[]=3;"),
            (b"a[]=1\nb[]=2\na[]=\na[]=3\n", "b[]=2;a[]=3;"),
            (
                b"wwwauth[]=Basic realm=\"\xff\"\n",
                "wwwauth[]=Basic realm=\"\u{fffd}\";",
            ),
        ] {
            assert_eq!(read(input).as_deref(), Ok(attributes), "{input:?}");
        }
    }

    #[test]
    fn a_url_clears_the_record_and_fills_it() {
        for (input, attributes) in [
            (
                "username=x\na[]=1\nurl=https://ada%40corp:p%3aw@a.example:8443//b%20c/\npath=d",
                "protocol=https;host=a.example:8443;username=ada@corp;password=p:w;path=d;",
            ),
            ("url=https://a.example", "protocol=https;host=a.example;"),
            (
                "url=https://a.example?b",
                "protocol=https;host=a.example;path=?b;",
            ),
            (
                "url=https://@a.example/",
                "protocol=https;host=a.example;username=;",
            ),
            (
                "url=https://a.example/100%/%zz/%4",
                "protocol=https;host=a.example;path=100%/%zz/%4;",
            ),
            (
                "url=https://a/b@c:d/e",
                "protocol=https;host=a;path=b@c:d/e;",
            ),
        ] {
            assert_eq!(read(input.as_bytes()).as_deref(), Ok(attributes), "{input}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (input, fault) in [
            (&b"host=a\rhost=b\n"[..], Fault::ControlByte),
            (b"host=a\r\r\n", Fault::ControlByte),
            (b"host=a\r", Fault::ControlByte),
            (b"host=a\0b\n", Fault::ControlByte),
            (b"host\n", Fault::NoEquals),
            (b"url=a.example\n", Fault::Url),
            (b"url=://a.example\n", Fault::Url),
            (b"url=https://a%0ahost=b\n", Fault::Url),
            (b"url=https://a/b%00\n", Fault::Url),
            (b"url=https://a%0D/\n", Fault::Url),
        ] {
            assert_eq!(read(input), Err(fault), "{input:?}");
        }
    }

    #[test]
    fn a_line_has_65535_bytes_at_most() {
        let line = |length: usize| format!("a={}\n", "x".repeat(length - 3));
        assert!(read(line(65535).as_bytes()).is_ok());
        assert_eq!(read(line(65536).as_bytes()), Err(Fault::LongLine));
    }
}

//! Cookies as they stand in headers: reading `Set-Cookie`, checking the grammar, keeping a jar.
//!
//! RFC 6265: §4.1.1 is the grammar that names and values obey before they are kept, sent or printed; §5.2 parses a
//! `Set-Cookie` line, §5.1.1 its date. Values are never decoded, quoted or stripped of padding: the ALB accepts only the bytes that it sent
//! (AWS: URL-encoded cookie values are not supported).

mod date;

use time::Duration;

use crate::clock::Moment;
use crate::secret::Secret;

pub(crate) use date::parse_date;

/// The cookie with Okta's device token: random, kept for each org and account.
pub(crate) const DEVICE: &str = "DT";

/// One `Set-Cookie` line: name, value and life. Domain, path and flags are dropped, because a [`Jar`] belongs to one
/// origin and is sent nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SetCookie {
    pub(crate) name: String,
    pub(crate) value: Secret,
    /// `Max-Age`, which wins over `Expires` (RFC 6265 §5.3).
    max_age: Option<Duration>,
    expires: Option<Moment>,
}

/// Why a `Set-Cookie` line was refused. Holds no byte of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadCookie {
    /// The name is empty, or has a byte that a token cannot have.
    Name,
    /// The value has a control byte, a blank, a quote, a comma, a semicolon, a backslash or a byte over 126.
    Value,
}

impl std::fmt::Display for BadCookie {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Name => "a cookie whose name is not a token",
            Self::Value => "a cookie whose value has bytes that no cookie may have",
        })
    }
}

impl SetCookie {
    /// Reads one header value.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, BadCookie> {
        let mut parts = line.split(|&byte| byte == b';');
        let pair = parts.next().unwrap_or_default();
        let equals = pair
            .iter()
            .position(|&byte| byte == b'=')
            .ok_or(BadCookie::Name)?;
        let name = std::str::from_utf8(pair[..equals].trim_ascii()).map_err(|_| BadCookie::Name)?;
        let value =
            std::str::from_utf8(pair[equals + 1..].trim_ascii()).map_err(|_| BadCookie::Value)?;
        if !is_name(name) {
            return Err(BadCookie::Name);
        }
        // Okta clears its session with `sid=""`.
        let value = if value == "\"\"" { "" } else { value };
        if !is_value(value) {
            return Err(BadCookie::Value);
        }
        let mut cookie = Self {
            name: name.into(),
            value: Secret::new(value.into()),
            max_age: None,
            expires: None,
        };
        for attribute in parts.filter_map(|part| std::str::from_utf8(part).ok()) {
            cookie.read_attribute(attribute);
        }
        Ok(cookie)
    }

    fn read_attribute(&mut self, attribute: &str) {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let (key, value) = (key.trim(), value.trim());
        if key.eq_ignore_ascii_case("max-age") {
            self.max_age = value.parse().ok().map(Duration::seconds).or(self.max_age);
        } else if key.eq_ignore_ascii_case("expires") {
            self.expires = parse_date(value).or(self.expires);
        }
    }

    /// Returns how long the cookie lives, by the server's clock (`date`: its `Date` header, or `now` without one).
    /// `None`: a session cookie, which lives as long as the browser runs.
    pub(crate) fn life(&self, date: Moment) -> Option<Duration> {
        self.max_age.or_else(|| self.expires.map(|end| end - date))
    }

    /// Returns whether the line deletes the cookie: an empty value, or an end in the past.
    pub(crate) fn clears(&self, date: Moment) -> bool {
        self.value.expose().is_empty() || self.life(date).is_some_and(|life| !life.is_positive())
    }
}

/// The name in a `Set-Cookie` line, whatever its grammar.
pub(crate) fn name_of(line: &[u8]) -> Option<&str> {
    let end = line.iter().position(|byte| b"=;".contains(byte));
    std::str::from_utf8(line[..end.unwrap_or(line.len())].trim_ascii()).ok()
}

/// The cookies of one origin, in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Jar(Vec<(String, Secret)>);

impl Jar {
    /// Sets the cookie `name` to `value`.
    pub(crate) fn put(&mut self, name: &str, value: Secret) {
        match self.0.iter_mut().find(|cookie| cookie.0 == name) {
            Some(cookie) => cookie.1 = value,
            None => self.0.push((name.into(), value)),
        }
    }

    /// Puts all cookies of `other` into this jar.
    pub(crate) fn extend(&mut self, other: &Self) {
        for (name, value) in other.iter() {
            self.put(name, value.clone());
        }
    }

    /// Removes every cookie but the one called `name`.
    pub(crate) fn keep_only(&mut self, name: &str) {
        self.0.retain(|cookie| cookie.0 == name);
    }

    /// Applies the `Set-Cookie` lines of one response.
    pub(crate) fn follow(&mut self, cookies: &[SetCookie], date: Moment) {
        for cookie in cookies {
            self.0.retain(|kept| kept.0 != cookie.name);
            if !cookie.clears(date) {
                self.0.push((cookie.name.clone(), cookie.value.clone()));
            }
        }
    }

    /// Removes the cookie called `name`, and gives its value.
    pub(crate) fn take(&mut self, name: &str) -> Option<Secret> {
        let place = self.0.iter().position(|cookie| cookie.0 == name)?;
        Some(self.0.remove(place).1)
    }

    /// The value of the `Cookie` header for all of them; `None` when there is none.
    pub(crate) fn header(&self) -> Option<Secret> {
        (!self.0.is_empty())
            .then(|| header(self.0.iter().map(|(name, value)| (name.as_str(), value))))
    }

    /// The cookies, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Returns whether there is no cookie at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A `Cookie` header's value: `name=value; name=value`, in the order given.
pub(crate) fn header<'a>(cookies: impl Iterator<Item = (&'a str, &'a Secret)>) -> Secret {
    let mut pieces = Vec::new();
    for (name, value) in cookies {
        pieces.extend([
            if pieces.is_empty() { "" } else { "; " },
            name,
            "=",
            value.expose(),
        ]);
    }
    Secret::concat(&pieces)
}

/// Returns the value of the `Cookie` header, which a person may have copied with the header's name.
pub(crate) fn without_header_name(line: &str) -> &str {
    const NAME: &str = "cookie:";
    let line = line.trim();
    let has_name = line
        .get(..NAME.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(NAME));
    let value = if has_name { &line[NAME.len()..] } else { line };
    value.trim()
}

/// Returns whether `name` is a token (RFC 7230 §3.2.6), as a cookie's name has to be.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Returns whether every byte of `value` is a cookie-octet (RFC 6265 §4.1.1); an empty value passes. It does not stop
/// at a bad byte, so that the compiler can check many at once.
pub(crate) fn is_value(value: &str) -> bool {
    let is_octet = |byte| byte > b' ' && byte < 0x7f && !matches!(byte, b'"' | b',' | b';' | b'\\');
    value.bytes().fold(true, |good, byte| good & is_octet(byte))
}

#[cfg(test)]
mod tests;

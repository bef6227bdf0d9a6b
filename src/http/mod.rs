//! HTTP as the flow sees it: a request, a response, and the one real client.

mod broken;
mod certificates;
mod client;
mod names;
mod rate_limit;
mod runtime;
mod tls;
mod tracer;

use std::borrow::Cow;
use std::time::Duration;

use url::Url;

use crate::clock::Moment;
use crate::cookie::{self, SetCookie};
use crate::error::{Error, Result};
use crate::secret::Secret;

#[cfg(feature = "redis")]
pub(crate) use certificates::read_pem;
pub(crate) use client::Client;
#[cfg(feature = "redis")]
pub(crate) use names::addresses_of;
#[cfg(feature = "redis")]
pub(crate) use tls::reason as certificate_reason;
pub(crate) use tracer::Tracer;

/// One request. It has no `Debug`, because tokens travel in URLs.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) verb: Verb,
    pub(crate) url: Url,
    /// The value of the `Cookie` header, where one is sent.
    pub(crate) cookie: Option<Secret>,
    /// The body, which is always JSON.
    pub(crate) body: Option<Secret>,
    /// The media type of the body, and of the answer that is wanted to it.
    pub(crate) media_type: Cow<'static, str>,
    /// The longest that the exchange may take, where that is less than usual.
    pub(crate) limit: Option<Duration>,
    /// Set if the page in the answer is of use. An application's own pages are not, and they may be
    /// large, or never end.
    pub(crate) wants_page: bool,
}

/// The request methods that the flow uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

impl Request {
    /// A GET, as a browser's navigation would do it.
    pub(crate) fn get(url: Url, cookie: Option<Secret>) -> Self {
        Self {
            verb: Verb::Get,
            url,
            cookie,
            body: None,
            media_type: Cow::Borrowed("application/json"),
            limit: None,
            wants_page: true,
        }
    }

    /// A GET of which only the status and the headers matter.
    pub(crate) fn glance(url: Url, cookie: Option<Secret>) -> Self {
        Self {
            wants_page: false,
            ..Self::get(url, cookie)
        }
    }

    /// A POST of JSON.
    pub(crate) fn post(url: Url, cookie: Option<Secret>, body: Secret) -> Self {
        Self {
            verb: Verb::Post,
            body: Some(body),
            ..Self::get(url, cookie)
        }
    }

    /// The same with a body of another type of JSON.
    pub(crate) fn of_type(self, media_type: &str) -> Self {
        Self {
            media_type: Cow::Owned(media_type.to_owned()),
            ..self
        }
    }

    /// The same, given up after `limit`.
    pub(crate) fn within(self, limit: Duration) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    /// A DELETE.
    pub(crate) fn delete(url: Url, cookie: Option<Secret>) -> Self {
        Self {
            verb: Verb::Delete,
            ..Self::get(url, cookie)
        }
    }
}

/// An exchange without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) error: Error,
    /// Whether the request may have reached the server. `false` only where no connection was made.
    pub(crate) may_have_arrived: bool,
}

impl Broken {
    /// An exchange that broke before its request was sent.
    fn before(error: Error) -> Self {
        Self {
            error,
            may_have_arrived: false,
        }
    }

    /// An exchange that broke after its request was sent.
    fn after(error: Error) -> Self {
        Self {
            error,
            may_have_arrived: true,
        }
    }
}

/// One response, and what was asked. It has no `Debug` either.
#[derive(Clone)]
pub(crate) struct Response {
    /// The URL that was asked, against which a relative `Location` is resolved.
    pub(crate) url: Url,
    pub(crate) status: u16,
    /// Names in lower case, in the order received.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    /// When it was asked for, by the local clock: what it gives is at least as old as that.
    pub(crate) asked_at: Moment,
    /// When it arrived, by the local clock.
    pub(crate) at: Moment,
}

impl Response {
    /// The first header called `name`, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|header| header.0 == name)?;
        std::str::from_utf8(&header.1).ok()
    }

    /// Returns whether the body is a page of HTML.
    pub(crate) fn is_html(&self) -> bool {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf".as_slice());
        let body = body.unwrap_or(&self.body).trim_ascii_start();
        let kind = self.header("content-type").unwrap_or("text/html");
        body.starts_with(b"<") && kind.to_ascii_lowercase().contains("html")
    }

    /// The compression of the body, if it has one although every request declines that.
    pub(crate) fn compression(&self) -> Option<&str> {
        let named = self.header("content-encoding").map(str::trim);
        let named = named.filter(|name| !name.eq_ignore_ascii_case("identity"));
        named.or(self.body.starts_with(b"\x1f\x8b").then_some("gzip"))
    }

    /// The time by the server's own clock; by ours where it does not say.
    pub(crate) fn date(&self) -> Moment {
        self.header("date")
            .and_then(cookie::parse_date)
            .unwrap_or(self.at)
    }

    /// As [`Response::sound_cookies`]; an error if a cookie that is `needed`, by its name, breaks the grammar.
    pub(crate) fn cookies(&self, needed: impl Fn(&str) -> bool) -> Result<Vec<SetCookie>> {
        let is_needed = |line: &[u8]| cookie::name_of(line).is_some_and(&needed);
        let fault = self.cookie_lines().find_map(|line| {
            let fault = SetCookie::parse(line).err()?;
            is_needed(line).then_some(fault)
        });
        match fault {
            Some(fault) => Err(Error::network(format!("{} sets {fault}", self.host()))),
            None => Ok(self.sound_cookies()),
        }
    }

    /// The cookies that it sets, less those that break the grammar and could not be sent back anyway.
    pub(crate) fn sound_cookies(&self) -> Vec<SetCookie> {
        let lines = self.cookie_lines();
        lines
            .filter_map(|line| SetCookie::parse(line).ok())
            .collect()
    }

    fn cookie_lines(&self) -> impl Iterator<Item = &[u8]> {
        let headers = self.headers.iter();
        headers.filter_map(|(name, value)| (name == "set-cookie").then_some(value.as_slice()))
    }

    /// Where it redirects to, if it does.
    pub(crate) fn location(&self) -> Option<Url> {
        is_redirect(self.status).then(|| self.url.join(self.header("location")?).ok())?
    }

    /// The host that answered, with its port.
    pub(crate) fn host(&self) -> String {
        host(&self.url)
    }
}

/// The host of `url`, with its port where that is not the scheme's own.
pub(crate) fn host(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}"));
    let host = url.host_str().unwrap_or_default();
    format!("{host}{}", port.unwrap_or_default())
}

/// Returns whether a status with a `Location` sends elsewhere.
fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

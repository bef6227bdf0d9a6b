//! The place of an app or an org: an exact origin and a path prefix. A pure value.

use url::Url;

use crate::error::Untrusted;

/// The path on an app's own host at which every ALB takes the callback of a sign-in.
pub(crate) const CALLBACK: &str = "/oauth2/idpresponse";

/// An origin (scheme, host, port) and a path prefix in whole segments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Site {
    origin: Url,
    /// Empty, or `/` and segments without a final slash.
    prefix: String,
}

impl Site {
    /// Reads the URL of an app or an org. The error says what is wrong with it, without its secrets.
    pub(crate) fn parse(text: &str) -> std::result::Result<Self, String> {
        let mut url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err("it names no host".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it cannot have a user name or password".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it cannot have a query or a fragment".into());
        }
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
            return Err(match url.scheme() {
                "http" => "it has to be https: a cookie or password never goes over http".into(),
                scheme => format!("it has to be https, not {}", Untrusted::new(scheme)),
            });
        }
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path("/");
        Ok(Self {
            origin: url,
            prefix,
        })
    }

    /// Returns whether `url` has exactly this origin: scheme, host and port.
    pub(crate) fn same_origin(&self, url: &Url) -> bool {
        self.origin.origin() == url.origin()
    }

    /// Returns whether `url` has this origin and a path under this prefix.
    pub(crate) fn covers(&self, url: &Url) -> bool {
        let rest = url.path().strip_prefix(self.prefix.as_str());
        self.same_origin(url) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The URL of `path` (which starts with `/`) at this origin; the prefix is not part of it.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.origin.clone();
        url.set_path(path);
        url
    }

    /// The whole URL as the person wrote it, but for a final slash.
    pub(crate) fn url(&self) -> String {
        format!(
            "{}{}",
            self.origin.as_str().trim_end_matches('/'),
            self.prefix
        )
    }

    /// The host without the port; IPv6 in brackets.
    pub(crate) fn host(&self) -> &str {
        self.origin.host_str().expect("parse demands a host")
    }

    /// The host, and the port where it is not the scheme's own.
    pub(crate) fn authority(&self) -> String {
        match self.origin.port() {
            Some(port) => format!("{}:{port}", self.host()),
            None => self.host().to_owned(),
        }
    }

    /// The path prefix: empty, or `/` and segments.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns whether cookies of this site are for https only.
    pub(crate) fn is_https(&self) -> bool {
        self.origin.scheme() == "https"
    }
}

/// Returns whether every parser finds the same scheme, host and port in the URL `text`. [`Url`] follows the rules of
/// browsers: it also takes `https:host`, `https:///host`, `host\@other` and `%68ost`, and drops tabs and line ends. A
/// caller that asks with such a URL may connect to another host than the one that is read here.
pub(crate) fn has_plain_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, host) = authority.split_once('@').unwrap_or(("", authority));
    let is_strange = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !host.is_empty()
        && !host.contains(['@', '%'])
        && ![user, host]
            .into_iter()
            .any(|part| part.contains(is_strange))
}

/// Returns whether `url` is on this machine, where http is allowed (for tests).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Site, has_plain_origin};
    use url::Url;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn site(text: &str) -> Site {
        Site::parse(text).expect("a site")
    }

    #[test]
    fn a_site_covers_whole_segments_of_its_exact_origin() {
        let site = site("https://Apps.corp.example:443/graf/");
        for inside in [
            "https://apps.corp.example/graf",
            "https://apps.corp.example/graf/d/1?x=y",
        ] {
            assert!(site.covers(&url(inside)), "{inside}");
        }
        for outside in [
            "https://apps.corp.example/",
            "https://apps.corp.example/grafana",
            "https://apps.corp.example:8443/graf",
            "http://apps.corp.example/graf",
            "https://apps.corp.example.evil.example/graf",
            "https://evil.example/https://apps.corp.example/graf",
            "https://apps.corp.example/graf/../other",
        ] {
            assert!(!site.covers(&url(outside)), "{outside}");
        }
    }

    #[test]
    fn an_origin_is_plain_where_no_reader_can_take_it_for_another() {
        for plain in [
            "https://a.example",
            "HTTPS://a.example:8443/\\b@c?d\\#e",
            "https://ada:p%40w@a.example/",
            "https://[::1]:1",
            "https://b\u{fc}cher.example/",
        ] {
            assert!(has_plain_origin(plain), "{plain}");
        }
        for strange in [
            "https:a.example",
            "https:/a.example://b",
            "https:///a.example",
            "https://@/a.example",
            "https://a.example\\@b.example/",
            "https://a.example\\.b.example/",
            "https://a@a.example@b.example/",
            "https://%61.example/",
            "https://a.exa\nmple/",
            "https://a.exa\tmple/",
            " https://a.example/",
            "ht\ttps://a.example/",
        ] {
            assert!(!has_plain_origin(strange), "{strange:?}");
        }
    }

    #[test]
    fn a_site_is_https_or_loopback_and_nothing_more_than_a_place() {
        for bad in [
            "http://a.example",
            "ftp://a.example",
            "https://u:p@a.example",
            "https://a.example?x",
            "https://a.example#x",
            "a.example",
            "https://",
        ] {
            assert!(Site::parse(bad).is_err(), "{bad}");
        }
        for good in [
            "http://127.0.0.1:8080",
            "http://[::1]:1",
            "http://localhost",
            "https://a.example/b",
        ] {
            assert!(Site::parse(good).is_ok(), "{good}");
        }
        assert_eq!(site("https://a.example/b/").url(), "https://a.example/b");
        assert_eq!(site("https://a.example:444/").authority(), "a.example:444");
    }
}

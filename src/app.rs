//! What a configuration names: apps, orgs, and the target that a caller asks for. Pure values.

use std::path::PathBuf;
use std::rc::Rc;

use time::Duration;
use url::Url;

use crate::error::{Error, Result};

/// The cookie base name that the ALB uses unless its rule says otherwise.
pub(crate) const DEFAULT_COOKIE: &str = "AWSELBAuthSessionCookie";

/// One protected application.
#[derive(Debug)]
pub(crate) struct App {
    /// What the person calls it.
    pub(crate) name: String,
    pub(crate) site: Site,
    pub(crate) method: Method,
    /// The base name of its session cookie.
    pub(crate) cookie: String,
    /// The ALB's `SessionTimeout`, where known.
    pub(crate) session: Option<Duration>,
    /// The URL that the ALB protects and a sign-in starts at.
    pub(crate) start: Url,
}

/// How a session is obtained.
#[derive(Debug)]
pub(crate) enum Method {
    /// By signing in at an org, with the ALB's own client or one that the configuration names.
    Okta {
        org: Rc<Org>,
        client: Option<Client>,
    },
    /// Not at all: only `store` fills the entry.
    None,
}

/// A client of the org's whose authorize step makes the Okta session, before the app is asked (`client_id`).
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) redirect_uri: String,
}

/// One Okta organisation, or custom domain, and how its account signs in.
#[derive(Debug)]
pub(crate) struct Org {
    /// What the person calls it.
    pub(crate) name: String,
    /// Its origin: scheme, host, port.
    pub(crate) site: Site,
    /// The user name at this org.
    pub(crate) account: String,
    pub(crate) password: Source,
    /// Which factors may answer, in order of preference.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what answers a second factor will choose by it")
    )]
    pub(crate) factors: Vec<Factor>,
    /// Where a code comes from when nobody types it.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "what answers a second factor will take codes from it"
        )
    )]
    pub(crate) passcode: Option<Passcode>,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what answers a second factor will ask for it")
    )]
    pub(crate) remember_device: bool,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what answers a second factor will obey it")
    )]
    pub(crate) push_unattended: bool,
}

/// A factor as a configuration names it: a kind (`push`), a provider (`yubico`), or both
/// (`google:token:software:totp`). At least one of the two is there; what is not there may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Factor {
    /// Okta's `provider`, in lower case, where it is pinned.
    pub(crate) provider: Option<&'static str>,
    /// Okta's `factorType`, where it is named.
    pub(crate) kind: Option<&'static str>,
}

/// Where a secret comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The output of a program: its name and arguments, run without a shell.
    Command(Vec<String>),
    /// A variable of the environment.
    Env(String),
    /// A file's content.
    File(PathBuf),
    /// A person at the terminal.
    Prompt,
}

/// Where a passcode comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passcode {
    /// The source gives the code itself.
    Code(Source),
    /// The source gives a seed, and the code is computed from it (RFC 6238).
    Totp(Source),
}

impl App {
    /// The account whose sessions this app's entry keeps; `alb` where the method has none.
    pub(crate) fn account(&self) -> &str {
        match &self.method {
            Method::Okta { org, .. } => &org.account,
            Method::None => "alb",
        }
    }

    /// The org that signs in to this app, if any.
    pub(crate) fn org(&self) -> Option<&Org> {
        match &self.method {
            Method::Okta { org, .. } => Some(org),
            Method::None => None,
        }
    }

    /// The method's name in configuration and `status`.
    pub(crate) fn method_name(&self) -> &'static str {
        match &self.method {
            Method::Okta { .. } => "okta",
            Method::None => "none",
        }
    }
}

/// An origin (scheme, host, port) and a path prefix in whole segments: what an app or an org occupies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
            return Err("a user name or password does not belong into it".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("a query or fragment does not belong into it".into());
        }
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
            return Err(match url.scheme() {
                "http" => "it has to be https: a cookie or password never goes over http".into(),
                scheme => format!("it has to be https, not {scheme}"),
            });
        }
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path("/");
        Ok(Self {
            origin: url,
            prefix,
        })
    }

    /// Whether `url` has exactly this origin: scheme, host and port.
    pub(crate) fn same_origin(&self, url: &Url) -> bool {
        self.origin.origin() == url.origin()
    }

    /// Whether `url` has this origin and a path under this prefix.
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

    /// Whether cookies of this site are for https only.
    pub(crate) fn is_https(&self) -> bool {
        self.origin.scheme() == "https"
    }
}

/// Whether `url` leads to this machine, the one place where http is allowed (for tests).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What a caller asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Nothing was named: the default.
    Unnamed,
    /// An app by its name.
    Name(String),
    /// Whatever app covers this URL.
    Url(Url),
}

impl Target {
    /// Reads what a person typed: a URL where it has `://`, else a name.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if !text.contains("://") {
            return Ok(Self::Name(text.to_owned()));
        }
        Url::parse(text)
            .map(Self::Url)
            .map_err(|error| Error::usage(format!("this is no URL: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::{Site, Target};
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

    #[test]
    fn a_target_is_a_url_or_a_name() {
        assert_eq!(
            Target::parse("grafana").expect("a name"),
            Target::Name("grafana".into())
        );
        assert!(matches!(
            Target::parse("https://a.example/x").expect("a URL"),
            Target::Url(_)
        ));
        assert!(Target::parse("https://").is_err());
    }
}

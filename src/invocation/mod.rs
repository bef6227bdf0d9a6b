//! The command line of a wrapped HTTP client: which apps it will contact, and how their cookies may be handed over.
//!
//! Pure: it knows how curl, HTTPie, xh and wget read their arguments, but no cookie, no file and no process. The
//! functions in `shell/` come to it through the hidden command `credential wrap TOOL -- ARGUMENT…`.
//!
//! Two kinds of mistake are possible, and they weigh differently. To overlook an app costs a redirect to Okta. To give
//! a cookie to a foreign host is a leak. So the one form that nothing binds to a host, [`Form::Curl`], is chosen only
//! where every word of the command line is understood; all other forms are bound to the host by the client itself.

mod curl;
mod httpie;
mod wget;
mod words;

use std::path::PathBuf;

use url::Url;

pub(crate) use curl::heeds_no_defaults;

/// A client that `shell/` wraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Curl,
    Http,
    Https,
    Xh,
    Xhs,
    Wget,
}

/// How the cookie reaches the client: a value of `credential get --as`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A header for every URL of the invocation (`curl -K`), of any size.
    Curl,
    /// A cookie jar (`curl -b`, `wget --load-cookies`): bound to the host, of which it knows no ports; curl's drops what
    /// is over its limits.
    Netscape,
    /// A session file (`--session-read-only`): bound to the host, of which it knows no ports. HTTPie and xh send its
    /// cookies to another port where the app redirects them there (`--follow`), as browsers do.
    Httpie,
}

/// What the wrapper has to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// No app is concerned: run the client as it is.
    Foreign,
    /// An app is concerned, but the person brings cookies without us: run the client as it is.
    Own,
    /// An app is concerned, but its cookie stays here, for this reason: run the client as it is.
    Withheld(&'static str),
    /// Hand over the cookies of these URLs, one URL an app, together in one file.
    Give(Form, Vec<Url>),
}

/// A request that can be sent again with the same outcome, and whose answer can be watched, provided that its files
/// are what they seem.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Watch {
    /// The one URL that is asked.
    pub(crate) first: Url,
    /// Files that the client reads. What is no regular file can be read once only.
    pub(crate) reads: Vec<PathBuf>,
}

/// Gives the name of the configured app that covers a URL.
pub(crate) type AppOf<'a> = &'a dyn Fn(&Url) -> Option<&'a str>;

/// Finds the apps in a command line. `defaults` is the text of the client's own configuration files (see
/// [`Tool::defaults`]), which the client reads before its arguments.
pub(crate) fn plan(tool: Tool, defaults: &str, arguments: &[String], app_of: AppOf) -> Plan {
    match tool {
        Tool::Curl => curl::plan(defaults, arguments, app_of),
        Tool::Http | Tool::Xh => httpie::plan("http", defaults, arguments, app_of),
        Tool::Https | Tool::Xhs => httpie::plan("https", defaults, arguments, app_of),
        Tool::Wget => wget::plan(defaults, arguments, app_of),
    }
}

/// Hands over the cookies of `apps` in a jar, unless another URL among `all` would get them: a jar knows no ports.
fn in_jar(all: &[Url], apps: Vec<Url>, app_of: AppOf) -> Plan {
    let shares_host = |url: &Url| {
        let mut apps = apps.iter();
        apps.any(|app| app.host() == url.host() && app.origin() != url.origin())
    };
    if share_a_host(&apps) {
        Plan::Withheld("two of its apps share a host, which a cookie file cannot tell apart")
    } else if all
        .iter()
        .any(|url| app_of(url).is_none() && shares_host(url))
    {
        Plan::Withheld("another URL has the app's host, but is not the app's")
    } else {
        Plan::Give(Form::Netscape, apps)
    }
}

/// Whether the answers to a command line that is planned as [`Form::Curl`] can be watched. `None` where that, or a
/// second call, might change anything.
pub(crate) fn watch(tool: Tool, defaults: &str, arguments: &[String]) -> Option<Watch> {
    (tool == Tool::Curl).then(|| curl::watch(defaults, arguments))?
}

/// Whether two apps among `urls` have one host: a cookie file knows no ports, and each would get the other's cookie.
fn share_a_host(urls: &[Url]) -> bool {
    let others = |index: usize| urls[index + 1..].iter();
    urls.iter()
        .enumerate()
        .any(|(index, url)| others(index).any(|other| other.host_str() == url.host_str()))
}

impl Tool {
    /// The tool of this name, if it is one that we wrap.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "curl" => Self::Curl,
            "http" => Self::Http,
            "https" => Self::Https,
            "xh" => Self::Xh,
            "xhs" => Self::Xhs,
            "wget" => Self::Wget,
            _ => return None,
        })
    }

    /// Where the tool's own configuration may be. All that exist count; which of them it prefers differs by version.
    pub(crate) fn defaults(self, variable: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
        let places: &[(&str, &str)] = match self {
            Self::Curl => &[
                ("CURL_HOME", ".curlrc"),
                ("CURL_HOME", ".config/curlrc"),
                ("XDG_CONFIG_HOME", "curlrc"),
                ("XDG_CONFIG_HOME", ".curlrc"),
                ("HOME", ".config/curlrc"),
                ("HOME", ".curlrc"),
            ],
            Self::Http | Self::Https => &[
                ("HTTPIE_CONFIG_DIR", "config.json"),
                ("XDG_CONFIG_HOME", "httpie/config.json"),
                ("HOME", ".config/httpie/config.json"),
                ("HOME", ".httpie/config.json"),
            ],
            Self::Xh | Self::Xhs => &[
                ("XH_CONFIG_DIR", "config.json"),
                ("XDG_CONFIG_HOME", "xh/config.json"),
                ("HOME", ".config/xh/config.json"),
                ("HOME", "Library/Application Support/xh/config.json"),
            ],
            Self::Wget => &[("SYSTEM_WGETRC", ""), ("WGETRC", ""), ("HOME", ".wgetrc")],
        };
        let system: &[&str] = match self {
            Self::Wget => &["/etc/wgetrc", "/usr/local/etc/wgetrc"],
            _ => &[],
        };
        let own = places.iter().filter_map(|(name, path)| {
            let base = variable(name)?;
            Some(match *path {
                "" => base,
                path => base.join(path),
            })
        });
        system.iter().map(PathBuf::from).chain(own).collect()
    }

    /// Whether arguments switch its own configuration off.
    pub(crate) fn heeds_no_defaults(self, arguments: &[String]) -> bool {
        let first = arguments.first();
        self == Self::Curl && first.is_some_and(|first| heeds_no_defaults(first))
    }
}

impl Form {
    /// Its name in `credential get --as`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Netscape => "netscape",
            Self::Httpie => "httpie",
        }
    }
}

/// The URL that a client makes of a word, given the scheme it adds where there is none.
fn url_of(word: &str, scheme: &str) -> Option<Url> {
    if word.contains("://") {
        Url::parse(word).ok()
    } else {
        Url::parse(&format!("{scheme}://{word}")).ok()
    }
}

/// The first URL of each app among `urls`, without what `get` does not need and nobody should see in a process list.
fn one_each(urls: &[Url], app_of: AppOf) -> Vec<Url> {
    let mut seen = Vec::new();
    let mut first = Vec::new();
    for url in urls {
        if let Some(app) = app_of(url).filter(|app| !seen.contains(app)) {
            seen.push(app);
            let mut url = url.clone();
            url.set_query(None);
            url.set_fragment(None);
            // They fail only for URLs without a host, which no app has.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            first.push(url);
        }
    }
    first
}

/// Whether a header, as an argument has it (`Name: value`), is the header `name`.
fn is_header(argument: &str, name: &str) -> bool {
    let end = argument.find([':', ';']).unwrap_or(argument.len());
    argument[..end].trim().eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests;

//! The command line of a wrapped HTTP client: finds the apps that it contacts, and decides how to hand over their
//! cookies.
//!
//! Pure: this module knows how curl, HTTPie, xh and wget read their arguments. It knows no cookie, no file and no
//! process. The functions in `shell/` reach it through the hidden command `credential wrap TOOL -- ARGUMENT…`.
//!
//! Two mistakes are possible, and they weigh differently. A missed app costs a redirect to Okta. A cookie sent to a
//! foreign host is a leak. So [`Delivery::CurlConfig`], the one delivery that the client does not bind to a host, is
//! chosen only if every word of the command line is understood. The client binds all other deliveries to the host.

mod curl;
mod httpie;
mod option_grammar;
mod proxied;
mod route;
mod wget;

use std::path::PathBuf;

use url::Url;

pub(crate) use curl::skips_config;
pub(crate) use proxied::is_proxied;
pub(crate) use route::DETOUR;

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

/// How the cookie reaches the client. Each delivery is a format of `credential get --as`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// A header of any size for every URL of the invocation (`curl -K`).
    CurlConfig,
    /// A cookie jar (`curl -b`, `wget --load-cookies`). It is bound to the host, but not to the port. curl drops
    /// cookies over its size limits.
    CookieJar,
    /// A session file (`--session-read-only`). It is bound neither to the port nor, by HTTPie and xh, to the host: they
    /// send its cookies to subdomains too. So it is chosen only if the client follows no redirect.
    SessionFile,
}

/// The decision about one command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// The command line contacts no app. Run the client unchanged.
    NoApp,
    /// The command line contacts an app and brings its own cookies. Run the client unchanged.
    OwnCookies,
    /// curl reads its options from stdin, as in `credential get --as curl | curl -K -`, and its cookies may be among
    /// them. Run it unchanged.
    OptionsOnStdin,
    /// The command line contacts an app, but its cookie could leak, for this reason. Run the client unchanged.
    Withheld(&'static str),
    /// Hand over the cookies of these URLs, one URL per app, together in one file.
    Deliver(Delivery, Vec<Url>),
}

/// A request that curl can send a second time with the same outcome, provided that its input files are regular files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RepeatableRequest {
    /// The only URL of the command line.
    pub(crate) url: Url,
    /// Files that curl reads. Anything but a regular file may be readable only once.
    pub(crate) input_files: Vec<PathBuf>,
}

/// Returns the name of the configured app that covers a URL.
pub(crate) type AppOf<'a> = &'a dyn Fn(&Url) -> Option<&'a str>;

/// Returns the text of a file that the client will read. `None` if it cannot be known, as that of a pipe.
pub(crate) type TextOf<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Finds the apps in a command line. `config` is the text of the client's own configuration files (see
/// [`Tool::config_paths`]), which the client reads before its arguments.
pub(crate) fn plan(
    tool: Tool,
    config: &str,
    arguments: &[String],
    app_of: AppOf,
    text_of: TextOf,
) -> Plan {
    let plan = match tool {
        Tool::Curl => curl::plan(config, arguments, app_of, text_of),
        Tool::Http | Tool::Xh => httpie::plan("http", config, arguments, app_of),
        Tool::Https | Tool::Xhs => httpie::plan("https", config, arguments, app_of),
        Tool::Wget => wget::plan(config, arguments, app_of),
    };
    let is_clear = |url: &Url| url.scheme() == "http";
    match plan {
        Plan::Deliver(_, urls)
            if urls.iter().any(is_clear) && has_detour(tool, config, arguments) =>
        {
            Plan::Withheld(DETOUR)
        }
        plan => plan,
    }
}

/// Reports whether the call takes its requests another way than to the address of the URL.
fn has_detour(tool: Tool, config: &str, arguments: &[String]) -> bool {
    match tool {
        Tool::Curl => curl::has_detour(config, arguments),
        Tool::Http | Tool::Https | Tool::Xh | Tool::Xhs => httpie::has_detour(config, arguments),
        Tool::Wget => wget::has_detour(config, arguments),
    }
}

/// Why no cookie goes to a server that nobody has checked: it may be an impostor.
const UNCHECKED: &str = "the call switches certificate checks off, so any server may answer";

/// Plans a cookie jar for `apps`, unless another URL among `all` would get the cookies too: a jar ignores ports.
fn plan_cookie_jar(all: &[Url], apps: Vec<Url>, app_of: AppOf) -> Plan {
    let shares_host = |url: &Url| {
        let mut apps = apps.iter();
        apps.any(|app| app.host() == url.host() && app.origin() != url.origin())
    };
    if share_a_host(&apps) {
        Plan::Withheld("two of its apps share a host, and a cookie file ignores ports")
    } else if all
        .iter()
        .any(|url| app_of(url).is_none() && shares_host(url))
    {
        Plan::Withheld("another URL has the app's host, but is not the app's")
    } else {
        Plan::Deliver(Delivery::CookieJar, apps)
    }
}

/// Returns the request of a command line that is planned as [`Delivery::CurlConfig`], if curl can repeat it. `None` if
/// a second call might have another effect.
pub(crate) fn repeatable_request(
    tool: Tool,
    config: &str,
    arguments: &[String],
) -> Option<RepeatableRequest> {
    match tool {
        Tool::Curl => curl::repeatable_request(config, arguments),
        Tool::Http | Tool::Https | Tool::Xh | Tool::Xhs | Tool::Wget => None,
    }
}

/// Reports whether two apps among `urls` share a host. A cookie file ignores ports, so each would get the other's
/// cookie.
fn share_a_host(urls: &[Url]) -> bool {
    let others = |index: usize| urls[index + 1..].iter();
    urls.iter()
        .enumerate()
        .any(|(index, url)| others(index).any(|other| other.host_str() == url.host_str()))
}

impl Tool {
    /// Returns the tool of this name, if `shell/` wraps it.
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

    /// Returns the places where the tool looks for its own configuration. All files that exist count, because the order
    /// of preference differs between versions.
    pub(crate) fn config_paths(self, variable: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
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

    /// Reports whether the arguments switch the tool's own configuration off.
    pub(crate) fn skips_config(self, arguments: &[String]) -> bool {
        let first = arguments.first();
        self == Self::Curl && first.is_some_and(|first| skips_config(first))
    }
}

impl Delivery {
    /// Returns the name of the format in `credential get --as`.
    pub(crate) fn format_name(self) -> &'static str {
        match self {
            Self::CurlConfig => "curl",
            Self::CookieJar => "netscape",
            Self::SessionFile => "httpie",
        }
    }
}

/// Parses a word as the client does: `scheme` is added if the word has none.
fn to_url(word: &str, scheme: &str) -> Option<Url> {
    if word.contains("://") {
        Url::parse(word).ok()
    } else {
        Url::parse(&format!("{scheme}://{word}")).ok()
    }
}

/// Returns the first URL of each app among `urls`, without user info, query and fragment: `get` does not need them, and
/// they may be secret.
fn first_url_per_app(urls: &[Url], app_of: AppOf) -> Vec<Url> {
    let mut seen = Vec::new();
    let mut first = Vec::new();
    for url in urls {
        if let Some(app) = app_of(url).filter(|app| !seen.contains(app)) {
            seen.push(app);
            let mut url = url.clone();
            url.set_query(None);
            url.set_fragment(None);
            // These fail only for URLs without a host, and every app has one.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            first.push(url);
        }
    }
    first
}

/// Reports whether header lines (`Name: value`) set the header `name`. Clients send the line ends of an argument as they
/// are, so one argument may have several lines.
fn has_header(lines: &str, name: &str) -> bool {
    let names = lines.split(['\r', '\n']).map(|line| {
        let end = line.find([':', ';']).unwrap_or(line.len());
        line[..end].trim()
    });
    names
        .into_iter()
        .any(|found| found.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests;

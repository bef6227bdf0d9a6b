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
    /// A cookie jar (`curl -b`, `wget --load-cookies`): bound to the host; curl's drops what is over its limits.
    Netscape,
    /// A session file (`--session-read-only`): bound to the host.
    Httpie,
}

/// What the wrapper has to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// No app is concerned: run the client as it is.
    Foreign,
    /// An app is concerned, but its cookie stays here, for this reason: run the client as it is.
    Withheld(&'static str),
    /// Hand over the cookies of these URLs, one URL an app, together in one file.
    Give(Form, Vec<Url>),
}

/// A request that can be sent again with the same outcome, and whose answer can be watched, provided that its files
/// are what they seem.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Watch {
    /// The URL that is asked first.
    pub(crate) first: Url,
    /// Files that the client reads. What is no regular file can be read once only.
    pub(crate) reads: Vec<PathBuf>,
    /// Files that the client writes. What is there and is no regular file keeps what is written at first.
    pub(crate) writes: Vec<PathBuf>,
}

/// Gives the name of the configured app that covers a URL.
pub(crate) type AppOf<'a> = &'a dyn Fn(&Url) -> Option<&'a str>;

/// The reason where a person handles cookies without us.
const OWN_COOKIES: &str = "the command line brings cookies of its own";

/// The reason where cookie files cannot keep apps apart.
const ONE_HOST: &str = "two of its apps share a host, which a cookie file cannot tell apart";

/// Finds the apps in a command line. `defaults` is the text of the client's own configuration files (see
/// [`Tool::defaults`]), which the client reads before its arguments.
pub(crate) fn plan(tool: Tool, defaults: &str, arguments: &[String], app_of: AppOf) -> Plan {
    let plan = match tool {
        Tool::Curl => curl::plan(defaults, arguments, app_of),
        Tool::Http | Tool::Xh => httpie::plan("http", defaults, arguments, app_of),
        Tool::Https | Tool::Xhs => httpie::plan("https", defaults, arguments, app_of),
        Tool::Wget => wget::plan(defaults, arguments, app_of),
    };
    match plan {
        Plan::Give(Form::Netscape, urls) if share_a_host(&urls) => Plan::Withheld(ONE_HOST),
        plan => plan,
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
    pub(crate) fn defaults(self, variable: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
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
            Self::Wget => &[("WGETRC", ""), ("HOME", ".wgetrc")],
        };
        let system = (self == Self::Wget).then(|| PathBuf::from("/etc/wgetrc"));
        let own = places.iter().filter_map(|(name, path)| {
            let base = variable(name).filter(|base| !base.is_empty())?;
            Some(match *path {
                "" => PathBuf::from(base),
                path => PathBuf::from(base).join(path),
            })
        });
        system.into_iter().chain(own).collect()
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
mod tests {
    mod random;

    use super::{Form, Plan, Tool, plan};
    use std::path::PathBuf;
    use url::Url;

    /// A small world: two apps with hosts of their own, one under a path, and one on loopback.
    pub(super) fn app_of(url: &Url) -> Option<&'static str> {
        let at = |origin: &str| Url::parse(origin).expect("a URL").origin() == url.origin();
        if at("https://app.example") {
            Some("app")
        } else if at("https://two.example") {
            Some("two")
        } else if at("https://shared.example") && url.path().starts_with("/graf/") {
            Some("graf")
        } else if at("http://localhost:8080") {
            Some("local")
        } else {
            None
        }
    }

    /// The plan for a command line that is split at blanks (`''` is an empty argument), as one line of text.
    pub(super) fn planned_with(defaults: &str, line: &str) -> String {
        let mut words = line
            .split(' ')
            .map(|word| if word == "''" { "" } else { word }.to_owned());
        let tool = Tool::named(&words.next().expect("a tool")).expect("a wrapped tool");
        let arguments: Vec<String> = words.collect();
        match plan(tool, defaults, &arguments, &app_of) {
            Plan::Foreign => "foreign".into(),
            Plan::Withheld(_) => "withheld".into(),
            give @ Plan::Give(..) => lines(&give).join(", "),
        }
    }

    /// A line `FORM URL` for each app; nothing where nothing is handed over.
    fn lines(plan: &Plan) -> Vec<String> {
        match plan {
            Plan::Give(form, urls) => {
                let line = |url| format!("{} {url}", form.name());
                urls.iter().map(line).collect()
            }
            Plan::Foreign | Plan::Withheld(_) => Vec::new(),
        }
    }

    pub(super) fn check(table: &[(&str, &str)]) {
        for (line, expected) in table {
            assert_eq!(planned_with("", line), *expected, "{line}");
        }
    }

    #[test]
    fn a_plan_has_one_url_an_app_without_what_may_be_secret() {
        let urls = [
            "https://u:p@app.example/x?token=1#y",
            "https://two.example/",
        ];
        let arguments = urls.map(str::to_owned);
        let plan = plan(Tool::Wget, "", &arguments, &app_of);
        assert!(matches!(plan, Plan::Give(Form::Netscape, _)));
        assert_eq!(
            lines(&plan),
            [
                "netscape https://app.example/x",
                "netscape https://two.example/"
            ]
        );
    }

    #[test]
    fn two_apps_on_one_host_get_no_common_cookie_file() {
        let both = |url: &Url| match url.port() {
            Some(1) => Some("one"),
            _ => Some("other"),
        };
        let arguments = ["https://app.example:1/", "https://app.example:2/"].map(str::to_owned);
        assert!(matches!(
            plan(Tool::Wget, "", &arguments, &both),
            Plan::Withheld(_)
        ));
        assert!(matches!(
            plan(Tool::Curl, "", &arguments, &both),
            Plan::Withheld(_)
        ));
    }

    #[test]
    fn the_places_of_a_tools_own_configuration_follow_the_environment() {
        let variable = |name: &str| match name {
            "HOME" => Some("/home/ada".to_owned()),
            "XDG_CONFIG_HOME" => Some(String::new()),
            "WGETRC" => Some("/etc/mine".to_owned()),
            _ => None,
        };
        let paths = |list: &[&str]| list.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(
            Tool::Curl.defaults(&variable),
            paths(&["/home/ada/.config/curlrc", "/home/ada/.curlrc"])
        );
        assert_eq!(
            Tool::Wget.defaults(&variable),
            paths(&["/etc/wgetrc", "/etc/mine", "/home/ada/.wgetrc"])
        );
    }
}

//! The way of a request: whether it leaves this machine in the clear, or ends at another address than the app's own.
//!
//! Facts: https is encrypted up to the server that proves the app's name, whatever proxy (`CONNECT`) or address is between;
//! a call that switches that proof off gets no cookie anyway. http is for apps on this machine alone, and has no such proof:
//! a proxy reads all of it, and `--resolve` and the like take it to any address (curl(1); wget(1); HTTPie's and xh's help).

use url::{Host, Url};

use super::option_grammar::{Argument, Grammar, lists};

/// Why no cookie goes with a request over http that does not end at this machine.
pub(crate) const DETOUR: &str =
    "http stays on this machine, and the call takes it through a proxy or to another address";

/// The options of a client that take its requests another way.
pub(super) struct Detours {
    pub(super) grammar: &'static Grammar,
    pub(super) options: &'static str,
}

impl Detours {
    /// Reports whether these arguments have one of the options, or what may be the beginning of one.
    pub(super) fn are_in(&self, arguments: &[String]) -> bool {
        let begins = |name: &str| {
            self.options
                .split(' ')
                .any(|option| option.starts_with(name))
        };
        let mut arguments = self.grammar.parse(arguments).into_iter();
        arguments.any(|argument| match argument {
            Argument::Option(name, value) => lists(self.options, name) && value != Some(""),
            Argument::Unsure(name) | Argument::Unknown(name) => begins(name),
            Argument::Positional(_) => false,
        })
    }
}

/// Reports whether a proxy of the environment takes a request for `url` in the clear. Clients read these variables in either
/// case, and `NO_PROXY` as a list of hosts and domains.
pub(crate) fn is_proxied(url: &Url, variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| {
        let names = [name.to_ascii_lowercase(), name.to_ascii_uppercase()];
        let mut values = names.iter().filter_map(|name| variable(name));
        values.find(|value| !value.is_empty())
    };
    let has_proxy = set("http_proxy").or_else(|| set("all_proxy")).is_some();
    let excluded = set("no_proxy").unwrap_or_default();
    url.scheme() == "http" && has_proxy && !excludes(&excluded, url)
}

/// Reports whether this list excludes the host of `url`. Only what all clients read alike counts: a star, a whole host, or a
/// domain with its dot.
fn excludes(list: &str, url: &Url) -> bool {
    let host = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        None => return false,
    };
    let mut entries = list
        .split([',', ' '])
        .map(|entry| entry.trim().to_lowercase());
    entries.any(|entry| {
        entry == "*" || entry == host || entry.starts_with('.') && host.ends_with(&entry)
    })
}

#[cfg(test)]
mod tests {
    use super::is_proxied;
    use crate::invocation::tests::{check, planned_with};
    use url::Url;

    #[test]
    fn http_that_takes_another_way_gets_no_cookie() {
        for words in [
            "curl -x http://proxy.example:3128 http://localhost:8080/",
            "curl -xproxy.example http://localhost:8080/",
            "curl --proxy proxy.example http://localhost:8080/",
            "curl --prox proxy.example http://localhost:8080/",
            "curl --preproxy socks5://p.example http://localhost:8080/",
            "curl --proxy1.0 p.example http://localhost:8080/",
            "curl --socks5-hostname p.example http://localhost:8080/",
            "curl --resolve localhost:8080:203.0.113.7 http://localhost:8080/",
            "curl --connect-to ::203.0.113.7:80 http://localhost:8080/",
            "curl --unix-socket /run/x http://localhost:8080/",
            "http --proxy=http:http://p.example http://localhost:8080/",
            "http --prox http:http://p.example :8080",
            "xh --resolve=localhost:203.0.113.7 :8080",
            "xh --unix-socket=/run/x :8080",
            "wget -e http_proxy=p.example http://localhost:8080/",
            "wget -e use_proxy=on -e HTTP-Proxy=p http://localhost:8080/",
        ] {
            check(&[(words, "withheld")]);
        }
        let wgetrc = "http_proxy = http://p.example\n";
        assert_eq!(
            planned_with(wgetrc, "wget http://localhost:8080/"),
            "withheld"
        );
        let curlrc = "proxy = p.example\n";
        assert_eq!(
            planned_with(curlrc, "curl http://localhost:8080/"),
            "withheld"
        );
    }

    #[test]
    fn https_may_take_any_way_and_http_the_usual_one() {
        let curl = "curl https://app.example/";
        check(&[
            (
                "curl -x http://proxy.example:3128 https://app.example/",
                curl,
            ),
            (
                "curl --resolve app.example:443:203.0.113.7 https://app.example/",
                curl,
            ),
            (
                "curl --connect-to ::203.0.113.7: https://app.example/",
                curl,
            ),
            (
                "wget -e https_proxy=p https://app.example/",
                "netscape https://app.example/",
            ),
            ("curl http://localhost:8080/", "curl http://localhost:8080/"),
            (
                "curl --silent -X POST http://localhost:8080/",
                "curl http://localhost:8080/",
            ),
        ]);
    }

    #[test]
    fn a_proxy_of_the_environment_counts_for_http_unless_the_host_is_excluded() {
        let judged = |variables: &[(&str, &str)], url: &str| {
            let of = |name: &str| {
                let mut found = variables.iter().filter(|row| row.0 == name);
                found.next().map(|row| row.1.to_owned())
            };
            is_proxied(&Url::parse(url).expect("a URL"), &of)
        };
        let here = "http://localhost:8080/";
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            let proxy = (name, "http://p.example");
            assert!(judged(&[proxy], here), "{name}");
            assert!(!judged(&[proxy], "https://app.example/"), "{name}");
            assert!(!judged(&[(name, "")], here), "{name}");
            for none in ["*", "localhost", "a.example, localhost", "LOCALHOST"] {
                assert!(!judged(&[proxy, ("no_proxy", none)], here), "{none}");
                assert!(!judged(&[proxy, ("NO_PROXY", none)], here), "{none}");
            }
            assert!(judged(&[proxy, ("no_proxy", "localhost:1,host")], here));
            let address = "http://127.0.0.1:8080/";
            assert!(!judged(&[proxy, ("no_proxy", "127.0.0.1")], address));
        }
        assert!(!judged(&[("https_proxy", "http://p.example")], here));
    }
}

//! The way of a request: whether it leaves this machine in the clear, or ends at another address than the app's own.
//!
//! Facts: https is encrypted up to the server that proves the app's name, whatever proxy (`CONNECT`) or address is between;
//! a call that switches that proof off gets no cookie anyway. http is for apps on this machine alone, and has no such proof:
//! a proxy reads all of it, and `--resolve` and the like take it to any address (curl(1); wget(1); HTTPie's and xh's help).

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

#[cfg(test)]
mod tests {
    use crate::invocation::tests::{check, planned_with};

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
            "wget -e htt_p-pro_xy=p.example http://localhost:8080/",
            "wget -e dns-ser_vers=203.0.113.7 http://localhost:8080/",
        ] {
            check(&[(words, "withheld")]);
        }
        for wgetrc in [
            "http_proxy = http://p.example\n",
            " Ht-tp_Pro-xy = p\n",
            "dns_servers = 203.0.113.7\n",
        ] {
            let planned = planned_with(wgetrc, "wget http://localhost:8080/");
            assert_eq!(planned, "withheld", "{wgetrc}");
        }
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
}

//! HTTPie and xh: one URL, perhaps after a METHOD. With `--session-read-only` both send each cookie to its host and to
//! all subdomains of it.

use serde::Deserialize;

use super::option_grammar::{Argument, Grammar};
use super::route::Detours;
use super::{AppOf, Delivery, Plan, UNCHECKED, first_url_per_app, has_header, to_url};

const FOLLOWS: &str = "it follows redirects, and would send the cookie to subdomains too";

/// A configuration file, as far as it changes requests.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    default_options: Vec<String>,
}

/// Options with a value (HTTPie 3.2, xh 0.26), and the flags that matter here.
const GRAMMAR: Grammar = Grammar {
    valued: "auth auth-type bearer boundary cert cert-key cert-key-pass ciphers default-scheme format-options generate \
        history-print http-version interface max-headers max-redirects output pretty print proxy raw resolve \
        response-charset response-mime session session-read-only ssl style timeout unix-socket verify",
    flags: "curl curl-long download follow help https manual offline version",
    short_valued: "aAopPs",
    short_flags: "46bcdfFhIjmqSvxV",
    equals: true,
};

/// Options that take requests another way.
const DETOURS: Detours = Detours {
    grammar: &GRAMMAR,
    options: "proxy resolve unix-socket",
};

/// Reports whether HTTPie or xh takes its requests another way.
pub(super) fn has_detour(config: &str, arguments: &[String]) -> bool {
    let defaults = default_options(config).unwrap_or_default();
    DETOURS.are_in(&[&defaults, arguments].concat())
}

/// Finds the app in the arguments of HTTPie or xh. The tool's name implies `scheme` for a URL without one.
pub(super) fn plan(scheme: &str, config: &str, arguments: &[String], app_of: AppOf) -> Plan {
    let defaults = default_options(config);
    let mut withheld = defaults
        .is_none()
        .then_some("its configuration cannot be understood");
    let all = [&defaults.unwrap_or_default(), arguments].concat();
    let mut scheme = scheme;
    let (mut own_cookies, mut follows) = (false, false);
    let mut words = Vec::new();
    for argument in GRAMMAR.parse(&all) {
        match argument {
            Argument::Positional(word) => words.push(word),
            // These send no request. `--curl` prints a command line, which must not show the cookie.
            Argument::Option(
                "curl" | "curl-long" | "help" | "manual" | "offline" | "version" | "V",
                _,
            ) => {
                return Plan::NoApp;
            }
            Argument::Option("session" | "session-read-only", _) => own_cookies = true,
            Argument::Option("https", _) => scheme = "https",
            Argument::Option("default-scheme", Some(value)) if scheme == "http" => scheme = value,
            Argument::Option("follow" | "F", _) => follows = true,
            Argument::Option("no-follow", _) => follows = false,
            Argument::Option("download" | "d", _) => withheld = Some(FOLLOWS),
            Argument::Option("verify", value) if is_off(value) => withheld = Some(UNCHECKED),
            Argument::Option(..) | Argument::Unsure(_) | Argument::Unknown(_) => {}
        }
    }
    let Some((url, items)) = url_and_items(&words) else {
        return Plan::NoApp;
    };
    own_cookies |= items.iter().any(|item| has_header(item, "Cookie"));
    let urls: Vec<_> = to_url(&expand_shorthand(url), scheme).into_iter().collect();
    match first_url_per_app(&urls, app_of) {
        apps if apps.is_empty() => Plan::NoApp,
        _ if own_cookies => Plan::OwnCookies,
        apps => match withheld.or(follows.then_some(FOLLOWS)) {
            Some(reason) => Plan::Withheld(reason),
            None => Plan::Deliver(Delivery::SessionFile, apps),
        },
    }
}

/// Returns the options of all configuration files, which come before the arguments. `None` if one of the files is not as
/// the clients write it.
fn default_options(config: &str) -> Option<Vec<String>> {
    let files = serde_json::Deserializer::from_str(config).into_iter::<Config>();
    let options = files.map(|file| file.map(|file| file.default_options));
    Some(options.collect::<Result<Vec<_>, _>>().ok()?.concat())
}

/// Reports whether this value of `--verify` switches certificate checks off. An empty one does so in Python.
fn is_off(value: Option<&str>) -> bool {
    value.is_some_and(|value| {
        ["", "no", "false"]
            .iter()
            .any(|off| value.eq_ignore_ascii_case(off))
    })
}

/// Returns the URL and the request items after it. A first word of letters is the METHOD, if more words follow.
fn url_and_items<'a>(words: &'a [&'a str]) -> Option<(&'a str, &'a [&'a str])> {
    match words {
        [method, url, items @ ..] if is_method(method) => Some((url, items)),
        [url, items @ ..] => Some((url, items)),
        [] => None,
    }
}

fn is_method(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Expands `:3000/x` and `:/x`, which mean localhost, and `://host`, the end of a pasted URL.
fn expand_shorthand(word: &str) -> String {
    if let Some(rest) = word.strip_prefix("://") {
        return rest.to_owned();
    }
    match word.strip_prefix(':') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => format!("localhost:{rest}"),
        Some(rest) if !rest.starts_with(':') => format!("localhost{rest}"),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, planned_with};

    #[test]
    fn the_url_is_the_first_positional_word_after_the_method() {
        check(&[
            ("http https://app.example/a", "httpie https://app.example/a"),
            (
                "http POST https://app.example/a x=y",
                "httpie https://app.example/a",
            ),
            (
                "http -v --form PUT https://app.example/a x@y",
                "httpie https://app.example/a",
            ),
            (
                "http https://app.example/a x=y Accept:z",
                "httpie https://app.example/a",
            ),
            ("https app.example/a", "httpie https://app.example/a"),
            ("https GET app.example", "httpie https://app.example/"),
            ("xh https://app.example/a?b", "httpie https://app.example/a"),
            ("xhs app.example", "httpie https://app.example/"),
            ("xh --https app.example", "httpie https://app.example/"),
            (
                "http --default-scheme=https app.example",
                "httpie https://app.example/",
            ),
            (
                "http --default-sch https app.example",
                "httpie https://app.example/",
            ),
            ("https ://app.example/a", "httpie https://app.example/a"),
            ("http :8080/x", "httpie http://localhost:8080/x"),
            ("http localhost:8080", "httpie http://localhost:8080/"),
            ("xh :8080", "httpie http://localhost:8080/"),
            (
                "http -- https://app.example/",
                "httpie https://app.example/",
            ),
        ]);
    }

    #[test]
    fn an_app_in_an_option_or_item_does_not_count() {
        check(&[
            ("http app.example", "no app"),
            ("http http://app.example", "no app"),
            (
                "http https://x.example Referer:https://app.example/",
                "no app",
            ),
            ("http https://x.example https://app.example/", "no app"),
            ("http -o https://app.example/ https://x.example", "no app"),
            ("http -a https://app.example/ https://x.example", "no app"),
            (
                "http --proxy https://app.example/ https://x.example",
                "no app",
            ),
            ("http --raw=https://app.example/ x.example", "no app"),
            ("https x.example@app.example.evil.example", "no app"),
            ("http :/x", "no app"),
            ("http ::1", "no app"),
            ("http --offline https://app.example/", "no app"),
            ("xh --curl https://app.example/", "no app"),
            ("http --version", "no app"),
            ("http ''", "no app"),
            ("http", "no app"),
        ]);
    }

    #[test]
    fn an_own_session_or_cookie_wins() {
        check(&[
            ("http --session=me https://app.example/", "own cookies"),
            ("http --session me https://app.example/", "own cookies"),
            ("http --session-r f https://app.example/", "own cookies"),
            ("http https://app.example/ cookie:a=b", "own cookies"),
            ("xh https://app.example/ Cookie:@file", "own cookies"),
        ]);
        let config = r#"{"default_options": ["--session=me"]}"#;
        assert_eq!(
            planned_with(config, "http https://app.example/"),
            "own cookies"
        );
        let config = r#"{"default_options": ["\u002d-session=me"]}"#;
        assert_eq!(
            planned_with(config, "http https://app.example/"),
            "own cookies"
        );
        let config = r#"{"default_options": ["--default-scheme=https"]}"#;
        assert_eq!(
            planned_with(config, "http app.example"),
            "httpie https://app.example/"
        );
    }

    #[test]
    fn a_session_file_follows_no_redirect_and_meets_no_unchecked_server() {
        for client in ["http", "xh"] {
            for options in [
                "--follow",
                "-F",
                "-bF",
                "--foll",
                "--download",
                "-d",
                "--verify=no",
                "--verify No",
                "--verify false",
                "--verif=no",
                "--verify=",
            ] {
                let line = format!("{client} {options} https://app.example/");
                assert_eq!(planned_with("", &line), "withheld", "{line}");
            }
            for options in [
                "--verify=yes",
                "--verify=/ca.pem",
                "--follow --no-follow",
                "--all",
            ] {
                let line = format!("{client} {options} https://app.example/");
                let expected = "httpie https://app.example/";
                assert_eq!(planned_with("", &line), expected, "{line}");
            }
        }
    }

    #[test]
    fn all_configuration_files_count_and_each_has_to_be_understood() {
        let line = "http https://app.example/";
        for (config, expected) in [
            ("", "httpie https://app.example/"),
            ("{}\n{\"x\": 1}\n", "httpie https://app.example/"),
            (r#"{"default_options": ["-F"]}"#, "withheld"),
            (
                "{}\n{\"default_options\": [\"--verify\", \"no\"]}",
                "withheld",
            ),
            (r#"{"default_options": "-F"}"#, "withheld"),
            ("default_options = -F", "withheld"),
        ] {
            assert_eq!(planned_with(config, line), expected, "{config}");
        }
        let config = r#"{"default_options": ["--follow"]}"#;
        assert_eq!(
            planned_with(config, "http --no-follow https://app.example/"),
            "httpie https://app.example/"
        );
    }
}

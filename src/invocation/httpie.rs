//! HTTPie and xh: one URL, perhaps after a METHOD; `--session-read-only` binds each cookie to its host.

use super::words::{Grammar, Word};
use super::{AppOf, Form, Plan, is_header, one_each, url_of};

/// Options with a value (HTTPie 3.2, xh 0.26), and the flags that matter here.
const GRAMMAR: Grammar = Grammar {
    valued: "auth auth-type bearer boundary cert cert-key cert-key-pass ciphers default-scheme format-options generate \
        history-print http-version interface max-headers max-redirects output pretty print proxy raw resolve \
        response-charset response-mime session session-read-only ssl style timeout unix-socket verify",
    flags: "curl curl-long help https manual offline version",
    short_valued: "aAopPs",
    short_flags: "46bcdfFhIjmqSvxV",
    equals: true,
};

/// Finds the app in the arguments of HTTPie or xh. `scheme` is what the tool's name implies for a URL without one.
pub(super) fn plan(scheme: &str, defaults: &str, arguments: &[String], app_of: AppOf) -> Plan {
    let https = ["--default-scheme=https", "\"--https\""];
    let mut scheme = match scheme {
        "http" if https.iter().any(|option| defaults.contains(option)) => "https",
        scheme => scheme,
    };
    let mut own = defaults.contains("--session");
    let mut bare = Vec::new();
    for word in GRAMMAR.read(arguments) {
        match word {
            Word::Bare(word) => bare.push(word),
            // `--curl` only prints a command line; the cookie has no business there.
            Word::Option(
                "curl" | "curl-long" | "help" | "manual" | "offline" | "version" | "V",
                _,
            ) => {
                return Plan::Foreign;
            }
            Word::Option("session" | "session-read-only", _) => own = true,
            Word::Option("https", _) => scheme = "https",
            Word::Option("default-scheme", Some(value)) if scheme == "http" => scheme = value,
            Word::Option(..) | Word::Unsure(_) | Word::Unknown(_) => {}
        }
    }
    let Some((url, items)) = split(&bare) else {
        return Plan::Foreign;
    };
    own |= items.iter().any(|item| is_header(item, "Cookie"));
    let urls: Vec<_> = url_of(&spelled_out(url), scheme).into_iter().collect();
    match one_each(&urls, app_of) {
        apps if apps.is_empty() => Plan::Foreign,
        _ if own => Plan::Own,
        _ if defaults.contains("\\u") => {
            Plan::Withheld("its configuration has escapes, in which options may hide")
        }
        apps => Plan::Give(Form::Httpie, apps),
    }
}

/// The URL and the request items behind it. Where more words follow, a word of letters is the METHOD.
fn split<'a>(bare: &'a [&'a str]) -> Option<(&'a str, &'a [&'a str])> {
    match bare {
        [method, url, items @ ..] if is_method(method) => Some((url, items)),
        [url, items @ ..] => Some((url, items)),
        [] => None,
    }
}

fn is_method(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Spells out `:3000/x`, `:/x` (localhost) and `://host` (a pasted rest of a URL).
fn spelled_out(word: &str) -> String {
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
    fn the_url_is_the_first_bare_word_that_is_no_method() {
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
    fn an_app_that_is_only_mentioned_is_foreign() {
        check(&[
            ("http app.example", "foreign"),
            ("http http://app.example", "foreign"),
            (
                "http https://x.example Referer:https://app.example/",
                "foreign",
            ),
            ("http https://x.example https://app.example/", "foreign"),
            ("http -o https://app.example/ https://x.example", "foreign"),
            ("http -a https://app.example/ https://x.example", "foreign"),
            (
                "http --proxy https://app.example/ https://x.example",
                "foreign",
            ),
            ("http --raw=https://app.example/ x.example", "foreign"),
            ("https x.example@app.example.evil.example", "foreign"),
            ("http :/x", "foreign"),
            ("http ::1", "foreign"),
            ("http --offline https://app.example/", "foreign"),
            ("xh --curl https://app.example/", "foreign"),
            ("http --version", "foreign"),
            ("http ''", "foreign"),
            ("http", "foreign"),
        ]);
    }

    #[test]
    fn a_session_or_cookie_of_the_persons_own_is_left_alone() {
        check(&[
            ("http --session=me https://app.example/", "own"),
            ("http --session me https://app.example/", "own"),
            ("http --session-r f https://app.example/", "own"),
            ("http https://app.example/ cookie:a=b", "own"),
            ("xh https://app.example/ Cookie:@file", "own"),
        ]);
        let defaults = r#"{"default_options": ["--session=me"]}"#;
        assert_eq!(planned_with(defaults, "http https://app.example/"), "own");
        let defaults = r#"{"default_options": ["\u002d-session=me"]}"#;
        assert_eq!(
            planned_with(defaults, "http https://app.example/"),
            "withheld"
        );
        let defaults = r#"{"default_options": ["--default-scheme=https"]}"#;
        assert_eq!(
            planned_with(defaults, "http app.example"),
            "httpie https://app.example/"
        );
    }
}

//! wget: any number of URLs; `--load-cookies` binds each cookie to its host.

use super::words::{Grammar, Word};
use super::{AppOf, Plan, in_jar, is_header, one_each, url_of};

/// Options with a value (wget 1.21), and the flags that matter here. `-n` is the first half of `-nv`, `-nc` and so on.
const GRAMMAR: Grammar = Grammar {
    valued: "accept accept-regex append-output background-password base bind-address body-data body-file \
        ca-certificate ca-directory certificate certificate-type ciphers compression config connect-timeout crl-file \
        cut-dirs default-page directory-prefix dns-servers dns-timeout domains egd-file exclude-directories \
        exclude-domains execute follow-tags ftp-password ftp-user header hsts-file http-passwd http-password http-user \
        ignore-tags include-directories input-file level limit-rate load-cookies local-encoding max-redirect method \
        output-document output-file password pinnedpubkey post-data post-file prefer-family private-key \
        private-key-type progress proxy-password proxy-user quota random-file read-timeout referer regex-type reject \
        reject-regex rejected-log remote-encoding report-speed restrict-file-names retry-on-http-error save-cookies \
        secure-protocol start-pos timeout tries use-askpass user user-agent wait waitretry warc-cdx warc-dedup \
        warc-file warc-header warc-max-size warc-tempdir",
    flags: "cookies no-config help version save-headers",
    short_valued: "aABDeiIlnoOPQRtTUwX",
    short_flags: "46bcdEFhHkKLmNpqrSvVx",
    equals: true,
};

/// Finds the apps in wget's arguments.
pub(super) fn plan(defaults: &str, arguments: &[String], app_of: AppOf) -> Plan {
    let mut urls = Vec::new();
    let mut own = false;
    let mut strays = strays_in(defaults);
    for word in GRAMMAR.read(arguments) {
        match word {
            Word::Bare(word) => urls.extend(url_of(word, "http")),
            Word::Option("help" | "h" | "version" | "V", _) => return Plan::Foreign,
            Word::Option("load-cookies" | "no-cookies", _) => own = true,
            Word::Option("header", Some(header)) => own |= is_header(header, "Cookie"),
            Word::Option("save-cookies" | "config", _) => strays = Some(SAVED),
            Word::Option("input-file" | "i", _) => strays = Some(LISTED),
            Word::Option("execute" | "e", Some(line)) => strays = strays.or(strays_in(line)),
            // `--input-metalink`, which not every wget has.
            Word::Unknown(name) if name.starts_with("input") => strays = Some(LISTED),
            Word::Option(..) | Word::Unsure(_) | Word::Unknown(_) => {}
        }
    }
    let apps = one_each(&urls, app_of);
    match strays {
        _ if apps.is_empty() => Plan::Foreign,
        _ if own => Plan::Own,
        Some(reason) => Plan::Withheld(reason),
        None => in_jar(&urls, apps, app_of),
    }
}

const SAVED: &str = "wget would store the cookie in a file, or may be told so by a file";
const LISTED: &str = "wget reads URLs from a file, which may name the app's host with another port";

/// Why a cookie may stray with these lines of a wgetrc: they say something about cookies (`save_cookies`, `loadcookies`,
/// `Cookies = off`, a header) or name a list of URLs (`input`, `input_metalink`). In names wget ignores case, `-` and `_`.
fn strays_in(text: &str) -> Option<&'static str> {
    let lines = text.lines().map(|line| {
        let line = line.replace(['-', '_'], "").to_ascii_lowercase();
        line.trim_start().to_owned()
    });
    let mut reasons = lines.filter_map(|line| match line.as_str() {
        line if line.starts_with('#') => None,
        line if line.starts_with("input") => Some(LISTED),
        line => line.contains("cookie").then_some(SAVED),
    });
    reasons.next()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, planned_with};

    #[test]
    fn apps_are_found_among_urls_and_not_among_values() {
        check(&[
            (
                "wget https://app.example/a",
                "netscape https://app.example/a",
            ),
            (
                "wget -nv -O out https://app.example/a",
                "netscape https://app.example/a",
            ),
            (
                "wget -qO- https://app.example/a",
                "netscape https://app.example/a",
            ),
            (
                "wget -q -O - https://app.example/a",
                "netscape https://app.example/a",
            ),
            (
                "wget https://app.example/a https://x.example https://two.example/ https://app.example/b",
                "netscape https://app.example/a, netscape https://two.example/",
            ),
            ("wget localhost:8080/x", "netscape http://localhost:8080/x"),
            ("wget app.example", "foreign"),
            ("wget http://app.example", "foreign"),
            ("wget https://x.example", "foreign"),
            (
                "wget --referer https://app.example/ https://x.example",
                "foreign",
            ),
            (
                "wget --referer=https://app.example/ https://x.example",
                "foreign",
            ),
            (
                "wget --ref https://app.example/ https://x.example",
                "foreign",
            ),
            ("wget -O https://app.example/ https://x.example", "foreign"),
            ("wget -B https://app.example/ -i list", "foreign"),
            ("wget --version https://app.example/", "foreign"),
            ("wget", "foreign"),
        ]);
    }

    #[test]
    fn a_cookie_goes_neither_beside_others_nor_into_a_file() {
        check(&[
            ("wget --load-cookies=jar https://app.example/", "own"),
            ("wget --load jar https://app.example/", "own"),
            ("wget --no-cookies https://app.example/", "own"),
            ("wget --header=cookie:a=b https://app.example/", "own"),
            ("wget --save-cookies jar https://app.example/", "withheld"),
            ("wget --save-c jar https://app.example/", "withheld"),
            ("wget -e save_cookies=jar https://app.example/", "withheld"),
            (
                "wget -e save_-coo_kies=jar https://app.example/",
                "withheld",
            ),
            ("wget -e Save-Cookies=jar https://app.example/", "withheld"),
            ("wget --config=rc https://app.example/", "withheld"),
            (
                "wget --header=Accept:x https://app.example/",
                "netscape https://app.example/",
            ),
        ]);
        let line = "wget https://app.example/";
        assert_eq!(
            planned_with("timeout = 9\nSave-Cookies = j\n", line),
            "withheld"
        );
        assert_eq!(
            planned_with("# save_cookies = j\n", line),
            "netscape https://app.example/"
        );
    }

    #[test]
    fn a_cookie_goes_to_no_other_port_of_the_apps_host() {
        check(&[
            (
                "wget https://app.example/ https://app.example:8443/",
                "withheld",
            ),
            ("wget app.example:8443/x https://app.example/", "withheld"),
            ("wget https://app.example/ http://app.example/", "withheld"),
            ("wget -i list https://app.example/", "withheld"),
            ("wget -qilist https://app.example/", "withheld"),
            ("wget --input-file=list https://app.example/", "withheld"),
            ("wget --input list https://app.example/", "withheld"),
            (
                "wget --input-metalink=list https://app.example/",
                "withheld",
            ),
            ("wget -e in-put=list https://app.example/", "withheld"),
            (
                "wget https://shared.example/graf/x https://shared.example/y",
                "netscape https://shared.example/graf/x",
            ),
        ]);
        let line = "wget https://app.example/";
        assert_eq!(planned_with("quiet = on\nInput = list\n", line), "withheld");
    }
}

//! wget: any number of URLs. `--load-cookies` binds each cookie to its host.

use super::option_grammar::{Argument, Grammar};
use super::{AppOf, Plan, UNCHECKED, first_url_per_app, has_header, plan_cookie_jar, to_url};

/// Options with a value (wget 1.21), and the flags that matter here. `-n` takes its second letter as a value, as in
/// `-nv` and `-nc`.
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
    flags: "check-certificate cookies no-config help version save-headers",
    short_valued: "aABDeiIlnoOPQRtTUwX",
    short_flags: "46bcdEFhHkKLmNpqrSvVx",
    equals: true,
};

/// Finds the apps in wget's arguments.
pub(super) fn plan(config: &str, arguments: &[String], app_of: AppOf) -> Plan {
    let mut urls = Vec::new();
    let mut own_cookies = false;
    let mut leak = leak_in(config);
    for argument in GRAMMAR.parse(arguments) {
        match argument {
            Argument::Positional(word) => urls.extend(to_url(word, "http")),
            Argument::Option("help" | "h" | "version" | "V", _) => return Plan::NoApp,
            Argument::Option("load-cookies" | "no-cookies", _) => own_cookies = true,
            Argument::Option("header", Some(header)) => own_cookies |= has_header(header, "Cookie"),
            Argument::Option("check-certificate" | "no-check-certificate", _) => {
                leak = Some(UNCHECKED);
            }
            // The grammar knows no abbreviation with `no-`.
            Argument::Unknown(name) if "no-check-certificate".starts_with(name) => {
                leak = Some(UNCHECKED);
            }
            Argument::Option("save-cookies" | "config", _) => leak = Some(SAVED),
            Argument::Option("input-file" | "i", _) => leak = Some(LISTED),
            Argument::Option("execute" | "e", Some(line)) => leak = leak.or(leak_in(line)),
            // `--input-metalink` exists in some builds of wget only.
            Argument::Unknown(name) if name.starts_with("input") => leak = Some(LISTED),
            Argument::Option(..) | Argument::Unsure(_) | Argument::Unknown(_) => {}
        }
    }
    let apps = first_url_per_app(&urls, app_of);
    match leak {
        _ if apps.is_empty() => Plan::NoApp,
        _ if own_cookies => Plan::OwnCookies,
        Some(reason) => Plan::Withheld(reason),
        None => plan_cookie_jar(&urls, apps, app_of),
    }
}

/// Reports whether wget takes its requests another way: a line of its configuration, or of `-e`, names a proxy or a server
/// of names.
pub(super) fn has_detour(config: &str, arguments: &[String]) -> bool {
    let is_detour = |text: &str| {
        let mut commands = commands(text);
        commands.any(|line| line.contains("proxy") || line.starts_with("dnsservers"))
    };
    let mut arguments = GRAMMAR.parse(arguments).into_iter();
    is_detour(config)
        || arguments.any(|argument| match argument {
            Argument::Option("execute" | "e", Some(line)) => is_detour(line),
            Argument::Option("dns-servers", _) => true,
            _ => false,
        })
}

const SAVED: &str = "wget would store the cookie in a file, or its configuration may say so";
const LISTED: &str = "wget reads URLs from a file, which may name the app's host with another port";

/// Returns why a cookie may leak with these lines of a wgetrc: they mention cookies (`save_cookies`, `loadcookies`,
/// `Cookies = off`, a header), name a list of URLs (`input`, `input_metalink`) or do not check certificates
/// (`check_certificate = off`).
fn leak_in(text: &str) -> Option<&'static str> {
    let mut reasons = commands(text).filter_map(|line| match line.as_str() {
        line if line.starts_with("input") => Some(LISTED),
        line if line.starts_with("checkcertificate") => {
            let (_, value) = line.split_once('=').unwrap_or_default();
            (!["on", "yes", "1"].contains(&value.trim())).then_some(UNCHECKED)
        }
        line => line.contains("cookie").then_some(SAVED),
    });
    reasons.next()
}

/// Returns the commands of a wgetrc or of `-e`, as wget compares their names: without case, `-` and `_`.
fn commands(text: &str) -> impl Iterator<Item = String> + '_ {
    let lines = text.lines().map(|line| {
        let line = line.replace(['-', '_'], "").to_ascii_lowercase();
        line.trim_start().to_owned()
    });
    lines.filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, planned_with};

    #[test]
    fn apps_are_found_in_urls_but_not_in_option_values() {
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
            ("wget app.example", "no app"),
            ("wget http://app.example", "no app"),
            ("wget https://x.example", "no app"),
            (
                "wget --referer https://app.example/ https://x.example",
                "no app",
            ),
            (
                "wget --referer=https://app.example/ https://x.example",
                "no app",
            ),
            (
                "wget --ref https://app.example/ https://x.example",
                "no app",
            ),
            ("wget -O https://app.example/ https://x.example", "no app"),
            ("wget -B https://app.example/ -i list", "no app"),
            ("wget --version https://app.example/", "no app"),
            ("wget", "no app"),
        ]);
    }

    #[test]
    fn own_cookies_win_and_a_cookie_is_never_saved() {
        check(&[
            (
                "wget --load-cookies=jar https://app.example/",
                "own cookies",
            ),
            ("wget --load jar https://app.example/", "own cookies"),
            ("wget --no-cookies https://app.example/", "own cookies"),
            (
                "wget --header=cookie:a=b https://app.example/",
                "own cookies",
            ),
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
                "wget --header=A:b\nCookie:c https://app.example/",
                "own cookies",
            ),
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
    fn a_server_that_nobody_checks_gets_no_cookie() {
        let line = "wget https://app.example/";
        for options in [
            "--no-check-certificate",
            "--no-check",
            "--no-check-cert",
            "--check-certificate=off",
            "--check-cert=quiet",
            "-e check_certificate=off",
            "-e CheckCertificate=0",
        ] {
            let line = format!("{line} {options}");
            assert_eq!(planned_with("", &line), "withheld", "{line}");
        }
        assert_eq!(
            planned_with("check-certificate = quiet\n", line),
            "withheld"
        );
        let checks = "check_certificate = on\nca_certificate = x\n";
        assert_eq!(planned_with(checks, line), "netscape https://app.example/");
    }

    #[test]
    fn another_port_of_the_apps_host_gets_no_cookie() {
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

//! curl: any number of URLs, as positional arguments, in `--url` and in files. A header goes to every URL; curl sends
//! the cookies of a jar to their hosts only.
//!
//! Specification: `src/tool_getparam.c`, `src/tool_parsecfg.c` and `lib/http.c` of curl. Even a jar can leak: `-c`
//! writes its cookies to a file, and with a `Host` header curl picks cookies by that name. An unknown option may be a
//! third way.

mod repeatable;

use url::Url;

pub(super) use repeatable::repeatable_request;

use super::option_grammar::{Argument, Grammar};
use super::{AppOf, Delivery, Plan, first_url_per_app, is_header, plan_cookie_jar, to_url};

/// Every option of curl, old and new. As far as known, only `--help` ever changed between taking a value and taking
/// none, and it sends no request.
const GRAMMAR: Grammar = Grammar {
    valued: "abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout \
        connect-to continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw \
        data-urlencode delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech \
        egd-file engine etag-compare etag-save expect100-timeout form form-string ftp-account \
        ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header \
        hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type \
        knownhosts krb krb4 libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize \
        max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max parallel-max-host pass \
        pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert \
        proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass \
        proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser \
        proxy-user proxy1.0 pubkey quote random-file range rate referer request request-target resolve retry \
        retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a socks5 socks5-gssapi-service \
        socks5-hostname speed-limit speed-time ssl-sessions stderr telnet-option tftp-blksize time-cond tls-max \
        tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket upload-file \
        upload-flags url url-query user user-agent variable vlan-priority write-out",
    flags: "alpn anyauth append basic buffer ca-native cert-status clobber compressed compressed-ssh create-dirs crlf \
        digest disable disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure dump-ca-embed \
        eprt epsv fail fail-early fail-with-body false-start follow form-escape ftp-create-dirs ftp-pasv ftp-pret \
        ftp-skip-pasv-ip ftp-ssl ftp-ssl-ccc ftp-ssl-control ftp-ssl-reqd get globoff haproxy-protocol head help \
        http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include insecure \
        ipv4 ipv6 junk-session-cookies keepalive list-only location location-trusted mail-rcpt-allowfails manual \
        metalink mptcp negotiate netrc netrc-optional next npn ntlm ntlm-wb out-null parallel parallel-immediate \
        path-as-is post301 post302 post303 progress-bar progress-meter proxy-anyauth proxy-basic proxy-ca-native \
        proxy-digest proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast \
        proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel raw remote-header-name remote-name remote-name-all \
        remote-time remove-on-error retry-all-errors retry-connrefused sasl-ir sessionid show-error show-headers \
        silent skip-existing socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert \
        ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen \
        tcp-nodelay tftp-no-options tls-earlydata tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids \
        trace-time use-ascii verbose version xattr",
    short_valued: "AbcCdDeEFHKmoPQrtTuUwxXyYz",
    short_flags: "#:012346aBfgGhiIjJklLMnNOpqRsSvVZ",
    equals: false,
};

/// The parts of a command line that decide about the cookies.
#[derive(Default)]
struct Summary<'a> {
    /// Every word that curl may take as a URL.
    url_words: Vec<&'a str>,
    /// How many URL words come before the first `--next`, where curl forgets the cookie that it was given.
    before_next: Option<usize>,
    /// The scheme that curl adds to a word without one, if it is not `http`.
    scheme: Option<&'a str>,
    /// Set if a header might go to other hosts than those of the URL words, or to a file.
    header_may_leak: bool,
    /// Why the cookies of a jar might leak.
    jar_leak: Option<&'static str>,
    own_cookies: bool,
    sends_nothing: bool,
}

/// Finds the apps in curl's arguments.
pub(super) fn plan(config: &str, arguments: &[String], app_of: AppOf) -> Plan {
    let all = with_config(config, arguments);
    let summary = Summary::of(&all);
    let scheme = summary.scheme.unwrap_or("http");
    let urls: Vec<Option<Url>> = summary
        .url_words
        .iter()
        .map(|word| to_url(word, scheme))
        .collect();
    let found: Vec<Url> = urls.iter().flatten().cloned().collect();
    let apps = first_url_per_app(&found, app_of);
    if apps.is_empty() || summary.sends_nothing {
        return Plan::NoApp;
    }
    if summary.own_cookies {
        return Plan::OwnCookies;
    }
    let all_of_one_app = apps.len() == 1
        && summary.url_words.iter().all(|word| is_plain(word))
        && urls
            .iter()
            .all(|url| url.as_ref().is_some_and(|url| app_of(url).is_some()));
    if all_of_one_app && !summary.header_may_leak {
        return Plan::Deliver(Delivery::CurlConfig, apps);
    }
    let before_next = summary.before_next.unwrap_or(urls.len());
    let mut later = urls[before_next..].iter().flatten();
    if later.any(|url| app_of(url).is_some()) {
        return Plan::Withheld("after --next, curl would forget the cookie");
    }
    if let Some(reason) = summary.jar_leak {
        return Plan::Withheld(reason);
    }
    // Globs, three slashes and the like: it is unknown which URL curl makes of them.
    let mut unclear = summary.url_words.iter().filter(|word| !is_plain(word));
    if unclear.any(|word| may_share_host(word, scheme, &apps, app_of)) {
        return Plan::Withheld("another URL may have the app's host");
    }
    plan_cookie_jar(&found, apps, app_of)
}

/// Reports whether curl may read the host of one of `apps` from a word that is not a plain URL of an app.
fn may_share_host(word: &str, scheme: &str, apps: &[Url], app_of: AppOf) -> bool {
    let url = to_url(word, scheme);
    if url.as_ref().is_some_and(|url| app_of(url).is_some()) {
        return false;
    }
    // Globs can assemble the host from parts. A colon means that the word has a port or a scheme.
    let has_globs = |url: &Url| url.host_str().is_some_and(|host| host.contains('{'));
    let lower = word.to_ascii_lowercase();
    let mut hosts = apps.iter().filter_map(Url::host_str);
    hosts.any(|host| lower.contains(host))
        || word.contains(':') && url.as_ref().is_none_or(has_globs)
}

/// Returns everything that curl reads: its configuration files, unless they are switched off, then its arguments.
fn with_config(config: &str, arguments: &[String]) -> Vec<String> {
    match arguments.first() {
        Some(first) if skips_config(first) => arguments.to_vec(),
        _ => options(config).chain(arguments.iter().cloned()).collect(),
    }
}

/// Reports whether this first argument makes curl skip its configuration files.
pub(crate) fn skips_config(first: &str) -> bool {
    first.starts_with("-q") || first == "--disable"
}

impl<'a> Summary<'a> {
    fn of(arguments: &'a [String]) -> Self {
        let mut summary = Self::default();
        for argument in GRAMMAR.parse(arguments) {
            match argument {
                Argument::Positional(word) => summary.url_words.push(word),
                Argument::Option(name, value) => {
                    summary.add_option(name, value.unwrap_or_default());
                }
                Argument::Unsure(_) => summary.header_may_leak = true,
                // This includes `--expand-…`, whose value comes from variables.
                Argument::Unknown(_) => {
                    summary.header_may_leak = true;
                    summary.jar_leak = Some("the call has an unknown option");
                }
            }
        }
        summary
    }

    fn add_option(&mut self, name: &str, value: &'a str) {
        match name {
            "url" => {
                self.url_words.push(value);
                if value.starts_with('@') {
                    self.jar_leak = Some("curl reads URLs from a file");
                }
            }
            "proto-default" => self.scheme = Some(value),
            "cookie" | "b" => self.own_cookies = true,
            "header" | "H" if is_header(value, "Cookie") => self.own_cookies = true,
            "header" | "H" if is_header(value, "Host") || value.starts_with('@') => {
                self.jar_leak =
                    Some("the call may set a Host header, and curl picks the cookies by it");
            }
            "cookie-jar" | "c" => self.jar_leak = Some("curl would store the cookie in a file"),
            "config" | "K" => {
                self.header_may_leak = true;
                self.jar_leak = Some("a file of options (-K) may send the cookie anywhere");
            }
            "next" | ":" => {
                self.header_may_leak = true;
                self.before_next.get_or_insert(self.url_words.len());
            }
            // The first sends headers to any host, the second writes them to a file.
            "location-trusted" | "libcurl" => self.header_may_leak = true,
            "help" | "h" | "manual" | "M" | "version" | "V" => self.sends_nothing = true,
            _ => {}
        }
    }
}

/// Reports whether every parser reads the same host from this word, and curl makes exactly one URL of it: a scheme, a
/// host of ordinary letters, and perhaps a path. It has no user info, globs or backslashes.
fn is_plain(word: &str) -> bool {
    let Some((scheme, rest)) = word.split_once("://") else {
        return false;
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    ["https", "http"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        && !authority.is_empty()
        && authority
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._:".contains(c))
        && !path.contains(['{', '}', '[', ']', '\\'])
}

/// Returns the options of a file for `-K`, such as `.curlrc`, as arguments. The file has `name = "value"`,
/// `--name value` and `-n value`.
fn options(text: &str) -> impl Iterator<Item = String> + '_ {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(|line| {
        let is_dashed = line.starts_with('-');
        let separates = |c: char| c.is_ascii_whitespace() || !is_dashed && "=:".contains(c);
        let (name, value) = line.split_at(line.find(separates).unwrap_or(line.len()));
        let name = match name {
            // curl takes this as an option without a name, not as the end of the options.
            "" | "--" => "---".to_owned(),
            name if is_dashed => name.to_owned(),
            name => format!("--{name}"),
        };
        let value = unquoted(value.trim_start_matches(separates));
        let takes_value = match GRAMMAR.parse(std::slice::from_ref(&name)).last() {
            // An option without its value must not take the next line as the value.
            Some(Argument::Option(option, None)) => GRAMMAR.takes_value(option),
            Some(Argument::Option(_, Some(_))) => false,
            _ => !value.is_empty(),
        };
        std::iter::once(name).chain(takes_value.then_some(value))
    })
}

/// Reads a value in a file for `-K`: up to the closing quote, with backslash escapes, or else the rest of the line. (Of
/// an unquoted value curl may take only the first word.)
fn unquoted(value: &str) -> String {
    let Some(quoted) = value.strip_prefix('"') else {
        return value.to_owned();
    };
    let mut text = String::new();
    let mut rest = quoted.chars();
    while let Some(c) = rest.next().filter(|c| *c != '"') {
        text.push(match c {
            '\\' => match rest.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('v') => '\u{b}',
                Some(c) => c,
                None => break,
            },
            c => c,
        });
    }
    text
}

#[cfg(test)]
mod tests;

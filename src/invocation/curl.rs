//! curl: any number of URLs, in bare words, `--url` and files. A header goes to all of them, a jar to its hosts only.
//!
//! Specification: `src/tool_getparam.c`, `src/tool_parsecfg.c` and `lib/http.c` of curl. Two ways in which even a jar
//! lets a cookie out are known: `-c` writes it to a file, and with a `Host` header curl picks cookies by that name. An
//! option that is not known here may be a third.

mod watch;

use url::Url;

pub(super) use watch::watch;

use super::words::{Grammar, Word};
use super::{AppOf, Form, Plan, in_jar, is_header, one_each, url_of};

/// Every option of curl, old and new. None is known to have changed between taking a value and taking none, but
/// `--help`, which contacts nobody.
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

/// What a command line says, as far as it matters here.
#[derive(Default)]
struct Reading<'a> {
    /// Every word that curl may take for a URL.
    candidates: Vec<&'a str>,
    /// How many of them stand before the first `--next`, behind which curl forgets the cookie that it was given.
    before_next: Option<usize>,
    /// What curl puts before a word without a scheme, if not `http`.
    scheme: Option<&'a str>,
    /// Something here may send a header elsewhere than to the candidates' hosts, or write it down.
    header_strays: bool,
    /// Why a jar may let its cookies out.
    jar_strays: Option<&'static str>,
    own_cookies: bool,
    contacts_nobody: bool,
}

/// Finds the apps in curl's arguments.
pub(super) fn plan(defaults: &str, arguments: &[String], app_of: AppOf) -> Plan {
    let all = with_defaults(defaults, arguments);
    let reading = Reading::of(&all);
    let scheme = reading.scheme.unwrap_or("http");
    let urls: Vec<Option<Url>> = reading
        .candidates
        .iter()
        .map(|word| url_of(word, scheme))
        .collect();
    let found: Vec<Url> = urls.iter().flatten().cloned().collect();
    let apps = one_each(&found, app_of);
    if apps.is_empty() || reading.contacts_nobody {
        return Plan::Foreign;
    }
    if reading.own_cookies {
        return Plan::Own;
    }
    let all_of_one_app = apps.len() == 1
        && reading.candidates.iter().all(|word| is_plain(word))
        && urls
            .iter()
            .all(|url| url.as_ref().is_some_and(|url| app_of(url).is_some()));
    if all_of_one_app && !reading.header_strays {
        return Plan::Give(Form::Curl, apps);
    }
    let before_next = reading.before_next.unwrap_or(urls.len());
    let mut later = urls[before_next..].iter().flatten();
    if later.any(|url| app_of(url).is_some()) {
        return Plan::Withheld("behind --next, curl would forget the cookie");
    }
    if let Some(reason) = reading.jar_strays {
        return Plan::Withheld(reason);
    }
    // Three slashes, globs and more: what curl reads from it is not known.
    let mut rough = reading.candidates.iter().filter(|word| !is_plain(word));
    if rough.any(|word| may_share_host(word, scheme, &apps, app_of)) {
        return Plan::Withheld("another URL may have the app's host");
    }
    in_jar(&found, apps, app_of)
}

/// Whether curl may find the host of one of `apps` in a word that is no plain URL of an app.
fn may_share_host(word: &str, scheme: &str, apps: &[Url], app_of: AppOf) -> bool {
    let url = url_of(word, scheme);
    if url.as_ref().is_some_and(|url| app_of(url).is_some()) {
        return false;
    }
    // With globs it may be put together from parts; with a colon the word has a port or a scheme.
    let has_globs = |url: &Url| url.host_str().is_some_and(|host| host.contains('{'));
    let lower = word.to_ascii_lowercase();
    let mut hosts = apps.iter().filter_map(Url::host_str);
    hosts.any(|host| lower.contains(host))
        || word.contains(':') && url.as_ref().is_none_or(has_globs)
}

/// All that curl heeds: its configuration files, unless they are switched off, and then its arguments.
fn with_defaults(defaults: &str, arguments: &[String]) -> Vec<String> {
    match arguments.first() {
        Some(first) if heeds_no_defaults(first) => arguments.to_vec(),
        _ => options(defaults).chain(arguments.iter().cloned()).collect(),
    }
}

/// Whether curl reads none of its configuration files after this argument, which has to be the first.
pub(crate) fn heeds_no_defaults(first: &str) -> bool {
    first.starts_with("-q") || first == "--disable"
}

impl<'a> Reading<'a> {
    fn of(arguments: &'a [String]) -> Self {
        let mut reading = Self::default();
        for word in GRAMMAR.read(arguments) {
            match word {
                Word::Bare(word) => reading.candidates.push(word),
                Word::Option(name, value) => reading.option(name, value.unwrap_or_default()),
                Word::Unsure(_) => reading.header_strays = true,
                // So too `--expand-…`, which is filled in from variables.
                Word::Unknown(_) => {
                    reading.header_strays = true;
                    reading.jar_strays = Some("an option of the call is not known here");
                }
            }
        }
        reading
    }

    fn option(&mut self, name: &str, value: &'a str) {
        match name {
            "url" => {
                self.candidates.push(value);
                if value.starts_with('@') {
                    self.jar_strays = Some("curl reads URLs from a file");
                }
            }
            "proto-default" => self.scheme = Some(value),
            "cookie" | "b" => self.own_cookies = true,
            "header" | "H" if is_header(value, "Cookie") => self.own_cookies = true,
            "header" | "H" if is_header(value, "Host") || value.starts_with('@') => {
                self.jar_strays =
                    Some("there may be a Host header, by which curl would pick the cookies");
            }
            "cookie-jar" | "c" => self.jar_strays = Some("curl would store the cookie in a file"),
            "config" | "K" => {
                self.header_strays = true;
                self.jar_strays = Some("a file of options (-K) may send the cookie anywhere");
            }
            "next" | ":" => {
                self.header_strays = true;
                self.before_next.get_or_insert(self.candidates.len());
            }
            // It sends headers on to any host; it writes them down.
            "location-trusted" | "libcurl" => self.header_strays = true,
            "help" | "h" | "manual" | "M" | "version" | "V" => self.contacts_nobody = true,
            _ => {}
        }
    }
}

/// Whether every parser reads the same host from this word, and curl makes one URL of it: a scheme, a host of ordinary
/// letters, then a path or nothing; no user, no globs, no backslash.
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

/// The options in a file for `-K`, such as `.curlrc`, as arguments: `name = "value"`, `--name value`, `-n value`.
fn options(text: &str) -> impl Iterator<Item = String> + '_ {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(|line| {
        let is_dashed = line.starts_with('-');
        let separates = |c: char| c.is_ascii_whitespace() || !is_dashed && "=:".contains(c);
        let (name, value) = line.split_at(line.find(separates).unwrap_or(line.len()));
        let name = match name {
            // To curl it is an option without a name, and no end of the options.
            "" | "--" => "---".to_owned(),
            name if is_dashed => name.to_owned(),
            name => format!("--{name}"),
        };
        let value = unquoted(value.trim_start_matches(separates));
        let takes_value = match GRAMMAR.read(std::slice::from_ref(&name)).last() {
            // Without one, it must not take the next line for it.
            Some(Word::Option(option, None)) => GRAMMAR.takes_value(option),
            Some(Word::Option(_, Some(_))) => false,
            _ => !value.is_empty(),
        };
        std::iter::once(name).chain(takes_value.then_some(value))
    })
}

/// A value in a file for `-K`: up to the closing quote, with what stands behind backslashes, or else all of the line, of
/// which curl may take the first word only.
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

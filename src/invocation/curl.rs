//! curl: any number of URLs, as positional arguments, in `--url` and in files. A header goes to every URL; curl sends
//! the cookies of a jar to their hosts only.
//!
//! Specification: `src/tool_getparam.c`, `src/tool_parsecfg.c` and `lib/http.c` of curl. Even a jar can leak: `-c`
//! writes its cookies to a file, with a `Host` header curl picks cookies by that name, and with `-L` the app can send
//! them to another port. An unknown option may be one more way.
//!
//! A header of ours next to a `Cookie` of another source becomes a second `Cookie` header. The other source may be an
//! option, a file of headers, or the cookies that `-c` makes curl take from one response into the next request.

mod config;
mod repeatable;

use url::Url;

pub(crate) use config::skips_config;
pub(super) use repeatable::repeatable_request;

use config::with_config;

use super::option_grammar::{Argument, Grammar, lists};
use super::route::Detours;
use super::{
    AppOf, Delivery, Plan, TextOf, UNCHECKED, first_url_per_app, has_header, plan_cookie_jar,
    to_url,
};

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

/// Options that may make curl send a second request for one URL.
const REPEATING: &str = "L anyauth digest follow location location-trusted negotiate ntlm ntlm-wb proxy-anyauth \
    proxy-digest proxy-negotiate proxy-ntlm retry";

/// Options that make curl follow redirects.
const FOLLOWING: &str = "L follow location location-trusted";

/// Options whose value is no part of a request's head, so that line ends in it begin no header.
const TEXTS: &str = "F d data data-ascii data-binary data-raw data-urlencode form form-string json variable w write-out";

/// Options that take requests another way.
const DETOURS: Detours = Detours {
    grammar: &GRAMMAR,
    options: "x proxy preproxy proxy1.0 socks4 socks4a socks5 socks5-hostname resolve connect-to unix-socket \
        abstract-unix-socket doh-url dns-servers",
};

/// Reports whether curl takes its requests another way.
pub(super) fn has_detour(config: &str, arguments: &[String]) -> bool {
    DETOURS.are_in(&with_config(config, arguments))
}

/// Reports whether an option (`--noproxy`) takes the place of the variables that exclude hosts from a proxy.
pub(super) fn replaces_exclusions(config: &str, arguments: &[String]) -> bool {
    let all = with_config(config, arguments);
    let mut arguments = GRAMMAR.parse(&all).into_iter();
    arguments.any(|argument| matches!(argument, Argument::Option("noproxy", _)))
}

const UNKNOWN_HEADERS: &str = "the headers it reads (-H @) cannot be known, and may bring a cookie";

/// The parts of a command line that decide about the cookies.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is found by itself")]
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
    /// Why neither a header nor a jar may be handed over.
    forbidden: Option<&'static str>,
    /// Set if curl keeps the cookies of responses (`-c`).
    keeps_cookies: bool,
    /// Set if curl may send a second request for one URL.
    repeats: bool,
    /// Set if curl follows redirects.
    follows: bool,
    own_cookies: bool,
    options_on_stdin: bool,
    sends_nothing: bool,
}

/// Finds the apps in curl's arguments.
pub(super) fn plan(config: &str, arguments: &[String], app_of: AppOf, text_of: TextOf) -> Plan {
    let all = with_config(config, arguments);
    let summary = Summary::of(&all, text_of);
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
    if summary.options_on_stdin {
        return Plan::OptionsOnStdin;
    }
    if let Some(reason) = summary.forbidden {
        return Plan::Withheld(reason);
    }
    let all_of_one_app = apps.len() == 1
        && summary.url_words.iter().all(|word| has_plain_host(word))
        && urls
            .iter()
            .all(|url| url.as_ref().is_some_and(|url| app_of(url).is_some()));
    if all_of_one_app && !summary.header_may_leak && !summary.may_add_cookies() {
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
    if summary.follows {
        return Plan::Withheld("with -L the app could have curl take the cookie to another port");
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

impl<'a> Summary<'a> {
    fn of(arguments: &'a [String], text_of: TextOf) -> Self {
        let mut summary = Self::default();
        for argument in GRAMMAR.parse(arguments) {
            match argument {
                Argument::Positional(word) => summary.url_words.push(word),
                Argument::Option(name, value) => {
                    summary.add_option(name, value.unwrap_or_default(), text_of);
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

    fn add_option(&mut self, name: &str, value: &'a str, text_of: TextOf) {
        self.repeats |= lists(REPEATING, name);
        self.follows |= lists(FOLLOWING, name);
        // A line end in a user agent, a method and the like begins a header.
        let has_lines = value.contains(['\r', '\n']) && !lists(TEXTS, name);
        self.own_cookies |= has_lines && has_header(value, "Cookie");
        match name {
            "url" => {
                self.url_words.push(value);
                if value.starts_with('@') {
                    self.jar_leak = Some("curl reads URLs from a file");
                }
            }
            "proto-default" => self.scheme = Some(value),
            "cookie" | "b" => self.own_cookies = true,
            "header" | "H" => match value.strip_prefix('@') {
                Some(path) => match text_of(path) {
                    Some(text) => self.add_headers(&text),
                    None => self.forbidden = Some(UNKNOWN_HEADERS),
                },
                None => self.add_headers(value),
            },
            "cookie-jar" | "c" => {
                self.keeps_cookies = true;
                self.jar_leak = Some("curl would store the cookie in a file");
            }
            "insecure" | "k" => self.forbidden = Some(UNCHECKED),
            "config" | "K" => {
                self.options_on_stdin |= value == "-";
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

    fn add_headers(&mut self, lines: &str) {
        self.own_cookies |= has_header(lines, "Cookie");
        if has_header(lines, "Host") {
            self.jar_leak = Some("the call sets a Host header, and curl picks the cookies by it");
        }
    }

    /// Reports whether curl may send cookies of earlier responses next to a header of ours.
    fn may_add_cookies(&self) -> bool {
        let is_one_request =
            !self.repeats && matches!(self.url_words[..], [word] if is_plain(word));
        self.keeps_cookies && !is_one_request
    }
}

/// Reports whether curl makes exactly one URL of this word, with the host that every parser reads from it.
fn is_plain(word: &str) -> bool {
    has_plain_host(word) && !word.contains(['{', '}', '[', ']'])
}

/// Reports whether every parser reads the same host from this word: a scheme, a host of ordinary letters, and perhaps a
/// path, which may have globs. It has no user info and no backslashes.
fn has_plain_host(word: &str) -> bool {
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
        && !path.contains('\\')
}

#[cfg(test)]
mod tests;

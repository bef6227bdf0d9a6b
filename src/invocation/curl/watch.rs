//! Which command lines of curl can be watched through `-D`, and given to curl a second time.
//!
//! What is not listed here is not watched: an option that curl learns tomorrow, one that writes headers or more than one
//! output, one that asks a person, one that continues what was there, and whatever reads stdin, writes a file (which a
//! refused attempt would leave behind) or would show the first attempt to anybody. Nor are several URLs: the first of them
//! may have done its work when another is refused. Specification: curl(1), `src/tool_operate.c`.

use std::path::PathBuf;

use url::Url;

use super::super::Watch;
use super::super::words::Word;
use super::{GRAMMAR, is_plain, with_defaults};

/// Options without a value under which a second call does as the first would have done.
const FLAGS: &str = "# 0 1 4 6 B G I L N S f g i k n s alpn basic buffer ca-native compressed create-dirs disable \
    fail fail-early fail-with-body get globoff head http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only \
    include insecure ipv4 ipv6 keepalive location netrc netrc-optional out-null path-as-is post301 post302 post303 \
    progress-bar progress-meter q R raw remote-time retry-all-errors retry-connrefused sessionid show-error \
    show-headers silent ssl-allow-beast ssl-no-revoke styled-output tcp-fastopen tcp-nodelay tlsv1 tlsv1.0 \
    tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding use-ascii";

/// Options whose value is nothing but itself.
const VALUES: &str = "A X Y e m r y ciphers connect-timeout connect-to curves data-raw dns-servers expect100-timeout \
    form-string happy-eyeballs-timeout-ms interface keepalive-time limit-rate local-port max-filesize max-redirs \
    max-time oauth2-bearer proto proto-default proto-redir range referer request request-target resolve retry \
    retry-delay retry-max-time speed-limit speed-time tls-max tls13-ciphers url user-agent";

/// Options whose value names a file to read.
const FILES: &str = "E T cacert capath cert crlfile key netrc-file upload-file";

/// Options whose value names a file behind a `@`.
const AT_FILES: &str = "H d data data-ascii data-binary header json";

/// Finds out whether curl's answers to `arguments` can be watched.
pub(crate) fn watch(defaults: &str, arguments: &[String]) -> Option<Watch> {
    let all = with_defaults(defaults, arguments);
    let mut reads = Vec::new();
    let mut urls = Vec::new();
    for word in GRAMMAR.read(&all) {
        match word {
            Word::Bare(url) | Word::Option("url", Some(url)) => urls.push(url),
            Word::Option(name, Some(value)) => valued(name, value, &mut reads)?,
            Word::Option(name, None) if lists(FLAGS, name.strip_prefix("no-").unwrap_or(name)) => {}
            Word::Option(_, None) | Word::Unsure(_) | Word::Unknown(_) => return None,
        }
    }
    let [url] = urls[..] else {
        return None;
    };
    is_plain(url).then_some(Watch {
        first: Url::parse(url).ok()?,
        reads,
    })
}

/// Notes the file that an option with its value has curl read, if any; `None` if the line cannot be watched with it.
fn valued(name: &str, value: &str, reads: &mut Vec<PathBuf>) -> Option<()> {
    let strays = |value: &str| value.contains("%output{") || value.contains("%{stderr}");
    match name {
        _ if lists(VALUES, name) => Some(()),
        _ if lists(FILES, name) => read(value, reads),
        _ if lists(AT_FILES, name) => match value.strip_prefix('@') {
            Some(path) => read(path, reads),
            None => Some(()),
        },
        // `name@file`, where no `=` comes before the `@`.
        "data-urlencode" | "url-query" => match value.split_once('@') {
            Some((before, path)) if !before.contains('=') => read(path, reads),
            _ => Some(()),
        },
        "F" | "form" => part(value, reads),
        "o" | "output" => ["-", "/dev/null"].contains(&value).then_some(()),
        // `%output{}` appends to files, and `%{stderr}` writes beside them.
        "w" | "write-out" => (!value.starts_with('@') && !strays(value)).then_some(()),
        // Without a password curl asks for one.
        "u" | "user" => value.contains(':').then_some(()),
        _ => None,
    }
}

/// One part of a form: `name=content`, `name=@file;type=…`, `name=<file`; several files, a file of headers (`;headers=@`)
/// and quotes are left alone.
fn part(value: &str, reads: &mut Vec<PathBuf>) -> Option<()> {
    let (_, content) = value.split_once('=')?;
    if content.to_ascii_lowercase().contains("headers=") {
        return None;
    }
    let Some(path) = content.strip_prefix(['@', '<']) else {
        return (!content.starts_with('(')).then_some(());
    };
    let path = path.split(';').next().unwrap_or_default();
    (!path.contains([',', '"'])).then(|| read(path, reads))?
}

/// A file that is read: not stdin, and not one of several.
fn read(path: &str, reads: &mut Vec<PathBuf>) -> Option<()> {
    if path.is_empty() || ["-", "."].contains(&path) || path.contains(['{', '[']) {
        return None;
    }
    reads.push(path.into());
    Some(())
}

fn lists(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|listed| listed == name)
}

#[cfg(test)]
mod tests {
    use super::watch;

    /// What is asked and read, or that the line cannot be watched.
    fn watched(defaults: &str, line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let watch = watch(defaults, &words)?;
        Some(format!("{} {:?}", watch.first.path(), watch.reads))
    }

    #[test]
    fn a_request_that_can_be_sent_again_is_watched() {
        for (line, expected) in [
            ("https://a.example/x", "/x []"),
            ("-sSfL https://a.example/x", "/x []"),
            (
                "-i -I --no-progress-meter --url https://a.example/x",
                "/x []",
            ),
            ("-d a=b -H A:b -XPOST https://a.example/x", "/x []"),
            ("-d @f --json @g https://a.example/x", "/x [\"f\", \"g\"]"),
            ("-F a=@f;type=x -F b=c@d https://a.example/x", "/x [\"f\"]"),
            (
                "--data-urlencode a@f --data-urlencode a=@f https://a.example/x",
                "/x [\"f\"]",
            ),
            ("-T f -H @h https://a.example/x", "/x [\"f\", \"h\"]"),
            ("-o - -w %{http_code} https://a.example/x", "/x []"),
            ("-so /dev/null https://a.example/x", "/x []"),
            ("-u ada:secret https://a.example/x", "/x []"),
        ] {
            assert_eq!(watched("", line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn what_reads_stdin_or_cannot_be_done_twice_is_not() {
        for options in [
            "-d @-",
            "--data-binary @-",
            "--json @-",
            "-T -",
            "-T .",
            "-F x=@-",
            "-F x=<-",
            "-F x=@a,b",
            "-F x=y;headers=@f",
            "-F x=@a;type=b;Headers=@f",
            "-o f",
            "--output f",
            "-so f",
            "-O",
            "-OJ",
            "--remote-name-all",
            "--referer=x",
            "--data-urlencode @-",
            "--data-urlencode x@-",
            "--url-query @-",
            "-H @-",
            "-K -",
            "-K f",
            "-D f",
            "--dump-header f",
            "--next",
            "-Z",
            "--libcurl f",
            "-J -O",
            "-C -",
            "-C 5",
            "--no-clobber -o f",
            "-c jar",
            "--trace f",
            "-v",
            "--stderr f",
            "--remove-on-error -o f",
            "--etag-save f",
            "-x proxy",
            "--anyauth",
            "--digest",
            "--ntlm",
            "-u ada",
            "-w %output{f}",
            "-w %{stderr}x",
            "-w @-",
            "--unheard-of",
            "--hea",
            "-d @f -o f",
            "-T f -O",
            "-T {a,b}",
            "--output-dir d -O",
            "--location-trusted",
            "-a",
            "--variable x",
            "--expand-data x",
            "-h",
            "-V",
            "--proxy-header x",
            "-o",
            "-d",
        ] {
            let line = format!("https://a.example/x {options}");
            assert_eq!(watched("", &line), None, "{options}");
        }
        assert_eq!(watched("", "-s"), None);
    }

    #[test]
    fn of_several_urls_the_first_may_have_been_let_in_when_another_is_refused() {
        for line in [
            "https://a.example/x https://a.example/y",
            "https://a.example/x --url https://a.example/x",
            "https://a.example/{x,y}",
            "https://a.example/x?[1-2]",
            "https://a.example?x={1,2}",
        ] {
            assert_eq!(watched("", line), None, "{line}");
        }
        assert_eq!(
            watched("url = https://a.example/y\n", "https://a.example/x"),
            None
        );
    }

    #[test]
    fn a_curlrc_counts_too() {
        assert!(watched("silent\n-L\n", "https://a.example/x").is_some());
        assert!(watched("proxy = p\n", "https://a.example/x").is_none());
        assert!(watched("proxy = p\n", "-q https://a.example/x").is_some());
    }
}

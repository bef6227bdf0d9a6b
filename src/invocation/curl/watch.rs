//! Which command lines of curl can be watched through `-D`, and given to curl a second time.
//!
//! What is not listed here is not watched: an option that curl learns tomorrow, one that writes headers or more than one
//! output, one that asks a person, one that continues what was there, and whatever reads stdin or would show the first
//! attempt to anybody. Specification: curl(1), `src/tool_operate.c`.

use std::path::PathBuf;

use url::Url;

use super::super::Watch;
use super::super::words::Word;
use super::{GRAMMAR, with_defaults};

/// Options without a value under which a second call does as the first would have done.
const FLAGS: &str = "# 0 1 4 6 B G I L N O S f g i k n s alpn basic buffer ca-native compressed create-dirs disable \
    fail fail-early fail-with-body get globoff head http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only \
    include insecure ipv4 ipv6 keepalive location netrc netrc-optional out-null path-as-is post301 post302 post303 \
    progress-bar progress-meter q R raw remote-time remote-name remote-name-all retry-all-errors retry-connrefused sessionid \
    show-error show-headers silent ssl-allow-beast ssl-no-revoke styled-output tcp-fastopen tcp-nodelay tlsv1 tlsv1.0 \
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
    let mut reading = Files::default();
    let mut first = None;
    for word in GRAMMAR.read(&all) {
        match word {
            Word::Bare(url) | Word::Option("url", Some(url)) => first = first.or(Some(url)),
            Word::Option(name, Some(value)) => reading.valued(name, value)?,
            Word::Option(name, None) if lists(FLAGS, name.strip_prefix("no-").unwrap_or(name)) => {
                reading.has_remote_name |= ["O", "remote-name", "remote-name-all"].contains(&name);
            }
            Word::Option(_, None) | Word::Unsure(_) => return None,
        }
    }
    let overwritten = reading
        .writes
        .iter()
        .any(|path| reading.reads.contains(path))
        || reading.has_remote_name && !reading.reads.is_empty();
    (!overwritten).then_some(Watch {
        first: Url::parse(first?).ok()?,
        reads: reading.reads,
        writes: reading.writes,
    })
}

/// The files that a command line names.
#[derive(Default)]
struct Files {
    reads: Vec<PathBuf>,
    writes: Vec<PathBuf>,
    /// Files are written that are called like the last parts of URLs.
    has_remote_name: bool,
}

impl Files {
    /// Takes in an option with its value; `None` if the line cannot be watched with it.
    fn valued(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            _ if lists(VALUES, name) => Some(()),
            _ if lists(FILES, name) => self.read(value),
            _ if lists(AT_FILES, name) => match value.strip_prefix('@') {
                Some(path) => self.read(path),
                None => Some(()),
            },
            // `name@file`, where no `=` comes before the `@`.
            "data-urlencode" | "url-query" => match value.split_once('@') {
                Some((before, path)) if !before.contains('=') => self.read(path),
                _ => Some(()),
            },
            "F" | "form" => self.part(value),
            "o" | "output" => {
                self.write(value);
                Some(())
            }
            // `%output{}` appends to files, and `%{stderr}` writes beside them.
            "w" | "write-out" if value.contains("%output{") || value.contains("%{stderr}") => None,
            "w" | "write-out" => match value.strip_prefix('@') {
                Some(_) => None,
                None => Some(()),
            },
            // Without a password curl asks for one.
            "u" | "user" => value.contains(':').then_some(()),
            _ => None,
        }
    }

    /// One part of a form: `name=content`, `name=@file;type=…`, `name=<file`; several files or quotes are left alone.
    fn part(&mut self, value: &str) -> Option<()> {
        let (_, content) = value.split_once('=')?;
        let Some(path) = content.strip_prefix(['@', '<']) else {
            return (!content.starts_with('(')).then_some(());
        };
        let path = path.split(';').next().unwrap_or_default();
        (!path.contains([',', '"'])).then(|| self.read(path))?
    }

    /// A file that is read: not stdin, and not one of several.
    fn read(&mut self, path: &str) -> Option<()> {
        if path.is_empty() || ["-", "."].contains(&path) || path.contains(['{', '[']) {
            return None;
        }
        self.reads.push(path.into());
        Some(())
    }

    fn write(&mut self, path: &str) {
        if !["-", "/dev/null"].contains(&path) {
            self.writes.push(path.into());
        }
    }
}

fn lists(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|listed| listed == name)
}

#[cfg(test)]
mod tests {
    use super::watch;

    /// What is read and written, or that the line cannot be watched.
    fn watched(defaults: &str, line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let watch = watch(defaults, &words)?;
        Some(format!(
            "{} {:?} {:?}",
            watch.first.path(),
            watch.reads,
            watch.writes
        ))
    }

    #[test]
    fn a_request_that_can_be_sent_again_is_watched() {
        for (line, expected) in [
            ("https://a.example/x", "/x [] []"),
            ("-sSfL https://a.example/x https://a.example/y", "/x [] []"),
            (
                "-i -I --no-progress-meter --url https://a.example/x",
                "/x [] []",
            ),
            ("-d a=b -H A:b -XPOST https://a.example/x", "/x [] []"),
            (
                "-d @f --json @g https://a.example/x",
                "/x [\"f\", \"g\"] []",
            ),
            (
                "-F a=@f;type=x -F b=c@d https://a.example/x",
                "/x [\"f\"] []",
            ),
            (
                "--data-urlencode a@f --data-urlencode a=@f https://a.example/x",
                "/x [\"f\"] []",
            ),
            ("-T f -H @h https://a.example/x", "/x [\"f\", \"h\"] []"),
            ("-o f -w %{http_code} https://a.example/x", "/x [] [\"f\"]"),
            ("-so /dev/null https://a.example/x", "/x [] []"),
            ("-OJ https://a.example/x", ""),
            ("-O https://a.example/x", "/x [] []"),
            ("-u ada:secret https://a.example/x", "/x [] []"),
        ] {
            let expected = Some(expected.to_owned()).filter(|expected| !expected.is_empty());
            assert_eq!(watched("", line), expected, "{line}");
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
    fn a_curlrc_counts_too() {
        assert!(watched("silent\n-L\n", "https://a.example/x").is_some());
        assert!(watched("proxy = p\n", "https://a.example/x").is_none());
        assert!(watched("proxy = p\n", "-q https://a.example/x").is_some());
    }
}

//! Finds the curl command lines that can run twice: once with `-D`, which shows whether the ALB refused the session,
//! and once more if it did.
//!
//! An option that is missing from these lists makes the command line unrepeatable. That covers future options of curl
//! and every option that reads stdin, asks a person, resumes a download, writes headers or several outputs, writes a
//! file (a refused attempt would leave one behind), or shows the first attempt to the user. Several URLs are
//! unrepeatable too, because the first may have taken effect when the ALB refuses the second.
//! Specification: curl(1), `src/tool_operate.c`.

use std::path::PathBuf;

use url::Url;

use super::super::RepeatableRequest;
use super::super::option_grammar::{Argument, lists};
use super::config::with_config;
use super::{GRAMMAR, is_plain};

/// Options without a value that are safe to repeat.
const FLAGS: &str = "# 0 1 4 6 B G I L N S f g i n s alpn basic buffer ca-native compressed create-dirs disable \
    fail fail-early fail-with-body get globoff head http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only \
    include ipv4 ipv6 keepalive location netrc netrc-optional out-null path-as-is post301 post302 post303 \
    progress-bar progress-meter q R raw remote-time retry-all-errors retry-connrefused sessionid show-error \
    show-headers silent ssl-allow-beast ssl-no-revoke styled-output tcp-fastopen tcp-nodelay tlsv1 tlsv1.0 \
    tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding use-ascii";

/// Options with a plain value that are safe to repeat.
const VALUES: &str = "A X Y e m r y ciphers connect-timeout connect-to curves data-raw dns-servers expect100-timeout \
    form-string happy-eyeballs-timeout-ms interface keepalive-time limit-rate local-port max-filesize max-redirs \
    max-time oauth2-bearer proto proto-default proto-redir range referer request request-target resolve retry \
    retry-delay retry-max-time speed-limit speed-time tls-max tls13-ciphers url user-agent";

/// Options whose value names an input file.
const FILES: &str = "E T cacert capath cert crlfile key netrc-file upload-file";

/// Options whose value names an input file if it starts with `@`.
const AT_FILES: &str = "H d data data-ascii data-binary header json";

/// Returns the request of curl's `arguments` if curl can repeat it.
pub(crate) fn repeatable_request(config: &str, arguments: &[String]) -> Option<RepeatableRequest> {
    let all = with_config(config, arguments);
    let mut input_files = Vec::new();
    let mut urls = Vec::new();
    for argument in GRAMMAR.parse(&all) {
        match argument {
            Argument::Positional(url) | Argument::Option("url", Some(url)) => urls.push(url),
            Argument::Option(name, Some(value)) => {
                check_value(name, value, &mut input_files)?;
            }
            Argument::Option(name, None) if is_safe_flag(name) => {}
            Argument::Option(_, None) | Argument::Unsure(_) | Argument::Unknown(_) => return None,
        }
    }
    let [url] = urls[..] else {
        return None;
    };
    is_plain(url).then_some(RepeatableRequest {
        url: Url::parse(url).ok()?,
        input_files,
    })
}

/// Reports whether a flag is safe to repeat, in its positive or its `no-` form.
fn is_safe_flag(name: &str) -> bool {
    lists(FLAGS, name.strip_prefix("no-").unwrap_or(name))
}

/// Checks an option with a value, and adds the file that it makes curl read. `None` if the option is unrepeatable.
fn check_value(name: &str, value: &str, input_files: &mut Vec<PathBuf>) -> Option<()> {
    match name {
        _ if lists(VALUES, name) => Some(()),
        _ if lists(FILES, name) => add_file(value, input_files),
        _ if lists(AT_FILES, name) => match value.strip_prefix('@') {
            Some(path) => add_file(path, input_files),
            None => Some(()),
        },
        // `name@file`, with no `=` before the `@`.
        "data-urlencode" | "url-query" => match value.split_once('@') {
            Some((before, path)) if !before.contains('=') => add_file(path, input_files),
            _ => Some(()),
        },
        "F" | "form" => check_form_part(value, input_files),
        "o" | "output" => ["-", "/dev/null"].contains(&value).then_some(()),
        // `@` reads the text from a file, `%output{}` appends to a file, and `%{stderr}` writes to stderr.
        "w" | "write-out" => {
            let writes_elsewhere = value.contains("%output{") || value.contains("%{stderr}");
            (!value.starts_with('@') && !writes_elsewhere).then_some(())
        }
        // Without a password curl asks for one.
        "u" | "user" => value.contains(':').then_some(()),
        _ => None,
    }
}

/// Checks one part of a form: `name=content`, `name=@file;type=…` or `name=<file`. Several files, a file of headers
/// (`;headers=@`) and quotes are unrepeatable.
fn check_form_part(value: &str, input_files: &mut Vec<PathBuf>) -> Option<()> {
    let (_, content) = value.split_once('=')?;
    if content.to_ascii_lowercase().contains("headers=") {
        return None;
    }
    let Some(path) = content.strip_prefix(['@', '<']) else {
        return (!content.starts_with('(')).then_some(());
    };
    let path = path.split(';').next().unwrap_or_default();
    if path.contains([',', '"']) {
        return None;
    }
    add_file(path, input_files)
}

/// Adds an input file. `None` if the path means stdin or, with globs, several files.
fn add_file(path: &str, input_files: &mut Vec<PathBuf>) -> Option<()> {
    if path.is_empty() || ["-", "."].contains(&path) || path.contains(['{', '[']) {
        return None;
    }
    input_files.push(path.into());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::repeatable_request;

    /// The path and the input files of a repeatable request.
    fn repeatable(config: &str, line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let request = repeatable_request(config, &words)?;
        Some(format!("{} {:?}", request.url.path(), request.input_files))
    }

    #[test]
    fn one_plain_request_is_repeatable() {
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
            assert_eq!(repeatable("", line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn stdin_files_questions_and_unknown_options_are_unrepeatable() {
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
            assert_eq!(repeatable("", &line), None, "{options}");
        }
        assert_eq!(repeatable("", "-s"), None);
    }

    #[test]
    fn several_urls_are_unrepeatable() {
        for line in [
            "https://a.example/x https://a.example/y",
            "https://a.example/x --url https://a.example/x",
            "https://a.example/{x,y}",
            "https://a.example/x?[1-2]",
            "https://a.example?x={1,2}",
        ] {
            assert_eq!(repeatable("", line), None, "{line}");
        }
        assert_eq!(
            repeatable("url = https://a.example/y\n", "https://a.example/x"),
            None
        );
    }

    #[test]
    fn a_curlrc_counts_too() {
        assert!(repeatable("silent\n-L\n", "https://a.example/x").is_some());
        assert!(repeatable("proxy = p\n", "https://a.example/x").is_none());
        assert!(repeatable("proxy = p\n", "-q https://a.example/x").is_some());
    }
}

//! Go's dialect, GOAUTH: the request has URLs as arguments, the answer has blocks of a URL prefix and its headers.
//! Specification: `go help goauth` (Go 1.24 and later).
//!
//! Go runs the command once with the configured arguments. For every 4xx response it runs the command again, with the
//! URL as the last argument and the response's status line and headers on stdin. A prefix matches whole path segments.
//! A block without a header makes Go forget the prefix. Go accepts only https URLs, and drops the whole output if a
//! block does not end with a blank line.

use super::Sight;
use crate::caller_policy::{CallerPolicy, Questions};
use crate::secret::Secret;
use crate::site::Site;

/// Go waits for its command without a limit.
pub(crate) const POLICY: CallerPolicy = CallerPolicy {
    questions: Questions::AsGitSays,
    windows: false,
    limit: None,
};

/// A request of Go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum GoRequest<'a> {
    /// Go is about to download, and wants the sessions of these targets. No targets means every cached session.
    Initial(&'a [String]),
    /// Go got a 4xx response from this URL.
    AfterResponse { url: &'a str, is_refusal: bool },
}

impl<'a> GoRequest<'a> {
    /// Parses the arguments and the first line of stdin.
    pub(crate) fn read(arguments: &'a [String], line: &[u8]) -> Self {
        match (arguments.split_last(), status(line)) {
            (Some((url, _)), Some(status)) => Self::AfterResponse {
                url,
                is_refusal: matches!(status, b"401" | b"403"),
            },
            _ => Self::Initial(arguments),
        }
    }
}

/// Returns the first line of stdin as far as it can be seen, if it is a response's: all that Go ever writes there.
pub(crate) fn response_line(input: &[u8], is_whole: bool) -> Sight<Vec<u8>> {
    const BEGINNING: &[u8] = b"HTTP/";
    /// Longer than every status and what is before it.
    const LONG: usize = 1024;
    let line = input
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let length = BEGINNING.len().min(line.len());
    let is_complete = is_whole || line.len() < input.len() || line.len() > LONG;
    match line[..length] == BEGINNING[..length] {
        true if !is_complete => Sight::Unfinished,
        true if length == BEGINNING.len() => Sight::Found(line.to_vec()),
        _ => Sight::Other,
    }
}

/// Parses the status in the first line of an HTTP response. `None` if `line` is not such a line.
fn status(line: &[u8]) -> Option<&[u8]> {
    let mut words = line.split(u8::is_ascii_whitespace);
    words
        .next()
        .filter(|version| version.starts_with(b"HTTP/"))?;
    Some(words.next().unwrap_or_default())
}

/// Reports whether Go accepts a block for this site.
pub(crate) fn accepts(site: &Site) -> bool {
    site.is_https()
}

/// Renders the block that makes Go send `cookie` to `site`. Without a cookie, it makes Go forget the site.
pub(crate) fn block(url: &str, cookie: Option<&Secret>) -> Secret {
    match cookie {
        Some(cookie) => Secret::concat(&[url, "\n\nCookie: ", cookie.expose(), "\n\n"]),
        None => Secret::concat(&[url, "\n\n\n"]),
    }
}

#[cfg(test)]
mod tests {
    use super::{GoRequest, Sight, accepts, block, response_line};
    use crate::secret::Secret;
    use crate::site::Site;

    fn site(url: &str) -> Site {
        Site::parse(url).expect("a site")
    }

    #[test]
    fn a_blank_line_ends_the_prefix_and_the_header_of_a_block() {
        let cookie = Secret::new("A-0=x+/=; A-1=y".into());
        assert_eq!(
            block(&site("https://go.corp.example").url(), Some(&cookie)).expose(),
            "https://go.corp.example\n\nCookie: A-0=x+/=; A-1=y\n\n"
        );
        assert_eq!(
            block(&site("https://corp.example:8443/go/").url(), Some(&cookie)).expose(),
            "https://corp.example:8443/go\n\nCookie: A-0=x+/=; A-1=y\n\n"
        );
        assert_eq!(
            block(&site("https://corp.example/go").url(), None).expose(),
            "https://corp.example/go\n\n\n"
        );
    }

    #[test]
    fn go_accepts_only_https() {
        assert!(accepts(&site("https://go.corp.example")));
        assert!(!accepts(&site("http://127.0.0.1:8080")));
    }

    #[test]
    fn a_response_on_stdin_is_about_the_last_argument() {
        let arguments = [
            "https://a.example".to_owned(),
            "https://b.example/x".to_owned(),
        ];
        for (line, is_refusal) in [
            (&b"HTTP/1.1 401 Unauthorized\n"[..], true),
            (b"HTTP/2.0 403 Forbidden\r\n", true),
            (b"HTTP/1.1 401\n", true),
            (b"HTTP/1.1 404 Not Found\n", false),
            (b"HTTP/1.1 410 Gone", false),
            (b"HTTP/1.1 4011 ?\n", false),
            (b"HTTP/1.1\n", false),
            (b"HTTP/", false),
            (b"HTTP/\xff\0 \xfe", false),
        ] {
            let url = "https://b.example/x";
            let expected = GoRequest::AfterResponse { url, is_refusal };
            assert_eq!(GoRequest::read(&arguments, line), expected, "{line:?}");
        }
    }

    #[test]
    fn without_a_response_the_arguments_are_the_targets() {
        let arguments = ["https://a.example".to_owned()];
        for line in [
            &b""[..],
            b"\n",
            b" HTTP/1.1 401 x\n",
            b"http/1.1 401 x\n",
            b"\xff\0\n",
        ] {
            assert_eq!(
                GoRequest::read(&arguments, line),
                GoRequest::Initial(&arguments),
                "{line:?}"
            );
        }
        assert_eq!(
            GoRequest::read(&[], b"HTTP/1.1 401 x\n"),
            GoRequest::Initial(&[])
        );
    }

    #[test]
    fn stdin_is_a_response_or_nothing_of_gos() {
        let found = |line: &str| Sight::Found(line.as_bytes().to_vec());
        let long = format!("HTTP/1.1 404 {}", "x".repeat(2000));
        for (input, sight) in [
            (
                "HTTP/1.1 404 Not Found\r\nX: y",
                found("HTTP/1.1 404 Not Found\r"),
            ),
            (long.as_str(), found(&long)),
            ("", Sight::Unfinished),
            ("HTT", Sight::Unfinished),
            ("HTTP/1.1 40", Sight::Unfinished),
            ("HTT\n", Sight::Other),
            ("\nHTTP/1.1 404", Sight::Other),
            ("echo after\n", Sight::Other),
        ] {
            assert_eq!(response_line(input.as_bytes(), false), sight, "{input:?}");
        }
        assert_eq!(response_line(b"HTTP/1.1 404", true), found("HTTP/1.1 404"));
        assert_eq!(response_line(b"HTT", true), Sight::Other);
    }

    proptest::proptest! {
        #[test]
        fn only_a_status_line_is_taken_as_a_response(
            line in proptest::collection::vec(proptest::num::u8::ANY, 0..40),
            is_response in proptest::bool::ANY,
        ) {
            let line = if is_response { [b"HTTP/", &*line].concat() } else { line };
            let arguments = ["https://a.example".to_owned()];
            let request = GoRequest::read(&arguments, &line);
            let answered = matches!(request, GoRequest::AfterResponse { .. });
            proptest::prop_assert_eq!(answered, line.starts_with(b"HTTP/"));
        }
    }
}

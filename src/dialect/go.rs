//! Go's dialect, GOAUTH: URLs as arguments, blocks of a URL prefix and its headers on stdout.
//! Specification: `go help goauth` (Go 1.24 and later).
//!
//! Go runs the command once with the arguments of its own configuration, and once more for every answer 4xx, with the URL
//! as one more argument and the status line and the headers of that answer on stdin. A prefix holds for whole segments of
//! the path; a block without a header takes it out of Go's memory. Go takes URLs with https only, and throws away all
//! that was said if one block is not closed by a blank line.

use super::Manner;
use crate::secret::Secret;
use crate::site::Site;
use crate::terminal::Questions;

/// Go waits for its command as long as it takes.
pub(crate) const MANNER: Manner = Manner {
    questions: Questions::AsGitSays,
    limit: None,
};

/// What Go wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request<'a> {
    /// Sessions of these, before anything is downloaded; where there are none, of all that are at hand.
    Ready(&'a [String]),
    /// Another look at the session of a URL that was answered 4xx.
    Answered { url: &'a str, is_refusal: bool },
}

impl<'a> Request<'a> {
    /// Reads the arguments, and the first line of stdin.
    pub(crate) fn read(arguments: &'a [String], line: &[u8]) -> Self {
        match (arguments.split_last(), status(line)) {
            (Some((url, _)), Some(status)) => Self::Answered {
                url,
                is_refusal: matches!(status, b"401" | b"403"),
            },
            _ => Self::Ready(arguments),
        }
    }
}

/// The status in the first line of an HTTP response; `None` where it is no such line.
fn status(line: &[u8]) -> Option<&[u8]> {
    let mut words = line.split(u8::is_ascii_whitespace);
    words
        .next()
        .filter(|version| version.starts_with(b"HTTP/"))?;
    Some(words.next().unwrap_or_default())
}

/// Whether Go takes a block of this site.
pub(crate) fn takes(site: &Site) -> bool {
    site.is_https()
}

/// The block that has Go send `cookie` to `site`, or nothing any more.
pub(crate) fn block(site: &Site, cookie: Option<&Secret>) -> Secret {
    match cookie {
        Some(cookie) => Secret::concat(&[&site.url(), "\n\nCookie: ", cookie.expose(), "\n\n"]),
        None => Secret::concat(&[&site.url(), "\n\n\n"]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, block, takes};
    use crate::secret::Secret;
    use crate::site::Site;

    fn site(url: &str) -> Site {
        Site::parse(url).expect("a site")
    }

    #[test]
    fn a_block_is_a_prefix_and_a_header_each_closed_by_a_blank_line() {
        let cookie = Secret::new("A-0=x+/=; A-1=y".into());
        assert_eq!(
            block(&site("https://go.corp.example"), Some(&cookie)).expose(),
            "https://go.corp.example\n\nCookie: A-0=x+/=; A-1=y\n\n"
        );
        assert_eq!(
            block(&site("https://corp.example:8443/go/"), Some(&cookie)).expose(),
            "https://corp.example:8443/go\n\nCookie: A-0=x+/=; A-1=y\n\n"
        );
        assert_eq!(
            block(&site("https://corp.example/go"), None).expose(),
            "https://corp.example/go\n\n\n"
        );
    }

    #[test]
    fn go_takes_no_site_without_https() {
        assert!(takes(&site("https://go.corp.example")) && !takes(&site("http://127.0.0.1:8080")));
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
            let expected = Request::Answered { url, is_refusal };
            assert_eq!(Request::read(&arguments, line), expected, "{line:?}");
        }
    }

    #[test]
    fn without_a_response_the_arguments_are_what_is_wanted() {
        let arguments = ["https://a.example".to_owned()];
        for line in [
            &b""[..],
            b"\n",
            b" HTTP/1.1 401 x\n",
            b"http/1.1 401 x\n",
            b"\xff\0\n",
        ] {
            assert_eq!(
                Request::read(&arguments, line),
                Request::Ready(&arguments),
                "{line:?}"
            );
        }
        assert_eq!(Request::read(&[], b"HTTP/1.1 401 x\n"), Request::Ready(&[]));
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_on_stdin_only_a_response_is_one(
            line in proptest::collection::vec(proptest::num::u8::ANY, 0..40),
            is_response in proptest::bool::ANY,
        ) {
            let line = if is_response { [b"HTTP/", &*line].concat() } else { line };
            let arguments = ["https://a.example".to_owned()];
            let answered = matches!(Request::read(&arguments, &line), Request::Answered { .. });
            proptest::prop_assert_eq!(answered, line.starts_with(b"HTTP/"));
        }
    }
}

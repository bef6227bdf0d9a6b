//! `--as netscape`: a cookie file that curl, git, wget and Python's `MozillaCookieJar` all read.
//!
//! Each column is what the strictest of them wants. Python demands the first line, and FALSE for a domain without a
//! leading dot; it takes an expiry of 0 for the past, and curl and wget refuse an empty one. curl matches no domain
//! that has a port or brackets. wget takes `#HttpOnly_` for a comment, and sends a secure cookie only over https,
//! loopback or not. (To an IPv6 address, or a host without a dot, Python sends nothing, whatever the file says.)
//! Format: <https://curl.se/docs/http-cookies.html>.

use super::Text;
use crate::answer::Answer;
use crate::secret::Secret;

/// The longest line, newline included, that curl takes (`MAX_COOKIE_LINE`, less the byte that ends a C string).
const LONGEST_LINE: usize = 4999;
/// The longest header that is sure to fit. curl drops, without a word, each cookie that would bring what it has
/// written so far over 8190 bytes (`MAX_COOKIE_HEADER_LEN`), and in curl 7.88 that counts the request line, `Host`,
/// `User-Agent` and `Accept` too: 1 KiB is left for these.
const LONGEST_HEADER: usize = 8190 - 1024;
/// What a person is told whose session is larger.
const TOO_LARGE: &str = "credential: this session may be too large for the cookie file of curl and git, which drop what \
                         does not fit; with curl, use --as curl or --as header\n";

pub(crate) fn render(answer: &Answer) -> Text {
    let site = &answer.app.site;
    let host = site.host().trim_matches(['[', ']']);
    let secure = if site.is_https() { "TRUE" } else { "FALSE" };
    let end = answer.end.unix_timestamp().to_string();
    let mut pieces = vec!["# Netscape HTTP Cookie File\n"];
    let mut longest = 0;
    for shard in &answer.session.shards {
        let line = [
            host,
            "\tFALSE\t/\t",
            secure,
            "\t",
            &end,
            "\t",
            &shard.name,
            "\t",
            shard.value.expose(),
            "\n",
        ];
        longest = longest.max(line.iter().map(|piece| piece.len()).sum());
        pieces.extend(line);
    }
    let header = "Cookie: ".len() + answer.session.cookie().expose().len();
    let fits = longest <= LONGEST_LINE && header <= LONGEST_HEADER;
    Text {
        stdout: Secret::concat(&pieces),
        stderr: if fits { "" } else { TOO_LARGE }.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answer, app};
    use super::{TOO_LARGE, render};

    #[test]
    fn every_column_is_what_the_strictest_reader_wants() {
        let app = app("https://wiki.corp.example:8443/docs");
        let text = render(&answer(&app, &["one+/=", "two"]));
        assert_eq!(
            text.stdout.expose(),
            "# Netscape HTTP Cookie File\n\
             wiki.corp.example\tFALSE\t/\tTRUE\t1795507200\tAWSELBAuthSessionCookie-0\tone+/=\n\
             wiki.corp.example\tFALSE\t/\tTRUE\t1795507200\tAWSELBAuthSessionCookie-1\ttwo\n"
        );
        assert_eq!(text.stderr, "");
    }

    #[test]
    fn over_http_it_is_not_secure_and_an_address_has_no_brackets() {
        let text = render(&answer(&app("http://[::1]:8080"), &["one"]));
        assert_eq!(
            text.stdout.expose(),
            "# Netscape HTTP Cookie File\n::1\tFALSE\t/\tFALSE\t1795507200\tAWSELBAuthSessionCookie-0\tone\n"
        );
    }

    #[test]
    fn a_line_that_curl_drops_is_told() {
        let app = app("https://a.example");
        let around = "a.example\tFALSE\t/\tTRUE\t1795507200\tAWSELBAuthSessionCookie-0\t\n".len();
        let told = |length| render(&answer(&app, &[&"x".repeat(length - around)])).stderr;
        assert_eq!(told(4999), "");
        assert_eq!(told(5000), TOO_LARGE);
    }

    #[test]
    fn a_header_that_curl_cuts_is_told() {
        let app = app("https://a.example");
        let around = "Cookie: AWSELBAuthSessionCookie-0=; AWSELBAuthSessionCookie-1=".len();
        let told = |length| {
            let rest = "x".repeat(length - around - 3000);
            render(&answer(&app, &[&"x".repeat(3000), &rest])).stderr
        };
        assert_eq!(told(7166), "");
        assert_eq!(told(7167), TOO_LARGE);
    }
}

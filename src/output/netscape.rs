//! `--as netscape`: a cookie file that curl, git, wget and Python's `MozillaCookieJar` all read.
//!
//! Each column satisfies the strictest reader. Python requires the first line, and FALSE for a domain without a leading
//! dot. It reads an expiry of 0 as expired, while curl and wget reject an empty one. curl matches no domain with a port
//! or brackets. wget reads `#HttpOnly_` as a comment, and sends a secure cookie over https only, even to loopback.
//! (Python sends no cookie at all to an IPv6 address or a host without a dot.)
//! Format: <https://curl.se/docs/http-cookies.html>.

use super::Text;
use crate::secret::Secret;
use crate::served_session::ServedSession;

/// The longest line, newline included, that curl reads (`MAX_COOKIE_LINE`, less the byte that ends a C string).
const LONGEST_LINE: usize = 4999;
/// The longest header that always fits. curl silently drops every cookie that would make the header longer than 8190
/// bytes (`MAX_COOKIE_HEADER_LEN`). curl 7.88 also counts the request line, `Host`, `User-Agent` and `Accept`, so 1 KiB
/// is left for them.
const LONGEST_HEADER: usize = 8190 - 1024;
/// The warning for a session over these limits.
const TOO_LARGE: &str = "credential: this session may be too large for a cookie file: curl and git drop cookies that do \
                         not fit; with curl, use --as curl or --as header\n";

pub(crate) fn render(answer: &ServedSession) -> Text {
    let host = answer.app.host.trim_matches(['[', ']']);
    let secure = if answer.app.is_https() {
        "TRUE"
    } else {
        "FALSE"
    };
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
    fn every_column_satisfies_the_strictest_reader() {
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
    fn http_is_not_secure_and_an_address_has_no_brackets() {
        let text = render(&answer(&app("http://[::1]:8080"), &["one"]));
        assert_eq!(
            text.stdout.expose(),
            "# Netscape HTTP Cookie File\n::1\tFALSE\t/\tFALSE\t1795507200\tAWSELBAuthSessionCookie-0\tone\n"
        );
    }

    #[test]
    fn a_line_that_curl_drops_gets_a_warning() {
        let app = app("https://a.example");
        let around = "a.example\tFALSE\t/\tTRUE\t1795507200\tAWSELBAuthSessionCookie-0\t\n".len();
        let told = |length| render(&answer(&app, &[&"x".repeat(length - around)])).stderr;
        assert_eq!(told(4999), "");
        assert_eq!(told(5000), TOO_LARGE);
    }

    #[test]
    fn a_header_that_curl_cuts_gets_a_warning() {
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

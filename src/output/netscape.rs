//! `--as netscape`: a cookie file that curl, git, wget and Python's `MozillaCookieJar` all read.
//!
//! Each column is what the strictest of them wants. Python demands the first line, and FALSE for a domain without a
//! leading dot; it takes an expiry of 0 for the past, and curl and wget refuse an empty one. curl matches no domain
//! that has a port or brackets. wget takes `#HttpOnly_` for a comment, and sends a secure cookie only over https,
//! loopback or not. Format: <https://curl.se/docs/http-cookies.html>.

use super::{Answer, Text};
use crate::secret::Secret;

/// The longest line, newline included, that curl takes (`MAX_COOKIE_LINE`, less the byte that ends a C string).
const LONGEST_LINE: usize = 4999;
/// The longest header, name included, that curl makes of a jar (`MAX_COOKIE_HEADER_LEN`).
const LONGEST_HEADER: usize = 8190;

pub(crate) fn render(answer: &Answer) -> Text {
    let site = &answer.app.site;
    let host = site.host().trim_matches(['[', ']']);
    let secure = if site.is_https() { "TRUE" } else { "FALSE" };
    let end = answer.end.unix_timestamp().to_string();
    let mut pieces = vec!["# Netscape HTTP Cookie File\n"];
    let mut longest = 0;
    for shard in &answer.session.shards {
        let line = [
            host, "\tFALSE\t/\t", secure, "\t", &end, "\t", &shard.name, "\t", shard.value.expose(), "\n",
        ];
        longest = longest.max(line.iter().map(|piece| piece.len()).sum());
        pieces.extend(line);
    }
    let header = "Cookie: ".len() + answer.session.cookie().expose().len();
    Text {
        stdout: Secret::concat(&pieces),
        stderr: if longest > LONGEST_LINE || header > LONGEST_HEADER {
            "credential: curl and git will drop a part of this session, which is too large for a cookie file of theirs; \
             use --as curl or --as header with them\n".into()
        } else {
            String::new()
        },
    }
}

//! The judge of what a person pastes after signing in by a browser of any kind, anywhere: the address of the last page, or
//! the app's cookies.
//!
//! Terminals, mail and chats wrap an address, and put blanks, quotes, brackets and the marks of a bracketed paste in or
//! around it. None of these can be part of one, so they are taken out.

use url::Url;

use super::callback_url::{CallbackAnswer, LONGEST_URL, judge_callback_url};
use super::reason::Reason;
use crate::cookie::without_header_name;
use crate::error::is_control;
use crate::secret::Secret;
use crate::session::{Shard, is_shard, pasted};
use crate::sign_in::alb::AuthorizationRequest;

/// The longest text, in bytes, without blanks.
pub(crate) const LONGEST: usize = LONGEST_URL;

/// A pasted text that is of use.
pub(crate) enum Pasted {
    Callback(CallbackAnswer),
    /// The whole family of the app's session cookie.
    Cookies(Vec<Shard>),
}

/// Judges `text`: the callback of `request` as an address or only its query, or a `Cookie` line with the family `base`.
pub(crate) fn judge(
    text: &str,
    request: &AuthorizationRequest,
    base: &str,
) -> Result<Pasted, Reason> {
    let text = without_blanks(text)?;
    let text = without_quotes(text.expose());
    match text.len() {
        0 => return Err(Reason::Nothing),
        1..=LONGEST => {}
        _ => return Err(Reason::TooLong),
    }
    if let Some(cookies) = cookies_in(text, base) {
        let shards = pasted(base, cookies);
        let shards = shards.ok_or_else(|| Reason::NoFamily(base.to_owned()))?;
        return Ok(Pasted::Cookies(shards));
    }
    let url = address(text, &request.parameters.callback)?;
    judge_callback_url(url, request).map(Pasted::Callback)
}

/// Reads a `Cookie` line with the whole family `base`.
pub(crate) fn pasted_cookies(text: &str, base: &str) -> Option<Vec<Shard>> {
    let text = without_blanks(text).ok()?;
    let cookies = cookies_in(without_quotes(text.expose()), base)?;
    pasted(base, cookies)
}

/// Removes blanks, line ends, escape sequences and characters without a glyph. Neither an address nor the value of a cookie
/// (RFC 6265, 4.1.1) can have one.
fn without_blanks(text: &str) -> Result<Secret, Reason> {
    let mut kept = Vec::new();
    let mut rest = text;
    while let Some(place) = rest.find(|c: char| c.is_whitespace() || is_control(c)) {
        kept.push(&rest[..place]);
        rest = &rest[place..];
        let found = rest.chars().next().expect("it was found");
        rest = match after_escape(rest) {
            Some(after) => after,
            None if found.is_control() && !found.is_whitespace() => {
                return Err(Reason::ControlCharacter);
            }
            None => &rest[found.len_utf8()..],
        };
    }
    kept.push(rest);
    Ok(Secret::concat(&kept))
}

/// Returns what follows the control sequence that `text` begins with, such as the marks of a bracketed paste: `ESC [`,
/// parameters, one more character (ECMA-48, 5.4).
fn after_escape(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let rest = rest.trim_start_matches(|c| matches!(c, ' '..='?'));
    let is_end = |c| matches!(c, '@'..='~');
    rest.strip_prefix(is_end)
}

fn without_quotes(text: &str) -> &str {
    text.trim_matches(|c| "<>\"'`\u{2018}\u{2019}\u{201c}\u{201d}\u{ab}\u{bb}".contains(c))
}

/// Returns the value of the `Cookie` header in `text`, if it is such a line: by the header's name, or by a cookie of the
/// family `base`.
fn cookies_in<'a>(text: &'a str, base: &str) -> Option<&'a str> {
    let value = without_header_name(text);
    let mut names = value.split(';').filter_map(|pair| pair.split('=').next());
    let is_line = value.len() < text.len() || names.any(|name| is_shard(base, name));
    is_line.then_some(value)
}

/// Reads an address: whole, without its scheme, which some browsers do not show, or from its path or query on.
fn address(text: &str, callback: &Url) -> Result<Url, Reason> {
    let rest = text.trim_start_matches(|c| !"=?/:#".contains(c));
    let host = callback.host_str().unwrap_or_default();
    let has_host = text
        .get(..host.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(host));
    let url = match rest.chars().next() {
        _ if rest.starts_with("://") => Url::parse(text),
        _ if has_host => Url::parse(&format!("{}://{text}", callback.scheme())),
        Some('=') => callback.join(&format!("?{text}")),
        Some('/' | '?') if rest.len() == text.len() => callback.join(text),
        // It may be a bare code, so nothing of it is told.
        _ => return Err(Reason::NoAddress),
    };
    url.map_err(|_| Reason::NoAddress)
}

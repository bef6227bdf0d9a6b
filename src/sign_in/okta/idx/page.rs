//! Okta's sign-in page: the state token in its scripts.
//!
//! Facts (Okta's sign-in widget; pages of real orgs): the token is a string that follows the name `stateToken`: in a
//! statement (`var stateToken = '…'`), as a member of an object literal that is no JSON (`"stateToken":"…"`), or inside a
//! string that holds JSON, so escaped once more. One page may hold several of these, some of them empty. It is escaped as
//! JavaScript is (`\x2D`, `\u002D`). A classic engine's page has the same name with an empty value.

use crate::secret::Secret;

/// The longest state token that is taken for one.
const LONGEST_TOKEN: usize = 8 * 1024;
/// How many strings may lie in one another.
const DEEPEST: u8 = 3;
const NAME: &str = "stateToken";

/// The content of a page.
pub(in crate::sign_in::okta) enum Page {
    /// The Identity Engine's page, with this state token.
    Token(Secret),
    /// A classic engine's page: it has the name, and no token.
    EmptyToken,
    /// A page without the name: no sign-in page of Okta's.
    NoToken,
    /// A page with state tokens that differ.
    Contradiction,
}

impl Page {
    /// Reads a page.
    pub(in crate::sign_in::okta) fn read(body: &[u8]) -> Self {
        let html = String::from_utf8_lossy(body);
        let mut tokens = Vec::new();
        for script in scripts(&html) {
            collect(script, DEEPEST, &mut tokens);
        }
        let is_named = !tokens.is_empty();
        tokens.retain(|token| !token.is_empty() && token.len() <= LONGEST_TOKEN);
        match tokens.as_slice() {
            [] if is_named => Self::EmptyToken,
            [] => Self::NoToken,
            [token, others @ ..] if others.iter().all(|other| other == token) => {
                Self::Token(Secret::new(token.clone()))
            }
            _ => Self::Contradiction,
        }
    }
}

/// Returns the contents of the script elements, without those in comments of the page.
fn scripts(html: &str) -> Vec<&str> {
    // Only ASCII letters change, so that positions are those of `html`.
    let lower = html.to_ascii_lowercase();
    let find = |from: usize, what: &str| lower[from..].find(what).map(|at| from + at);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = find(at, "<") {
        if lower[open..].starts_with("<!--") {
            at = find(open, "-->").unwrap_or(html.len());
        } else if lower[open..].starts_with("<script") {
            let start = find(open, ">").map_or(html.len(), |end| end + 1);
            let end = find(start, "</script").unwrap_or(html.len());
            found.push(&html[start..end]);
            at = end;
        } else {
            at = open + 1;
        }
    }
    found
}

/// A word of a script, as far as it matters here.
#[derive(PartialEq, Eq)]
enum Word {
    Name(String),
    /// A string literal, decoded.
    Text(String),
    Mark(char),
}

/// Adds each value that `script` gives to the name, and each in the strings of `script`, which may hold scripts too.
fn collect(script: &str, depth: u8, tokens: &mut Vec<String>) {
    let words = words(script);
    for window in words.windows(3) {
        if let [
            Word::Name(name) | Word::Text(name),
            Word::Mark(':' | '='),
            Word::Text(value),
        ] = window
            && name == NAME
        {
            tokens.push(value.clone());
        }
    }
    for word in words {
        if let Word::Text(text) = word
            && depth > 0
            && text != NAME
            && text.contains(NAME)
        {
            collect(&text, depth - 1, tokens);
        }
    }
}

/// Splits a script into words. A comment is none, and a string that is not closed ends with its line.
fn words(script: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' | '\'' | '`' => {
                let raw = string(&rest[1..], first);
                words.push(Word::Text(decode(raw)));
                rest.len().min(raw.len() + 2)
            }
            _ if is_of_name(first) => {
                let length = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
                words.push(Word::Name(rest[..length].to_owned()));
                length
            }
            _ => {
                if !first.is_whitespace() {
                    words.push(Word::Mark(first));
                }
                first.len_utf8()
            }
        };
        // An unclosed string may end in the middle of a letter's bytes after it.
        rest = rest.get(length..).unwrap_or_default();
    }
    words
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// Returns the string literal that `rest` begins with, up to its closing `quote`.
fn string(rest: &str, quote: char) -> &str {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' if quote != '`' => return &rest[..at],
            c if c == quote => return &rest[..at],
            _ => {}
        }
    }
    rest
}

/// Decodes the escapes of a string literal. An incomplete escape stands for itself.
fn decode(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let (c, length) = escape(&rest[at + 1..]);
        text.extend(c);
        rest = &rest[at + 1 + length..];
    }
    text + rest
}

/// Returns the character of the escape that `rest` begins with, after its backslash, and the escape's length.
fn escape(rest: &str) -> (Option<char>, usize) {
    let digits = |from: usize, to: usize| {
        let digits = rest
            .get(from..to)
            .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        digits.and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?))
    };
    let Some(first) = rest.chars().next() else {
        return (Some('\\'), 0);
    };
    let whole = match first {
        'x' => digits(1, 3).map(|c| (c, 3)),
        'u' => digits(1, 5).map(|c| (c, 5)),
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        'b' => Some(('\u{8}', 1)),
        'f' => Some(('\u{c}', 1)),
        'v' => Some(('\u{b}', 1)),
        '\n' => return (None, 1),
        _ => None,
    };
    let (c, length) = whole.unwrap_or((first, first.len_utf8()));
    (Some(c), length)
}

#[cfg(test)]
mod tests;

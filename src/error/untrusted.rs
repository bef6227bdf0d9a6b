//! Words of others: of a server, a file, a caller. They could command a terminal, mislead a reader, fill a screen or repeat a
//! secret, so they are cleaned before a person sees them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use url::Url;

use crate::secret::Secret;

/// Words of others. `Display` cleans them for one line of a terminal; [`Untrusted::as_given`] gives them as they came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Untrusted<T>(T);

impl<T: AsRef<str>> Untrusted<T> {
    /// Takes `words` as they came.
    pub(crate) const fn new(words: T) -> Self {
        Self(words)
    }

    /// The words as they came, to compare them or to pass them to a program.
    pub(crate) fn as_given(&self) -> &str {
        self.0.as_ref()
    }
}

impl<'a> Untrusted<Cow<'a, str>> {
    /// The path of a file. Bytes that are no text become U+FFFD.
    pub(crate) fn path(path: &'a Path) -> Self {
        Self(path.to_string_lossy())
    }
}

impl<T: AsRef<str>> fmt::Display for Untrusted<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&foreign(self.as_given()))
    }
}

impl<T: AsRef<str>> fmt::Debug for Untrusted<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", foreign(self.as_given()))
    }
}

/// Set once something is hidden. A look at [`HIDDEN`] instead would cost each hit: with musl, system calls and memory for the
/// value's end.
static HIDES: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Secrets that no words of others may repeat. [`foreign`], which all such words pass, looks here, so that none can get
    /// around it.
    static HIDDEN: RefCell<Vec<Secret>> = const { RefCell::new(Vec::new()) };
}

/// Replaces `secret` in all words of others from now on, also in the encoding of URLs. A secret of fewer than four characters
/// stays, because its gaps would reveal it.
pub(crate) fn hide(secret: &Secret) {
    let encoded: String =
        url::form_urlencoded::byte_serialize(secret.expose().as_bytes()).collect();
    HIDES.store(true, Relaxed);
    HIDDEN.with_borrow_mut(|hidden| {
        for form in [secret.clone(), Secret::new(encoded)] {
            if form.expose().chars().count() >= 4 && !hidden.contains(&form) {
                hidden.push(form);
            }
        }
    });
}

/// Forgets the hidden secrets at the end of the process, because no destructor of the main thread is sure to run.
pub(crate) fn end_hiding() {
    if HIDES.load(Relaxed) {
        HIDDEN.take();
    }
}

/// `words` without the hidden secrets.
fn blotted(words: &str) -> Cow<'_, str> {
    HIDDEN.with_borrow(|hidden| {
        let mut words = Cow::Borrowed(words);
        for secret in hidden {
            if words.contains(secret.expose()) {
                words = Cow::Owned(words.replace(secret.expose(), "…"));
            }
        }
        words
    })
}

/// Words of others for a line of a terminal: printable, one line, bounded.
pub(crate) fn foreign(words: &str) -> String {
    const LIMIT: usize = 300;
    let words = blotted(words);
    let mut clean = String::new();
    for word in words
        .split(|c: char| c.is_whitespace() || is_control(c))
        .filter(|word| !word.is_empty())
    {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.extend(word.chars().take(LIMIT + 1));
        if clean.chars().count() > LIMIT {
            return clean
                .chars()
                .take(LIMIT)
                .chain(std::iter::once('…'))
                .collect();
        }
    }
    clean
}

/// A URL for a message: without user info, query, fragment, and path parameters, where Okta's older engine puts a session id
/// (`;jsessionid=`).
pub(crate) fn shown(url: &Url) -> String {
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let text = format!(
        "{}://{}{port}{}",
        url.scheme(),
        url.host_str().unwrap_or_default(),
        url.path().split(';').next().unwrap_or_default()
    );
    foreign(&text)
}

/// `word` quoted for a shell (POSIX, Shell Command Language, 2.2).
pub(crate) fn typed(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,[]".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Characters without a glyph: they hide in a name, or change the direction of the text after them (Unicode,
/// `Default_Ignorable_Code_Point`, and the separators of lines and paragraphs).
const INVISIBLE: [std::ops::RangeInclusive<char>; 17] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fff8}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Returns whether `c` could command a terminal or mislead a reader.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() || INVISIBLE.iter().any(|range| range.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::{Untrusted, foreign, hide, shown};
    use crate::secret::Secret;
    use url::Url;

    #[test]
    fn words_of_others_cannot_command_a_terminal() {
        assert_eq!(
            foreign("a\u{1b}[31mred\u{7}\r\nnext\u{202e}"),
            "a [31mred next"
        );
        // A soft hyphen, an Arabic letter mark, a filler of Hangul.
        assert_eq!(foreign("a\u{ad}\u{61c}b\u{115f}c"), "a b c");
        assert!(foreign(&"long ".repeat(1000)).chars().count() <= 301);
        assert_eq!(foreign(&"x".repeat(1000)), "x".repeat(300) + "…");
    }

    #[test]
    fn hidden_secrets_are_removed_from_the_words_of_others() {
        hide(&Secret::new("hunter 2".into()));
        hide(&Secret::new("no".into()));
        assert_eq!(
            foreign("no: hunter 2 and hunter+2 are wrong"),
            "no: … and … are wrong"
        );
    }

    #[test]
    fn a_url_is_shown_without_what_may_be_secret() {
        assert_eq!(
            shown(&Url::parse("https://u:p@a.example:9/b?code=1#c").expect("a URL")),
            "https://a.example:9/b"
        );
    }

    #[test]
    fn untrusted_words_are_shown_clean_and_compared_as_given() {
        let words = Untrusted::new("a\u{1b}[2J\nb");
        assert_eq!(format!("{words} {words:?}"), "a [2J b \"a [2J b\"");
        assert_eq!(words.as_given(), "a\u{1b}[2J\nb");
        let path = Untrusted::path(std::path::Path::new("/a\nb"));
        assert_eq!(path.to_string(), "/a b");
    }
}

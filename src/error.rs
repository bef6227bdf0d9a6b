//! What went wrong: a kind by what the user can do about it, one sentence, causes and hints.
//!
//! Here alone an error becomes text and an exit code. Form: `credential: cannot … : …`, then `  caused by: …`, then
//! `hint: <exact command or setting>`; lower case, no final period, written for someone who sees only this in a
//! build log. Words that a server, a file or a caller said go through [`foreign`] first.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt::Write as _;

use url::Url;

use crate::secret::Secret;

/// What a person can do about an error. Each kind has one exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// None of the others.
    Other,
    /// The command line or the configuration has to be changed.
    Usage,
    /// A person has to act: type something, enrol a factor, change a password.
    Person,
    /// No configured app has this name or URL.
    NoSuchApp,
    /// Okta or the ALB said no.
    Refused,
    /// The network, a server's trouble, or an answer that cannot be understood.
    Network,
}

/// Every kind with its exit code and the word it has in a recorded failure.
const KINDS: [(Kind, u8, &str); 6] = [
    (Kind::Other, 1, "other"),
    (Kind::Usage, 2, "usage"),
    (Kind::Person, 3, "person"),
    (Kind::NoSuchApp, 4, "no-such-app"),
    (Kind::Refused, 5, "refused"),
    (Kind::Network, 6, "network"),
];

impl Kind {
    /// The process's exit status for this kind.
    pub(crate) fn exit_code(self) -> u8 {
        KINDS
            .iter()
            .find(|row| row.0 == self)
            .expect("every kind has a row")
            .1
    }

    /// The word that stands for this kind in the cache.
    pub(crate) fn word(self) -> &'static str {
        KINDS
            .iter()
            .find(|row| row.0 == self)
            .expect("every kind has a row")
            .2
    }

    /// The kind that `word` stands for, if any.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        KINDS.iter().find(|row| row.2 == word).map(|row| row.0)
    }
}

/// An error as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Error {
    pub(crate) kind: Kind,
    /// One sentence: lower case, no final period.
    pub(crate) message: String,
    /// Why, outermost first.
    pub(crate) causes: Vec<String>,
    /// What to do: a command to run or a setting to change.
    pub(crate) hints: Vec<String>,
}

/// A result whose error is ours.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind` with its sentence.
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// A mistake on the command line or in the configuration.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Trouble with the network or a server, or an answer that cannot be understood.
    pub(crate) fn network(message: impl Into<String>) -> Self {
        Self::new(Kind::Network, message)
    }

    /// A clear no from Okta or the ALB.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// Something that only a person can do.
    pub(crate) fn person(message: impl Into<String>) -> Self {
        Self::new(Kind::Person, message)
    }

    /// Adds why.
    pub(crate) fn caused_by(mut self, cause: impl std::fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says in front what could not be done.
    pub(crate) fn while_doing(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// The whole error as it stands on stderr, ending in a newline.
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("credential: {}\n", self.message);
        for cause in &self.causes {
            let _ = writeln!(text, "  caused by: {cause}");
        }
        for hint in &self.hints {
            let _ = writeln!(text, "hint: {hint}");
        }
        text
    }
}

thread_local! {
    /// What no words of others may repeat. It lies beside [`foreign`], the one gate that such words come through, so
    /// that no path from a server to a person can leave it out.
    static HIDDEN: RefCell<Vec<Secret>> = const { RefCell::new(Vec::new()) };
}

/// From now on `secret` is blotted out of all words of others, also where they have it encoded as in a URL. What is
/// shorter than four characters is not, because that would tell it rather than hide it.
pub(crate) fn hide(secret: &Secret) {
    let encoded: String =
        url::form_urlencoded::byte_serialize(secret.expose().as_bytes()).collect();
    HIDDEN.with_borrow_mut(|hidden| {
        for form in [secret.clone(), Secret::new(encoded)] {
            if form.expose().chars().count() >= 4 && !hidden.contains(&form) {
                hidden.push(form);
            }
        }
    });
}

/// Forgets what was to be hidden: nothing more is said. No destructor of the main thread is sure to run.
pub(crate) fn end_hiding() {
    HIDDEN.take();
}

/// `words` without what is hidden.
fn blotted(words: &str) -> Cow<'_, str> {
    HIDDEN.with_borrow(|hidden| {
        let mut words = Cow::Borrowed(words);
        for secret in hidden.iter().filter(|secret| !secret.expose().is_empty()) {
            if words.contains(secret.expose()) {
                words = Cow::Owned(words.replace(secret.expose(), "…"));
            }
        }
        words
    })
}

/// Words that someone else chose, made fit for a line on a terminal: printable, one line, bounded.
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

/// A URL as it may be shown: without user info, query, fragment, and the parameters of its path, which Okta's older
/// engine puts a session id into (`;jsessionid=`).
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

/// `word` as a person could type it into a shell, for a hint that is a command (POSIX, Shell Command Language, 2.2).
pub(crate) fn typed(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,[]".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Whether a terminal could take `c` for a command, or a reader be misled by it (the bidirectional controls).
pub(crate) fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{Error, Kind, foreign, hide, shown};
    use crate::secret::Secret;
    use url::Url;

    #[test]
    fn text_is_message_then_causes_then_hints() {
        let error = Error::refused("Okta refused the password (E0000004)")
            .caused_by("Authentication failed")
            .hint("credential login grafana")
            .while_doing("cannot sign in to grafana");
        assert_eq!(
            error.to_text(),
            "credential: cannot sign in to grafana: Okta refused the password (E0000004)\n  \
             caused by: Authentication failed\nhint: credential login grafana\n"
        );
        assert_eq!(error.kind.exit_code(), 5);
    }

    #[test]
    fn words_of_others_cannot_command_a_terminal() {
        assert_eq!(
            foreign("a\u{1b}[31mred\u{7}\r\nnext\u{202e}"),
            "a [31mred next"
        );
        assert!(foreign(&"long ".repeat(1000)).chars().count() <= 301);
        assert_eq!(foreign(&"x".repeat(1000)), "x".repeat(300) + "…");
    }

    #[test]
    fn what_is_hidden_is_blotted_out_of_the_words_of_others() {
        hide(&Secret::new("hunter 2".into()));
        hide(&Secret::new("no".into()));
        assert_eq!(
            foreign("no: hunter 2 and hunter+2 are wrong"),
            "no: … and … are wrong"
        );
    }

    #[test]
    fn kinds_survive_their_words() {
        for kind in [
            Kind::Other,
            Kind::Usage,
            Kind::Person,
            Kind::NoSuchApp,
            Kind::Refused,
            Kind::Network,
        ] {
            assert_eq!(Kind::of_word(kind.word()), Some(kind));
        }
    }

    #[test]
    fn a_url_is_shown_without_what_may_be_secret() {
        assert_eq!(
            shown(&Url::parse("https://u:p@a.example:9/b?code=1#c").expect("a URL")),
            "https://a.example:9/b"
        );
    }
}

//! Errors for people: a kind, by what the user can do; one sentence; causes; hints.
//!
//! This module alone makes text and exit code of an error. Form: `credential: cannot … : …`, then `  caused by: …`, then
//! `hint: <exact command or setting>`; lower case, no final period, for a reader who sees only this in a build log. Words of
//! a server, a file or a caller are [`Untrusted`]; a [`Hint`] is something to do.

mod hint;
mod untrusted;

use std::fmt::Write as _;

pub(crate) use hint::{Hint, Table, name_variables, toml_key};
pub(crate) use untrusted::{Untrusted, end_hiding, foreign, hide, is_control, shown, typed};

/// The kinds of errors, by what a person can do. Each has one exit code.
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
    /// A server's certificate is not trusted: it may be an impostor.
    Untrusted,
}

/// Every kind with its exit code and the word it has in a recorded failure.
static KINDS: [(Kind, u8, &str); 7] = [
    (Kind::Other, 1, "other"),
    (Kind::Usage, 2, "usage"),
    (Kind::Person, 3, "person"),
    (Kind::NoSuchApp, 4, "no-such-app"),
    (Kind::Refused, 5, "refused"),
    (Kind::Network, 6, "network"),
    (Kind::Untrusted, 6, "untrusted"),
];

impl Kind {
    fn row(self) -> &'static (Self, u8, &'static str) {
        let row = KINDS.iter().find(|row| row.0 == self);
        row.expect("every kind has a row")
    }

    /// The process's exit status for this kind.
    pub(crate) fn exit_code(self) -> u8 {
        self.row().1
    }

    /// The word that stands for this kind in the cache.
    pub(crate) fn word(self) -> &'static str {
        self.row().2
    }

    /// The kind that `word` stands for, if any.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        KINDS.iter().find(|row| row.2 == word).map(|row| row.0)
    }
}

/// How lasting it is that only a browser can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BrowserNeed {
    /// Something is done there once: a factor is set up, a consent given.
    Once,
    /// Each sign-in needs it: a security key, another identity provider.
    EachTime,
}

/// An error as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Error {
    pub(crate) kind: Kind,
    /// One sentence: lower case, no final period.
    pub(crate) message: String,
    /// Why, outermost first.
    pub(crate) causes: Vec<String>,
    /// Advice, the best first.
    pub(crate) hints: Vec<Hint>,
    /// Whether a browser can go on where this program cannot.
    pub(crate) browser_need: Option<BrowserNeed>,
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
            browser_need: None,
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

    /// Adds a cause.
    pub(crate) fn caused_by(mut self, cause: impl std::fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds a hint.
    pub(crate) fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Marks it as one after which a browser can go on.
    pub(crate) fn for_browser(self, need: BrowserNeed) -> Self {
        Self {
            browser_need: Some(need),
            ..self
        }
    }

    /// Puts `what` could not be done in front.
    pub(crate) fn while_doing(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Its sentence, causes and hints, in the order in which a person reads them.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        let causes = self.causes.iter().map(String::as_str);
        let hints = self.hints.iter().map(|hint| &**hint);
        std::iter::once(self.message.as_str())
            .chain(causes)
            .chain(hints)
    }

    /// The whole error as text for stderr, with a final newline.
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

#[cfg(test)]
mod tests {
    use super::{Error, Kind};

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
    fn kinds_survive_their_words() {
        for kind in [
            Kind::Other,
            Kind::Usage,
            Kind::Person,
            Kind::NoSuchApp,
            Kind::Refused,
            Kind::Network,
            Kind::Untrusted,
        ] {
            assert_eq!(Kind::of_word(kind.word()), Some(kind));
        }
    }
}

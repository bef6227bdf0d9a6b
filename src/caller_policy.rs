//! The terms of a caller: whether it can wait for a person, and how long it waits at all. A pure value.

use std::time::Duration;

/// The right to ask the user questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Questions {
    /// The caller cannot wait for answers, or a variable forbids questions.
    Forbidden,
    Allowed,
    /// Allowed, unless git's `credential.interactive` is `false` or `never` (git-config(1)). git does not pass that
    /// setting on to its helpers.
    AsGitSays,
}

/// The way of a sign-in, as far as a person has chosen one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ChosenWay {
    /// The app's own method.
    #[default]
    Any,
    /// In a browser's window.
    Window,
    /// In any browser, whose last address is pasted.
    Paste,
    /// The same, with the address on stdin.
    Stdin,
}

/// How a caller waits for its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallerPolicy {
    /// The right of a sign-in to ask the user questions.
    pub(crate) questions: Questions,
    /// Whether a browser's window may be opened for the user, or an address be pasted. A helper of git and its kind cannot
    /// say what a window is for.
    pub(crate) windows: bool,
    /// How long the caller waits at most, if it has a limit.
    pub(crate) limit: Option<Duration>,
}

impl CallerPolicy {
    /// A user at a terminal, or the user's script: no limit.
    pub(crate) const PATIENT: Self = Self {
        questions: Questions::Allowed,
        windows: true,
        limit: None,
    };
    /// No limit and no questions.
    pub(crate) const MUTE: Self = Self {
        questions: Questions::Forbidden,
        windows: false,
        limit: None,
    };
}

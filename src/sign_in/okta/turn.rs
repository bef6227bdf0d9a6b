//! What a transaction wants done next, and what it goes on from when that is done.

use std::time::Duration;

use super::factor::{Factor, Way};
use crate::http::Request;
use crate::secret::Secret;

/// What a transaction wants next.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it lives for as long as a person thinks"
)]
pub(crate) enum Turn {
    /// Nothing more: here is the session token.
    Token(Secret),
    Send(Request, Awaits),
    /// Time to pass, and then a request.
    Wait(Waiting),
    /// The answer to a factor.
    Ask(Active),
    /// A choice of the person's.
    Choose(Menu),
    /// A new password, typed twice by the person.
    Renew(Renewal),
}

/// The answer that a transaction waits for.
pub(crate) enum Awaits {
    /// Any.
    State,
    /// The list of factors, to choose another one from.
    List,
    /// That of a poll, of which so many before have failed in a row.
    Poll { active: Active, failures: u32 },
    /// That of a directory, of which so many before have failed in a row.
    Directory { failures: u32 },
    /// Of a request that has Okta send a code.
    Message(Active),
    /// Of an answer to a factor.
    Answer(Active),
    /// Of a new password.
    Renewal(Renewal),
}

impl Awaits {
    /// The same, now that an answer to a factor, if it is one, has been replied to.
    pub(super) fn counted(mut self) -> Self {
        if let Self::Answer(active) = &mut self {
            active.rounds = active.rounds.saturating_add(1);
        }
        self
    }
}

/// A factor that is being answered.
#[derive(Clone)]
pub(crate) struct Active {
    pub(super) factor: Factor,
    /// Where the answer goes.
    pub(super) target: url::Url,
    /// Okta's own words for the question, where it has some.
    pub(super) words: Option<String>,
    /// Whether the configuration answers it.
    pub(super) configured: bool,
    /// How many answers were given that did not end it.
    pub(super) rounds: u8,
}

impl Active {
    pub(super) fn new(factor: Factor, target: url::Url, configured: bool) -> Self {
        Self {
            factor,
            target,
            words: None,
            configured,
            rounds: 0,
        }
    }

    /// The same, answered by the person and not by the configuration.
    pub(crate) fn by_person(self) -> Self {
        Self {
            configured: false,
            ..self
        }
    }

    /// What the person is asked for.
    pub(crate) fn prompt(&self) -> String {
        self.words.clone().unwrap_or_else(|| self.factor.prompt())
    }

    /// What is awaited, as others are told: "a push to Ada's phone".
    pub(crate) fn words(&self) -> String {
        self.factor.words()
    }

    /// Whether the configuration answers it.
    pub(crate) fn is_configured(&self) -> bool {
        self.configured
    }

    /// Whether its answer is good once. An answer to a question is good for ever, and so is a PIN, which a token's dialogue
    /// asks for, and then again to be sure.
    pub(crate) fn is_once(&self) -> bool {
        let is_code = matches!(self.factor.way, Way::Totp | Way::Code | Way::Message);
        is_code && self.words.is_none()
    }

    /// Whether its answer is a code and nothing else: it may be seen while it is typed, and remembered as a hash.
    pub(crate) fn is_code(&self) -> bool {
        self.is_once() && !self.factor.has_pin()
    }

    /// Whether Okta can be asked to send another one.
    pub(crate) fn can_resend(&self) -> bool {
        matches!(self.factor.way, Way::Message | Way::Push)
    }
}

/// Time that has to pass before the next request.
pub(crate) struct Waiting {
    pub(crate) pause: Duration,
    /// What is awaited: "approval on Ada's phone".
    pub(crate) what: String,
    /// Whether a person is awaited, who could want something else meanwhile.
    pub(crate) active: Option<Active>,
    pub(super) request: Request,
    pub(super) awaits: Awaits,
}

impl Waiting {
    /// What is next when the time has passed.
    pub(crate) fn over(self) -> Turn {
        Turn::Send(self.request, self.awaits)
    }
}

/// What a person has answered.
pub(crate) enum Given {
    Typed(Secret),
    /// Another push, message or call.
    Resend,
    /// Another factor.
    Back,
}

/// A choice.
pub(crate) struct Menu {
    pub(crate) title: String,
    pub(super) entries: Vec<(String, Does)>,
}

impl Menu {
    /// What there is to choose from.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.0.as_str())
    }
}

/// What comes of an entry of a menu.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a menu has few entries")]
pub(super) enum Does {
    /// The factor of this index is answered.
    Take(usize),
    Resend(Active),
    Back,
}

/// A password that Okta wants changed.
#[derive(Clone)]
pub(crate) struct Renewal {
    pub(super) target: url::Url,
    /// Whether the old one has to go with it.
    pub(super) with_old: bool,
    pub(super) rounds: u8,
}

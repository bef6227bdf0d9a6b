//! The event that a transaction waits for, with the data for the next step.

use time::Duration;
use url::Url;

use crate::http::Request;
use crate::sign_in::flow::CodeRequest;
use crate::sign_in::okta::challenge::Factor;

/// The event that a transaction waits for.
#[derive(Default)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it lives for as long as a person thinks"
)]
pub(super) enum Expected {
    /// The conversation begins, or is over.
    #[default]
    Nothing,
    Reply(ExpectedReply),
    /// The end of a pause, and then a request; or input of the person who answers the challenge.
    Pause {
        request: Request,
        expected: ExpectedReply,
        active: Option<ActiveChallenge>,
    },
    /// The answer to a challenge.
    Answer(ActiveChallenge),
    /// The choice of one of these.
    Choice(Vec<NextAction>),
    NewPassword(PasswordChange),
}

/// The reply that a transaction waits for.
pub(super) enum ExpectedReply {
    /// Any reply that states a status.
    Any,
    /// The list of factors, from which another one is chosen.
    FactorList,
    /// The reply to a poll, after so many failures in a row.
    Poll {
        active: ActiveChallenge,
        failures: u32,
    },
    /// The reply of a directory, after so many failures in a row.
    Directory { failures: u32 },
    /// The reply to a request that has Okta send a code.
    Message(ActiveChallenge),
    /// The reply to an answer to a factor.
    Answer(ActiveChallenge),
    /// The reply to a new password.
    NewPassword(PasswordChange),
}

impl ExpectedReply {
    /// Returns the same, with one more round if it expects the reply to an answer.
    pub(super) fn counted(mut self) -> Self {
        if let Self::Answer(active) = &mut self {
            active.rounds = active.rounds.saturating_add(1);
        }
        self
    }
}

/// A factor that is being answered.
#[derive(Clone)]
pub(super) struct ActiveChallenge {
    pub(super) factor: Factor,
    /// The address that takes the answer.
    pub(super) target: Url,
    /// Okta's own words for the question, if it has some.
    pub(super) words: Option<String>,
    /// Whether the configuration answers it.
    pub(super) configured: bool,
    /// The number of answers that did not end it.
    pub(super) rounds: u8,
}

impl ActiveChallenge {
    pub(super) fn new(factor: Factor, target: Url, configured: bool) -> Self {
        Self {
            factor,
            target,
            words: None,
            configured,
            rounds: 0,
        }
    }

    /// Returns the same, answered by the person and not by the configuration.
    pub(super) fn answered_by_person(self) -> Self {
        Self {
            configured: false,
            ..self
        }
    }

    /// Returns the words that a person knows the factor by: "a push to Ada's phone".
    pub(super) fn words(&self) -> String {
        self.factor.words()
    }

    /// Returns the question that the driver asks.
    pub(super) fn request(&self, has_others: bool, server_ahead: Duration) -> CodeRequest {
        let words = self.words.as_deref();
        self.factor
            .code_request(words, self.configured, has_others, server_ahead)
    }
}

/// The action that an entry of a menu stands for.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a menu has few entries")]
pub(super) enum NextAction {
    /// Answers the factor of this index.
    Begin(usize),
    Resend(ActiveChallenge),
    Back,
}

/// A password that Okta wants changed.
#[derive(Clone)]
pub(super) struct PasswordChange {
    pub(super) target: Url,
    /// Set if the old password has to go with it.
    pub(super) with_old: bool,
    pub(super) rounds: u8,
}

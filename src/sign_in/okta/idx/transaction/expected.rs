//! The next event that a transaction waits for, and what it answers.

use crate::error::Error;
use crate::http::Request;
use crate::sign_in::flow::{CodeRequest, Stop};
use crate::sign_in::okta::challenge::Factor;
use crate::sign_in::okta::idx::form::Form;

/// A factor that was chosen.
#[derive(Clone)]
pub(super) struct Active {
    pub(super) factor: Factor,
    /// The form that takes the answer, once Okta asks for it.
    pub(super) form: Option<Form>,
    /// Okta's own words for the question, if it has some.
    pub(super) words: Option<String>,
    /// Whether the configuration answers it.
    pub(super) configured: bool,
    /// The number of answers that did not end it.
    pub(super) rounds: u8,
}

/// The next event that a transaction waits for.
#[derive(Default)]
pub(super) enum Expected {
    /// The conversation begins, or is over.
    #[default]
    Nothing,
    Reply(Sent),
    /// The end of a pause, and then a request; or input of the person who answers meanwhile.
    Pause {
        request: Box<Request>,
        sent: Sent,
        /// The error where there is no time for the pause; without it, nobody has answered.
        otherwise: Option<Error>,
    },
    /// The password for this form.
    Password(Form),
    /// Another password, after the person typed one that was refused.
    OtherPassword(Stop),
    /// The answer to a factor.
    Answer(Active),
    /// The choice of one of these.
    Choice(Vec<NextAction>),
}

/// The request whose answer is outstanding.
pub(super) enum Sent {
    /// The first request, or a look at where the transaction stands after the answer to a request was lost.
    Lookup(Option<Box<Sent>>),
    /// A step without a secret.
    Move,
    Password,
    Code(Active),
    /// The choice of a factor, which may send a push or a message.
    Choose,
    Resend(Active),
    Poll {
        active: Active,
        failures: u32,
    },
    /// A look whether the link in a mail was followed, while its code may be typed.
    Link(Active),
    /// A wait until the org takes changes again.
    ReadOnly,
}

/// The action that an entry of a menu stands for.
#[expect(clippy::large_enum_variant, reason = "a menu has few entries")]
pub(super) enum NextAction {
    /// Begins the offer of this index.
    Begin(usize),
    /// Answers what is being asked.
    Stay(Active),
}

impl Active {
    /// Returns the question that the driver asks.
    pub(super) fn request(
        &self,
        has_others: bool,
        can_resend: bool,
        ahead: time::Duration,
    ) -> CodeRequest {
        let words = self.words.as_deref();
        CodeRequest {
            can_resend,
            ..self
                .factor
                .code_request(words, self.configured, has_others, ahead)
        }
    }
}

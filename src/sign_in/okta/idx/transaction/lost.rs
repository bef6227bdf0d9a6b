//! Answers that were lost, limits, and trouble of the server.
//!
//! Facts: nothing says whether a request whose answer is lost was judged. `introspect` with the last handle changes nothing
//! and says where the transaction stands. A poll may be sent again with the handle that it had. Okta limits answers and
//! codes by user and by transaction (429), with the seconds in its headers.

use std::time::Duration;

use super::choosing::is_same;
use super::{Active, Answer, End, Expected, Meaning, Sent, Transaction, decisive, meaning};
use crate::error::Error;
use crate::http::{Broken, Response};
use crate::sign_in::flow::{Fact, FailureScope, Step, Stop, TimedWait};
use crate::sign_in::okta::challenge::limits::{LONGEST_PAUSE, again_in};
use crate::sign_in::okta::idx::steps::StepKind;
use crate::sign_in::okta::idx::transaction::ends;

/// The most answers of one transaction that may be lost.
const MOST_LOOKUPS: u8 = 3;
/// The most rate limits of one transaction that are waited for, and the longest such wait.
const MOST_LIMITS: u8 = 2;
const LONGEST_LIMIT: Duration = Duration::from_secs(15);
/// The shortest pause after a poll that failed.
const LEAST_PAUSE: Duration = Duration::from_secs(4);

impl Transaction<'_> {
    /// Returns the step after an exchange that broke.
    pub(super) fn broken(&mut self, sent: Sent, broken: Broken) -> Result<Step<End>, Stop> {
        if !broken.may_have_arrived {
            match &sent {
                Sent::Password => self.recorder.note(Fact::PasswordUnsent),
                Sent::Code(_) => self.recorder.note(Fact::CodeUnsent),
                Sent::Link(_) | Sent::Poll { .. } => return self.lost(sent, broken.error),
                _ => {}
            }
            return Err(broken.error.into());
        }
        self.lost(sent, broken.error)
    }

    /// Returns the step after an answer that was lost: a poll is sent again, anything else is looked up.
    pub(super) fn lost(&mut self, sent: Sent, error: Error) -> Result<Step<End>, Stop> {
        if let Sent::Poll { active, failures } = sent {
            return match again_in(failures, None, LEAST_PAUSE) {
                Some(pause) => self.poll_later(active, pause, failures + 1, error),
                None => Err(error.into()),
            };
        }
        if let Sent::Link(active) = sent {
            // The code may be typed all the same, and the link is asked about again later.
            return self.ask(active);
        }
        self.counts.lookups += 1;
        // A look-up that is lost itself says nothing about what it was for.
        let was_lookup = matches!(sent, Sent::Lookup(Some(_)));
        if was_lookup || self.counts.lookups > MOST_LOOKUPS {
            return Err(error.into());
        }
        let what = match sent {
            Sent::Lookup(_) => None,
            sent => Some(sent),
        };
        self.trace("the answer is lost; asking where the sign-in stands".into());
        Ok(self.look_up(what))
    }

    /// Judges where the transaction stands after an answer was lost. A secret is never sent again.
    pub(super) fn found(&mut self, lost: Sent) -> Result<Step<End>, Stop> {
        let same = |what: &str| {
            Error::network(format!(
                "Okta's answer to {what} was lost, and Okta asks for it again; it is not sent twice"
            ))
        };
        match lost {
            Sent::Password if self.asks_for_password() => Err(Stop::from(same("the password"))),
            Sent::Password => self.judge_password(false),
            Sent::Code(active) if self.asks_for_code(&active) => Err(Stop::of_account(
                same(&active.factor.words()).hint(self.login_hint()),
            )),
            Sent::Code(active) => self.judge_code(active, false),
            _ => self.judge(),
        }
    }

    pub(super) fn asks_for_code(&self, active: &Active) -> bool {
        let step = self.answer.current_step();
        step.is_some_and(|form| {
            StepKind::of(&form.name) == StepKind::Answer
                && is_same(&self.current_factor(form), &active.factor)
        })
    }

    /// Returns the step after a limit: what has no secret in it waits for the end, if that is near.
    pub(super) fn limited(
        &mut self,
        sent: Sent,
        answer: &Answer,
        reply: &Response,
    ) -> Result<Step<End>, Stop> {
        if let Some(handle) = &answer.handle {
            self.handle = handle.clone();
            self.has_handle = true;
        }
        let end = reply.limit_ends();
        let said = decisive(&answer.messages).map(ends::words);
        let said_key = decisive(&answer.messages).map(|message| message.key.as_str());
        let host = self.parties.org.site.authority();
        let words = said.unwrap_or_else(|| "too many requests (429)".into());
        let error = Error::network(format!("{host} limits the sign-in: {words}"));
        let hint = decisive(&answer.messages).map(meaning);
        let is_rate = said_key.is_none_or(|key| key.ends_with("E0000047"));
        let error = match hint {
            Some((Meaning::Limit | Meaning::TooSoon, hint)) if !hint.is_empty() => error.hint(hint),
            _ => error.hint("try again in a minute"),
        };
        match sent {
            Sent::Link(active) => {
                self.counts.limits += 1;
                self.ask(active)
            }
            Sent::Poll { active, failures } => {
                let pause = again_in(failures, Some(end.unwrap_or(LONGEST_PAUSE)), LEAST_PAUSE);
                match pause {
                    Some(pause) => self.poll_later(active, pause, failures + 1, error),
                    None => Err(error.into()),
                }
            }
            Sent::Lookup(lost)
                if self.counts.limits < MOST_LIMITS
                    && end.is_some_and(|end| end <= LONGEST_LIMIT) =>
            {
                self.counts.limits += 1;
                Ok(self.look_up_after(end.unwrap_or_default(), lost.map(|lost| *lost), error))
            }
            _ => Err(Stop {
                error,
                scope: FailureScope::Limit(end.unwrap_or(match hint {
                    Some((Meaning::Limit, _)) if !is_rate => ends::CODE_LIMIT,
                    _ => LONGEST_PAUSE,
                })),
            }),
        }
    }

    /// Looks the transaction up after a pause.
    fn look_up_after(&mut self, pause: Duration, lost: Option<Sent>, error: Error) -> Step<End> {
        let step = self.look_up(lost);
        let (Step::Send(mut requests), Expected::Reply(sent)) =
            (step, std::mem::take(&mut self.expected))
        else {
            return Step::pending();
        };
        let (_, request) = requests.remove(0);
        self.expected = Expected::Pause {
            request: Box::new(request),
            sent,
            otherwise: Some(error),
        };
        Step::Wait(TimedWait {
            pause,
            what: "the end of Okta's rate limit".into(),
            factor: None,
        })
    }
}

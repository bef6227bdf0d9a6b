//! What follows a right password until there is a session token: the authn transaction as a machine.
//!
//! ```text
//! MFA_REQUIRED → (choose) → verify ─┬→ MFA_CHALLENGE WAITING → poll … → SUCCESS      a push
//!                                   └→ MFA_CHALLENGE → (ask) → verify → SUCCESS      what Okta sends first
//!              → (choose) → (ask) → verify → SUCCESS                                 a code, an answer
//! PASSWORD_EXPIRED → (ask) → change_password → SUCCESS
//! PASSWORD_WARN, MFA_ENROLL with nothing required → skip → SUCCESS
//! ```
//!
//! Facts (Authentication API; recorded answers): any step may be followed by any status, so each answer is judged
//! alike; `_links.next` of a rejected or timed-out push is another push, so that `factorResult` alone tells. A code or a
//! password goes out once for each time that a person typed it or the configuration gave it.

use std::time::Duration;

use super::factor::{Factor, Way};
use super::state::State;
use super::status::{self, Status, status};
use super::turn::{Active, Awaits, Does, Given, Menu, Renewal, Turn};
use crate::app::Org;
use crate::clock::Moment;
use crate::cookie::{DEVICE, Jar};
use crate::error::Error;
use crate::http::{Request, Response};
use crate::secret::Secret;
use crate::sign_in::{Blame, Stop};

/// How long to wait between two polls of a push. The Identity Engine answers ten requests of a transaction in five
/// seconds; Okta's own page asks every four.
const PACE: Duration = Duration::from_secs(2);
/// How many messages or pushes the person may want.
const MOST_SENT: u8 = 8;

/// A transaction that is going on.
pub(crate) struct Transaction<'a> {
    pub(super) org: &'a Org,
    pub(super) password: &'a Secret,
    /// Whether a person is there to be asked.
    pub(super) person: bool,
    /// The device token alone: beside a session Okta would ignore the session token that is to come.
    pub(crate) jar: Jar,
    /// As the last answer told it.
    pub(super) state: State,
    /// The factors of the last list.
    offer: Vec<Factor>,
    pub(super) tally: Tally,
    /// What Okta said of a code that the configuration gave; taken away by [`Transaction::unfit_source`].
    pub(super) unfit_source: Option<Error>,
    /// The number that was last shown to the person.
    number: Option<String>,
    /// What the person has to know; taken away by [`Transaction::news`].
    pub(super) notices: Vec<String>,
    /// Whether the password was changed on the way.
    pub(super) renewed: bool,
}

/// What a transaction may not do without end.
#[derive(Default)]
pub(super) struct Tally {
    /// How many lists of factors came, and factors that were in none.
    lists: u8,
    /// How many pushes and messages were sent.
    sent: u8,
    /// What was offered and declined: each kind of offer is, once.
    skipped: Vec<Status>,
    /// Whether the password was given once more, as a factor.
    repeated: bool,
    /// How many wrong codes there were in a row, those of earlier sign-ins included.
    wrong: u32,
}

impl<'a> Transaction<'a> {
    /// The transaction that `state` begins, for the owner of `password`, who has given so many `wrong` codes in a row
    /// before.
    pub(crate) fn begin(
        org: &'a Org,
        password: &'a Secret,
        person: bool,
        jar: Jar,
        wrong: u32,
        state: State,
    ) -> Self {
        Self {
            org,
            password,
            person,
            jar,
            state,
            offer: Vec::new(),
            tally: Tally {
                wrong,
                ..Tally::default()
            },
            unfit_source: None,
            number: None,
            notices: Vec::new(),
            renewed: false,
        }
    }

    /// What the person has to know and was not told yet.
    pub(crate) fn news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// What the last answer said, in Okta's words.
    pub(crate) fn said(&self) -> String {
        let State { status, result, .. } = &self.state;
        match result {
            Some(result) => format!("{status} {result}"),
            None => status.clone(),
        }
    }

    /// How many wrong codes there were in a row, those of earlier sign-ins included.
    pub(crate) fn wrong_in_a_row(&self) -> u32 {
        self.tally.wrong
    }

    /// What Okta said of a code that the configuration gave, if it was wrong and that was not told yet.
    pub(crate) fn unfit_source(&mut self) -> Option<Error> {
        self.unfit_source.take()
    }

    /// Whether the password was changed on the way.
    pub(crate) fn has_new_password(&self) -> bool {
        self.renewed
    }

    /// The password that the transaction began with.
    pub(crate) fn password(&self) -> &'a Secret {
        self.password
    }

    /// The time by Okta's clock, by which it judges codes.
    pub(crate) fn time_at_okta(&self, now: Moment) -> Moment {
        now.checked_add(self.state.ahead).unwrap_or(now)
    }

    /// The request that ends the transaction at Okta before its time, if it goes on.
    pub(crate) fn cancel(&self) -> Option<Request> {
        let url = self.state.cancel.clone()?;
        self.state.token.as_ref()?;
        Some(self.post(url, &[]))
    }

    /// What the last answer leads to, given the factor that it is about.
    pub(crate) fn judge(&mut self, active: Option<Active>) -> Result<Turn, Stop> {
        match (status(&self.state.status), self.state.session_token.take()) {
            (Status::Success, Some(token)) => {
                self.state.token = None;
                Ok(Turn::Token(token))
            }
            (Status::Required, _) => self.required(),
            (Status::Challenge, _) => self.challenged(active),
            (Status::Renew, _) if self.person => {
                let next = self.state.next.as_ref().ok_or_else(|| self.ended())?;
                Ok(Turn::Renew(Renewal {
                    target: next.own.clone().ok_or_else(|| self.ended())?,
                    with_old: next.name != "resetPassword",
                    rounds: 0,
                }))
            }
            (Status::Wait, _) => self.directory(None, 0),
            (offer @ (Status::Warn | Status::Enroll), _) => self.skip(offer),
            _ => Err(self.ended()),
        }
    }

    /// The step after the answer that was awaited.
    pub(crate) fn replied(&mut self, awaits: Awaits, reply: &Response) -> Result<Turn, Stop> {
        let mut cookies = reply.sound_cookies();
        cookies.retain(|cookie| cookie.name == DEVICE);
        self.jar.follow(&cookies, reply.date());
        let awaits = awaits.counted();
        let state = (reply.status == 200).then(|| State::parse(self.org, reply));
        let Some(Some(state)) = state else {
            return self.refused(awaits, reply);
        };
        let was_renewal = matches!(awaits, Awaits::Renewal(_));
        self.take_over(state);
        self.renewed |= was_renewal && status(&self.state.status) != Status::Renew;
        match awaits {
            Awaits::Poll { active, .. } | Awaits::Message(active) | Awaits::Answer(active) => {
                self.judge(Some(active))
            }
            Awaits::List if status(&self.state.status) == Status::Required => {
                self.offer.clone_from(&self.state.factors);
                self.menu()
            }
            Awaits::State | Awaits::List | Awaits::Directory { .. } | Awaits::Renewal(_) => {
                self.judge(None)
            }
        }
    }

    /// The step after an exchange that broke. A poll is tried again; what carried a code or a password never is.
    pub(crate) fn broken(&mut self, awaits: Awaits, error: Error) -> Result<Turn, Stop> {
        match awaits {
            Awaits::Poll { active, failures } => self.poll_again(active, failures, error, None),
            Awaits::Directory { failures } => self.directory_again(failures, error, None),
            _ => Err(error.into()),
        }
    }

    /// The step after a person, or the configuration, has answered.
    pub(crate) fn answered(&mut self, active: Active, reply: Given) -> Result<Turn, Stop> {
        match reply {
            Given::Typed(answer) => {
                let member = match active.factor.way {
                    Way::Question => "answer",
                    Way::Password => "password",
                    _ => "passCode",
                };
                let url = self.remembering(active.target.clone());
                let request = self.post(url, &[(member, &answer)]);
                Ok(Turn::Send(request, Awaits::Answer(active)))
            }
            Given::Resend => self.resend(active),
            Given::Back => self.back(),
        }
    }

    /// The step after the person chose the entry of this number, or none.
    pub(crate) fn chosen(&mut self, menu: Menu, index: Option<usize>) -> Result<Turn, Stop> {
        let mut entries = menu.entries.into_iter();
        match index.and_then(|index| entries.nth(index)) {
            Some((_, Does::Take(index))) => self.take(index),
            Some((_, Does::Resend(active))) => self.resend(active),
            Some((_, Does::Back)) => self.back(),
            None => Err(Self::stop(Error::person("no second factor was chosen"))),
        }
    }

    /// The step after the person typed a new password.
    pub(crate) fn renewed(&self, renewal: Renewal, password: &Secret) -> Turn {
        let old = ("oldPassword", self.password);
        let new = ("newPassword", password);
        let members = if renewal.with_old {
            vec![old, new]
        } else {
            vec![new]
        };
        let request = self.post(renewal.target.clone(), &members);
        Turn::Send(request, Awaits::Renewal(renewal))
    }

    /// Nobody has answered for `seconds`.
    pub(crate) fn unanswered(&self, what: &str, seconds: u64) -> Stop {
        Self::stop(
            Error::person(format!("nobody answered within {seconds} s: {what}"))
                .hint(format!("credential login {}", self.org.name)),
        )
    }

    /// Keeps what an answer says, and what it need not say again: which transaction it is about, and that this device
    /// may not be remembered.
    fn take_over(&mut self, mut state: State) {
        if !matches!(status(&state.status), Status::Success | Status::Stop) {
            state.token = state.token.or_else(|| self.state.token.take());
        }
        state.forgets_device |= self.state.forgets_device;
        self.state = state;
    }

    /// Declines what is only an offer: to change the password, to enrol a factor.
    fn skip(&mut self, offer: Status) -> Result<Turn, Stop> {
        let url = self.state.skip.clone();
        let Some(url) = url.filter(|_| !self.tally.skipped.contains(&offer)) else {
            return Err(self.ended());
        };
        if offer == Status::Warn {
            self.notices
                .push(format!("Okta {}", status::warning(&self.state)));
        }
        self.tally.skipped.push(offer);
        Ok(Turn::Send(self.post(url, &[]), Awaits::State))
    }

    /// The end that the last answer's status is.
    fn ended(&self) -> Stop {
        Self::stop(status::ended(self.org, &self.state))
    }

    /// An end for a reason that lies in this status.
    fn stop_here(&self, mut error: Error) -> Stop {
        error.message = format!("{} ({})", error.message, self.state.status);
        Self::stop(error)
    }

    /// The account's end of it: Okta wants something that it did not get.
    pub(super) fn stop(error: Error) -> Stop {
        Stop {
            error,
            blame: Blame::Account,
        }
    }
}

mod directory;
mod factors;
mod refused;
mod requests;

#[cfg(test)]
mod tests;

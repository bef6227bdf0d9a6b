//! What must not be tried, or not again: the memory that keeps a forgotten script from locking an account.

use super::Ladder;
use crate::clock;
use crate::error::{Error, Kind};
use crate::method::needs_a_person;
use crate::secret::Secret;
use crate::sign_in::{Blame, Stop};
use crate::store::{Account, Backoff};

/// How many times a `login` that nobody sees sends a password that Okta has refused.
const MOST_UNSEEN: u32 = 3;

impl Ladder<'_> {
    /// Keeps what went wrong, where it concerns more than this app.
    pub(super) fn remember(&self, account: &mut Account, password: &Secret, stop: &Stop) {
        let mendable = needs_a_person(&stop.error) || stop.error.kind == Kind::Usage;
        match stop.blame {
            Blame::Password => account.refusals.add(password, stop.error.clone()),
            Blame::Account if !self.call.attended && mendable && !self.may_be_pushed(stop) => {
                account.brake = Some(Backoff::after(
                    account.brake.as_ref(),
                    stop.error.clone(),
                    clock::now(),
                ));
            }
            Blame::Account | Blame::App | Blame::Caller | Blame::Interrupt => {}
        }
    }

    /// Whether only a push was missing, which others of this account may send without a person.
    fn may_be_pushed(&self, stop: &Stop) -> bool {
        let others = self.app.org().is_some_and(|org| org.push_unattended);
        self.call.quiet && others && stop.error.kind == Kind::Person
    }

    /// Whether what failed so many times may be tried once more: by a person at a terminal, and a few times by a `login`
    /// that nobody sees, which may as well be that of a forgotten script.
    fn may_insist(&self, times: u32) -> bool {
        self.call.attended || self.call.insist && times < 2 * MOST_UNSEEN
    }

    pub(super) fn check_unanswered(&self, account: &Account) -> Result<(), Stop> {
        let too_many = account.unanswered.too_many(clock::now());
        let Some(times) = too_many.filter(|times| !self.may_insist(*times)) else {
            return Ok(());
        };
        let error = Error::person(format!(
            "the last {times} sign-ins of {} ended before Okta had answered",
            self.org.account
        ))
        .caused_by(
            "Okta may have counted each as a wrong password, and locks the account in the end",
        )
        .hint("give the command more time, if something ends it early")
        .hint(format!("credential login {}", self.app.name));
        Err(Stop {
            error,
            blame: Blame::Caller,
        })
    }

    pub(super) fn check_brake(&self, account: &Account) -> Result<(), Stop> {
        let stopped = !self.call.attended && !self.call.insist;
        match account
            .brake
            .as_ref()
            .filter(|brake| stopped && brake.holds(clock::now()))
        {
            None => Ok(()),
            Some(brake) => {
                self.say(
                    "only a person can mend what Okta wants of this account; not tried again yet",
                );
                Err(Stop {
                    error: brake.error.clone(),
                    blame: Blame::Account,
                })
            }
        }
    }

    pub(super) fn check_refusals(&self, account: &Account, password: &Secret) -> Result<(), Stop> {
        let refused = account.refusals.with_times(password);
        let may = |times| self.call.insist && (self.call.attended || times < MOST_UNSEEN);
        let Some((error, _)) = refused.filter(|(_, times)| !may(*times)) else {
            return Ok(());
        };
        self.say("Okta has refused this password before; it is not sent again");
        let error = error
            .clone()
            .caused_by("that was remembered: the same password is not sent a second time");
        let error = error.hint(format!(
            "to send it all the same: credential login {}",
            self.app.name
        ));
        Err(Stop {
            error,
            blame: Blame::Password,
        })
    }
}

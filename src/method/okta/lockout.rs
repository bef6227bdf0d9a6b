//! The guard against a locked account: stops secrets that must not be sent, or not again.

use super::background;
use super::memory::Memory;
use crate::app::Source;
use crate::clock;
use crate::duration::show_duration;
use crate::error::{Error, Hint, Kind};
use crate::method::needs_a_person;
use crate::secret::Secret;
use crate::sign_in::flow::{FailureScope, Stop};
use crate::store::{Backoff, Pause};

/// The most times that a `login` without a person sends a password that Okta has refused.
const MOST_UNATTENDED: u32 = 3;

impl Memory<'_> {
    /// Returns the backoff for unattended sign-ins of this account, if the failure concerns more than this app.
    pub(super) fn backoff(&self, stop: &Stop) -> Option<Backoff> {
        if let FailureScope::Limit(length) = stop.scope {
            return Some(Backoff::lasting(length, stop.error.clone(), clock::now()));
        }
        let mendable = needs_a_person(&stop.error) || stop.error.kind == Kind::Usage;
        let concerns_account = stop.scope == FailureScope::Account && mendable;
        let holds_back = concerns_account && !self.host.call.attended && !self.may_be_pushed(stop);
        let before = self.record().backoff.as_ref();
        holds_back.then(|| Backoff::after(before, stop.error.clone(), clock::now()))
    }

    /// Returns whether only a push is missing, which another sign-in of this account may send without a person.
    fn may_be_pushed(&self, stop: &Stop) -> bool {
        let others = self.app.org().is_some_and(|org| org.push_unattended);
        self.host.call.quiet && others && stop.error.kind == Kind::Person
    }

    /// Stops a sign-in that must not send the password yet, before the password is fetched.
    pub(super) fn check_pauses(&self) -> Result<(), Stop> {
        if !self.host.call.attended {
            self.check_backoff()?;
        }
        match self.is_wanted_by_a_person() {
            true => Ok(()),
            false => self.check_unanswered(),
        }
    }

    /// Stops a sign-in under a pause as soon as the account is claimed, before Okta's sign-in page is answered: whatever
    /// that page asks for first, the end would be the same. So does a password at hand that Okta has refused before.
    pub(super) fn check_claimed(&mut self) -> Result<(), Stop> {
        self.check_pauses()?;
        self.check_may_send()?;
        let record = self.record();
        let is_to_be_sent = record.session.is_empty() && !record.refusals.is_empty();
        // With a person there a command may ask questions, which come after the app is known to lead to a sign-in.
        let is_at_hand = background::is_quiet(&self.org.password) || !self.host.call.attended;
        if is_to_be_sent && is_at_hand {
            // A command, or a file that is a pipe, gives it once.
            self.ready = Some(self.fetch_password()?);
        }
        Ok(())
    }

    /// Returns whether a person has this password sent: types it, or runs `login`. A `get` at a terminal may be a loop's.
    fn is_wanted_by_a_person(&self) -> bool {
        let call = self.host.call;
        call.attended && (call.insist || self.org.password == Source::Prompt)
    }

    pub(super) fn check_backoff(&self) -> Result<(), Stop> {
        let backoff = self.record().backoff.as_ref();
        let backoff =
            backoff.filter(|backoff| !self.host.call.insist && backoff.holds(clock::now()));
        let Some(backoff) = backoff else {
            return Ok(());
        };
        self.host
            .trace("the last sign-in of this account failed, and is not tried again yet");
        Err(Stop {
            error: backoff.told(&self.app.name, clock::now()),
            scope: FailureScope::Caller,
        })
    }

    fn check_unanswered(&self) -> Result<(), Stop> {
        let Some(pause) = self.record().unanswered.pause(clock::now()) else {
            return Ok(());
        };
        let (account, times) = (&self.org.account, pause.times);
        let error = Error::person(format!(
            "the last {times} passwords of {account} were sent, and no answer said whether they are right"
        ))
        .caused_by("Okta may have counted each as a wrong password, and locks the account in the end")
        .caused_by(until(pause))
        .hint(
            Hint::run(&["credential", "doctor", &self.app.name])
                .after("see what answers in place of Okta, or too slowly: "),
        )
        .hint(self.login());
        Err(Stop {
            error,
            scope: FailureScope::Caller,
        })
    }

    /// Stops a password without a person after too many refusals in a row.
    fn check_refused_in_a_row(&self) -> Result<(), Stop> {
        let pause = self.record().refused_in_a_row.pause(clock::now());
        let Some(pause) = pause.filter(|_| !self.is_wanted_by_a_person()) else {
            return Ok(());
        };
        let (account, times) = (&self.org.account, pause.times);
        let error = Error::person(format!(
            "Okta has refused the last {times} passwords of {account}"
        ))
        .caused_by("Okta locks an account after ten wrong passwords, or fewer")
        .caused_by(until(pause))
        .hint(self.login());
        Err(Stop {
            error,
            scope: FailureScope::Caller,
        })
    }

    /// Stops a configured code that must not be sent yet.
    pub(super) fn check_codes(&self) -> Result<(), Stop> {
        let attended = self.host.call.attended;
        let pause = self.record().codes.pause(clock::now());
        match pause.filter(|_| !attended) {
            None => Ok(()),
            Some(pause) => {
                let error = paused_codes(&self.org.account, pause);
                Err(Stop::of_account(error.hint(self.login())))
            }
        }
    }

    /// Stops a password that Okta has refused before.
    pub(super) fn check_refusals(&self, password: &Secret) -> Result<(), Stop> {
        let call = self.host.call;
        let refused = self.record().refusals.with_times(password);
        let may = |times| call.insist && (call.attended || times < MOST_UNATTENDED);
        let Some((error, times)) = refused else {
            return self.check_refused_in_a_row();
        };
        if may(times) {
            return self.check_refused_in_a_row();
        }
        self.host
            .trace("Okta has refused this password before; it is not sent again");
        let error = error
            .clone()
            .caused_by("that was remembered: the same password is not sent a second time")
            .hint(self.login().after("to send it all the same: "));
        Err(Stop {
            error,
            scope: FailureScope::Password,
        })
    }

    /// Returns the end of an unattended sign-in whose secret could not be recorded before it is sent.
    pub(super) fn unrecorded(&self, error: Error) -> Stop {
        let account = &self.org.account;
        let error = error
            .while_doing(&format!(
                "no secret of {account} is sent without a person, because nothing could remember it"
            ))
            .hint(self.login());
        Stop {
            error,
            scope: FailureScope::Caller,
        }
    }

    /// Returns the hint to sign in with a person.
    pub(super) fn login(&self) -> Hint {
        Hint::login(&self.app.name)
    }
}

/// Returns the error of an `account` whose codes are held back.
pub(crate) fn paused_codes(account: &str, pause: Pause) -> Error {
    let times = pause.times;
    Error::person(format!(
        "the last {times} codes of {account} were wrong or not answered"
    ))
    .caused_by("Okta locks the account at five wrong codes in a row")
    .caused_by(until(pause))
}

/// Describes the end of a pause.
fn until(pause: Pause) -> String {
    match pause.left {
        Some(left) => format!(
            "without a person the next one is sent in {} at the earliest",
            show_duration(left)
        ),
        None => "only a person can send another one".to_owned(),
    }
}

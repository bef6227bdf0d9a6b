//! Rungs 2 and 3: the password, what follows it, and what is to be remembered of both.

use super::talk::Talk;
use super::{Ladder, login};
use crate::app::Source;
use crate::clock;
use crate::error::{Error, Kind, Result};
use crate::keyring::{self, Item};
use crate::secret::Secret;
use crate::secret_source::{self, Fetch};
use crate::session::Session;
use crate::sign_in::{Attempt, Blame, Demand, Outcome, State, Stop, Transaction};
use crate::store::{Account, Held, Unanswered};

/// A password on its way to Okta.
struct Password {
    secret: Secret,
    /// Where it is kept once Okta has taken it, if it was typed for want of one there.
    place: Option<Item>,
}

impl From<Secret> for Password {
    fn from(secret: Secret) -> Self {
        Self {
            secret,
            place: None,
        }
    }
}

impl Ladder<'_> {
    /// Rungs 2 and 3. The account learns what Okta set, refused and wants.
    pub(super) fn by_password(
        &self,
        held: &mut Held<'_, Account>,
        demand: Option<Demand>,
    ) -> Result<Session, Stop> {
        self.check_brake(&held.record)?;
        self.check_unanswered(&held.record)?;
        let password = self.password(&held.record).map_err(|error| Stop {
            error,
            blame: Blame::Caller,
        })?;
        self.check_refusals(&held.record, &password.secret)?;
        self.say("signing in with the password");
        let mut attempt = self.attempt(held.record.device_jar());
        let result = self.authenticate(held, &mut attempt, &password, demand);
        held.record.learn_of_password(attempt.jar);
        match result {
            Ok(Outcome::Signed(session)) => {
                held.record.brake = None;
                Ok(session)
            }
            Ok(Outcome::Declined(_, words)) => Err(Error::network(words).into()),
            Ok(Outcome::Unfinished(..)) => unreachable!("the transaction was carried to its end"),
            Err(stop) => {
                self.remember(&mut held.record, &password.secret, &stop);
                Err(stop)
            }
        }
    }

    /// Sends the password and sees to what follows. That it is sent is written down before: should this process be
    /// killed, or the answer never come, the next one knows that Okta may have counted it as wrong.
    fn authenticate(
        &self,
        held: &mut Held<'_, Account>,
        attempt: &mut Attempt<'_>,
        password: &Password,
        demand: Option<Demand>,
    ) -> Result<Outcome, Stop> {
        let Password { secret, place } = password;
        let demand = demand.filter(|demand| demand.is_usable(clock::now()));
        let first = attempt.by_password(secret, self.call.insist, demand);
        held.tell(Account::SENT);
        self.world.client.was_in_doubt();
        let result = self.drive(attempt, first);
        held.tell("");
        if attempt.is_answered {
            held.record.unanswered = Unanswered::default();
        } else if self.world.client.was_in_doubt() {
            held.record.unanswered.add(clock::now());
        }
        let outcome = result?;
        held.record.refusals.forget(secret);
        if let Some(place) = place {
            self.keep_password(place, secret);
        }
        match outcome {
            Outcome::Unfinished(state, demand) => {
                self.finish(held, attempt, secret, *state, demand)
            }
            outcome => Ok(outcome),
        }
    }

    /// Carries the transaction that follows the password to its end, and the attempt on from there.
    fn finish(
        &self,
        held: &mut Held<'_, Account>,
        attempt: &mut Attempt<'_>,
        password: &Secret,
        state: State,
        demand: Option<Box<Demand>>,
    ) -> Result<Outcome, Stop> {
        let dialogue = self.dialogue()?;
        let jar = std::mem::take(&mut attempt.jar);
        let transaction = Transaction::begin(
            self.org,
            password,
            self.call.attended,
            jar,
            held.record.codes.wrong_in_a_row,
            state,
        );
        let mut talk = Talk::new(self, held, dialogue, transaction);
        let token = talk.run();
        attempt.jar = talk.into_jar();
        if token.is_ok() {
            // Whatever the app then says, Okta counts from nought again.
            held.record.codes.accept();
        }
        let demand = demand.filter(|demand| demand.is_usable(clock::now()));
        let next = attempt.go_on(token?, demand);
        self.drive(attempt, next)
    }

    /// The password: out of the configuration, or asked for.
    fn password(&self, account: &Account) -> Result<Password> {
        let what = format!(
            "the password of {} at {}",
            self.org.account,
            self.org.site.authority()
        );
        match &self.org.password {
            Source::Prompt => self.asked(&what).map(Password::from),
            Source::Keyring(item) if item.is_own() => self.kept(item, &what, account),
            source => self.fetched(source, &what).map(Password::from),
        }
    }

    fn fetched(&self, source: &Source, what: &str) -> Result<Secret> {
        let fetch = Fetch {
            org: self.org,
            terminal: self.world.terminal,
            limit: self.time_left(),
            stop: &|| false,
        };
        fetch.secret(source, what)
    }

    /// The password that a person types. The ALB's limit is on the person too.
    fn asked(&self, what: &str) -> Result<Secret> {
        let start = clock::ticks();
        let typed = self.fetched(&Source::Prompt, what);
        self.spent.set(self.spent.get() + start.elapsed());
        typed.map_err(|error| match error.kind {
            Kind::Person if !self.call.attended => error.hint(login(&self.app.name)).hint(format!(
                "or configure the password of org {}",
                self.org.name
            )),
            _ => error,
        })
    }

    /// The password that the keyring has. A person is asked for one that it has not; and, by the wish to sign in all the
    /// same, for another one than Okta has refused.
    fn kept(&self, item: &Item, what: &str, account: &Account) -> Result<Password> {
        let wait = secret_source::patience(self.world.terminal, self.time_left(), &|| false);
        let kept = secret_source::in_keyring(item, what, &wait)?;
        let asks_anew = self.call.attended && self.call.insist;
        match kept.filter(|kept| !asks_anew || account.refusals.of(kept).is_none()) {
            Some(kept) => Ok(kept.into()),
            None if self.call.attended => Ok(Password {
                secret: self.asked(what)?,
                place: Some(item.clone()),
            }),
            None => {
                let login = login(&self.app.name);
                let error = secret_source::not_in_keyring(item, what);
                Err(error.hint(format!("or, at a terminal: {login}")))
            }
        }
    }

    /// Keeps what was typed. That it cannot be kept takes nothing from the sign-in.
    fn keep_password(&self, place: &Item, password: &Secret) {
        let terminal = self.world.terminal;
        let wait = secret_source::patience(terminal, self.time_left(), &|| false);
        match keyring::write(place, Some(password), &wait) {
            Ok(()) => terminal.notice("the password is kept in the keyring"),
            Err(error) => terminal.notice(&format!(
                "warning: the password is not kept in the keyring: {}",
                error.message
            )),
        }
    }
}

//! Rungs 2 and 3: the password, what follows it, and what is to be remembered of both.

use super::Ladder;
use super::talk::Talk;
use crate::app::Source;
use crate::clock;
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;
use crate::session::Session;
use crate::sign_in::{Attempt, Blame, Demand, Outcome, State, Stop, Transaction};
use crate::source;
use crate::store::{Account, Held, Unanswered};

impl Ladder<'_> {
    /// Rungs 2 and 3. The account learns what Okta set, refused and wants.
    pub(super) fn by_password(
        &self,
        held: &mut Held<'_, Account>,
        demand: Option<Demand>,
    ) -> Result<Session, Stop> {
        self.check_brake(&held.record)?;
        self.check_unanswered(&held.record)?;
        let password = self.password().map_err(|error| Stop {
            error,
            blame: Blame::Caller,
        })?;
        self.check_refusals(&held.record, &password)?;
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
                self.remember(&mut held.record, &password, &stop);
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
        password: &Secret,
        demand: Option<Demand>,
    ) -> Result<Outcome, Stop> {
        let demand = demand.filter(|demand| demand.is_usable(clock::now()));
        let first = attempt.by_password(password, self.call.insist, demand);
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
        held.record.refusals.forget(password);
        match outcome {
            Outcome::Unfinished(state, demand) => {
                self.finish(held, attempt, password, *state, demand)
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

    fn password(&self) -> Result<Secret> {
        let what = format!(
            "the password of {} at {}",
            self.org.account,
            self.org.site.authority()
        );
        let start = clock::ticks();
        let fetched = source::fetch(
            &self.org.password,
            &what,
            self.world.terminal,
            self.time_left(),
        );
        if self.org.password == Source::Prompt {
            // The ALB's limit is on the person too.
            self.spent.set(self.spent.get() + start.elapsed());
        }
        fetched.map_err(|error| match error.kind {
            Kind::Person if !self.call.attended => error
                .hint(format!("credential login {}", self.app.name))
                .hint(format!(
                    "or configure the password of org {}",
                    self.org.name
                )),
            _ => error,
        })
    }
}

//! The rungs of a sign-in at Okta, cheapest first, and the claim on the account that keeps a password from being
//! sent twice.
//!
//! Rung 1 tries the Okta session that another app's sign-in left. Only when Okta does not take it, the account is
//! claimed, so that of two apps that start together one sends the password and the other goes the silent way; and
//! only a password that Okta has not already refused is sent. Whatever waits (for a claim, a command, a person) waits
//! outside the time that the servers are given.

mod code;
mod talk;

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use super::{Call, Failed, needs_a_person};
use crate::app::{App, Client, Org};
use crate::clock;
use crate::cookie::Jar;
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;
use crate::session::Session;
use crate::sign_in::{self, Attempt, Blame, Demand, Outcome, State, Step, Stop, Transaction};
use crate::source;
use crate::store::{Account, Brake, Held, Key, Unanswered};
use crate::terminal::Dialogue;
use crate::world::World;
use talk::Talk;

/// What whoever holds the account's claim is doing while it is not known what Okta says of a password.
const SENT: &str = "has sent the password and waits for Okta";
/// How long the servers may take when nobody is there to see it.
const UNATTENDED: Duration = Duration::from_secs(60);
/// How long they, and the person, may take otherwise: the ALB's own limit.
const ATTENDED: Duration = Duration::from_secs(15 * 60);

/// Signs in to `app` and gives the new session.
pub(super) fn sign_in(
    world: &World,
    app: &App,
    org: &Org,
    client: Option<&Client>,
    call: &Call<'_>,
) -> Result<Session, Failed> {
    let ladder = Ladder {
        world,
        app,
        org,
        client,
        call,
        key: Key::of_account(org),
        spent: Cell::default(),
        dialogue: OnceCell::new(),
    };
    ladder.climb().map_err(|Stop { error, blame }| {
        if blame == Blame::Interrupt {
            // All claims on the account are given back by now, and what was begun at Okta is taken back.
            (call.tell)("");
            ladder.obey();
        }
        // What lies in the account or its password is remembered there, for all of its apps. What never reached a
        // server needs no brake: it costs Okta nothing, and is over as soon as the caller has mended it.
        let brake = blame == Blame::App && !call.attended && needs_a_person(&error);
        Failed { error, brake }
    })
}

/// Ends the Okta session that `account` has. It is ended from the device that it was begun on.
pub(crate) fn end_session(world: &World, org: &Org, account: &Account) -> Result<()> {
    let request = sign_in::end_session(org, &account.jar());
    let response = world
        .client
        .run(world.limit(UNATTENDED), world.client.send(request))??;
    sign_in::judge_end_session(&response)
}

/// One sign-in on its way up.
struct Ladder<'a> {
    world: &'a World,
    app: &'a App,
    org: &'a Org,
    client: Option<&'a Client>,
    call: &'a Call<'a>,
    key: Key,
    /// How long the servers have taken so far.
    spent: Cell<Duration>,
    /// The talk with the person, once there is something to talk about.
    dialogue: OnceCell<Dialogue>,
}

impl Ladder<'_> {
    fn climb(&self) -> Result<Session, Stop> {
        let tried: Account = self.world.cache.read(&self.key)?;
        let mut left = None;
        if let Some((outcome, jar)) = self.silently(&tried)? {
            match outcome {
                Outcome::Signed(session) => {
                    self.keep(&tried, jar)?;
                    return Ok(session);
                }
                Outcome::Declined(demand, _) => left = Some((demand, jar)),
                Outcome::Unfinished(..) => unreachable!("no password was sent"),
            }
        }
        let mut held = self.hold()?;
        if held.left() == Some(SENT) {
            held.record.unanswered.add(clock::now());
        }
        let result = self.climb_on(&mut held, &tried.session, left);
        if result.is_ok() && self.call.insist {
            held.record.forgive();
        }
        held.save();
        result
    }

    /// The rungs under the claim on the account: first once more silently, if another session than the one `tried` is
    /// there now. `left` is what the first try left behind.
    fn climb_on(
        &self,
        held: &mut Held<'_, Account>,
        tried: &Jar,
        mut left: Option<(Demand, Jar)>,
    ) -> Result<Session, Stop> {
        let account = &mut held.record;
        if account.session != *tried {
            left = match self.silently(account)? {
                Some((Outcome::Signed(session), jar)) => {
                    account.learn(jar);
                    return Ok(session);
                }
                Some((Outcome::Declined(demand, _), jar)) => Some((demand, jar)),
                Some((Outcome::Unfinished(..), _)) => unreachable!("no password was sent"),
                // It was ended meanwhile, and must not come back.
                None => left.map(|(demand, _)| (demand, account.jar())),
            };
        }
        let demand = left.map(|(demand, jar)| {
            account.learn(jar);
            demand
        });
        self.by_password(held, demand)
    }

    /// Rung 1, if there is an Okta session to try; with Okta's cookies as they are after it.
    fn silently(&self, account: &Account) -> Result<Option<(Outcome, Jar)>, Stop> {
        if account.session.is_empty() {
            return Ok(None);
        }
        self.say("trying the cached Okta session");
        let mut attempt = self.attempt(account.jar());
        let first = attempt.silently();
        let outcome = self.drive(&mut attempt, first)?;
        if let Outcome::Declined(_, words) = &outcome {
            self.say(&format!("Okta does not take the cached session: {words}"));
        }
        Ok(Some((outcome, attempt.jar)))
    }

    /// Rungs 2 and 3. The account learns what Okta set, refused and wants.
    fn by_password(
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
                held.record.codes.accept();
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
        held.tell(SENT);
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
        let transaction = Transaction::begin(self.org, password, self.call.attended, jar, state);
        let mut talk = Talk::new(self, held, dialogue, transaction);
        let token = talk.run();
        attempt.jar = talk.into_jar();
        let demand = demand.filter(|demand| demand.is_usable(clock::now()));
        let next = attempt.go_on(token?, demand);
        self.drive(attempt, next)
    }

    /// Keeps what went wrong, where it concerns more than this app.
    fn remember(&self, account: &mut Account, password: &Secret, stop: &Stop) {
        let mendable = needs_a_person(&stop.error) || stop.error.kind == Kind::Usage;
        match stop.blame {
            Blame::Password => account.refusals.add(password, stop.error.clone()),
            Blame::Account | Blame::Code if !self.call.attended && mendable => {
                account.brake = Some(Brake::after(
                    account.brake.as_ref(),
                    stop.error.clone(),
                    clock::now(),
                ));
            }
            Blame::Account | Blame::Code | Blame::App | Blame::Caller | Blame::Interrupt => {}
        }
    }

    fn check_unanswered(&self, account: &Account) -> Result<(), Stop> {
        let too_many = account.unanswered.too_many(clock::now());
        let Some(times) = too_many.filter(|_| !self.call.insist && !self.call.attended) else {
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

    fn dialogue(&self) -> Result<&Dialogue> {
        if let Some(dialogue) = self.dialogue.get() {
            return Ok(dialogue);
        }
        let dialogue = self.world.terminal.dialogue()?;
        Ok(self.dialogue.get_or_init(|| dialogue))
    }

    /// Lets the signal that the dialogue kept end the process.
    fn obey(&self) {
        if let Some(dialogue) = self.dialogue.get() {
            dialogue.obey();
        }
    }

    fn check_brake(&self, account: &Account) -> Result<(), Stop> {
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

    fn check_refusals(&self, account: &Account, password: &Secret) -> Result<(), Stop> {
        let Some(error) = account.refusals.of(password).filter(|_| !self.call.insist) else {
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

    fn password(&self) -> Result<Secret> {
        let what = format!(
            "the password of {} at {}",
            self.org.account,
            self.org.site.authority()
        );
        let fetched = source::fetch(
            &self.org.password,
            &what,
            self.world.terminal,
            self.world.limit(ATTENDED),
        );
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

    /// The time that is left to the servers, and to the person.
    fn time_left(&self) -> Duration {
        let usually = if self.call.attended {
            ATTENDED
        } else {
            UNATTENDED
        };
        self.world.limit(usually.saturating_sub(self.spent.get()))
    }

    /// Drives an attempt. All attempts of one sign-in share the time that the servers have.
    fn drive(&self, attempt: &mut Attempt<'_>, first: Step) -> Result<Outcome, Stop> {
        let limit = self.time_left();
        let (client, start) = (&self.world.client, clock::ticks());
        let outcome = client.run(limit, sign_in::drive(client, attempt, first));
        self.spent.set(self.spent.get() + start.elapsed());
        outcome?
    }

    fn attempt(&self, jar: Jar) -> Attempt<'_> {
        Attempt::new(self.app, self.org, self.client, jar)
    }

    /// Keeps what Okta changed in a session that it took. Nobody waits for that: who holds the claim knows better. But
    /// a person who insisted is waited for, and what held others back is forgotten.
    fn keep(&self, tried: &Account, jar: Jar) -> Result<()> {
        if self.call.insist {
            let mut held = self.hold()?;
            held.record.forgive();
            if held.record.session == tried.session {
                held.record.learn(jar);
            }
            held.save();
        } else if jar != tried.jar()
            && let Some(mut held) = self.world.cache.hold_if_free::<Account>(&self.key)
            && held.record.session == tried.session
        {
            held.record.learn(jar);
            held.save();
        }
        Ok(())
    }

    /// The account's record, under its claim.
    fn hold(&self) -> Result<Held<'_, Account>> {
        let purpose = format!("sign in to org {}", self.org.name);
        let limit = self
            .world
            .limit(World::patience_for_account(self.call.attended));
        self.world.cache.hold(&self.key, &purpose, limit)
    }

    fn say(&self, text: &str) {
        self.world
            .terminal
            .trace(|| format!("{}: {text}", self.app.name));
    }
}

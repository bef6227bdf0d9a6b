//! The rungs of a sign-in at Okta, cheapest first, and the claim on the account that keeps a password from being
//! sent twice.
//!
//! Rung 1 tries the Okta session that another app's sign-in left. Only when Okta does not take it, the account is
//! claimed, so that of two apps that start together one sends the password and the other goes the silent way; and
//! only a password that Okta has not already refused is sent. Whatever waits (for a claim, a command, a person) waits
//! outside the time that the servers are given.

use std::cell::Cell;
use std::time::Duration;

use super::{Call, Failed, needs_a_person};
use crate::app::{App, Client, Org};
use crate::clock;
use crate::cookie::Jar;
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;
use crate::session::Session;
use crate::sign_in::{self, Attempt, Blame, Demand, Outcome, Step, Stop};
use crate::source;
use crate::store::{Account, Brake, Held, Key};
use crate::world::World;

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
    call: &Call,
) -> Result<Session, Failed> {
    let ladder = Ladder {
        world,
        app,
        org,
        client,
        call,
        key: Key::of_account(org),
        spent: Cell::default(),
    };
    ladder.climb().map_err(|Stop { error, blame }| {
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
    call: &'a Call,
    key: Key,
    /// How long the servers have taken so far.
    spent: Cell<Duration>,
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
            }
        }
        let mut held = self.hold()?;
        let result = self.climb_on(&mut held.record, &tried.session, left);
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
        account: &mut Account,
        tried: &Jar,
        mut left: Option<(Demand, Jar)>,
    ) -> Result<Session, Stop> {
        if account.session != *tried {
            left = match self.silently(account)? {
                Some((Outcome::Signed(session), jar)) => {
                    account.learn(jar);
                    return Ok(session);
                }
                Some((Outcome::Declined(demand, _), jar)) => Some((demand, jar)),
                // It was ended meanwhile, and must not come back.
                None => left.map(|(demand, _)| (demand, account.jar())),
            };
        }
        let demand = left.map(|(demand, jar)| {
            account.learn(jar);
            demand
        });
        self.by_password(account, demand)
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

    /// Rungs 2 and 3. `account` learns what Okta set, refused and wants.
    fn by_password(&self, account: &mut Account, demand: Option<Demand>) -> Result<Session, Stop> {
        self.check_brake(account)?;
        let password = self.password().map_err(|error| Stop {
            error,
            blame: Blame::Caller,
        })?;
        self.check_refusals(account, &password)?;
        self.say("signing in with the password");
        let mut attempt = self.attempt(account.device_jar());
        let demand = demand.filter(|demand| demand.is_usable(clock::now()));
        let first = attempt.by_password(&password, demand);
        let result = self.drive(&mut attempt, first);
        account.learn_of_password(attempt.jar);
        match result {
            Ok(Outcome::Signed(session)) => {
                account.refusals.forget(&password);
                account.brake = None;
                Ok(session)
            }
            Ok(Outcome::Declined(_, words)) => Err(Error::network(words).into()),
            Err(stop) => {
                self.remember(account, &password, &stop);
                Err(stop)
            }
        }
    }

    /// Keeps what went wrong, where it concerns more than this app.
    fn remember(&self, account: &mut Account, password: &Secret, stop: &Stop) {
        match stop.blame {
            Blame::Password => account.refusals.add(password, stop.error.clone()),
            Blame::Account if !self.call.attended && needs_a_person(&stop.error) => {
                account.brake = Some(Brake::after(
                    account.brake.as_ref(),
                    stop.error.clone(),
                    clock::now(),
                ));
            }
            Blame::Account | Blame::App | Blame::Caller => {}
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

    /// Drives an attempt. All attempts of one sign-in share the time that the servers have.
    fn drive(&self, attempt: &mut Attempt<'_>, first: Step) -> Result<Outcome, Stop> {
        let usually = if self.call.attended {
            ATTENDED
        } else {
            UNATTENDED
        };
        let limit = self.world.limit(usually.saturating_sub(self.spent.get()));
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
